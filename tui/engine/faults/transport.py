"""Faults at the HTTP transport: what a client sees of a server or a network that fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from tui.engine.faults.lab import FaultLab
from tui.engine.sending import withheld
from tui.engine.sse import Splitter, meaning_of
from tui.faultspec import Fault

BAD_LINE = b'data: {"type": "response.outp\n\n'
RETRY_AFTER = 1
"""Seconds that a made-up 429 asks to wait for."""

_CODES = {401: "invalid_api_key", 403: "permission_denied", 404: "not_found", 429: "rate_limit_exceeded"}


def status_response(status: int) -> httpx2.Response:
    """What a server sends with this error status, in the API's form."""
    code = _CODES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    error: dict[str, Any] = {"message": f"{status} made by the fault lab", "type": code, "param": None, "code": code}
    headers = {"retry-after": str(RETRY_AFTER)} if status == 429 else {}
    return httpx2.Response(status, headers=headers, json={"error": error})


def words(fault: Fault) -> str:
    """The fault as the user is told of it."""
    match fault.kind:
        case "status":
            after = f" with Retry-After: {RETRY_AFTER}" if fault.status == 429 else ""
            return f"answered {fault.status}{after}, nothing sent"
        case "refused":
            return "connection refused"
        case "slowfirst":
            return "the first byte comes late"
        case "drop-tool":
            return "dropped a tool call"
        case kind:
            return f"{kind} after {fault.after} deltas"


class FaultyTransport(httpx2.AsyncBaseTransport):
    """Passes requests on to `inner`, but for those that the lab wants to fail."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, lab: FaultLab) -> None:
        self._inner, self._lab = inner, lab

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        fault = self._lab.next_request() if request.method == "POST" else None
        if fault is None:
            return await self._inner.handle_async_request(request)
        if fault.kind in ("status", "refused", "slowfirst"):
            self._lab.injected(words(fault))
        match fault.kind:
            case "status":
                await withheld(request)
                return status_response(fault.status)
            case "refused":
                await withheld(request)
                raise httpx2.ConnectError("Connection refused")
            case "slowfirst":
                await self._lab.be_late()
                return await self._inner.handle_async_request(request)
            case _:
                return await self._broken(request, fault)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _broken(self, request: httpx2.Request, fault: Fault) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"  # the deltas are counted in the bytes as they come
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.status_code == 200:
            limit = request.extensions.get("timeout", {}).get("read")
            response.stream = _BrokenStream(response.stream, fault, self._lab, limit)
        else:
            self._lab.unmet(fault)
        return response


class _BrokenStream(httpx2.AsyncByteStream):
    """A body that fails at the fault's point. `limit`: seconds without a byte that the client puts up with."""

    def __init__(self, inner: httpx2.AsyncByteStream, fault: Fault, lab: FaultLab, limit: float | None) -> None:
        self._inner, self._fault, self._lab, self._limit = inner, fault, lab, limit
        self._pending = True
        """The fault's point is still to come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        deltas = 0
        async for event in self._events():
            meaning = meaning_of(event)
            if meaning in ("completed", "done"):
                self._pass_on()  # now, since a client may never ask for more than this
            yield event
            deltas += meaning == "delta"
            if not self._pending or deltas < self._fault.after:
                continue
            self._pending = False
            await asyncio.sleep(0)  # lets those who read the stream tell first what came before
            self._lab.injected(words(self._fault))
            match self._fault.kind:
                case "cut":
                    return
                case "reset":
                    raise httpx2.ReadError("Connection reset by peer")
                case "stall":
                    await self._lab.stall(self._limit)
                    raise httpx2.ReadTimeout("no byte came in time")
                case _:
                    yield BAD_LINE

    async def aclose(self) -> None:
        self._pass_on()
        await self._inner.aclose()

    def _pass_on(self) -> None:
        """The answer is over before the fault's point."""
        if self._pending:
            self._pending = False
            self._lab.unmet(self._fault)

    async def _events(self) -> AsyncIterator[bytes]:
        """Nothing, so that a fault may come before the first; then whole events; then what is no whole one."""
        yield b""
        splitter = Splitter()
        async for chunk in self._inner:
            for event in splitter.feed(chunk):
                yield event
        yield bytes(splitter.rest)
