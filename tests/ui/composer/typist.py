"""A small app around the input, and hands on its keyboard."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from tui.ui.actions.table import ACTIONS, bindings
from tui.ui.composer.completion import CompletionList
from tui.ui.composer.input import Composer

SIZES = [(60, 16), (120, 40)]


class Bare(Screen[None], inherit_bindings=False):
    """Leaves Tab and Ctrl+C to the app."""


class Host(App[None]):
    """Writes down which actions of the app were reached, and what the input said."""

    CSS = "#above { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, history: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.history = history
        self.reached: list[str] = []
        self.sent: list[str] = []
        self.commands: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return Bare()

    def compose(self) -> ComposeResult:
        yield Static("", id="above")
        yield Composer(self.history, id="composer")

    def on_mount(self) -> None:
        self.query_one(Composer).focus()

    @on(Composer.Submitted)
    def _submitted(self, message: Composer.Submitted) -> None:
        self.sent.append(message.text)

    @on(Composer.CommandEntered)
    def _entered(self, message: Composer.CommandEntered) -> None:
        self.commands.append(message.text)


def _recorder(name: str) -> Callable[..., None]:
    return lambda host, *parameters: host.reached.append(name)


for _action in ACTIONS:
    if _action.action:
        _name = _action.action.partition("(")[0]
        setattr(Host, f"action_{_name}", _recorder(_name))


class Typist:
    """Hands on the keyboard of a running host."""

    def __init__(self, host: Host, pilot: Pilot[None]) -> None:
        self.host = host
        self.pilot = pilot
        self.composer = host.query_one(Composer)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """As fast as a terminal can send it; a line feed presses Enter."""
        for character in text:
            key = events.Key("enter", "\r") if character == "\n" else events.Key(character, character)
            self.composer.post_message(key)
        await self.pilot.pause()

    async def event(self, event: events.Event) -> None:
        self.composer.post_message(event)
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        await self.event(events.Paste(text))

    @property
    def text(self) -> str:
        return self.composer.text

    @property
    def list(self) -> CompletionList:
        return self.host.query_one(CompletionList)

    def listed(self) -> str:
        return self.list.render().plain


@asynccontextmanager
async def at_work(size: tuple[int, int] = (60, 16), history: tuple[str, ...] = ()) -> AsyncIterator[Typist]:
    host = Host(history)
    async with host.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Typist(host, pilot)
