"""Plays the events and controls of one reply onto a connection, in order and in time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import assert_never

from tests.model_server.connection import Connection
from tests.model_server.record import Gate, Request, Sent
from tests.model_server.script import Cut, Pace, Pause, Reset, Stall, Status, Wait
from tests.model_server.wire import Frame, Op, error_status

_BATCH = 64 * 1024
"""Bytes in one write when there is no pace: as much as a client reads at once."""


class Player:
    """The way of one reply to its client."""

    def __init__(self, connection: Connection, request: Request, gate: Callable[[str], Gate], pace: float) -> None:
        self._connection, self._request, self._gate = connection, request, gate
        self._pace = pace
        self._due = time.monotonic()
        self._batch: list[Frame] = []
        self._size = 0

    async def play(self, ops: Sequence[Op]) -> bool:
        """Send everything; whether the connection may serve another request. Raises ConnectionError."""
        for op in ops:
            if isinstance(op, Frame):
                await self._add(op)
                continue
            await self._flush()
            match op:
                case Pace(per_second):
                    self._pace = per_second
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                case Wait(gate):
                    await self._gate(gate).wait()
                case Stall():
                    await asyncio.Event().wait()
                case Reset():
                    self._connection.reset()
                    return False
                case Cut():
                    if self._streaming:
                        await self._connection.end_stream()
                    return False
                case Status():
                    await self._send_status(op)
                    return True
                case _:
                    assert_never(op)
            self._due = time.monotonic()
        await self._flush()
        await self._connection.end_stream()
        return True

    @property
    def _streaming(self) -> bool:
        return self._request.first_byte_at is not None

    async def _add(self, frame: Frame) -> None:
        self._batch.append(frame)
        self._size += len(frame.data)
        if self._pace and frame.delta:
            self._due += 1 / self._pace
            await asyncio.sleep(self._due - time.monotonic())
            await self._flush()
        elif self._size >= _BATCH:
            await self._flush()
            # A client that reads fast enough never makes `write` wait, and its leaving must be noticed.
            await asyncio.sleep(0)

    async def _flush(self) -> None:
        if not self._batch:
            return
        if not self._streaming:
            self._request.first_byte_at = time.monotonic()
            await self._connection.begin_stream(f"req_{self._request.index}")
        data, deltas = b"".join(frame.data for frame in self._batch), [frame.delta for frame in self._batch]
        self._batch, self._size = [], 0
        now = time.monotonic()
        await self._connection.write(data)
        self._request.sent += [Sent(*delta, now) for delta in deltas if delta]

    async def _send_status(self, status: Status) -> None:
        default = error_status(status.code, f"The server answered {status.code}")
        body = default.body if status.body is None else status.body
        headers = {"x-request-id": f"req_{self._request.index}", **status.headers}
        self._request.first_byte_at = time.monotonic()
        await self._connection.send_json(status.code, body or "", headers)
