"""What becomes of answers that are cut: tried again, continued, whole in the end, or failed with the partial kept."""

import pytest
from agents import Agent

from tests.engine.breaks import APIS, BREAKS, REFUSALS, WHOLE, answers, policy_for, sent, state_of
from tests.engine.driver import driving
from tests.model_server import (
    Cut,
    Incomplete,
    ModelServer,
    Reasoning,
    Reply,
    Reset,
    Status,
    Step,
    Text,
    Usage,
)
from tui import events as e
from tui.conversation import RETRY_PROMPT
from tui.state import Answer


@APIS
@pytest.mark.parametrize(("fault", "kind"), (BREAKS | REFUSALS).values(), ids=BREAKS | REFUSALS)
async def test_a_fault_before_any_output_is_tried_again(api: str, fault: Step, kind: str) -> None:
    script: list[Reply] = [[fault], [fault], [Text(WHOLE, chunks=4)]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api, policy=policy_for(fault)) as it,
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
        driving(Agent(name="T"), base_url=server.base_url, api=api, policy=policy_for(fault)) as it,
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


async def test_a_server_that_refuses_the_partial_answer_is_asked_from_the_start() -> None:
    script: list[Reply] = [[Text(WHOLE[:12]), Reset()], [Status(400)], [Text("Another tale.")]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url) as it:
        end = await it.run()
        items = str(it.session.conversation.items)
    assert (end.status, end.error) == ("completed", "")
    assert sent(server, 2) == sent(server, 0)
    assert answers(it) == [WHOLE[:12], "Another tale."]
    assert "Once upon" not in items


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
