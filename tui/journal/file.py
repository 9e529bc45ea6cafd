"""A session's file: a header line, then the records exactly as `--json` prints them.

Reading takes what is there: a torn last line, garbage in the middle or an event type of a newer version cost only
themselves.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from tui import wire
from tui.journal.header import META, Header, header_line, title_line, title_of
from tui.journal.scan import CHUNK, UNREADABLE, Scan
from tui.wire import Record

__all__ = [
    "UNREADABLE", "Header", "HeldError", "Reading", "copy", "header_line", "hold", "read", "title_line", "title_of",
]  # fmt: skip


class Reading:
    """The records of a file in order, numbered from 1 without gaps; `skipped` and `reason` once they have been read.

    They are read as they are asked for, and none is kept. Raises OSError, when made or iterated, where the file cannot
    be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._first = file.readline()
        self._scan = Scan(path, self._first)

    def __iter__(self) -> Iterator[Record]:
        scan = self._scan = Scan(self.path, self._first)
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK) + file.readline():
                yield from scan.take(chunk).records

    @property
    def header(self) -> Header:
        return self._scan.header

    @property
    def skipped(self) -> int:
        """Lines that could not be read, and records that the numbers show to be missing."""
        return self._scan.skipped

    @property
    def reason(self) -> str:
        """What was wrong with the first of them, in one line."""
        return self._scan.reason

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        return self._scan.problem


def read(path: Path) -> Reading:
    """A session's file, to iterate over. Raises OSError."""
    return Reading(path)


# Opening to write


class HeldError(OSError):
    """Another program is writing this session."""


def hold(path: Path) -> int:
    """Open a session's file to append to it, for this program alone; the file descriptor.

    What an interrupted write left of a record is cut off: it was never shown. Raises HeldError, or OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _mend(descriptor)
    except BlockingIOError as error:
        os.close(descriptor)
        raise HeldError(error.errno, "another program has it open", str(path)) from error
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _mend(descriptor: int) -> None:
    end = os.fstat(descriptor).st_size
    start, tail = end, b""
    while start > 0 and b"\n" not in tail:
        start = max(0, start - 65536)
        tail = os.pread(descriptor, end - start, start)
    torn = tail.rpartition(b"\n")[2]
    if not torn:
        return
    try:
        wire.decode_record(torn)
    except UNREADABLE:
        if not torn.startswith(META):
            os.ftruncate(descriptor, end - len(torn))
            return
    os.write(descriptor, b"\n")


def copy(source: Path, target: Path, header: Header) -> None:
    """A session of its own with the same records. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(header_line(header))
        file.writelines(map(wire.encode, read(source)))
