"""Limits: read from the file, held against runs, said once."""

from pathlib import Path

import pytest

from tests.test_metrics import RETRIED, timed
from tui import events as e
from tui.config import FILE, ConfigError, Limits, Thresholds, load_settings
from tui.fold import fold
from tui.metrics import session
from tui.metrics.thresholds import breaches, verdict
from tui.state import State
from tui.state.breaches import breach_words
from tui.wire import Record

NONE = Thresholds((("*", {"first_token": float("inf"), "tokens_per_second": 0.0, "error_rate": 1.0}),))


def loaded(folder: Path, text: str) -> Thresholds:
    (folder / FILE).write_text(text)
    return load_settings(folder).thresholds


def test_the_defaults_are_those_of_a_healthy_run(tmp_path: Path) -> None:
    assert load_settings(tmp_path).thresholds.of("any") == Limits(2.0, 10.0, 0.05)


def test_a_model_has_its_own_limits_and_the_rest_from_all(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        '[thresholds]\nfirst_token = 3\n[thresholds."gpt-*"]\ntokens_per_second = 40.0\n'
        '[thresholds."gpt-5*"]\nfirst_token = 9.5',
    )  # fmt: skip
    assert found.of("qwen3") == Limits(3.0, 10.0, 0.05)
    assert found.of("GPT-4o") == Limits(3.0, 40.0, 0.05)
    assert found.of("gpt-5-mini") == Limits(9.5, 40.0, 0.05)
    assert loaded(tmp_path, "[thresholds]\nfirst_token = inf").of("x").first_token == float("inf")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("thresholds = 3", "thresholds must be a table"),
        ("[thresholds]\nfirst_tokn = 1", "thresholds: unknown limit 'first_tokn'; did you mean 'first_token'?"),
        ('[thresholds."gpt-*"]\nrate = 1', "thresholds.\"gpt-*\": unknown limit 'rate'"),
        ("[thresholds]\nfirst_token = -1", "thresholds.first_token: expected a number from 0 on, got -1"),
        ("[thresholds]\nfirst_token = nan", "thresholds.first_token: expected a number from 0 on, got nan"),
        ('[thresholds]\nerror_rate = "5 %"', "thresholds.error_rate: expected a number from 0 on, got '5 %'"),
        ("[thresholds]\nerror_rate = true", "thresholds.error_rate: expected a number from 0 on, got True"),
        ("[threshold]\nerror_rate = 1", "unknown setting 'threshold'; did you mean 'thresholds'?"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / FILE}: {complaint}")


def test_the_verdict_of_a_first_token() -> None:
    assert [verdict(seconds, 2.0) for seconds in (None, 0.4, 2.0, 2.01)] == ["", "✔", "✔", "slow"]


def test_a_healthy_run_breaches_nothing() -> None:
    state = timed(*RETRIED)
    assert breaches(state, state.runs[0], NONE) == []


def test_each_kind_of_breach_once_a_run_with_its_figures_in_words() -> None:
    """The run of `RETRIED`: first token after 1.5 s, 12 tokens in 3 s, one of two tries failed."""
    state = timed(*RETRIED)
    found = breaches(state, state.runs[0], Thresholds((("gpt-x", {"first_token": 1.0}),)))
    assert [breach_words(each) for each in found] == [
        "slow first token: 1.50 s, the limit is 1.00 s",
        "slow: 4.0 tokens/s, the limit is 10.0",
        "50 % of the tries failed, the limit is 5 %",
    ]
    assert [(each.run, each.turn, each.model) for each in found] == [(1, 1, "gpt-x"), (1, 0, "gpt-x"), (1, 0, "gpt-x")]


def test_the_slowest_first_token_of_a_run_is_the_one_that_is_named() -> None:
    state = timed(
        (0.0, e.PromptSent("x")), (0.0, e.RunStarted(1)), (0.0, e.ModelRequested(1, 1, "A")),
        (3.0, e.TextDelta("1.1.0", "a")), (4.0, e.ModelRequested(1, 2, "A")), (9.0, e.TextDelta("1.2.0", "a")),
        (9.0, e.RunEnded(1, "completed")),
    )  # fmt: skip
    (breach,) = breaches(state, state.runs[0], Thresholds())
    assert (breach.metric, breach.turn, breach.value) == ("first_token", 2, 5.0)


def test_a_rate_from_deltas_or_of_a_short_answer_is_not_judged() -> None:
    state = timed(*RETRIED[:12], (9.0, e.RunEnded(1, "cancelled")))
    assert "tokens_per_second" not in [each.metric for each in breaches(state, state.runs[0], Thresholds())]


def runs_with_first_tokens(*seconds: float) -> State:
    state, at, seq = State(), 0.0, 0
    for number, first in enumerate(seconds, 1):
        for after, event in (
            (0.0, e.PromptSent("x")), (0.0, e.RunStarted(number)), (0.0, e.ModelRequested(number, 1, "A", "gpt-x")),
            (first, e.TextDelta(f"{number}.1.0", "a")), (first, e.RunEnded(number, "completed")),
        ):  # fmt: skip
            seq += 1
            fold(state, Record(seq, at + after, event))
        at += 100.0
    return state


def test_a_model_that_gets_slower_than_it_was_is_told_once() -> None:
    """Ten runs at 0.4 s, then five whose median is 0.7 s: more than 1.5 × 0.4 s."""
    state = runs_with_first_tokens(*[0.4] * 10, 0.7, 0.7, 0.1, 0.7, 0.9)
    (trend,) = breaches(state, state.runs[-1], NONE)
    assert (trend.metric, trend.model) == ("first_token_trend", "gpt-x")
    assert breach_words(trend).startswith("first tokens come later than before: median 0.70 s, expected below 0.60 s")
    fold(state, Record(999, 9_999.0, trend))
    assert breaches(state, state.runs[-1], NONE) == []
    assert session.runs_with_issues(state) == 0


def test_a_trend_needs_a_history() -> None:
    state = runs_with_first_tokens(*[0.4] * 9, *[0.9] * 5)
    assert breaches(state, state.runs[-1], NONE) == []


def test_a_breach_is_a_row_of_the_log_and_counts_as_an_issue() -> None:
    state = timed(*RETRIED)
    fold(state, Record(99, 10.0, e.ThresholdBreached(1, 0, "tokens_per_second", 4.0, 10.0, "gpt-x")))
    assert (state.rows[-1].kind, state.rows[-1].summary) == (
        "notice", "⚠ slow: 4.0 tokens/s, the limit is 10.0 (gpt-x)",
    )  # fmt: skip
    assert session.runs_with_issues(state) == 1
