"""The screen: composes the panes, carries what the user wants to the link, and shows what the bus brings.

It holds nothing of the agent's: that is `State`, folded from the bus by the pump.
"""

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.events import Paste

from tui import events as e
from tui.config import Settings
from tui.journal.history import LiveHistory
from tui.journal.recording import History
from tui.journal.sessions import Sessions
from tui.journal.writer import JournalWriter
from tui.link.handle import Link
from tui.metrics import prices
from tui.metrics.cost import Ledger
from tui.places import crash_file, sessions_folder, themes_folder
from tui.safety import Secrets, visible
from tui.skeleton.picture import WELCOME
from tui.state import State
from tui.ui.actions.table import ACTIONS, bindings, clashes
from tui.ui.actions.viewing import Viewing
from tui.ui.chat.pane import ChatPane
from tui.ui.composer.input import Composer
from tui.ui.composer.queue import QueueBar
from tui.ui.footer import FooterBar
from tui.ui.header import HeaderBar
from tui.ui.log.keys import LOG_KEYS
from tui.ui.log.pane import LogPane
from tui.ui.main_screen import MainScreen
from tui.ui.markdown import layout as markdown
from tui.ui.metrics.judge import Judge
from tui.ui.metrics.pane import MetricsPane
from tui.ui.pump import Pane, Pump
from tui.ui.search.pane_box import PaneBox
from tui.ui.tabs import PaneTabs
from tui.ui.terminal import guards
from tui.ui.terminal.frames import frame
from tui.ui.terminal.internals import terminal_behind
from tui.ui.terminal.leaving import say_last
from tui.ui.themes.catalogue import DEFAULT_THEME, load_theme
from tui.ui.themes.palette import variable_defaults

_FAR = 5000
"""Records that are folded within a frame or two."""


class AgentsApp(Viewing):
    """The full screen. `clock` gives wall time, seconds since the epoch.

    `state` is of a session that is resumed; what is shown is in the `journal` first. `history`: its records by number,
    where the journal is not what to take them from.
    """

    TITLE = "agents-tui"
    WELCOME: ClassVar[str] = WELCOME
    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    PAUSE_GC_ON_SCROLL = True
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(
        self,
        link: Link,
        clock: Callable[[], float],
        settings: Settings | None = None,
        *,
        state: State | None = None,
        journal: JournalWriter | None = None,
        sessions: Sessions | None = None,
        history: History | None = None,
    ) -> None:
        settings = settings or Settings()
        theme, self._problems = load_theme(settings.theme or DEFAULT_THEME, themes_folder())
        # Textual picks its filter for NO_COLOR now; the one for themes of other kinds paints ANSI colours black.
        super().__init__(ansi_color=True if theme.ansi and "NO_COLOR" in os.environ else None)
        self.link = link
        self.state = state or State()
        self.sessions = sessions or Sessions(sessions_folder())
        self.chosen = ""
        """The session to show once this screen has ended."""
        self.beside: Sequence[Callable[[], Coroutine[None, None, None]]] = ()
        """What else is to run as long as the screen: other readers of the bus."""
        self._journal = journal
        self.report = guards.CrashReport("agents-tui", crash_file(), Secrets.of_environment(os.environ).redact)
        self._settings = settings
        self.register_theme(theme)
        self.theme = theme.name
        self._clock = clock
        self.history: History = history or LiveHistory(link.bus.reader(), journal.path if journal else None)
        judge = Judge(self.state, settings.thresholds, link.bus.publish)
        self._pump = Pump(
            link.bus.reader(),
            self.state,
            clock,
            self._visible_panes,
            self._keep,
            lambda: frame(self),
            behind=lambda: terminal_behind(self),
            judge=judge.look,
        )

    def compose(self) -> ComposeResult:
        yield HeaderBar(self._loading, id="header")
        yield PaneTabs(self.PANES, id="tabs")
        with Horizontal(id="panes"):
            yield PaneBox(ChatPane(Content(self.WELCOME), id="chat"), id="chat-box")
            with Container(id="side"):
                yield PaneBox(LogPane(id="log"), id="log-box")
                yield MetricsPane(self._settings.thresholds, self._pump.own, id="metrics")
        yield QueueBar(id="queue")
        yield Composer(queued=lambda: bool(self.link.queue.waiting), id="composer")
        yield FooterBar(id="footer")

    def get_default_screen(self) -> MainScreen:
        classes = (name for name, wanted in self.classes_for_size().items() if wanted)
        return MainScreen(id="_default", classes=" ".join(classes))  # from the start: each change restyles all

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    # Coming and going

    def run_to_end(self) -> int:
        """Run on the terminal until the user quits; the exit status."""
        guards.install(self.report)
        with guards.watch_signals(self):
            result = self.run(mouse=self._settings.mouse)
        if self._journal is not None:
            self._journal.close()
        if self.chosen:
            return 0
        if self.state.metrics.runs or (self._journal is not None and self._journal.path.exists()):
            from tui.ui.reports import farewell

            say_last(visible(farewell(self.state, self._journal)))
        return self.return_code or result or 0

    def on_mount(self) -> None:
        self.arrange()
        self._use_keys(self._settings.keys)
        self.query_one(LogPane).history = self.history
        for problem in self.use_filters(self._settings.filters):
            self.link.bus.publish(e.Notice("warning", problem))
        self.screen.set_focus(self.query_one(Composer))  # at once: what was typed already comes next
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # after the shell's `fg`
        self.call_after_refresh(self._begin)

    def on_resize(self) -> None:
        self.call_next(self.arrange)  # Textual takes on the new size after this

    def arrange(self) -> None:
        super().arrange()
        self.call_after_refresh(self._pump.paint)  # a pane that was hidden has not been painted

    async def _begin(self) -> None:
        """After the first paint: connect the engine, which has been importing meanwhile, and start the frames."""
        for problem in self._problems:
            self.link.bus.publish(e.Notice("warning", problem))
        await self.link.attach()
        self.run_worker(self._pump.run(), name="pump")
        for each in self.beside:
            self.run_worker(each(), name="reader")
        await asyncio.to_thread(markdown.warm)
        await asyncio.to_thread(self._load_prices)
        gc.collect()
        gc.freeze()  # what start-up made lives as long as the program: no collection need look at it again
        gc.set_threshold(10_000, 10, 1_000)
        gc.enable()

    def _load_prices(self) -> None:
        """In a thread; what a resumed session cost is reckoned here too, so that no frame has to."""
        Ledger().total(self.state)
        prices.load()

    def _use_keys(self, keys: dict[str, str]) -> None:
        known = {action.id for action in (*ACTIONS, *LOG_KEYS)}
        problems = [f"config.toml: there is no action {name!r} to give keys to" for name in keys if name not in known]
        problems += [f"config.toml: {clash}" for table in (ACTIONS, LOG_KEYS) for clash in clashes(table, keys)]
        for problem in problems:
            self.link.bus.publish(e.Notice("warning", problem))
        self.set_keymap({name: value for name, value in keys.items() if name in known})

    async def on_unmount(self) -> None:
        """However the screen ended, no engine stays behind."""
        await self.link.close()
        if self._journal is not None:
            self._journal.close()

    # Frames

    def _due(self) -> int:
        """The number of the newest record that is to be shown."""
        return len(self.history)

    def _loading(self) -> str:
        """How far a long way to what is to be shown has come; empty if it is none."""
        due, shown = self._due(), self._pump.state.seq
        return f"loading {shown:,} of {due:,}" if due - shown > _FAR else ""

    def _keep(self) -> None:
        """On disk before it is shown, and to be found by number once it is."""
        if self._journal is not None:
            self._journal.flush()
        self.history.refresh()

    def _visible_panes(self) -> Sequence[Pane]:
        """Those of the main screen, then the screens on top that show state; none while the app shuts down."""
        if not self.is_running:
            return ()
        base, *above = self.screen_stack
        assert isinstance(base, MainScreen)
        views = (screen for screen in above if isinstance(screen, Pane) and screen.is_mounted)
        return [*base.visible_panes, *views]

    # Sessions

    def action_sessions(self) -> None:
        from tui.ui.dialogues.sessions import SessionsScreen

        if not isinstance(self.screen, SessionsScreen):
            self.push_screen(SessionsScreen(self.sessions, self.link.launch.session, self._clock()), self._open_session)

    async def _open_session(self, session: str | None) -> None:
        """This screen ends; the one that follows shows the other session."""
        if session is None or session == self.link.launch.session:
            return
        self.chosen = session
        await self.action_leave()

    # What the panes and the input say

    @on(Composer.Submitted)
    def _submitted(self, message: Composer.Submitted) -> None:
        self.query_one(ChatPane).hurry()
        if not self.link.busy:
            self.query_one(ChatPane).follow()
        self.submit(message.text)

    def on_paste(self, event: Paste) -> None:
        """What is pasted while a pane has the keys is meant for the input."""
        if self.screen is self._base:
            self._composer.insert_pasted(event.text)
            self._composer.focus()

    @on(Composer.CommandEntered)
    async def _command_entered(self, message: Composer.CommandEntered) -> None:
        await self.run_command(message.text)

    @on(ChatPane.CopyRequested)
    @on(LogPane.CopyRequested)
    def _copy_requested(self, message: ChatPane.CopyRequested | LogPane.CopyRequested) -> None:
        self.copy(message.text)

    @on(ChatPane.EditRequested)
    def _edit_requested(self, message: ChatPane.EditRequested) -> None:
        self.action_edit(message.number)

    @on(ChatPane.LinkClicked)
    def _link_clicked(self, message: ChatPane.LinkClicked) -> None:
        """A model wrote it: the user sees the address before anything opens it."""
        self.copy(message.href)

    @on(ChatPane.ToolSelected)
    def _tool_selected(self, message: ChatPane.ToolSelected) -> None:
        """A click on a tool call in the chat shows its row in the log."""
        row = self.state.row_of.get(message.call)
        if row is not None:
            self.query_one(LogPane).select_row(row)

    @on(LogPane.EntryWanted)
    def _entry_wanted(self, message: LogPane.EntryWanted) -> None:
        """Where it happened."""
        self.query_one(ChatPane).jump_to_entry(message.entry)

    @on(LogPane.RowSelected)
    def _row_selected(self, message: LogPane.RowSelected) -> None:
        self.query_one(MetricsPane).show_request(message.row)
