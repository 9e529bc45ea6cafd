"""What a delta costs the engine, in counts that no machine's speed changes: each with a ceiling near today's."""

import sys

import pytest
from agents import Agent

from tests.benchmarks.measures import deltas
from tests.engine.driver import driving
from tests.model_server import ServerProcess, Text
from tui import events as e
from tui.wire import Stamped, encode_many

COUNT = 5000


@pytest.mark.parametrize(("api", "most"), [("responses", 34), ("chat", 38)])
async def test_a_delta_takes_few_calls_one_event_and_a_short_line(api: str, most: int) -> None:
    """The ceilings of calls leave room for a server that is slow, since each read costs some of its own."""
    calls = 0

    def note(frame: object, what: str, argument: object) -> None:
        nonlocal calls
        calls += what == "call"

    with ServerProcess([[Text(deltas(COUNT))]]) as server:
        async with driving(Agent(name="Tester"), base_url=server.base_url, api=api) as it:
            await it.run()  # which makes what is made on first use
            before = len(it.events)
            sys.setprofile(note)
            try:
                await it.run()
            finally:
                sys.setprofile(None)
    events = it.events[before:]
    streamed = [Stamped(1_763_900_000.123456, event) for event in events if isinstance(event, e.TextDelta)]
    assert len(streamed) == COUNT
    assert len(events) - COUNT <= 14, "a run tells more than it did: more lines for the screen to read and to keep"
    line = len(encode_many(streamed)) / COUNT
    assert line <= 100, f"the line of a delta grew to {line:.0f} bytes: a field goes along that could be left out"
    calls = round(calls / COUNT)
    assert calls <= most, f"{calls} calls a delta: it takes the SDK's way, or the short one has grown; see `short_way`"
