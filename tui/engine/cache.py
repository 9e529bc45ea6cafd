"""Answers that were given before: an identical request is answered from disk, as a stream and without the network.

A file holds the bytes of one whole stream of server-sent events, then a comment line with their digest; a file that
does not end so, because it was cut or touched, is as good as none. What is looked up is a digest of method, URL and
body: neither keys nor any other header are read or kept.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import platformdirs
from agents import Agent

from tui import events as e
from tui.engine.connect import Connection
from tui.engine.sending import withheld
from tui.engine.sse import Splitter, meaning_of
from tui.engine.transports import clients_of, interpose

LIMIT = 200 * 1024 * 1024
"""Bytes on disk; the files that were not used for longest go first."""

LONGEST = 16 * 1024 * 1024
"""Bytes of one answer; a longer one is not kept."""

_CHUNK = 16 * 1024
_MARK = b": sha256 "
_VOLATILE = ("prompt_cache_key", "safety_identifier", "user", "metadata")
"""Fields of a request that name who asks, and change no answer; the first is new in every session."""


def responses_folder() -> Path:
    """Where answers are kept; it may not exist."""
    return Path(platformdirs.user_cache_dir("agents-tui", appauthor=False)) / "responses"


def digest_of(method: str, url: str, body: bytes) -> str | None:
    """What a request is looked up by; None for one whose answer is not kept, since it asks for no stream."""
    try:
        asked = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return None
    if method != "POST" or not isinstance(asked, dict) or not asked.get("stream"):
        return None
    asked = {name: value for name, value in asked.items() if name not in _VOLATILE}
    parts = (method.encode(), url.encode(), msgspec.json.encode(asked, order="deterministic"))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


class Responses:
    """The answers on disk. Nothing here raises because of the disk: an answer is then only not kept or not found."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit

    def find(self, digest: str) -> bytes | None:
        """The whole stream, if it is there and intact."""
        path = self._path(digest)
        try:
            body, _, check = path.read_bytes().rpartition(_MARK)
            if not body or check != _check(body):
                return None
            os.utime(path)
        except OSError:
            return None
        return body

    def keep(self, digest: str, body: bytes) -> None:
        """Write a whole stream, so that it is there as a whole or not at all."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(suffix=".part", dir=self._folder)  # mode 0600
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(body + _MARK + _check(body))
                Path(name).replace(self._path(digest))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
            self._trim()

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.sse"

    def _trim(self) -> None:
        files = [(path.stat(), path) for path in self._folder.iterdir()]
        size = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if size <= self._limit:
                return
            path.unlink(missing_ok=True)
            size -= stat.st_size


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n"


def keep_answers(connection: Connection, agent: Agent[Any], emit: Callable[[e.Event], None]) -> str:
    """Put the cache under the session's requests; one line for the user on what came of it."""
    responses = Responses(responses_folder())
    clients = clients_of(connection.client, agent)
    reached = [interpose(client, lambda inner: CachingTransport(inner, responses, emit)) for client in clients]
    if any(reached):
        return "response cache: an identical request is answered from disk"
    return "response cache: it does nothing here, no request goes to a server that it could answer for"


class CachingTransport(httpx2.AsyncBaseTransport):
    """Answers from `responses` what they hold, passes on the rest to `inner` and keeps what is whole of it."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, responses: Responses, emit: Callable[[e.Event], None]) -> None:
        self._inner, self._responses, self._emit = inner, responses, emit

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        digest = digest_of(request.method, str(request.url), await request.aread())
        if digest is None:
            return await self._inner.handle_async_request(request)
        known = self._responses.find(digest)
        if known is not None:
            await withheld(request)
            self._emit(e.Notice("info", "cached: answered from disk, no request was sent", f"{digest}.sse"))
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Replayed(known))
        request.headers["accept-encoding"] = "identity"  # the bytes are kept as they come
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.status_code == 200 and "content-encoding" not in response.headers:
            response.stream = _Recorded(response.stream, lambda body: self._responses.keep(digest, body))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Replayed(httpx2.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), _CHUNK):
            yield self._body[start : start + _CHUNK]


class _Recorded(httpx2.AsyncByteStream):
    """Passes a body on as it comes, and calls `whole` with all of it once an answer's last event was there."""

    def __init__(self, inner: httpx2.AsyncByteStream, whole: Callable[[bytes], None]) -> None:
        self._inner, self._whole = inner, whole
        self._splitter = Splitter()
        self._events: list[bytes] = []
        self._size = 0
        self._finished = self._over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            if not self._over:
                self._record(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _record(self, chunk: bytes) -> None:
        for event in self._splitter.feed(chunk):
            self._events.append(event)
            self._size += len(event)
            meaning = meaning_of(event)
            self._finished = self._finished or meaning == "finished"
            if meaning == "completed" or (meaning == "done" and self._finished):
                self._over = True
                self._whole(b"".join(self._events))
                return
        if self._size + len(self._splitter.rest) > LONGEST:
            self._over = True
            self._events.clear()
