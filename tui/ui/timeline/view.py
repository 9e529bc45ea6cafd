"""The spans of a run in a scroll view, one a line on one time axis; with a cursor, pan and zoom."""

from itertools import groupby
from math import inf
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.timeline import Span, Timeline
from tui.ui.lines.spans import overlaid
from tui.ui.terminal.scrolling import grow
from tui.ui.themes.palette import Palette
from tui.ui.timeline import waterfall
from tui.ui.timeline.waterfall import BARS, Columns, Window

_SHORTEST: Final = 0.001
"""Seconds that an axis shows at least."""
_ZOOM: Final = 2.0
_PAN: Final = 0.25
"""Part of the axis that one key moves it by."""


class WaterfallView(ScrollView, can_focus=True):
    """Shows one `Timeline`: not zoomed all of the run; zoomed and moved to the end, it stays with a live one."""

    DEFAULT_CSS = """
    WaterfallView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Previous span", show=False),
        Binding("down,j", "move(1)", "Next span", show=False),
        Binding("g,home", "first", "First span", show=False),
        Binding("G,end", "last", "Last span", show=False),
        Binding("left", "pan(-1)", "Earlier", show=False),
        Binding("right", "pan(1)", "Later", show=False),
        Binding("plus,equals_sign", "zoom(1)", "Zoom in", show=False),
        Binding("minus", "zoom(-1)", "Zoom out", show=False),
        Binding("0", "fit", "All of the run", show=False),
        Binding("enter", "open", "To its row in the log", show=False),
    ]

    class Moved(Message):
        """The cursor or the axis is elsewhere."""

    class Opened(Message):
        """The user wants to see a span in the log."""

        def __init__(self, span: Span) -> None:
            super().__init__()
            self.span = span

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timeline: Timeline | None = None
        self._now = 0.0
        self._cursor = 0
        self._following = False
        """The cursor is on the last span and stays there."""
        self._step = inf
        """Seconds a cell as zoomed; beyond what shows all of the run it is that."""
        self._left = 0.0
        """Seconds from the prompt at the left edge; beyond the last that can be there, it is that."""
        self._palette: Palette | None = None

    # What is shown

    def show(self, timeline: Timeline, now: float) -> None:
        """Take on a run, or what became of it; the cursor stays on its span."""
        before, known = self.selected, self.timeline
        self.timeline, self._now = timeline, now
        if known is None or known.run is not timeline.run:
            self._step, self._left = inf, 0.0
            self._following = timeline.run.ended is None
            self._cursor = 0
        elif before is not None and not self._following:
            self._cursor = _place(timeline.spans, before, self._cursor)
        if self._following:
            self._cursor = max(0, len(timeline.spans) - 1)
        self._fill()
        self._reveal()
        self.refresh()

    def grow_to(self, now: float) -> None:
        """The same spans at a later time."""
        self._now = now
        self.refresh()

    @property
    def selected(self) -> Span | None:
        """The cursor's span; None while there is none."""
        if self.timeline is None or not self.timeline.spans:
            return None
        return self.timeline.spans[min(self._cursor, len(self.timeline.spans) - 1)]

    @property
    def columns(self) -> Columns:
        return Columns.of(self.scrollable_content_region.width)

    @property
    def window(self) -> Window:
        """What the axis shows now."""
        cells = self.columns.bar
        step = min(self._step, self._length / cells)
        return Window(max(0.0, min(self._left, self._length - cells * step)), step)

    @property
    def _length(self) -> float:
        return max(_SHORTEST, 0.0 if self.timeline is None else self.timeline.length(self._now))

    # Drawing

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if self.timeline is None or index >= len(self.timeline.spans):
            return Strip.blank(width, self.rich_style)
        found = self._line(self.timeline, self.timeline.spans[index])
        if index == self._cursor:
            found = overlaid(found, 0, self.columns.label, self._looks().cursor)
        return found.adjust_cell_length(width, self.rich_style)

    def _line(self, timeline: Timeline, span: Span) -> Strip:
        columns, looks = self.columns, self._looks()
        name = waterfall.label(span, columns.label)
        bar = waterfall.bar(span, timeline.run, self.window, columns.bar, self._now)
        time = waterfall.time(span, self._now)
        ended_badly = getattr(span.source, "status", "") in ("failed", "cancelled")
        parts = [(f"{name} ", looks.text)]
        parts += [("".join(same), _look(glyph, looks)) for glyph, same in groupby(bar)]
        parts.append((f" {time:>{columns.time}}", looks.error if ended_badly else looks.muted))
        if columns.tokens:
            parts.append((f"{waterfall.tokens(span):>{columns.tokens}}", looks.muted))
        return Strip([Segment(text, self.rich_style + look) for text, look in parts])

    def _looks(self) -> Palette:
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        return self._palette

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    def on_resize(self) -> None:
        self._fill()
        self._reveal()
        self.post_message(self.Moved())

    def _fill(self) -> None:
        spans = 0 if self.timeline is None else len(self.timeline.spans)
        grow(self, Size(self.scrollable_content_region.width, spans))

    # The cursor

    def _go(self, index: int) -> None:
        if self.timeline is None or not self.timeline.spans:
            return
        last = len(self.timeline.spans) - 1
        self._cursor = max(0, min(index, last))
        self._following = self._cursor == last and self.timeline.run.ended is None
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        y = min(max(top, self._cursor - height + 1), self._cursor)
        if y != top:
            self.scroll_to(y=y, animate=False, immediate=True)

    def action_move(self, by: int) -> None:
        """Move the cursor by spans."""
        self._go(self._cursor + by)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(0 if self.timeline is None else len(self.timeline.spans))

    def action_open(self) -> None:
        """Ask for the cursor's span in the log."""
        if self.selected is not None:
            self.post_message(self.Opened(self.selected))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a span; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or self.timeline is None:
            return
        index = offset.y + self.scroll_offset.y
        if index < len(self.timeline.spans):
            self._go(index)
            if event.chain == 2:
                self.action_open()

    # The axis

    def action_pan(self, steps: int) -> None:
        """Show an earlier or a later part of the run."""
        window = self.window
        self._look_at(window.left + steps * _PAN * self.columns.bar * window.step, window.step)

    def action_zoom(self, steps: int) -> None:
        """Show less or more of the run; the middle of what is in view of the cursor's span stays where it is."""
        window, cells = self.window, self.columns.bar
        middle = self._middle(window)
        step = max(_SHORTEST / cells, window.step / _ZOOM**steps)
        self._look_at(middle - (middle - window.left) * step / window.step, step)

    def action_fit(self) -> None:
        """Show all of the run."""
        self._look_at(0.0, inf)

    def _look_at(self, left: float, step: float) -> None:
        length, cells = self._length, self.columns.bar
        self._step = inf if step >= length / cells else step
        self._left = inf if left + cells * step >= length else max(0.0, left)
        self.refresh()
        self.post_message(self.Moved())

    def _middle(self, window: Window) -> float:
        """Seconds from the prompt."""
        right = window.left + self.columns.bar * window.step
        span = self.selected
        if span is None or self.timeline is None:
            return (window.left + right) / 2
        start = span.start - self.timeline.run.at
        end = (self._now if span.end is None else span.end) - self.timeline.run.at
        return (min(max(start, window.left), right) + min(max(end, window.left), right)) / 2


def _place(spans: list[Span], wanted: Span, otherwise: int) -> int:
    """Where a span is by now: those of agents used as tools are put between."""
    return next((index for index, span in enumerate(spans) if span.source is wanted.source), otherwise)


def _look(glyph: str, looks: Palette) -> Style:
    return {
        BARS["waiting"]: looks.muted,
        BARS["generating"]: looks.primary,
        BARS["running"]: looks.accent,
        BARS["retry"]: looks.warning,
        BARS["mark"]: looks.handoff,
    }.get(glyph, looks.muted)
