"""Watches a run from outside its event loop: says which user code holds up the loop or a cancel."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tui.engine import where
from tui.events import Event, RunStuck


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits, all in seconds: `cancel` for a cancelled run to end, `silence` of the loop, `again` between two reports
    of one stuck period, `poll` between two looks."""

    cancel: float = 1.0
    silence: float = 2.0
    again: float = 5.0
    poll: float = 0.25


PATIENCE = Patience()


class Watchdog:
    """Of one run. Made on the loop's thread; `tools` names the tools that run, oldest first."""

    def __init__(
        self,
        run: int,
        tools: Callable[[], list[str]],
        emit: Callable[[Event], None],
        patience: Patience = PATIENCE,
    ) -> None:
        self._run, self._tools, self._emit, self._patience = run, tools, emit, patience
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._beat = time.monotonic()
        self._cancelled: float | None = None
        self._reported: float | None = None
        self._over = threading.Event()

    def start(self) -> None:
        """Watch until `stop`."""
        self._keep_beating()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """The run has ended."""
        self._over.set()

    def cancel_asked(self) -> None:
        """The user wants the run to end at once; safe from any thread."""
        if self._cancelled is None:
            self._cancelled = time.monotonic()

    def _keep_beating(self) -> None:
        self._beat = time.monotonic()
        if not self._over.is_set():
            self._loop.call_later(self._patience.silence / 4, self._keep_beating)

    def _watch(self) -> None:
        while not self._over.wait(self._patience.poll):
            now = time.monotonic()
            stuck = self._stuck_for(now)
            if stuck is None:
                self._reported = None
            elif self._reported is None or now - self._reported >= self._patience.again:
                self._reported = now
                self._report(stuck)

    def _stuck_for(self, now: float) -> float | None:
        """Seconds, or None while all is well."""
        silence = now - self._beat
        if silence > self._patience.silence:
            return silence
        if self._cancelled is not None and now - self._cancelled > self._patience.cancel:
            return now - self._cancelled
        return None

    def _report(self, seconds: float) -> None:
        frames = sys._current_frames()  # noqa: SLF001 - the documented way to look at other threads
        place = where.of_frame(frames.pop(self._thread_id, None))
        others = (where.of_frame(frame) for frame in frames.values())
        place = place or next(filter(None, others), "")
        tools = self._tools()
        if not self._over.is_set():
            self._emit(RunStuck(self._run, tools[0] if tools else "", place, seconds))
