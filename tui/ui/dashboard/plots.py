"""Plots as lines of text, drawn by plotext: it is told numbers and our own glyphs only, so nothing foreign is in them.

It has one figure for the whole process, which a call here clears, draws and reads without a pause. It is imported when
the first plot is drawn, since that takes longer than a frame.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, groupby
from typing import Final, NamedTuple

from tui.metrics.distributions import Distribution
from tui.metrics.errors import Errors
from tui.ui.lines.pieces import Line

BAR: Final = "█"
P50: Final = "╎"
P95: Final = "┊"
LIMIT: Final = "║"

KINDS: Final[Mapping[str, str]] = {
    "█": "error", "▒": "warning", "#": "accent", "▓": "primary", "░": "muted", "%": "text", "+": "text",
}  # fmt: skip
"""The bars of kinds of errors, in the order of how many there are, and their roles; the last stands for all others."""

_ROLES: Final[Mapping[str, str]] = {BAR: "spark", P50: "text", P95: "text", LIMIT: "warning"}
_TICK: Final = 12
"""Cells from one name on the axis to the next, at least."""
_COUNT: Final = 3
"""Cells of the numbers beside the upright axis."""
_FRAME: Final = _COUNT + 2
"""Cells that are not for bars."""


class Size(NamedTuple):
    """Cells, axes and their names among them."""

    width: int
    height: int


class _Axes(NamedTuple):
    """Bins of `width` side by side from 0 on, with counts up to `top`; `tick` names an edge."""

    bins: int
    width: float
    top: int
    tick: Callable[[float], str]
    size: Size


def histogram(found: Distribution, limit: float, tick: Callable[[float], str], size: Size) -> list[Line]:
    """Bars of how many values lie in each bin, with upright lines at the p50, the p95 and a limit that is in sight."""
    axes = _Axes(len(found.counts), found.width, max(found.counts), tick, size)
    bars = [(index, number, BAR) for index, number in enumerate(found.counts) if number]
    return _lines(_drawn(axes, bars, [(found.p50, P50), (found.p95, P95), (limit, LIMIT)]), _ROLES)


def over_time(found: Errors, tick: Callable[[float], str], size: Size) -> list[Line]:
    """Bars of how many errors came when, the kinds on top of each other."""
    stacks = [list(accumulate(counts)) for counts in zip(*(counts for _, counts in found.kinds), strict=True)]
    bars = [
        (slot, stack[kind], kind_glyph(kind))
        for kind in reversed(range(len(found.kinds)))  # the lower ones are drawn over the higher
        for slot, stack in enumerate(stacks)
        if found.kinds[kind][1][slot]
    ]
    axes = _Axes(found.slots, found.width, max(stack[-1] for stack in stacks), tick, size)
    return _lines(_drawn(axes, bars, ()), KINDS)


def kind_glyph(place: int) -> str:
    """What the bars of a kind of errors are made of, by its place among the kinds."""
    return list(KINDS)[min(place, len(KINDS) - 1)]


def kind_role(place: int) -> str:
    """The role of that glyph."""
    return KINDS[kind_glyph(place)]


def most_bins(width: int) -> int:
    """How many bins can be told apart in a plot that many cells wide."""
    return max(1, (width - _FRAME) // 2)


def _drawn(axes: _Axes, bars: Sequence[tuple[int, int, str]], marks: Sequence[tuple[float, str]]) -> str:
    """`bars`: bin, height and glyph; `marks`: where upright lines stand, and their glyphs."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(*axes.size)
    cell = axes.bins / max(1, axes.size.width - _FRAME - 1)
    for index, height, glyph in bars:
        plotext.rectangle([index, max(index, index + 1 - cell)], [0, height], marker=glyph, fill=True, lines=True)
    for at, glyph in marks:
        if 0 < at <= axes.bins * axes.width:
            plotext.plot([at / axes.width] * 2, [0, axes.top], marker=glyph)
    plotext.xlim(0, axes.bins)
    plotext.ylim(0, axes.top)
    step = max(1, -(-axes.bins * _TICK // max(_TICK, axes.size.width - _FRAME)))
    edges = range(0, axes.bins + 1, step)
    plotext.xticks(list(edges), [axes.tick(edge * axes.width) for edge in edges])
    middle = [axes.top // 2] if axes.top >= 4 and axes.size.height >= 8 else []
    counts = [0, *middle, axes.top]
    plotext.yticks(counts, [f"{count:>{_COUNT}}" for count in counts])
    return str(plotext.uncolorize(plotext.build()))


def _lines(drawn: str, roles: Mapping[str, str]) -> list[Line]:
    """Each stretch of one glyph's role as a piece."""
    return [
        tuple(("".join(text), role) for role, text in groupby(line, key=lambda glyph: roles.get(glyph, "muted")))
        for line in drawn.rstrip("\n").split("\n")
    ]
