"""Pipe ends on the running event loop: lines in, bytes out, never blocking."""

import asyncio
import os
from collections.abc import Callable
from typing import IO

_LONGEST = 1 << 26
"""Bytes of one line; beyond it the line is cut there, since nothing sane is that long."""


class Lines(asyncio.Protocol):
    """Reads a pipe and passes on whole lines, without their newline, in the batches in which they came."""

    def __init__(self, lines: Callable[[list[bytes]], None], end: Callable[[], None] | None) -> None:
        self._lines = lines
        self._end = end
        self._rest: list[bytes] = []
        self._size = 0

    @classmethod
    async def open(
        cls,
        pipe: int | IO[bytes],
        lines: Callable[[list[bytes]], None],
        end: Callable[[], None] | None = None,
    ) -> "Lines":
        """Read from a descriptor (taken over) until it closes; then `end` is called, after the last lines.

        With `end` the lines are messages: one that the writer did not live to finish is none.
        """
        file = os.fdopen(pipe, "rb", 0) if isinstance(pipe, int) else pipe
        loop = asyncio.get_running_loop()
        _, protocol = await loop.connect_read_pipe(lambda: cls(lines, end), file)
        return protocol

    def data_received(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join((*self._rest, whole[0]))
            self._rest.clear()
            self._size = 0
        self._rest.append(rest)
        self._size += len(rest)
        if self._size > _LONGEST:
            whole.append(b"".join(self._rest))
            self._rest.clear()
            self._size = 0
        if whole:
            self._lines(whole)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        rest = b"".join(self._rest)
        if self._end is not None:
            self._end()
        elif rest:
            self._lines([rest])


class Sink(asyncio.BaseProtocol):
    """Writes to a pipe; what the reader does not take yet is buffered, what it can no longer take is dropped."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None

    @classmethod
    async def open(cls, fd: int) -> "Sink":
        """Write to a descriptor, which is taken over."""
        loop = asyncio.get_running_loop()
        _, sink = await loop.connect_write_pipe(cls, os.fdopen(fd, "wb", 0))
        return sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()
        self._transport = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
