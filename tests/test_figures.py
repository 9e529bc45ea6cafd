from decimal import Decimal

import pytest

from tests.test_fold import BEGIN, folded
from tui import events as e
from tui import figures
from tui.metrics.runs import phase_elapsed
from tui.state import State


def test_every_phase_has_words() -> None:
    run: tuple[tuple[e.Event, str], ...] = (
        (e.EngineStarted(1), "starting the engine"),
        (e.SessionStarted("s", "Guide", "m"), "ready"),
        (e.PromptSent("hi"), "sending"),
        (e.RunStarted(1), "waiting for the model"),
        (e.ReasoningDelta("1", "hm"), "thinking"),
        (e.ToolCallStarted("2", "c1", "dice"), "calling dice"),
        (e.ToolStarted("c1", "dice"), "running dice"),
        (e.ToolStarted("c2", "map"), "running map +1"),
        (e.ToolEnded("c2", "map", "x"), "running dice"),
        (e.ToolEnded("c1", "dice", "4"), "waiting for the model"),
        (e.TextDelta("3", "a"), "writing"),
        (e.CancelRequested(), "cancelling…"),
        (e.RunStuck(1, "dice", "app.py:12 in roll", 2.0), "stuck: dice at app.py:12 in roll"),
        (e.RunEnded(1, "cancelled"), "stopped"),
        (e.PromptSent("x"), "sending"),
        (e.RunEnded(2, "failed", "boom"), "failed"),
        (e.RunEnded(2, "completed"), "done"),
        (e.EngineEnded(0), "ended"),
        (e.EngineEnded(1, "gone"), "no engine"),
    )
    for count in range(1, len(run) + 1):
        assert figures.phase_words(folded(*(event for event, _ in run[:count])), 0.0) == run[count - 1][1]


def test_a_prompt_sent_before_the_engine_is_up_waits_for_the_engine() -> None:
    assert figures.phase_words(folded(e.EngineStarted(1), e.PromptSent("hi")), 0.0) == "starting the engine"


def test_names_in_a_phase_are_cleaned_and_cut() -> None:
    state = folded(*BEGIN, e.ToolStarted("c1", "\x1b]0;x\x07\n" + "n" * 99))
    words = figures.phase_words(state, 0.0)
    assert words.isprintable()
    assert len(words) <= 50
    assert figures.phase_words(folded(*BEGIN, e.RunStuck(1, "", "\x1b[2Ja.py:1", 2.0)), 0.0) == "stuck: ␛[2Ja.py:1"


def test_marks_of_phases_differ_without_colour() -> None:
    ends = (e.RunEnded(1, "completed"), e.RunEnded(1, "cancelled"), e.RunEnded(1, "failed"))
    marks = [figures.phase_mark(folded(*BEGIN, end)) for end in ends]
    assert len({*marks, figures.phase_mark(folded(*BEGIN)), figures.phase_mark(State())}) == 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"), (-1.0, "0 ms"), (0.0004, "0 ms"), (0.0123, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"),
        (3.24, "3.2 s"), (59.96, "1:00"), (65.0, "1:05"),
    ],
)  # fmt: skip
def test_duration(seconds: float | None, text: str) -> None:
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (-3.0, "0.0 s"),
        (0.3, "0.3 s"),
        (59.99, "59.9 s"),
        (60.0, "1:00"),
        (3599.9, "59:59"),
        (7384, "2:03:04"),
    ],
)
def test_elapsed(seconds: float | None, text: str) -> None:
    assert figures.elapsed(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (0.444, "0.44 s"), (9.99, "9.99 s"), (9.999, "10.0 s"), (12.34, "12.3 s")]
)
def test_latency(seconds: float | None, text: str) -> None:
    assert figures.latency(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (0, "0"), (9_999, "9,999"), (10_000, "10.0k"), (12_399, "12.3k"), (99_999, "99.9k"),
        (100_000, "100k"), (999_999, "999k"), (1_250_000, "1.2M"), (123_000_000, "123M"), (7_000_000_000, "7.0G"),
    ],
)  # fmt: skip
def test_count(value: int | None, text: str) -> None:
    assert figures.count(value) == text
    assert len(text) <= 5


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (61.24, "61.2"), (99.96, "100"), (20_000.0, "20.0k")])
def test_rate(value: float | None, text: str) -> None:
    assert figures.rate(value) == text


def test_spark_scales_to_the_greatest_and_keeps_a_stall_apart() -> None:
    assert figures.spark([0, 1, 7, 14], 9) == "▁▂▅█"
    assert figures.spark([1, 100], 9) == "▂█"
    assert figures.spark([0, 0], 9) == "▁▁"
    assert figures.spark([9, 1, 1], 2) == "██"
    assert figures.spark([], 9) == figures.spark([1], 0) == ""


def test_the_clock_rounds_to_milliseconds() -> None:
    at = 1763900002.01
    assert figures.clock_ms(at).endswith(":22.010")
    assert figures.clock_ms(1763900002.9999) == f"{figures.clock(1763900003)}.000"


def test_the_spinner_turns_ten_times_a_second() -> None:
    assert len({figures.spinner(tenth / 10 + 0.01) for tenth in range(10)}) == 10
    assert figures.spinner(5.01) == figures.spinner(5.09)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""), (0.0, "▏"), (0.001, "▏"), (0.01, "█"), (0.012, "█"), (0.02, "█▎"), (0.1, "██"), (1.0, "███"),
        (60.0, "████▊"), (100.0, "█████"), (9_999.0, "█████"),
    ],
)  # fmt: skip
def test_a_bar_is_a_cell_for_each_tenfold_of_a_millisecond(seconds: float | None, text: str) -> None:
    assert figures.bar(seconds, 5) == text
    assert figures.bar(seconds, 0) == ""


@pytest.mark.parametrize(
    ("dollars", "priced", "unknown", "text"),
    [
        ("0", 0, 0, "–"), ("0", 0, 2, "?"), ("0", 1, 0, "$0"), ("0.0000012", 1, 0, "<$0.0001"),
        ("0.00312", 3, 0, "$0.0031"),        ("0.00312", 3, 1, "≥$0.0031"), ("0.0312", 3, 0, "$0.0312"),
        ("1.239", 1, 0, "$1.24"), ("1240.4", 1, 0, "$1,240"),
    ],
)  # fmt: skip
def test_money_is_never_made_up(dollars: str, priced: int, unknown: int, text: str) -> None:
    assert figures.money(Decimal(dollars), priced, unknown) == text


def test_a_gauge_shows_the_least_there_is() -> None:
    assert figures.gauge(0.0, 4) == "░░░░"
    assert figures.gauge(0.001, 4) == "▇░░░"
    assert figures.gauge(0.5, 4) == "▇▇░░"
    assert figures.gauge(1.7, 4) == "▇▇▇▇"


FAILING = (*BEGIN, e.AttemptFailed(1, 1, 1, 3, "network", "connection reset", 1.5))


def test_the_wait_for_the_next_try_counts_down() -> None:
    state = folded(*FAILING)
    assert figures.phase_words(state, 6.7) == "retrying in 0.8 s · try 2 of 3: connection reset"
    assert figures.phase_words(state, 99.0) == "retrying in 0.0 s · try 2 of 3: connection reset"
    assert phase_elapsed(state, 6.7) is None
    assert figures.phase_words(folded(*FAILING, e.AttemptStarted(1, 1, 2, 3)), 9.0) == "waiting for the model"
    assert figures.phase_words(folded(*FAILING, e.CancelRequested()), 9.0) == "cancelling…"
