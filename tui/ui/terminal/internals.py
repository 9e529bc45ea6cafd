"""The private Textual APIs in use, each behind a name of our own: only this module, `frames`, `compositing`,
`scrolling` and `driver` name any.

The project pins `textual>=8.2.8,<8.3`; `tests/test_internals.py` has a test for each function here, so that an update
that changes one of them fails there and says which.
"""

# ruff: noqa: SLF001

import asyncio
import codecs
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Protocol

import textual._xterm_parser
from rich.console import RenderableType
from textual.app import App, ReturnType
from textual.drivers._writer_thread import WriterThread
from textual.errors import NoWidget
from textual.events import Key
from textual.geometry import Offset
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.ui.terminal.tty_writer import TtyWriter

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver


def terminal_behind(app: App[Any]) -> bool:
    """The terminal has not taken all that was written, so that whoever paints often had better wait."""
    writer = getattr(app._driver, "_writer_thread", None)
    if isinstance(writer, TtyWriter):
        return writer.backlog > 0
    return isinstance(writer, WriterThread) and writer._queue.qsize() > 1


def drain(driver: "LinuxDriver") -> None:
    """Wait until the terminal has taken what was written. Textual's own thread is waited for where it ends."""
    writer: object = driver._writer_thread
    if isinstance(writer, TtyWriter):
        writer.drain()


def running_loop(app: App[Any]) -> asyncio.AbstractEventLoop | None:
    """The event loop that an app runs on; None before and after."""
    return app._loop


def keymap_of(app: App[Any]) -> Mapping[str, str]:
    """The keys that an app was given by `set_keymap`, by the ids of bindings."""
    return app._keymap


def set_mouse(app: App[Any], on: bool) -> None:
    """Have the terminal report the mouse to the app, or keep it for its own selection. Headless: nothing."""
    driver = app._driver
    if driver is None or driver.is_headless:
        return
    if on:
        driver._enable_mouse_support()  # type: ignore[attr-defined]
    else:
        driver._disable_mouse_support()  # type: ignore[attr-defined]
    driver.flush()


# Painting

_divide = Strip.divide


def _divide_without_cycle(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    length = strip.cell_length
    cuts = [cut for cut in cuts if cut <= length]
    return [strip] if cuts == [length] else _divide(strip, cuts)


def patch_strip_divide() -> None:
    """Keep a strip that is cut at its own end out of its own cache.

    Textual caches `[self]` there, so every full-width strip painted is a reference cycle that only the garbage
    collector frees: the main source of its pauses while text streams.
    """
    Strip.divide = _divide_without_cycle  # type: ignore[assignment, method-assign]


_widget_and_offset_at = Screen.get_widget_and_offset_at


def _attached_widget_and_offset_at(screen: Screen[Any], x: int, y: int) -> tuple[Widget | None, Offset | None]:
    with suppress(NoWidget):
        widget, _ = screen.get_widget_at(x, y)
        if widget is not screen and not widget.is_attached:
            return None, None
    return _widget_and_offset_at(screen, x, y)


def patch_clicks_on_removed() -> None:
    """Let a click on a widget that is gone, but not from the screen yet, select nothing.

    Textual asks for the region of its parent, of which there is none: a toast that is clicked twice ended the app.
    """
    Screen.get_widget_and_offset_at = _attached_widget_and_offset_at  # type: ignore[assignment, method-assign]


# Input

XTermParser = textual._xterm_parser.XTermParser
"""Textual's own parser of terminal input, whatever stands in its place meanwhile."""

FOCUS_IN = textual._xterm_parser.FOCUSIN
PASTE_START = textual._xterm_parser.BRACKETED_PASTE_START
PASTE_END = textual._xterm_parser.BRACKETED_PASTE_END

LONGEST_SEQUENCE = textual._xterm_parser._MAX_SEQUENCE_SEARCH_THRESHOLD
"""Characters of a sequence from which on Textual's parser types it out instead."""


class InputParser(Protocol):
    """What the drivers need of a parser."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take what was read; the empty string is the end."""

    def tick(self) -> Iterable[Message]:
        """Called after each read and at least ten times a second."""


def replace_input_parser(parser: Callable[[bool], InputParser]) -> None:
    """Make all drivers parse terminal input with what `parser(debug)` returns."""
    for name in ("_xterm_parser", "drivers.linux_driver", "drivers.linux_inline_driver", "drivers.web_driver"):
        module = sys.modules.get(f"textual.{name}")
        if module is not None:
            setattr(module, "XTermParser", parser)  # noqa: B010


class LenientDecoder(codecs.getincrementaldecoder("utf-8")):  # type: ignore[misc]
    """Decodes what the driver reads: what is no UTF-8 as U+FFFD. An end of input is that of the terminal.

    A paste can hold such bytes, and so does an X10 mouse report from beyond column 95; Textual's app ends with them.
    """

    def __init__(self) -> None:
        super().__init__("replace")

    def decode(self, data: bytes, final: bool = False) -> str:
        if not data and not final:
            terminal_gone()
        text: str = super().decode(data, final)
        return text


def write_without_waiting() -> None:
    """Have the app's own turns write to the terminal, or Textual's thread where it may not be opened a second time.

    Either outlives a terminal that is gone; Textual's writer ends with the first write that fails, and once its queue
    is full so does the event loop's turn.
    """
    from textual.drivers import linux_driver

    WriterThread.run = _write_while_there  # type: ignore[assignment, method-assign]
    linux_driver.WriterThread = _writer  # type: ignore[assignment, attr-defined]


def _writer(file: IO[str]) -> TtyWriter | WriterThread:
    if sys.platform != "linux":  # elsewhere an event loop may not be able to watch a terminal
        return WriterThread(file)
    try:
        return TtyWriter(file, terminal_gone)
    except OSError:
        return WriterThread(file)


_write = WriterThread.run


def _write_while_there(writer: WriterThread) -> None:
    try:
        _write(writer)
    except OSError:
        terminal_gone()
        while writer._queue.get() is not None:
            pass


def terminal_gone() -> None:
    """Do what a shell has a terminal do whose window is closed; not every terminal is that of a session."""
    os.kill(os.getpid(), signal.SIGHUP)


def crash(app: App[Any], error: Exception) -> None:
    """An exception outside of any message ends the app as one within would."""
    app._handle_exception(error)


def alt_key(parser: textual._xterm_parser.XTermParser, character: str) -> list[Key]:
    """What Textual makes of a key pressed together with Alt, where no table knows the combination."""
    return list(parser._sequence_to_key_events(character, alt=True))


# Exit


class ExitHooks(App[ReturnType]):
    """An app whose last words are written by the two methods below instead of by Rich."""

    def crashed(self, error: BaseException) -> str:
        """An exception nobody handled ends the app; return the line to show for it."""
        raise NotImplementedError

    def last_words(self, message: RenderableType) -> str:
        """The text to write on the restored terminal for an exit message or a panic."""
        raise NotImplementedError

    def end(self, line: str) -> None:
        """End the app at once; `line` is its exit message, not wrapped as `panic` would."""
        self._exit_renderables.append(line)
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        error = self._exception
        self.end(self.crashed(error) if error is not None else "unknown error")

    def _print_error_renderables(self) -> None:
        messages, self._exit_renderables = self._exit_renderables, []
        if messages:
            sys.stderr.write(self.last_words(messages[0]))
            sys.stderr.flush()
