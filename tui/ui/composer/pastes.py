"""Long pasted texts, each standing in the input as a short label until it is sent."""

import re
from typing import Final, NamedTuple

_CHARACTERS: Final = 2_000
_LINES: Final = 20
"""From which size on a pasted text is folded away: it would push the prompt itself out of sight."""

_LABEL: Final = re.compile(r"\[pasted [\d,]+ characters #\d+\]")


class Span(NamedTuple):
    """Where a label stands in a line, in characters."""

    start: int
    end: int


class Pastes:
    """The texts behind the labels. None is forgotten: undo and the input's history may bring its label back."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def fold(self, text: str) -> str:
        """The text itself, or the label that stands for a long one."""
        if len(text) <= _CHARACTERS and text.count("\n") < _LINES:
            return text
        for label, known in self._texts.items():
            if known == text:
                return label
        label = f"[pasted {len(text):,} characters #{len(self._texts) + 1}]"
        self._texts[label] = text
        return label

    def expand(self, text: str) -> str:
        """The text with every label in it replaced by what it stands for."""
        if not self._texts:
            return text
        return _LABEL.sub(lambda found: self._texts.get(found[0], found[0]), text)

    def spans(self, line: str) -> list[Span]:
        """The labels in a line."""
        if not self._texts or "[" not in line:
            return []
        return [Span(*found.span()) for found in _LABEL.finditer(line) if found[0] in self._texts]
