"""What a frame writes to the terminal: only changed lines are rendered, and of them only cells that differ are written.

Textual 8.2 renders, for any update, every line of every widget that the bounding box of all changes touches, and
writes changed lines whole. With a clock at the top and an answer growing at the bottom that is the whole screen.
"""

# ruff: noqa: SLF001 - the renderer's own parts; pinned and tested like all in `tui.ui.terminal.internals`

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import Compositor, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.ui.terminal import sgr
from tui.ui.terminal.layout import Layout, Span, Touched

Row: TypeAlias = dict[int, Strip]
"""The strips of a line of the screen, by the column in which each begins."""

_shown: dict[int, Row] = {}
"""What the terminal shows, by line, in the parts of the layout rendered last; what is not known is not in it."""

_full_update = Compositor.render_full_update


def patch_compositor() -> None:
    """Have all screens write frames as this module does."""
    Compositor.render_partial_update = _partial_update  # type: ignore[assignment, method-assign]
    Compositor.render_full_update = _whole_update  # type: ignore[assignment, method-assign]


def forget() -> None:
    """The terminal may show anything, and the screen be laid out in any way."""
    global _layout
    _shown.clear()
    _layout = None


def _whole_update(compositor: Compositor, simplify: bool = False) -> LayoutUpdate:
    """All of the screen, written whatever the terminal is thought to show."""
    global _layout
    if simplify:  # that is a picture of the screen, not the screen
        return _full_update(compositor, simplify)
    forget()
    _layout = Layout(compositor)
    return _full_update(compositor, simplify)


def _partial_update(compositor: Compositor) -> CompositorUpdate | None:
    regions = compositor._dirty_regions | _moved(compositor)
    compositor._dirty_regions.clear()
    return Update(_rows(compositor, regions)) if regions else None


def _moved(compositor: Compositor) -> set[Region]:
    """Where there is another widget than in the layout rendered last.

    Textual tells only of what is another than in the layout made last, which may be none of a frame: a toast that was
    gone while one was asked for the place of a widget stayed on the terminal.
    """
    return set() if _layout is None else _layout.differing(compositor)


class Update(CompositorUpdate):
    """Parts of the screen."""

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self.rows = rows

    def render_segments(self, console: Console) -> str:
        """The characters that make the terminal show them; looks are told where they change, not for each text."""
        colors = console._color_system or ColorSystem.TRUECOLOR
        written, look = [], sgr.PLAIN
        for y in sorted(self.rows):
            for x, segments in _changed(self.rows[y], y):
                written.append(f"\x1b[{y + 1};{x + 1}H")
                for text, style, _ in segments:
                    if style is not None and style.link:
                        written.append(f"\x1b[0m{Strip.render_style(style, text, colors)}")
                        look = sgr.PLAIN
                        continue
                    now = sgr.PLAIN if style is None else sgr.look(style._ansi or Strip.render_ansi(style, colors))
                    if now != look:
                        now = now if text.strip(" ") else sgr.for_blanks(look, now)
                        written.append(sgr.change(look, now))
                        look = now
                    written.append(text)
        written.append(sgr.change(look, sgr.PLAIN))
        return "".join(written)


# Rendering


_layout: Layout | None = None
"""The one rendered last."""


def _layout_of(compositor: Compositor) -> Layout:
    global _layout
    if _layout is None or _layout.visible is not compositor.visible_widgets:
        _layout = Layout(compositor)
        _shown.clear()  # parts of lines may begin elsewhere now
    return _layout


def _rows(compositor: Compositor, regions: Iterable[Region]) -> dict[int, Row]:
    """The strips that these regions touch, by the line that they stand in."""
    layout = _layout_of(compositor)
    wanted: Touched = {}
    for region in regions:
        for widget, lines in layout.touched(region).items():
            wanted[widget] = _united(wanted[widget], lines) if widget in wanted else lines
    rows: dict[int, Row] = defaultdict(dict)
    for widget, lines in wanted.items():
        region, clip = layout.visible[widget]
        seen = region.intersection(clip)
        for top, bottom in _runs(sorted(lines)):
            crop = Region(seen.x - region.x, top - region.y, seen.width, bottom - top)
            for y, strip in enumerate(widget.render_lines(crop), top):
                for x, end, _ in lines[y]:
                    whole = x == seen.x and end - x == strip.cell_length
                    rows[y][x] = strip if whole else strip.crop(x - seen.x, end - seen.x)
    return rows


def _united(one: dict[int, set[Span]], other: dict[int, set[Span]]) -> dict[int, set[Span]]:
    return one | {y: spans | one.get(y, set()) for y, spans in other.items()}


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


# What differs


def _changed(row: Row, y: int) -> Iterator[tuple[int, Sequence[Segment]]]:
    """Where to write what so that the terminal shows these strips of a line."""
    shown = _shown.setdefault(y, {})
    for x, strip in sorted(row.items()):
        before = shown.get(x)
        shown[x] = strip
        if before is strip:
            continue
        if before is None or before.cell_length != strip.cell_length:
            yield x, strip._segments
        else:
            yield from _difference(x, before._segments, strip._segments)


def _difference(x: int, old: Sequence[Segment], new: Sequence[Segment]) -> Iterator[tuple[int, Sequence[Segment]]]:
    """From the first segment that differs to the last; of a segment that only grew, what is new."""
    start = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        x += cell_len(other.text)
        start += 1
    end_old, end_new = len(old), len(new)
    while end_old > start and end_new > start and old[end_old - 1] == new[end_new - 1]:
        end_old, end_new = end_old - 1, end_new - 1
    if start == end_new:
        return
    middle = list(new[start:end_new])
    if start < end_old and old[start].style == middle[0].style:
        skipped = _common(old[start].text, middle[0].text)
        middle[0] = Segment(middle[0].text[skipped:], middle[0].style)
        x += skipped
    if end_old > start and old[end_old - 1].style == middle[-1].style:
        left = len(middle[-1].text) - _common(old[end_old - 1].text[::-1], middle[-1].text[::-1])
        middle[-1] = Segment(middle[-1].text[:left], middle[-1].style)
    yield x, [segment for segment in middle if segment.text]


def _common(one: str, other: str) -> int:
    """Characters that both texts begin with, one cell each: up to the last before anything that is not ASCII."""
    if one[:1] != other[:1]:
        return 0
    length, most = 1, min(len(one), len(other))
    while length < most:  # the longest common beginning has at least `length` and at most `most`
        middle = (length + most + 1) // 2
        if one[length:middle] == other[length:middle]:
            length = middle
        else:
            most = middle - 1
    common = other[:length]
    if not common.isascii():
        length = next(at for at, character in enumerate(common) if not character.isascii())
    return max(0, length - 1)  # what follows may join with it into one cell
