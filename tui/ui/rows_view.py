"""Rows of the log in a scroll view: only those in view are drawn, the newest is followed, changed ones are redrawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.strip import Strip

from tui.state import State
from tui.ui.line_view import LineView
from tui.ui.palette import Palette
from tui.ui.rows import Columns, Face, strip
from tui.ui.scrolling import grow, scroll
from tui.ui.spans import overlaid

_TITLE: Final = "EVENT LOG"


class RowsView(LineView):
    """Shows `State.rows`. It follows the newest until scrolled up, and does not move what is read meanwhile."""

    ALLOW_SELECT = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_title = _TITLE
        self._state = State()
        self._now = 0.0
        self._seq = 0
        self._count = 0
        """Rows taken on so far."""
        self._columns = Columns.of(0)
        self._cursor = 0
        self._following = True
        self._seen = 0
        """Rows there were when following ended."""
        self._own_scroll = False
        self._live = False
        """A row in view was live when last painted."""
        self._palette: Palette | None = None
        self._strips: LRUCache[int, tuple[Face, Strip]] = LRUCache(512)

    @property
    def following(self) -> bool:
        """The newest row is in view and stays there."""
        return self._following

    @property
    def _at(self) -> int:
        return self._count - 1 if self._following else self._cursor

    # Painting

    def paint(self, state: State, now: float) -> None:
        """Take on new rows and repaint those in view that changed; `now` is in seconds since the epoch."""
        self._now = now
        if state is not self._state:
            self._reset(state)
        if state.seq == self._seq and not self._live:
            return
        self._seq = state.seq
        if len(state.rows) != self._count:
            self._grow()
        self._refresh_changed()

    def _reset(self, state: State) -> None:
        self._state, self._seq, self._count = state, -1, 0
        self._strips.clear()
        self._set_following(True)
        with self._scrolling():
            grow(self, Size(self._columns.width, 0))
        self.refresh()

    def _grow(self) -> None:
        before, self._count = self._count, len(self._state.rows)
        grow(self, Size(self._columns.width, self._count))
        if self._following:
            self._scroll(self._count - self.size.height)
            self._refresh_rows(max(0, before - 1), self._count)
        else:
            self._refresh_rows(before, self._count)
            self._refresh_line(self.size.height - 1)

    def _refresh_changed(self) -> None:
        """Compare each row in view with what was drawn of it."""
        rows, top = self._state.rows, self.scroll_offset.y
        self._live = False
        for index in range(top, min(top + self.size.height, self._count)):
            row = rows[index]
            self._live = self._live or row.status == "live"
            drawn = self._strips.get(index)
            if drawn is not None and drawn[0] != Face.of(row, self._now):
                self._refresh_line(index - top)

    def _refresh_rows(self, first: int, end: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        first, end = max(first, top), min(end, top + height)
        if first < end:
            self.refresh(Region(0, first - top, self.size.width, end - first))

    def _refresh_line(self, y: int) -> None:
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self._columns.width
        if index >= self._count:
            found = Strip.blank(width, self.rich_style)
        else:
            found = self._overlaid(self._row_strip(index), index)
            found = found if self._painting else found.apply_offsets(0, index)
        if y == self.size.height - 1 and (marker := self._marker()):
            at = max(0, width - cell_len(marker) - 1)
            chip = Strip([Segment(marker, self.rich_style + self._looks().chip)])
            return Strip.join([found.crop(0, at), chip, found.crop(at + cell_len(marker))]).crop(0, width)
        return found

    def _row_strip(self, index: int) -> Strip:
        row = self._state.rows[index]
        face = Face.of(row, self._now)
        drawn = self._strips.get(index)
        if drawn is None or drawn[0] != face:
            drawn = face, strip(row, self._columns, self._now, self._looks(), self.rich_style)
            self._strips.discard(index)  # the cache keeps what it has
            self._strips[index] = drawn
        return drawn[1]

    def _overlaid(self, found: Strip, index: int) -> Strip:
        """With the cursor and the selection on it."""
        looks = self._looks()
        if self.has_focus and index == self._at:
            found = overlaid(found, 0, self._columns.width, looks.cursor)
        if (selection := self.text_selection) is not None and (span := selection.get_span(index)) is not None:
            start, end = span
            text = found.text
            end = len(text) if end < 0 else min(end, len(text))
            found = overlaid(found, cell_len(text[:start]), cell_len(text[:end]), looks.selection)
        return found

    def _looks(self) -> Palette:
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        return self._palette

    def _marker(self) -> str:
        """What stands at the bottom while newer rows are out of view."""
        if self._following:
            return ""
        new = self._count - max(self._seen, self.scroll_offset.y + self.size.height)
        return f" ↓ {new:,} new " if new > 0 else ""

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._strips.clear()

    def on_resize(self) -> None:
        """Lay the columns out anew; what is in view stays, or the newest row does."""
        width = self.scrollable_content_region.width
        if width != self._columns.width:
            self._columns = Columns.of(width)
            self._strips.clear()
            self.screen.clear_selection()
        self._count = len(self._state.rows)
        grow(self, Size(width, self._count))
        if self._following:
            self._scroll(self._count - self.size.height)
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # Scrolling

    @contextmanager
    def _scrolling(self) -> Iterator[None]:
        """What scrolls in here is not the user."""
        self._own_scroll = True
        try:
            yield
        finally:
            self._own_scroll = False

    def _scroll(self, y: int) -> None:
        if (y := max(0, y)) != self.scroll_offset.y:
            with self._scrolling():
                scroll(self, y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._own_scroll and round(old_value) != round(new_value):
            self._set_following(round(new_value) >= self.max_scroll_y)

    def _set_following(self, following: bool) -> None:
        if following == self._following:
            return
        if not following:
            self._cursor, self._seen = self._count - 1, self._count
        self._following = following
        self.border_title = _TITLE if following else f"{_TITLE} · paused, F follows"
        self.refresh()

    def action_follow(self) -> None:
        """Go to the newest row and stay there."""
        self._set_following(True)
        self._scroll(self._count - self.size.height)

    follow = action_follow
