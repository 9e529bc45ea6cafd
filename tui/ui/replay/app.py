"""A recorded session on the full screen: the live app with a player for its engine and a seek bar for its input."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.widgets import Input

from tui.bus import Bus
from tui.config import Settings
from tui.journal.player import Player
from tui.journal.recording import Recording
from tui.link.handle import Launch, Link
from tui.safety import one_line
from tui.state import State
from tui.ui.actions.keys import keys_in_use, log_keys_in_use
from tui.ui.actions.table import ACTIONS, Action, key_name
from tui.ui.app import AgentsApp
from tui.ui.chat.pane import ChatPane
from tui.ui.composer.input import Composer
from tui.ui.dialogues.help import TextScreen, help_text
from tui.ui.footer import FooterBar, Hint
from tui.ui.log.keys import LOG_KEYS
from tui.ui.log.pane import LogPane
from tui.ui.main_screen import MainScreen
from tui.ui.pump import Pane, Pump
from tui.ui.replay.seek_bar import SeekBar
from tui.ui.terminal.frames import frame
from tui.ui.terminal.internals import terminal_behind

_SLICE: Final = 0.004
"""Seconds that are spent at once on taking a recording on."""

REPLAY_ACTIONS: Final[tuple[Action, ...]] = (
    Action("pause", "Pause or go on", "pause", ("space",), group="Replay", help="at the end: from the start again"),
    Action("step", "Step", "step", ("full_stop",), group="Replay", help="one event, or all deltas of an item; pauses"),
    Action("slower", "Slower", "faster(-1)", ("left_square_bracket",), group="Replay"),
    Action("faster", "Faster", "faster(1)", ("right_square_bracket",), group="Replay", help="¼ to 64 times, then max"),
    Action("back", "Back 5 s", "seek_by(-5)", ("left",), group="Replay"),
    Action("forward", "Forward 5 s", "seek_by(5)", ("right",), group="Replay"),
    Action("start", "To the start", "seek_to(0)", ("home",), group="Replay"),
    Action("finish", "To the end", "seek_to(1)", ("end",), group="Replay", help="a click on the bar goes there"),
    Action("leave", "Quit", "leave", ("q", "escape"), group="Replay"),
)  # fmt: skip

_HINTS: Final = {
    "pause": "pause",
    "step": "step",
    "slower": "slower",
    "faster": "faster",
    "back": "back",
    "forward": "forward",
    "leave": "quit",
}

_USABLE: Final = frozenset((
    "help", "interrupt", "chat", "log", "metrics", "next_pane", "previous_pane", "zoom", "page_up", "page_down", "top",
    "follow", "expand", "detail", "copy", "history", "stats", "theme", "mouse", "palette", "redraw", "suspend", "quit",
    "screenshot", "timeline", "tools", "dashboard", "filter", "find", "level", "next_error", "export_log",
))  # fmt: skip
"""The ids of those actions of the live app that look and do not touch; a new one is refused until it is named here."""

_REFUSED: Final = frozenset(
    action.action.partition("(")[0] for action in ACTIONS if action.action and action.id not in _USABLE
)


class NoEngine(Link):
    """What stands for the engine of a session that is over: nothing is started."""

    async def attach(self) -> None:
        """The player has all there is."""


class ReplayFooter(FooterBar):
    """The keys of a replay; what the state says makes no difference to them."""

    def paint(self, state: State, now: float) -> None:
        pass

    def _shown(self) -> Iterator[Hint]:
        keys = keys_in_use(self.app)
        named = {action.id: action for action in REPLAY_ACTIONS}
        for name, label in _HINTS.items():
            yield Hint(key_name(named[name].keys[0]), label, f"app.{named[name].action}")
        yield Hint(keys["help"][0], "help", "app.help")


class ReplayScreen(MainScreen):
    """The keys of a replay come before those of the panes; on a dialogue above they are its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"screen.head({action.action!r}, {key!r})", action.title, show=False, priority=True)
        for action in REPLAY_ACTIONS
        for key in action.keys
    ]

    async def action_head(self, action: str, key: str) -> None:
        """One of the replay's own actions."""
        await self.app.run_action(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is typed in a line belongs to it, and Esc to a pane that has something to clear."""
        if action != "head":
            return super().check_action(action, parameters)
        if isinstance(self.focused, Input):
            return False
        return not (
            parameters[1] == "escape" and isinstance(self.focused, LogPane | ChatPane) and self.focused.clearable
        )


class ReplayHelp(TextScreen):
    """The keys of a replay, then those of the live app that do something in it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "dismiss", "Close", show=False)]

    def __init__(self) -> None:
        super().__init__("Replay", "")

    def on_resize(self) -> None:
        """Only in the app its keymap and the width are known."""
        room = self.query_one("#scroll").scrollable_content_region.width
        keys: Mapping[str, Sequence[str]] = {
            **keys_in_use(self.app),
            **{action.id: tuple(map(key_name, action.keys)) for action in REPLAY_ACTIONS},
            **log_keys_in_use(self.app),
        }
        usable = [action._replace(slash=()) for action in ACTIONS if action.id in _USABLE]  # there is no input
        self.show(help_text(keys, room or self.app.size.width - 8, (*REPLAY_ACTIONS, *usable, *LOG_KEYS), notes=()))


class ReplayApp(AgentsApp):
    """The full screen on a recording called `name`.

    `problem` is asked, once all of it is taken on, what to tell of records that could not be read.
    """

    WELCOME: ClassVar[str] = "The conversation has not begun."

    def __init__(
        self,
        player: Player,
        settings: Settings | None = None,
        name: str = "",
        problem: Callable[[], str] = lambda: "",
    ) -> None:
        link = NoEngine(Bus(player.now), Launch(name, ""))
        super().__init__(link, player.now, settings, history=player.history)
        self._player = player
        self._problem = problem
        behind = partial(terminal_behind, self)
        self._pump = Pump(
            player, self.state, player.now, self._visible_panes, frame=partial(frame, self), behind=behind
        )

    def compose(self) -> ComposeResult:
        """With the bar in the place of the input, which others ask for and which must not take the keys."""
        for widget in super().compose():
            if isinstance(widget, FooterBar):
                yield SeekBar(self._player, id="replay")
                yield ReplayFooter(id="footer")
                continue
            if isinstance(widget, Composer):
                widget.display, widget.disabled = False, True
            yield widget

    def get_default_screen(self) -> MainScreen:
        return ReplayScreen(id="_default")

    async def _begin(self) -> None:
        self.action_pane("chat")
        await super()._begin()
        self.run_worker(self._take_on(), name="recording")

    async def _take_on(self) -> None:
        """The rest of a big recording, in slices between which keys and frames have their turn."""
        player, history = self._player, self._player.history
        while player.growing and isinstance(history, Recording):
            try:
                whole = history.advance(_SLICE)
            except OSError as error:
                self.say(f"{history.path.name}: {error.strerror}", warning=True)
                whole = True
            player.grow(whole=whole)
            await asyncio.sleep(_SLICE)
        if problem := self._problem():
            self.say(problem, warning=True)

    def _visible_panes(self) -> Sequence[Pane]:
        panes = super()._visible_panes()
        return [self, *panes, self._base.query_one(SeekBar)] if panes else ()

    def _due(self) -> int:
        return self._player.due

    def paint(self, state: State, now: float) -> None:
        """Take on a state that was begun again in the same frame as the panes: rows and entries go by index."""
        if state is not self.state:
            self.state = state
            self._base.query_one(LogPane).paint(state, now)  # asked for its row even while it is hidden

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()

    # The head

    def action_pause(self) -> None:
        self._player.toggle()
        self._catch_up()

    def action_step(self) -> None:
        self._player.step()

    def action_faster(self, steps: int) -> None:
        self._player.faster(steps)

    def action_seek_by(self, seconds: float) -> None:
        self._player.seek(self._player.head + seconds)
        self._catch_up()

    def action_seek_to(self, part: float) -> None:
        """`part` of the whole, 0 to 1."""
        self._player.seek(part * self._player.length)
        self._catch_up()

    def on_seek_bar_sought(self, message: SeekBar.Sought) -> None:
        self.action_seek_to(message.part)

    def _catch_up(self) -> None:
        """The state cannot go back: where the head did, fold again from the first record."""
        if self._pump.state.seq > self._player.position:
            self._pump.state = State()

    # What the live app can do

    async def run_action(
        self,
        action: str | tuple[str, str, tuple[object, ...]],
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Refuses, from key, palette or click, what only an engine could do."""
        if default_namespace in (None, self) and isinstance(action, str):
            name = action.partition("(")[0].removeprefix("app.")
            if name in _REFUSED:
                session = one_line(self.state.session) or "ID"
                self.say(f"this is a replay: quit, and agents-tui --session {session} goes on with the session")
                return True
        return await super().run_action(action, default_namespace, namespaces)

    def action_next_pane(self, step: int) -> None:
        at = self.PANES.index(self._shown)
        self.action_pane(self.PANES[(at + step) % len(self.PANES)])

    def action_help(self) -> None:
        if not isinstance(self.screen, ReplayHelp):
            self.push_screen(ReplayHelp())
