"""The log in its box, with a history of what happened, as a test sees it."""

from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.sample_session import SESSION
from tests.ui.state_app import StateApp
from tui import events as e
from tui.fold import fold
from tui.ui.log.pane import LogPane
from tui.ui.search.pane_box import PaneBox
from tui.wire import Record

RETRIED = (
    *SESSION[:-2],
    e.RunStarted(2),
    e.ModelRequested(2, 1, "Teller", "gpt-x", 9),
    e.AttemptFailed(2, 1, 1, 3, "server", "the server said 503", 1.0),
    e.AttemptStarted(2, 1, 2, 3),
    e.TextDelta("2.1.0", "Once more."),
    e.AttemptSucceeded(2, 1, 2),
    e.MessageCompleted("2.1.0", "Teller", "Once more."),
    e.UsageReported(2, 1, 90, 0, 12, 0),
    e.RunEnded(2, "failed", "the server said 500", "server", "send it again"),
)
"""Parallel tools, a failed one, a handoff, a nested agent, a cancel, another try, an error."""

KEYS = {"/": "slash", ":": "colon", " ": "space", "'": "apostrophe", "~": "tilde", ">": "greater_than_sign",
        "{": "left_curly_bracket", "}": "right_curly_bracket", "[": "left_square_bracket", "(": "left_parenthesis",
        "]": "right_square_bracket", "_": "underscore", "@": "at", ".": "full_stop", '"': "quotation_mark"}  # fmt: skip


class Held:
    """Every event, in memory."""

    def __init__(self) -> None:
        self.all: list[Record] = []
        self.times = array("d")
        self.types = bytearray()
        self.first = 1
        self.decoded = 0

    def __len__(self) -> int:
        return len(self.all)

    def record(self, seq: int) -> Record:
        return self.all[seq - 1]

    def refresh(self) -> int:
        return 0

    def records(self, first: int, last: int) -> list[Record]:
        found = self.all[first - 1 : last]
        self.decoded += len(found)
        return found


class LogApp(StateApp[LogPane]):
    """A box with the log in it."""

    def __init__(self, theme: str = "midnight") -> None:
        super().__init__(LogPane(id="log"), theme)
        self.history = Held()
        self.pane.history = self.history
        self.exports: list[LogPane.ExportRequested] = []
        self.entries: list[int] = []

    def compose(self) -> ComposeResult:
        yield PaneBox(self.pane)

    def on_log_pane_export_requested(self, message: LogPane.ExportRequested) -> None:
        self.exports.append(message)

    def on_log_pane_entry_wanted(self, message: LogPane.EntryWanted) -> None:
        self.entries.append(message.entry)

    def happen(self, *events: e.Event, step: float = 0.125) -> None:
        for event in events:
            self.now += step
            record = Record(self.state.seq + 1, self.now, event)
            self.history.all.append(record)
            fold(self.state, record)
        self.frame()


class Log:
    """The app and its pilot."""

    def __init__(self, app: LogApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.pane = app, pilot, app.pane

    async def type(self, text: str) -> None:
        """Press the keys of a text, and have all that it sets going done."""
        await self.press(*(KEYS.get(key, key) for key in text))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.done()

    async def done(self) -> None:
        for _ in range(400):
            await self.pilot.pause()
            if not self.pane._slices._jobs:
                break
        else:
            raise AssertionError("it goes on and on")
        self.app.frame()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        strips: list[Strip] = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def title(self) -> str:
        return str(self.pane.border_title)

    @property
    def at(self) -> str:
        """The line of the cursor, from its kind on."""
        return self.pane._line(self.pane._at, roomy=True)[13:]

    @property
    def lines(self) -> list[str]:
        return [line for line in self.app.lines if line]


@asynccontextmanager
async def log_of(*events: e.Event, size: tuple[int, int] = (100, 30), theme: str = "midnight") -> AsyncIterator[Log]:
    app = LogApp(theme)
    async with app.run_test(size=size) as pilot:
        app.happen(*events)
        log = Log(app, pilot)
        await log.done()
        yield log
