"""Cancel in every phase of a run: it ends at once, the server sees it, and the next request knows what was said."""

import asyncio
import threading
import time
from typing import Any

import pytest
from agents import Agent, RunContextWrapper, function_tool, handoff

from tests.engine.driver import DEADLINE, Driver, driving
from tests.model_server import Begin, Call, ModelServer, Reasoning, Reply, Text, Wait
from tui import events as e
from tui.conversation import CUT_NOTE, NO_RESULT
from tui.engine.watchdog import Patience

both = pytest.mark.parametrize("api", ["responses", "chat"])
HALF = '{"a": '
PHASES: dict[str, tuple[Reply, type[e.Event] | None, list[str]]] = {
    "waiting": ([Wait("never")], None, []),
    "begun": ([Begin(), Wait("never")], e.ResponseStarted, []),
    "text": ([Text("Once upon", chunks=3), Wait("never"), Text("a time")], e.TextDelta, ["Once upon"]),
    "reasoning": ([Reasoning("Let me", chunks=2), Wait("never"), Reasoning("x")], e.ReasoningDelta, []),
    "arguments": (
        [Text("Adding."), Call("add", HALF, "c1"), Wait("never"), Call("add", "1}", "c1")],
        e.ArgumentsDelta,
        ["Adding."],
    ),
}  # fmt: skip


@function_tool
def add(a: int, b: int) -> str:
    return str(a + b)


def agent(*tools: Any, **options: Any) -> Agent[Any]:
    return Agent(name="Tester", instructions="Test.", tools=[add, *tools], **options)


def sent(server: ModelServer) -> str:
    """The newest request's conversation as text."""
    body = server.requests[-1].body
    return str(body.get("input") or body["messages"])


async def answer(it: Driver, server: ModelServer) -> str:
    """The conversation that the next prompt's request carries; the run must succeed."""
    end = await it.run("and now?")
    assert end.status == "completed"
    return sent(server)


@both
@pytest.mark.parametrize("phase", PHASES)
async def test_a_cancelled_response_is_cut_and_kept(api: str, phase: str) -> None:
    reply, seen, kept = PHASES[phase]
    async with (
        ModelServer([reply, [Text("fine")]]) as server,
        driving(agent(), base_url=server.base_url, api=api) as it,
    ):
        it.session.send("tell me")
        async with asyncio.timeout(DEADLINE):
            request = await server.request(0)
            await server.gate("never").reached()
        if seen is not None:
            await it.until(seen)
        if kept:
            await it.until(e.TextDelta, lambda delta: it.text == kept[0])
        asked = time.monotonic()
        end = await it.cancel()
        left = await asyncio.wait_for(asyncio.shield(request.disconnected), DEADLINE)
        conversation = await answer(it, server)
    assert end == e.RunEnded(1, "cancelled", turns=1)
    assert left is not None
    assert left - asked < 0.1
    assert all(text in conversation for text in ["tell me", CUT_NOTE, "and now?", *kept])
    assert HALF not in conversation


@both
@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_a_cancelled_tool_leaves_its_call_and_what_its_siblings_said(api: str, kind: str) -> None:
    release, running = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    @function_tool(name_override="slow")
    async def slow_async() -> str:
        running.set()
        await asyncio.Event().wait()
        return "never"

    @function_tool(name_override="slow")
    def slow_sync() -> str:
        loop.call_soon_threadsafe(running.set)
        release.wait(DEADLINE)
        return "too late"

    tool = slow_async if kind == "async" else slow_sync
    script: list[Reply] = [[Text("Calling."), Call("slow"), Call("add", '{"a": 20, "b": 22}')], [Text("fine")]]
    async with ModelServer(script) as server, driving(agent(tool), base_url=server.base_url, api=api) as it:
        it.session.send("go")
        await asyncio.wait_for(running.wait(), DEADLINE)
        await it.until(e.ToolEnded, lambda ended: ended.name == "add")
        end = await it.cancel()
        conversation = await answer(it, server)
        release.set()
    assert end.status == "cancelled"
    assert all(text in conversation for text in ["go", "Calling.", "slow", NO_RESULT, "42", CUT_NOTE])
    assert "too late" not in str(it.events)


async def test_a_tool_that_swallows_the_cancel_does_not_hold_it_up() -> None:
    running, release = asyncio.Event(), asyncio.Event()

    @function_tool
    async def stubborn() -> str:
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await release.wait()
        return "at last"

    async with (
        ModelServer([[Call("stubborn")], [Text("fine")]]) as server,
        driving(agent(stubborn), base_url=server.base_url) as it,
    ):
        it.session.send("go")
        await asyncio.wait_for(running.wait(), DEADLINE)
        assert (await it.cancel()).status == "cancelled"
        release.set()
        await answer(it, server)
    assert "at last" not in str(it.events)


async def test_a_cancel_during_a_handoff_keeps_the_conversation_valid() -> None:
    deciding = asyncio.Event()

    async def decide(context: RunContextWrapper[Any]) -> None:
        deciding.set()
        await asyncio.Event().wait()

    boss = agent(handoffs=[handoff(Agent(name="Expert"), on_handoff=decide)])
    async with (
        ModelServer([[Text("Moment."), Call("transfer_to_expert")], [Text("fine")]]) as server,
        driving(boss, base_url=server.base_url) as it,
    ):
        it.session.send("help")
        await asyncio.wait_for(deciding.wait(), DEADLINE)
        end = await it.cancel()
        conversation = await answer(it, server)
    assert end.status == "cancelled"
    assert not it.all(e.ToolCalled)
    assert "Moment." in conversation
    assert "transfer_to_expert" not in conversation


async def test_a_cancel_before_the_request_sends_none() -> None:
    async with ModelServer([[Text("fine")]]) as server, driving(agent(), base_url=server.base_url) as it:
        it.session.send("never mind")
        end = await it.cancel()
        assert end == e.RunEnded(1, "cancelled")
        assert server.requests == []
        conversation = await answer(it, server)
    assert "never mind" in conversation
    assert CUT_NOTE in conversation


async def test_a_second_cancel_and_one_without_a_run_do_nothing() -> None:
    async with (
        ModelServer([[Text("Once"), Wait("never")], [Text("fine")]]) as server,
        driving(agent(), base_url=server.base_url) as it,
    ):
        it.session.cancel()
        it.session.send("go")
        await it.until(e.TextDelta)
        it.session.cancel()
        it.session.cancel()
        await it.until(e.RunEnded)
        it.session.cancel()
        await answer(it, server)
    assert [end.status for end in it.all(e.RunEnded)] == ["cancelled", "completed"]


async def test_a_cancel_after_the_turn_lets_it_finish() -> None:
    script: list[Reply] = [[Text("Adding."), Wait("gate"), Call("add", '{"a": 1, "b": 2}')], [Text("3")]]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url) as it:
        it.session.send("go")
        await it.until(e.TextDelta)
        it.session.cancel("after_turn")
        server.gate("gate").open()
        end = await it.until(e.RunEnded)
        assert len(server.requests) == 1
        conversation = await answer(it, server)
    assert end == e.RunEnded(1, "cancelled", turns=1)
    assert it.all(e.ToolEnded)[0].output == "3"
    assert conversation.count("Adding.") == 1


async def test_cancels_do_not_exhaust_the_connections() -> None:
    def script(request: Any) -> Reply:
        return [Text("Once"), Wait("never")] if request.index < 20 else [Text("fine")]

    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url) as it:
        for _ in range(20):
            after = len(it.events)
            it.session.send("go")
            await it.until(e.TextDelta, after=after)
            await it.cancel()
        assert (await it.run()).status == "completed"


async def test_what_a_finished_turn_said_is_not_settled_again() -> None:
    script: list[Reply] = [
        [Text("Adding."), Call("add", '{"a": 1, "b": 2}')],
        [Text("The sum is", chunks=2), Wait("never")],
        [Text("fine")],
    ]
    async with ModelServer(script) as server, driving(agent(), base_url=server.base_url) as it:
        it.session.send("go")
        await it.until(e.TextDelta, lambda delta: it.text == "Adding.The sum is")
        await it.cancel()
        conversation = await answer(it, server)
    assert [conversation.count(text) for text in ("go", "Adding.", "The sum is", CUT_NOTE)] == [1, 1, 1, 1]


async def test_a_blocked_loop_is_named_while_it_blocks_and_the_cancel_then_takes_effect() -> None:
    stuck: asyncio.Queue[e.RunStuck] = asyncio.Queue()
    seen = threading.Event()

    @function_tool
    async def blocking() -> str:
        seen.wait(DEADLINE)  # the loop stands still until the watchdog has spoken
        await asyncio.sleep(0)
        return "over"

    async with ModelServer([[Call("blocking")], [Text("fine")]]) as server:
        patience = Patience(cancel=0.05, silence=0.05, again=60, poll=0.01)
        async with driving(agent(blocking), base_url=server.base_url, patience=patience) as it:
            emit = it.emit

            def watch(event: e.Event) -> None:
                emit(event)
                if isinstance(event, e.RunStuck) and event.tool:  # a slow machine stands still so long at any place
                    stuck.put_nowait(event)
                    seen.set()

            it.session._emit = watch
            it.session.send("go")
            report = await asyncio.wait_for(stuck.get(), DEADLINE)
            await it.until(e.RunEnded)
    assert report.tool == "blocking"
    assert report.where.startswith("tests/engine/test_cancel.py:")
    assert report.where.endswith(" in blocking")
    assert report.seconds > 0.05
    named = [
        stuck for stuck in it.all(e.RunStuck) if stuck.tool
    ]  # a slow machine stands still for so long at any place
    assert len(named) == 1
