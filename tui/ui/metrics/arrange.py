"""The figures laid out as lines: labels left, values right in fixed columns, the most important first."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from tui import figures
from tui.metrics.runs import phase_elapsed
from tui.ui.lines.line import cut_text
from tui.ui.lines.pieces import Line, beside
from tui.ui.metrics import breakdown, readings
from tui.ui.metrics.readings import Reading, View

_GAP: Final = 2
_COLUMN: Final = 22
"""Cells of the narrowest column in which each figure can have a line of its own."""
_WIDEST: Final = 36
"""Cells of a column: further apart the eye loses the way from label to value."""
_VALUE: Final = 6
"""Cells of the values in the head, so that the bars beside them keep their place."""


def arrange(view: View, width: int, height: int) -> list[Line]:
    """The lines for a pane of this size: a figure a line in one or two columns if there is room, else two a line."""
    if width < 1:
        return []
    run, rest = readings.run_readings(view), _rest(view)
    column = min(_WIDEST, width)
    single = len(_head(view, column)) + len(run) + 2
    if height >= single + len(rest):
        return _stacked(view, run, [_row(reading, column) for reading in rest], column)
    if width >= 2 * _COLUMN + _GAP:
        column = min(_WIDEST, (width - _GAP) // 2)
        return beside(_left(view, run, column), [_title(view, column), *_rows(rest, column)], column + _GAP)
    if height >= single + len(rest) // 2:
        return _stacked(view, run, _pairs(rest, column), column)
    return _compact(view, run, rest, column)


def _rest(view: View) -> list[Reading]:
    """What is below or beside the run's figures."""
    return readings.program_readings(view.program) if view.program else readings.session_readings(view)


def _title(view: View, width: int) -> Line:
    return rule("the program itself" if view.program else "session", width)


def _head(view: View, width: int) -> list[Line]:
    """What goes on, how fast, where the time goes, how much fits."""
    return [
        _phase(view, width),
        _row(readings.first_token(view), width),
        _row(readings.first_text(view), width),
        _row(readings.speed(view), width),
        ((figures.spark(view.state.metrics.rate, width), "spark"),),
        *_breakdown(view, width),
        _context(view, width),
    ]


def _stacked(view: View, run: Sequence[Reading], rest: list[Line], width: int) -> list[Line]:
    return [*_head(view, width), *_rows(run, width), (), _title(view, width), *rest]


def _left(view: View, run: Sequence[Reading], width: int) -> list[Line]:
    """The run where few lines are in sight: what is below the tenth can wait."""
    head = _head(view, width)
    title, *parts = head[5:-1]
    chosen = [title] if view.request is not None else []
    return [*head[:5], *chosen, *parts[:3], head[-1], *_rows(run, width), *parts[3:]]


def _compact(view: View, run: Sequence[Reading], rest: Sequence[Reading], width: int) -> list[Line]:
    """Two figures a line, in a column too narrow and too low for anything else."""
    speed, (title, *parts) = readings.speed(view), _breakdown(view, width)
    rate = f"{speed.short} {speed.value:>5} {f'{speed.mark} ' if speed.mark else ''}"
    top = [
        _phase(view, width),
        _row(readings.first_token(view), width),
        ((rate, "primary"), (figures.spark(view.state.metrics.rate, width - len(rate)), "spark")),
    ]
    spent = [*([title] if view.request is not None else []), *parts[:3], _context(view, width)]
    more = [readings.first_text(view), *run[1:]]
    if view.program:
        return [*top, _title(view, width), *_pairs(rest, width), *spent, *_pairs(more, width)]
    costs = [run[0]._replace(short="run"), rest[0]._replace(short="Σ")]
    spent += _pairs([*costs, *rest[1:5]], width)
    return [*top, *spent, *_pairs(more, width), _title(view, width), *_pairs(rest[5:], width), *parts[3:]]


def _phase(view: View, width: int) -> Line:
    state = view.state
    time = phase_elapsed(state, view.now)
    value = "" if time is None else f" {figures.elapsed(time)}"
    words = cut_text(f"{figures.phase_mark(state)} {figures.phase_words(state, view.now)}", max(1, width - len(value)))
    role = {"done": "success", "failed": "error", "ended": "error", "stopped": "stopped"}.get(state.phase, "text")
    role = "error" if state.stuck else "tool_running" if state.busy else role
    return (words, role), (" " * (width - cell_len(words) - len(value)), "text"), (value, "text")


def _breakdown(view: View, width: int) -> list[Line]:
    """A title, the bar, and three lines of legend, two parts each."""
    found = readings.breakdown(view)
    if found is None:
        return [rule("request", width), (), *_legend([None] * len(breakdown.PARTS), width)]
    name, times = found
    return [rule(name, width), breakdown.bar(times, width), *_legend(list(times), width)]


def _legend(times: Sequence[float | None], width: int) -> list[Line]:
    parts = [breakdown.PARTS[index] for index in breakdown.LEGEND]
    shown = [times[index] for index in breakdown.LEGEND]
    return _pairs(
        [
            Reading(part.word, part.word, figures.duration(seconds or None), part.role if seconds else "muted")
            for part, seconds in zip(parts, shown, strict=True)
        ],
        width,
    )


def _context(view: View, width: int) -> Line:
    value, share = readings.context(view)
    label = f"context {value:>{_VALUE}}"
    room = width - len(label) - 1
    if share is None or room < 3:
        return _row(Reading("context", "", value), width)
    role = "error" if share > 0.9 else "warning" if share > 0.75 else "text"
    return ("context", "muted"), (f" {value:>{_VALUE}} ", role), (figures.gauge(share, room), role)


def _row(reading: Reading, width: int) -> Line:
    """Label and mark on the left, value on the right; the label gives way."""
    mark = f" {reading.mark}" if reading.mark else ""
    label = cut_text(reading.label, max(1, width - len(reading.value) - len(mark) - 1))
    gap = " " * max(0, width - len(label) - len(mark) - len(reading.value))
    return (
        (label, "muted"),
        (mark, "success" if reading.mark == "✔" else "warning"),
        (gap + reading.value, reading.role),
    )


def _rows(readings: Sequence[Reading], width: int) -> list[Line]:
    return [_row(reading, width) for reading in readings]


def _pairs(readings: Sequence[Reading], width: int) -> list[Line]:
    half = (width - _GAP) // 2
    lines: list[Line] = []
    for index in range(0, len(readings), 2):
        left, *right = (_row(_short(reading, half), half) for reading in readings[index : index + 2])
        lines.append((*left, (" " * (width - 2 * half), "text"), *(right[0] if right else ())))
    return lines


def _short(reading: Reading, width: int) -> Reading:
    """As it is written where two share a line; the unit moves up to its number before the label is cut."""
    label, value = reading.short, reading.brief or reading.value
    value = value if len(label) + len(value) < width else value.replace(" ", "")
    return reading._replace(label=label, value=value, mark="")


def rule(title: str, width: int) -> Line:
    """A line with a title in it."""
    return ((f"─ {title} ".ljust(width, "─")[:width], "muted"),)
