"""When the pump paints, in time that a test lets pass: with the news, never for nothing, seldom without any."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tui import events as e
from tui.bus import Bus
from tui.state import State
from tui.ui.pump import BEAT, FRAME, Pump

PACE = 1 / 50
"""Seconds between two writes of an engine."""


class Skipping(selectors.DefaultSelector):
    """Waits for nothing: the time that it would have waited is over."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "all wait for each other"
        self.now += max(timeout, 0.0)
        return super().select(0)


class QuickLoop(asyncio.SelectorEventLoop):
    """Time passes only where all wait, and then at once."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now


class Painted:
    """A pane that notes when it was painted, and how far the state was."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int]] = []

    def paint(self, state: State, now: float) -> None:
        self.seen.append((now, state.seq))


def paints(
    happen: Callable[[Bus], Coroutine[Any, Any, None]], behind: Callable[[float], bool] = lambda now: False
) -> list[tuple[float, int]]:
    """The paints while something happens on the bus; `behind`: the terminal has not taken the one before by then."""

    async def main() -> list[tuple[float, int]]:
        clock = asyncio.get_running_loop().time
        bus, pane = Bus(clock), Painted()
        pump = Pump(bus.reader(), State(), clock, lambda: [pane], behind=lambda: behind(clock()))
        running = asyncio.ensure_future(pump.run())
        await happen(bus)
        bus.close()
        await running
        return pane.seen

    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        return runner.run(main())


def begin(bus: Bus) -> None:
    bus.publish(e.PromptSent("go"))
    bus.publish(e.RunStarted(1))


@pytest.mark.parametrize("at_once", [1, 12, 500])
def test_what_an_engine_writes_at_once_is_one_paint_at_that_moment(at_once: int) -> None:
    written: list[float] = []

    async def stream(bus: Bus) -> None:
        begin(bus)
        for _ in range(400):
            await asyncio.sleep(PACE)
            written.append(bus.now())
            for _ in range(at_once):
                bus.publish(e.TextDelta("1.1.0", "word "))
        await asyncio.sleep(PACE)

    seen = paints(stream)
    assert len(seen) <= 402, f"{len(seen)} paints of 401 writes: something paints without news"
    late = [at - max(moment for moment in written if moment <= at) for at, _ in seen if at >= written[0]]
    assert max(late) <= FRAME + 1e-6, "a write waits longer than a frame for its paint"
    assert [seq for _, seq in seen] == sorted({seq for _, seq in seen}), "a paint had no news"


def test_many_small_writes_are_no_more_than_sixty_paints_a_second() -> None:
    async def stream(bus: Bus) -> None:
        begin(bus)
        for _ in range(10_000):
            await asyncio.sleep(0.001)
            bus.publish(e.TextDelta("1.1.0", "word "))

    seen = paints(stream)
    assert len(seen) <= 10 / FRAME + 3, f"{len(seen)} paints in 10 s: the pump waits less than a frame between them"
    assert seen[-1][1] == 10_002, "the last news is painted"


def test_a_live_run_without_news_is_painted_at_the_pace_of_a_spinner() -> None:
    async def wait(bus: Bus) -> None:
        begin(bus)
        await asyncio.sleep(10)

    seen = paints(wait)
    assert 10 / (BEAT + FRAME) - 2 <= len(seen) <= 10 / BEAT + 2, "a spinner turns 8 times a second"


def test_nothing_is_painted_while_nothing_runs() -> None:
    async def wait(bus: Bus) -> None:
        begin(bus)
        bus.publish(e.RunEnded(1, "completed"))
        await asyncio.sleep(3600)

    assert len(paints(wait)) == 1, "the pump wakes in an idle program"


def test_a_terminal_that_is_behind_gets_the_newest_when_it_has_caught_up_and_not_before() -> None:
    async def end(bus: Bus) -> None:
        begin(bus)
        for _ in range(50):
            await asyncio.sleep(PACE)
            bus.publish(e.TextDelta("1.1.0", "word "))
        bus.publish(e.RunEnded(1, "completed"))
        await asyncio.sleep(10)

    seen = paints(end, behind=lambda now: 0 < now < 5)
    assert [seq for _, seq in seen] == [2, 53], "what came meanwhile is one paint, and painted although nothing runs"
    assert 5 <= seen[-1][0] <= 5 + BEAT + 1e-6
