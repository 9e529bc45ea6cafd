"""What a frame writes to the terminal: only changed lines are rendered, and of them only cells that differ are written.

Textual 8.2 renders, for any update, every line of every widget that the bounding box of all changes touches, and
writes changed lines whole. With a clock at the top and an answer growing at the bottom that is the whole screen.
"""

# ruff: noqa: SLF001 - the renderer's own parts; pinned and tested like all in `tui.ui.internals`

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import Compositor, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

Row: TypeAlias = dict[int, Strip]
"""The strips of a line of the screen, by the column in which each begins."""

_shown: dict[int, Row] = {}
"""What the terminal shows, by line; lines of which it is not known are not in it."""

_full_update = Compositor.render_full_update


def patch_compositor() -> None:
    """Have all screens write frames as this module does."""
    Compositor.render_partial_update = _partial_update  # type: ignore[assignment, method-assign]
    Compositor.render_full_update = _whole_update  # type: ignore[assignment, method-assign]


def forget() -> None:
    """The terminal may show anything."""
    _shown.clear()


def _whole_update(compositor: Compositor, simplify: bool = False) -> LayoutUpdate:
    """All of the screen, written whatever the terminal is thought to show."""
    if not simplify:  # that is a picture of the screen, not the screen
        forget()
    return _full_update(compositor, simplify)


def _partial_update(compositor: Compositor) -> CompositorUpdate | None:
    regions = compositor._dirty_regions.copy()
    compositor._dirty_regions.clear()
    return Update(_rows(compositor, regions), compositor.cuts) if regions else None


class Update(CompositorUpdate):
    """Parts of the screen."""

    def __init__(self, rows: dict[int, Row], cuts: Sequence[Sequence[int]]) -> None:
        self.rows, self.cuts = rows, cuts

    def render_segments(self, console: Console) -> str:
        """The characters that make the terminal show them; looks are told where they change, not for each text."""
        colors = console._color_system or ColorSystem.TRUECOLOR
        written, looks = [], ""
        for y in sorted(self.rows):
            for x, strip in _changed(self.rows[y], self.cuts[y], y):
                written.append(f"\x1b[{y + 1};{x + 1}H")
                for text, style, _ in strip:
                    if style is not None and style.link:
                        written.append(f"\x1b[0m{Strip.render_style(style, text, colors)}")
                        looks = ""
                        continue
                    now = "" if style is None else style._ansi or Strip.render_ansi(style, colors)
                    if now != looks:
                        written.append(f"\x1b[0;{now}m" if now else "\x1b[0m")
                        looks = now
                    written.append(text)
        return "".join(written) + ("\x1b[0m" if looks else "")


# Rendering


def _rows(compositor: Compositor, regions: Iterable[Region]) -> dict[int, Row]:
    """The strips that these regions touch, from the widgets in them, the ones in front first."""
    cuts, rows = compositor.cuts, defaultdict[int, Row](dict)
    wanted = defaultdict[int, set[int]](set)
    for region in regions:
        for y in region.line_range:
            if y < len(cuts):
                wanted[y].update(x for x, end in pairwise(cuts[y]) if x < region.right and end > region.x)
    for widget, (region, clip) in compositor.visible_widgets.items():
        seen = region.intersection(clip)
        if not seen:
            continue
        within = range(seen.x, seen.right)
        lines = [y for y in seen.line_range if y in wanted and any(x in within for x in wanted[y])]
        for top, bottom in _runs(lines):
            crop = Region(seen.x - region.x, top - region.y, seen.width, bottom - top)
            for y, strip in enumerate(widget.render_lines(crop), top):
                _lay(rows[y], wanted[y], cuts[y], seen, strip)
    return rows


def _runs(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Lines that follow each other: the first and the one after the last."""
    first = end = -1
    for y in lines:
        if y != end:
            if end > first:
                yield first, end
            first = y
        end = y + 1
    if end > first:
        yield first, end


def _lay(row: Row, wanted: set[int], cuts: Sequence[int], seen: Region, strip: Strip) -> None:
    """Put the wanted parts of a widget's strip in a line, and want them no more."""
    edges = [cut for cut in cuts if seen.x <= cut <= seen.right]
    for x, part in zip(edges, strip.divide([edge - seen.x for edge in edges[1:]]), strict=False):
        if x in wanted:
            wanted.remove(x)
            row[x] = part


# What differs


def _changed(row: Row, cuts: Sequence[int], y: int) -> Iterator[tuple[int, Strip]]:
    """Where to write what so that the terminal shows these strips of a line."""
    shown = _shown.setdefault(y, {})
    for x, end in pairwise(cuts):
        strip = row.get(x)
        if strip is None:
            continue
        before = shown.get(x)
        for other in [other for other in shown if x < other < end]:  # laid out otherwise then
            del shown[other]
            before = None
        shown[x] = strip
        if before is strip:
            continue
        if before is None or before.cell_length != strip.cell_length:
            yield x, strip
        else:
            yield from _difference(x, before, strip)


def _difference(x: int, before: Strip, now: Strip) -> Iterator[tuple[int, Strip]]:
    """From the first segment that differs to the last; of a segment that only grew, what is new."""
    old, new = list(before), list(now)
    start = 0
    while start < len(old) and start < len(new) and _same(old[start], new[start]):
        x += cell_len(new[start].text)
        start += 1
    end_old, end_new = len(old), len(new)
    while end_old > start and end_new > start and _same(old[end_old - 1], new[end_new - 1]):
        end_old, end_new = end_old - 1, end_new - 1
    if start == end_new:
        return
    middle = new[start:end_new]
    if start < end_old and old[start].style == middle[0].style:
        skipped = _common(old[start].text, middle[0].text)
        middle[0] = Segment(middle[0].text[skipped:], middle[0].style)
        x += skipped
    if end_old > start and old[end_old - 1].style == middle[-1].style:
        left = len(middle[-1].text) - _common(old[end_old - 1].text[::-1], middle[-1].text[::-1])
        middle[-1] = Segment(middle[-1].text[:left], middle[-1].style)
    yield x, Strip([segment for segment in middle if segment.text])


def _same(one: Segment, other: Segment) -> bool:
    return one.text == other.text and one.style == other.style


def _common(one: str, other: str) -> int:
    """Characters that both texts begin with, one cell each: up to the last before anything that is not ASCII."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right or not left.isascii():
            break
        length += 1
    return max(0, length - 1)  # what follows may join with it into one cell
