"""One span of a timeline as one line: label, bar on the time axis, figures; and the axis itself. All of it is text."""

import math
from collections.abc import Iterator
from itertools import count
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui import figures
from tui.metrics.distributions import round_time
from tui.metrics.requests import tokens_per_second
from tui.safety import one_line
from tui.state import Handoff, Prompt, Request, Run, Tool
from tui.timeline import PartKind, Span
from tui.ui.lines.line import cut_text
from tui.ui.log.rows import GLYPHS

BARS: Final[dict[PartKind, str]] = {"waiting": "░", "generating": "█", "running": "▓", "retry": "·", "mark": "⇄"}
"""One character for each kind of part: a bar reads without colour."""

LEGEND: Final = "░ waits  █ writes  ▓ runs  · retry wait  ⇄ handoff"

BEFORE: Final = "◂"
"""At the edge of the axis: the span lies before what is shown of it."""
AFTER: Final = "▸"

_STEER: Final = GLYPHS["prompt"]
_INDENT: Final = 2
_DEEPEST: Final = 4
_TICK: Final = 8
"""Cells from one tick to the next, at least."""
_TIME: Final = 9
_TOKENS: Final = 10
_MARKS: Final = {"failed": "✗", "cancelled": "■"}


class Columns(NamedTuple):
    """Cells for each column, with a blank after the first and before each other; 0: left out."""

    label: int
    bar: int
    time: int
    tokens: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        tokens = _TOKENS if width >= 90 else 0
        label = min(34, max(14, width * 3 // 10))
        return cls(label, max(1, width - label - 1 - _TIME - 1 - tokens), _TIME, tokens)


class Window(NamedTuple):
    """What the axis shows: from `left` seconds after the prompt on, `step` seconds a cell."""

    left: float
    step: float

    def cell(self, seconds: float) -> int:
        """The cell in which a moment lies; the least error of a division is no cell of its own."""
        return math.floor((seconds - self.left) / self.step + 1e-6)


# The axis


def axis(window: Window, width: int) -> str:
    """Ticks at round times, each with its time right of it: `│0         │0.5 s     │1 s`."""
    tick = round_time(window.step * _TICK)
    line = ""
    for number in count(math.ceil(window.left / tick - 1e-6)):
        at = max(0, window.cell(number * tick))
        if at >= width:
            break
        if at < len(line):
            continue  # the name before is longer than the way to here
        name = tick_label(number * tick, tick)
        line = f"{line:<{at}}│{name if at + len(name) < width else ''}"  # half a number would be another
    return line.ljust(width)


def tick_label(seconds: float, tick: float) -> str:
    """A time on an axis with a name every `tick` seconds."""
    if seconds == 0:
        return "0"
    if seconds >= 60 and tick >= 1:
        return figures.elapsed(seconds)
    if seconds < 0.9995 and tick < 0.1:
        return f"{round(seconds * 1000, 3):g} ms"
    return f"{round(seconds, 6):g} s"


# A line


def label(span: Span, width: int) -> str:
    """The span's kind and name, indented."""
    before = " " * min(_INDENT * min(span.depth, _DEEPEST), width // 3) + GLYPHS[span.kind] + " "
    text = cut_text(before + one_line(span.label or span.kind, width * 2), width)
    return text + " " * (width - cell_len(text))


def bar(span: Span, run: Run, window: Window, width: int, now: float) -> str:
    """The parts of a span, each at least a cell long, in a line of `width` cells; what is under way ends at `now`."""
    cells = [" "] * width
    first, last = _reach(span.start - run.at, _end(span.end, now) - run.at, window)
    if last < 0:
        cells[0] = BEFORE
    elif first >= width:
        cells[-1] = AFTER
    for kind, start, end in sorted(span.parts, key=lambda part: part.kind == "retry"):
        if start > now:
            continue
        begin, stop = _reach(start - run.at, _end(end, now) - run.at, window)
        glyph = _STEER if span.kind == "prompt" else BARS[kind]
        for cell in range(max(0, begin), min(width, stop + 1)):
            cells[cell] = glyph
    return "".join(cells)


def _reach(start: float, end: float, window: Window) -> tuple[int, int]:
    """The first and the last cell of a stretch."""
    first = window.cell(start)
    return first, max(first, window.cell(end - window.step * 1e-3))


def _end(end: float | None, now: float) -> float:
    return now if end is None else min(end, now)


def time(span: Span, now: float) -> str:
    """How long it took, or has taken so far, with a mark where it did not end well; empty for a moment."""
    if isinstance(span.source, Handoff | Prompt):
        return ""
    if span.end is None:
        return figures.elapsed(now - span.start)
    return f"{_MARKS.get(span.source.status, '')} {figures.duration(span.end - span.start)}".strip()


def tokens(span: Span) -> str:
    """What a request's answer came to."""
    known = isinstance(span.source, Request) and span.source.output is not None
    return f"{figures.count(span.source.output)} tok" if known and isinstance(span.source, Request) else ""


# The span in words


def in_words(span: Span, run: Run, now: float) -> str:
    """All figures of a span in one line."""
    return " · ".join([f"at {figures.latency(span.start - run.at)}", *(fact for fact in _facts(span, now) if fact)])


def _facts(span: Span, now: float) -> Iterator[str]:
    match span.source:
        case Request() as request:
            yield from _request_facts(span, request, now)
        case Tool() as tool:
            yield f"{one_line(tool.name, 60)} #{tool.number} {tool.status}"
            if tool.started is not None or tool.ended is not None:
                yield f"ran {time(span, now).lstrip('✗■ ')}"
            yield one_line(tool.error, 200)
        case Handoff(source=source, target=target):
            yield f"handoff {one_line(source, 60)} → {one_line(target, 60)}"
        case Prompt(text=text):
            yield f"said in the middle: {one_line(text, 200)}"


def _request_facts(span: Span, request: Request, now: float) -> Iterator[str]:
    first = None if request.first is None else request.first - request.at
    waited = _spent(span, "waiting", now)
    yield f"turn {request.turn}"
    yield f"first token {figures.latency(first)}"
    if first is None or abs(waited - first) >= 0.005:
        yield f"waiting {figures.latency(waited)}"
    if first is not None:
        yield f"generating {figures.latency(_spent(span, 'generating', now))}"
    if request.attempt > 1 or request.waits:
        yield f"try {request.attempt}, {figures.latency(_spent(span, 'retry', now))} between tries"
    if request.input is not None:
        yield f"{figures.count(request.input)} tok in, {figures.count(request.output)} out"
    yield _rate(request)
    if request.http_status is not None and request.http_status >= 400:
        yield f"HTTP {request.http_status}"
    yield one_line(request.error, 200)


def _spent(span: Span, kind: PartKind, now: float) -> float:
    return sum(max(0.0, _end(part.end, now) - part.start) for part in span.parts if part.kind == kind)


def _rate(request: Request) -> str:
    """By deltas where nobody counted; empty if too short to tell."""
    rate = tokens_per_second([request], over=request.output is not None)
    return "" if rate.value is None else f"{'' if rate.exact else '≈ '}{figures.rate(rate.value)} tok/s"
