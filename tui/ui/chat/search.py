"""Search in the chat: over all that was said and done in it, rendered or not."""

from collections.abc import Hashable
from typing import Final

from textual.content import Content
from textual.strip import Strip

from tui.safety import one_line
from tui.state import State
from tui.ui.chat.entry_text import body
from tui.ui.chat.looks import Looks
from tui.ui.chat.transcript import Place
from tui.ui.chat.view import TranscriptView
from tui.ui.lines.line import Line
from tui.ui.lines.spans import with_hits
from tui.ui.search.line_owner import Mode, Offer, Problem
from tui.ui.search.pane_box import box_of
from tui.ui.search.seeking import PatternError, Search
from tui.ui.search.slices import Slices

_TITLE: Final = "CHAT"
_LONGEST: Final = 30


class _Entries:
    """The entries that the chat has sections of."""

    def __init__(self, state: State, base: int) -> None:
        self._state = state
        self._base = base

    def __len__(self) -> int:
        return len(self._state.entries) - self._base

    def live(self, index: int) -> bool:
        return index + self._base >= self._state.live

    def stamp(self, index: int) -> Hashable:
        return self._state.entries[index + self._base].rev

    def text(self, index: int) -> str:
        return body(self._state.entries[index + self._base])


class ChatSearch(TranscriptView):
    """Marks what is looked for in the lines in view. Esc leaves scroll position and cursor as they were."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._state = State()
        self._base = 0
        """The index in `State.entries` of the first section's entry."""
        self._search = Search(Slices(self), self._arrive, self._show_title)
        self._before: tuple[bool, Place, int] = (True, Place(0, 0, 0), -1)
        """Where one was when the line was opened: following, the first line in view, the cursor."""
        self._had = ""
        self.border_title = _TITLE

    # The line

    def action_ask(self, mode: Mode) -> None:
        """Open the line to type a search in."""
        box = box_of(self)
        if box is not None:
            box.ask(mode)

    def line_begun(self, mode: Mode) -> str:
        self._before = self._following, self._transcript.place(self.scroll_offset.y), self._cursor
        self._had = self._search.text
        return ""

    def line_typed(self, mode: Mode, text: str) -> Problem | None:
        try:
            self.look_for(text, move=True)
        except PatternError as error:
            return Problem(str(error), error.position)
        return None

    def line_ended(self, mode: Mode, *, kept: bool) -> None:
        if not kept:
            self._search.end()
            self._return()
            if self._had:
                self.look_for(self._had)

    def line_offers(self, mode: Mode, text: str, cursor: int) -> list[Offer]:
        return []

    def _return(self) -> None:
        following, place, self._cursor = self._before
        if following:
            self.follow()
        else:
            self.scroll_to(y=self._transcript.y(place), animate=False, immediate=True)
        self.refresh()

    # The search

    def look_for(self, text: str, *, move: bool = False) -> None:
        """Mark a text; `move`: and go to the first entry from where one was on. Raises PatternError."""
        entries = _Entries(self._state, self._base)
        origin = max(0, self._before[2] if self._before[2] >= 0 else self._before[1].section) if move else None
        if move and not text:
            self._return()
        self._search.look(text, entries, entries.text, origin)
        self._show_title()
        self.refresh()

    def _search_again(self) -> None:
        """There are other entries."""
        if self._search.active:
            self.look_for(self._search.text)

    def action_next_hit(self, by: int) -> None:
        """Go to the next entry that has what is looked for, or to the one before."""
        found = self._search.next(max(0, self._cursor), by)
        if found is not None:
            self._arrive(found[0])
            self._show_title(found[1])
        else:
            self._show_title("not found" if self._search.active else "nothing searched: / does")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc is the pane's own only while there is something to clear."""
        return action != "clear" or self.clearable

    @property
    def clearable(self) -> bool:
        """A search is in force, or its line is open."""
        box = box_of(self)
        return self._search.active or (box is not None and box.typing)

    def action_clear(self) -> None:
        """Close the line, or end the search."""
        box = box_of(self)
        if box is not None and box.typing:
            box.close()
        else:
            self._search.end()
            self.refresh()

    def _arrive(self, index: int) -> None:
        if index >= len(self._transcript.sections):
            return
        self._select(index)
        pattern, top = self._search.pattern, self._transcript.top(index)
        if pattern is None:
            return
        for y, line in enumerate(
            self._transcript.lines(top, top + self._transcript.sections[index].height, self._width)
        ):
            if pattern.search(line[0], line[2]):
                self._bring(top + y)
                break
        self._show_title()

    def _bring(self, y: int) -> None:
        """Scroll a line into view, if it is not."""
        view, rows = self.scroll_offset.y, self.size.height
        if not view <= y < view + rows:
            self.scroll_to(y=max(0, y - rows // 2), animate=False, immediate=True)

    def _select(self, index: int) -> None:
        """Mark a section and bring it into view."""
        raise NotImplementedError

    @property
    def _marking(self) -> bool:
        return self._search.pattern is not None or super()._marking

    def _marked(self, found: Strip, line: Line, row: int, looks: Looks) -> Strip:
        found = super()._marked(found, line, row, looks)
        return with_hits(found, self._search.pattern, line[2], looks.palette)

    def _show_title(self, word: str = "") -> None:
        parts = [_TITLE, word]
        if self._search.active:
            parts.append(f"{self._search.count(self._cursor)} /{one_line(self._search.text, _LONGEST)}")
        self.border_title = Content(" · ".join(filter(None, parts)))
