"""Commands on their way into the engine, read by a thread of its own, so that a blocked event loop cannot miss them."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable

from tui import commands as c
from tui.wire import WireError, decode_command

GRACE = 1.0
"""Seconds that the engine may take to end once the screen is gone or asked for it."""


class Inbox:
    """Made on the running loop; takes over the descriptor.

    `overdue` is called, in the reading thread, if the process still lives `GRACE` after the commands ended.
    `on_cancel` may be set to something that is to happen at once when an immediate cancel is read, in that thread.
    """

    def __init__(self, fd: int, overdue: Callable[[], object]) -> None:
        self._fd, self._overdue = fd, overdue
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[c.Command | WireError | None] = asyncio.Queue()
        self.on_cancel: Callable[[], None] | None = None
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    async def commands(self) -> AsyncIterator[c.Command]:
        """Each command, until there are no more. Raises WireError at a line that is none."""
        while (command := await self._queue.get()) is not None:
            if isinstance(command, WireError):
                raise command
            yield command

    def _read(self) -> None:
        with os.fdopen(self._fd, "rb") as lines:
            for line in lines:
                try:
                    command = decode_command(line)
                except WireError as error:
                    self._pass(error)
                    continue
                if command == c.Cancel() and self.on_cancel is not None:
                    self.on_cancel()
                self._pass(command)
                if isinstance(command, c.Close):
                    break
            self._pass(None)
            threading.Event().wait(GRACE)
            self._overdue()

    def _pass(self, command: c.Command | WireError | None) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, command)
