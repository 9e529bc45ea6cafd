"""A run as spans: what waits, generates and runs when, what is in what, and that nothing lies outside its run."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import events
from tests.test_fold import folded
from tui import events as e
from tui.fold import fold
from tui.state import State
from tui.timeline import Part, Span, Timeline, row_of, timeline
from tui.wire import Record


def at(*happened: tuple[float, e.Event]) -> State:
    """The state after events at given seconds."""
    state = State()
    for seq, (second, event) in enumerate(happened, 1):
        fold(state, Record(seq, second, event))
    return state


def told(found: Timeline) -> list[str]:
    """Each span as `label start-end part start-end…`, indented by its depth; `…` is no end."""

    def times(start: float, end: float | None) -> str:
        return f"{start:g}-{'…' if end is None else f'{end:g}'}"

    return [
        "  " * span.depth
        + f"{span.kind} {span.label} {times(span.start, span.end)}: "
        + ", ".join(f"{kind} {times(start, end)}" for kind, start, end in span.parts)
        for span in found.spans
    ]


TOOLS = at(
    (1, e.PromptSent("roll")), (1.1, e.RunStarted(1)), (1.5, e.ModelRequested(1, 1, "Guide", "gpt-x")),
    (2, e.ToolCallStarted("1.1.0", "a", "roll_dice")), (2.5, e.ToolCallStarted("1.1.1", "b", "flip_coin")),
    (3, e.ToolCalled("a", "roll_dice", "{}")), (3, e.ToolCalled("b", "flip_coin", "{}")),
    (3, e.UsageReported(1, 1, 10, 0, 20, 0)), (3, e.ResponseEnded(1, 1)),
    (3.1, e.ToolStarted("a", "roll_dice")), (3.2, e.ToolStarted("b", "flip_coin")),
    (3.5, e.ToolEnded("b", "flip_coin", "heads", duration=0.3)), (4, e.ToolEnded("a", "roll_dice", "4", duration=0.9)),
    (4.1, e.ModelRequested(1, 2, "Guide", "gpt-x")), (5, e.TextDelta("1.2.0", "a 4")), (6, e.TextDelta("1.2.0", "!")),
    (6.5, e.ResponseEnded(1, 2)), (7, e.RunEnded(1, "completed")),
)  # fmt: skip
"""Two tools side by side between two requests."""

NESTED = at(
    (0, e.PromptSent("ask")), (0, e.RunStarted(1)), (1, e.ModelRequested(1, 1, "Guide")),
    (2, e.ToolCalled("c", "ask_oracle", "{}", "Guide", "agent")), (2, e.ResponseEnded(1, 1)),
    (3, e.ToolStarted("c", "ask_oracle")), (3, e.ToolStarted("d", "beside")), (4, e.ModelRequested(1, 2, "Oracle")),
    (5, e.ToolCallStarted("c/1.2.0", "c/x", "stars")), (6, e.ResponseEnded(1, 2)), (6, e.ToolStarted("c/x", "stars")),
    (7, e.ToolEnded("c/x", "stars", "bright")), (8, e.ToolEnded("d", "beside", "")), (9, e.ToolEnded("c", "o", "fate")),
    (9, e.HandoffOccurred("Guide", "Teller")), (10, e.Steered(1, "be brief")), (11, e.ModelRequested(1, 3, "Teller")),
)  # fmt: skip
"""An agent used as a tool beside another tool, then a handoff and a word in the middle; live."""


def test_tools_side_by_side_between_two_requests() -> None:
    found = timeline(TOOLS, 0)
    assert told(found) == [
        "model Guide 1.5-3: waiting 1.5-2, generating 2-3",
        "tool roll_dice 3.1-4: running 3.1-4",
        "tool flip_coin 3.2-3.5: running 3.2-3.5",
        "model Guide 4.1-6.5: waiting 4.1-5, generating 5-6.5",
    ]
    assert found.length(99.0) == 6.0


def test_what_an_agent_used_as_a_tool_did_stands_under_its_call() -> None:
    found = timeline(NESTED, 0)
    assert told(found) == [
        "model Guide 1-2: waiting 1-2",
        "tool ask_oracle 3-9: running 3-9",
        "  model Oracle 4-6: waiting 4-5, generating 5-6",
        "  tool stars 6-7: running 6-7",
        "tool beside 3-8: running 3-8",
        "handoff Teller 9-9: mark 9-9",
        "prompt be brief 10-10: mark 10-10",
        "model Teller 11-…: waiting 11-…",
    ]
    assert found.length(20.0) == 20.0


def test_waits_for_another_try_are_cut_out_of_what_they_interrupt() -> None:
    state = at(
        (0, e.PromptSent("hi")), (0, e.RunStarted(1)), (1, e.ModelRequested(1, 1, "A")),
        (2, e.AttemptFailed(1, 1, 1, 3, "network", "gone", 1.0)), (3, e.AttemptStarted(1, 1, 2, 3, continued=True)),
        (4, e.TextDelta("1.1.0", "one ")), (5, e.AttemptFailed(1, 1, 2, 3, "network", "gone", 2.0)),
        (7, e.AttemptStarted(1, 1, 3, 3, continued=True)), (8, e.TextDelta("1.1.0", "two")), (9, e.ResponseEnded(1, 1)),
        (9, e.RunEnded(1, "completed")),
    )  # fmt: skip
    assert told(timeline(state, 0)) == [
        "model A 1-9: waiting 1-2, retry 2-3, waiting 3-4, generating 4-5, retry 5-7, generating 7-9"
    ]


def test_a_stop_in_the_middle_ends_all_that_was_under_way() -> None:
    state = at(
        (0, e.PromptSent("hi")), (0, e.RunStarted(1)), (1, e.ModelRequested(1, 1, "A")),
        (2, e.ToolStarted("ran", "ran")), (3, e.ToolCalled("not", "never_ran", "{}")), (4, e.TextDelta("1.1.0", "x")),
        (5, e.TextDelta("1.1.0", "y")), (6, e.AttemptFailed(1, 1, 1, 3, "network", "gone", 60.0)),
        (7, e.RunEnded(1, "cancelled")), (8, e.PromptSent("again")),
    )  # fmt: skip
    assert told(timeline(state, 0)) == [
        "model A 1-7: waiting 1-4, generating 4-5, waiting 5-6, retry 6-7",
        "tool ran 2-7: running 2-7",
        "tool never_ran 3-3: waiting 3-3",
    ]
    assert told(timeline(state, 1)) == []


def test_each_run_has_its_own_and_a_fork_adds_nothing() -> None:
    state = at(
        (0, e.PromptSent("one")), (0, e.RunStarted(1)), (1, e.ToolStarted("a", "first")), (2, e.ToolEnded("a", "", "")),
        (3, e.RunEnded(1, "completed")), (4, e.PromptSent("two")), (4, e.RunStarted(2)),
        (5, e.ToolStarted("b", "second")), (6, e.ToolEnded("b", "", "")), (7, e.RunEnded(2, "completed")),
        (8, e.ConversationRewound(2, 1)), (9, e.PromptSent("two again")), (9, e.RunEnded(3, "completed")),
        (10, e.BranchChosen(2)), (11, e.ConversationRewound(1, 0)),
    )  # fmt: skip
    assert told(timeline(state, 0)) == ["tool first 1-2: running 1-2"]
    assert told(timeline(state, 1)) == ["tool second 5-6: running 5-6"]
    assert told(timeline(state, 2)) == []


def test_a_span_knows_its_row_in_the_log() -> None:
    for state in (TOOLS, NESTED):
        for span in timeline(state, 0).spans:
            row = state.rows[row_of(state, span)]
            assert row.kind == span.kind, span
            assert span.label in f"{row.agent} {row.summary}", span


def inside(part: Span | Part, start: float, end: float | None) -> bool:
    return start <= part.start and (end is None or (part.end is not None and part.start <= part.end <= end))


@given(st.lists(st.tuples(events, st.floats(0, 5)), max_size=40))
def test_no_span_ends_before_it_starts_and_all_lie_in_their_run(happened: list[tuple[e.Event, float]]) -> None:
    state, now = State(), 100.0
    for seq, (event, after) in enumerate((*RUN, *happened), 1):
        now += after
        fold(state, Record(seq, now, event))
    for index, run in enumerate(state.runs):
        for span in timeline(state, index).spans:
            assert inside(span, run.at, run.ended)
            assert span.parts
            assert all(inside(part, span.start, span.end) for part in span.parts)
            assert [part.start for part in span.parts] == sorted(part.start for part in span.parts)


RUN: tuple[tuple[e.Event, float], ...] = (
    (e.PromptSent("hi"), 0.0), (e.RunStarted(1), 1.0), (e.ModelRequested(1, 1, "A"), 1.0),
    (e.AttemptFailed(1, 1, 1, 3, "network", "gone", 4.0), 1.0),
)  # fmt: skip


def test_there_is_no_run_beyond_the_newest() -> None:
    assert folded().runs == []
