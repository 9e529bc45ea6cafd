"""The dashboard on the whole screen: how the session's figures are spread, compared and paid for."""

from time import perf_counter
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui import figures
from tui.config import Thresholds
from tui.metrics import prices, runs
from tui.safety import one_line
from tui.state import State
from tui.ui.actions.keys import keys_in_use
from tui.ui.dashboard.sections import dashboard
from tui.ui.dialogues.overlay import Overlay
from tui.ui.lines.line import cut_text
from tui.ui.lines.pieces import PiecesView

PERIOD: Final = 1.0
"""Seconds between paints of a live run, at least: all of it is counted anew each time."""

_REST: Final = 10
"""Times as long as a paint took there is none: that of thousands of runs takes long enough to hold up keys."""

_KEYS: Final = "↑↓ PgUp PgDn g G scroll · {} or Esc closes"


class DashboardView(PiecesView, can_focus=True):
    """The sections, for the room there is."""

    DEFAULT_CSS = """
    DashboardView {
        height: 1fr;
        padding: 0 0 0 1;
        background: $background;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "Bottom", show=False),
    ]


class DashboardScreen(Overlay[None]):
    """Of the session shown, live. The limits are those of the model of the newest run."""

    DEFAULT_CSS = """
    DashboardScreen {
        background: $background;
        & Static {
            height: 1;
            padding: 0 1;
            text-wrap: nowrap;
        }
        & #head {
            background: $panel;
            text-style: bold;
        }
        & #keys {
            color: $text-muted;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("f4", "dismiss", "Close", show=False, id="metrics"),
    ]

    def __init__(self, state: State, thresholds: Thresholds) -> None:
        super().__init__()
        self._state = state
        self._thresholds = thresholds
        self._painted = float("-inf")
        self._pause = PERIOD
        self._shown = (-1, False, False)

    def compose(self) -> ComposeResult:
        yield Static(id="head", markup=False)
        yield DashboardView(id="figures")
        yield Static(Content(_KEYS.format(keys_in_use(self.app)["metrics"][0])), id="keys", markup=False)

    def on_mount(self) -> None:
        self._view.focus()

    @property
    def _view(self) -> DashboardView:
        return self.query_one(DashboardView)

    def on_resize(self) -> None:
        """Only now the room is known."""
        self._view.clear()
        self.call_after_refresh(self._show)

    def paint(self, state: State, now: float) -> None:
        """Show what is new; `now` is in seconds since the epoch. While a run is live, at most once in `PERIOD`."""
        shown = (state.seq, state.busy, prices.loaded())
        same = state is self._state
        if same and shown == self._shown:
            return
        if same and state.busy and self._shown[1] and 0 <= now - self._painted < self._pause:
            return
        self._state, self._shown, self._painted = state, shown, now
        began = perf_counter()
        self._show()
        self._pause = max(PERIOD, _REST * (perf_counter() - began))

    def _show(self) -> None:
        state, size = self._state, self._view.scrollable_content_region.size
        if size.width < 2:
            return
        limits = self._thresholds.of(runs.model_of(state, runs.newest(state)))
        self._view.show(dashboard(state, limits, size.width, size.height, priced=prices.loaded()))
        facts = [
            "Dashboard",
            f"session {one_line(state.session, 40) or figures.UNKNOWN}",
            figures.several(len(state.runs), "run"),
        ]
        facts += [
            figures.several(len(state.requests), "request"),
            figures.several(state.metrics.tool_calls, "tool call"),
        ]
        head = cut_text(" · ".join(facts), max(1, self.app.size.width - 2))
        self.query_one("#head", Static).update(Content(head), layout=False)
