"""What goes out to a model, told when it does: the body of every try of a request, then the response's headers.

The body is taken at the HTTP transport, so that it is what the server gets, whatever the SDK and its client made of
the request; headers, which hold keys, are never looked at. A model without such a transport is told of by what it was
asked. A try is matched to its request by the list of input items that the SDK hands to hook and model alike.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any
from weakref import WeakSet

import httpx2
import msgspec
from agents import FunctionTool, Handoff, Model
from openai import AsyncOpenAI

from tui import events as e
from tui.engine.items import plain_json
from tui.engine.short_way import ShortWay
from tui.engine.transports import client_of, http_of, interpose
from tui.requests import compress

_UNTOLD = ("extra_headers", "extra_query", "retry")
"""Settings that may hold keys, or are no part of what the model is asked."""
_UNREADABLE = (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError)
"""What becomes of a body that is not JSON, or cannot be made JSON of."""
_OPENING = ("connect_tcp", "connect_unix_socket", "start_tls", "setup_socks5_connection")
"""Steps of opening a connection, as httpcore2 names them to its trace extension."""


@dataclass(slots=True)
class Bodies:
    """The newest bodies of a session, by agent and model: what the next ones have in common with them is not repeated.

    Each is the name of the request and its entries as JSON.
    """

    _newest: dict[tuple[str, str], tuple[str, list[bytes]]] = field(default_factory=dict)

    def pack(self, run: int, turn: int, attempt: int, agent: str, body: dict[str, Any], url: str) -> e.RequestSent:
        """The event of a body that goes out now."""
        chain = agent, str(body.get("model"))
        base, entries = self._newest.get(chain, ("", []))
        packed = compress(entries, body)
        base = base if packed.kept else ""
        sent = e.RequestSent(run, turn, attempt, packed.body, packed.items, packed.key, base, packed.kept, url)
        self._newest[chain] = sent.name, packed.entries
        return sent


@dataclass(frozen=True, slots=True)
class Asked:
    """A model request that the runner has announced; its tries make `Sending`s."""

    turn: int
    agent: str
    input: Any
    way: ShortWay
    """To who consumes the response's stream."""


class Requests:
    """Of one run, inner runs included."""

    def __init__(self, run: int, bodies: Bodies, emit: Callable[[e.Event], None]) -> None:
        self._run, self._bodies, self._emit = run, bodies, emit
        self._asked: list[Asked] = []
        self._open = True

    def asked(self, turn: int, agent: str, input: Any, way: ShortWay) -> None:
        """The runner is about to hand this input, this very object, to a model."""
        self._asked.append(Asked(turn, agent, input, way))

    def take(self, input: Any) -> Asked | None:
        """The request whose input this is."""
        found = next((one for one in self._asked if one.input is input), None)
        if found is not None:
            self._asked.remove(found)
        return found

    def close(self) -> None:
        """The run is over: nothing more is told, or built upon."""
        self._open = False

    def sent(self, asked: Asked, attempt: int, body: dict[str, Any], url: str) -> None:
        if self._open:
            self._emit(self._bodies.pack(self._run, asked.turn, attempt, asked.agent, body, url))

    def received(self, asked: Asked, attempt: int, response: httpx2.Response, connect: float | None) -> None:
        request_id = response.headers.get("x-request-id", "")
        self._emit(e.ResponseReceived(self._run, asked.turn, attempt, response.status_code, request_id, connect))


@dataclass(slots=True)
class Sending:
    """One try of a request, on its way to the transport."""

    requests: Requests
    asked: Asked
    attempt: int
    told: bool = False

    def sent(self, body: bytes, url: str) -> bool:
        """Tell of the body; whether it is this try's, as only the first that is sent in its course can be."""
        if self.told:
            return False
        self.told = True
        self.requests.sent(self.asked, self.attempt, _content(body), url)
        return True


current: ContextVar[Sending | None] = ContextVar("current", default=None)
"""The try under way; set by the model that makes it, read by the transport below."""

_watched: WeakSet[httpx2.AsyncClient] = WeakSet()


def watch(client: AsyncOpenAI) -> bool:
    """Let the requests of a client be told of. False where it is of another make. A second time changes nothing."""
    http = http_of(client)
    if http is None:
        return False
    if http in _watched:
        return True
    watched = interpose(client, WatchedTransport)
    if watched:
        _watched.add(http)
    return watched


def carries(model: Model) -> bool:
    """Whether a transport will tell of this model's requests."""
    client = client_of(model)
    return client is not None and watch(client)


async def withheld(request: httpx2.Request) -> None:
    """Tell of a request that is answered without being sent: its body, and no address."""
    sending = current.get()
    if sending is not None:
        sending.sent(await request.aread(), "")


class WatchedTransport(httpx2.AsyncBaseTransport):
    """Passes requests on to `inner` and tells of them."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sending = current.get()
        address = str(request.url.copy_with(query=None, userinfo=b""))  # both may hold keys
        if sending is None or request.method != "POST" or not sending.sent(await request.aread(), address):
            return await self._inner.handle_async_request(request)
        opening = _Opening(request.extensions.get("trace"))
        request.extensions = {**request.extensions, "trace": opening}
        response = await self._inner.handle_async_request(request)
        sending.requests.received(sending.asked, sending.attempt, response, opening.seconds)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Opening:
    """Takes the time that opening a connection takes, as httpcore2's trace extension. `theirs` is called too."""

    def __init__(self, theirs: Any) -> None:
        self._theirs = theirs
        self._began = 0.0
        self.seconds: float | None = None
        """None where the transport is of another make and has told nothing."""

    async def __call__(self, name: str, info: dict[str, Any]) -> None:
        step, _, moment = name.rpartition(".")
        self.seconds = self.seconds or 0.0
        if step.rpartition(".")[2] in _OPENING:
            now = time.perf_counter()
            if moment == "started":
                self._began = now
            else:
                self.seconds += now - self._began
        if self._theirs is not None:
            await self._theirs(name, info)


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(body)
    except _UNREADABLE as error:
        return {"unreadable": str(error)}
    return content if isinstance(content, dict) else {"unreadable": "not an object"}


def body_of_arguments(
    model: str, instructions: str | None, input: list[Any], settings: Any, tools: Any, handoffs: Any
) -> dict[str, Any]:
    """What a model without HTTP is asked, in the form of a body of the Responses API."""
    given = {each.name: getattr(settings, each.name) for each in fields(settings) if each.name not in _UNTOLD}
    body = {
        "model": model,
        "instructions": instructions,
        "input": input,
        "tools": [_tool(tool) for tool in (*tools, *handoffs)],
        **{name: value for name, value in given.items() if value is not None},
    }
    try:
        return _content(plain_json(body).encode())
    except _UNREADABLE as error:
        return {"model": model, "unreadable": str(error)}


def _tool(tool: Any) -> dict[str, Any]:
    match tool:
        case FunctionTool(name=name, description=description, params_json_schema=schema):
            pass
        case Handoff(tool_name=name, tool_description=description, input_json_schema=schema):
            pass
        case _:
            return {"type": str(getattr(tool, "name", type(tool).__name__))}
    return {"type": "function", "name": name, "description": description, "parameters": schema}
