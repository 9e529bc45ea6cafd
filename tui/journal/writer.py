"""Writes a session's file from a cursor on the bus, before anything of it is shown.

Nothing that the disk does stops the session: what it does not take is kept in memory and tried again.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from tui import events as e
from tui import wire
from tui.bus import Bus
from tui.journal.file import Header, header_line, hold
from tui.journal.stream_mask import StreamMask
from tui.wire import Record

_RETRY: Final = 5.0
"""Seconds after a failed write before another is tried; the end of a run and the end of the session try at once."""

_encoder = msgspec.json.Encoder()


class JournalWriter:
    """Appends what comes on the bus. Whoever shows records calls `flush` first: what is shown, is on disk.

    `mask` takes the secrets out of a text; `secrets` are those that it knows by value, for texts that come in pieces.
    With `resumed` the file has records already, and `descriptor` is what `hold` gave, if it did. Problems are published
    as a notice, once; none is raised.
    """

    def __init__(
        self,
        bus: Bus,
        path: Path,
        header: Header,
        mask: Callable[[str], str],
        *,
        resumed: bool = False,
        descriptor: int | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self.path = path
        self.header = header
        self._bus = bus
        self._reader = bus.reader()
        self._mask = mask
        self._pieces = StreamMask(secrets)
        self._descriptor = descriptor
        self._prompted = resumed
        self._pending = bytearray()
        """What the disk has not taken yet."""
        self._failed_at: float | None = None
        self._problem = ""
        """What the last failure was, and of which file."""
        self._unsynced: OSError | None = None
        """What came of an fsync in the background."""
        self.closed = False

    @property
    def kept(self) -> bool:
        """There is something to resume, all of it on disk."""
        return self._prompted and self._failed_at is None

    @property
    def unsaved(self) -> str:
        """Why the file lacks some of what happened, in one line; empty where it lacks nothing."""
        return "" if self._failed_at is None else self._problem

    def flush(self) -> None:
        """Write all that is new, in one write; to stable storage where a run has ended."""
        batch = self._reader.take()
        ended = any(isinstance(record.event, e.RunEnded) for record in batch)
        self._prompted = self._prompted or any(isinstance(record.event, e.PromptSent) for record in batch)
        self._pending += self._encode(batch)
        if self._unsynced is not None:
            self._fail(self._unsynced)
            self._unsynced = None
        waits = self._failed_at is not None and self._bus.now() - self._failed_at < _RETRY
        if self._pending and (ended or not waits):
            self._write(sync=ended)

    def close(self) -> None:
        """Write the rest and let go of the file. A new session in which nothing was asked leaves no file."""
        if self.closed:
            return
        self.flush()
        if self._pending:
            self._write(sync=False)
        self._reader.close()
        self.closed = True
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
            if not self._prompted:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            self._fail(error)
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # a sync in the background may have it open a while longer
        os.close(self._descriptor)
        self._descriptor = None

    def _write(self, *, sync: bool) -> None:
        try:
            descriptor = self._open()
            while self._pending:
                written = os.write(descriptor, self._pending)
                del self._pending[:written]
            if sync:
                threading.Thread(target=self._sync, args=(os.dup(descriptor),), name="fsync").start()
        except OSError as error:
            self._fail(error)
            return
        if self._failed_at is not None:
            self._failed_at = None
            self._bus.publish(e.Notice("info", f"the session is saved again, without a gap: {self.path}"))

    def _open(self) -> int:
        """The file, made again with all it held where it has been deleted."""
        old = self._descriptor
        if old is not None and os.fstat(old).st_nlink:
            return old
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = hold(self.path)
        try:
            if old is not None:
                _pour(old, descriptor)
                os.close(old)
            elif not os.fstat(descriptor).st_size:
                self._pending[:0] = header_line(self.header)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return descriptor

    def _sync(self, descriptor: int) -> None:
        """In a thread: a disk may take its time, and the screen has none."""
        try:
            os.fsync(descriptor)
        except OSError as error:
            self._unsynced = error
        finally:
            os.close(descriptor)

    def _fail(self, error: OSError) -> None:
        told, self._failed_at = self._failed_at is not None, self._bus.now()
        self._problem = f"{self.path}: {error.strerror}"
        if not told:
            again = "It is kept in memory, and written as soon as that is mended"
            self._bus.publish(e.Notice("warning", f"the session is not being saved: {self._problem}. {again}"))

    def _encode(self, batch: list[Record]) -> bytes:
        batch = self._pieces.records(batch)
        data = wire.encode_many(batch)
        text = data.decode()
        if self._mask(text) == text:
            return data
        return b"".join(_encoder.encode(self._masked(msgspec.to_builtins(record))) + b"\n" for record in batch)

    def _masked(self, value: object) -> object:
        match value:
            case str():
                return self._mask(value)
            case dict():
                return {key: self._masked(item) for key, item in value.items()}
            case list() | tuple():
                return [self._masked(item) for item in value]
            case _:
                return value


def _pour(source: int, target: int) -> None:
    """All of one file into another: wholly or not at all."""
    at = 0
    try:
        os.ftruncate(target, 0)
        while data := os.pread(source, 1 << 20, at):
            at += os.write(target, data)
    except OSError:
        os.ftruncate(target, 0)
        raise
