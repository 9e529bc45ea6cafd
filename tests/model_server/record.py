"""What the server saw: one `Request` per model request, and the gates a script waits at."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["text", "refusal", "reasoning", "arguments"]


class Sent(NamedTuple):
    """A delta handed to the network at `at` (seconds, `time.monotonic`, the same clock in all processes)."""

    kind: Kind
    text: str
    at: float


@dataclass(eq=False, slots=True)
class Request:
    """A model request and how its reply went. Times are seconds of `time.monotonic`."""

    index: int
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Mapping[str, Any]
    received_at: float = field(default_factory=time.monotonic)
    first_byte_at: float | None = None
    sent: list[Sent] = field(default_factory=list)
    """Streamed deltas only; a reply without `stream` leaves it empty."""
    disconnected: asyncio.Future[float | None] = field(default_factory=asyncio.Future)
    """Resolves when the reply is over: to the time at which the client was seen to leave before its end,
    or to None when the server ended it."""

    @property
    def text(self) -> str:
        """The answer text that was sent."""
        return "".join(sent.text for sent in self.sent if sent.kind == "text")

    def as_json(self) -> dict[str, Any]:
        """The record as JSON data; `ended` tells a running reply from one the server ended."""
        return {
            "index": self.index,
            "path": self.path,
            "headers": dict(self.headers),
            "body": self.body,
            "received_at": self.received_at,
            "first_byte_at": self.first_byte_at,
            "sent": self.sent,
            "ended": self.disconnected.done(),
            "disconnected_at": self.disconnected.result() if self.disconnected.done() else None,
        }


class Gate:
    """A point in a script at which the server waits for the test."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._opened = asyncio.Event()

    def open(self) -> None:
        """Let this and every later reply pass."""
        self._opened.set()

    async def reached(self) -> None:
        """Return once a reply has come to the gate; all that precedes it has been sent by then."""
        await self._reached.wait()

    async def wait(self) -> None:
        """Mark the gate as reached and return once it is open."""
        self._reached.set()
        await self._opened.wait()
