"""The engine's process: commands come in on one descriptor, events go out on another, and it ends with its parent."""

import argparse
import asyncio
import contextlib
import ctypes
import io
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from tui import events as e
from tui.engine import capture
from tui.engine.inbox import Inbox
from tui.engine.outbox import Outbox
from tui.engine.sdk_import import import_sdk
from tui.wire import WireError

EXIT_PROTOCOL = 2
EXIT_LOAD = 3
_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""
_FLUSH_TOOL = 0.05
"""Seconds that the events before a tool's code may take to leave; about 0.2 ms unless the screen is behind."""

_FLUSH = 0.5
"""Seconds to write what is queued at the end."""


def main(argv: list[str] | None = None) -> NoReturn:
    """Run until the commands end; never returns, since threads of sync tools would hold up a normal exit."""
    parser = argparse.ArgumentParser(prog="python -m tui.engine", description=__doc__)
    parser.add_argument("--in", dest="commands", type=int, required=True, metavar="FD")
    parser.add_argument("--out", dest="events", type=int, required=True, metavar="FD")
    args = parser.parse_args(argv)
    for fd in (args.commands, args.events):
        os.set_inheritable(fd, False)
    outbox = Outbox(args.events)
    outbox.emit(e.EngineStarted(os.getpid()))
    _detach(outbox)
    capture.catch_exceptions(outbox.emit)
    _exit(outbox, asyncio.run(_serve(args.commands, outbox)))


async def _serve(commands: int, outbox: Outbox) -> int:
    """The exit status."""

    def emit(event: e.Event) -> None:
        outbox.emit(event)
        if isinstance(event, e.ToolStarted):  # user code is next, and may end the process
            outbox.flush(_FLUSH_TOOL)

    capture.catch_in_loop(asyncio.get_running_loop(), emit)
    inbox = Inbox(commands, overdue=lambda: _exit(outbox, 0))
    import_sdk()
    from tui.engine.connect import ConnectError
    from tui.engine.serve import ProtocolError, serve
    from tui.engine.session import Session
    from tui.engine.user_code import AgentLoadError

    def opened(session: Session) -> None:
        capture.catch_logs(emit)
        inbox.on_cancel = session.cancel_seen

    try:
        await serve(inbox.commands(), emit, opened=opened)
    except AgentLoadError as error:
        emit(e.Notice("error", str(error), error.traceback))
        return EXIT_LOAD
    except ConnectError as error:
        emit(e.Notice("error", str(error)))
        return EXIT_LOAD
    except (ProtocolError, WireError) as error:
        emit(e.Notice("error", f"the screen and its engine do not understand each other: {error}"))
        return EXIT_PROTOCOL
    return 0


def _detach(outbox: Outbox) -> None:
    """Leave the terminal's signals to the screen, end when it ends, and pass on each printed line as it comes."""
    with contextlib.suppress(PermissionError):  # the parent has made it a session's leader already
        os.setsid()
    if sys.platform == "linux":  # elsewhere the end of the commands has to do
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # A handler, not SIG_IGN: that would be inherited by what user code starts.
    signal.signal(signal.SIGINT, lambda number, frame: None)

    def terminate(number: int, frame: FrameType | None) -> None:
        # In a thread: the interrupted code may hold the lock that flushing needs.
        threading.Thread(target=_exit, args=(outbox, 128 + number), daemon=True).start()

    signal.signal(signal.SIGTERM, terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _exit(outbox: Outbox, status: int) -> NoReturn:
    outbox.close(_FLUSH)
    os._exit(status)
