"""The figures of the run and the session, in one widget that repaints what changed at most four times a second."""

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.state import State
from tui.ui.frames import Framed
from tui.ui.palette import Palette
from tui.ui.readings import Line, arrange
from tui.ui.scrolling import grow

PERIOD: Final = 0.25
"""Seconds between paints of a live run: figures that change faster cannot be read."""


class MetricsPane(Framed, ScrollView, can_focus=True):
    """How fast, how much, how well. What does not fit is below and can be scrolled to."""

    DEFAULT_CSS = """
    MetricsPane {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        padding: 0 0 0 1;
        border-top: solid $border-blurred;
        border-title-color: $foreground-muted;
    }
    MetricsPane:focus {
        border-top: solid $border;
        border-title-color: $foreground;
        border-title-style: bold reverse;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g,home", "scroll_home", "Top", show=False, id="metrics.top"),
        Binding("G,end", "scroll_end", "Bottom", show=False, id="metrics.bottom"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_title = "METRICS"
        self._state = State()
        self._now = 0.0
        self._painted = float("-inf")
        self._seq = -1
        self._was_busy = False
        self._lines: list[Line] = []
        self._palette: Palette | None = None

    def paint(self, state: State, now: float) -> None:
        """Show the figures; `now` is in seconds since the epoch. While a run is live, at most once in `PERIOD`."""
        same = state is self._state and state.seq == self._seq and state.busy == self._was_busy
        if same and not state.busy:
            return
        live = state is self._state and state.busy and self._was_busy
        if live and 0 <= now - self._painted < PERIOD:
            return
        self._state, self._now = state, now
        self._painted, self._seq, self._was_busy = now, state.seq, state.busy
        self._update()

    def _update(self) -> None:
        size = self.scrollable_content_region.size
        before, self._lines = self._lines, arrange(self._state, self._now, size.width, size.height)
        if len(before) != len(self._lines):
            grow(self, Size(size.width, len(self._lines)))
            self.refresh()
            return
        top = self.scroll_offset.y
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new and top <= y < top + size.height:
                self.refresh(Region(0, y - top, size.width, 1))

    def on_resize(self) -> None:
        """Arrange the figures for the room there is."""
        self._lines = []
        self._update()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        base = self.rich_style
        if row >= len(self._lines):
            return Strip.blank(self.size.width, base)
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        looks = self._palette
        pieces = [Segment(text, base + _look(looks, role)) for text, role in self._lines[row]]
        return Strip(pieces).adjust_cell_length(self.size.width, base)

    def text(self) -> str:
        """What the pane says, as plain text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)


def _look(palette: Palette, role: str) -> Style:
    look = getattr(palette, role)
    assert isinstance(look, Style)
    return look
