"""How the program speaks of an error nobody handled, whoever it befell."""

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tui.safety import one_line, redact, visible


@dataclass(frozen=True)
class CrashReport:
    """How the program speaks of an error nobody handled: one clean line, and the traceback in a file."""

    title: str = "error"
    """What starts the line: the program's name."""
    log: Path | None = None
    """The file that tracebacks are appended to, cleaned, redacted and without values of variables; None for nowhere."""
    redact: Callable[[str], str] = redact
    """Masks secrets; a `Secrets.redact` masks known values too."""

    def of(self, error: BaseException) -> str:
        """Log the traceback; the line to show."""
        trace = traceback.TracebackException.from_exception(error)
        return self.line("".join(trace.format_exception_only()), "".join(trace.format()))

    def line(self, error: str, trace: str) -> str:
        """The same, given the error's type and message, and its traceback, as text."""
        line = f"{self.title}: {one_line(self.redact(error), 300)}"
        if self.log is None:
            return line
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a", encoding="utf-8") as log:
                log.write(self.clean(trace))
        except OSError as failure:
            return f"{line} (traceback not kept: {one_line(str(failure), 100)})"
        return f"{line} (traceback: {self.log})"

    def clean(self, text: str) -> str:
        """Text for the bare terminal or a file: no controls, no secrets, one line end at its end."""
        return visible(self.redact(text)).strip("\n") + "\n"

    def excepthook(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        """For `sys.excepthook`: Python itself prints foreign text as it is."""
        sys.stderr.write(self.clean(self.of(error)))
