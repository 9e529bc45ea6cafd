"""Requests that fail around tool calls: what was not whole is made anew, what has run is not run again."""

from collections import Counter
from typing import Any

import pytest
from agents import Agent, function_tool

from tests.engine.breaks import APIS, BREAKS, WHOLE, policy_for, state_of
from tests.engine.driver import driving
from tests.model_server import (
    Call,
    ModelServer,
    Reply,
    Reset,
    Status,
    Step,
    Text,
)
from tui import events as e
from tui.state import Tool


@APIS
@pytest.mark.parametrize(("fault", "kind"), BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("where", ["arguments", "call", "after text"])
async def test_a_call_that_was_cut_is_made_anew_and_its_tool_runs_once(
    api: str, where: str, fault: Step, kind: str
) -> None:
    ran: Counter[str] = Counter()

    @function_tool
    def roll(sides: int) -> str:
        ran["roll"] += 1
        return f"{sides - 3}"

    call = Call("roll", '{"sides": 20}', call_id="c1", chunks=3)
    first: dict[str, list[Step]] = {
        "arguments": [Call("roll", ['{"si', "de"], call_id="c1"), fault],
        "call": [call, Call("roll", ['{"si'], call_id="c2"), fault],
        "after text": [Text("I roll."), Call("roll", ['{"si'], call_id="c1"), fault],
    }
    script: list[Reply] = [first[where], [call], [Text("17")]]
    agent = Agent[Any](name="T", tools=[roll])
    async with (
        ModelServer(script) as server,
        driving(agent, base_url=server.base_url, api=api, policy=policy_for(fault)) as it,
    ):
        end = await it.run()
        tools = [entry for entry in state_of(it).entries if isinstance(entry, Tool)]
        items = it.session.conversation.items
    assert (end.status, ran["roll"], len(server.requests)) == ("completed", 1, 3)
    assert [tool.status for tool in tools].count("done") == 1
    assert {tool.status for tool in tools} == {"done", "cancelled"}
    assert [str(tool.arguments) for tool in tools if tool.status == "done"] == ['{"sides": 20}']
    assert it.text == ("I roll.17" if where == "after text" else "17")
    assert [item["type"] for item in items if "type" in item].count("function_call") == 1
    assert [ended.output for ended in it.all(e.ToolEnded)] == ["17"]


@APIS
async def test_a_fault_after_tools_does_not_run_them_again(api: str) -> None:
    ran: list[int] = []

    @function_tool
    def note(number: int) -> str:
        ran.append(number)
        return "noted"

    script: list[Reply] = [
        [Call("note", '{"number": 1}'), Call("note", '{"number": 2}')],
        [Status(500)],
        [Text(WHOLE[:9]), Reset()],
        [Text(WHOLE)],
    ]
    agent = Agent[Any](name="T", tools=[note])
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api=api) as it:
        end = await it.run()
    assert (end.status, sorted(ran), it.text, end.turns) == ("completed", [1, 2], WHOLE, 2)
    assert [won.attempt for won in it.all(e.AttemptSucceeded)] == [3]
