"""The screen: composes the panes, carries what the user wants to the link, and shows what the bus brings.

It holds no state of the agent: that is `State`, folded from the bus by the pump.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.filter import LineFilter

from tui import events as e
from tui.link import Link
from tui.places import themes_folder
from tui.state import State
from tui.ui import guards
from tui.ui.actions import bindings
from tui.ui.chat import ChatPane
from tui.ui.composer import Composer
from tui.ui.deeds import Deeds
from tui.ui.footer import FooterBar
from tui.ui.header import HeaderBar
from tui.ui.log import LogPane
from tui.ui.metrics import MetricsPane
from tui.ui.pump import Pane, Pump
from tui.ui.themes import DEFAULT_THEME, load_theme
from tui.wire import Record

_WELCOME = """\
Ask something below and press Enter.

Esc stops an answer · F1 lists the keys · / lists the commands
"""


class AgentsApp(Deeds, App[int]):
    """The full screen. `clock` gives wall time, seconds since the epoch."""

    TITLE = "agents-tui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    PAUSE_GC_ON_SCROLL = True
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (80, "-medium"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, link: Link, clock: Callable[[], float], *, theme: str | None = None) -> None:
        super().__init__()
        self.link = link
        self.state = State()
        self._clock = clock
        self._chosen_theme = theme
        self._pump = Pump(link.bus.reader(), self.state, clock, self._panes, self._watch)

    def compose(self) -> ComposeResult:
        yield HeaderBar(id="header")
        with Horizontal(id="panes"):
            yield ChatPane(Content(_WELCOME), id="chat")
            with Container(id="side"):
                yield LogPane(id="log")
                yield MetricsPane(id="metrics")
        yield Composer(id="composer")
        yield FooterBar(id="footer")

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), guards.SafetyFilter()]

    # Coming and going

    async def on_mount(self) -> None:
        theme, problems = load_theme(self._chosen_theme or DEFAULT_THEME, themes_folder())
        self.register_theme(theme)
        self.theme = theme.name
        for problem in problems:
            self.link.bus.publish(e.Notice("warning", problem))
        self.screen.add_class("-at-chat")
        self.query_one(Composer).focus()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """After the first paint: connect the engine, which has been importing meanwhile, and start the frames."""
        await self.link.attach()
        self.run_worker(self._pump.run(), name="pump")
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 10, 1_000)

    def run_to_end(self) -> int:
        """Run on the terminal until the user quits; the exit status."""
        guards.install()
        return self.run() or 0

    async def leave(self) -> None:
        """End the engine, then the screen."""
        await self.link.close()
        self.exit(0)

    # Frames

    def _panes(self) -> Sequence[Pane]:
        return [*self.screen.query(".pane-of-state").results()]  # type: ignore[list-item]

    def _watch(self, record: Record) -> None:
        match record.event:
            case e.RunEnded():
                self.query_one(FooterBar)
            case _:
                pass

    # What the composer says

    @on(Composer.Submitted)
    def _submitted(self, message: Composer.Submitted) -> None:
        if self.link.busy:
            self.query_one(Composer).restore(message.text)
            self.notify("an answer is under way: Esc stops it, then Enter sends", markup=False)
            return
        self.query_one(ChatPane).follow()
        self.link.send(message.text)
