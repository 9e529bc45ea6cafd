"""The conversation as the SDK's session: it reads and saves here, and every save becomes an event."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
from agents import SessionSettings
from agents.items import TResponseInputItem

from tui import events as e
from tui.conversation import Conversation
from tui.engine.items import plain_json


class Memory:
    """An SDK `Session` over `conversation`, for one run: after `close` the run's stragglers save nothing more.

    `emit` must apply each event to `conversation`, which is what makes a save take effect.
    """

    def __init__(self, session_id: str, conversation: Conversation, emit: Callable[[e.Event], None]) -> None:
        self.session_id = session_id
        self.session_settings: SessionSettings | None = None
        self._conversation, self._emit = conversation, emit
        self._closed = False

    def close(self) -> None:
        self._closed = True

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        items = self._conversation.items
        if limit is not None:
            items = items[-limit:] if limit > 0 else []
        return cast("list[TResponseInputItem]", [dict(item) for item in items])

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        if items and not self._closed:
            self._emit(e.ConversationExtended(tuple(_plain(item) for item in items)))

    async def pop_item(self) -> TResponseInputItem | None:
        """The SDK takes back a save that it is about to repeat; only the items here change, no event tells it."""
        if self._closed or not self._conversation.items:
            return None
        return cast("TResponseInputItem", self._conversation.items.pop())

    async def clear_session(self) -> None:
        if not self._closed:
            self._emit(e.ConversationCleared())


def _plain(item: object) -> dict[str, Any]:
    """The item as JSON data, without objects of the SDK."""
    plain: dict[str, Any] = msgspec.json.decode(plain_json(item))
    return plain
