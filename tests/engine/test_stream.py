"""What a run of the real SDK against a real server becomes, on both APIs."""

from typing import Any

import pytest
from agents import Agent, function_tool

from tests.engine.driver import driving
from tests.model_server import Call, ModelServer, Reasoning, Refusal, Reply, Text, Usage
from tui import events as e

pytestmark = pytest.mark.parametrize("api", ["responses", "chat"])

TEXT = "Xin chào thế giới 👩‍👩‍👧‍👦 \x1b[31m— “quoted”\n\n| a | b |\n"


@function_tool
def add(a: int, b: int) -> str:
    return str(a + b)


@function_tool
def broken() -> str:
    raise ValueError("no\nsuch luck")


def agent(**options: Any) -> Agent[Any]:
    return Agent(name="Tester", instructions="Test.", tools=[add, broken], **options)


async def test_joined_deltas_are_what_the_server_sent(api: str) -> None:
    async with (
        ModelServer([[Text(TEXT * 20, chunks=137)]]) as server,
        driving(agent(), base_url=server.base_url, api=api) as it,
    ):
        end = await it.run()
    assert it.text == server.requests[0].text == TEXT * 20
    assert [message.text for message in it.all(e.MessageCompleted)] == [it.text]
    assert end == e.RunEnded(1, "completed", turns=1)


async def test_a_run_tells_its_steps_in_order(api: str) -> None:
    script: list[Reply] = [
        [Reasoning("Hm. So.", chunks=3), Text("Adding.", chunks=2), Call("add", '{"a": 1, "b": 2}', chunks=4)],
        [Text("3")],
    ]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        await it.run()
    names = [e.name_of(event) for event in it.events]
    steps = [name for name, before in zip(names, ["", *names], strict=False) if name != before]
    turn_one = [
        "run_started", "agent_changed", "model_requested", "conversation_extended", "request_sent",
        "response_received", "response_started", "reasoning_delta",
    ]  # fmt: skip
    assert steps[:8] == turn_one
    assert steps.index("tool_call_started") < steps.index("arguments_delta") < steps.index("tool_called")
    assert steps.index("tool_called") < steps.index("tool_started") < steps.index("tool_ended")
    assert steps[-1] == "run_ended"
    assert steps.count("model_requested") == steps.count("response_started") == steps.count("usage_reported") == 2
    call = it.all(e.ToolCalled)[0]
    assert (call.name, call.arguments, call.agent, call.origin) == ("add", '{"a": 1, "b": 2}', "Tester", "function")
    assert "".join(delta.text for delta in it.all(e.ArgumentsDelta)) == call.arguments
    assert "".join(delta.text for delta in it.all(e.ReasoningDelta)) == "Hm. So."
    assert {event.call for event in it.events if isinstance(event, e.ToolStarted | e.ToolEnded)} == {call.call}
    assert it.all(e.ToolEnded)[0].output == "3"


async def test_items_of_different_turns_have_different_ids(api: str) -> None:
    script: list[Reply] = [[Text("one"), Call("add", '{"a": 1, "b": 2}')], [Text("two")], [Text("three")]]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        await it.run()
        await it.run()
    assert [message.text for message in it.all(e.MessageCompleted)] == ["one", "two", "three"]
    assert len({message.item for message in it.all(e.MessageCompleted)}) == 3


async def test_usage_is_that_of_each_request(api: str) -> None:
    script: list[Reply] = [[Call("add", '{"a": 1, "b": 2}'), Usage(11, 5, 3, 2)], [Text("3"), Usage(20, 7)]]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        end = await it.run()
    usages = [
        (usage.turn, usage.input, usage.cached, usage.output, usage.reasoning) for usage in it.all(e.UsageReported)
    ]
    assert usages == [(1, 11, 3, 5, 2), (2, 20, 0, 7, 0)]
    assert end.turns == 2


async def test_a_failing_tool_is_told_with_its_error_and_the_run_goes_on(api: str) -> None:
    script: list[Reply] = [[Call("broken"), Call("nonsense"), Call("add", '{"a": 1')], [Text("sorry")]]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        end = await it.run()
    ends = {ended.name: ended for ended in it.all(e.ToolEnded)}
    assert end.status == "completed"
    assert ends["broken"].failed
    assert ends["broken"].error == "ValueError: no such luck"
    assert ends["nonsense"].failed
    assert ends["add"].failed


async def test_call_ids_that_a_server_repeats_stay_apart(api: str) -> None:
    script: list[Reply] = [[Call("add", '{"a": 1, "b": 1}', call_id="call_1")], [Text("2")]]
    async with ModelServer(script * 2) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        await it.run()
        await it.run()
    assert [call.call for call in it.all(e.ToolCalled)] == ["call_1", "call_1~2"]
    assert [call.call for call in it.all(e.ToolEnded)] == ["call_1", "call_1~2"]


async def test_a_refusal_is_told_as_such_and_ends_the_run(api: str) -> None:
    async with (
        ModelServer([[Refusal("I will not.", chunks=2)]]) as server,
        driving(agent(), base_url=server.base_url, api=api) as it,
    ):
        end = await it.run()
    assert "".join(delta.text for delta in it.all(e.RefusalDelta)) == "I will not."
    assert (end.status, end.kind, end.error) == ("failed", "refusal", "the model refused: I will not.")


async def test_every_save_is_told_and_the_next_request_sends_them(api: str) -> None:
    script: list[Reply] = [[Text("first answer")], [Text("second")]]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url, api=api) as it:
        await it.run("first prompt")
        saved = [item for extended in it.all(e.ConversationExtended) for item in extended.items]
        await it.run("second prompt")
    assert saved[0] == {"role": "user", "content": "first prompt"}
    assert saved[1]["role"] == "assistant"
    sent = str(server.requests[1].body)
    assert sent.index("first prompt") < sent.index("first answer") < sent.index("second prompt")
