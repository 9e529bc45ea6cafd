"""A session's file: a header line, then the records exactly as `--json` prints them.

Reading takes what is there: a torn last line, garbage in the middle or an event type of a newer version cost only
themselves.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from tui import wire
from tui.wire import Record, WireError

_LATEST: Final = 1e11
"""Seconds since the epoch that no true record reaches, and that a date can still be made of."""
UNREADABLE: Final = (WireError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding a damaged line may raise."""
_META: Final = b'{"agents_tui"'


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line: what the session is and how to go on with it. Holds no key."""

    session: str
    agent: str
    """As on the command line; empty where it is not known."""
    created: float
    """Seconds since the epoch."""
    program: str = ""
    """The version that wrote it."""
    cwd: str = ""
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    title: str = ""
    """The name that the user gave it."""
    parent: str = ""
    """The session that this one began as a copy of."""


class _Written(Header, frozen=True, omit_defaults=True, kw_only=True):
    agents_tui: int


class _Title(msgspec.Struct, frozen=True):
    agents_tui: int
    title: str = ""


_header = msgspec.json.Decoder(_Written)
_title = msgspec.json.Decoder(_Title)
_encoder = msgspec.json.Encoder()


def header_line(header: Header) -> bytes:
    """The first line of a session's file."""
    fields = {name: value for name, value in msgspec.to_builtins(header).items() if value is not None}
    return _encoder.encode({"agents_tui": wire.VERSION, **fields}) + b"\n"


def title_line(title: str) -> bytes:
    """A line that gives the session another name from there on; the file is only ever appended to."""
    return _encoder.encode(_Title(wire.VERSION, title)) + b"\n"


def title_of(line: bytes) -> str | None:
    """The name that a line gives the session; None if it is a line of another kind. Raises one of `UNREADABLE`."""
    return _title.decode(line).title if line.startswith(_META) else None


# Reading


class Reading:
    """The records of a file in order, numbered from 1 without gaps; `skipped` and `reason` once they have been read.

    Raises OSError, when made or iterated, where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        """Lines that could not be read, and records that the numbers show to be missing."""
        self.reason = ""
        """What was wrong with the first of them, in one line."""
        with path.open("rb") as file:
            self.header = self._header(file.readline())
        self._headed = self.header.created > 0

    def __iter__(self) -> Iterator[Record]:
        self.skipped, self.reason = 0, ""
        seq = expected = 0
        last = b""
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line == last:
                    self._skip(number, "the same as the line before")
                    continue
                last = line
                if line.startswith(_META) or (number == 1 and self._headed):
                    self._meta(number, line)
                    continue
                expected += 1
                record = self._record(number, line)
                if record is None:
                    continue
                if record.seq > expected:
                    self._skip(number, f"records {expected} to {record.seq - 1} are missing", record.seq - expected)
                expected = record.seq
                seq += 1
                yield record if record.seq == seq else Record(seq, record.at, record.event)

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        if not self.skipped:
            return ""
        what = "1 record" if self.skipped == 1 else f"{self.skipped:,} records"
        return f"{what} of {self.path.name} could not be read: {self.reason}"

    def _header(self, line: bytes) -> Header:
        try:
            found = _header.decode(line)
            return Header(*(getattr(found, name) for name in Header.__struct_fields__))
        except UNREADABLE:
            return Header(self.path.stem, "", 0.0)

    def _meta(self, number: int, line: bytes) -> None:
        decoder: msgspec.json.Decoder[_Written] | msgspec.json.Decoder[_Title] = _header if number == 1 else _title
        try:
            found = decoder.decode(line)
        except UNREADABLE as error:
            self._skip(number, str(error))
            return
        if found.agents_tui > wire.VERSION and not self.reason:
            self._skip(number, "a newer version of the program wrote this", 0)  # the reason, if a line cannot be read
        self.header = msgspec.structs.replace(self.header, title=found.title)

    def _record(self, number: int, line: bytes) -> Record | None:
        try:
            record = wire.decode_record(line)
        except UNREADABLE as error:
            self._skip(number, "the last line is torn" if not line.endswith(b"\n") else str(error))
            return None
        if not 0 <= record.at < _LATEST:
            self._skip(number, "it has an impossible time")
            return None
        return record

    def _skip(self, number: int, reason: str, count: int = 1) -> None:
        self.skipped += count
        self.reason = self.reason or f"line {number}: {reason}"


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
        if not torn.startswith(_META):
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
