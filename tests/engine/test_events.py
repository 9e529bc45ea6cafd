"""What is told of parallel, hosted and local tools, of handoffs, of agents inside tools and of odd models."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, ModelResponse, ShellTool, function_tool, handoff
from agents.items import TResponseStreamEvent
from agents.models.interface import Model
from agents.testing import ScriptedModel, assistant_message, function_call
from openai.types.responses import ResponseCompletedEvent

from tests.engine.driver import DEADLINE, driving, scripted
from tests.model_server import ModelServer, RawEvent, Reply, Text
from tui import events as e
from tui.engine.nested import show_inner_runs

WEB_SEARCH = {
    "id": "ws_1",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "search", "query": "x"},
}


async def test_parallel_tools_end_each_at_its_own_time() -> None:
    fast_ended = asyncio.Event()

    @function_tool
    async def slow() -> str:
        await asyncio.wait_for(fast_ended.wait(), DEADLINE)  # ends only after `fast` was told to have ended
        return "slow"

    @function_tool
    def fast() -> str:
        return "fast"

    calls = [function_call("slow", {}, call_id="c1"), function_call("fast", {}, call_id="c2")]
    async with driving(scripted(calls, [assistant_message("done")], tools=[slow, fast])) as it:
        it.session.send("go")
        first = await it.until(e.ToolEnded)
        assert first.name == "fast"
        fast_ended.set()
        await it.until(e.RunEnded)
    ends = it.all(e.ToolEnded)
    assert [(end.call, end.output) for end in ends] == [("c2", "fast"), ("c1", "slow")]
    durations = [end.duration or 0 for end in ends]
    assert 0 < durations[0] < durations[1]


async def test_a_handoff_is_told_once_and_is_no_tool_call() -> None:
    expert = Agent[Any](name="Expert", model=ScriptedModel([[assistant_message("expertly")]]))
    agent = scripted([function_call("transfer_to_expert", {}, call_id="c1")], handoffs=[handoff(expert)])
    async with driving(agent) as it:
        await it.run()
    assert not it.all(e.ToolCallStarted)
    assert not it.all(e.ToolCalled)
    assert it.all(e.HandoffOccurred) == [e.HandoffOccurred("Tester", "Expert")]
    assert [event.agent for event in it.all(e.AgentChanged)] == ["Tester", "Expert"]
    assert [event.agent for event in it.all(e.ModelRequested)] == ["Tester", "Expert"]
    assert it.all(e.MessageCompleted)[0].agent == "Expert"
    names = [e.name_of(event) for event in it.events]
    second_request = len(names) - 1 - names[::-1].index("model_requested")
    assert names.index("handoff_occurred") < names.index("agent_changed", 2) < second_request


async def test_an_unknown_raw_event_is_kept() -> None:
    script: list[Reply] = [
        [RawEvent("response.brand_new.thing", {"output_index": 0, "payload": "x" * 9000}), Text("ok")]
    ]
    agent = Agent[Any](name="Tester")
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api="responses") as it:
        await it.run()
    (raw,) = it.all(e.RawReceived)
    assert raw.name == "response.brand_new.thing"
    assert raw.item == "1.1.0"
    assert raw.data.startswith("{")
    assert "xxx" in raw.data
    assert len(raw.data) == 4096


async def test_a_hosted_tool_is_a_call_that_ended() -> None:
    script: list[Reply] = [
        [
            RawEvent(
                "response.output_item.added", {"output_index": 7, "item": {**WEB_SEARCH, "status": "in_progress"}}
            ),
            RawEvent("response.web_search_call.searching", {"output_index": 7, "item_id": "ws_1"}),
            RawEvent("response.output_item.done", {"output_index": 7, "item": WEB_SEARCH}),
            Text("found"),
        ]
    ]
    agent = Agent[Any](name="Tester")
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api="responses") as it:
        await it.run()
    assert it.all(e.ToolCallStarted) == [e.ToolCallStarted("1.1.7", "ws_1", "web_search")]
    (called,) = it.all(e.ToolCalled)
    assert (called.origin, called.arguments) == ("hosted", '{"action":{"type":"search","query":"x"}}')
    assert it.all(e.ToolEnded) == [e.ToolEnded("ws_1", "web_search", "")]


async def test_a_local_tool_whose_hooks_have_no_call_id_is_matched_by_its_name() -> None:
    call = {"type": "shell_call", "id": "sh_1", "call_id": "c9", "status": "completed", "action": {"commands": ["ls"]}}
    script: list[Reply] = [[RawEvent("response.output_item.done", {"output_index": 0, "item": call})], [Text("listed")]]
    agent = Agent[Any](name="Tester", tools=[ShellTool(executor=lambda request: "a.txt")])
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api="responses") as it:
        await it.run()
    (called,) = it.all(e.ToolCalled)
    assert (called.call, called.name, called.arguments) == ("c9", "shell", '{"action":{"commands":["ls"]}}')
    assert [started.call for started in it.all(e.ToolStarted)] == ["c9"]
    assert [(ended.call, "a.txt" in ended.output) for ended in it.all(e.ToolEnded)] == [("c9", True)]


class Terse(Model):
    """Streams nothing but the whole response: all that the SDK asks of a model."""

    def __init__(self, *outputs: list[dict[str, Any]]) -> None:
        self._outputs = list(outputs)

    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        raise NotImplementedError

    async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[TResponseStreamEvent]:
        response = {
            "id": "r", "object": "response", "created_at": 0, "model": "terse", "output": self._outputs.pop(0),
            "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        }  # fmt: skip
        yield ResponseCompletedEvent.model_validate(
            {"type": "response.completed", "sequence_number": 0, "response": response}
        )


async def test_a_model_that_streams_only_the_whole_response_is_shown_whole() -> None:
    @function_tool
    def ping() -> str:
        return "pong"

    call = {"type": "function_call", "id": "f", "call_id": "c1", "name": "ping", "arguments": "{}"}
    said = {
        "type": "message", "id": "m", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "all of it", "annotations": []}],
    }  # fmt: skip
    async with driving(Agent(name="Tester", model=Terse([call], [said]), tools=[ping])) as it:
        await it.run()
    assert [(called.call, called.name) for called in it.all(e.ToolCalled)] == [("c1", "ping")]
    assert [ended.output for ended in it.all(e.ToolEnded)] == ["pong"]
    assert it.all(e.MessageCompleted) == [e.MessageCompleted("1.2.0", "Tester", "all of it")]


async def test_an_agent_inside_a_tool_is_shown_under_its_call() -> None:
    show_inner_runs()

    @function_tool
    def look() -> str:
        return "seen"

    inner = Agent[Any](
        name="Inner",
        tools=[look],
        model=ScriptedModel([[function_call("look", {}, call_id="i1")], [assistant_message("inner words")]]),
    )
    ask = inner.as_tool("ask", "Ask the inner agent.")
    agent = scripted([function_call("ask", {"input": "?"}, call_id="o1")], [assistant_message("outer")], tools=[ask])
    async with driving(agent) as it:
        end = await it.run()
        items = str(it.session.conversation.items)
    assert (end.status, end.turns) == ("completed", 4)
    assert [(called.call, called.origin) for called in it.all(e.ToolCalled)] == [("o1", "agent"), ("o1/i1", "function")]
    assert [(ended.call, ended.output) for ended in it.all(e.ToolEnded)] == [("o1/i1", "seen"), ("o1", "inner words")]
    assert all(ended.duration is not None for ended in it.all(e.ToolEnded))
    said = [(message.item, message.agent, message.text) for message in it.all(e.MessageCompleted)]
    assert said == [("o1/1.3.0", "Inner", "inner words"), ("1.4.0", "Tester", "outer")]
    assert [request.agent for request in it.all(e.ModelRequested)] == ["Tester", "Inner", "Inner", "Tester"]
    assert [changed.agent for changed in it.all(e.AgentChanged)] == ["Tester"]
    assert items.count("inner words") == 1  # what the tool returned


async def test_a_tool_that_fails_inside_an_agent_inside_a_tool_is_told_with_its_error() -> None:
    show_inner_runs()

    @function_tool
    def look() -> str:
        raise OSError("dark")

    steps = [[function_call("look", {}, call_id="i1")], [assistant_message("nothing")]]
    ask = Agent[Any](name="Inner", tools=[look], model=ScriptedModel(steps)).as_tool("ask", "d")
    agent = scripted([function_call("ask", {"input": "?"}, call_id="o1")], [assistant_message("outer")], tools=[ask])
    async with driving(agent) as it:
        await it.run()
    assert [(ended.call, ended.error) for ended in it.all(e.ToolEnded)] == [("o1/i1", "OSError: dark"), ("o1", "")]


async def test_an_agent_inside_an_agent_inside_a_tool_keeps_the_whole_path() -> None:
    show_inner_runs()
    leaf = Agent[Any](name="Leaf", model=ScriptedModel([[assistant_message("leaf")]])).as_tool("leaf", "d")
    steps = [[function_call("leaf", {"input": "?"}, call_id="m1")], [assistant_message("middle")]]
    middle = Agent[Any](name="Middle", tools=[leaf], model=ScriptedModel(steps)).as_tool("middle", "d")
    agent = scripted([function_call("middle", {"input": "?"}, call_id="o1")], [assistant_message("x")], tools=[middle])
    async with driving(agent) as it:
        await it.run()
    assert [message.item.rpartition("/")[0] for message in it.all(e.MessageCompleted)] == ["o1/m1", "o1", ""]


async def test_a_stream_callback_of_the_users_own_is_still_called() -> None:
    show_inner_runs()
    seen: list[str] = []

    async def theirs(inner: Any) -> None:
        seen.append(inner["event"].type)

    inner = Agent[Any](name="Inner", model=ScriptedModel([[assistant_message("words")]]))
    ask = inner.as_tool("ask", "d", on_stream=theirs)
    agent = scripted([function_call("ask", {"input": "?"}, call_id="o1")], [assistant_message("x")], tools=[ask])
    async with driving(agent) as it:
        await it.run()
    assert "raw_response_event" in seen
    assert it.all(e.MessageCompleted)[0].text == "words"
