"""Figures of a run against the stamps of the server that paced it by a known schedule."""

import asyncio
import time
from typing import Any

import pytest
from agents import Agent, function_tool

from tests.engine.driver import Driver, driving
from tests.model_server import Call, ModelServer, Pace, Pause, Reply, Text, Usage
from tests.model_server.record import Request as Served
from tui import events as e
from tui.fold import fold
from tui.metrics import gaps, requests, runs
from tui.metrics.report import report
from tui.state import State
from tui.wire import Record, decode_record, encode

TOOL_TIME, STALL = 0.4, 1.3
SCHEDULE: list[Reply] = [
    [Call("dig")],
    [Text("warm")],
    [Pause(0.3), Pace(50), Call("dig", "{}", chunks=2), Usage(100, 12, 40, 0)],
    [Pause(0.4), Pace(100), Text(["a "] * 40), Pause(STALL), Text(["b "] * 40), Usage(200, 80, 150, 0)],
]


slept: list[float] = []
"""How long the tool really took, each time."""


@function_tool
async def dig() -> str:
    begun = time.monotonic()
    await asyncio.sleep(TOOL_TIME)
    slept.append(time.monotonic() - begun)
    return "gold"


class Stamped(list[e.Event]):
    """Notes when each event came, by the server's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, event: e.Event) -> None:
        self.times.append(time.monotonic())
        super().append(event)


class Near:
    """About as many seconds, give or take what the machine let the deltas lie between the server and the driver."""

    def __init__(self, it: Driver, served: Served) -> None:
        assert isinstance(it.events, Stamped)
        came = [at for at, event in zip(it.events.times, it.events, strict=True) if isinstance(event, e.TextDelta)]
        self.lag = max(at - sent.at for at, sent in zip(came, served.sent, strict=True))

    def __call__(self, seconds: float) -> Any:
        return pytest.approx(seconds, rel=0.05, abs=0.01 + 2 * self.lag)


def records(it: Driver) -> list[Record]:
    """The session's records, the prompt first, which is sent when its run begins."""
    assert isinstance(it.events, Stamped)
    told = list(zip(it.events.times, it.events, strict=True))
    begun = next(at for at, event in told if isinstance(event, e.RunStarted))
    return [
        Record(seq, at, event) for seq, (at, event) in enumerate([(begun, e.PromptSent("dig")), *told], start=1)
    ]  # fmt: skip


def silences(served: Served) -> list[float]:
    return [later.at - sooner.at for sooner, later in zip(served.sent, served.sent[1:], strict=False)]


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_figures_agree_with_the_servers_own_stamps(api: str) -> None:
    async with ModelServer(SCHEDULE) as server, driving(
        Agent(name="Digger", tools=[dig]), base_url=server.base_url, api=api
    ) as it:  # fmt: skip
        await it.run()  # what the SDK and the connection do only once
        it.events = Stamped()
        await it.run()
        first, second = server.requests[2:]
    happened, near = records(it), Near(it, second)
    state = State()
    for record in happened:
        fold(state, record)
    (run,), (calling, writing) = state.runs, state.requests

    for request, served in ((calling, first), (writing, second)):
        sent = requests.sent_at(request)
        assert sent <= served.received_at
        assert requests.first_token(request) == near(served.sent[0].at - sent)
    generated = sum(served.sent[-1].at - served.sent[0].at for served in (first, second))
    assert runs.generation_time(state, run) == near(generated)
    assert runs.tool_time(state, run, run.ended or 0.0) == near(slept[-1])
    assert runs.elapsed(run, 0.0) == near(second.sent[-1].at - run.at)
    assert runs.tokens_per_second(state, run).exact
    assert (12 + 80) / (runs.tokens_per_second(state, run).value or 1) == near(generated)
    assert (writing.input, writing.output, calling.input, calling.output) == (200, 80, 100, 12)

    waits = sorted(silences(second))
    for share in (0.5, 0.95):
        assert gaps.percentile(writing.gaps, share) == near(waits[round(share * len(waits)) - 1])
    stalls = gaps.stalls(writing.gaps)
    assert stalls.number == 1
    assert stalls.longest == near(waits[-1])

    replayed = State()
    for record in happened:
        fold(replayed, decode_record(encode(record)))
    assert report(replayed) == report(state)
