"""Rows of the log in a scroll view: only those in view are drawn, the newest is followed, changed ones are redrawn.

A row's *index* is its place in the source, its *place* the one among the rows that are shown.
"""

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.cache import LRUCache
from textual.geometry import Size
from textual.strip import Strip

from tui.state import Row, State
from tui.ui.lines.spans import overlaid
from tui.ui.lines.tail_view import TailView
from tui.ui.log.clocks import Clock, offset, time_of_day
from tui.ui.log.rows import Columns, Face, strip
from tui.ui.log.sources import Source, StateRows
from tui.ui.search.sieve import Sieve
from tui.ui.search.slices import Slices
from tui.ui.terminal.scrolling import grow
from tui.ui.themes.palette import Palette

STEP: Final = 200
"""Rows looked at before the clock is: about half a millisecond."""


class RowsView(TailView):
    """Shows rows, by default all of the state's."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._state = State()
        self._source: Source = StateRows(self._state)
        self._shown = Sieve(self._source)
        self._slices = Slices(self)
        self._now = 0.0
        self._moving = False
        """The time is another than that of the paint before, so that there will be a next beat: a replay can stand."""
        self._seq = 0
        self._columns = Columns.of(0)
        self._clock: Clock = "day"
        self._marks: set[int] = set()
        """Sequence numbers of rows."""
        self._cursor = 0
        """The index of the row that keys act on."""
        self._live = False
        """A row in view was live when last painted."""
        self._palette: Palette | None = None
        self._strips: LRUCache[int, tuple[Face, Strip]] = LRUCache(512)

    @property
    def _at(self) -> int:
        """The place of the cursor."""
        return self._count - 1 if self._following else min(self._shown.place(self._cursor), self._count - 1)

    def _row(self, place: int) -> Row:
        return self._source.row(self._shown[place])

    # Painting

    def paint(self, state: State, now: float) -> None:
        """Take on new rows and repaint those in view that changed; `now` is in seconds since the epoch."""
        self._moving, self._now = now != self._now, now
        if state is not self._state:
            self._reset(state)
        if state.seq == self._seq and not self._live:
            return
        self._seq = state.seq
        self._take_on()
        self._refresh_changed()

    def _reset(self, state: State) -> None:
        """Another session, or the same one from its beginning."""
        self._state, self._seq = state, -1
        self._marks.clear()

    def _take_on(self) -> None:
        """Add what is new to the rows shown, and take out or put in those that changed."""
        top = self._shown[self.scroll_offset.y] if not self._following and self.scroll_offset.y < self._count else None
        changed = self._shown.update()
        if self._shown.step(STEP):
            self._slices.start("catch up", self._catching_up())
        if changed:
            self._strips.clear()
            if top is not None:
                self._count = len(self._shown)
                self._resize_to_rows()
                self._scroll(self._shown.place(top))
            self.refresh()
        if len(self._shown) != self._count:
            self._grow()
        if changed or not self._following:
            self._show_title()

    def _catching_up(self) -> Iterator[None]:
        while self._shown.step(STEP):
            yield
        self._grow()

    def _show(self, source: Source, shown: Sieve) -> None:
        """Other rows instead; the cursor stays on its event, or comes to the one after it."""
        before = self._row(self._at) if self._count else None
        y = self._at - self.scroll_offset.y
        if source is not self._source:
            self._source = source
            if before is not None:
                self._cursor = source.place_of(before.seq)
        elif before is not None:
            self._cursor = self._shown[self._at]
        self._shown = shown
        self._columns = self._columns_of(self._columns.width)
        self._strips.clear()
        self._slices.stop("catch up")
        self._count = self._seen = len(shown)
        self._resize_to_rows()
        self._scroll(self._count - self.size.height if self._following else self._at - y)
        self.refresh()

    def _columns_of(self, width: int) -> Columns:
        return Columns.of(width)

    def _resize_to_rows(self) -> None:
        with self._scrolling():
            grow(self, Size(self._columns.width, self._count))

    def _grow(self) -> None:
        before, self._count = self._count, len(self._shown)
        self._resize_to_rows()
        if self._following:
            self._scroll(self._count - self.size.height)
            self._refresh_rows(max(0, before - 1), max(before, self._count))
        else:
            self._refresh_rows(before, self._count)
            self._refresh_line(self.size.height - 1)

    def _refresh_changed(self) -> None:
        """Compare each row in view with what was drawn of it."""
        top = self.scroll_offset.y
        self._live = False
        for place in range(top, min(top + self.size.height, self._count)):
            row = self._row(place)
            self._live = self._live or row.status == "live"
            drawn = self._strips.get(self._shown[place])
            if drawn is not None and not self._good(drawn[0], self._face(row, place)):
                self._refresh_line(place - top)

    def _good(self, drawn: Face, face: Face) -> bool:
        """A line drawn of the one can stand for the other."""
        return drawn == face or (self._moving and drawn.goes_on(face))

    def _face(self, row: Row, place: int) -> Face:
        return Face.of(row, self._now, self._time(row, place), marked=row.seq in self._marks)

    def _time(self, row: Row, place: int) -> str:
        """What stands in the time column."""
        cells = self._columns.clock
        match self._clock:
            case _ if not cells:
                return ""
            case "run":
                return offset(row.at - self._run_began(row), cells)
            case "gap":
                return offset(row.at - self._row(place - 1).at, cells) if place else " " * cells
            case _:
                return time_of_day(row.at, cells)

    def _run_began(self, row: Row) -> float:
        index = self._state.row_of.get(f"run {row.run}")
        return self._state.rows[index if index is not None else 0].at

    def strips(self, first: int, end: int) -> list[Strip]:
        width, top = self._columns.width, self.scroll_offset.y
        blank = Strip.blank(width, self.base_style)
        marking = self._marking
        found = []
        for place in range(top + first, top + end):
            strip = self._row_strip(place) if place < self._count else blank
            found.append(self._overlaid(strip, place) if marking and place < self._count else strip)
        if end == self.size.height and (marker := self._marker()):
            at, last = max(0, width - cell_len(marker) - 1), found[-1]
            chip = Strip([Segment(marker, self.base_style + self._looks().chip)])
            found[-1] = Strip.join([last.crop(0, at), chip, last.crop(at + cell_len(marker))]).crop(0, width)
        return found

    def _row_strip(self, place: int) -> Strip:
        row, index = self._row(place), self._shown[place]
        face = self._face(row, place)
        drawn = self._strips.get(index)
        if drawn is None or not self._good(drawn[0], face):
            drawn = face, strip(row, self._columns, self._now, face, self._looks(), self.base_style)
            self._strips.discard(index)  # the cache keeps what it has
            self._strips[index] = drawn
        return drawn[1]

    @property
    def _marking(self) -> bool:
        """Something may lie over the lines in view."""
        return self.has_focus or self.text_selection is not None

    def _overlaid(self, found: Strip, place: int) -> Strip:
        """With the cursor and the selection on it."""
        looks = self._looks()
        if self.has_focus and place == self._at:
            found = overlaid(found, 0, self._columns.width, looks.cursor)
        if (selection := self.text_selection) is not None and (span := selection.get_span(place)) is not None:
            start, end = span
            text = found.text
            end = len(text) if end < 0 else min(end, len(text))
            found = overlaid(found, cell_len(text[:start]), cell_len(text[:end]), looks.selection)
        return found

    def _looks(self) -> Palette:
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        return self._palette

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._strips.clear()

    def on_resize(self) -> None:
        """Lay the columns out anew; what is in view stays, or the newest row does."""
        width = self.lines_width
        if width != self._columns.width:
            self._columns = self._columns_of(width)
            self._strips.clear()
            self.screen.clear_selection()
        self._resize_to_rows()
        if self._following:
            self._scroll(self._count - self.size.height)
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _let_go(self) -> None:
        if not self._following and self._count:
            self._cursor = self._shown[self._count - 1]
        self._show_title()

    def _show_title(self) -> None:
        """Bring the title up to what is shown."""
