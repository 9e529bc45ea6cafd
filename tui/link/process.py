"""The engine's process as the system starts it, and the one that is started before anything else is there.

The engine has most to import, so the sooner it begins the sooner the first answer comes. Nothing here imports more than
starting a process takes.

    start_early()
    try: … `take()` …
    finally: end()
"""

import contextlib
import os
import signal
import subprocess
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - pathlib takes a while to import
_START = """\
import sys
sys.path.insert(0, sys.argv.pop())
import tui
del sys.path[0]
from tui.engine.main import main
main()
"""
"""Imports this very package, whatever else is called `tui` where the user stands (hence also `-P`)."""


class Process:
    """It runs in a session of its own, so that a key on the terminal cannot signal it and that its whole group, with
    whatever user code started, can be killed. Raises OSError where the system starts no process.
    """

    def __init__(self) -> None:
        theirs_in, self.commands = os.pipe()
        """Where to write commands."""
        self.events, theirs_out = os.pipe()
        """Where to read events."""
        try:
            self.child = subprocess.Popen(  # noqa: S603 - our own module, by this very interpreter
                [sys.executable, "-P", "-c", _START, "--in", str(theirs_in), "--out", str(theirs_out), _ROOT],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
            )
        except OSError:
            os.close(self.events)
            os.close(self.commands)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)


_early: Process | None = None


def start_early() -> None:
    """Start one in advance, if that can be done; who needs it first will take it, in the folder that it began in."""
    global _early
    try:
        _early = Process()
    except OSError:  # to be told by who needs it, and cannot have it either
        _early = None


def take() -> Process:
    """The process that was started in advance, if nobody has it; else a new one. Raises OSError as `Process` does."""
    global _early
    process, _early = _early, None
    return process or Process()


def end() -> None:
    """Kill what was started in advance and nobody took. Safe to call again."""
    global _early
    process, _early = _early, None
    if process is not None:
        kill(process.child.pid)
        process.child.wait()


def kill(pid: int) -> None:
    """End a process and all that it started, by force."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
