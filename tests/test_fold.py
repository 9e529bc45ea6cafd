"""The fold on hand-written events; what needs the SDK's true order is tested with the engine."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import events
from tui import events as e
from tui.fold import fold
from tui.metrics import runs
from tui.state import Answer, Handoff, Note, Prompt, Reasoning, State, Tool
from tui.wire import Record, decode_record, encode


def folded(*happened: e.Event, step: float = 1.0) -> State:
    """The state after these events, one each `step` seconds from 0."""
    state = State()
    for number, event in enumerate(happened):
        fold(state, Record(number + 1, number * step, event))
    return state


BEGIN = (
    e.EngineStarted(42),
    e.SessionStarted("s1", "Guide", "gpt-x", "responses", ("roll_dice",)),
    e.PromptSent("hello"),
    e.RunStarted(1),
    e.AgentChanged(1, "Guide"),
    e.ModelRequested(1, 1, "Guide", "gpt-x", 1),
)


def test_phases_follow_the_run() -> None:
    steps: list[tuple[e.Event, str]] = [
        (e.EngineStarted(42), "starting"),
        (e.SessionStarted("s1", "Guide", "gpt-x"), "ready"),
        (e.PromptSent("hi"), "sending"),
        (e.RunStarted(1), "waiting"),
        (e.ModelRequested(1, 1, "Guide"), "waiting"),
        (e.ReasoningDelta("1.1.0", "hm"), "thinking"),
        (e.ToolCallStarted("1.1.1", "c1", "roll_dice"), "calling"),
        (e.ArgumentsDelta("c1", "{}"), "calling"),
        (e.ToolCalled("c1", "roll_dice", "{}"), "calling"),
        (e.ToolStarted("c1", "roll_dice"), "running"),
        (e.ToolEnded("c1", "roll_dice", "4"), "waiting"),
        (e.ModelRequested(1, 2, "Guide"), "waiting"),
        (e.TextDelta("1.2.0", "a 4"), "writing"),
        (e.CancelRequested(), "cancelling"),
        (e.TextDelta("1.2.0", "!"), "cancelling"),
        (e.RunEnded(1, "cancelled"), "stopped"),
        (e.TextDelta("1.2.0", "late"), "stopped"),
        (e.EngineEnded(1, "gone"), "ended"),
    ]
    state = State()
    for number, (event, phase) in enumerate(steps):
        fold(state, Record(number + 1, float(number), event))
        assert state.phase == phase, event
    assert state.phase_since == len(steps) - 1.0


def test_a_prompt_sent_while_the_engine_loads_stays_sending() -> None:
    state = folded(e.PromptSent("early"), e.EngineStarted(1), e.SessionStarted("s", "A", "m"))
    assert state.phase == "sending"


def test_parallel_tools_keep_the_phase_running_until_the_last_ends() -> None:
    running = (*BEGIN, e.ToolStarted("a", "slow"), e.ToolStarted("b", "fast"), e.ToolEnded("b", "fast", "1"))
    assert folded(*running).phase == "running"
    assert folded(*running, e.ToolEnded("a", "slow", "2")).phase == "waiting"


def test_the_transcript_of_a_run() -> None:
    state = folded(
        *BEGIN,
        e.ReasoningDelta("1.1.0", "let me "),
        e.ReasoningDelta("1.1.0", "see"),
        e.ReasoningCompleted("1.1.0"),
        e.TextDelta("1.1.1", "Hel"),
        e.TextDelta("1.1.1", "lo"),
        e.MessageCompleted("1.1.1", "Guide", "Hello"),
        e.HandoffOccurred("Guide", "Teller"),
        e.AgentChanged(1, "Teller"),
        e.TextDelta("1.2.0", "Once"),
        e.RunEnded(1, "completed", turns=2),
    )
    prompt, thought, hello, handoff, once = state.entries
    assert isinstance(prompt, Prompt)
    assert isinstance(thought, Reasoning)
    assert isinstance(hello, Answer)
    assert isinstance(handoff, Handoff)
    assert isinstance(once, Answer)
    assert (str(thought.text), thought.status) == ("let me see", "done")
    assert (str(hello.text), hello.status, hello.agent) == ("Hello", "done", "Guide")
    assert (str(once.text), once.status, once.agent) == ("Once", "done", "Teller")


def test_a_message_that_was_not_streamed_is_shown_whole() -> None:
    state = folded(*BEGIN, e.MessageCompleted("1.1.0", "Guide", "all at once"))
    answer = state.entries[-1]
    assert isinstance(answer, Answer)
    assert str(answer.text) == "all at once"


def test_a_completed_message_that_differs_adds_nothing() -> None:
    state = folded(*BEGIN, e.TextDelta("1.1.0", "sk-… it is"), e.MessageCompleted("1.1.0", "Guide", "sk-…6789 it is"))
    (answer,) = [entry for entry in state.entries if isinstance(entry, Answer)]
    assert (str(answer.text), answer.status) == ("sk-… it is", "done")


TOOL = (
    e.ToolCallStarted("1.1.0", "c1", "roll_dice"),
    e.ArgumentsDelta("c1", '{"sides":20}'),
    e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
    e.ToolStarted("c1", "roll_dice", "Guide"),
    e.ToolEnded("c1", "roll_dice", "17", duration=0.012),
)


def _outcome(state: State) -> tuple[object, ...]:
    (tool,) = (entry for entry in state.entries if isinstance(entry, Tool))
    (row,) = (row for row in state.rows if row.kind == "tool")
    return (
        (tool.name, str(tool.arguments), tool.status, tool.output, tool.duration, tool.number, tool.agent),
        (row.summary, row.status, row.duration),
        (state.metrics.tool_calls, state.metrics.tools_running, state.metrics.run_tools),
    )


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_any_order_of_a_tools_events_ends_the_same(order: tuple[int, ...]) -> None:
    straight = _outcome(folded(*BEGIN, *TOOL))
    assert straight[0] == ("roll_dice", '{"sides":20}', "done", "17", 0.012, 1, "Guide")
    assert _outcome(folded(*BEGIN, *(TOOL[index] for index in order))) == straight


def test_a_failed_tool_is_marked_in_transcript_log_and_figures() -> None:
    state = folded(*BEGIN, *TOOL[:4], e.ToolEnded("c1", "roll_dice", "sorry", failed=True, error="ValueError: sides"))
    tool = state.entries[-1]
    assert isinstance(tool, Tool)
    assert (tool.status, tool.error) == ("failed", "ValueError: sides")
    assert state.rows[-1].status == "failed"
    assert state.metrics.tool_failures == 1


def test_a_cancel_marks_the_partial_and_closes_what_is_open() -> None:
    state = folded(*BEGIN, e.TextDelta("1.1.0", "Once upon"), e.ToolStarted("c1", "dig"), e.RunEnded(1, "cancelled"))
    answer, tool = state.entries[-2:]
    assert isinstance(answer, Answer)
    assert isinstance(tool, Tool)
    assert (answer.status, str(answer.text)) == ("stopped", "Once upon")
    assert tool.status == "cancelled"
    assert not [row for row in state.rows if row.status == "live"]
    assert state.metrics.interruptions == 1
    assert state.metrics.tools_running == 0


def test_a_cancel_before_any_text_leaves_a_note() -> None:
    note = folded(*BEGIN, e.RunEnded(1, "cancelled")).entries[-1]
    assert isinstance(note, Note)
    assert note.level == "info"


def test_a_failure_keeps_the_partial_and_says_what_to_do() -> None:
    state = folded(*BEGIN, e.TextDelta("1.1.0", "Once"), e.RunEnded(1, "failed", "no route", "network", "check it"))
    answer, note = state.entries[-2:]
    assert isinstance(answer, Answer)
    assert isinstance(note, Note)
    assert answer.status == "failed"
    assert (note.level, note.text, note.hint) == ("error", "no route", "check it")
    assert state.metrics.errors == 1


def test_late_news_of_an_earlier_run_changes_no_finished_entry() -> None:
    before = (*BEGIN, e.ToolStarted("c1", "dig"), e.RunEnded(1, "cancelled"), e.PromptSent("next"))
    state = folded(*before)
    tool = state.entries[1]
    assert isinstance(tool, Tool)
    rev = tool.rev
    fold(state, Record(99, 99.0, e.ToolEnded("c1", "dig", "gold")))
    assert (tool.status, tool.output, tool.rev) == ("cancelled", "", rev)
    assert state.metrics.tool_calls == 1


def test_deltas_of_an_item_are_one_row_that_counts() -> None:
    state = folded(*BEGIN, *(e.TextDelta("1.1.0", "word ") for _ in range(300)))
    rows = [row for row in state.rows if row.kind == "text"]
    assert [row.count for row in rows] == [300]
    assert rows[0].status == "live"
    assert len(rows[0].summary) <= 240


def test_a_request_row_settles_with_its_tokens() -> None:
    state = folded(*BEGIN, e.UsageReported(1, 1, 412, 100, 88, 20, "gpt-x"), e.ResponseEnded(1, 1))
    row = state.rows[-1]
    assert (row.kind, row.status, row.duration) == ("model", "ok", 2.0)
    assert "412" in row.summary
    assert "88" in row.summary


def test_figures_by_hand() -> None:
    """Prompt at 0 s, deltas at 1.0, 1.5, 2.0 s, usage at 2.5 s, a second request without usage, the end at 4.5 s."""
    state = folded(
        e.PromptSent("hi"), e.ModelRequested(1, 1, "A"), e.TextDelta("1.1.0", "a"), e.TextDelta("1.1.0", "b"),
        e.TextDelta("1.1.0", "c"), e.UsageReported(1, 1, 10, 4, 30, 5), e.ModelRequested(1, 2, "A"),
        e.TextDelta("1.2.0", "d"), e.TextDelta("1.2.0", "e"), e.RunEnded(1, "completed"), step=0.5,
    )  # fmt: skip
    m = state.metrics
    assert runs.first_token(state, state.runs[0]) == 1.0
    assert runs.generation_time(state, state.runs[0]) == 1.0 + 0.5
    assert (m.run_turns, m.unknown_usage) == (2, 1)
    assert (m.input, m.cached, m.output, m.reasoning) == (10, 4, 30, 5)
    assert m.rate == [1, 0, 1, 0, 1, 1, 0, 1], "stalls within a request show, the wait between two does not"
    assert state.runs[0].ended == 4.5


def test_clear_hides_what_was_and_keeps_the_log() -> None:
    state = folded(*BEGIN, e.TextDelta("1.1.0", "x"), e.RunEnded(1, "completed"), e.ConversationCleared())
    assert state.cleared == len(state.entries) == 2
    assert len(state.rows) > 4


@given(st.lists(events, max_size=40))
def test_any_events_fold_and_a_replay_gives_the_same_state(happened: list[e.Event]) -> None:
    records = [Record(number + 1, number / 10, event) for number, event in enumerate(happened)]
    live, replayed = State(), State()
    for record in records:
        fold(live, record)
    for record in records:
        fold(replayed, decode_record(encode(record)))
    assert live == replayed
    assert live.seq == len(records)


def test_an_event_without_a_case_of_its_own_is_still_a_row() -> None:
    odd = msgspec.defstruct("CupFilled", [("cups", int)], frozen=True, tag_field="type", tag="cup_filled")(2)
    state = folded(*BEGIN, odd)  # type: ignore[arg-type]
    assert (state.rows[-1].kind, state.rows[-1].summary) == ("raw", "cup_filled cups=2")


def test_a_record_folded_twice_counts_once() -> None:
    state = State()
    record = Record(1, 0.0, e.TextDelta("i", "x"))
    fold(state, record)
    fold(state, record)
    assert state.metrics.deltas == 1


def test_a_try_that_goes_on_marks_the_seam_and_one_that_begins_anew_drops_what_was_cut() -> None:
    half = (*BEGIN, e.TextDelta("1.1.0", "Once "), e.ToolCallStarted("1.1.1", "c1", "dig"))
    again = e.AttemptStarted(1, 1, 2, 3, "connection reset", continued=True, dropped=("c1",))
    state = folded(*half, again, e.TextDelta("1.1.0", "upon"), e.MessageCompleted("1.1.0", "Guide", "Once upon"))
    _, answer, tool, note = state.entries
    assert isinstance(answer, Answer)
    assert (str(answer.text), answer.seams, answer.status) == ("Once upon", [5], "done")
    assert isinstance(tool, Tool)
    assert tool.status == "cancelled"
    assert isinstance(note, Note)
    assert note.text == "↻ connection reset: try 2 of 3 goes on here"
    anew = folded(*half, e.AttemptStarted(1, 1, 2, 3, "400", dropped=("1.1.0", "c1")))
    assert [entry.status for entry in anew.entries[1:3] if isinstance(entry, Answer | Tool)] == ["failed", "cancelled"]


def test_a_retry_is_a_run_without_a_prompt() -> None:
    state = folded(*BEGIN, e.RunEnded(1, "failed", "no", "network"), e.RetryRequested())
    assert (state.phase, state.busy, len(state.rows)) == ("sending", True, len(folded(*BEGIN).rows) + 3)
    assert [type(entry).__name__ for entry in state.entries] == ["Prompt", "Note", "Note"]


def test_what_runs_is_counted_at_a_cost_that_does_not_grow_with_the_run() -> None:
    state = State()
    fold(state, Record(1, 1.0, e.PromptSent("go")))
    for number in range(3):
        fold(state, Record(2 + number, 2.0, e.ToolStarted(f"c{number}", "t")))
    assert state.metrics.tools_running == 3
    fold(state, Record(5, 3.0, e.ToolEnded("c1", "t", "")))
    assert state.metrics.running == {1, 3}
    fold(state, Record(6, 4.0, e.PromptSent("again")))
    assert state.metrics.tools_running == 0
