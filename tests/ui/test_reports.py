from datetime import timedelta, timezone
from pathlib import Path

from tui import events as e
from tui.bus import Bus
from tui.fold import fold
from tui.journal.header import Header
from tui.journal.writer import JournalWriter
from tui.state import State
from tui.ui.reports import count, farewell, history, stats
from tui.wire import Record

ZONE = timezone(timedelta(hours=7))
NOON = 1_763_873_640.0
"""2025-11-23 11:54 in `ZONE`."""


def folded(*events: e.Event, at: float = NOON) -> State:
    state = State()
    for seq, event in enumerate(events, 1):
        fold(state, Record(seq, at + seq, event))
    return state


def said(run: int, prompt: str, answer: str, agent: str = "Game Master") -> list[e.Event]:
    return [
        e.PromptSent(prompt),
        e.RunStarted(run),
        e.ModelRequested(run, 1, agent),
        e.MessageCompleted(f"m{run}", agent, answer),
        e.UsageReported(run, 1, input=1_000, cached=400, output=20, reasoning=5),
        e.RunEnded(run, "completed", turns=1),
    ]


def used(call: str, name: str, *, failed: bool = False) -> list[e.Event]:
    return [e.ToolCalled(call, name, "{}"), e.ToolStarted(call, name), e.ToolEnded(call, name, "17", failed)]


def test_history_numbers_the_messages_and_says_who_and_when() -> None:
    state = folded(*said(1, "Roll a die", "You rolled **17**!"))
    assert history(state, ZONE).splitlines() == [
        "1. You          11:54  Roll a die",
        "2. Game Master  11:54  You rolled **17**!",
    ]


def test_history_shows_the_first_80_characters_on_one_line() -> None:
    text = "first line\nsecond " + "x" * 100
    line = history(folded(e.PromptSent(text)), ZONE)
    assert line == "1. You  11:54  first line⏎second " + "x" * (80 - len("first line⏎second ")) + "…"
    assert history(folded(e.PromptSent("y" * 80)), ZONE) == "1. You  11:54  " + "y" * 80


def test_history_marks_a_stopped_answer() -> None:
    state = folded(e.PromptSent("go"), e.RunStarted(1), e.TextDelta("m1", "Once upon"), e.RunEnded(1, "cancelled"))
    assert history(state, ZONE).splitlines()[1].endswith("Once upon (stopped)")


def test_history_passes_no_control_characters_on() -> None:
    line = history(folded(e.PromptSent("a\x1b]0;title\x07b\u202ec")), ZONE)
    assert line.isprintable()
    assert "\x1b" not in line


def test_history_aligns_ten_messages() -> None:
    state = folded(*(event for run in range(1, 6) for event in said(run, "q", "a")))
    lines = history(state, ZONE).splitlines()
    assert [line[:4] for line in lines] == [f"{number:>2}. " for number in range(1, 11)]


def test_nothing_said_is_said_so() -> None:
    assert history(State(), ZONE) == "Nothing has been said yet."
    assert "no answer yet" in stats(State())


def test_stats_by_hand() -> None:
    state = folded(
        *said(1, "one", "two words"),
        *said(2, "two", "and four words here"),
        e.PromptSent("three"),
        e.RunStarted(3),
        e.ModelRequested(3, 1, "Game Master"),
        *used("c1", "roll_dice"),
        *used("c2", "roll_dice", failed=True),
        *used("c3", "flip_coin"),
        e.TextDelta("m3", "partial answer"),
        e.RunEnded(3, "cancelled"),
    )
    found = count(state)
    assert (found.messages, found.user, found.assistant) == (6, 3, 3)
    assert (found.words, found.characters) == (2 + 4 + 2, 9 + 19 + 14)
    assert found.tools == (("roll_dice", 2, 1), ("flip_coin", 1, 0))
    assert (found.runs, found.model_calls, found.tool_calls, found.stops, found.errors) == (3, 3, 3, 1, 0)
    assert (found.input, found.cached, found.output, found.reasoning) == (2_000, 800, 40, 10)
    assert found.unknown_usage == 1
    assert stats(state).splitlines() == [
        "messages            6",
        "  yours             3",
        "  agents'           3",
        "average answer      2.7 words, 14.0 characters",
        "tool calls          3",
        "  roll_dice         2, 1 failed",
        "  flip_coin         1",
        "",
        "whole session",
        "  runs              3",
        "  model calls       3",
        "  tool calls        3",
        "  tokens in         2,000, 800 of them cached",
        "  tokens out        40, 10 of them reasoning",
        "  cost              ?, 3 of the model calls without a known price",
        "  context           1,020 tokens",
        "  runs with issues  0",
        "  stopped           1",
        "  errors            0",
        "  not counted       1 of the model calls: their provider did not tell",
    ]


def test_a_failed_run_is_an_error() -> None:
    state = folded(e.PromptSent("go"), e.RunStarted(1), e.RunEnded(1, "failed", error="no network", kind="network"))
    assert count(state).errors == 1


def test_what_was_cleared_is_left_out_but_the_session_goes_on() -> None:
    before = [*said(1, "old", "old answer"), e.PromptSent("more"), *used("c1", "roll_dice")]
    state = folded(*before, e.RunEnded(2, "completed"), e.ConversationCleared(), *said(3, "new", "new answer"))
    assert history(state, ZONE).splitlines() == ["1. You          11:54  new", "2. Game Master  11:54  new answer"]
    found = count(state)
    assert (found.messages, found.tools) == (2, ())
    assert (found.tool_calls, found.input) == (1, 2_000)


def test_an_agent_used_as_a_tool_takes_no_part_in_the_conversation() -> None:
    state = folded(
        e.PromptSent("ask the expert"),
        e.ToolCalled("c1", "expert", "{}", origin="agent"),
        e.MessageCompleted("c1/m1", "Expert", "inner words"),
        e.MessageCompleted("m2", "Helper", "outer words"),
    )
    assert count(state).assistant == 1
    assert "inner" not in history(state, ZONE)


def test_farewell_counts_the_tools_across_all_prompts() -> None:
    state = State()
    happened: list[e.Event] = [
        e.SessionStarted("7f3a", "Guide", "gpt-x"),
        e.PromptSent("one"), e.RunStarted(1), e.ToolCalled("a", "dig", "{}"), e.RunEnded(1, "completed"),
        e.PromptSent("two"), e.RunStarted(2), e.ToolCalled("b", "dig", "{}"), e.UsageReported(2, 1, 1200, 0, 34, 0),
        e.RunEnded(2, "completed"),
    ]  # fmt: skip
    for number, event in enumerate(happened, 1):
        fold(state, Record(number, float(number), event))
    assert farewell(state, None) == "agents-tui: session 7f3a · 2 runs · 2 tool calls · 1,200 tokens in, 34 out"


def test_farewell_says_how_to_go_on_or_what_of_it_was_not_saved(tmp_path: Path) -> None:
    bus = Bus(lambda: 1.0)
    journal = JournalWriter(bus, tmp_path / "7f3a.jsonl", Header("7f3a", "demo", 1.0), str)
    bus.publish(e.PromptSent("one"))
    journal.flush()
    assert farewell(State(), journal).splitlines()[1:] == ["agents-tui --session 7f3a"]
    journal.path.unlink()
    tmp_path.rmdir()
    tmp_path.write_text("in the way")
    bus.publish(e.RunStarted(1))
    journal.close()
    tmp_path.unlink()
    (why,) = farewell(State(), journal).splitlines()[1:]
    assert why.startswith(f"agents-tui: not all of it was saved: {journal.path}: ")
