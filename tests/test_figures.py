import pytest

from tests.test_fold import BEGIN, folded
from tui import events as e
from tui import figures
from tui.fold import fold
from tui.state import State
from tui.wire import Record


def timed(*happened: tuple[float, e.Event]) -> State:
    state = State()
    for number, (at, event) in enumerate(happened):
        fold(state, Record(number + 1, at, event))
    return state


TWO_REQUESTS = (
    (100.0, e.PromptSent("hi")),
    (100.1, e.RunStarted(1)),
    (100.2, e.ModelRequested(1, 1, "Guide")),
    (101.0, e.ReasoningDelta("1.1.0", "a")),
    (101.5, e.ToolCallStarted("1.1.1", "c1", "dice")),
    (102.0, e.ArgumentsDelta("c1", "{}")),
    (102.0, e.UsageReported(1, 1, 50, 10, 6, 1)),
    (102.1, e.ToolStarted("c1", "dice")),
    (112.1, e.ToolEnded("c1", "dice", "4", duration=10.0)),
    (112.2, e.ModelRequested(1, 2, "Guide")),
    (113.0, e.TextDelta("1.2.0", "a")),
    (114.0, e.TextDelta("1.2.0", "b")),
    (116.0, e.TextDelta("1.2.0", "c")),
)
"""Generates from 101 to 102 and from 113 to 116: 4 s. Deltas: 2 + 3."""


def test_the_first_token_counts_from_the_prompt_to_the_first_delta_of_any_kind() -> None:
    assert timed(*TWO_REQUESTS).metrics.first_token == pytest.approx(1.0)


def test_generation_time_leaves_out_waiting_and_tools() -> None:
    assert figures.generation_time(timed(*TWO_REQUESTS)) == pytest.approx(4.0)
    assert figures.generation_time(timed(*TWO_REQUESTS[:5])) == pytest.approx(0.0)
    assert figures.generation_time(timed(*TWO_REQUESTS[:9])) == pytest.approx(1.0)


def test_the_rate_of_a_live_run_is_deltas_by_generation_time() -> None:
    rate = figures.tokens_per_second(timed(*TWO_REQUESTS))
    assert not rate.exact
    assert rate.value == pytest.approx(5 / 4)


def test_the_rate_of_a_finished_run_is_what_the_provider_counted() -> None:
    state = timed(
        *TWO_REQUESTS, (116.0, e.UsageReported(1, 2, 60, 0, 14, 0)), (116.5, e.RunEnded(1, "completed", turns=2))
    )
    rate = figures.tokens_per_second(state)
    assert rate.exact
    assert rate.value == pytest.approx((6 + 14) / 4)


def test_the_rate_of_a_run_cut_off_stays_an_estimate() -> None:
    rate = figures.tokens_per_second(timed(*TWO_REQUESTS, (116.5, e.RunEnded(1, "cancelled"))))
    assert not rate.exact
    assert rate.value == pytest.approx(5 / 4)


def test_a_rate_over_next_to_no_time_is_unknown() -> None:
    assert figures.tokens_per_second(State()).value is None
    burst = timed(*TWO_REQUESTS[:3], (101.0, e.TextDelta("1.1.0", "a")), (101.04, e.TextDelta("1.1.0", "b")))
    assert figures.tokens_per_second(burst).value is None


@pytest.mark.parametrize(("seconds", "words"), [(None, ""), (0.4, "✔"), (2.0, "✔"), (2.01, "slow")])
def test_verdict(seconds: float | None, words: str) -> None:
    assert figures.verdict(seconds) == words


def test_the_run_takes_from_the_prompt_to_its_end() -> None:
    assert figures.run_elapsed(State(), 9.0) is None
    assert figures.run_elapsed(timed(*TWO_REQUESTS), 120.0) == pytest.approx(20.0)
    ended = timed(*TWO_REQUESTS, (117.0, e.RunEnded(1, "completed")))
    assert figures.run_elapsed(ended, 999.0) == pytest.approx(17.0)
    lost = timed(*TWO_REQUESTS, (118.0, e.EngineEnded(1, "gone")))
    assert figures.run_elapsed(lost, 999.0) == pytest.approx(18.0)


def test_a_phase_takes_since_it_began_and_an_ended_run_as_long_as_it_took() -> None:
    assert figures.phase_elapsed(timed(*TWO_REQUESTS), 115.0) == pytest.approx(2.0)
    assert figures.phase_elapsed(timed(*TWO_REQUESTS, (117.0, e.RunEnded(1, "completed"))), 999.0) == pytest.approx(17)
    assert figures.phase_elapsed(folded(*BEGIN[:2]), 99.0) is None


def test_usage_is_unknown_until_a_provider_told_it() -> None:
    assert not figures.usage_known(State())
    assert not figures.usage_known(timed(*TWO_REQUESTS[:6]))
    assert figures.usage_known(timed(*TWO_REQUESTS[:7]))
    assert figures.usage_known(timed(*TWO_REQUESTS))
    assert not figures.usage_known(timed(*TWO_REQUESTS[:6], (102.0, e.RunEnded(1, "cancelled"))))


def test_failed_tools_are_those_of_the_newest_run() -> None:
    fails = (*BEGIN, e.ToolStarted("c1", "dice"), e.ToolEnded("c1", "dice", "no", failed=True))
    assert figures.failed_tools(folded(*fails)) == 1
    assert figures.failed_tools(folded(*fails, e.RunEnded(1, "completed"), e.PromptSent("again"))) == 0


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


FAILING = (*BEGIN, e.AttemptFailed(1, 1, 1, 3, "network", "connection reset", 1.5))


def test_the_wait_for_the_next_try_counts_down() -> None:
    state = folded(*FAILING)
    assert figures.phase_words(state, 6.7) == "retrying in 0.8 s · try 2 of 3: connection reset"
    assert figures.phase_words(state, 99.0) == "retrying in 0.0 s · try 2 of 3: connection reset"
    assert figures.phase_elapsed(state, 6.7) is None
    assert figures.phase_words(folded(*FAILING, e.AttemptStarted(1, 1, 2, 3)), 9.0) == "waiting for the model"
    assert figures.phase_words(folded(*FAILING, e.CancelRequested()), 9.0) == "cancelling…"


def test_rates_of_errors_and_recoveries() -> None:
    assert figures.error_rate(folded().metrics) is None
    assert figures.recovery_rate(folded(*BEGIN).metrics) is None
    won = (*FAILING, e.AttemptStarted(1, 1, 2, 3), e.AttemptSucceeded(1, 1, 2))
    lost = (e.ModelRequested(1, 2, "Guide"), e.AttemptFailed(1, 2, 3, 3, "server", "500"))
    metrics = folded(*won, *lost, e.RunEnded(1, "failed", "500", "server")).metrics
    assert (metrics.tries, metrics.errors, metrics.failures) == (3, 2, {"network": 1, "server": 1})
    assert figures.error_rate(metrics) == pytest.approx(2 / 3)
    assert figures.recovery_rate(metrics) == pytest.approx(1 / 2)
    assert figures.percent(figures.recovery_rate(metrics)) == "50.0 %"


def test_failures_of_runs_and_tools_have_their_kinds_too() -> None:
    tool = e.ToolEnded("c1", "dig", "", failed=True)
    metrics = folded(*BEGIN, tool, e.RunEnded(1, "failed", "no", "guardrail"), e.PromptSent("x")).metrics
    assert metrics.failures == {"tool": 1, "guardrail": 1}
    assert figures.failures(metrics) == [("guardrail", 1)]
