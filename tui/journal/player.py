"""Plays recorded events back: which are due, at what time of day, as fast as the user wants.

To the frame pump it is what a reader of the bus is: a replay is folded and painted by the code of a live session.
"""

import asyncio
import math
from array import array
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate, islice, pairwise
from typing import Final

from tui import events as e
from tui.journal.recording import History
from tui.wire import Record

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, math.inf)
"""Times as fast as it happened; `inf` goes to the end at once."""

LONGEST_GAP: Final = 2.0
"""Seconds of replay, at speed 1, that a longer silence of the recording is pressed into."""

_BEAT: Final = 0.25
"""Seconds between frames without news while playing, for the clock on the screen."""


class Player:
    """A recording with a play head. `clock` counts seconds steadily. `growing`: the history takes on more, see `grow`.

    Positions of the head are in seconds of replay from the first record, at speed 1. A backward seek sets `position`
    to 0: whoever folds must begin with a fresh state, which shows in its being ahead of `position`.
    """

    def __init__(
        self, history: History, clock: Callable[[], float], speed: float = 1.0, *, growing: bool = False
    ) -> None:
        assert len(history)
        self.history = history
        self.growing = growing
        """The end of what there is, is not the end: playing does not stop there."""
        self._clock = clock
        self._offsets: array[float] = array("d")
        """When each record is due, as a position of the head."""
        self._news = asyncio.Event()
        self._base = 0.0
        """Where the head stood at the clock's `_since`."""
        self._since = clock()
        self._due = 1
        """Records that the head has passed."""
        self.position = 0
        """The sequence number of the last record taken."""
        self.speed = speed
        self.playing = True
        self._extend()

    def __len__(self) -> int:
        return len(self._offsets)

    def grow(self, *, whole: bool) -> None:
        """Take on what the history has more by now; `whole`: no more will come."""
        self._hold(playing=self.playing)
        self._extend()
        self.growing = not whole

    def _extend(self) -> None:
        times, begin = self.history.times, len(self._offsets)
        if not begin:
            self._offsets.append(0.0)
            begin = 1
        gaps = (min(at - before, LONGEST_GAP) if at > before else 0.0 for before, at in pairwise(times[begin - 1 :]))
        self._offsets.extend(islice(accumulate(gaps, initial=self._offsets[-1]), 1, None))

    @property
    def length(self) -> float:
        """Seconds that the whole replay takes at speed 1."""
        return self._offsets[-1]

    @property
    def head(self) -> float:
        """Where the replay is, in seconds from its start at speed 1."""
        if not self.playing:
            return self._base
        if math.isinf(self.speed):
            return self.length
        return min(self.length, self._base + (self._clock() - self._since) * self.speed)

    @property
    def ended(self) -> bool:
        """All records are due; seeking backwards begins again."""
        return self._due == len(self) and not self.growing

    @property
    def due(self) -> int:
        """Records that the head has passed."""
        return self._advance()

    def now(self) -> float:
        """The wall time of the recording at the head, in seconds since the epoch; runs faster through a pressed gap."""
        due, times = self._advance(), self.history.times
        before = times[due - 1]
        if due == len(self):
            return before
        gap = self._offsets[due] - self._offsets[due - 1]
        part = (self.head - self._offsets[due - 1]) / gap if gap else 0.0
        return before + max(0.0, min(part, 1.0)) * max(0.0, times[due] - before)

    # As a reader of the bus

    def take(self, most: int | None = None) -> list[Record]:
        """The records due since the last call, oldest first, at most `most`; possibly none."""
        end = self._advance()
        if most is not None:
            end = min(end, self.position + most)
        batch = self.history.records(self.position + 1, end)
        self.position = end
        return batch

    async def wait(self, seconds: float | None = None) -> bool:
        """Return True once a record is due, the user moved the head, the clock on the screen has to move, or after so
        long."""
        delay = min((each for each in (self._delay(), seconds) if each is not None), default=None)
        if delay != 0.0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), delay)
        self._news.clear()
        return True

    def _delay(self) -> float | None:
        """Seconds until the next frame; None: not before the user does something."""
        due = self._advance()
        if self.position < due:
            return 0.0
        if not self.playing:
            return None
        if due == len(self):
            return _BEAT
        return min(_BEAT, (self._offsets[due] - self.head) / self.speed)

    # Controls

    def toggle(self) -> None:
        """Pause, or go on; at the end, play it all again."""
        if self.ended:
            self.seek(0.0)
        self._hold(playing=not self.playing)

    def step(self) -> None:
        """One record further, or all deltas of one item that follow each other; the replay is paused then."""
        self._hold(playing=False)
        if self._due == len(self):
            return
        key = self._delta_at(self._due + 1)
        self._due += 1
        while key and self._due < len(self) and self._delta_at(self._due + 1) == key:
            self._due += 1
        self._base = self._offsets[self._due - 1]

    def _delta_at(self, seq: int) -> str:
        return _delta_of(self.history.record(seq).event)

    def faster(self, steps: int = 1) -> None:
        """The next of `SPEEDS`, or with -1 the one before."""
        nearest = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - self.speed))
        if math.isinf(self.speed):
            nearest = len(SPEEDS) - 1
        self._hold(playing=self.playing)
        self.speed = SPEEDS[max(0, min(nearest + steps, len(SPEEDS) - 1))]

    def seek(self, head: float) -> None:
        """Go to a position of the head; beyond either end, to that end."""
        self._hold(playing=self.playing)
        self._base = max(0.0, min(head, self.length))
        self._due = bisect_right(self._offsets, self._base)
        if self._due < self.position:
            self.position = 0

    def _hold(self, *, playing: bool) -> None:
        """Count from here; every control begins so."""
        self._advance()
        self._base, self._since, self.playing = self.head, self._clock(), playing
        self._news.set()

    def _advance(self) -> int:
        """Bring `_due` up to the head. At the end playing stops, so that a seek backwards is not undone at once."""
        if self.playing:
            head = self.head
            self._due = max(self._due, bisect_right(self._offsets, head))
            if self.ended:
                self._base, self.playing = head, False
        return self._due


def _delta_of(event: e.Event) -> str:
    """The item or call that a delta belongs to; empty for any other event."""
    match event:
        case e.TextDelta(item=item) | e.RefusalDelta(item=item) | e.ReasoningDelta(item=item):
            return item
        case e.ArgumentsDelta(call=call):
            return call
        case _:
            return ""
