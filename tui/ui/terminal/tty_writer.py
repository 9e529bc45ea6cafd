"""The way to the terminal: what it takes is written at once, the rest as it takes it, and nobody waits for it.

Textual has a thread for that. Waking it costs more than the write does, and after 30 writes that a terminal did not
take the app stands still.
"""

import asyncio
import os
import select
from collections.abc import Callable
from typing import IO, Final

_PATIENCE: Final = 2000
"""Milliseconds to wait for a terminal to take any of the last words."""


class TtyWriter:
    """Stands for Textual's `WriterThread`. `gone` is called once, when the terminal is no more; then all is dropped.

    It writes through a description of its own of the terminal: one that does not block must not be that of the shell.
    Raises OSError where there is no terminal, or it may not be opened.
    """

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone
        self._rest = bytearray()
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        self._fd: int | None = os.open(os.ttyname(file.fileno()), flags)
        self._loop = asyncio.get_running_loop()

    @property
    def backlog(self) -> int:
        """Bytes that the terminal has not taken yet."""
        return len(self._rest)

    def start(self) -> None:
        """Nothing is to be done."""

    def write(self, text: str) -> None:
        """Write what the terminal takes; keep the rest, in order."""
        behind = bool(self._rest)
        self._rest += text.encode(errors="replace")
        if not behind and self._send():
            assert self._fd is not None
            self._loop.add_writer(self._fd, self._go_on)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def flush(self) -> None:
        """All is on its way."""

    def drain(self) -> None:
        """Write the rest, as long as the terminal takes any of it, and drop what it does not; nothing else happens."""
        if self._fd is None:
            return
        self._loop.remove_writer(self._fd)
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        while self._rest and poll.poll(_PATIENCE):
            self._send()
        self._rest.clear()

    def stop(self) -> None:
        """Write the rest, as `drain` does, and let go of the terminal."""
        self.drain()
        if self._fd is not None:
            self._close()

    def _go_on(self) -> None:
        if self._fd is not None and not self._send():
            self._loop.remove_writer(self._fd)

    def _send(self) -> bool:
        """Write what is taken now; whether there is more."""
        if self._fd is None:
            self._rest.clear()
            return False
        try:
            del self._rest[: os.write(self._fd, self._rest)]
        except BlockingIOError:
            pass
        except OSError:
            self._loop.remove_writer(self._fd)
            self._close()
            self._gone()
        return bool(self._rest)

    def _close(self) -> None:
        assert self._fd is not None
        os.close(self._fd)
        self._fd = None
        self._rest.clear()
