"""How fast a growing answer is shown: as it comes, or as fast as one reads. Nothing waits for it."""

import re
from typing import Final

READING: Final = 240.0
"""Words a minute: silent reading of English, 238 on average (Brysbaert 2019, doi 10.1016/j.jml.2019.104047)."""

SLOWEST: Final = 30.0
FASTEST: Final = 6000.0

_WORD: Final = 6
"""Characters of a word and the blank behind it."""

_HEAD: Final = 12
"""Characters shown at once, so that something is."""

_REST: Final = 3.0
"""Seconds in which the rest of an answer is shown once all of it is there."""

_UNBROKEN: Final = 40
"""Characters without a blank from which on a text is taken to be one that is written without."""


class PaceError(ValueError):
    """The message is one plain line for the user."""


def parse(text: str) -> float | None:
    """Words a minute of what the user asks for; None: as it comes. Raises PaceError."""
    match text.strip().lower():
        case "live":
            return None
        case "reading":
            return READING
        case number:
            if re.fullmatch("[0-9]{1,5}", number) and SLOWEST <= int(number) <= FASTEST:
                return float(number)
    raise PaceError(f"/pace takes reading, live, or words a minute from {SLOWEST:.0f} to {FASTEST:,.0f}, not {text!r}")


class Pacing:
    """How much of one growing text is shown. Seconds of any clock; one that goes back counts as standing."""

    def __init__(self, words_per_minute: float) -> None:
        self._speed = words_per_minute / 60 * _WORD
        self._shown = 0.0
        self._at: float | None = None
        self._over = False

    def shown(self, length: int, now: float, *, over: bool) -> int:
        """How many of `length` characters are shown now; `over`: no more will come.

        Never fewer than before, never more than there are; silence is not made up for by a burst after it.
        """
        if self._at is None:
            self._at, self._shown = now, float(min(length, _HEAD))
        if over and not self._over:
            self._over = True
            self._speed = max(self._speed, (length - self._shown) / _REST)
        passed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self._shown = min(float(length), self._shown + passed * self._speed)
        if self._over and length - self._shown < 1e-6:
            self._shown = float(length)
        return int(self._shown)


def whole_words(text: str) -> str:
    """As much of a text as ends with a word; all of one that seems to be written without blanks."""
    end = max(text.rfind(" "), text.rfind("\n")) + 1
    return text if not end and len(text) >= _UNBROKEN else text[:end]
