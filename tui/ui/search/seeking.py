"""Search in a pane: what is looked for, which items have it, and the way from one to the next."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tui.ui.search.sieve import Items, Sieve
from tui.ui.search.slices import Slices

_STEP: Final = 20
_TOLD: Final = 5000
"""Items after which the count on the screen is brought up."""
_JOB: Final = "search"


class PatternError(ValueError):
    """Not a regular expression; the message is one plain line. `position` is the character it fails at."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(problem)
        self.position = position


def pattern_of(text: str) -> re.Pattern[str] | None:
    """What to look for: `~regex`, else the text itself. Case counts only where there is a capital; `^ $` are at lines.

    None: nothing.

    Raises PatternError.
    """
    regex = text.startswith("~")
    wanted = text[1:] if regex else re.escape(text)
    if not wanted:
        return None
    letters = re.sub(r"\\.", "", wanted) if regex else text
    try:
        return re.compile(wanted, re.MULTILINE | (re.NOFLAG if letters != letters.lower() else re.IGNORECASE))
    except (re.error, OverflowError, RecursionError) as error:
        position = getattr(error, "pos", None) or 0
        raise PatternError(f"not a regular expression: {getattr(error, 'msg', error)}", position + 1) from error


class Search:
    """One pane's search. `arrive` is called with the item to go to, `tell` when the count is another."""

    def __init__(self, slices: Slices, arrive: Callable[[int], None], tell: Callable[[], None]) -> None:
        self._slices = slices
        self._arrive = arrive
        self._tell = tell
        self.text = ""
        self.pattern: re.Pattern[str] | None = None
        self._hits: Sieve | None = None

    @property
    def active(self) -> bool:
        return self.pattern is not None

    def look(self, text: str, items: Items, said: Callable[[int], str | None], origin: int | None) -> None:
        """Look for a text in what is `said` in each item (None: it is hidden), and go to the first from `origin` on.

        Without an origin nothing moves. Raises PatternError.
        """
        pattern = pattern_of(text)
        self.text, self.pattern = text, pattern
        if pattern is None:
            self.end()
            return

        def wanted(index: int) -> bool:
            words = said(index)
            return words is not None and pattern.search(words) is not None

        self._hits = Sieve(items, wanted)
        self._slices.start(_JOB, self._going(self._hits, wanted, origin, len(items)))

    def end(self) -> None:
        """Look for nothing any more."""
        self._slices.stop(_JOB)
        self.text, self.pattern, self._hits = "", None, None
        self._tell()

    def take_on(self) -> None:
        """Look at items that came or changed."""
        if self._hits is None or self._slices.running(_JOB):
            return
        if self._hits.update() or self._hits.behind:
            self._slices.start(_JOB, self._looking(self._hits))

    def next(self, at: int, by: int) -> tuple[int, str] | None:
        """The next item that has it after `at`, or before for -1, and a word if that is around the end."""
        hits = self._hits
        if hits is None or not len(hits):
            return None
        place = hits.place(at)
        if by < 0:
            return (hits[place - 1], "") if place else (hits[-1], "from the bottom")
        place += at in hits
        return (hits[place], "") if place < len(hits) else (hits[0], "from the top")

    def count(self, at: int) -> str:
        """`3/12`: the third of twelve is at the item `at`; `…` while there may be more."""
        if self._hits is None:
            return ""
        place = f"{self._hits.place(at) + 1:,}" if at in self._hits else "–"
        return f"{place}/{len(self._hits):,}{'…' if self._slices.running(_JOB) else ''}"

    def _going(self, hits: Sieve, wanted: Callable[[int], bool], origin: int | None, count: int) -> Iterator[None]:
        """Find the one to go to before all are counted, which takes long where there are many."""
        if origin is None:
            yield from self._looking(hits)
            return
        for index in range(origin, count):
            if wanted(index):
                self._arrive(index)
                yield from self._looking(hits)
                return
            if index % _STEP == 0:
                yield
        yield from self._looking(hits, go=True)

    def _looking(self, hits: Sieve, *, go: bool = False) -> Iterator[None]:
        """Count; `go`: and go to the first."""
        more = True
        while more:
            more = hits.step(_STEP)
            if go and len(hits):
                self._arrive(hits[0])
                go = False
            if hits.looked % _TOLD < _STEP:
                self._tell()
            yield
        self._slices.stop(_JOB)
        self._tell()
