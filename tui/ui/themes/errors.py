"""How it is told that a theme does not load or is not known."""

import difflib
from collections.abc import Iterable


class ThemeError(ValueError):
    """What is wrong with a theme file, in one line that does not name the file."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A tail for the message that no such word is known; empty where none is near."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
