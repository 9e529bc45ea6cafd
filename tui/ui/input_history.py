"""What was sent before, walked through with Up and Down; edits made on the way stay where they were made."""

from typing import Final

_LIMIT: Final = 500
"""Entries kept."""


class InputHistory:
    """Sent texts, oldest first, with the unsent draft behind the newest."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._edits: dict[int, str] = {}
        """What stands at a position instead of the sent text: the draft, at the end, and edited entries."""
        self._at = 0

    @property
    def newest(self) -> str:
        """The text added last; empty before the first."""
        return self._sent[-1] if self._sent else ""

    def older(self, shown: str) -> str | None:
        """The entry before the one shown, whose text is now `shown`; None at the oldest."""
        return self._walk(shown, -1)

    def newer(self, shown: str) -> str | None:
        """The entry after the one shown, at last the draft; None at the draft."""
        return self._walk(shown, 1)

    def add(self, text: str) -> None:
        """Take a text that leaves the input, and end the walk. What else was typed and not sent is kept before it."""
        self._edits.pop(self._at, None)
        for kept in (*(self._edits[index] for index in sorted(self._edits)), text):
            if kept.strip() and kept != self.newest:
                self._sent.append(kept)
        del self._sent[:-_LIMIT]
        self._edits.clear()
        self._at = len(self._sent)

    def _walk(self, shown: str, step: int) -> str | None:
        to = self._at + step
        if not 0 <= to <= len(self._sent):
            return None
        if shown == self._original(self._at):
            self._edits.pop(self._at, None)
        else:
            self._edits[self._at] = shown
        self._at = to
        return self._edits.get(to, self._original(to))

    def _original(self, index: int) -> str:
        return self._sent[index] if index < len(self._sent) else ""
