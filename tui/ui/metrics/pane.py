"""The figures of the run and the session, in one widget that repaints what changed at most four times a second."""

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from tui.config import Thresholds
from tui.metrics import prices
from tui.metrics.cost import Ledger
from tui.metrics.requests import of_row
from tui.state import Row, State
from tui.ui.lines.pieces import PiecesView
from tui.ui.metrics.arrange import arrange
from tui.ui.metrics.own_speed import OwnSpeed
from tui.ui.metrics.readings import View

PERIOD: Final = 0.25
"""Seconds between paints of a live run: figures that change faster cannot be read."""


class MetricsPane(PiecesView, can_focus=True):
    """How fast, how much, how well. What does not fit is below and can be scrolled to."""

    DEFAULT_CSS = """
    MetricsPane {
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
        Binding("enter", "app.dashboard", "Dashboard", show=False, id="metrics.dashboard"),
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
        self.show(arrange(self._view, size.width, size.height))

    def on_resize(self) -> None:
        """Arrange the figures for the room there is."""
        self.clear()
        self._update()
