"""The speed, cost and trouble of a session in lines of a name and a value, for reports and documents."""

from collections.abc import Iterator
from typing import Final

from tui import figures
from tui.metrics.cost import Cost
from tui.metrics.report import SessionFigures, report
from tui.state import State
from tui.state.breaches import breach_words

_BREACHES: Final = 5
"""The newest ones that are told in words."""


def figure_lines(state: State) -> list[tuple[str, str]]:
    """Those figures that are known; an unknown cost is told, and never as nothing."""
    found = report(state)
    lines = [*_speed(found), ("cost", _cost(found, state)), *_context(found)]
    lines.append(("runs with issues", f"{found.runs_with_issues:,}"))
    return lines + [(f"  run {each.run}", breach_words(each)) for each in state.breaches[-_BREACHES:]]


def _speed(found: SessionFigures) -> Iterator[tuple[str, str]]:
    gaps = found.intervals
    if found.median_first_token is not None:
        median, mean = figures.latency(found.median_first_token), figures.latency(found.mean_first_token)
        yield "first token", f"median {median}, mean {mean}"
    if found.mean_tokens_per_second is not None:
        yield "tokens a second", f"mean {figures.rate(found.mean_tokens_per_second)} of generation time"
    if gaps.p50 is not None:
        named = zip(("p50", "p95", "p99"), (gaps.p50, gaps.p95, gaps.p99), strict=True)
        yield "between tokens", ", ".join(f"{name} {figures.duration(seconds)}" for name, seconds in named)
    if gaps.stalls:
        yield "stalls", f"{gaps.stalls:,}, the longest {figures.duration(gaps.longest_stall)}"


def _cost(found: SessionFigures, state: State) -> str:
    unpriced = f"{found.cost.unknown:,} of the model calls without a known price" if found.cost.unknown else ""
    return ", ".join(filter(None, (figures.money(*Cost().plus(state.requests)), unpriced)))


def _context(found: SessionFigures) -> Iterator[tuple[str, str]]:
    if found.context_tokens is not None:
        share = found.context_tokens / found.context_window if found.context_window else None
        of = "" if share is None else f", {figures.percent(share)} of {figures.count(found.context_window)}"
        yield "context", f"{found.context_tokens:,} tokens{of}"
