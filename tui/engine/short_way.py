"""The short way of deltas: from the bytes of a model's stream straight to the translator of the run.

The long way leads through the client's parser, the SDK's handlers and its queue, and costs ten times as much. A delta
takes the short way only when all that came before it has arrived by the long one, so the order stays.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class ShortWay:
    """Of one streamed run whose events nobody but us consumes. `tell` translates a raw event."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self.tell = tell
        self._owner: asyncio.Task[Any] | None = None
        self._taken = False
        self._sent: object = None
        self._seen: object = None

    @contextmanager
    def offered(self) -> Iterator[None]:
        """What is started within may take it, once `given`."""
        token = _offered.set(self)
        try:
            yield
        finally:
            _offered.reset(token)

    def given(self, owner: "asyncio.Task[Any] | None") -> None:
        """`owner` is the task that drives the run's models."""
        self._owner = owner

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One response goes it; a model that asks another model does not lead that one's deltas past itself."""
        self._taken = True
        self._sent = self
        try:
            yield
        finally:
            self._taken = False

    def sent(self, event: object) -> None:
        """This event of the response goes the long way."""
        self._sent = event

    def seen(self, event: object) -> None:
        """This event has come by the long way."""
        self._seen = event

    async def is_clear(self) -> bool:
        """Whether all that went the long way has arrived, which takes it a turn of the loop."""
        if self._seen is not self._sent:
            await asyncio.sleep(0)
        return self._seen is self._sent

    def _is_mine(self) -> bool:
        return not self._taken and self._owner is not None and asyncio.current_task() is self._owner


_offered: ContextVar[ShortWay | None] = ContextVar("short way", default=None)
"""Tools inherit it, and may run agents of their own: hence the look at the task."""


def mine() -> ShortWay | None:
    """The short way of the run whose own task this is; elsewhere somebody else consumes the events."""
    way = _offered.get()
    return way if way is not None and way._is_mine() else None  # noqa: SLF001
