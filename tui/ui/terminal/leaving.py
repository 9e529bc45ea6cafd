"""Leaving the terminal as it was found, also when the app cannot do so itself."""

import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn, TypeAlias

from textual.app import App

from tui import skeleton
from tui.ui.terminal import internals

Attributes: TypeAlias = list[Any]
"""What `termios.tcgetattr` returns."""

RESET = (
    "\x1b\\"  # end a string that was cut in the middle
    "\x1b[?2026l"  # synchronized output off, so that all that follows is shown
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse reports off
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # focus reports, bracketed paste, in-band resize off
    "\x1b[<u\x1b[>4;0m"  # keyboard: pop what was pushed for kitty's protocol, modifyOtherKeys off
    "\x1b]8;;\x1b\\\x1b]22;default\x1b\\\x1b[0m"  # no link, the usual mouse pointer, no colours
    "\x1b[?7h"  # wrap lines
    "\x1b[?1049l\x1b[?25h"  # the normal screen (after the keyboard: its stack belongs to the other one), the cursor
)
"""Undoes every terminal mode that Textual or a terminal program before it may have set.

For emergencies: where the normal screen is already shown, leaving the other one moves the cursor on some terminals.
"""

_PATIENCE = 0.5
"""Seconds to wait for a terminal that takes no output before giving up on it."""

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def attributes_of(fd: int) -> Attributes | None:
    """The settings of the terminal behind a file descriptor; None where it is no terminal."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def restore_terminal(fd: int, attributes: Attributes | None = None) -> None:
    """Write `RESET` to the terminal and give it back its settings. Never raises, never blocks for long.

    Safe to call from any thread, and on a terminal that is gone.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # a background process would be stopped here
    data = RESET.encode()
    with suppress(OSError):
        while data and select.select([], [fd], [], _PATIENCE)[1]:
            data = data[os.write(fd, data) :]
    if attributes is not None:
        with suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, attributes)


def say_last(text: str) -> None:
    """A line on the shell's screen, which is back; to nobody if the terminal is gone."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:  # or else the interpreter's own last flush would change the exit status
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)


@contextmanager
def watch_signals(app: App[Any], *, grace: float = 2.0) -> Iterator[None]:
    """While inside, SIGTERM, SIGHUP and SIGQUIT make the app exit with return code 128 plus the signal's number.

    An app that has not left after `grace` seconds, or gets a second signal, is ended with the same status, and the
    terminal restored. Call it in the main thread, around `app.run()`.
    """
    fd = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2  # where Textual's driver writes
    attributes = skeleton.attributes() or attributes_of(fd)
    timer: threading.Timer | None = None

    def end(number: int) -> NoReturn:
        restore_terminal(fd, attributes)
        os._exit(128 + number)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal timer
        loop = internals.running_loop(app)
        if loop is None:
            raise SystemExit(128 + number)
        if timer is not None:
            end(number)
        timer = threading.Timer(grace, end, [number])
        timer.daemon = True
        timer.start()
        loop.call_soon_threadsafe(app.exit, None, 128 + number)

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if timer is not None:
            timer.cancel()
