"""Where a file of events goes, and which events do."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from tui.query import RecordSubject

Keep: TypeAlias = Callable[[RecordSubject], bool]
"""Whether an event goes into the file."""


def all_of(subject: RecordSubject) -> bool:
    """Keeps every event."""
    return True


class Sink(Protocol):
    """A binary file, or what stands for one."""

    def write(self, data: bytes, /) -> int: ...
