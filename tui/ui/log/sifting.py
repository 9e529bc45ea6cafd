"""What of the log is shown: the level of detail, the filter, the time column, and the title that tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.content import Content

from tui.journal.recording import History
from tui.safety import one_line
from tui.state import State
from tui.ui.log.clocks import CLOCKS, WORDS
from tui.ui.log.rows import Columns
from tui.ui.log.sources import LEVELS, EventRows, Level, Source, StateRows
from tui.ui.log.view import STEP, RowsView
from tui.ui.search.sieve import Sieve

if TYPE_CHECKING:
    from tui.query import Query

_TITLE: Final = "EVENT LOG"
_JOB: Final = "filter"
_LONGEST: Final = 40
"""Cells of a filter in the title."""


class Sifting(RowsView):
    """Shows the rows of a level that pass a filter. Other ones take their place when all were looked at."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.history: History | None = None
        """Every event of the session, for the third level; None: there is none."""
        self._level: Level = 2
        self._filter = ""
        self._query: Query | None = None
        self._looked: int | None = None
        """Hundredths of the rows that the new filter has looked at; None while none is applied."""
        self._word = ""
        """What the last key had to say."""

    @property
    def filter(self) -> str:
        """The filter in force; empty: none."""
        return self._filter

    @property
    def level(self) -> Level:
        return self._level

    def set_filter(self, text: str) -> None:
        """Show only what passes; an empty text lets all through. Raises QueryError: the last good one stays."""
        text = text.strip()
        from tui.query import parse

        query = parse(text) if text else None
        if text != self._filter:
            self._filter, self._query = text, query
            self._sift()

    def action_level(self, level: int) -> None:
        """Show the story, the items or every event; 0: the next of these."""
        wanted = level or self._level % 3 + 1
        if wanted == 3 and self.history is None:
            self._say("no events at hand")
            wanted = self._level if level else 1
        for known in LEVELS:
            if known == wanted != self._level:
                self._level = known
                self._sift()

    def action_clock(self) -> None:
        """Have the time column tell something else."""
        self._clock = CLOCKS[(CLOCKS.index(self._clock) + 1) % len(CLOCKS)]
        self._say(WORDS[self._clock])
        self.refresh()

    def _sift(self) -> None:
        source = self._source_for(self._level)
        query = self._query.bind(self._state.at) if self._query is not None else None
        shown = Sieve(source, source.test(self._level, query))
        self._slices.start(_JOB, self._sifting(source, shown))

    def _source_for(self, level: Level) -> Source:
        if level == 3 and self.history is not None:
            if isinstance(self._source, EventRows):
                return self._source
            return EventRows(self.history, self._state)
        return self._source if isinstance(self._source, StateRows) else StateRows(self._state)

    def _sifting(self, source: Source, shown: Sieve) -> Iterator[None]:
        while shown.step(STEP):
            looked = shown.looked * 100 // len(source)
            if looked != self._looked:
                self._looked = looked
                self._show_title()
            yield
        self._looked = None
        self._show(source, shown)
        self._show_title()

    def _show(self, source: Source, shown: Sieve) -> None:
        super()._show(source, shown)
        self._slices.stop(_JOB)

    def _reset(self, state: State) -> None:
        super()._reset(state)
        self._looked = None
        self._slices.stop(_JOB)
        source: Source = EventRows(self.history, state) if self._level == 3 and self.history else StateRows(state)
        query = self._query.bind(state.at) if self._query is not None else None
        self._set_following(True)
        self._show(source, Sieve(source, source.test(self._level, query)))

    def _columns_of(self, width: int) -> Columns:
        return Columns.of(width, typed=isinstance(self._source, EventRows))

    # The title

    def _say(self, word: str) -> None:
        """A short word on what a key did, until the next one."""
        if word != self._word:
            self._word = word
            self._show_title()

    def _show_title(self) -> None:
        self.border_title = Content(" · ".join(filter(None, (_TITLE, *self._told()))))

    def _told(self) -> Iterator[str]:
        """The parts of the title."""
        yield self._word
        yield LEVELS[self._level]
        if self._looked is not None:
            yield f"filtering {self._looked} %"
        if self._filter:
            yield f"{self._count:,} of {len(self._source):,} f:{one_line(self._filter, _LONGEST)}"
        yield "" if self._following else "paused, F follows"
