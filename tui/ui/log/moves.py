"""The log's cursor: by rows and pages, to the next error, tool call, slow row or mark, and around the end."""

from collections.abc import Callable, Iterator
from typing import Final

from textual.message import Message

from tui.state import Row
from tui.ui.log.jumps import is_error, is_tool, medians, related, seek, slow_from
from tui.ui.log.search import LogSearch
from tui.ui.log.sources import EventRows

_JOB: Final = "jump"


class RowMessage(Message):
    """About one row; `index` is the place in `State.rows` of the row, or of the one that the event is in."""

    def __init__(self, row: Row, index: int) -> None:
        super().__init__()
        self.row = row
        self.index = index


class LogMoves(LogSearch):
    """The cursor is the row that keys act on; while the pane follows, it is the newest."""

    class RowSelected(RowMessage, namespace="log_pane"):
        """The user moved the cursor to a row."""

    class RowOpened(RowMessage, namespace="log_pane"):
        """The user wants to see all of a row."""

    @property
    def selected(self) -> int | None:
        """The index in `State.rows` of the cursor's row; None while there is no row."""
        return self._index_of(self._at) if self._count else None

    def _index_of(self, place: int) -> int:
        if not isinstance(self._source, EventRows):
            return self._shown[place]
        return self._source.state_row(self._shown[place])

    def select_row(self, index: int) -> None:
        """Put the cursor on a row of `State.rows` and bring it into view; following ends. Posts nothing."""
        if not self._count:
            return
        if isinstance(self._source, EventRows):
            index = self._source.place_of(self._state.rows[index].seq)
        index = max(0, min(index, len(self._source) - 1))
        if index not in self._shown:
            self._say("the filter hides it" if self.filter else "not at this level")
        self._go(self._shown.place(index))

    def _go(self, place: int) -> None:
        if not self._count:
            return
        before = self._at
        self._set_following(False)
        place = max(0, min(place, self._count - 1))
        self._cursor = self._shown[place]
        self._reveal(place)
        self._refresh_rows(before, before + 1)
        self._refresh_rows(place, place + 1)
        if self._search.active:
            self._show_title()

    def _select(self, place: int, word: str = "") -> None:
        if self._count:
            self._go(place)
            self._say(word)
            self.post_message(self.RowSelected(self._row(self._at), self._index_of(self._at)))

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._select(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages, less a row that stays in view."""
        self._select(self._at + by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._select(0)

    # Jumps

    def action_error(self, by: int) -> None:
        """Go to the next row that tells of an error, or the one before."""
        self._jump(by, "error", is_error)

    def action_tool(self, by: int) -> None:
        """Go to the next tool call, or the one before."""
        self._jump(by, "tool call", is_tool)

    def action_slow(self, by: int) -> None:
        """Go to the next slow row (see `jumps`), or the one before."""
        if self._count:
            self._slices.start(_JOB, self._seeking_slow(by))

    def action_related(self, by: int) -> None:
        """Go to the next row of the same call or item, or the one before."""
        if self._count:
            here = self._row(self._at)
            self._jump(by, "row of it", lambda row: related(here, row))

    def action_mark(self) -> None:
        """Mark the row, or unmark it."""
        if self._count:
            self._marks ^= {self._row(self._at).seq}
            self._say(f"{len(self._marks)} marked")
            self._refresh_rows(self._at, self._at + 1)

    def action_next_mark(self) -> None:
        """Go to the next marked row."""
        self._jump(1, "mark", lambda row: row.seq in self._marks)

    def _jump(self, by: int, what: str, wanted: Callable[[Row], bool]) -> None:
        if self._count:
            self._slices.start(_JOB, self._seeking(by, what, wanted))

    def _seeking(self, by: int, what: str, wanted: Callable[[Row], bool]) -> Iterator[None]:
        start = self._at
        for place in seek(self._row, self._count, start, by, wanted):
            if place is None:
                yield
            elif place == start:
                self._say(f"no other {what}")
                return
            else:
                around = place < start if by > 0 else place > start
                self._select(place, ("from the top" if by > 0 else "from the bottom") if around else "")
                return
        self._say(f"no {what}")

    def _seeking_slow(self, by: int) -> Iterator[None]:
        usual: dict[str, float] | None = None
        for usual in medians(self._row, self._count):
            if usual is None:
                yield
        if usual is not None:
            yield from self._seeking(by, "slow row", lambda row: slow_from(usual, row))
