"""What the model will see: what was saved, and what a cut run leaves behind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import events as e
from tui.conversation import CUT_NOTE, FAILED_NOTE, NO_RESULT, WITHHELD_NOTE, Conversation

USER = {"role": "user", "content": "go"}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def saved(*items: dict[str, Any]) -> e.ConversationExtended:
    return e.ConversationExtended(items)


def call(call_id: str, origin: str = "function") -> e.ToolCalled:
    return e.ToolCalled(call_id, "add", '{"a": 1}', "A", origin)


def function_call(call_id: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": "add", "arguments": '{"a": 1}'}


def output(call_id: str, text: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def conversation(*events: e.Event) -> Conversation:
    it = Conversation()
    for event in (e.PromptSent("go"), e.RunStarted(1), *events):
        it.apply(event)
    return it


def test_without_a_run_nothing_is_left() -> None:
    assert Conversation().settle() == []
    assert conversation(saved(USER), saved(said("yes")), e.RunEnded(1, "completed")).settle() == []


def test_a_prompt_that_was_not_saved_is_left_with_a_note() -> None:
    assert conversation().settle() == [USER, said(CUT_NOTE)]


def test_a_saved_prompt_without_an_answer_gets_the_note_as_its_answer() -> None:
    assert conversation(saved(USER)).settle(FAILED_NOTE) == [said(FAILED_NOTE)]


def test_a_partial_text_ends_in_the_note() -> None:
    it = conversation(saved(USER), e.TextDelta("1.1.0", "Once "), e.TextDelta("1.1.0", "upon"))
    assert it.settle() == [said(f"Once upon\n\n{CUT_NOTE}")]


def test_a_message_that_was_not_streamed_counts() -> None:
    it = conversation(saved(USER), e.MessageCompleted("1.1.0", "A", "whole"))
    assert it.settle() == [said(f"whole\n\n{CUT_NOTE}")]


def test_a_message_counts_as_it_was_completed_whatever_its_pieces_were() -> None:
    """In a journal the pieces of a key are masked otherwise than the whole."""
    it = conversation(
        saved(USER),
        e.TextDelta("1.1.0", "sk-abcdefg"),
        e.TextDelta("1.1.0", "…"),
        e.MessageCompleted("1.1.0", "A", "sk-…6789"),
        saved(said("sk-…6789")),
    )
    assert it.settle() == []


def test_calls_stand_before_their_outputs_and_the_note_is_last() -> None:
    it = conversation(
        saved(USER), e.TextDelta("1.1.0", "Adding."), call("c1"), call("c2"), e.ToolEnded("c2", "add", "3")
    )
    assert it.settle() == [
        said("Adding."),
        function_call("c1"),
        function_call("c2"),
        output("c1", NO_RESULT),
        output("c2", "3"),
        said(CUT_NOTE),
    ]


@pytest.mark.parametrize("late", [False, True])
def test_what_was_saved_is_not_left_whichever_comes_first(late: bool) -> None:
    events: list[e.Event] = [e.TextDelta("1.1.0", "Adding."), call("c1"), e.ToolEnded("c1", "add", "3")]
    save = saved(said("Adding."), function_call("c1"), output("c1", "3"))
    order: list[e.Event] = [save, *events] if late else [*events, save]
    it = conversation(saved(USER), *order, e.TextDelta("1.2.0", "The sum"))
    assert it.settle() == [said(f"The sum\n\n{CUT_NOTE}")]


def test_a_text_said_twice_and_saved_once_is_left_once() -> None:
    it = conversation(saved(USER), e.TextDelta("1.1.0", "ok"), saved(said("ok")), e.TextDelta("1.2.0", "ok"))
    assert it.settle() == [said(f"ok\n\n{CUT_NOTE}")]


def test_the_saved_shape_of_the_responses_api_is_understood() -> None:
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]}
    assert conversation(saved(USER), e.TextDelta("1.1.0", "ok"), saved(message)).settle() == []


def test_a_call_id_made_unique_is_known_by_its_own() -> None:
    it = conversation(saved(USER), call("c1~2"), saved(function_call("c1"), output("c1", "3")))
    assert it.settle() == [said(CUT_NOTE)]


def test_what_agents_inside_tools_and_hosted_tools_did_stays_out() -> None:
    it = conversation(saved(USER), e.TextDelta("o1/1.2.0", "inner"), call("o1/i1"), call("ws_1", "hosted"))
    assert it.settle() == [said(CUT_NOTE)]


def test_what_a_guardrail_withheld_stays_out() -> None:
    it = conversation(saved(USER), e.TextDelta("1.1.0", "secret"), call("c1"))
    assert it.settle(WITHHELD_NOTE, withhold=True) == [said(WITHHELD_NOTE)]


def test_clearing_forgets_the_run_under_way_too() -> None:
    it = conversation(saved(USER), e.TextDelta("1.1.0", "Once"), e.ConversationCleared())
    assert (it.items, it.settle()) == ([], [])


STEPS = st.lists(
    st.one_of(
        st.builds(e.TextDelta, st.sampled_from(["1.1.0", "1.2.0", "c/1.3.0"]), st.text(max_size=3)),
        st.builds(call, st.sampled_from(["c1", "c2", "o1/i1"]), st.sampled_from(["function", "hosted"])),
        st.builds(e.ToolEnded, st.sampled_from(["c1", "c2"]), st.just("add"), st.text(max_size=3)),
        st.sampled_from([saved(USER), saved(said("x")), saved(function_call("c1"), output("c1", "1"))]),
    )
)


@given(STEPS)
def test_what_is_left_is_valid_on_both_apis_and_leaves_nothing_more(steps: list[e.Event]) -> None:
    it = conversation(*steps)
    left = it.settle()
    called = [item["call_id"] for item in left if item.get("type") == "function_call"]
    answered = [item["call_id"] for item in left if item.get("type") == "function_call_output"]
    assert called == answered
    assert len(set(called)) == len(called)
    assert not left or left[-1]["role"] == "assistant"
    assert all(set(item) == {"role", "content"} or item["type"].startswith("function_call") for item in left)
    it.apply(saved(*left))
    it.apply(e.RunEnded(1, "cancelled"))
    assert it.settle() == []
