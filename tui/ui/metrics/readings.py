"""What the metrics pane says: each figure with its label, value and mark, in words beside colours."""

from typing import Final, NamedTuple

import msgspec

from tui import figures
from tui.config import Limits, Thresholds
from tui.metrics import cost, gaps, prices, runs, session
from tui.metrics import requests as of_request
from tui.metrics.cost import Cost, Ledger
from tui.metrics.requests import Breakdown
from tui.metrics.thresholds import verdict
from tui.state import Run, State
from tui.ui.metrics.own_speed import OwnSpeed

_LATER: Final = "…"
"""In place of a cost until the price list is loaded."""


class Reading(NamedTuple):
    """One figure; `short` is its label where two share a line."""

    label: str
    short: str
    value: str
    role: str = "text"
    brief: str = ""
    """The value where two share a line, if not the same."""
    mark: str = ""
    """A word on whether it is good, between label and value."""


class View(msgspec.Struct):
    """What is looked at: the state at a moment (seconds since the epoch), and what the figures are held against."""

    state: State
    now: float
    ledger: Ledger
    thresholds: Thresholds = Thresholds()
    request: int | None = None
    """Index of the request whose time is broken down; None: the newest."""
    program: OwnSpeed | None = None
    """Shown in place of the session's figures."""
    issues: tuple[tuple[int, ...], int] = ((), 0)
    """Runs with issues, and what they were counted at: of a long session that is not done in every frame."""

    @property
    def run(self) -> Run | None:
        return runs.newest(self.state)

    @property
    def limits(self) -> Limits:
        return self.thresholds.of(runs.model_of(self.state, self.run))

    @property
    def index(self) -> int:
        """Of the request whose time is broken down; -1 before the first."""
        newest = len(self.state.requests) - 1
        return newest if self.request is None else min(self.request, newest)


def first_token(view: View) -> Reading:
    seconds = runs.first_token(view.state, view.run)
    mark = verdict(seconds, view.limits.first_token)
    return Reading("first token", "1st", figures.latency(seconds), mark=mark)


def first_text(view: View) -> Reading:
    return Reading("first text", "text", figures.latency(runs.first_text(view.state, view.run)))


def speed(view: View) -> Reading:
    """`=` if the rate is exact, `≈` while it is from deltas."""
    rate = runs.tokens_per_second(view.state, view.run)
    slow = rate.exact and rate.value is not None and rate.value < view.limits.tokens_per_second
    sign = "=" if rate.exact else "≈"
    return Reading(
        f"{sign} tokens/s", f"{sign} tok/s", figures.rate(rate.value), "primary", mark="slow" if slow else ""
    )


def run_readings(view: View) -> list[Reading]:
    """Figures of the newest run, but for those with a line of their own."""
    state, run = view.state, view.run
    metrics, begun = state.metrics, run is not None
    failed, elapsed = runs.failed_tools(state, run), runs.elapsed(run, view.now)
    tools = runs.tool_time(state, run, view.now) if begun else None
    return [
        Reading("cost", "cost", money(Cost().plus(runs.requests_of(state, run))) if prices.loaded() else _LATER),
        Reading("elapsed", "run", figures.elapsed(elapsed)),
        Reading("turns", "turns", figures.count(metrics.run_turns if begun else None)),
        Reading("tool calls", "tools", figures.count(metrics.run_tools if begun else None)),
        Reading("  failed", "failed", figures.count(failed if begun else None), "error" if failed else "text"),
        Reading("tool time", "tool Σ", figures.duration(tools)),
        *_steadiness(view),
        Reading("events/s", "ev/s", figures.rate(metrics.run_events / elapsed if elapsed and begun else None)),
    ]


def _steadiness(view: View) -> list[Reading]:
    """How evenly the newest run's tokens came, and what of it failed."""
    counted, share = runs.run_gaps(view.state, view.run), runs.error_rate(view.state, view.run)
    p50, p95 = (figures.duration(gaps.percentile(counted, each)) for each in (0.5, 0.95))
    number, longest = gaps.stalls(counted)
    stalls = figures.count(number if counted else None)
    high = "high" if share is not None and share > view.limits.error_rate else ""
    role = "warning" if number else "text"
    return [
        Reading("p50·p95", "p95", f"{p50} · {p95}", brief=p95),
        Reading("stalls", "stalls", f"{stalls} · {figures.duration(longest)}" if number else stalls, role, stalls),
        Reading("failed tries", "fails", _whole_percent(share), "error" if share else "text", mark=high),
    ]


def session_readings(view: View) -> list[Reading]:
    """Sums over the session. `≥` where the provider left some requests uncounted."""
    state, metrics = view.state, view.state.metrics
    known = session.usage_known(state)
    least = "≥" if known and metrics.unknown_usage else ""

    def tokens(value: int) -> str:
        return f"{least}{figures.count(value)}" if known else figures.UNKNOWN

    errors, failures = metrics.errors, metrics.tool_failures
    total = figures.count(errors)
    recovered = f"{total} · recovered {figures.count(metrics.recoveries)}" if metrics.recoveries else total
    issues = _issues(view)
    return [
        Reading("cost", "cost", money(view.ledger.total(state)) if prices.loaded() else _LATER),
        Reading("errors", "errors", recovered, "error" if errors else "text", total),
        Reading("tokens in", "in", tokens(metrics.input)),
        Reading("  cached", "cache", tokens(metrics.cached)),
        Reading("tokens out", "out", tokens(metrics.output)),
        Reading("  reasoning", "reason", tokens(metrics.reasoning)),
        Reading("runs", "runs", figures.count(metrics.runs)),
        Reading("  with issues", "issues", figures.count(issues), "warning" if issues else "text"),
        Reading("interruptions", "stops", figures.count(metrics.interruptions)),
        Reading("turns", "turns", figures.count(metrics.turns)),
        Reading("tool calls", "tools", figures.count(metrics.tool_calls)),
        Reading("  failed", "failed", figures.count(failures), "error" if failures else "text"),
        Reading("handoffs", "handoff", figures.count(metrics.handoffs)),
        Reading("events", "events", figures.count(metrics.events)),
    ]


def _issues(view: View) -> int:
    state = view.state
    at = (id(state), len(state.runs), len(state.breaches), state.metrics.errors, state.busy)
    if view.issues[0] != at:
        view.issues = at, session.runs_with_issues(state)
    return view.issues[1]


def program_readings(own: OwnSpeed) -> list[Reading]:
    """How the program itself keeps up."""
    return [
        Reading("frames/s", "fps", figures.count(own.frames_per_second)),
        Reading("paint p95", "paint", figures.duration(own.paint)),
        Reading("fold p95", "fold", figures.duration(own.fold)),
        Reading("lag p95", "lag", figures.duration(own.lag)),
        Reading("batch, most", "batch", figures.count(own.batch)),
        Reading("frames", "frames", figures.count(own.frames)),
    ]


def breakdown(view: View) -> tuple[str, Breakdown] | None:
    """The request whose time is shown, in words, and the parts of its time."""
    index = view.index
    if index < 0:
        return None
    request = view.state.requests[index]
    return f"request {request.run}.{request.turn}", of_request.breakdown(view.state, index, view.now)


def context(view: View) -> tuple[str, float | None]:
    """How full the model's context is, in words, and as a share of one where that is known."""
    used = cost.context(view.state) if prices.loaded() else None
    if used is None:
        return figures.UNKNOWN, None
    if used.share is None:
        return f"{figures.count(used.tokens)} tok", None
    return f"{100 * used.share:.0f} %", used.share


def money(sum_: Cost) -> str:
    return figures.money(*sum_)


def _whole_percent(share: float | None) -> str:
    return figures.UNKNOWN if share is None else f"{100 * share:.0f} %"
