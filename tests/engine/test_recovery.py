"""What becomes of requests that fail: tried again, continued, whole in the end, or failed with the partial kept."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from agents import Agent, Model, ModelProvider, ModelResponse, function_tool, set_tracing_disabled
from agents.items import TResponseStreamEvent
from agents.testing import ModelStep, ScriptedModel, assistant_message

from tests.engine.driver import AT_ONCE, Driver, driving, scripted
from tests.model_server import (
    BadJson,
    Call,
    Cut,
    ErrorEvent,
    Failed,
    Incomplete,
    ModelServer,
    Reasoning,
    Reply,
    Reset,
    Stall,
    Status,
    Step,
    Text,
    Usage,
)
from tui import events as e
from tui.conversation import RETRY_PROMPT
from tui.engine.connect import Connection
from tui.engine.demo import demo_model
from tui.engine.recovery import Policy
from tui.engine.session import Session
from tui.fold import fold
from tui.state import Answer, State, Tool
from tui.wire import Record

APIS = pytest.mark.parametrize("api", ["responses", "chat"])
QUICK = Policy(first_delay=0.0, stall=0.3)

BREAKS: dict[str, tuple[Step, str]] = {
    "cut": (Cut(), "network"),
    "reset": (Reset(), "network"),
    "bad JSON": (BadJson(), "server"),
    "error event": (ErrorEvent("server_error", "it broke"), "server"),
    "failed": (Failed("server_error", "it broke"), "server"),
    "stall": (Stall(), "timeout"),
}
"""Faults that end a stream wherever it is, and their kinds."""
REFUSALS: dict[str, tuple[Step, str]] = {
    "too many": (Status(429, {"retry-after": "0"}), "rate_limit"),
    "down": (Status(500), "server"),
    "busy": (Status(503), "server"),
}
"""Answers without a stream."""

WHOLE = "Once upon a time there was a king."


def state_of(driver: Driver) -> State:
    state = State()
    for seq, event in enumerate([e.PromptSent("hello"), *driver.events], 1):
        fold(state, Record(seq, float(seq), event))
    return state


def answers(driver: Driver) -> list[str]:
    return [str(entry.text) for entry in state_of(driver).entries if isinstance(entry, Answer)]


def sent(server: ModelServer, index: int) -> list[dict[str, Any]]:
    body = server.requests[index].body
    return [item for item in body.get("input") or body["messages"] if item.get("role") != "system"]


@APIS
@pytest.mark.parametrize(("fault", "kind"), (BREAKS | REFUSALS).values(), ids=BREAKS | REFUSALS)
async def test_a_fault_before_any_output_is_tried_again(api: str, fault: Step, kind: str) -> None:
    script: list[Reply] = [[fault], [fault], [Text(WHOLE, chunks=4)]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api, policy=QUICK) as it,
    ):
        end = await it.run()
    assert (end.status, it.text) == ("completed", WHOLE)
    assert [(failed.attempt, failed.kind) for failed in it.all(e.AttemptFailed)] == [(1, kind), (2, kind)]
    assert [(start.attempt, start.continued) for start in it.all(e.AttemptStarted)] == [(2, False), (3, False)]
    assert [won.attempt for won in it.all(e.AttemptSucceeded)] == [3]
    assert sent(server, 0) == sent(server, 1) == sent(server, 2)


@APIS
@pytest.mark.parametrize("again", ["continues", "repeats"])
@pytest.mark.parametrize(("fault", "kind"), BREAKS.values(), ids=BREAKS)
async def test_a_fault_within_the_answer_neither_loses_nor_doubles_text(
    api: str, fault: Step, kind: str, again: str
) -> None:
    """Whether the server goes on with the partial answer that it is handed, or begins anew."""
    begun, rest = WHOLE[:12], WHOLE[12:]
    reply = Text(rest if again == "continues" else WHOLE, chunks=7)
    script: list[Reply] = [[Text(begun, chunks=3), fault], [reply, Usage(20, 5)], [Text("next")]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api, policy=QUICK) as it,
    ):
        end = await it.run()
        partial = sent(server, 1)
        assert (end.status, it.text) == ("completed", WHOLE)
        assert answers(it) == [WHOLE]
        await it.run("more")
    assert [failed.kind for failed in it.all(e.AttemptFailed)] == [kind]
    (start,) = it.all(e.AttemptStarted)
    assert (start.attempt, start.continued, start.dropped) == (2, True, ())
    assert len({delta.item for delta in it.all(e.TextDelta)[:-1]}) == 1
    assert [whole.text for whole in it.all(e.MessageCompleted)] == [WHOLE, "next"]
    assert partial[1] == {"role": "assistant", "content": begun}
    assert str(sent(server, 2)).count("Once upon") == 1
    assert WHOLE in str(sent(server, 2))


@APIS
async def test_an_answer_cut_at_every_try_is_put_together_over_all_of_them(api: str) -> None:
    script: list[Reply] = [
        [Text(WHOLE[:9], chunks=3), Reset()],
        [Text(WHOLE[9:20], chunks=3), Cut()],
        [Text(WHOLE[20:], chunks=3)],
    ]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        end = await it.run()
        items = it.session.conversation.items
    assert (end.status, it.text, answers(it)) == ("completed", WHOLE, [WHOLE])
    assert sent(server, 2)[1]["content"] == WHOLE[:20]
    assert str(items).count("Once upon") == 1
    seams = [entry.seams for entry in state_of(it).entries if isinstance(entry, Answer)]
    assert seams == [[9, 20]]


@APIS
async def test_a_server_that_begins_anew_is_cut_again_before_it_is_as_far(api: str) -> None:
    script: list[Reply] = [
        [Text(WHOLE[:20], chunks=3), Reset()],
        [Text(WHOLE[:7], chunks=3), Reset()],
        [Text(WHOLE, chunks=9)],
    ]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        end = await it.run()
    assert (end.status, it.text, answers(it)) == ("completed", WHOLE, [WHOLE])


@APIS
async def test_when_all_tries_fail_the_partial_is_kept_and_retry_goes_on(api: str) -> None:
    script: list[Reply] = [[Text(WHOLE[:12]), Reset()], [Status(500)], [Status(503)], [Text(WHOLE[12:])]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        end = await it.run()
        assert (end.status, end.kind) == ("failed", "server")
        cut = [it.session.conversation.cut]
        assert [failed.delay for failed in it.all(e.AttemptFailed)][-1] is None
        after = len(it.events)
        it.session.retry()
        again = await it.until(e.RunEnded, after=after)
        cut.append(it.session.conversation.cut)
    assert cut == [True, False]
    assert (again.status, it.text) == ("completed", WHOLE)
    assert len(server.requests) == 4
    assert [item["role"] for item in sent(server, 3)] == ["user", "assistant", "user"]
    assert sent(server, 3)[1]["content"].startswith(WHOLE[:12])
    assert sent(server, 3)[2]["content"] == RETRY_PROMPT


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
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api=api, policy=QUICK) as it:
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


@APIS
async def test_reasoning_that_was_cut_is_dropped_and_comes_anew(api: str) -> None:
    script: list[Reply] = [[Reasoning("Hm, wait"), Reset()], [Reasoning("Hm, so."), Text(WHOLE)]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        end = await it.run()
        items = str(it.session.conversation.items)
    (start,) = it.all(e.AttemptStarted)
    assert (end.status, it.text) == ("completed", WHOLE)
    assert start.dropped == (it.all(e.ReasoningDelta)[0].item,)
    assert "wait" not in items


@APIS
async def test_tokens_of_all_tries_are_counted_where_they_are_told(api: str) -> None:
    script: list[Reply] = [[Text("Once "), Failed("server_error", "x"), Usage(10, 2)], [Text("more"), Usage(20, 3)]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        await it.run()
    known = [(usage.input, usage.output) for usage in it.all(e.UsageReported)]
    assert known == [(30, 5) if api == "responses" else (20, 3)]


@APIS
async def test_an_answer_that_ran_into_the_token_limit_is_not_whole(api: str) -> None:
    script: list[Reply] = [[Text(WHOLE[:12]), Incomplete()], [Text(WHOLE[12:])]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        end = await it.run()
        assert it.all(e.MessageCompleted) == []
        after = len(it.events)
        it.session.retry()
        again = await it.until(e.RunEnded, after=after)
    assert (end.status, end.kind) == ("failed", "truncated")
    assert "/retry" in end.hint
    assert it.all(e.AttemptFailed) == []
    assert (again.status, it.text) == ("completed", WHOLE)


@APIS
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_another_try_cannot_mend_is_not_tried_again(api: str, status: int) -> None:
    async with (
        ModelServer([[Status(status)]]) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api) as it,
    ):
        end = await it.run()
    assert (end.status, len(server.requests)) == ("failed", 1)
    assert end.hint
    assert it.all(e.AttemptFailed) == []


async def test_an_account_without_quota_is_not_tried_again() -> None:
    body = '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    async with (
        ModelServer([[Status(429, body=body)]]) as server,
        driving(Agent(name="T"), base_url=server.base_url) as it,
    ):
        end = await it.run()
    assert (end.kind, len(server.requests)) == ("rate_limit", 1)
    assert "billing" in end.hint


async def test_a_server_that_refuses_the_partial_answer_is_asked_from_the_start() -> None:
    script: list[Reply] = [[Text(WHOLE[:12]), Reset()], [Status(400)], [Text("Another tale.")]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url) as it:
        end = await it.run()
        items = str(it.session.conversation.items)
    assert (end.status, end.error) == ("completed", "")
    assert sent(server, 2) == sent(server, 0)
    assert answers(it) == [WHOLE[:12], "Another tale."]
    assert "Once upon" not in items


async def hurried(it: Driver, attempt: int) -> None:
    """Ask for the next try until it begins: before the wait has begun that changes nothing."""
    async with asyncio.timeout(10):
        while not any(start.attempt == attempt for start in it.all(e.AttemptStarted)):
            it.session.retry_now()
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("headers", "delays"),
    [({}, [1.0, 2.0]), ({"retry-after": "7"}, [7.0, 7.0]), ({"retry-after-ms": "250"}, [0.25, 0.25]),
     ({"retry-after": "9999"}, [120.0, 120.0]), ({"retry-after": "soon"}, [1.0, 2.0])],
)  # fmt: skip
async def test_the_wait_is_the_servers_wish_or_doubles(headers: dict[str, str], delays: list[float]) -> None:
    script: list[Reply] = [[Status(429, headers)], [Status(429, headers)], [Text("x")]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=Policy()) as it,
    ):
        after = len(it.events)
        it.session.send("hello")
        for number in (1, 2):
            await hurried(it, number + 1)
        await it.until(e.RunEnded, after=after)
    assert [failed.delay for failed in it.all(e.AttemptFailed)] == delays
    assert it.text == "x"


async def test_a_cancel_ends_the_wait_at_once() -> None:
    async with (
        ModelServer([[Text(WHOLE[:12]), Reset()], [Text("never")]]) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=Policy(first_delay=60.0, longest_delay=60.0)) as it,
    ):
        it.session.send("hello")
        await it.until(e.AttemptFailed)
        end = await it.cancel()
        assert it.session.conversation.cut
    assert (end.status, len(server.requests)) == ("cancelled", 1)
    assert WHOLE[:12] in str(it.session.conversation.items)


async def test_a_retry_in_a_new_engine_needs_only_the_conversation() -> None:
    script: list[Reply] = [[Text(WHOLE[:12]), Incomplete()], [Text(WHOLE[12:])]]
    async with ModelServer(script) as server:
        async with driving(Agent(name="T"), base_url=server.base_url) as it:
            await it.run("tell me")
            items = list(it.session.conversation.items)
        async with driving(Agent(name="T"), base_url=server.base_url, items=items) as it:
            assert it.session.conversation.cut
            it.session.retry()
            end = await it.until(e.RunEnded)
    assert "tell me" in str(sent(server, 1))
    assert (end.status, it.text) == ("completed", WHOLE[12:])


async def test_a_model_object_of_the_agents_own_tries_again_too_and_is_left_as_it_was() -> None:
    gone = openai.APIConnectionError(request=httpx2.Request("POST", "http://x"))
    agent = scripted(ModelStep.raise_error(gone), [assistant_message("fine")])
    async with driving(agent) as it:
        end = await it.run()
    assert (end.status, it.text) == ("completed", "fine")
    assert [failed.kind for failed in it.all(e.AttemptFailed)] == ["network"]
    assert it.all(e.ModelRequested)[0].model == "ScriptedModel"
    assert isinstance(agent.model, ScriptedModel)


async def test_state_counts_tries_kinds_and_recoveries() -> None:
    script: list[Reply] = [[Status(500)], [Text("a")], [Status(429)], [Text("b"), Reset()], [Status(500)]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=AT_ONCE) as it,
    ):
        await it.run()
        await it.run()
    metrics = state_of(it).metrics
    assert metrics.failures == {"server": 2, "rate_limit": 1, "network": 1}
    assert (metrics.tries, metrics.errors, metrics.recoveries, metrics.given_up) == (5, 4, 1, 1)


async def test_the_demo_goes_on_where_it_was_cut() -> None:
    set_tracing_disabled(disabled=True)
    whole, tries = await _told(cut_after=10**9)
    assert len(whole) > 100
    assert await _told(cut_after=20) == (whole, tries + 1)


async def _told(cut_after: int) -> tuple[str, int]:
    """What the demo answers, and in how many tries."""
    driver = Driver()
    connection = Connection("demo", _CutOnce(demo_model(seed=7, speed=0), cut_after))
    driver.session = Session("s", Agent[Any](name="T"), connection, driver.emit, policy=AT_ONCE)
    await driver.run("tell me a long story")
    await driver.session.close()
    return driver.text, 1 + len(driver.all(e.AttemptStarted))


class _CutOnce(ModelProvider):
    """A model whose first response ends too soon."""

    def __init__(self, inner: Model, deltas: int) -> None:
        self._inner, self._left = inner, deltas

    def get_model(self, model_name: str | None) -> Model:
        return self._Cut(self)

    class _Cut(Model):
        def __init__(self, owner: "_CutOnce") -> None:
            self._owner = owner

        async def get_response(self, *args: Any, **options: Any) -> ModelResponse:
            raise NotImplementedError

        async def stream_response(self, *args: Any, **options: Any) -> AsyncIterator[TResponseStreamEvent]:
            async for event in self._owner._inner.stream_response(*args, **options):
                yield event
                self._owner._left -= event.type.endswith("text.delta")
                if self._owner._left == 0:
                    self._owner._left = -1
                    return
