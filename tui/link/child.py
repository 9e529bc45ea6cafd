"""The engine's process: started early, connected later, killed for certain.

It runs in a session of its own, so that a key on the terminal cannot signal it and that its whole group, with
whatever user code started, can be killed.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tui.link.pipes import Lines, Sink

_ROOT = str(Path(__file__).parents[2])
_START = """\
import sys
sys.path.insert(0, sys.argv.pop())
import tui
del sys.path[0]
from tui.engine.main import main
main()
"""
"""Imports this very package, whatever else is called `tui` where the user stands (hence also `-P`)."""

_NOT_LOADED = 3
"""An engine's exit status where the agent's code is at fault, which it has told."""

ReceiveLines = Callable[[list[bytes]], None]


class Child:
    """The engine with four pipes: events out, commands in, its standard output and its standard error.

    The constructor needs no event loop, so that the engine can import the SDK while the screen is still being built.
    It raises OSError where the system starts no process.
    """

    def __init__(self) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._sink: Sink | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by this very interpreter
                [sys.executable, "-P", "-c", _START, "--in", str(theirs_in), "--out", str(theirs_out), _ROOT],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
            )
        except OSError:
            os.close(self._in)
            os.close(self._out)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

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
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

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
