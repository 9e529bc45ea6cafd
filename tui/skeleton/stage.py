"""The terminal while the skeleton is on it: raw, on the alternate screen, read and drawn on by one thread."""

import _thread
import os
import select
import signal
import sys
import termios
from types import FrameType

from tui.skeleton.arguments import Screen
from tui.skeleton.line import INTERRUPT, SUSPEND, Line
from tui.skeleton.looks import Look
from tui.skeleton.picture import LEAST, Picture

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h"
"""The alternate screen, no cursor but the drawn one, no wrapping, pastes in brackets: all as Textual has it."""
LEAVE = "\x1b[?2004l\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"

_IN, _OUT = 0, 2
"""Where Textual reads and writes."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
_STOP, _REDRAW, _RESUME = b"s", b"r", b"c"
_PATIENCE = 1.0
"""Seconds in which the thread must have stopped; it can only be held up by a terminal that takes no output."""


class HandedOver:
    """What the app goes on with: the terminal's earlier settings, and what was read, piece by piece."""

    def __init__(self, attributes: list[object], reads: list[bytes]) -> None:
        self.attributes, self.reads = attributes, reads


def open_stage(screen: Screen) -> "Stage | None":
    """Take the terminal and draw; None where this is no terminal for it."""
    if not (os.isatty(_IN) and os.isatty(1) and os.isatty(_OUT)) or os.environ.get("TERM", "dumb") in ("dumb", ""):
        return None
    if "TEXTUAL_DRIVER" in os.environ or sys.__stderr__ is None or sys.__stderr__.encoding.lower() != "utf-8":
        return None
    if _in_background():
        return None
    try:
        width, height = os.get_terminal_size(_OUT)
        return Stage(screen) if width >= LEAST[0] and height >= LEAST[1] else None
    except (OSError, termios.error):
        return None


def _in_background() -> bool:
    """Where taking the terminal would stop the program."""
    try:
        return os.tcgetpgrp(_IN) != os.getpgrp()
    except OSError:  # it is not the terminal of a session
        return False


class Stage:
    """`attributes` are the terminal's settings before. One thread reads and draws, so nothing needs a lock."""

    def __init__(self, screen: Screen) -> None:
        """Raises OSError or termios.error where the terminal refuses."""
        self.attributes: list[object] = list(termios.tcgetattr(_IN))
        self._screen = screen
        self._look = Look(screen.theme)
        self._line = Line()
        self._reads: list[bytes] = []
        self._over = False
        self._suspended = False
        self._orders, self._order = os.pipe()
        self._stopped = _thread.allocate_lock()
        self._stopped.acquire()
        self._watch()
        self._enter()
        _thread.start_new_thread(self._run, ())

    # The terminal

    def _enter(self) -> None:
        """Raw as Textual has it, so that what it sets again changes nothing; what is typed already is not dropped."""
        raw = termios.tcgetattr(_IN)
        raw[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        raw[6][termios.VMIN] = 1
        termios.tcsetattr(_IN, termios.TCSANOW, raw)
        if select.select([_IN], [], [], 0)[0]:  # typed before: the terminal has made \n of Enter
            self._take(os.read(_IN, 4096).replace(b"\n", b"\r"))
        self._write(ENTER + self._picture().whole(self._line))

    def _leave(self) -> None:
        if self._suspended:  # done already
            return
        self._write(LEAVE)
        try:  # noqa: SIM105 - contextlib is not imported yet
            termios.tcsetattr(_IN, termios.TCSANOW, self.attributes)  # type: ignore[arg-type]
        except termios.error:  # it is gone
            pass

    def _write(self, text: str) -> None:
        data = text.encode()
        try:
            while data:
                data = data[os.write(_OUT, data) :]
        except OSError:  # it is gone; who reads from it will notice
            pass

    def _picture(self) -> Picture:
        width, height = os.get_terminal_size(_OUT)
        screen = self._screen
        return Picture(width, height, self._look, welcome=not screen.resumes, hints=not screen.own_keys)

    # The thread

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except (OSError, termios.error):  # the terminal is gone
            pass
        finally:
            self._stopped.release()

    def _turn(self) -> bool:
        """Wait for one thing to happen; False if that is the end."""
        ready, _, _ = select.select([self._orders] if self._suspended else [_IN, self._orders], [], [])
        if self._orders in ready:
            orders = os.read(self._orders, 64)
            if _STOP in orders:
                return False
            if _RESUME in orders:
                self._resume()
            elif not self._suspended:
                self._write(self._picture().whole(self._line))
        if _IN in ready:
            data = os.read(_IN, 4096)
            if not data:
                return False
            wish = self._take(data)
            if wish == INTERRUPT:
                self._leave()
                os._exit(128 + signal.SIGINT)  # from here, whatever the main thread is in the middle of
            if wish == SUSPEND:
                self._suspend()
            else:
                self._write(self._picture().input(self._line))
        return True

    def _take(self, data: bytes) -> str:
        wish = self._line.feed(data)
        if data := data.replace(b"\x1a", b"") if wish == SUSPEND else data:
            self._reads.append(data)
        return wish

    def _suspend(self) -> None:
        """Stop as every program does on Ctrl+Z, with the shell's terminal as it was."""
        self._leave()
        self._suspended = True  # until SIGCONT: this thread may run on for a moment before the process stops
        os.kill(os.getpid(), signal.SIGSTOP)

    def _resume(self) -> None:
        """Back in the foreground: take the terminal as the shell gives it, and draw the frame again."""
        if self._suspended:
            self.attributes = list(termios.tcgetattr(_IN))
        self._suspended = False
        self._enter()

    # From the main thread

    def _watch(self) -> None:
        self._before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        self._before[signal.SIGCONT] = signal.signal(signal.SIGCONT, self._on_order)
        signal.signal(signal.SIGWINCH, self._on_order)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._over:
            raise SystemExit(128 + number)
        self._stop()
        self._leave()
        os._exit(128 + number)

    def _on_order(self, number: int, _frame: FrameType | None) -> None:
        if not self._over:
            os.write(self._order, _RESUME if number == signal.SIGCONT else _REDRAW)

    def _stop(self) -> None:
        """Have the thread end; what it has not read stays with the terminal."""
        if self._over:
            return
        self._over = True
        os.write(self._order, _STOP)
        self._stopped.acquire(timeout=_PATIENCE)
        for number, handler in self._before.items():
            if signal.getsignal(number) in (self._on_signal, self._on_order):
                signal.signal(number, handler)

    def hand_over(self) -> HandedOver:
        """End the thread, and leave the terminal as it is."""
        self._stop()
        if self._suspended:
            self._resume()
        return HandedOver(self.attributes, self._reads)

    def close(self) -> None:
        """End the thread, and give the terminal back."""
        self._stop()
        self._leave()
