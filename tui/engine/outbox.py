"""Events on their way out of the engine: stamped and queued by any thread, written to the pipe by one of its own.

The writer sets the screen's pace: at once after a quiet moment, else one write a frame, since a frame costs the reader
more than parsing does. A frame ends with a delta rather than just before one, so that a steady stream of them takes
fewer frames and none of them waits longer. A full pipe holds up the writer, never the agent.
"""

import os
import threading
import time
from collections import deque

from tui import wire
from tui.engine import clock
from tui.events import Event, Notice, name_of
from tui.wire import Stamped

FRAME = 1 / 42
"""Seconds between two writes at least: what an eye takes for motion."""
SOON = 1 / 120
"""Seconds that a frame may last longer for an event that is about to come."""

_NO_JSON = (TypeError, ValueError, RecursionError)
"""What encoding raises for items of a user's own making that are no JSON."""


class Outbox:
    """The queue and its writer. `emit` is what the rest of the engine is handed."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._queue: deque[Stamped] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._hurry = threading.Event()
        """Someone waits for a write: no pacing until it is done."""
        self._written = threading.Condition()
        self._busy = False
        self._last = 0.0
        """When the newest of what was written had come."""
        self._writer = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._writer.start()

    def emit(self, event: Event) -> None:
        """Stamp the event with this moment and queue it; safe from any thread, never waits."""
        self._queue.append(Stamped(clock.now(), event))
        if not self._wake.is_set():
            self._wake.set()

    def flush(self, within: float) -> None:
        """Have what is queued written, before user code can end the process; wait `within` seconds at most."""
        with self._written:
            self._hurry.set()
            self._wake.set()
            self._written.wait_for(lambda: not self._queue and not self._busy, within)

    def close(self, within: float) -> bool:
        """Write what is queued and stop; whether that was done `within` seconds."""
        self._closing = True
        self._hurry.set()
        self._wake.set()
        self._writer.join(within)
        return not self._writer.is_alive()

    def _write(self) -> None:
        while not (self._closing and not self._queue):
            self._wake.wait()
            self._wake.clear()
            began = time.perf_counter()
            self._busy = True
            try:
                self._send(self._take())
            except OSError:  # nobody reads any more; the end of the commands tells the engine to stop
                return
            finally:
                with self._written:
                    self._busy = False
                    self._written.notify_all()
            self._rest(began)
            if not self._closing:
                self._hurry.clear()

    def _rest(self, began: float) -> None:
        """Until the next write is due, if there is something to be written."""
        if self._hurry.wait(FRAME - (time.perf_counter() - began)) or not self._queue:
            return
        self._wake.clear()
        newest, before = self._queue[-1].at, self._queue[-2].at if len(self._queue) > 1 else self._last
        if not self._hurry.is_set() and is_awaited(clock.now(), newest, before):
            self._wake.wait(SOON)
        self._wake.set()

    def _take(self) -> bytes:
        batch = [self._queue.popleft() for _ in range(len(self._queue))]
        self._last = batch[-1].at if batch else self._last
        try:
            return wire.encode_many(batch)
        except _NO_JSON:
            return b"".join(map(_encoded, batch))

    def _send(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._fd, rest) :]


def is_awaited(now: float, newest: float, before: float) -> bool:
    """Whether the next event is about to come, if it comes as long after the newest as that after the one before."""
    return now < 2 * newest - before <= now + SOON


def _encoded(stamped: Stamped) -> bytes:
    try:
        return wire.encode(stamped)
    except _NO_JSON as error:
        notice = Notice("warning", f"{name_of(stamped.event)} cannot be sent: {error}")
        return wire.encode(Stamped(stamped.at, notice))
