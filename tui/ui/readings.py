"""The figures laid out as lines: labels left, values right in fixed columns, the most important first."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len

from tui import figures
from tui.state import State
from tui.ui.lines import cut_text

Line: TypeAlias = tuple[tuple[str, str], ...]
"""Pieces of text, each with the name of its style in the palette."""

_GAP: Final = 2
_COLUMN: Final = 22
"""Cells of the narrowest column in which each figure can have a line of its own."""
_WIDEST: Final = 36
"""Cells of a column: further apart the eye loses the way from label to value."""


class Reading(NamedTuple):
    """One figure; `short` is its label where two share a line."""

    label: str
    short: str
    value: str
    role: str = "text"
    brief: str = ""
    """The value where two share a line, if not the same."""


def arrange(state: State, now: float, width: int, height: int) -> list[Line]:
    """The lines for a pane of this size: a figure a line in one or two columns if there is room, else two a line."""
    if width < 1:
        return []
    run, session = run_readings(state, now), session_readings(state)
    if width >= 2 * _COLUMN + _GAP and height < len(run) + len(session) + 5:
        column = min(_WIDEST, (width - _GAP) // 2)
        return _beside(_run(state, now, run, column), _session(session, column), column)
    column = min(_WIDEST, width)
    if height >= len(run) + len(session) + 5:
        return [*_run(state, now, run, column), (), *_session(session, column)]
    return _compact(state, now, run, session, column)


def run_readings(state: State, now: float) -> list[Reading]:
    """Figures of the newest run, but for those with a line of their own."""
    metrics = state.metrics
    begun = metrics.run_started is not None
    failed = figures.failed_tools(state)
    return [
        Reading("elapsed", "run", figures.elapsed(figures.run_elapsed(state, now))),
        Reading("turns", "turns", figures.count(metrics.run_turns if begun else None)),
        Reading("tool calls", "tools", figures.count(metrics.run_tools if begun else None)),
        Reading("  failed", "failed", figures.count(failed if begun else None), "error" if failed else "text"),
        Reading("  running", "running", figures.count(metrics.tools_running if begun else None)),
        Reading("events", "events", figures.count(metrics.run_events if begun else None)),
    ]


def session_readings(state: State) -> list[Reading]:
    """Sums over the session. `≥` where the provider left some requests uncounted."""
    metrics = state.metrics
    known = figures.usage_known(state)
    least = "≥" if known and metrics.unknown_usage else ""

    def tokens(value: int) -> str:
        return f"{least}{figures.count(value)}" if known else figures.UNKNOWN

    errors, failures = metrics.errors, metrics.tool_failures
    total = figures.count(errors)
    recovered = f"{total} · recovered {figures.count(metrics.recoveries)}" if metrics.recoveries else total
    return [
        Reading("tokens in", "in", tokens(metrics.input)),
        Reading("  cached", "cache", tokens(metrics.cached)),
        Reading("tokens out", "out", tokens(metrics.output)),
        Reading("  reasoning", "reason", tokens(metrics.reasoning)),
        Reading("errors", "errors", recovered, "error" if errors else "text", total),
        Reading("interruptions", "stops", figures.count(metrics.interruptions)),
        Reading("runs", "runs", figures.count(metrics.runs)),
        Reading("turns", "turns", figures.count(metrics.turns)),
        Reading("tool calls", "tools", figures.count(metrics.tool_calls)),
        Reading("  failed", "failed", figures.count(failures), "error" if failures else "text"),
        Reading("handoffs", "handoff", figures.count(metrics.handoffs)),
        Reading("events", "events", figures.count(metrics.events)),
    ]


def _run(state: State, now: float, readings: Sequence[Reading], width: int) -> list[Line]:
    mark, speed = _speed(state)
    return [
        _phase(state, now, width),
        _first_token(state, width),
        _row(Reading(f"{mark} tokens/s", "", speed, "primary"), width),
        ((figures.spark(state.metrics.rate, width), "spark"),),
        *(_row(reading, width) for reading in readings),
    ]


def _session(readings: Sequence[Reading], width: int) -> list[Line]:
    return [_rule("session", width), *(_row(reading, width) for reading in readings)]


def _compact(state: State, now: float, run: list[Reading], session: list[Reading], width: int) -> list[Line]:
    mark, speed = _speed(state)
    rate = f"{mark} tok/s {speed:>5} "
    return [
        _phase(state, now, width),
        _first_token(state, width),
        ((rate, "primary"), (figures.spark(state.metrics.rate, width - len(rate)), "spark")),
        *_pairs(run, width),
        _rule("session", width),
        *_pairs(session, width),
    ]


def _speed(state: State) -> tuple[str, str]:
    """Whether the rate is exact, as a sign, and the rate."""
    rate = figures.tokens_per_second(state)
    return "=" if rate.exact else "≈", figures.rate(rate.value)


def _phase(state: State, now: float, width: int) -> Line:
    time = figures.phase_elapsed(state, now)
    value = "" if time is None else f" {figures.elapsed(time)}"
    words = cut_text(f"{figures.phase_mark(state)} {figures.phase_words(state, now)}", max(1, width - len(value)))
    role = {"done": "success", "failed": "error", "ended": "error", "stopped": "stopped"}.get(state.phase, "text")
    role = "error" if state.stuck else "tool_running" if state.busy else role
    return (words, role), (" " * (width - cell_len(words) - len(value)), "text"), (value, "text")


def _first_token(state: State, width: int) -> Line:
    seconds = state.metrics.first_token
    verdict = figures.verdict(seconds)
    label, value = "first token ", f" {figures.latency(seconds)}"
    if len(label) + len(verdict) + len(value) > width:
        label = "1st token "
    gap = " " * max(0, width - len(label) - len(verdict) - len(value))
    return (label, "muted"), (verdict, "success" if verdict == "✔" else "warning"), (gap + value, "text")


def _row(reading: Reading, width: int) -> Line:
    label = reading.label[: max(0, width - len(reading.value) - 1)]
    gap = " " * (width - len(label) - len(reading.value))
    return (label, "muted"), (gap + reading.value, reading.role)


def _pairs(readings: Sequence[Reading], width: int) -> list[Line]:
    half = (width - _GAP) // 2
    lines: list[Line] = []
    for left, right in zip(readings[::2], readings[1::2], strict=True):
        cells = [_row(each._replace(label=each.short, value=each.brief or each.value), half) for each in (left, right)]
        lines.append((*cells[0], (" " * (width - 2 * half), "text"), *cells[1]))
    return lines


def _rule(title: str, width: int) -> Line:
    return ((f"─ {title} ".ljust(width, "─")[:width], "muted"),)


def _beside(left: list[Line], right: list[Line], width: int) -> list[Line]:
    lines: list[Line] = []
    for index in range(max(len(left), len(right))):
        first = left[index] if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        used = sum(cell_len(text) for text, _ in first)
        lines.append((*first, (" " * (width + _GAP - used), "text"), *second))
    return lines
