"""The records of the session that is going on, by number: the newest in memory, the others where the journal has them.

Without a journal, or while the disk takes nothing, memory holds the newest of them and says which are gone.
"""

from array import array
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.bus import Reader
from tui.journal.recording import EVENT_TYPES, Recording, codes
from tui.wire import Record

MOST: Final = 200_000
"""Records that memory holds where no file has them."""
_RECENT: Final = 4096
"""Records that are held before it is seen which of them the file has."""


class LiveHistory:
    """What comes over the bus, after what the file of a resumed session holds.

    `path`: the session's file, None if there is none; unless it is `growing`, nothing of this session goes there.
    """

    def __init__(self, reader: Reader, path: Path | None, *, growing: bool = True, most: int = MOST) -> None:
        self.times: array[float] = array("d")
        self.types = bytearray()
        self._reader = reader
        self._path = path
        self._growing = growing
        self._most = most
        self._recent: list[Record] = []
        self._recording: Recording | None = None
        before = reader.position
        if before and (recording := self._look()) is not None:
            self.times += recording.times[:before]
            self.types += recording.types[:before]
        missing = before - len(self.times)  # none, unless the file has been taken away since it was read
        self.times.extend([0.0] * missing)
        self.types += bytes([len(EVENT_TYPES) - 1]) * missing

    def __len__(self) -> int:
        """The number of the newest record."""
        return len(self.times)

    @property
    def first(self) -> int:
        """The oldest record from which on all can still be had."""
        return 1 if self._kept >= self._recent_from - 1 else self._recent_from

    @property
    def _recent_from(self) -> int:
        """The number of the oldest record in memory."""
        return len(self.times) - len(self._recent) + 1

    @property
    def _kept(self) -> int:
        """Records that the file is known to have."""
        return 0 if self._recording is None else len(self._recording)

    def record(self, seq: int) -> Record:
        """The record of that number. Raises LookupError for one that there is not, or not any more."""
        found = self.records(seq, seq)
        if not found:
            raise LookupError(seq)
        return found[0]

    def records(self, first: int, last: int) -> list[Record]:
        """Those numbered `first` to `last`, as far as they can be had."""
        border = self._recent_from
        old: list[Record] = []
        if self._recording is not None:
            old = self._recording.records(first, min(last, border - 1))
        return old + self._recent[max(0, first - border) : max(0, last - border + 1)]

    def refresh(self) -> int:
        """Take on what has come over the bus; how many records are new."""
        batch = self._reader.take()
        self.times.extend(record.at for record in batch)
        self.types += codes(batch)
        self._recent += batch
        if len(self._recent) > _RECENT:
            self._let_go()
        return len(batch)

    def _let_go(self) -> None:
        """Hold no more in memory what the file has, nor more than the bound."""
        if self._growing:
            self._look()
        del self._recent[: max(0, self._kept - self._recent_from + 1)]
        if len(self._recent) > self._most + _RECENT:
            del self._recent[: len(self._recent) - self._most]

    def _look(self) -> Recording | None:
        """See what the file has; one that cannot be read now may be the next time."""
        with suppress(OSError):
            if self._recording is None and self._path is not None:
                self._recording = Recording(self._path)
            if self._recording is not None:
                self._recording.refresh()
        return self._recording
