"""A list that grows at its end, in a scroll view: the end is followed until one scrolls up."""

from collections.abc import Iterator
from contextlib import contextmanager

from textual.geometry import Region

from tui.ui.lines.view import LineView
from tui.ui.terminal.scrolling import scroll


class TailView(LineView):
    """One line an item. What is read does not move while items come; a marker tells how many did."""

    ALLOW_SELECT = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._count = 0
        """Lines there are."""
        self._following = True
        self._seen = 0
        """Lines there were when following ended."""
        self._own_scroll = False

    @property
    def following(self) -> bool:
        """The newest line is in view and stays there."""
        return self._following

    def _set_following(self, following: bool) -> None:
        if following == self._following:
            return
        if not following:
            self._seen = self._count
        self._following = following
        self._let_go()
        self.refresh()

    def _let_go(self) -> None:
        """Following began or ended."""

    def action_follow(self) -> None:
        """Go to the newest line and stay there."""
        self._set_following(True)
        self._scroll(self._count - self.size.height)

    follow = action_follow

    def _marker(self) -> str:
        """What stands at the bottom while newer lines are out of view."""
        if self._following:
            return ""
        new = self._count - max(self._seen, self.scroll_offset.y + self.size.height)
        return f" ↓ {new:,} new " if new > 0 else ""

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

    def _reveal(self, y: int) -> None:
        """Scroll as little as it takes to have a line in view."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if y < top:
            self._scroll(y)
        elif y >= top + height:
            self._scroll(y - height + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._own_scroll and round(old_value) != round(new_value):
            self._set_following(round(new_value) >= self.max_scroll_y)

    def _refresh_rows(self, first: int, end: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        first, end = max(first, top), min(end, top + height)
        if first < end:
            self.refresh(Region(0, first - top, self.size.width, end - first))

    def _refresh_line(self, y: int) -> None:
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))
