"""Events on their way out of the engine: stamped and queued by any thread, written to the pipe by one of its own.

The writer sets the screen's pace: at once after a quiet moment, else one write a frame, since waking the reader costs
it more than parsing does. A full pipe holds up the writer, never the agent.
"""

import os
import threading
import time
from collections import deque

from tui import wire
from tui.engine import clock
from tui.events import Event, Notice, name_of
from tui.wire import Stamped

FRAME = 1 / 50
"""Seconds between two writes: what an eye takes for motion, and half of it is what a delta waits on the average."""

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
            self._hurry.wait(FRAME - (time.perf_counter() - began))
            if not self._closing:
                self._hurry.clear()

    def _take(self) -> bytes:
        batch = [self._queue.popleft() for _ in range(len(self._queue))]
        try:
            return wire.encode_many(batch)
        except _NO_JSON:
            return b"".join(map(_encoded, batch))

    def _send(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._fd, rest) :]


def _encoded(stamped: Stamped) -> bytes:
    try:
        return wire.encode(stamped)
    except _NO_JSON as error:
        notice = Notice("warning", f"{name_of(stamped.event)} cannot be sent: {error}")
        return wire.encode(Stamped(stamped.at, notice))
