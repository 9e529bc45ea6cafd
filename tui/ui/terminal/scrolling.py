"""Growing and scrolling a view of lines, and its scroll bar, without the layout and the rendering that Textual does.

Its way lays out the whole screen, since a view might hold widgets, and renders a bar through Rich at each step.
"""

# ruff: noqa: SLF001 - the scroll view's own parts; pinned and tested like all in `tui.ui.terminal.internals`

from functools import lru_cache
from math import ceil
from weakref import WeakKeyDictionary

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

from tui.ui.terminal import frames

_thumbs: WeakKeyDictionary[ScrollBar, tuple[int, int, int]] = WeakKeyDictionary()
"""Where the thumb of each scroll bar was when it was painted in a frame."""
_drawn: WeakKeyDictionary[ScrollBar, tuple[object, list[Strip]]] = WeakKeyDictionary()
"""The lines of each scroll bar, and what they were made of."""
_render_lines = ScrollBar.render_lines


def grow(widget: ScrollView, size: Size) -> None:
    """Give a scroll view a new virtual size, in cells, without the layout of the whole screen that assigning costs.

    The scroll bar and the scroll position follow; repainting is the caller's business.
    """
    widget.set_reactive(ScrollView.virtual_size, size)
    if not frames.under_way() or not widget.show_vertical_scrollbar or widget.styles.overflow_y == "auto":
        widget._scroll_update(size)
        return
    widget.vertical_scrollbar.set_reactive(ScrollBar.window_virtual_size, size.height)
    if widget.scroll_y > widget.max_scroll_y:
        scroll(widget, widget.max_scroll_y)
    _move(widget.vertical_scrollbar)


def scroll(widget: ScrollView, y: float) -> None:
    """Scroll to a line at once."""
    if not frames.under_way():
        widget.scroll_to(y=y, animate=False, immediate=True)
        return
    y = max(0, min(y, widget.max_scroll_y))
    if y == widget.scroll_y:
        return
    widget.set_reactive(Widget.scroll_y, y)
    widget.set_reactive(Widget.scroll_target_y, y)
    frames.mark(widget, Region(0, 0, *widget.size))
    if widget.show_vertical_scrollbar:
        widget.vertical_scrollbar.set_reactive(ScrollBar.position, y)
        _move(widget.vertical_scrollbar)


def _move(bar: ScrollBar) -> None:
    """Repaint a scroll bar whose thumb is elsewhere, to an eighth of a cell: where its ends were and are."""
    size, whole, window = bar.size.height, max(1, bar.window_virtual_size), bar.window_size
    length = max(1.0, window * size / whole)
    start = int(8 * (size - length) * bar.position / max(1, whole - window))
    thumb = size, start, start + ceil(8 * length)
    before = _thumbs.get(bar)
    if before == thumb:
        return
    _thumbs[bar] = thumb
    if before is None or before[0] != size:
        frames.mark(bar)
        return
    ends = [sorted(end) for end in zip(before[1:], thumb[1:], strict=True) if end[0] != end[1]]
    rows = [(max(0, first // 8 - 1), min(size, last // 8 + 2)) for first, last in ends]  # a cell more: they are rounded
    frames.mark(bar, *(Region(0, top, 1, bottom - top) for top, bottom in rows))


def patch_scroll_bars() -> None:
    """Draw upright scroll bars of one cell from the few strips they are made of."""
    ScrollBar.render_lines = _bar_lines  # type: ignore[assignment, method-assign]


def _bar_lines(bar: ScrollBar, crop: Region) -> list[Strip]:
    drawn = bar.render()
    if not bar.vertical or crop.width != 1 or type(drawn) is not ScrollBarRender or not isinstance(drawn.style, Style):
        return _render_lines(bar, crop)
    back, color = drawn.style.bgcolor, drawn.style.color
    assert back is not None
    assert color is not None
    filters, height = tuple(bar.get_line_filters()), bar.outer_size.height
    key = height, drawn.virtual_size, drawn.window_size, drawn.position, drawn.style, filters
    known = _drawn.get(bar)
    if known is None or known[0] != key:
        segments = ScrollBarRender.render_bar(*key[:4], back_color=back, bar_color=color).segments
        background = bar.background_colors[1]
        known = _drawn[bar] = key, [_strip(segment, filters, background) for segment in segments]
    return known[1][crop.y : crop.bottom]


@lru_cache(256)
def _strip(segment: Segment, filters: tuple[LineFilter, ...], background: Color) -> Strip:
    """One cell of a bar as it is written: a whole one, or an end of the thumb."""
    strip = Strip([segment], 1)
    for each in filters:
        strip = strip.apply_filter(each, background)
    return strip
