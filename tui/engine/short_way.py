"""The short way of deltas: from the bytes of a model's stream straight to the translator of the run, or inner run.

The long way leads through the client's parser, the SDK's handlers and its queues, and costs ten times as much. A delta
takes the short way only when all that came before it has arrived by the long one, so the order stays.
"""

import asyncio
from collections.abc import Callable
from typing import Any

_TURNS = 4
"""Turns of the loop that an event may take to arrive: one by the SDK's queue, three where an agent is a tool."""


class ShortWay:
    """Into one translator, which nobody else shares the events with. `tell` translates a raw event."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self.tell = tell
        self.shared = False
        """Somebody else listens too, who is to get every event from the SDK: all go the long way."""
        self._sent: object = None
        self._seen: object = None

    def begin(self) -> None:
        """A response begins; its first event goes the long way."""
        self._sent = self

    def sent(self, event: object) -> None:
        """This event of the response goes the long way."""
        self._sent = event

    def seen(self, event: object) -> None:
        """This event has come by the long way."""
        self._seen = event

    async def is_clear(self) -> bool:
        """Whether all that went the long way has arrived, once it had the time to."""
        for _ in range(_TURNS):
            if self._seen is self._sent or self._sent is self:
                break
            await asyncio.sleep(0)
        return self._seen is self._sent
