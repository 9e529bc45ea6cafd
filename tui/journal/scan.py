"""Tells the records in a session's file from the rest of it, chunk by chunk: the one set of rules for every reader."""

import io
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tui import wire
from tui.journal.header import META, Header, header_decoder, title_decoder
from tui.wire import Record, WireError

CHUNK: Final = 1 << 16
"""Bytes read at once: some hundreds of records, a millisecond."""
UNREADABLE: Final = (WireError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding a damaged line may raise."""
_LATEST: Final = 1e11
"""Seconds since the epoch that no true record reaches, and that a date can still be made of."""

_seq, _at = attrgetter("seq"), attrgetter("at")


class Batch(NamedTuple):
    """The records of one chunk, and where in it the line of each begins."""

    records: Sequence[Record]
    starts: Sequence[int]


class Scan:
    """Records in order, numbered from 1 without gaps, whatever the file numbers them. `path` names it in messages."""

    def __init__(self, path: Path, first: bytes) -> None:
        self.path = path
        self.skipped = 0
        """Lines that could not be read, and records that the numbers show to be missing."""
        self.reason = ""
        """What was wrong with the first of them, in one line."""
        self.header, self._headed = Header(path.stem, "", 0.0), False
        try:
            self.header = header_decoder.decode(first).plain()
            self._headed = self.header.created > 0
        except UNREADABLE:
            pass
        self.lines = 0
        """Lines passed so far."""
        self._seq = 0
        self._expected = 0
        """What the file should number the newest line as."""
        self._last = b""

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        return told(self.path, self.skipped, self.reason)

    def take(self, chunk: bytes) -> Batch:
        """The records in the next whole lines of the file."""
        records = self._sound(chunk) if self.lines else None
        if records is None:
            return self._line_by_line(chunk)
        lines = chunk.split(b"\n")
        self._last = lines[-2] + b"\n"
        self._expected = records[-1].seq
        self.lines += len(records)
        self._seq += len(records)
        starts = accumulate(map((1).__add__, map(len, lines[:-2])), initial=0)
        return Batch(renumbered(records, self._seq - len(records) + 1), list(starts))

    def _sound(self, chunk: bytes) -> list[Record] | None:
        """The records as the file numbers them where each line is one and none is missing; else None."""
        if META in chunk or chunk.startswith(self._last):
            return None
        records = decode_lines(chunk)
        if not records:
            return None
        first = records[0].seq
        if first > self._expected + 1 or list(map(_seq, records)) != list(range(first, first + len(records))):
            return None
        times = list(map(_at, records))
        return records if min(times) >= 0 and max(times) < _LATEST else None

    def _line_by_line(self, chunk: bytes) -> Batch:
        records, starts = [], []
        at = 0
        for line in io.BytesIO(chunk):
            self.lines += 1
            if (record := self._line(line)) is not None:
                records.append(record)
                starts.append(at)
            at += len(line)
        return Batch(records, starts)

    def _line(self, line: bytes) -> Record | None:
        if line == self._last:
            self._skip("the same as the line before")
            return None
        self._last = line
        if line.startswith(META) or (self.lines == 1 and self._headed):
            self._meta(line)
            return None
        self._expected += 1
        record = self._record(line)
        if record is None:
            return None
        if record.seq > self._expected:
            missing = record.seq - self._expected
            self._skip(f"records {self._expected} to {record.seq - 1} are missing", missing)
        self._expected = record.seq
        self._seq += 1
        return record if record.seq == self._seq else Record(self._seq, record.at, record.event)

    def _meta(self, line: bytes) -> None:
        decoder = header_decoder if self.lines == 1 else title_decoder
        try:
            found = decoder.decode(line)
        except UNREADABLE as error:
            self._skip(_why(line, error))
            return
        if found.agents_tui > wire.VERSION and not self.reason:
            self._skip("a newer version of the program wrote this", 0)  # the reason, if a line cannot be read
        self.header = msgspec.structs.replace(self.header, title=found.title)

    def _record(self, line: bytes) -> Record | None:
        try:
            record = wire.decode_record(line)
        except UNREADABLE as error:
            self._skip(_why(line, error))
            return None
        if not 0 <= record.at < _LATEST:
            self._skip("it has an impossible time")
            return None
        return record

    def _skip(self, reason: str, count: int = 1) -> None:
        self.skipped += count
        self.reason = self.reason or f"line {self.lines}: {reason}"


def _why(line: bytes, error: Exception) -> str:
    return str(error) if line.endswith(b"\n") else "the last line is torn"


def told(path: Path, skipped: int, reason: str) -> str:
    """What to tell the user of lines that were skipped; empty if none was."""
    if not skipped:
        return ""
    what = "1 record" if skipped == 1 else f"{skipped:,} records"
    return f"{what} of {path.name} could not be read: {reason}"


def decode_lines(chunk: bytes) -> list[Record] | None:
    """The records of whole lines, if each line is one and nothing but that.

    No value spans lines where each begins with a brace and ends with one: inside a value a brace does not follow one.
    """
    count = chunk.count(b"\n")
    if not (chunk.startswith(b"{") and chunk.endswith(b"}\n") and chunk.count(b"}\n{") == count - 1):
        return None
    try:
        records = wire.decode_records(chunk)
    except UNREADABLE:
        return None
    return records if len(records) == count else None


def renumbered(records: list[Record], first: int) -> list[Record]:
    """The same, numbered from `first` on without gaps."""
    if all(map(int.__eq__, map(_seq, records), range(first, first + len(records)))):
        return records
    return [Record(seq, record.at, record.event) for seq, record in enumerate(records, first)]
