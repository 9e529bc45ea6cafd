"""One HTTP/1.1 connection of the server: reads requests, writes bodies, and notices at once when the peer leaves."""

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple


class Incoming(NamedTuple):
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class WatchedReader(asyncio.StreamReader):
    """A stream reader whose `gone` resolves, to the time, as soon as the peer closes or resets.

    Reading ahead to see the end of file would take the first bytes of the next request.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gone: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def feed_eof(self) -> None:
        super().feed_eof()
        self._mark()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self._mark()

    def _mark(self) -> None:
        if not self.gone.done():
            self.gone.set_result(time.monotonic())


class Connection:
    """Reads requests and writes replies. Writing raises ConnectionError once the peer has left."""

    def __init__(self, reader: WatchedReader, writer: asyncio.StreamWriter) -> None:
        self.gone = reader.gone
        self._reader, self._writer = reader, writer
        # Nothing may linger in the process: what was written counts as sent.
        writer.transport.set_write_buffer_limits(high=0)

    async def receive(self) -> Incoming | None:
        """The next request, or None once the peer has closed."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            request_line, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        method, path, _ = request_line.split(" ")
        return Incoming(method, path, headers, body)

    async def begin_stream(self, request_id: str) -> None:
        """Send the headers of an event stream of unknown length."""
        self._head(200, {"content-type": "text/event-stream; charset=utf-8", "x-request-id": request_id})
        await self._writer.drain()

    async def write(self, data: bytes) -> None:
        """Send a piece of the stream and return once the network has taken all of it."""
        self._writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self._writer.drain()

    async def end_stream(self) -> None:
        """End the stream in order; the connection may be used again."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def send_json(self, status: int, body: str | object, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole reply: `body` is JSON text or data."""
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        length = {"content-type": "application/json", "content-length": str(len(data))}
        self._head(status, {**length, **(headers or {})}, chunked=False)
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Send a TCP reset: closing with a linger time of 0 does."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close; at once if the peer has stopped reading in the middle of a write."""
        if self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()
        else:
            self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def _head(self, status: int, headers: Mapping[str, str], *, chunked: bool = True) -> None:
        framing = {"transfer-encoding": "chunked"} if chunked else {}
        lines = [f"{name}: {value}\r\n" for name, value in {**headers, **framing}.items()]
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = ""
        self._writer.write(f"HTTP/1.1 {status} {reason}\r\n{''.join(lines)}\r\n".encode("latin-1"))
