"""The event log: its cursor, what keys and the mouse do there, and what can be copied from it."""

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.selection import Selection

from tui.state import Row
from tui.ui.rows import Columns, pieces
from tui.ui.rows_view import RowsView


class _RowMessage(Message):
    """About one row; `index` is its place in `State.rows`."""

    def __init__(self, row: Row, index: int) -> None:
        super().__init__()
        self.row = row
        self.index = index


class LogPane(RowsView, can_focus=True):
    """`state.rows`, one a line.

    The cursor is the row that keys act on; while the pane follows, it is the newest.
    """

    DEFAULT_CSS = """
    LogPane {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        border-top: solid $border-blurred;
        border-title-color: $foreground-muted;
    }
    LogPane:focus {
        border-top: solid $border;
        border-title-color: $foreground;
        border-title-style: bold reverse;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Previous row", show=False, id="log.up"),
        Binding("down", "move(1)", "Next row", show=False, id="log.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log.page-down"),
        Binding("g,home", "first", "First row", show=False, id="log.first"),
        Binding("G,end,F", "follow", "Newest row, and follow", show=False, id="log.follow"),
        Binding("enter", "open", "Details", show=False, id="log.open"),
        Binding("y", "copy", "Copy row", show=False, id="log.copy"),
    ]

    class RowSelected(_RowMessage):
        """The user moved the cursor to a row."""

    class RowOpened(_RowMessage):
        """The user wants to see all of a row."""

    class CopyRequested(Message):
        """The user wants `text` on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    @property
    def selected(self) -> int | None:
        """The index in `State.rows` of the cursor's row; None while there is no row."""
        return self._at if self._count else None

    # The cursor

    def select_row(self, index: int) -> None:
        """Put the cursor on a row and bring it into view; following ends. Posts nothing."""
        if not self._count:
            return
        self._set_following(False)
        before, self._cursor = self._cursor, max(0, min(index, self._count - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self._cursor < top:
            self._scroll(self._cursor)
        elif self._cursor >= top + height:
            self._scroll(self._cursor - height + 1)
        self._refresh_rows(before, before + 1)
        self._refresh_rows(self._cursor, self._cursor + 1)

    def _select(self, index: int) -> None:
        if self._count:
            self.select_row(index)
            self.post_message(self.RowSelected(self._state.rows[self._cursor], self._cursor))

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._select(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages, less a row that stays in view."""
        self._select(self._at + by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._select(0)

    def action_open(self) -> None:
        """Ask for the details of the cursor's row."""
        if self._count:
            self.post_message(self.RowOpened(self._state.rows[self._at], self._at))

    def action_copy(self) -> None:
        """Ask for the cursor's row on the clipboard."""
        if self._count:
            self.post_message(self.CopyRequested(self._line(self._at, roomy=True)))

    def on_click(self, event: events.Click) -> None:
        """Follow by the marker, or put the cursor on a row; a second click opens it.

        Textual's own answer to a second click, all of the widget selected, would here be the whole session.
        """
        event.prevent_default()
        if self.text_selection is not None:
            return
        offset = event.get_content_offset(self)
        if offset is None:
            return
        marker = self._marker()
        if marker and offset.y == self.size.height - 1 and offset.x >= self._columns.width - cell_len(marker) - 1:
            self.action_follow()
            return
        index = offset.y + self.scroll_offset.y
        if index < self._count:
            self._select(index)
            if event.chain == 2:
                self.action_open()

    # Text

    def _line(self, index: int, *, roomy: bool = False) -> str:
        columns = Columns.of(400) if roomy else self._columns
        parts = pieces(self._state.rows[index], columns, self._now)
        return parts._replace(gap="  ", bar="").text if roomy else parts.text

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it stands in the pane."""
        if not self._count:
            return None
        first = min(selection.start.y if selection.start is not None else 0, self._count - 1)
        last = min(selection.end.y if selection.end is not None else self._count - 1, self._count - 1)
        lines = [self._line(index) for index in range(first, last + 1)]
        if selection.end is not None and selection.end.y == last:
            lines[-1] = lines[-1][: selection.end.x]
        if selection.start is not None:
            lines[0] = lines[0][selection.start.x :]
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
