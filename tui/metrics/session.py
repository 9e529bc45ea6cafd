"""What a whole session tells: errors, recoveries, medians over its runs. Its tools are in `tui.metrics.tools`."""

from collections.abc import Callable, Iterable
from typing import Final

from tui.metrics import runs as of_run
from tui.state import Metrics, Run, State
from tui.state.breaches import is_trend

PASSING: Final = ("network", "timeout", "rate_limit", "server")
"""The kinds of failure that may pass and are tried again."""


def failures(metrics: Metrics) -> list[tuple[str, int]]:
    """Kinds of errors and how many of each, the most first; those of tools are counted with the tools."""
    kinds = [(kind, number) for kind, number in metrics.failures.items() if kind != "tool"]
    return sorted(kinds, key=lambda each: (-each[1], each[0]))


def error_rate(metrics: Metrics) -> float | None:
    """Failed tries of model requests ÷ tries of them; None before the first. Other failures are not in it."""
    failed = sum(metrics.failures.get(kind, 0) for kind in PASSING)
    return failed / metrics.tries if metrics.tries else None


def recovery_rate(metrics: Metrics) -> float | None:
    """Requests answered whole after a failed try ÷ those and the ones given up; None before the first."""
    troubled = metrics.recoveries + metrics.given_up
    return metrics.recoveries / troubled if troubled else None


def usage_known(state: State) -> bool:
    """The provider has told the tokens of at least one request: requests made − not told − those under way > 0."""
    live = state.requests[state.run_requests :]
    under_way = sum(request.ended is None and request.output is None for request in live)
    return state.metrics.turns - state.metrics.unknown_usage - under_way > 0


def runs_with_issues(state: State) -> int:
    """Runs that failed, had a failed try of a request, or went over a limit."""
    over = {breach.run for breach in state.breaches if not is_trend(breach)}
    return sum(
        run.status == "failed" or run.number in over or (of_run.error_rate(state, run) or 0.0) > 0.0
        for run in state.runs
    )


def median_of(state: State, figure: Callable[[State, Run], float | None], runs: Iterable[Run]) -> float | None:
    """The median of what is known of a figure of these runs."""
    known = [value for run in runs if (value := figure(state, run)) is not None]
    from statistics import median

    return median(known) if known else None


def mean_of(state: State, figure: Callable[[State, Run], float | None], runs: Iterable[Run]) -> float | None:
    """The mean of what is known of a figure of these runs."""
    known = [value for run in runs if (value := figure(state, run)) is not None]
    from statistics import fmean

    return fmean(known) if known else None
