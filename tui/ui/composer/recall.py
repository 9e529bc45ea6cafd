"""What was entered before, to go back through: the draft is kept, and what it begins with selects."""


class Recall:
    """A walk through `entries`, oldest first, from a draft that is not lost."""

    def __init__(self, entries: list[str]) -> None:
        self.entries = entries
        self._draft = ""
        self._at: int | None = None
        """The index of the entry shown; None outside of a walk."""

    def add(self, text: str) -> None:
        """Remember an entry, unless it repeats the last one; ends a walk."""
        self._at = None
        if self.entries[-1:] != [text]:
            self.entries.append(text)

    def older(self, current: str) -> str | None:
        """The next older entry that begins as the draft does; None if there is none. `current` is in the input."""
        if not self._walking(current):
            self._draft = current
        start = self._at if self._walking(current) and self._at is not None else len(self.entries)
        for index in range(start - 1, -1, -1):
            if self._wanted(index, current):
                self._at = index
                return self.entries[index]
        return None

    def newer(self, current: str) -> str | None:
        """The next newer one, at last the draft; None outside of a walk."""
        if self._at is None or not self._walking(current):
            return None
        for index in range(self._at + 1, len(self.entries)):
            if self._wanted(index, current):
                self._at = index
                return self.entries[index]
        self._at = None
        return self._draft

    def _walking(self, current: str) -> bool:
        return self._at is not None and self.entries[self._at] == current

    def _wanted(self, index: int, current: str) -> bool:
        entry = self.entries[index]
        return entry != current and entry.startswith(self._draft)
