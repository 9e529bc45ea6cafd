"""Large pastes as chips: short stand-ins in the input that become the pasted text again when it is sent."""

import re
from collections.abc import Iterator
from typing import Final

from tui.safety import visible

LONGEST: Final = 2048
"""Characters of a paste that still goes in as it is: beyond, each key would wrap and paint it again."""
MOST_LINES: Final = 20

_CHIP: Final = re.compile(r"\[pasted [\d,]+ characters #\d+\]")


class Pastes:
    """The texts behind the chips of one input."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def collapse(self, text: str) -> str:
        """What to insert for a paste: the text without control characters, or a chip for it."""
        text = visible(text)
        if len(text) <= LONGEST and text.count("\n") < MOST_LINES:
            return text
        chip = f"[pasted {len(text):,} characters #{len(self._texts) + 1}]"
        self._texts[chip] = text
        return chip

    def expand(self, text: str) -> str:
        """The text with each chip replaced by what it stands for."""
        return _CHIP.sub(lambda found: self._texts.get(found[0], found[0]), text) if self._texts else text

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Where the chips of a line begin and end."""
        if self._texts:
            yield from (found.span() for found in _CHIP.finditer(line) if found[0] in self._texts)
