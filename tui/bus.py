"""The log of a session's events, read through cursors: the one seam between who reports and who shows.

Publishing is synchronous and never waits. A reader is a position in the log: a slow one gets bigger batches,
a late one gets what is still held, none can hold up the publisher or lose an event. What every reader has
taken is dropped, so memory is bounded by the slowest reader.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

from tui.events import Event
from tui.wire import Record, Stamped


def steady_clock() -> Callable[[], float]:
    """A clock of wall time, seconds since the epoch, that never jumps: set once, then counted monotonically."""
    offset = time.time() - time.perf_counter()
    return lambda: time.perf_counter() + offset


_TRIM = 4096
"""Records dropped at once: deleting from the head of a list costs its length, so not for each."""


class Reader:
    """One reader's position. Made by `Bus.reader`; used from the bus's own event loop."""

    def __init__(self, bus: "Bus", position: int) -> None:
        self._bus = bus
        self._news = asyncio.Event()
        self.position = position
        """The sequence number of the last record taken."""
        self.closed = False

    def take(self, most: int | None = None) -> list[Record]:
        """All records since the last call, oldest first, at most `most`; possibly none."""
        batch = self._bus.after(self.position, most)
        if batch:
            self.position = batch[-1].seq
            self._bus.trim()
        self._news.clear()
        return batch

    async def wait(self, seconds: float | None = None) -> bool:
        """Return True once there is something to take, or after so long; False if nothing is left or can come."""
        if self.position == self._bus.seq and not self._ended:
            self._news.clear()
            timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self.wake)
            try:
                await self._news.wait()
            finally:
                if timer is not None:
                    timer.cancel()
        return self.position < self._bus.seq or not self._ended

    @property
    def _ended(self) -> bool:
        return self.closed or self._bus.closed

    def wake(self) -> None:
        """End a `wait`: there is news, or the end."""
        self._news.set()

    def close(self) -> None:
        """Take no further part; what was not taken is no longer held for this reader."""
        self.closed = True
        self.wake()
        self._bus.leave(self)


class Bus:
    """The log. `clock` gives the wall time, in seconds since the epoch, of events that bring none."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.now = clock
        self._records: list[Record] = []
        self._dropped = 0
        """Records no longer held; record `seq` stands at `seq - 1 - _dropped`."""
        self._readers: set[Reader] = set()
        self.closed = False

    @property
    def seq(self) -> int:
        """The sequence number of the newest record; 0 before the first."""
        return self._dropped + len(self._records)

    def resume(self, seq: int) -> None:
        """Go on after record `seq`, which is on disk; before anything is published or read."""
        assert not self._records
        assert not self._readers
        self._dropped = seq

    def publish(self, event: Event) -> Record:
        """Append an event that happens now, and wake the readers."""
        return self.append(Stamped(self.now(), event))

    def append(self, stamped: Stamped) -> Record:
        """Append an event that carries its own time, and wake the readers."""
        record = Record(self.seq + 1, stamped.at, stamped.event)
        self._records.append(record)
        self._wake()
        return record

    def extend(self, batch: Iterable[Stamped]) -> None:
        """Append many, waking the readers once."""
        first = self.seq + 1
        self._records += [Record(seq, stamped.at, stamped.event) for seq, stamped in enumerate(batch, first)]
        self._wake()

    def reader(self) -> Reader:
        """A new reader, at the oldest record still held."""
        reader = Reader(self, self._dropped)
        self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """Hold nothing for this reader any more."""
        self._readers.discard(reader)

    def close(self) -> None:
        """No event comes after this; readers take what is left and end."""
        self.closed = True
        self._wake()

    def after(self, position: int, most: int | None = None) -> list[Record]:
        """The records still held with a sequence number above `position`, oldest first, at most `most`."""
        start = max(0, position - self._dropped)
        return self._records[start : None if most is None else start + most]

    def trim(self) -> None:
        """Drop what every reader has taken, in steps large enough to be cheap."""
        taken = min((reader.position for reader in self._readers), default=self._dropped)
        if taken - self._dropped >= _TRIM:
            del self._records[: taken - self._dropped]
            self._dropped = taken

    def _wake(self) -> None:
        for reader in self._readers:
            reader.wake()
