"""The engine's process: started early, connected later, killed for certain."""

import asyncio
import signal
import subprocess
from collections.abc import Callable
from typing import IO

from tui.link.pipes import Lines, Sink
from tui.link.process import kill, take

_NOT_LOADED = 3
"""An engine's exit status where the agent's code is at fault, which it has told."""

ReceiveLines = Callable[[list[bytes]], None]


class Child:
    """The engine with four pipes: events out, commands in, its standard output and its standard error.

    The constructor needs no event loop, so that the engine can import the SDK while the screen is still being built.
    It raises OSError where the system starts no process.
    """

    def __init__(self) -> None:
        process = take()
        self._process, self._out, self._in = process.child, process.commands, process.events
        self._sink: Sink | None = None

    async def attach(
        self, events: ReceiveLines, stdout: ReceiveLines, stderr: ReceiveLines, hung_up: Callable[[], None]
    ) -> None:
        """Connect to the running loop. `hung_up` comes once, after the last line of events."""
        self._sink = await Sink.open(self._out)
        await Lines.open(self._in, events, hung_up)
        await Lines.open(_there(self._process.stdout), stdout)
        await Lines.open(_there(self._process.stderr), stderr)

    def write(self, line: bytes) -> None:
        """Send a command; dropped if the engine no longer reads."""
        if self._sink is not None:
            self._sink.write(line)

    def kill(self) -> None:
        """End it and all it started, by force."""
        kill(self._process.pid)

    async def wait(self, seconds: float | None = None) -> int | None:
        """The exit status (negative: the signal), or None if it still runs after so long."""
        try:  # in a thread: the loop's own watcher knows only children that it started
            return await asyncio.to_thread(self._process.wait, seconds)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        """Stop writing to it."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def how_it_ended(code: int | None, *, loaded: bool, killed: bool = False) -> str:
    """An end that nobody asked for, in one line; `loaded`: it had taken prompts, `killed`: by us, as it hung."""
    if killed:
        return "the engine hung up without ending, and was ended by force"
    if code == -signal.SIGKILL:  # what the kernel sends where memory is short, and what hardly anyone else does
        return "the engine was killed (out of memory?)"
    if code is not None and code < 0:
        return f"the engine was ended by signal {signal.Signals(-code).name}"
    if loaded:
        return f"the engine ended unexpectedly (exit status {code})"
    if code == _NOT_LOADED:
        return "the agent could not be loaded: mend it, then send a prompt"
    return f"the engine ended while starting (exit status {code})"
