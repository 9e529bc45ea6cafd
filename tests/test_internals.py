import asyncio
import subprocess
import sys
from queue import Queue
from typing import Any

import pytest
from rich.console import RenderableType
from rich.segment import Segment
from rich.text import Text
from textual.app import App, ComposeResult
from textual.drivers._writer_thread import WriterThread
from textual.events import MouseDown
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from tui.ui.terminal import internals, scrolling


class _Lines(ScrollView):
    def render_line(self, y: int) -> Strip:
        return Strip([Segment(str(y))])


class _LinesApp(App[None]):
    CSS = "_Lines { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield _Lines()


async def test_growing_a_scroll_view_costs_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _LinesApp()
    async with app.run_test(size=(20, 5)) as pilot:
        lines = app.query_one(_Lines)
        scrolling.grow(lines, Size(10, 100))
        await pilot.pause()
        layouts: list[bool] = []
        monkeypatch.setattr(app.screen, "_refresh_layout", lambda *_, **__: layouts.append(True))
        scrolling.grow(lines, Size(10, 1000))
        assert lines.virtual_size == Size(10, 1000)
        assert lines.max_scroll_y == 1000 - 5
        assert lines.show_vertical_scrollbar
        assert lines.vertical_scrollbar.window_virtual_size == 1000
        lines.scroll_end(animate=False)
        await pilot.pause()
        assert lines.scroll_offset.y == 995
        scrolling.grow(lines, Size(10, 10))
        assert lines.scroll_offset.y == 5
        await pilot.pause()
        assert not layouts
        lines.virtual_size = Size(10, 20)
        await pilot.pause()
        assert layouts, "assigning costs a layout no more: drop grow"


async def test_the_keymap_is_what_was_set() -> None:
    app = _LinesApp()
    assert internals.keymap_of(app) == {}
    app.set_keymap({"log.filter": "w"})
    assert internals.keymap_of(app) == {"log.filter": "w"}


async def test_the_terminal_is_behind_while_writes_wait() -> None:
    app = _LinesApp()
    assert not internals.terminal_behind(app)
    async with app.run_test():
        assert not internals.terminal_behind(app)
        writer = WriterThread(sys.stderr)
        assert isinstance(writer._queue, Queue)
        app._driver._writer_thread = writer  # type: ignore[union-attr]
        writer.write("one")
        assert not internals.terminal_behind(app), "the thread is about to write it"
        writer.write("two")
        assert internals.terminal_behind(app)


def test_the_driver_for_terminals_has_a_writer() -> None:
    from textual.drivers import linux_driver

    assert "WriterThread" in linux_driver.LinuxDriver.start_application_mode.__code__.co_names
    assert "_writer_thread" in linux_driver.LinuxDriver.__init__.__code__.co_names


async def test_the_loop_of_an_app_is_known_while_it_runs() -> None:
    app = _LinesApp()
    assert internals.running_loop(app) is None
    loops: list[object] = []

    async def look(_: object) -> None:
        loops.append(internals.running_loop(app))
        app.exit()

    await app.run_async(headless=True, auto_pilot=look)
    assert loops == [asyncio.get_running_loop()]
    assert internals.running_loop(app) is None


def test_a_strip_cut_at_its_end_is_not_kept_in_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = internals._divide
    monkeypatch.setattr(Strip, "divide", stock)
    strip = Strip([Segment("ab"), Segment("cd")])
    (itself,) = strip.divide([4])
    assert itself is strip
    assert strip in (strip._divide_cache.get((4,)) or []), "Textual no longer makes the cycle: drop the patch"

    internals.patch_strip_divide()
    internals.patch_strip_divide()
    for cuts in ([4], [4, 9], [2, 4], [1, 2, 3], [0, 4], []):
        strip, plain = Strip([Segment("ab"), Segment("cd")]), Strip([Segment("ab"), Segment("cd")])
        assert list(strip.divide(iter(cuts))) == list(stock(plain, cuts))
        assert strip._divide_cache.get((4,)) is None


class _Deaf:
    def __init__(self, debug: bool = False) -> None: ...


@pytest.mark.parametrize("driver", ["linux_driver", "linux_inline_driver", "web_driver"])
@pytest.mark.parametrize("early", [True, False])
def test_every_driver_takes_the_parser_given(driver: str, early: bool) -> None:
    load = f"import importlib; driver = importlib.import_module('textual.drivers.{driver}')"
    code = [
        load if early else "",
        "from tests.test_internals import _Deaf",
        "from tui.ui.terminal import internals, scrolling",
        "internals.replace_input_parser(_Deaf)",
        load,
        "assert driver.XTermParser is _Deaf and internals.XTermParser is not _Deaf",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(code)], check=True)


def test_the_drivers_make_their_parser_by_that_name() -> None:
    from textual.drivers import linux_driver, linux_inline_driver, web_driver

    for driver in (linux_driver.LinuxDriver, linux_inline_driver.LinuxInlineDriver, web_driver.WebDriver):
        assert "XTermParser" in driver.run_input_thread.__code__.co_names


def test_bytes_that_are_no_utf8_are_read_as_replacement_characters() -> None:
    decode = internals.LenientDecoder().decode
    assert decode(b"a\xffb\xe1\xba") == "a\ufffdb"
    assert decode(b"\xbf", final=True) == "ế"


def test_alt_keys_are_named_as_textual_names_them() -> None:
    (key,) = internals.alt_key(internals.XTermParser(), "A")
    assert (key.key, key.character) == ("alt+shift+a", "A")


def test_the_sequences_textual_knows_by_name() -> None:
    assert (internals.FOCUS_IN, internals.PASTE_START, internals.PASTE_END) == ("\x1b[I", "\x1b[200~", "\x1b[201~")
    typed = "\x1b[?" + "1" * internals.LONGEST_SEQUENCE
    assert list(internals.XTermParser().feed(typed[: internals.LONGEST_SEQUENCE])) == []
    assert list(internals.XTermParser().feed(typed)) != []


class _LastWords(internals.ExitHooks[int]):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[Any] = []

    def crashed(self, error: BaseException) -> str:
        self.said.append(error)
        return "it [/b] crashed"

    def last_words(self, message: RenderableType) -> str:
        self.said.append(message)
        return "clean\n"

    def on_key(self) -> None:
        raise ValueError("\x1b]0;owned\x07")


async def test_an_app_with_exit_hooks_words_its_own_crash(capfd: pytest.CaptureFixture[str]) -> None:
    app = _LastWords()
    with pytest.raises(ValueError, match="owned"):
        async with app.run_test() as pilot:
            await pilot.press("x")
    assert isinstance(app.said[0], ValueError)
    assert app.return_code == 1
    assert capfd.readouterr().err == "clean\n"


async def test_an_app_with_exit_hooks_words_its_own_exit_message(capfd: pytest.CaptureFixture[str]) -> None:
    app = _LastWords()
    async with app.run_test():
        app.exit(3, message=Text("bye"))
    assert app.said == [Text("bye")]
    assert capfd.readouterr().err == "clean\n"


class _Two(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("one")
        yield Static("two", id="two")


async def _click_on_removed(app: App[None]) -> None:
    async with app.run_test(size=(20, 5)):
        with app.batch_update():
            await app.query_one("#two").remove()
            assert app.screen.get_widget_at(1, 1)[0].id == "two", "it is still in the layout"
            app.screen._forward_event(MouseDown(None, 1, 1, 0, 0, 1, False, False, False, screen_x=1, screen_y=1))


async def test_a_click_on_what_is_removed_selects_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Screen, "get_widget_and_offset_at", internals._widget_and_offset_at)
    with pytest.raises(AttributeError, match="region"):  # else Textual has mended it: drop the patch
        await _click_on_removed(_Two())
    internals.patch_clicks_on_removed()
    await _click_on_removed(_Two())


async def test_a_click_on_what_is_there_selects_from_it() -> None:
    app = _Two()
    async with app.run_test(size=(20, 5)):
        widget, offset = internals._attached_widget_and_offset_at(app.screen, 1, 1)
        assert widget is app.query_one("#two")
        assert offset == Offset(1, 0)
        widget, _ = internals._attached_widget_and_offset_at(app.screen, 1, 3)
        assert widget is app.screen
