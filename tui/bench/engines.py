"""Trials run by engines of their own: no start-up, and no earlier answer, is in a figure."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from tui import events as e
from tui.bench.trials import Outcome, Trial, outcome
from tui.bus import Bus, steady_clock
from tui.fold.apart import fold_apart
from tui.link.handle import Launch, Link
from tui.state import State


class BenchError(Exception):
    """It cannot go on; the message is one plain line that says why."""


async def run_all(
    trials: Sequence[Trial],
    launch_of: Callable[[Trial], Launch],
    parallel: int,
    done: Callable[[Outcome], bool],
) -> None:
    """Run them, so many at once, in their order. `done` gets each outcome and says whether to begin another.

    The trials of one model and manner are over before those of the next begin: they do not compete. Raises BenchError.
    """
    going = True

    def note(found: Outcome) -> None:
        nonlocal going
        going = done(found) and going

    for _, group in groupby(trials, lambda trial: (trial.agent, trial.model, trial.streaming)):
        left = iter(list(group))
        workers = [asyncio.ensure_future(_work(left, launch_of, note, lambda: going)) for _ in range(parallel)]
        try:
            await asyncio.gather(*workers)
        except asyncio.CancelledError:
            raise  # it has been passed on to the workers, which end their engines
        except BaseException:
            for worker in workers:
                worker.cancel()
            raise
        finally:
            await asyncio.gather(*workers, return_exceptions=True)


async def _work(
    left: Iterator[Trial],
    launch_of: Callable[[Trial], Launch],
    note: Callable[[Outcome], None],
    going: Callable[[], bool],
) -> None:
    """One engine after another, usually one, until nothing is left."""
    engine: _Engine | None = None
    try:
        while going() and (trial := next(left, None)) is not None:
            if engine is None:
                engine = _Engine(launch_of(trial))
                await engine.start()
            note(await engine.ask(trial))
            if not engine.alive:
                await engine.close()
                engine = None
    finally:
        if engine is not None:
            await engine.close()


class _Engine:
    """For trials of one model and manner."""

    def __init__(self, launch: Launch) -> None:
        self._link = Link(Bus(steady_clock()), launch, respawn=False)
        self._reader = self._link.bus.reader()
        self._state = State()
        self.alive = False
        """It takes prompts."""

    async def start(self) -> None:
        """Until it takes prompts. Raises BenchError."""
        fault = ""
        try:
            await self._link.start()
        except OSError as error:
            raise BenchError(f"the engine could not be started: {error.strerror}") from error
        while not self.alive:
            for event in await self._news():
                match event:
                    case e.SessionStarted():
                        self.alive = True
                    case e.Notice(level="error", text=text):
                        fault = text
                    case e.EngineEnded(error=error_text):
                        raise BenchError(fault or error_text or "the engine ended")
                    case _:
                        pass

    async def ask(self, trial: Trial) -> Outcome:
        """Run one trial to its end, in a conversation of its own."""
        self._link.clear()
        while not any(isinstance(event, e.ConversationCleared) for event in await self._news()):
            pass
        self._link.send(trial.prompt)
        while True:
            for event in await self._news():
                if isinstance(event, e.RunEnded):
                    self.alive = event.kind != "engine"
                    return outcome(trial, self._state, event)

    async def close(self) -> None:
        await self._link.close()

    async def _news(self) -> list[e.Event]:
        await self._reader.wait()
        records = self._reader.take()
        for record in records:
            self._state = fold_apart(self._state, record)
        return [record.event for record in records]
