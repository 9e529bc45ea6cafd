"""Connections by asyncio's own streams: one turn of the loop for each read, where httpcore2's choice takes three.

Its streams arm the socket anew and set a timer and a cancel scope for each chunk, which costs as much as all that is
done with a delta.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpcore2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream

_HAPPY_EYEBALLS: Final = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305, section 5)."""


class QuickBackend(AsyncNetworkBackend):
    """Connects as httpcore2's own does; its errors and time limits are the same."""

    def __init__(self) -> None:
        self._reading: set[asyncio.StreamWriter] = set()
        """Connections on which an answer is waited for, or for more of it."""

    def hang_up(self) -> None:
        """Cut them. Whoever reads had better be cancelled before: the server need not wait that long."""
        for writer in self._reading:
            with suppress(OSError):  # it is cut already
                writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            writer.transport.abort()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        local = None if local_address is None else (local_address, 0)
        with _told_as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            async with asyncio.timeout(timeout):
                streams = await asyncio.open_connection(
                    host, port, local_addr=local, happy_eyeballs_delay=_HAPPY_EYEBALLS
                )
            return _QuickStream(self._reading, *streams, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        with _told_as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            async with asyncio.timeout(timeout):
                streams = await asyncio.open_unix_connection(path)
            return _QuickStream(self._reading, *streams, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _QuickStream(AsyncNetworkStream):
    def __init__(
        self,
        reading: set[asyncio.StreamWriter],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        options: Iterable[Any] | None,
    ) -> None:
        self._reading, self._reader, self._writer = reading, reader, writer
        for option in options or ():
            writer.get_extra_info("socket").setsockopt(*option)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        with _told_as(httpcore2.ReadTimeout, httpcore2.ReadError):
            self._reading.add(self._writer)
            try:
                async with asyncio.timeout(timeout):
                    return await self._reader.read(max_bytes)
            finally:
                self._reading.discard(self._writer)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        with _told_as(httpcore2.WriteTimeout, httpcore2.WriteError):
            self._writer.write(buffer)
            async with asyncio.timeout(timeout):
                await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.transport.abort()  # whoever stops an answer does not wait for the server's leave

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncNetworkStream:
        try:
            with _told_as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                async with asyncio.timeout(timeout):
                    await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "client_addr":
                return self._writer.get_extra_info("sockname")
            case "server_addr":
                return self._writer.get_extra_info("peername")
            case "is_readable":  # asked of a connection at rest, from which nothing but its end can come
                return self._reader.at_eof() or self._writer.is_closing()
            case _:
                return self._writer.get_extra_info(info)


@contextmanager
def _told_as(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:
        raise failed(error) from error
