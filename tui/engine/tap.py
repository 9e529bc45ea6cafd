"""A tap on the client's streams: reads server-sent events off the bytes, and takes the deltas out at less cost.

The client asks a private method of its own for what decodes a stream. Where that is not as expected, nothing here is
ever called, and the client reads its streams as it always does; `AGENTS_TUI_FAST=0` has the same effect.
"""

import functools
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal

import openai
from agents import Model, OpenAIChatCompletionsModel, OpenAIResponsesModel
from openai import AsyncOpenAI
from openai._streaming import SSEDecoder

from tui.engine.deltas import Delta, client_event_of, delta_of, merged, piece_of
from tui.engine.sdk_import import SWITCH
from tui.engine.short_way import ShortWay
from tui.engine.splice import Splice
from tui.engine.sse import Splitter, lines_of

_KINDS: Final[dict[type[Model], Literal["responses", "chat"]]] = {
    OpenAIResponsesModel: "responses",
    OpenAIChatCompletionsModel: "chat",
}
_MAJOR = "3."
"""Of the client whose private names these are."""


def tap_on(model: Model, splice: Splice, way: ShortWay | None) -> "Tap | None":
    """For the stream of one try of a request to this model, if it is of a kind that can be tapped."""
    kind = _KINDS.get(type(model))
    if kind is None or os.environ.get(SWITCH) == "0" or not _installed():
        return None
    return Tap(kind, splice, way)


@functools.cache
def _installed() -> bool:
    """Let the client's streams of a request made within `Tap.offered` be read here."""
    make = getattr(AsyncOpenAI, "_make_sse_decoder", None)
    process = getattr(AsyncOpenAI, "_process_response_data", None)
    if not openai.__version__.startswith(_MAJOR) or make is None or process is None:
        return False
    if not all(hasattr(SSEDecoder, name) for name in ("decode", "aiter_bytes")):
        return False

    @functools.wraps(make)
    def make_sse_decoder(self: AsyncOpenAI) -> Any:
        theirs, tap = make(self), _offered.get()
        return theirs if tap is None or type(theirs) is not SSEDecoder else tap.decoder(theirs)

    @functools.wraps(process)
    def process_response_data(self: AsyncOpenAI, *, data: Any, **options: Any) -> Any:
        return data.made if isinstance(data, _Made) else process(self, data=data, **options)

    AsyncOpenAI._make_sse_decoder = make_sse_decoder  # type: ignore[method-assign, assignment]  # noqa: SLF001
    AsyncOpenAI._process_response_data = process_response_data  # type: ignore[method-assign, assignment]  # noqa: SLF001
    return True


class Tap:
    """On the streams of one request's tries. `way` is where deltas may go past the SDK, if anywhere."""

    def __init__(self, kind: Literal["responses", "chat"], splice: Splice, way: ShortWay | None) -> None:
        self._kind, self._splice, self._way = kind, splice, way
        self.heard: Callable[[], None] = lambda: None
        """Called when deltas are taken out, which the model's stream then does not bring."""
        self.came: Any = None
        """The last event that the model's stream brought."""
        self._merged: str | None = None
        """What the model's stream will bring once more, in one piece."""

    @contextmanager
    def offered(self) -> Iterator[None]:
        """The stream of a request that is made within is tapped."""
        token = _offered.set(self)
        try:
            yield
        finally:
            _offered.reset(token)

    def decoder(self, theirs: SSEDecoder) -> Any:
        """What decodes the bytes of one stream; `theirs` does it for all that is no delta."""
        _offered.set(None)
        if self._kind == "responses":
            return _ResponsesDecoder(theirs, self)
        return theirs if self._way is None else _ChatDecoder(theirs, self)

    def is_told(self, event: Any) -> bool:
        """Whether the event only repeats what went the short way. To be asked of each that the stream brings."""
        said, self._merged = self._merged, None
        if said is not None and getattr(event, "delta", None) == said:
            return True
        self.came = event
        return False

    async def is_clear(self) -> bool:
        """Whether deltas may be told now."""
        return self._way is not None and await self._way.is_clear()

    def tell(self, deltas: list[Delta]) -> None:
        """These go the short way."""
        assert self._way is not None
        self.heard()
        for delta in deltas:
            for shown in self._splice.take(delta):
                self._way.tell(shown)

    def repeats(self, text: str) -> None:
        """The model's stream will bring this in one piece, which was told in several."""
        self._merged = text


_offered: ContextVar[Tap | None] = ContextVar("tap", default=None)


class _Made:
    """In the place of an event's data: what the client is to make of it."""

    def __init__(self, made: Any) -> None:
        self.made = made


class _Event:
    """As the client's `ServerSentEvent`, with data that is decoded already."""

    event = None
    data = ""

    def __init__(self, decoded: Any) -> None:
        self._decoded = decoded

    def json(self) -> Any:
        return self._decoded


class _Decoder:
    """Decodes a stream as `theirs` does, on whole events."""

    def __init__(self, theirs: SSEDecoder, tap: Tap) -> None:
        self._theirs, self._tap = theirs, tap

    async def aiter_bytes(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        """The events, as the client wants them."""
        splitter = Splitter()
        async for chunk in chunks:
            for block in splitter.feed(chunk):
                if not await self._keeps(block):
                    for event in (*await self._pass_on(), *self._end(), *self._plain(block)):
                        yield event
            for event in await self._pass_on():
                yield event
        for event in (*self._end(), *self._plain(bytes(splitter.rest))):  # what is not whole may yet be no text either
            yield event

    async def _keeps(self, block: bytes) -> bool:
        """Whether the event is a delta, kept until `_pass_on`."""
        raise NotImplementedError

    async def _pass_on(self) -> Sequence[Any]:
        """Let the deltas that were kept go the short way; what the client is to get instead."""
        raise NotImplementedError

    def _end(self) -> Sequence[Any]:
        """What the client is to get before something else than a delta comes."""
        return ()

    def _plain(self, block: bytes) -> Iterator[Any]:
        for line in lines_of(block):
            event = self._theirs.decode(line.decode())
            if event:
                yield event


class _ResponsesDecoder(_Decoder):
    """Deltas go the short way, those of one read together, or on as objects of the client's own."""

    def __init__(self, theirs: SSEDecoder, tap: Tap) -> None:
        super().__init__(theirs, tap)
        self._kept: list[tuple[bytes, Delta]] = []

    async def _keeps(self, block: bytes) -> bool:
        delta = delta_of(block)
        if delta is None:
            return False
        self._kept.append((block, delta))
        return True

    async def _pass_on(self) -> Sequence[Any]:
        if not self._kept:
            return ()
        kept, self._kept = self._kept, []
        if await self._tap.is_clear():
            self._tap.tell([delta for _, delta in kept])
            return ()
        return [event for block, delta in kept for event in self._for_client(block, delta)]

    def _for_client(self, block: bytes, delta: Delta) -> Iterator[Any]:
        made = client_event_of(block, delta)
        return self._plain(block) if made is None else iter((_Event(_Made(made)),))


class _ChatDecoder(_Decoder):
    """A chunk that says more of what the one before it said goes the short way; the SDK, which adds them all up, gets
    those of one kind that follow each other as one."""

    def __init__(self, theirs: SSEDecoder, tap: Tap) -> None:
        super().__init__(theirs, tap)
        self._before: tuple[str, int] | None = None
        """Kind and call of the last chunk."""
        self._kept: list[Delta] = []
        self._told: list[str] = []
        self._last = b""
        """The newest chunk that was told."""

    async def _keeps(self, block: bytes) -> bool:
        piece = piece_of(block)
        before, self._before = self._before, None if piece is None else (piece.type, piece.call)
        came = self._tap.came
        if piece is None or self._before != before or getattr(came, "type", "") != piece.type:
            return False
        if not self._kept and not await self._tap.is_clear():
            return False
        self._kept.append(Delta(piece.type, piece.text, came.output_index))
        self._told.append(piece.text)
        self._last = block
        return True

    async def _pass_on(self) -> Sequence[Any]:
        kept, self._kept = self._kept, []
        if kept:
            self._tap.tell(kept)
        return ()

    def _end(self) -> Sequence[Any]:
        """What was told, for the SDK."""
        if not self._told:
            return ()
        text, self._told = "".join(self._told), []
        self._tap.repeats(text)
        return (_Event(merged(self._last, text)),)
