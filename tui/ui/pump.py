"""The frame pump: fold all that is new, then paint what changed, at once but at most 60 times a second.

The first event after a quiet moment is painted at once; then the pump waits at least a frame, and at least as long as
the paint took, so that a dear paint never gets more than half of the loop's time and keys stay quick. While a run is
live panes are also painted without news, for spinners and elapsed times; while nothing runs the pump sleeps.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

from tui.fold import fold
from tui.state import State
from tui.ui.metrics.own_speed import Frame, OwnSpeed
from tui.wire import Record

FRAME = 1 / 60
"""Seconds between paints at least. An engine sets the pace: it writes some 40 times a second, and what it wrote is
painted as it comes; two paces of the same length would add up to twice the wait."""

BEAT = 0.125
"""Seconds between paints without news while a run is live: a spinner at 8 Hz."""

_SLICE = 100
"""Records folded in one go: a millisecond or two."""

_TURN = 0.002
"""Seconds of folding after which others get a turn; a key takes about ten turns to be seen."""

_CATCHING_UP = 0.25
"""Seconds between paints while there is more to fold than one frame allows."""


@runtime_checkable
class Pane(Protocol):
    """Part of the screen that shows state."""

    def paint(self, state: State, now: float) -> None:
        """Show what changed in `state` since the last call; `now` is wall time, seconds since the epoch."""


class Feed(Protocol):
    """Where records come from, in order: a reader of the bus, or a player."""

    def take(self, most: int | None = None) -> list[Record]:
        """All records since the last call, oldest first, at most `most`; possibly none."""

    async def wait(self, seconds: float | None = None) -> bool:
        """Return True once a frame is due, or after so long; False if none can be any more."""


class Pump:
    """Carries records from the bus to state, and state to the panes."""

    def __init__(
        self,
        reader: Feed,
        state: State,
        clock: Callable[[], float],
        panes: Callable[[], Sequence[Pane]],
        keep: Callable[[], None] = lambda: None,
        frame: Callable[[], AbstractContextManager[None]] = nullcontext,
        behind: Callable[[], bool] = lambda: False,
        judge: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self.state = state
        """What is folded into; another takes its place where the feed begins again."""
        self._clock = clock
        self._panes = panes
        self._keep = keep
        """Puts on disk all that is on the bus; before any of it is folded, so that what is shown is kept."""
        self._frame = frame
        """Within it panes paint; at its end it is on the terminal."""
        self._behind = behind
        """The terminal has not taken the frame before: the next can only come later."""
        self._owing = False
        """What was folded has not been painted."""
        self._judge = judge
        """Looks at what was folded, before it is painted; may publish."""
        self.own = OwnSpeed()

    async def run(self) -> None:
        """Until the bus closes."""
        loop = asyncio.get_running_loop()
        rested = loop.time()
        while await self._reader.wait(BEAT if self.state.busy or self._owing else None):
            if (rest := rested - loop.time()) > 0:
                await asyncio.sleep(rest)
            woken, before = loop.time(), self.state.seq
            caught_up = await self._fold()
            self._judge()
            began = loop.time()
            self._owing = self._behind()
            if not self._owing:
                self.paint()
            ended = loop.time()
            spent, records = ended - began, max(0, self.state.seq - before)
            lag = max(0.0, self._clock() - self.state.at) if records else None
            self.own.note(Frame(ended, began - woken, spent, records, lag))
            rested = ended + max(FRAME - spent if caught_up else 0.0, spent)

    async def _fold(self) -> bool:
        """Fold what there is, in turns with the keys; False if it was so much that a paint is due before the rest."""
        loop = asyncio.get_running_loop()
        began = turn = loop.time()
        while True:
            self._keep()
            state, batch = self.state, self._reader.take(_SLICE)
            for record in batch:
                fold(state, record)
            now = loop.time()
            if len(batch) < _SLICE:
                return True
            if now - began > _CATCHING_UP:
                return False
            if now - turn > _TURN:
                await asyncio.sleep(0)
                turn = loop.time()

    def paint(self) -> None:
        """Paint every visible pane."""
        now = self._clock()
        with self._frame():
            for pane in self._panes():
                pane.paint(self.state, now)
