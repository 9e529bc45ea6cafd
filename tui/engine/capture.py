"""What user code says past the SDK: log records, warnings, exceptions that nobody caught. All of it becomes events.

Standard output and standard error are the parent's to read; only what Python would format for them is taken here.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tui.events import Event, Notice, OutputCaptured

Emit = Callable[[Event], None]


def catch_exceptions(emit: Emit) -> None:
    """Turn exceptions outside of any run into notices, from here on in the whole process."""

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        emit(_notice("", error.with_traceback(trace)))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread else "a thread"
            emit(_notice(f"in {name}: ", args.exc_value))

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            emit(_notice(f"{args.err_msg or 'ignored'}: ", args.exc_value))

    sys.excepthook = in_main
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable


def catch_in_loop(loop: asyncio.AbstractEventLoop, emit: Emit) -> None:
    """The same for exceptions in the loop's callbacks and in tasks that nobody awaits."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        message = str(context.get("message", "in the event loop"))
        emit(_notice(f"{message}: ", error) if isinstance(error, BaseException) else Notice("error", message))

    loop.set_exception_handler(handle)


def catch_logs(emit: Emit) -> None:
    """Turn log records and warnings into events. After the agent is loaded, since its code may set up logging.

    Handlers that only print to the process's own output are replaced, or each line would come twice.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if type(handler) is logging.StreamHandler and handler.stream in (sys.stdout, sys.stderr):
            root.removeHandler(handler)
    root.addHandler(_Handler(emit))
    logging.captureWarnings(capture=True)


class _Handler(logging.Handler):
    def __init__(self, emit: Emit) -> None:
        super().__init__()
        self._emit = emit
        self.addFilter(_is_news)

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        for line in text.splitlines():
            self._emit(OutputCaptured("log", line, record.levelname))


def _is_news(record: logging.LogRecord) -> bool:
    """Not what the SDK logs about errors that end a run, nor about the traces that nobody exports."""
    if record.name == "openai.agents" and str(record.msg).startswith("Error streaming response"):
        return False
    return record.name != "openai.agents.tracing"


def _notice(before: str, error: BaseException) -> Notice:
    message = " ".join(str(error).split())
    text = f"{before}{type(error).__name__}" + (f": {message}" if message else "")
    return Notice("error", text, "".join(traceback.format_exception(error)))
