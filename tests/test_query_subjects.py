"""What events and rows answer to a filter: an event is of the row that it makes, and both know their place."""

import pytest
from hypothesis import given

from tests.sample_session import SESSION, recorded
from tests.strategies import EVENT_CLASSES, events
from tui import events as e
from tui.fold import fold
from tui.fold.rows import row_of
from tui.query import Context, RecordSubject, of_record, of_row, parse
from tui.query.kinds import EVENT_TYPES, KINDS, ROW_KINDS, kinds_of_event
from tui.state import State
from tui.wire import Record


def folded(*happened: e.Event) -> State:
    state = State()
    for record in recorded(*happened):
        fold(state, record)
    return state


def rows(state: State, text: str) -> list[str]:
    query = parse(text).bind(state.at)
    return [f"{row.kind} {row.summary}" for row in state.rows if query.matches(of_row(state, row))]


def of(*happened: e.Event) -> RecordSubject:
    """The last of these events."""
    context = Context()
    return [of_record(record, context) for record in recorded(*happened)][-1]


@given(events)
def test_an_event_is_of_its_type_and_of_the_kind_of_row_that_it_makes(event: e.Event) -> None:
    kinds = kinds_of_event(event)
    assert e.name_of(event) in kinds
    assert row_of(Record(1, 0.0, event)).kind in kinds
    assert kinds <= set(KINDS)


def test_all_types_of_events_can_be_named() -> None:
    assert {kind.__struct_config__.tag for kind in EVENT_CLASSES} == set(EVENT_TYPES)
    assert set(ROW_KINDS) <= set(KINDS)


@given(events)
def test_any_event_and_any_row_answers_everything(event: e.Event) -> None:
    record = Record(1, 0.0, event)
    state = State()
    fold(state, record)
    for subject in (of_record(record, Context()), *(of_row(state, row) for row in state.rows)):
        said = subject.text()
        assert isinstance(said, str)
        for name in event.__struct_fields__:
            subject.field(name)
        asked = (subject.agent, subject.tool, subject.call, subject.item, subject.status, subject.type)
        assert all(isinstance(answer, str) for answer in asked)
        assert all(isinstance(answer, int) for answer in (subject.seq, subject.run, subject.turn))
        assert all(answer is None or answer >= 0 for answer in (subject.duration, subject.tokens))


def test_an_event_knows_the_agent_the_run_and_the_turn_of_those_before_it() -> None:
    begin = (e.RunStarted(3), e.AgentChanged(3, "Guide"), e.ModelRequested(3, 2, "Guide", "gpt-x"))
    printed = of(*begin, e.OutputCaptured("stdout", "hello"))
    assert (printed.agent, printed.run, printed.turn) == ("Guide", 3, 2)
    assert of(*begin, e.RunEnded(3, "completed"), e.PromptSent("next")).run == 4


def test_agents_that_work_at_the_same_time_are_told_apart_by_their_items() -> None:
    begin = (
        e.ModelRequested(1, 2, "Oracle"),
        e.ModelRequested(1, 3, "Scribe"),
        e.ToolCallStarted("c/1.2.1", "d", "look"),
    )
    for event in (e.TextDelta("c/1.2.0", "x"), e.ArgumentsDelta("d", "{}")):
        subject = of(*begin, event)
        assert (subject.agent, subject.turn) == ("Oracle", 2)
    assert of(*begin, e.ArgumentsDelta("d", "{}")).tool == "look"


def test_how_long_things_took_is_known_at_their_end() -> None:
    run = (e.RunStarted(1), e.ModelRequested(1, 1, "Guide"), e.ResponseEnded(1, 1))
    assert of(*run).duration == pytest.approx(1)
    assert of(*run, e.RunEnded(1, "completed")).duration == pytest.approx(3)
    assert of(e.ToolStarted("a", "look"), e.ToolEnded("a", "look", "x")).duration == pytest.approx(1)
    assert of(e.ToolStarted("a", "look"), e.ToolEnded("a", "look", "x", duration=0.25)).duration == 0.25
    assert of(*run, e.Notice("info", "x")).duration is None


def test_a_context_forgets_a_run_that_is_over() -> None:
    context = Context()
    for record in recorded(*SESSION):
        of_record(record, context)
    assert not context.calls
    assert not context.agents
    assert not context.began


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kind:tool", ['tool roll_dice {"sides":20}', 'tool roll_dice {"sides":6}', 'tool ask_oracle {"q":"why"}']),
        ("kind:tool kind:error", ['tool roll_dice {"sides":20}']),
        ("status:failed kind:tool_ended", ['tool roll_dice {"sides":20}']),
        ("tool:roll_* dur<100ms", ['tool roll_dice {"sides":6}']),
        ("arguments.sides:6", ['tool roll_dice {"sides":6}']),
        ('"table broke"', ['tool roll_dice {"sides":20}']),
        ("failed:true error:value*", ['tool roll_dice {"sides":20}']),
        ("call:c", ['tool ask_oracle {"q":"why"}']),
        ("tokens>100", ["model gpt-x  100 → 20 tokens"]),
        ("kind:model agent:teller", ["model gpt-x"]),
        ("kind:text turn:3", ["text Once upon a"]),
        ("kind:text -kind:delta", ["text You rolled a **4**.", "text Because of fate.", "text Once upon a"]),
        ("source:Guide", ["handoff Guide → Teller"]),
        ("run:2", ["prompt Go on", "run Guide", "error the server said 500", "run failed"]),
        ("kind:run status:cancelled run:1", ["run Guide", "run cancelled"]),
        (
            "type:engine_started,session_started",
            ["session engine started, process 42", "session Guide on gpt-x, 1 tools"],
        ),
        ('"roll two"', ["prompt Roll two dice"]),
    ],
)
def test_rows_are_found(text: str, found: list[str]) -> None:
    assert rows(folded(*SESSION), text) == found


def test_a_row_is_of_deltas_while_nothing_else_has_come() -> None:
    begin = (e.RunStarted(1), e.TextDelta("1.1.0", "Once "))
    assert rows(folded(*begin), "kind:delta") == ["text Once "]
    whole = folded(*begin, e.MessageCompleted("1.1.0", "Guide", "Once upon"))
    assert rows(whole, "kind:delta") == []
    assert rows(whole, "kind:text_delta kind:message_completed") == ["text Once upon"]


@given(events)
def test_a_row_of_one_event_is_of_the_kinds_of_that_event(event: e.Event) -> None:
    state = State()
    fold(state, Record(1, 0.0, event))
    row = state.rows[-1]
    if row.kind not in ("tool", "text", "think", "model", "run"):
        assert of_row(state, row).kinds == kinds_of_event(event)
