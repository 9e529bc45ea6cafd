"""An app around one pane, fed by hand: events in, frames out, lines read back."""

from typing import Generic, TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from tui import events as e
from tui.fold import fold
from tui.state import State
from tui.ui.header import HeaderBar
from tui.ui.log.pane import LogPane
from tui.ui.metrics.pane import MetricsPane
from tui.ui.themes.catalogue import load_theme
from tui.ui.themes.palette import variable_defaults
from tui.wire import Record

SIZES = ((60, 16), (80, 24), (120, 40), (200, 60))
THEMES = ("midnight", "daylight")
START = 1_763_900_000.0
"""The moment of a test's first event, seconds since the epoch."""

BEGIN = (
    e.EngineStarted(42),
    e.SessionStarted("7f3a0badcafe", "Guide", "gpt-x", "responses", ("roll_dice",)),
    e.PromptSent("hello"),
    e.RunStarted(1),
    e.AgentChanged(1, "Guide"),
    e.ModelRequested(1, 1, "Guide", "gpt-x", 1),
)

NASTY = "[/b][@click=app.quit]x\x1b]52;c;eA==\x07\x9b31m\u202eabc\r\nnext\ttab"
"""Markup that crashes or acts, and controls that reach the terminal or turn text around."""

PaneT = TypeVar("PaneT", HeaderBar, LogPane, MetricsPane)


class StateApp(App[None], Generic[PaneT]):
    """One pane, focused where that is possible; `happen` folds events, `frame` paints."""

    def __init__(self, pane: PaneT, theme: str = "midnight") -> None:
        super().__init__()
        for name in {theme, *THEMES}:
            self.register_theme(load_theme(name)[0])
        self._wanted = theme
        self.pane: PaneT = pane
        self.state = State()
        self.now = START
        self.told: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.theme = self._wanted
        if self.pane.can_focus:
            self.pane.focus()

    def on_log_pane_row_selected(self, message: LogPane.RowSelected) -> None:
        self.told.append(message)

    def on_log_pane_row_opened(self, message: LogPane.RowOpened) -> None:
        self.told.append(message)

    def on_log_pane_copy_requested(self, message: LogPane.CopyRequested) -> None:
        self.told.append(message)

    def happen(self, *events: e.Event, step: float = 0.125) -> None:
        """Fold events, one each `step` seconds, then paint a frame."""
        for event in events:
            self.now += step
            fold(self.state, Record(self.state.seq + 1, self.now, event))
        self.frame()

    def frame(self, after: float = 0.0) -> None:
        """Paint `after` more seconds."""
        self.now += after
        self.pane.paint(self.state, self.now)

    @property
    def lines(self) -> list[str]:
        """What the pane shows, line by line, without blanks at the ends."""
        return [drawn_text(self.pane, y) for y in range(self.pane.size.height)]


def drawn_text(widget: Widget, y: int) -> str:
    """A line of a widget as text."""
    return widget.render_line(y).text.rstrip()
