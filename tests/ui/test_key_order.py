from typing import ClassVar

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key

from tui.ui.actions.table import bindings
from tui.ui.composer.input import Composer
from tui.ui.line_input import LineInput


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = bindings()
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.stopped = 0

    def compose(self) -> ComposeResult:
        yield Composer(id="composer")

    def on_mount(self) -> None:
        self.query_one(Composer).focus()

    @on(Composer.Submitted)
    @on(Composer.CommandEntered)
    def _sent(self, message: Composer.Submitted | Composer.CommandEntered) -> None:
        self.sent.append(message.text)

    def action_cancel(self) -> None:
        self.stopped += 1


def at_once(app: App[None], *keys: str) -> None:
    """Keys that the terminal sends in one piece: all are in the app's queue before the first is looked at."""
    assert app._driver is not None
    for key in keys:
        app._driver.send_message(Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["d", "a", "backspace", "ạ"], "dạ"),
        (["v", "i", "e", "t", "backspace", "backspace", "ệ", "t"], "việt"),
        (["a", "c", "left", "b", "end", "d"], "abcd"),
        (["a", "ctrl+j", "b"], "a\nb"),
        (["a", "b", "ctrl+u", "c"], "c"),
        (["a", "shift+home", "b"], "b"),
    ],
)
async def test_keys_that_come_at_once_act_in_their_order(keys: list[str], text: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        at_once(app, *keys)
        await pilot.pause()
        assert app.query_one(Composer).text == text


async def test_what_is_typed_behind_enter_is_not_sent() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        at_once(app, "h", "i", "enter", "x", "/", "backspace", "enter", "/", "h", "e", "l", "enter", "y")
        await pilot.pause()
        assert app.sent == ["hi", "x", "/help"]
        assert app.query_one(Composer).text == "y"


async def test_a_key_the_input_has_no_use_for_goes_on_to_the_app() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        at_once(app, "a", "escape", "b")
        await pilot.pause()
        assert app.stopped == 1
        assert app.query_one(Composer).text == "ab"


async def test_what_was_cleared_comes_back_even_after_something_else_was_sent() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        at_once(app, "k", "e", "p", "t")
        await pilot.pause()
        app.query_one(Composer).clear_draft()
        assert app.query_one(Composer).draft == ""
        at_once(app, "n", "e", "w", "enter", "up", "up")
        await pilot.pause()
        assert app.sent == ["new"]
        assert app.query_one(Composer).draft == "kept"


class LineHost(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield LineInput("old", select_on_focus=False)

    @on(LineInput.Submitted)
    def _sent(self, message: LineInput.Submitted) -> None:
        self.sent.append(message.value)


@pytest.mark.parametrize(
    ("keys", "text"),
    [(["ctrl+u", *"new", "enter"], "new"), (["d", "a", "backspace", "ạ", "enter", "!"], "olddạ"), (["home", "c"], "")],
)
async def test_a_line_takes_keys_in_their_order_too(keys: list[str], text: str) -> None:
    app = LineHost()
    async with app.run_test(size=(60, 16)) as pilot:
        at_once(app, *keys)
        await pilot.pause()
        assert app.sent == ([text] if text else [])
        assert app.query_one(LineInput).value == {"new": "new", "olddạ": "olddạ!", "": "cold"}[text]


async def test_the_cursor_of_a_line_stands_still() -> None:
    app = LineHost()
    async with app.run_test(size=(60, 16)):
        line = app.query_one(LineInput)
        assert line.has_focus
        assert not line.cursor_blink
