"""Tool calls that the fault lab drops: as if the tool had raised, agents unchanged."""

from typing import Any

from agents import Agent, OpenAIProvider, function_tool, set_tracing_disabled
from agents.testing import assistant_message, function_call

from tests.engine.driver import Driver, scripted
from tui import events as e
from tui.commands import Open
from tui.engine.connect import Connection, connect
from tui.engine.faults import fault_lab
from tui.engine.session import Session


@function_tool
def roll(sides: int) -> str:
    return f"rolled {sides}"


@function_tool(failure_error_function=None)
def fatal() -> str:
    return "fine"


def calls(*names: str) -> list[Any]:
    options = {"roll": {"sides": 6}, "fatal": {}}
    return [function_call(name, options[name], call_id=f"{name}{at}") for at, name in enumerate(names)]


async def run_with_faults(spec: str, agent: Agent[Any]) -> tuple[e.RunEnded, Driver]:
    set_tracing_disabled(disabled=True)
    driver = Driver()
    lab, connection = fault_lab(connect(Open("s", ""), agent, {}), agent, driver.emit)
    driver.session = Session("s", agent, connection, driver.emit)
    lab.arm(spec)
    end = await driver.run()
    await driver.session.close()
    return end, driver


async def test_a_dropped_call_is_told_to_the_model_and_the_next_one_runs() -> None:
    agent = scripted(calls("roll"), [*calls("fatal", "roll")], [assistant_message("done")], tools=[roll, fatal])
    before = roll.on_invoke_tool
    end, it = await run_with_faults("drop-tool", agent)
    assert end.status == "completed"
    ended = {event.call: (event.failed, event.output) for event in it.all(e.ToolEnded)}
    assert ended["roll0"][0]
    assert "dropped by the fault lab" in it.all(e.ToolEnded)[0].error
    assert (ended["roll1"], ended["fatal0"]) == ((False, "rolled 6"), (False, "fine"))
    assert "fault lab: dropped a tool call: roll" in [event.text for event in it.all(e.Notice)]
    assert (roll.on_invoke_tool, agent.tools) == (before, [roll, fatal])


async def test_of_calls_side_by_side_as_many_are_dropped_as_asked() -> None:
    agent = scripted(calls("roll", "roll", "roll"), [assistant_message("done")], tools=[roll])
    end, it = await run_with_faults("drop-toolx2", agent)
    assert end.status == "completed"
    assert sorted(event.failed for event in it.all(e.ToolEnded)) == [False, True, True]


async def test_a_dropped_call_of_a_tool_that_lets_its_errors_out_ends_the_run() -> None:
    agent = scripted(calls("fatal"), [assistant_message("never")], tools=[fatal])
    end, _ = await run_with_faults("drop-tool", agent)
    assert (end.status, end.kind) == ("failed", "tool")
    assert "dropped by the fault lab" in end.error


async def test_tools_after_a_handoff_are_dropped_too() -> None:
    other = Agent[Any](name="Other", tools=[roll], model=scripted(calls("roll"), [assistant_message("done")]).model)
    handoff = [function_call("transfer_to_other", {}, call_id="h")]
    end, it = await run_with_faults("drop-tool", scripted(handoff, handoffs=[other]))
    assert end.status == "completed"
    assert [event.failed for event in it.all(e.ToolEnded)] == [True]


async def test_another_sessions_tools_are_none_of_the_labs_business() -> None:
    lab, _ = fault_lab(Connection("", OpenAIProvider(api_key="none")), scripted(), lambda event: None)
    lab.arm("drop-tool")
    end, it = await run_with_faults("off", scripted(calls("roll"), [assistant_message("done")], tools=[roll]))
    assert end.status == "completed"
    assert [event.failed for event in it.all(e.ToolEnded)] == [False]
