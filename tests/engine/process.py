"""A real engine process under test: its pipes, and its events as they arrive."""

import os
import subprocess
import sys
import threading
from queue import SimpleQueue
from typing import IO, TypeVar

from tui import commands as c
from tui import events as e
from tui.wire import decode_stamped, encode

E = TypeVar("E", bound=e.Event)

DEADLINE = 20.0
"""Seconds; importing the SDK takes some of them on a busy machine."""


class Engine:
    """A running engine process."""

    def __init__(self) -> None:
        commands_in, self._commands = os.pipe()
        events_in, events_out = os.pipe()
        environ = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.engine", "--in", str(commands_in), "--out", str(events_out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(commands_in, events_out),
            start_new_session=True,
            env=environ,
        )
        os.close(commands_in)
        os.close(events_out)
        self.events: list[e.Event] = []
        self._arrived: SimpleQueue[e.Event | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(os.fdopen(events_in, "rb"),))
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self._arrived.put(decode_stamped(line).event)
        self._arrived.put(None)

    def send(self, *commands: c.Command) -> None:
        os.write(self._commands, b"".join(map(encode, commands)))

    def write(self, data: bytes) -> None:
        os.write(self._commands, data)

    def hang_up(self) -> None:
        """Close the commands, as the end of the screen does."""
        if self._commands >= 0:
            os.close(self._commands)
            self._commands = -1

    def until(self, kind: type[E]) -> E:
        """The next event of this kind."""
        while (event := self._arrived.get(timeout=DEADLINE)) is not None:
            self.events.append(event)
            if isinstance(event, kind):
                return event
        raise AssertionError(f"the engine ended before {kind.__name__}: {self.events}")

    def end(self) -> int:
        """Wait for the process; its exit status."""
        status = self.process.wait(DEADLINE)
        while (event := self._arrived.get(timeout=DEADLINE)) is not None:
            self.events.append(event)
        return status

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def clean_up(self) -> None:
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self._reader.join(DEADLINE)
