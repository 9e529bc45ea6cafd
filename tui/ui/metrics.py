"""The figures of the run and the session, in one widget that repaints what changed at most four times a second."""

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import prices
from tui.config import Thresholds
from tui.metrics.cost import Ledger
from tui.metrics.requests import of_row
from tui.state import Row, State
from tui.ui.arrange import Line, arrange
from tui.ui.frames import Framed
from tui.ui.own_speed import OwnSpeed
from tui.ui.palette import Palette
from tui.ui.readings import View
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
        Binding("p", "request(-1)", "Request before", show=False, id="metrics.older"),
        Binding("n", "request(1)", "Request after", show=False, id="metrics.newer"),
        Binding("i", "program", "The program itself", show=False, id="metrics.program"),
    ]

    def __init__(
        self,
        thresholds: Thresholds | None = None,
        own: OwnSpeed | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.border_title = "METRICS"
        self._own = own or OwnSpeed()
        self._view = View(State(), 0.0, Ledger(), thresholds or Thresholds())
        self._priced = False
        self._painted = float("-inf")
        self._seq = -1
        self._was_busy = False
        self._lines: list[Line] = []
        self._palette: Palette | None = None

    def paint(self, state: State, now: float) -> None:
        """Show the figures; `now` is in seconds since the epoch. While a run is live, at most once in `PERIOD`."""
        view = self._view
        same = state is view.state and state.seq == self._seq and state.busy == self._was_busy
        if same and not state.busy and self._priced == prices.loaded():
            return
        live = state is view.state and state.busy and self._was_busy
        if live and 0 <= now - self._painted < PERIOD:
            return
        if state is not view.state:
            view.request = None
        view.state, view.now = state, now
        self._painted, self._seq, self._was_busy = now, state.seq, state.busy
        self._priced = prices.loaded()
        self._update()

    def action_request(self, step: int) -> None:
        """Break down the time of an older or a newer request; past the newest follow that again."""
        self._break_down(self._view.index + step)

    def show_request(self, row: Row) -> None:
        """Break down the time of the request that a row of the log is about, if it is about one."""
        index = of_row(self._view.state, row)
        if index is not None:
            self._break_down(index)

    def _break_down(self, index: int) -> None:
        self._view.request = max(0, index) if index < len(self._view.state.requests) - 1 else None
        self._update()

    def action_program(self) -> None:
        """Show how the program itself keeps up, in place of the session's figures; or these again."""
        self._view.program = None if self._view.program else self._own
        self._update()

    def _update(self) -> None:
        size = self.scrollable_content_region.size
        before, self._lines = self._lines, arrange(self._view, size.width, size.height)
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
