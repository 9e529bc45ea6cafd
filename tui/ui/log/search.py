"""Search in the log, and the line that it and the filter are typed in."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from textual.strip import Strip

from tui.safety import one_line
from tui.ui.lines.spans import with_hits
from tui.ui.log.sifting import Sifting
from tui.ui.log.sources import Source
from tui.ui.search.line_owner import Mode, Offer, Problem
from tui.ui.search.seeking import PatternError, Search
from tui.ui.search.sieve import Sieve

_CHIPS: Final = (
    ("errors", "kind:error", "failed calls, tries and runs"),
    ("tools", "kind:tool", "tool calls"),
    ("model", "kind:model", "model requests"),
    ("slow", "dur>2s", "what took over 2 s"),
    ("handoffs", "kind:handoff", "from agent to agent"),
    ("retries", "kind:retry", "failed tries and new ones"),
)
_LONGEST: Final = 30


class _View(NamedTuple):
    """Where one was."""

    following: bool
    y: int
    cursor: int


class LogSearch(Sifting):
    """Marks what is looked for in the rows in view. Esc leaves filter, scroll position and cursor as they were."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.saved: Mapping[str, str] = {}
        """Filters of the user's by their names."""
        self._search = Search(self._slices, self._arrive, self._show_title)
        self._view = _View(True, 0, 0)
        """Where one was when the line was opened."""
        self._had = ""
        """The filter or the search that there was then."""
        self._typed = ""
        self._show_title()

    # The line

    def line_begun(self, mode: Mode) -> str:
        self._say("")
        self._view = _View(self._following, self.scroll_offset.y, self._shown[self._at] if self._count else 0)
        self._had = self._filter if mode == "filter" else self._search.text
        return self._had if mode == "filter" else ""

    def line_typed(self, mode: Mode, text: str) -> Problem | None:
        from tui.query import QueryError

        try:
            if mode == "filter":
                self._typed = text
                self.set_filter(self._meant(text))
            elif mode == "search":
                self.look_for(text, move=True)
        except (QueryError, PatternError) as error:
            return Problem(str(error), error.position)
        return None

    def _meant(self, text: str) -> str:
        """Without a last word that may yet become a field: as a text to look for it would hide all meanwhile."""
        from tui.query import Vocabulary, complete

        before, blank, word = text.rpartition(" ")
        begun = word.isidentifier() and bool(complete(text, len(text), Vocabulary()))
        return before if begun and blank else "" if begun else text

    def line_ended(self, mode: Mode, *, kept: bool) -> None:
        from tui.query import QueryError

        if kept and mode == "filter":
            with suppress(QueryError):  # it was told while it was typed
                self.set_filter(self._typed)
        if kept or mode == "export":
            return
        if mode == "filter":
            self.set_filter(self._had)
        elif self._had:
            self.look_for(self._had)
        else:
            self._search.end()
        self._return()

    def _return(self) -> None:
        self._cursor = self._view.cursor
        self._set_following(self._view.following)
        self._cursor = self._view.cursor
        self._scroll(self._count - self.size.height if self._following else self._view.y)
        self.refresh()

    def line_offers(self, mode: Mode, text: str, cursor: int) -> list[Offer]:
        if mode == "search":
            return []
        if not text.strip():
            return [*self._saved_offers("", 0, len(text)), *self._chips(len(text))]
        word = text[:cursor].rpartition(" ")[2]
        if word.startswith("@"):
            return self._saved_offers(word[1:], cursor - len(word), cursor)
        from tui.query import Vocabulary, complete

        found = complete(text, cursor, Vocabulary.of_state(self._state))
        return [Offer(each.insert, each.insert, each.start, each.end, each.about) for each in found]

    def _saved_offers(self, prefix: str, start: int, end: int) -> list[Offer]:
        return [
            Offer(f"@{name}", query, start, end, "saved in config.toml")
            for name, query in self.saved.items()
            if name.startswith(prefix)
        ]

    def _chips(self, end: int) -> list[Offer]:
        """The common filters, and those that the cursor's row suggests."""
        from tui.query.lexer import quote

        chips = [Offer(word, query, 0, end, about) for word, query, about in _CHIPS]
        if self._count:
            row = self._row(self._at)
            if row.agent:
                chips.append(Offer("this agent", f"agent={quote(row.agent)}", 0, end, one_line(row.agent, _LONGEST)))
            if row.kind == "tool" and row.key:
                chips.append(Offer("this call", f"call={quote(row.key)}", 0, end, one_line(row.key, _LONGEST)))
        return chips

    # The search

    def look_for(self, text: str, *, move: bool = False) -> None:
        """Mark a text in the rows shown; `move`: and go to the first from where one was on. Raises PatternError."""
        source, shown = self._source, self._shown
        everything = source.test(self.level, self._query) is None

        def said(index: int) -> str | None:
            return source.text(index) if everything or index in shown else None

        if move and not text:
            self._return()
        self._search.look(text, source, said, self._view.cursor if move else None)
        self._show_title()
        self.refresh()

    def action_next_hit(self, by: int) -> None:
        """Go to the next row that has what is looked for, or to the one before."""
        found = self._search.next(self._shown[self._at], by) if self._count else None
        if found is not None:
            self._arrive(found[0])
            self._say(found[1])
        else:
            self._say("not found" if self._search.active else "nothing searched: / does")

    def _arrive(self, index: int) -> None:
        self._go(self._shown.place(index))

    def _go(self, place: int) -> None:
        """Put the cursor on a place."""
        raise NotImplementedError

    def _take_on(self) -> None:
        super()._take_on()
        self._search.take_on()

    def _show(self, source: Source, shown: Sieve) -> None:
        super()._show(source, shown)
        if self._search.active:
            self.look_for(self._search.text)

    @property
    def _marking(self) -> bool:
        return self._search.pattern is not None or super()._marking

    def _overlaid(self, found: Strip, place: int) -> Strip:
        found = super()._overlaid(found, place)
        return with_hits(found, self._search.pattern, self._columns.before, self._looks())

    def _told(self) -> Iterator[str]:
        if self._search.active:
            at = self._shown[self._at] if self._count else 0
            yield f"{self._search.count(at)} /{one_line(self._search.text, _LONGEST)}"
        yield from super()._told()
