"""The driver of a real terminal: keys are read by the app's own turns, and a skeleton that is up is taken over.

Textual reads in a thread that wakes ten times a second whether or not there is anything, and each key has to change
threads. A terminal that the skeleton has taken is not cleared, and what was typed by then comes first.
"""

import asyncio
import os
import sys
import termios
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from selectors import EVENT_READ, SelectSelector

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui import skeleton
from tui.ui.terminal import internals
from tui.ui.terminal.input_guard import InputGuard

_TO_ALTERNATE = "\x1b[?1049h"
_AT_ONCE = 4096
"""Bytes read in one turn."""
_POLL = 0.1
"""Seconds between looks at whether the input is to end, where a thread reads."""


class TtyDriver(LinuxDriver):
    """Where the loop cannot watch a terminal, or it may not be opened a second time, a thread reads after all."""

    _typed: Iterable[bytes] = ()
    """What was read before."""
    _is_up = False
    """The frame of the skeleton is on the alternate screen, which some terminals clear when it is asked for again."""
    _fd: int | None = None
    """A description of the terminal of its own, which does not block."""
    _due: asyncio.TimerHandle | None = None
    """When the parser is to give up waiting for the rest of a sequence."""

    def start_application_mode(self) -> None:
        """After the shell's `fg` this is another start."""
        handed = skeleton.hand_over()
        if handed is not None:
            self._typed, self._is_up = handed.reads, True
        self._parser, self._decoder = InputGuard(self._debug), internals.LenientDecoder()
        self._fd = self._opened()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_up = False
        if handed is not None:
            self.attrs_before = handed.attributes
        if self._fd is not None:
            for data in self._typed:
                self._take(data)
            self._typed = ()
            self._loop.add_reader(self._fd, self._read, self._fd)

    def _opened(self) -> int | None:
        if sys.platform != "linux":
            return None
        try:
            flags = os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
            return os.open(os.ttyname(self.fileno), flags)
        except OSError:
            return None

    def disable_input(self) -> None:
        if self._fd is not None:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None
        if self._due is not None:
            self._due.cancel()
        super().disable_input()

    def stop_application_mode(self) -> None:
        """Give the settings back once all is written: the shell's would echo keys into the middle of it."""
        attributes, self.attrs_before = self.attrs_before, None
        super().stop_application_mode()
        internals.drain(self)
        self.attrs_before = attributes
        if attributes is not None:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def write(self, data: str) -> None:
        if not (self._is_up and data == _TO_ALTERNATE):
            super().write(data)

    def send_message(self, message: Message) -> None:
        self._app.post_message(message)  # from a thread too: it knows its own

    # In the app's turns

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, _AT_ONCE)
        except BlockingIOError:  # somebody else has read it
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(fd)
        self._take(data)

    def _take(self, data: bytes) -> None:
        try:
            text = self._decoder.decode(data)
            self._pass_on(self._parser.feed(text) if text else ())
        except Exception as error:  # noqa: BLE001 - as in Textual's thread: it is told, and the app ends
            internals.crash(self._app, error)

    def _pass_on(self, messages: Iterable[Message]) -> None:
        for message in chain(messages, self._parser.tick()):
            self.process_message(message)
        if self._due is not None:
            self._due.cancel()
        patience = self._parser.patience
        self._due = None if patience is None else self._loop.call_later(patience, self._pass_on, ())

    # In a thread

    def _run_input_thread(self) -> None:
        if self._fd is None:
            super()._run_input_thread()

    def run_input_thread(self) -> None:
        """Textual's, with one parser for what was typed before and what is typed from now on."""
        for data in chain(self._typed, self._reads()):
            text = "" if data is None else self._decoder.decode(data)
            for message in chain(self._parser.feed(text) if text else (), self._parser.tick()):
                self.process_message(message)

    def _reads(self) -> Iterator[bytes | None]:
        """What the terminal gives until the input is to end; None where nothing came for a while."""
        self._typed = ()
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                yield os.read(self.fileno, _AT_ONCE) if selector.select(_POLL) else None
