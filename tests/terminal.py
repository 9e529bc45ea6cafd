"""A real pseudo-terminal with an emulator behind it: run a program, type, and read the screen as a person would."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

DEADLINE = 30.0
"""Seconds any wait may take before the test fails; never waited out when things work."""


class Terminal:
    """`with Terminal([program, argument], size=(80, 24)) as terminal:`; `raw` holds every byte the program wrote."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (100, 30),
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        controls: bool = True,
    ) -> None:
        """`controls`: it is the program's controlling terminal, as in a window of its own."""
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**_environment(), **(env or {})},
            cwd=cwd,
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controls else None,  # noqa: PLW1509 - one short call, no locks
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.wait_exit(5.0)
            except AssertionError:
                self.process.kill()
                self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """The terminal is gone, as when its window was closed."""
        if self._master >= 0:
            os.close(self._slave)
            os.close(self._master)
            self._master = -1

    @property
    def lines(self) -> list[str]:
        """What the screen shows, without trailing blanks."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def modes(self) -> list[object]:
        """The terminal's settings as they stand: equal to `modes_before` once restored."""
        return list(termios.tcgetattr(self._slave))

    def type(self, text: str | bytes) -> None:
        """Send keys, as bytes of a terminal: `\\r` is Enter, `\\x1b` Esc."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self._master, data) :]

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.killpg(self.process.pid, signal.SIGWINCH)

    def read(self, seconds: float) -> bool:
        """Take in what is written within so long; False if nothing was."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        data = os.read(self._master, 65536)
        self.raw += data
        self._stream.feed(data)
        return True

    def wait_for(self, wanted: str | Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Read until the text is on screen, or the condition holds."""

        def holds() -> bool:
            return wanted in self.text if isinstance(wanted, str) else wanted()

        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            assert left > 0, f"{wanted!r} did not come; the screen:\n{self.text}"
            if not self.read(min(left, 0.25)) and self.process.poll() is not None and not self.read(0):
                assert holds(), f"ended with {self.process.returncode} before {wanted!r}; the screen:\n{self.text}"
                return

    def wait_exit(self, seconds: float = DEADLINE) -> int:
        """Read until the program ends; its exit status."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running; the screen:\n{self.text}"
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode


def program(*arguments: str) -> list[str]:
    """The command line that runs this project's program."""
    return [sys.executable, "-m", "tui", *arguments]


def _environment() -> dict[str, str]:
    """A terminal that can do what common ones do, and none of the caller's keys or settings."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "XDG_DATA_HOME")
        if name in os.environ
    }
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TZ": "UTC"}
