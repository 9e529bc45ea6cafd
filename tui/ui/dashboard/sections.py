"""What the dashboard says, as lines: six sections, in two columns where there is room, each with what is missing."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from rich.cells import cell_len

from tui import figures
from tui.config import Limits
from tui.metrics import distributions
from tui.metrics.distributions import Distribution, distribution
from tui.metrics.errors import errors_over_time
from tui.safety import one_line
from tui.state import State
from tui.ui.dashboard import plots
from tui.ui.dashboard.lists import models_section, spending_section, tools_section
from tui.ui.lines.line import cut_text
from tui.ui.lines.pieces import Line, below, beside, muted
from tui.ui.metrics.arrange import rule
from tui.ui.timeline.waterfall import tick_label

_GAP: Final = 2
_TWO: Final = 108
"""Cells from which on there are two columns."""
_LEAST: Final = 36
"""Cells below which a line is cut at the edge."""
_NAME: Final = 40
"""Characters of the name of a kind of errors."""


class Shown(msgspec.Struct, frozen=True):
    """What is looked at, and how: the room of a column and of its plots, in cells."""

    state: State
    limits: Limits
    width: int
    plot: int


def dashboard(state: State, limits: Limits, width: int, height: int, *, priced: bool) -> list[Line]:
    """For a screen of this size. `limits`: those of the model in use; `priced`: the price list is loaded."""
    two = width >= _TWO
    column = (width - _GAP) // 2 if two else max(_LEAST, width)
    shown = Shown(state, limits, column, min(16, max(8, (height - 8) // 3 - 3)))
    left = _first_token(shown), _rate(shown), _errors(shown)
    right = (
        models_section(state, column, priced=priced), spending_section(state, column, priced=priced),
        tools_section(state, column),
    )  # fmt: skip
    if two:
        return beside(below(left), below(right), column + _GAP)
    return below((left[0], left[1], *right[:2], left[2], right[2]))


def _first_token(shown: Shown) -> list[Line]:
    values = distributions.first_tokens(shown.state)
    title = rule("first token of the runs, seconds from the prompt", shown.width)
    found = distribution(values, plots.most_bins(shown.width), shown.limits.first_token)
    if found is None:
        return [title, muted(_no_run(shown, "no run that ended had a first token"))]
    over = sum(value > shown.limits.first_token for value in values)
    drawn = plots.histogram(found, shown.limits.first_token, _times(found.width), _size(shown))
    notes = [f"{over:,} over the limit"] if over else []
    return [title, *_spread(shown, found, shown.limits.first_token, figures.latency, notes), *drawn]


def _rate(shown: Shown) -> list[Line]:
    values = distributions.rates(shown.state)
    title = rule("tokens a second of the runs", shown.width)
    limit = shown.limits.tokens_per_second
    found = distribution(values, plots.most_bins(shown.width), limit)
    if found is None:
        return [title, muted(_no_run(shown, "no run that ended generated long enough to tell"))]
    slow = sum(value < limit for value in values)
    drawn = plots.histogram(found, limit, lambda edge: f"{edge:g}", _size(shown))
    notes = [f"least {figures.rate(found.least)}", *([f"{slow:,} below the limit"] if slow else [])]
    return [title, *_spread(shown, found, limit, figures.rate, notes), *drawn]


def _errors(shown: Shown) -> list[Line]:
    title = rule("errors over time, from the first prompt on", shown.width)
    found = errors_over_time(shown.state, plots.most_bins(shown.width))
    if found is None:
        return [title, muted("no error so far")]
    kinds = [
        (f"{plots.kind_glyph(place)} {one_line(kind, _NAME)} {figures.count(sum(counts))}", plots.kind_role(place))
        for place, (kind, counts) in enumerate(found.kinds)
    ]
    bars = f"a bar: {tick_label(found.width, found.width)}"
    return [
        title,
        *_flow([*kinds, (bars, "muted")], shown.width),
        *plots.over_time(found, _times(found.width), _size(shown)),
    ]


def _no_run(shown: Shown, otherwise: str) -> str:
    return otherwise if any(run.ended is not None for run in shown.state.runs) else "no run has ended yet"


def _spread(
    shown: Shown, found: Distribution, limit: float, words: Callable[[float], str], notes: Sequence[str]
) -> list[Line]:
    """The legend of a histogram, which is its percentiles."""
    facts = [
        (f"{plots.P50} p50 {words(found.p50)}", "text"),
        (f"{plots.P95} p95 {words(found.p95)}", "text"),
        *([(f"{plots.LIMIT} limit {words(limit)}", "warning")] if 0 < limit < math.inf else []),
        (figures.several(found.values, "run"), "muted"),
    ]
    if found.beyond:
        facts.append((f"{found.beyond:,} beyond {words(found.end)}, the greatest {words(found.greatest)}", "warning"))
    return _flow([*facts, *((note, "muted") for note in notes)], shown.width)


def _flow(facts: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Facts side by side, on as many lines as they need."""
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0
    for fact, role in facts:
        text = cut_text(fact, width)
        if used and used + 3 + cell_len(text) > width:
            lines.append([])
            used = 0
        elif used:
            lines[-1].append((" · ", "muted"))
            used += 3
        lines[-1].append((text, role))
        used += cell_len(text)
    return [tuple(line) for line in lines]


def _times(width: float) -> Callable[[float], str]:
    return lambda edge: tick_label(edge, width)


def _size(shown: Shown) -> plots.Size:
    return plots.Size(shown.width, shown.plot)
