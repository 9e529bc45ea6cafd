"""Where user code stands: the innermost frame outside the standard library, installed packages and the engine."""

import contextlib
import sysconfig
from pathlib import Path
from types import FrameType, TracebackType

_ENGINE = str(Path(__file__).parent)
_PACKAGES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def of_frame(frame: FrameType | None) -> str:
    """`file:line in function`, the file relative to the working directory or its name alone; empty if there is none."""
    while frame is not None:
        if _is_users(frame.f_code.co_filename):
            return _place(frame, frame.f_lineno)
        frame = frame.f_back
    return ""


def of_error(error: BaseException) -> str:
    """Where user code raised, or called what raised; in the form of `of_frame`."""
    place = ""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if _is_users(trace.tb_frame.f_code.co_filename):
            place = _place(trace.tb_frame, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _is_users(file: str) -> bool:
    if file.startswith(("<", *_PACKAGES)):
        return False
    return not file.startswith(_ENGINE) or Path(file).name.startswith("builtin")


def _place(frame: FrameType, line: int) -> str:
    file = Path(frame.f_code.co_filename)
    shown = file.name
    with contextlib.suppress(OSError, ValueError):  # no working directory any more, or the file is elsewhere
        shown = str(file.relative_to(Path.cwd()))
    return f"{shown}:{line} in {frame.f_code.co_name}"
