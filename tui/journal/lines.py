"""A session's records with the bytes that they stand in its file as, one at a time, also while the file grows."""

import os
from collections.abc import Callable, Iterator
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

from tui import wire
from tui.journal.recording import Recording
from tui.journal.scan import UNREADABLE
from tui.wire import Record

_TAIL = 1 << 16


class Line(NamedTuple):
    """A record, and its line in the file with the newline."""

    record: Record
    raw: bytes


class Lines:
    """The records of a file in order, told from the rest of it as everywhere (`tui.journal.scan`), each with its line.

    With `wait`, called at the end of what is there, it goes on for ever: for as long as `wait` returns. Raises OSError,
    when made or iterated, where the file cannot be read.
    """

    def __init__(self, path: Path, wait: Callable[[], None] | None = None) -> None:
        self._recording = Recording(path)
        self._wait = wait

    @property
    def skipped(self) -> int:
        """Records that could not be read."""
        return self._recording.skipped

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        return self._recording.problem

    def __iter__(self) -> Iterator[Line]:
        recording = self._recording
        while True:
            yield from starmap(Line, recording.stream_lines())
            if self._wait is None:
                return
            self._wait()


def newest_at(path: Path) -> float | None:
    """When the newest event of a file was, in seconds since the epoch; None if it has none. Raises OSError."""
    with path.open("rb") as file:
        end = start = file.seek(0, os.SEEK_END)
        while start > 0:
            start = max(0, end - (_TAIL if start == end else 2 * (end - start)))
            file.seek(start)
            lines = file.read(end - start).split(b"\n")
            for raw in reversed(lines if start == 0 else lines[1:]):
                at = _at(raw)
                if at is not None:
                    return at
    return None


def _at(raw: bytes) -> float | None:
    try:
        return wire.decode_record(raw).at
    except UNREADABLE:
        return None
