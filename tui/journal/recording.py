"""A journal's records by number, decoded when they are asked for: of a million of them the places are kept, no more."""

import os
import weakref
from array import array
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Final, Protocol, overload

import msgspec

from tui import wire
from tui.events import Event, RawReceived
from tui.journal.header import Header
from tui.journal.scan import CHUNK, UNREADABLE, Batch, Scan, decode_lines, renumbered, told
from tui.wire import Record

EVENT_TYPES: Final = tuple(str(kind.__struct_config__.tag) for kind in Event.__args__)
"""The types of events by their code, as they stand in JSON; the last is of those that have no class here."""
_STRIDE: Final = 1000
"""Records decoded at once by who goes through all."""

_CODES: Final = {kind: code for code, kind in enumerate(Event.__args__)}
_at, _event = attrgetter("at"), attrgetter("event")


def codes(records: Sequence[Record]) -> bytes:
    """The code of each record's event type."""
    return bytes(map(_CODES.__getitem__, map(type, map(_event, records))))


class History(Protocol):
    """A session's records by number: what a pane looks things up in."""

    times: "array[float]"
    """When each happened, in seconds since the epoch; of record `seq` at `seq - 1`."""
    types: bytearray
    """The code of each one's event type: its index in `EVENT_TYPES`."""

    @property
    def first(self) -> int:
        """The oldest record that can still be had; 1 unless they are kept in memory alone, which has its bound."""

    def __len__(self) -> int:
        """The number of the newest record."""

    def record(self, seq: int) -> Record:
        """The record of that number. Raises LookupError for one that there is not, or not any more."""

    def records(self, first: int, last: int) -> list[Record]:
        """Those numbered `first` to `last`, as far as they can be had."""

    def refresh(self) -> int:
        """Take on what has come since; how many are new."""


class Recording(Sequence[Record]):
    """A journal's records as a sequence, index 0 being number 1: none until `advance` or `refresh` takes them on.

    Raises OSError where the file cannot be opened or, by those two, be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.times: array[float] = array("d")
        self.types = bytearray()
        self._starts: array[int] = array("Q")
        """Where in the file the line of each begins."""
        self._open()
        with path.open("rb") as file:
            self._scan = Scan(path, file.readline())
        self.passed = 0
        """Bytes of the file that have been taken on."""
        self._unended = False
        """The last line taken on had no newline yet."""
        self._torn = False

    @property
    def first(self) -> int:
        return 1

    @property
    def header(self) -> Header:
        return self._scan.header

    @property
    def skipped(self) -> int:
        """Lines that could not be read, and records that the numbers show to be missing; of what was taken on."""
        return self._scan.skipped + self._torn

    @property
    def reason(self) -> str:
        """What was wrong with the first of them, in one line."""
        return self._scan.reason or (f"line {self._scan.lines + 1}: the last line is torn" if self._torn else "")

    @property
    def problem(self) -> str:
        """What to tell the user of what was skipped; empty if all could be read."""
        return told(self.path, self.skipped, self.reason)

    @property
    def size(self) -> int:
        """Bytes of the file. Raises OSError."""
        return os.fstat(self._descriptor).st_size

    # Taking on

    def advance(self, seconds: float) -> bool:
        """Take on what the file has, for about so long; True once that is all of it."""
        until = perf_counter() + seconds
        while self._take() is not None:
            if perf_counter() > until:
                return False
        return True

    def refresh(self) -> int:
        """Take on all complete lines that the file has now; how many records are new."""
        before = len(self)
        if not os.fstat(self._descriptor).st_nlink and self.path.exists():
            self._open()  # it was deleted, and written again with all it held
        while self._take() is not None:
            pass
        return len(self) - before

    def stream(self) -> Iterator[Record]:
        """Take on what the file has, and give each record on the way."""
        while (batch := self._take()) is not None:
            yield from batch.records

    def stream_lines(self) -> Iterator[tuple[Record, bytes]]:
        """Like `stream`, with the line of each as it stands in the file."""
        while (batch := self._take()) is not None:
            if batch.records:
                data = self._bytes(batch.records[0].seq, batch.records[-1].seq)
                for record, start in zip(batch.records, batch.starts, strict=True):
                    yield record, _line_at(data, start - batch.starts[0])

    def _take(self) -> Batch | None:
        chunk = self._next()
        if not chunk:
            return None
        batch, before = self._scan.take(chunk), self.passed
        self.times.extend(map(_at, batch.records))
        self.types += codes(batch.records)
        self._starts.extend(map(before.__add__, batch.starts))
        self.passed += len(chunk)
        return batch

    def _next(self) -> bytes:
        """The next whole lines. The last of the file counts as one where it lacks no more than its newline."""
        size, self._torn = CHUNK, False
        if self._unended and os.pread(self._descriptor, 1, self.passed) == b"\n":
            self.passed, self._unended = self.passed + 1, False
        while True:
            data = os.pread(self._descriptor, size, self.passed)
            end = data.rfind(b"\n") + 1
            if end or not data:
                return data[:end]
            if len(data) < size:
                self._unended = _is_whole(data)
                self._torn = bool(data) and not self._unended
                return data if self._unended else b""
            size *= 2

    def _open(self) -> None:
        self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._descriptor)

    # Looking up

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return self.record(places + 1)
        if places.step == 1:
            return self.records(places.start + 1, places.stop)
        return [self.record(place + 1) for place in places]

    def __iter__(self) -> Iterator[Record]:
        first = 1
        while batch := self.records(first, first + _STRIDE - 1):
            yield from batch
            first += len(batch)

    def record(self, seq: int) -> Record:
        """The record of that number. Raises LookupError for one that there is not."""
        if not 1 <= seq <= len(self):
            raise LookupError(seq)
        return self.records(seq, seq)[0]

    def records(self, first: int, last: int) -> list[Record]:
        """Those numbered `first` to `last`, as far as there are. What the file no longer holds is an empty raw one."""
        first, last = max(1, first), min(last, len(self))
        if first > last:
            return []
        data = self._bytes(first, last)
        found = decode_lines(data)
        if found is not None and len(found) == last - first + 1:
            return renumbered(found, first)
        base = self._starts[first - 1]
        return [self._decode(seq, _line_at(data, self._starts[seq - 1] - base)) for seq in range(first, last + 1)]

    def line(self, index: int) -> bytes:
        """Its line as it stands in the file."""
        seq = range(len(self))[index] + 1
        return _line_at(self._bytes(seq, seq), 0)

    def _bytes(self, first: int, last: int) -> bytes:
        start = self._starts[first - 1]
        end = self._starts[last] if last < len(self) else self.passed
        try:
            return os.pread(self._descriptor, end - start, start)
        except OSError:
            return b""

    def _decode(self, seq: int, line: bytes) -> Record:
        try:
            record = wire.decode_record(line)
        except UNREADABLE:
            return Record(seq, self.times[seq - 1], RawReceived("unreadable"))
        return Record(seq, record.at, record.event)


def _is_whole(line: bytes) -> bool:
    """No more than its newline is missing: what is torn off an object is none."""
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except UNREADABLE:
        return False


def _line_at(data: bytes, start: int) -> bytes:
    end = data.find(b"\n", start)
    return data[start:] if end < 0 else data[start : end + 1]
