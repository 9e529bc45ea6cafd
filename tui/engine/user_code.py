"""What the user's code raises while it is loaded, told in one line: what, where in that code, what to do."""

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType


class AgentLoadError(Exception):
    """The agent could not be loaded. The message is one line: what, where, what to do."""

    def __init__(self, message: str, trace: str = "") -> None:
        line = " ".join(message.split())
        super().__init__(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
        self.traceback = trace
        """The traceback of the user's code as plain text; empty where none of it raised."""


_NOT_THE_USERS = (str(Path(__file__).parent), str(Path(importlib.__file__).parent), "<frozen importlib")
"""How the file names of frames begin that lead to the user's code."""

_LONGEST = 600
"""Characters of a message."""

_KEEP_OUT = " Put code that runs the agent under: if __name__ == '__main__'"


@contextmanager
def telling(doing: str) -> Iterator[None]:
    """Turn whatever the user's code raises within into an `AgentLoadError` that says where."""
    try:
        yield
    except SyntaxError as error:
        place = f"{_short(error.filename or '?')}:{error.lineno or '?'}"
        text = f" in {error.text.strip()!r}" if error.text else ""
        lines = "".join(traceback.format_exception_only(error))
        raise AgentLoadError(f"{type(error).__name__} at {place}: {error.msg}{text}.", lines) from error
    except SystemExit as error:
        message = f"The code ended the program while {doing}, with sys.exit({error.code!r})"
        raise AgentLoadError(f"{message}{_place(error)}.{_KEEP_OUT}", _trace(error)) from error
    except Exception as error:
        message = f"{type(error).__name__} while {doing}{_place(error)}: {error}"
        raise AgentLoadError(f"{message}{_advice(error)}", _trace(error)) from error


def _advice(error: Exception) -> str:
    text = str(error)
    if _is_circular(error):
        return " This is a circular import: two files import each other; move what both need to a third."
    if "attempted relative import" in text:
        return " A file of a package is loaded as package.module:attribute, from the folder above the package."
    if isinstance(error, RuntimeError) and "event loop" in text:
        return _KEEP_OUT
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f" Install {error.name.partition('.')[0]!r} into {sys.prefix}, or correct the import."
    return ""


def _is_circular(error: Exception) -> bool:
    """Whether something was wanted of a module that is still being run. Python's own hint misses files run directly."""
    if isinstance(error, ImportError):
        file = error.path
    elif isinstance(error, AttributeError):
        file = getattr(error.obj, "__file__", None)
    else:
        return False
    running = [frame.tb_frame.f_code for frame in _user_frames(error)]
    return any(code.co_name == "<module>" and code.co_filename == file for code in running)


def _user_frames(error: BaseException) -> list[TracebackType]:
    """The frames from the user's own first one on: without the engine's and the import machinery's."""
    frames: list[TracebackType] = []
    here = error.__traceback__
    while here is not None:
        if frames or not here.tb_frame.f_code.co_filename.startswith(_NOT_THE_USERS):
            frames.append(here)
        here = here.tb_next
    return frames


def _place(error: BaseException) -> str:
    """Where in the user's code: the innermost line under the folder of its outermost file."""
    frames = _user_frames(error)
    if not frames:
        return ""
    root = Path(frames[0].tb_frame.f_code.co_filename).parent
    for frame in reversed(frames):
        file = Path(frame.tb_frame.f_code.co_filename)
        if file.is_relative_to(root) and not {"site-packages", "dist-packages"} & set(file.relative_to(root).parts):
            return f" at {_short(str(file))}:{frame.tb_lineno}"
    return ""


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def _trace(error: BaseException) -> str:
    frames = _user_frames(error)
    return "".join(traceback.format_exception(type(error), error, frames[0] if frames else None))
