"""What the user says in the middle of a run: the model hears it after the turn under way, and no tool runs twice."""

import asyncio
from collections.abc import Callable
from typing import Any

from agents import Agent, FunctionTool, function_tool, handoff
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call

from tests.engine.driver import DEADLINE, Driver, driving
from tui import events as e
from tui.conversation import CUT_NOTE


class Digging:
    """A tool that runs until it is told to end."""

    def __init__(self) -> None:
        self.times = 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    @property
    def tool(self) -> FunctionTool:
        async def dig() -> str:
            self.times += 1
            self.begun.set()
            await self.go.wait()
            return "gold"

        return function_tool(dig)


def inputs(model: ScriptedModel, call: int) -> list[str]:
    """What a request sent, an item a word: messages as their text, others as their type."""
    given = model.calls[call].input
    assert isinstance(given, list)
    return [str(item.get("content") if item.get("role") == "user" else item.get("type")) for item in given]


async def during_the_dig(it: Driver, digging: Digging, say: Callable[[], None], prompt: str = "dig") -> e.RunEnded:
    """Send a prompt, do something while its tool runs, let the tool end; how the run ended."""
    after = len(it.events)
    it.session.send(prompt)
    await asyncio.wait_for(digging.begun.wait(), DEADLINE)
    say()
    digging.go.set()
    return await it.until(e.RunEnded, after=after)


async def test_the_model_hears_it_after_the_tools_of_the_turn() -> None:
    digging = Digging()
    model = ScriptedModel([[function_call("dig", {}, call_id="c1")], [assistant_message("as you say")]])
    async with driving(Agent("Digger", model=model, tools=[digging.tool])) as it:
        end = await during_the_dig(it, digging, lambda: it.session.steer("deeper"))
    assert end == e.RunEnded(1, "completed", turns=2)
    assert digging.times == 1
    assert inputs(model, 1) == ["dig", "function_call", "function_call_output", "deeper"]
    kinds = [type(event) for event in it.events if isinstance(event, e.ToolEnded | e.Steered | e.TextDelta)]
    assert kinds[:2] == [e.ToolEnded, e.Steered]
    assert it.all(e.Steered) == [e.Steered(1, "deeper")]
    assert len(it.all(e.RunStarted)) == len(it.all(e.RunEnded)) == 1
    users = [item["content"] for item in it.session.conversation.items if item.get("role") == "user"]
    assert users == ["dig", "deeper"]


async def test_several_are_heard_together_and_in_their_order() -> None:
    digging = Digging()
    model = ScriptedModel([[function_call("dig", {}, call_id="c1")], [assistant_message("well")]])

    async with driving(Agent("Digger", model=model, tools=[digging.tool])) as it:

        def say() -> None:
            it.session.steer("deeper")
            it.session.steer("and left")

        await during_the_dig(it, digging, say)
    assert inputs(model, 1)[-2:] == ["deeper", "and left"]
    assert [event.text for event in it.all(e.Steered)] == ["deeper", "and left"]


async def test_it_can_be_said_again_in_a_later_turn() -> None:
    first, second = Digging(), Digging()
    model = ScriptedModel(
        [
            [function_call("dig", {}, call_id="c1")],
            [function_call("dig_again", {}, call_id="c2")],
            [assistant_message("well")],
        ]
    )
    again = second.tool
    again.name = "dig_again"
    async with driving(Agent("Digger", model=model, tools=[first.tool, again])) as it:
        it.session.send("dig")
        for digging, text in ((first, "one"), (second, "two")):
            await asyncio.wait_for(digging.begun.wait(), DEADLINE)
            it.session.steer(text)
            digging.go.set()
        assert (await it.until(e.RunEnded)).status == "completed"
    assert (first.times, second.times) == (1, 1)
    calls = ["function_call", "function_call_output"]
    assert inputs(model, 2) == ["dig", *calls, "one", *calls, "two"]


async def test_said_before_the_first_request_it_waits_for_the_first_turn() -> None:
    digging = Digging()
    digging.go.set()
    model = ScriptedModel([[function_call("dig", {}, call_id="c1")], [assistant_message("well")]])
    async with driving(Agent("Digger", model=model, tools=[digging.tool])) as it:
        it.session.send("dig")
        it.session.steer("deeper")
        assert (await it.until(e.RunEnded)).status == "completed"
    assert inputs(model, 0) == ["dig"]
    assert inputs(model, 1)[-1] == "deeper"


async def test_a_run_that_ends_with_this_turn_does_not_take_it_in() -> None:
    model = ScriptedModel([[assistant_message("the end")], [assistant_message("next")]])
    async with driving(Agent("Digger", model=model)) as it:
        it.session.send("hi")
        it.session.steer("too late")
        end = await it.until(e.RunEnded)
        assert end.status == "completed"
        assert (await it.run("and now?")).status == "completed"
    assert not it.all(e.Steered)
    assert "too late" not in inputs(model, 1), "the sender sends it again"


async def test_the_agent_at_work_hears_it_after_a_handoff() -> None:
    digging = Digging()
    deeper = ScriptedModel([[function_call("dig", {}, call_id="c2")], [assistant_message("well")]])
    expert = Agent("Expert", model=deeper, tools=[digging.tool])
    boss = Agent[Any](
        "Boss",
        model=ScriptedModel([[function_call("transfer_to_expert", {}, call_id="c1")]]),
        handoffs=[handoff(expert)],
    )
    async with driving(boss) as it:
        assert (await during_the_dig(it, digging, lambda: it.session.steer("deeper"))).status == "completed"
    assert inputs(deeper, 1)[-1] == "deeper"
    assert [event.agent for event in it.all(e.AgentChanged)] == ["Boss", "Expert"]


async def test_a_stop_outdoes_it() -> None:
    for mode in ("immediate", "after_turn"):
        digging = Digging()
        model = ScriptedModel([[function_call("dig", {}, call_id="c1")]])
        async with driving(Agent("Digger", model=model, tools=[digging.tool])) as it:

            def say(it: Driver = it, mode: Any = mode) -> None:
                it.session.steer("deeper")
                it.session.cancel(mode)

            end = await during_the_dig(it, digging, say)
        assert end.status == "cancelled"
        assert not it.all(e.Steered)


async def test_a_cut_after_it_was_taken_in_keeps_it_once() -> None:
    digging, answering = Digging(), asyncio.Event()

    async def never(call: object) -> Any:
        answering.set()
        await asyncio.Event().wait()

    model = ScriptedModel([[function_call("dig", {}, call_id="c1")], ModelStep.respond(never)])
    async with driving(Agent("Digger", model=model, tools=[digging.tool])) as it:
        it.session.send("dig")
        await asyncio.wait_for(digging.begun.wait(), DEADLINE)
        it.session.steer("deeper")
        digging.go.set()
        await asyncio.wait_for(answering.wait(), DEADLINE)
        assert (await it.cancel()).status == "cancelled"
        items = it.session.conversation.items
    texts = [str(item.get("content")) for item in items if "role" in item]
    assert texts == ["dig", "deeper", CUT_NOTE]


async def test_nothing_happens_without_a_run() -> None:
    model = ScriptedModel([[assistant_message("hello")]])
    async with driving(Agent("Digger", model=model)) as it:
        it.session.steer("anyone?")
        assert (await it.run("hi")).status == "completed"
    assert not it.all(e.Steered)
