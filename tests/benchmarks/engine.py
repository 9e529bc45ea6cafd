"""The engine's process alone, its events read and dropped: what deltas and a start cost it, and the headless SDK."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

from agents import Agent

from tests.benchmarks.figures import Figure
from tests.benchmarks.measures import deltas
from tests.benchmarks.probe import cpu_of
from tests.engine.driver import Driver, driving
from tests.engine.process import Engine
from tests.model_server import Reply, ServerProcess, Text, Wait
from tui import commands as c
from tui import events as e

Api = Literal["responses", "chat"]
_ROOT = Path(__file__).parents[2]


@contextmanager
def _engine(server: ServerProcess, api: Api) -> Iterator[Engine]:
    engine = Engine()
    try:
        engine.send(c.Open("s", "storyteller", base_url=server.base_url, model="m", api=api))
        engine.until(e.SessionStarted)
        time.sleep(1.0)  # the warm-up
        yield engine
    finally:
        engine.clean_up()


@contextmanager
def _headless(server: ServerProcess, api: Api) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.benchmarks.floors", "sdk", server.base_url, api]
    process = subprocess.Popen(command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def _answered_by_engine(engine: Engine) -> float:
    used = cpu_of(engine.process.pid)
    engine.send(c.Send("go"))
    engine.until(e.RunEnded)
    return cpu_of(engine.process.pid) - used


def _answered_headless(process: "subprocess.Popen[str]") -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    used = cpu_of(process.pid)
    process.stdin.write("go\n")
    process.stdin.flush()
    process.stdout.readline()
    return cpu_of(process.pid) - used


def engine_deltas(api: Api, rate: int, count: int, repeats: int) -> Iterator[Figure]:
    """CPU of each delta at a steady rate, 0 for all at once."""
    script: list[Reply] = [[Text(deltas(count))]]
    pace = f"at {rate}/s" if rate else f"of {count:,} at once"
    with ServerProcess(script, pace=rate) as server, _engine(server, api) as engine, _headless(server, api) as headless:
        pairs = [(_answered_by_engine(engine), _answered_headless(headless)) for _ in range(repeats)]
    value, least = (statistics.median(column) / count for column in zip(*pairs, strict=True))
    yield Figure(f"engine CPU a delta {pace}, {api}", "µs", 1e6 * value, 1e6 * least)


def engine_start(repeats: int) -> Iterator[Figure]:
    """From exec to an engine that takes prompts."""
    with ServerProcess([[Text(["x"])]]) as server:

        def started() -> tuple[float, float]:
            began, engine = time.monotonic(), Engine()
            try:
                engine.send(c.Open("s", "storyteller", base_url=server.base_url, model="m", api="responses"))
                engine.until(e.SessionStarted)
                return time.monotonic() - began, cpu_of(engine.process.pid)
            finally:
                engine.clean_up()

        def headless() -> tuple[float, float]:
            began = time.monotonic()
            with _headless(server, "responses") as process:
                return time.monotonic() - began, cpu_of(process.pid)

        pairs = [(*started(), *headless()) for _ in range(repeats)]
    wall, used, least, least_used = (statistics.median(column) for column in zip(*pairs, strict=True))
    yield Figure("engine start", "ms", 1e3 * wall, 1e3 * least)
    yield Figure("engine start, CPU", "ms", 1e3 * used, 1e3 * least_used)


def at_once(answers: int, count: int) -> Iterator[Figure]:
    """Many answers in one engine, all at once: whether each gets its share of it, and what they cost."""
    script: list[Reply] = [[Text(deltas(count))]]

    async def run(*, watched: bool) -> tuple[float, float]:
        async with AsyncExitStack() as stack:
            agents = [Agent[Any](name=f"Agent {number}", instructions="Answer.") for number in range(answers)]
            them = [
                await stack.enter_async_context(driving(agent, base_url=server.base_url, api="responses"))
                for agent in agents
            ]
            used = time.process_time()
            runs = [asyncio.ensure_future(one.run()) for one in them]
            share = await _least_share(them, count) if watched else 1.0
            await asyncio.gather(*runs)
            return share, (time.process_time() - used) / answers / count

    with ServerProcess(script) as server:
        share, _ = asyncio.run(run(watched=True))  # which makes too what is made on first use
        _, used = asyncio.run(run(watched=False))
    yield Figure(f"{answers} answers at once: the least of them, of its share", "%", 100 * share)
    yield Figure(f"{answers} answers at once: CPU a delta", "µs", 1e6 * used)


async def _least_share(them: Sequence[Driver], count: int) -> float:
    """When the first answer is whole: of the slowest, its deltas by those that are an equal share of all."""
    while max(len(one.events) for one in them) < count:  # noqa: ASYNC110 - each turn of the loop is looked at
        await asyncio.sleep(0)
    come = [len(one.all(e.TextDelta)) for one in them]
    return min(come) * len(come) / sum(come)


def engine_cancel(repeats: int) -> Iterator[Figure]:
    """From the command to the disconnect that the server sees."""
    script: list[Reply] = [[Text(["word "] * 20), Wait("never")]]
    waits = []
    with ServerProcess(script) as server, _engine(server, "responses") as engine:
        for number in range(repeats):
            engine.send(c.Send("go"))
            for _ in range(20):
                engine.until(e.TextDelta)
            time.sleep(0.1)
            asked = time.monotonic()
            engine.send(c.Cancel())
            engine.until(e.RunEnded)
            waits.append(server.request(number)["disconnected_at"] - asked)
    yield Figure("cancel in the engine to server disconnect", "ms", 1e3 * statistics.median(waits))
