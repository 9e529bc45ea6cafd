"""Which limits a run went over, and whether a model gets worse against its own history."""

from collections.abc import Iterator
from typing import Final

from tui.config import Thresholds
from tui.events import ThresholdBreached
from tui.metrics import requests as of_request
from tui.metrics import runs as of_run
from tui.metrics.session import median_of
from tui.state import Request, Run, State

JUDGED_FROM: Final = 1.0
"""Seconds of generation from which on a rate is judged: a short answer's says more of buffers than of the model."""

RECENT: Final = 5
"""Runs whose median is the recent one."""

HISTORY: Final = 10
"""Earlier runs of the same model that it takes to know what is usual."""

DEGRADED: Final = 1.5
"""A median this many times worse than the usual one is degradation and not chance."""


def verdict(seconds: float | None, limit: float) -> str:
    """`✔` within the limit for a first token, `slow` beyond, empty while unknown."""
    if seconds is None:
        return ""
    return "✔" if seconds <= limit else "slow"


def breaches(state: State, run: Run, thresholds: Thresholds) -> list[ThresholdBreached]:
    """The limits that a run which has ended went over, each kind once, and trends that are not on record yet."""
    found = [*_first_token(state, run, thresholds), *_whole_run(state, run, thresholds)]
    return found + [each for each in _trends(state, run) if not _on_record(state, each)]


def _first_token(state: State, run: Run, thresholds: Thresholds) -> Iterator[ThresholdBreached]:
    """The slowest first token of the run's requests, each against the limit of its model."""
    over: list[tuple[float, float, Request]] = []
    for request in of_run.requests_of(state, run):
        seconds, limit = of_request.first_token(request), thresholds.of(request.model).first_token
        if seconds is not None and seconds > limit:
            over.append((seconds, limit, request))
    if over:
        seconds, limit, request = max(over, key=lambda each: each[0])
        yield ThresholdBreached(run.number, request.turn, "first_token", seconds, limit, request.model)


def _whole_run(state: State, run: Run, thresholds: Thresholds) -> Iterator[ThresholdBreached]:
    model = of_run.model_of(state, run)
    limits, rate = thresholds.of(model), judged_rate(state, run)
    if rate is not None and rate < limits.tokens_per_second:
        yield ThresholdBreached(run.number, 0, "tokens_per_second", rate, limits.tokens_per_second, model)
    errors = of_run.error_rate(state, run)
    if errors is not None and errors > limits.error_rate:
        yield ThresholdBreached(run.number, 0, "error_rate", errors, limits.error_rate, model)


def judged_rate(state: State, run: Run) -> float | None:
    """The run's exact rate if it generated for `JUDGED_FROM` at least: a delta may be more than a token."""
    rate = of_run.tokens_per_second(state, run)
    return rate.value if rate.exact and of_run.generation_time(state, run) >= JUDGED_FROM else None


def _trends(state: State, run: Run) -> Iterator[ThresholdBreached]:
    """The newest `RECENT` runs of the run's model against those before, of which there must be `HISTORY`."""
    model = of_run.model_of(state, run)
    same = [each for each in state.runs if each.status == "completed" and of_run.model_of(state, each) == model]
    recent, earlier = same[-RECENT:], same[:-RECENT]
    if len(earlier) < HISTORY:
        return
    now, usual = (median_of(state, of_run.first_token, runs) for runs in (recent, earlier))
    if now is not None and usual is not None and now > DEGRADED * usual:
        yield ThresholdBreached(run.number, 0, "first_token_trend", now, DEGRADED * usual, model)
    now, usual = (median_of(state, judged_rate, runs) for runs in (recent, earlier))
    if now is not None and usual is not None and now < usual / DEGRADED:
        yield ThresholdBreached(run.number, 0, "tokens_per_second_trend", now, usual / DEGRADED, model)


def _on_record(state: State, breach: ThresholdBreached) -> bool:
    return any((each.metric, each.model) == (breach.metric, breach.model) for each in state.breaches)
