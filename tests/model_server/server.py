"""The server: listens on the loopback interface, hands each model request its scripted reply and records it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias, cast

from tests.model_server.chat import ChatEncoder
from tests.model_server.connection import Connection, Incoming, WatchedReader
from tests.model_server.player import Player
from tests.model_server.record import Gate, Request
from tests.model_server.responses import ResponsesEncoder
from tests.model_server.script import Reply
from tests.model_server.wire import Encoder, error_status, plan, plan_document

Script: TypeAlias = Sequence[Reply] | Callable[[Request], Reply]

_ENCODERS: dict[str, type[Encoder]] = {
    "/v1/responses": ResponsesEncoder,
    "/v1/chat/completions": ChatEncoder,
}


class ModelServer:
    """A scripted model server, listening while the `async with` block runs.

    `pace` is deltas per second until the script says otherwise, 0 for flat out. `log` is a file to which
    each reply's record is appended as a JSON line when the reply is over. Leaving the block closes all
    connections and raises what a callable script raised.
    """

    def __init__(self, script: Script, *, pace: float = 0, port: int = 0, log: Path | None = None) -> None:
        if not callable(script) and not script:
            raise ValueError("a script needs at least one reply")
        self.requests: list[Request] = []
        """The model requests, in order of arrival."""
        self.request_lines: list[str] = []
        """Everything that was asked for, as `METHOD PATH`."""
        self.connections = 0
        """Connections accepted so far."""
        self._script, self._pace, self._port, self._log = script, pace, port, log
        self._gates: defaultdict[str, Gate] = defaultdict(Gate)
        self._arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as `base_url`."""
        return f"http://127.0.0.1:{self._port}/v1"

    def gate(self, name: str) -> Gate:
        """The gate that `Wait(name)` waits at."""
        return self._gates[name]

    async def request(self, index: int) -> Request:
        """The model request of this index, as soon as it has arrived."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) > index)
        return self.requests[index]

    async def __aenter__(self) -> "ModelServer":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: asyncio.StreamReaderProtocol(WatchedReader(), self._accept), "127.0.0.1", self._port
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self._failures and error is None:
            raise self._failures[0]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = Connection(cast("WatchedReader", reader), writer)
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._served)

    def _served(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failures.append(error)

    async def _serve(self, connection: Connection) -> None:
        try:
            while (incoming := await connection.receive()) and await self._answer(connection, incoming):
                pass
        except ConnectionError:
            pass  # the client left; `Request.disconnected` says so
        finally:
            await connection.close()

    async def _answer(self, connection: Connection, incoming: Incoming) -> bool:
        """Answer one request; whether the connection may serve another."""
        self.request_lines.append(f"{incoming.method} {incoming.path}")
        match incoming.method, incoming.path.split("/")[1:]:
            case "POST", ["v1", *_] if incoming.path in _ENCODERS:
                return await self._reply(connection, incoming)
            case "GET", ["v1", "models"]:
                model = {"id": "scripted", "object": "model", "created": 0, "owned_by": "tests"}
                await connection.send_json(200, {"object": "list", "data": [model]})
            case "GET", ["gates", name]:
                await self.gate(name).reached()
                await connection.send_json(200, {})
            case "POST", ["gates", name]:
                self.gate(name).open()
                await connection.send_json(200, {})
            case "GET", ["requests", index]:
                request = await self.request(int(index))
                await asyncio.shield(request.disconnected)
                await connection.send_json(200, request.as_json())
            case _:
                message = f"Unknown request: {incoming.method} {incoming.path}"
                await connection.send_json(404, error_status(404, message, "invalid_request_error").body)
        return True

    async def _reply(self, connection: Connection, incoming: Incoming) -> bool:
        body = json.loads(incoming.body)
        request = Request(len(self.requests), incoming.path, incoming.headers, body)
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        playing = asyncio.ensure_future(self._play(connection, request))
        try:
            either: set[asyncio.Future[Any]] = {playing, connection.gone}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return playing.done() and playing.result()
        finally:
            served = playing.done() and not playing.exception()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            self._end(request, None if served or not connection.gone.done() else connection.gone.result())

    async def _play(self, connection: Connection, request: Request) -> bool:
        reply = self._next_reply(request)
        encoder = _ENCODERS[request.path](request.index, request.body, reply)
        ops = (plan if request.body.get("stream") else plan_document)(reply, encoder)
        return await Player(connection, request, self.gate, self._pace).play(ops)

    def _next_reply(self, request: Request) -> Reply:
        if callable(self._script):
            return self._script(request)
        return self._script[min(request.index, len(self._script) - 1)]

    def _end(self, request: Request, left_at: float | None) -> None:
        request.disconnected.set_result(left_at)
        if self._log:
            with self._log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(request.as_json()) + "\n")
