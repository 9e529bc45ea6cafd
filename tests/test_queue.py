"""The queue: its order, what becomes of it when a run ends one way or another, and the link that sends from it."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from tests.model_server import Call, ModelServer, Reply, Text, Wait
from tests.test_link import Watcher, linked
from tui import events as e
from tui.fold import fold
from tui.link.prompts import PromptQueue
from tui.state import Answer, Prompt, State, Tool
from tui.wire import Record

AGENT = """
import os
from agents import Agent, function_tool

@function_tool
def add(a: int, b: int) -> str:
    return str(a + b)

@function_tool
def die() -> str:
    os._exit(9)

agent = Agent("Adder", tools=[add, die])
"""


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "adder.py").write_text(AGENT)
    monkeypatch.chdir(tmp_path)
    return "adder.py"


async def asked(server: ModelServer, request: int) -> list[str]:
    """What the user said, as a request carries it."""
    async with asyncio.timeout(30):
        body = (await server.request(request)).body
    return [message["content"] for message in body["messages"] if message["role"] == "user"]


def queues(watcher: Watcher) -> list[e.QueueChanged]:
    return [event for event in watcher.seen if isinstance(event, e.QueueChanged)]


class Runs:
    """Runs nothing; `said` is what it was given."""

    def __init__(self) -> None:
        self.busy = True
        self.said: list[str] = []
        self.published: list[e.Event] = []
        self.queue = PromptQueue(self, self.published.append)

    def send(self, text: str) -> None:
        assert not self.busy
        self.said.append(f"send {text}")
        self.busy = True

    def hand_over(self, text: str) -> None:
        self.said.append(f"steer {text}")


def test_prompts_leave_in_the_order_they_came_and_the_newest_can_be_taken_back() -> None:
    runs = Runs()
    queue = runs.queue
    for text in ("one", "two", "three"):
        queue.submit(text)
    assert queue.take_back() == "three"
    runs.busy = False
    queue.send_next()
    queue.send_next()
    assert runs.said == ["send one", "steer two"]
    told = [event.waiting for event in runs.published if isinstance(event, e.QueueChanged)]
    assert told == [("one",), ("one", "two"), ("one", "two", "three"), ("one", "two"), ("two",), ()]


@pytest.mark.parametrize("status", ["completed", "cancelled", "failed"])
def test_only_a_completed_run_lets_the_next_prompt_out_and_only_one(
    status: Literal["completed", "cancelled", "failed"],
) -> None:
    runs = Runs()
    runs.queue.submit("one")
    runs.queue.submit("two")
    runs.queue.go_on()
    assert runs.said == []
    runs.queue.apply(e.RunEnded(1, status))
    runs.busy = False
    runs.queue.go_on()
    runs.busy = False
    runs.queue.go_on()
    assert runs.said == (["send one"] if status == "completed" else [])


def test_what_the_user_sends_first_goes_before_the_queue() -> None:
    runs = Runs()
    runs.queue.submit("queued")
    runs.queue.apply(e.RunEnded(1, "completed"))
    runs.busy = False
    runs.queue.submit("first")
    runs.queue.go_on()
    assert runs.said == ["send first"]


def test_a_message_that_the_run_did_not_take_up_is_the_next_prompt() -> None:
    runs = Runs()
    runs.queue.submit("later")
    for text in ("heard", "unheard", "unheard too"):
        runs.queue.steer(text)
    runs.queue.apply(e.Steered(1, "heard"))
    runs.queue.tell()
    assert runs.published[-1] == e.QueueChanged(("later",), ("unheard", "unheard too"))
    runs.queue.apply(e.RunEnded(1, "completed"))
    runs.busy = False
    runs.queue.go_on()
    assert runs.said[-1] == "send unheard"
    assert runs.published[-1] == e.QueueChanged(("unheard too", "later"))


def test_the_queue_of_a_recorded_session_waits_for_the_user() -> None:
    runs = Runs()
    runs.busy = False
    runs.queue.restore(("later",), ("unheard",))
    assert runs.published == [e.QueueChanged(("unheard", "later"))]
    runs.queue.go_on()
    assert runs.said == []
    runs.queue.send_next()
    assert runs.said == ["send unheard"]


def test_the_fold_shows_what_waits_and_a_message_where_the_run_took_it_up() -> None:
    state = State()
    happened: tuple[e.Event, ...] = (
        e.PromptSent("go"),
        e.RunStarted(1),
        e.ToolCalled("c1", "dig", "{}"),
        e.QueueChanged(("later",), ("deeper",)),
        e.ToolEnded("c1", "dig", "gold"),
        e.Steered(1, "deeper"),
        e.QueueChanged(("later",)),
        e.TextDelta("1.2.0", "well"),
    )
    for seq, event in enumerate(happened, 1):
        fold(state, Record(seq, float(seq), event))
    assert (state.waiting, state.steering) == (("later",), ())
    assert [type(entry) for entry in state.entries] == [Prompt, Tool, Prompt, Answer]
    assert state.live == 0, "the run's earlier entries may still change"
    assert state.runs[-1].at == 1.0


async def test_queued_prompts_go_out_one_by_one_as_runs_complete(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("gate"), Text("b")], [Text("c")], [Text("d")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("first")
        await watcher.until(e.TextDelta)
        link.queue.submit("second")
        link.queue.submit("third")
        server.gate("gate").open()
        for _ in range(3):
            assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 2) == ["first", "second", "third"]
        told = [(*event.steering, *event.waiting) for event in queues(watcher)]
        assert told == [("second",), ("second", "third"), ("third",), ()]
        kinds = [type(event) for event in watcher.seen if isinstance(event, e.PromptSent | e.RunEnded)]
        assert kinds == [e.PromptSent, e.RunEnded] * 3, "a prompt is told after the end of the run before"


async def test_a_stop_keeps_the_queue_until_the_user_sends_it(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("never")], [Text("c")], [Text("d")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("first")
        await watcher.until(e.TextDelta)
        link.queue.submit("second")
        link.queue.submit("third")
        link.cancel()
        assert (await watcher.until(e.RunEnded)).status == "cancelled"
        assert link.queue.waiting == ["second", "third"]
        assert not link.busy
        link.queue.send_next()
        for _ in range(2):
            assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 2) == ["first", "second", "third"]


async def test_an_engine_that_dies_loses_nothing_of_the_queue(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("gate"), Call("die", "{}", "c1")], [Text("c")], [Text("d")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("first")
        await watcher.until(e.TextDelta)
        link.queue.submit("later")
        link.queue.steer("at once")
        server.gate("gate").open()
        assert (await watcher.until(e.RunEnded)).kind == "engine"
        assert link.queue.waiting == ["at once", "later"]
        await watcher.until(e.SessionStarted)
        assert queues(watcher)[-1] == e.QueueChanged(("at once", "later"))
        link.queue.submit("are you back?")
        for _ in range(3):
            assert (await watcher.until(e.RunEnded)).status == "completed"
        assert (await asked(server, 3))[-3:] == ["are you back?", "at once", "later"]


async def test_a_message_for_the_run_is_heard_after_its_tools(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("gate"), Call("add", '{"a": 1, "b": 2}', "c1")], [Text("3")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("add")
        await watcher.until(e.TextDelta)
        link.queue.steer("quickly")
        server.gate("gate").open()
        assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 1) == ["add", "quickly"]
        assert queues(watcher) == [e.QueueChanged((), ("quickly",)), e.QueueChanged()]
        assert [event.text for event in watcher.seen if isinstance(event, e.PromptSent)] == ["add"]


async def test_a_message_for_a_run_that_ends_is_the_next_prompt(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("gate"), Text("b")], [Text("c")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("first")
        await watcher.until(e.TextDelta)
        link.queue.steer("too late")
        server.gate("gate").open()
        for _ in range(2):
            assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 1) == ["first", "too late"]
        assert [event.text for event in watcher.seen if isinstance(event, e.PromptSent)] == ["first", "too late"]


async def test_a_message_for_a_run_whose_engine_still_loads_is_heard(agent: str) -> None:
    script: list[Reply] = [[Call("add", '{"a": 1, "b": 2}', "c1")], [Text("3")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("add")
        link.queue.steer("quickly")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 1) == ["add", "quickly"]


async def test_a_stop_before_there_is_an_engine_keeps_what_waits(agent: str) -> None:
    async with ModelServer([[Text("a")]]) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("first")
        link.queue.steer("second")
        link.cancel()
        assert (await watcher.until(e.RunEnded)).status == "cancelled"
        assert await watcher.until(e.QueueChanged) == e.QueueChanged(("second",))
        assert link.queue.take_back() == "second"
        assert await watcher.until(e.QueueChanged) == e.QueueChanged()
        assert link.queue.take_back() is None


async def test_the_oldest_queued_prompt_can_steer_the_run(agent: str) -> None:
    script: list[Reply] = [[Text("a"), Wait("gate"), Call("add", '{"a": 1, "b": 2}', "c1")], [Text("3")], [Text("b")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.queue.submit("add")
        await watcher.until(e.TextDelta)
        link.queue.submit("quickly")
        link.queue.submit("and then?")
        link.queue.send_next()
        assert (link.queue.steering, link.queue.waiting) == (["quickly"], ["and then?"])
        server.gate("gate").open()
        for _ in range(2):
            assert (await watcher.until(e.RunEnded)).status == "completed"
        assert await asked(server, 1) == ["add", "quickly"]
        assert await asked(server, 2) == ["add", "quickly", "and then?"]
