"""The engine's own connections: the same data, errors and ends as by those that they stand for."""

import asyncio
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpcore2
import httpx2
import pytest
import trustme
from openai import AsyncOpenAI

from tui.commands import Open
from tui.engine.builtin import storyteller
from tui.engine.connect import connect
from tui.engine.network import QuickBackend
from tui.engine.sdk_import import SWITCH
from tui.engine.transports import use_backend

AUTHORITY = trustme.CA()
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@asynccontextmanager
async def serving(talk: Talk, *, tls: bool = False) -> AsyncIterator[int]:
    """A server on a port of its own that talks like this; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    if context is not None:
        AUTHORITY.issue_cert("localhost").configure_cert(context)
    ends: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(writer)
        await talk(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in ends:
            each.transport.abort()


async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Repeat a line, then end."""
    writer.write(b"said " + await reader.readline())
    await writer.drain()
    writer.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Nothing, until the other end is closed."""
    await reader.read()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a line with a reset."""
    await reader.readline()
    option = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # linger for no time
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
    writer.transport.abort()


async def opened(port: int, *, tls: bool) -> httpcore2.AsyncNetworkStream:
    stream = await QuickBackend().connect_tcp("127.0.0.1", port, 5)
    return await stream.start_tls(trusting(), "localhost", 5) if tls else stream


@pytest.mark.parametrize("tls", [False, True])
async def test_what_is_written_arrives_and_what_is_answered_is_read_to_the_end(tls: bool) -> None:
    async with serving(says, tls=tls) as port:
        stream = await opened(port, tls=tls)
        await stream.write(b"hello\n", 5)
        assert await stream.read(4, 5) == b"said"
        assert await stream.read(100, 5) == b" hello\n"
        assert await stream.read(100, 5) == b""
        assert stream.get_extra_info("is_readable"), "the pool asks this before it sends on a connection at rest"
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        assert (stream.get_extra_info("ssl_object") is not None) is tls
        await stream.aclose()


@pytest.mark.parametrize("tls", [False, True])
async def test_a_connection_that_is_left_is_closed_for_the_server_at_once(tls: bool) -> None:
    ended = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"begin")
        with suppress(ConnectionError, ssl.SSLError):
            await reader.read()
        ended.set()

    async with serving(talk, tls=tls) as port:
        stream = await opened(port, tls=tls)
        assert await stream.read(100, 5) == b"begin"
        assert not stream.get_extra_info("is_readable")
        await stream.aclose()
        await asyncio.wait_for(ended.wait(), 5)
        await stream.aclose()


async def test_hanging_up_cuts_what_is_being_read_and_leaves_what_is_at_rest() -> None:
    ended = asyncio.Queue[bytes]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = await reader.readline()
        writer.write(name)
        with suppress(ConnectionError):
            await reader.read()
        ended.put_nowait(name)

    async with serving(talk) as port:
        backend = QuickBackend()
        streams = [await backend.connect_tcp("127.0.0.1", port, 5) for _ in range(2)]
        for stream, name in zip(streams, (b"reads\n", b"rests\n"), strict=True):
            await stream.write(name, 5)
            assert await stream.read(100, 5) == name
        reading = asyncio.create_task(streams[0].read(100, 5))
        await asyncio.sleep(0)
        backend.hang_up()
        assert await asyncio.wait_for(ended.get(), 5) == b"reads\n"
        assert await asyncio.wait_for(reading, 5) == b""
        await streams[1].aclose()
        assert await asyncio.wait_for(ended.get(), 5) == b"rests\n"


@pytest.mark.parametrize("tls", [False, True])
async def test_a_server_that_says_nothing_is_waited_for_as_long_as_asked(tls: bool) -> None:
    async with serving(silent, tls=tls) as port:
        stream = await opened(port, tls=tls)
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(100, 0.01)
        await stream.aclose()


async def test_a_server_that_takes_nothing_is_waited_for_as_long_as_asked() -> None:
    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        await asyncio.get_running_loop().create_future()

    async with serving(deaf) as port:
        stream = await opened(port, tls=False)
        with pytest.raises(httpcore2.WriteTimeout):
            await stream.write(b"x" * 50_000_000, 0.01)
        await stream.aclose()


async def test_a_connection_that_is_reset_is_a_read_error() -> None:
    async with serving(resets) as port:
        stream = await opened(port, tls=False)
        await stream.write(b"hello\n", 5)
        with pytest.raises(httpcore2.ReadError):
            await stream.read(100, 5)
        await stream.aclose()


async def test_nobody_at_the_port_is_a_connect_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(httpcore2.ConnectError):
        await QuickBackend().connect_tcp("127.0.0.1", port, 5)
    with pytest.raises(httpcore2.ConnectError):
        await QuickBackend().connect_unix_socket("/nowhere/at/all", 5)


async def test_a_connection_that_takes_too_long_is_a_connect_timeout() -> None:
    async with serving(silent) as port:
        with pytest.raises(httpcore2.ConnectTimeout):
            await QuickBackend().connect_tcp("127.0.0.1", port, 0)
        stream = await QuickBackend().connect_tcp("127.0.0.1", port, 5)
        with pytest.raises(httpcore2.ConnectTimeout):
            await stream.start_tls(trusting(), "localhost", 0.01)


async def test_a_certificate_that_nobody_vouches_for_is_a_connect_error() -> None:
    async with serving(says, tls=True) as port:
        stream = await QuickBackend().connect_tcp("127.0.0.1", port, 5)
        with pytest.raises(httpcore2.ConnectError, match="certificate"):
            await stream.start_tls(ssl.create_default_context(), "localhost", 5)


async def test_sockets_get_their_options_and_may_be_files() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "socket")
        server = await asyncio.start_unix_server(says, path)
        option = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        stream = await QuickBackend().connect_unix_socket(path, 5, [option])
        assert stream.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        await stream.write(b"hello\n", 5)
        assert await stream.read(100, 5) == b"said hello\n"
        await stream.aclose()
        server.close()


async def test_the_clients_own_pool_speaks_http_over_it() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        await writer.drain()

    async with serving(answer, tls=True) as port:
        client = AsyncOpenAI(api_key="k", http_client=httpx2.AsyncClient(verify=trusting(), trust_env=False))
        assert use_backend(client, QuickBackend())
        assert not use_backend(client, QuickBackend()), "it has one that is not httpcore2's own choice"
        async with client._client as http:
            assert (await http.get(f"https://localhost:{port}/")).text == "hello"


async def test_only_what_is_known_gets_another_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    mock = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))
    assert not use_backend(AsyncOpenAI(api_key="k", http_client=mock), QuickBackend())

    options = Open(session="s", agent="", base_url="http://127.0.0.1:9/v1")
    for switch, used in (("1", True), ("0", False)):
        monkeypatch.setenv(SWITCH, switch)
        connection = connect(options, storyteller())
        assert connection.client is not None
        layer = connection.client._client._transport
        pool = vars(layer)["_inner"]._pool
        assert isinstance(pool._network_backend, QuickBackend) is used
        await connection.close()
