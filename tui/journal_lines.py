"""A session's records with the bytes that they stand in its file as, one at a time, also while the file grows."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tui import wire
from tui.journal import UNREADABLE, title_of
from tui.wire import Record

_TAIL = 1 << 16


class Line(NamedTuple):
    """A record, and its line in the file with the newline."""

    record: Record
    raw: bytes


class Lines:
    """The records of a file in order; lines that cannot be read are counted. Holds one line at a time.

    With `wait`, called at the end of what is there, it goes on for ever: for as long as `wait` returns. Raises OSError,
    when made or iterated, where the file cannot be read.
    """

    def __init__(self, path: Path, wait: Callable[[], None] | None = None) -> None:
        self.path = path
        self.skipped = 0
        """Lines that could not be read."""
        self._reason = ""
        self._wait = wait
        self._file: BinaryIO = path.open("rb")

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        if not self.skipped:
            return ""
        what = "1 line" if self.skipped == 1 else f"{self.skipped:,} lines"
        return f"{what} of {self.path.name} could not be read: {self._reason}"

    def __iter__(self) -> Iterator[Line]:
        for number, raw in enumerate(self._raw(), 1):
            try:
                if title_of(raw) is None:
                    yield Line(wire.decode_record(raw), raw)
            except UNREADABLE as error:
                if number > 1 or b'"agents_tui"' not in raw:
                    self._skip(number, str(error) if raw.endswith(b"\n") else "the last line is torn")

    def _raw(self) -> Iterator[bytes]:
        """Whole lines; the last may lack its newline where nothing is waited for."""
        torn = b""
        with self._file as file:
            while True:
                for raw in file:
                    torn += raw
                    if torn.endswith(b"\n"):
                        yield torn
                        torn = b""
                if self._wait is None:
                    break
                self._wait()
                if os.fstat(file.fileno()).st_size < file.tell():  # its writer cut off what an interrupted write left
                    file.seek(0, os.SEEK_END)
                    torn = b""
        if torn:
            yield torn

    def _skip(self, number: int, reason: str) -> None:
        self.skipped += 1
        self._reason = self._reason or f"line {number}: {reason}"


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
