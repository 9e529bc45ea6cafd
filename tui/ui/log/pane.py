"""The event log: what keys and the mouse do there, and what can be copied from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.selection import Selection

from tui.ui.log.clocks import time_of_day
from tui.ui.log.keys import log_bindings
from tui.ui.log.moves import LogMoves
from tui.ui.log.rows import Columns, pieces
from tui.ui.log.sources import EventRows, OfRows
from tui.ui.search.line_owner import Mode, Offer, Problem
from tui.ui.search.pane_box import box_of

if TYPE_CHECKING:
    from tui.export.events import EventFormat
    from tui.export.sink import Keep

_FORMATS: Final[dict[str, tuple[EventFormat, str]]] = {
    "j": ("jsonl", "JSON lines"),
    "c": ("csv", "CSV table"),
    "h": ("har", "HAR, for network viewers"),
}


class LogPane(LogMoves, can_focus=True):
    """The rows of the session, one a line."""

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
    BINDINGS: ClassVar[list[BindingType]] = log_bindings()

    class CopyRequested(Message):
        """The user wants `text` on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class EntryWanted(Message):
        """The user wants to see in the chat where a row happened: the entry of this id."""

        def __init__(self, entry: int) -> None:
            super().__init__()
            self.entry = entry

    class ExportRequested(Message):
        """The user wants a file of the session's events that are kept."""

        def __init__(self, format: EventFormat, keep: Keep) -> None:
            super().__init__()
            self.format = format
            self.keep = keep

    def action_open(self) -> None:
        """Ask for the details of the cursor's row, and for its place in the chat."""
        if self._count:
            row = self._row(self._at)
            if row.entry >= 0:
                self.post_message(self.EntryWanted(row.entry))
            self.post_message(self.RowOpened(row, self._index_of(self._at)))

    def action_show_in_chat(self) -> None:
        """Ask for the place in the chat where the cursor's row happened."""
        entry = self._row(self._at).entry if self._count else -1
        if entry >= 0:
            self.post_message(self.EntryWanted(entry))
        else:
            self._say("not in the chat")

    def action_copy(self) -> None:
        """Ask for the cursor's row on the clipboard."""
        if self._count:
            self.post_message(self.CopyRequested(self._line(self._at, roomy=True)))

    def action_ask(self, mode: Mode) -> None:
        """Open the line to type a filter or a search in."""
        box = box_of(self)
        if box is not None:
            box.ask(mode)

    # Export

    def action_export(self) -> None:
        """Ask for the format of a file of the rows shown."""
        self.action_ask("export")

    def line_offers(self, mode: Mode, text: str, cursor: int) -> list[Offer]:
        if mode != "export":
            return super().line_offers(mode, text, cursor)
        return [Offer(f"{letter} {word}", letter, 0, len(text), "") for letter, (_, word) in _FORMATS.items()]

    def line_typed(self, mode: Mode, text: str) -> Problem | None:
        if mode != "export" or not text:
            return super().line_typed(mode, text)
        if text not in _FORMATS:
            return Problem(f"one of {' '.join(_FORMATS)}", 0)
        self.post_message(self.ExportRequested(_FORMATS[text][0], self.kept()))
        box = box_of(self)
        if box is not None:
            box.close()
        return None

    def kept(self) -> Keep:
        """Which of the session's events the rows shown are made of."""
        if self.level == 2 and not self.filter:
            from tui.export.sink import all_of

            return all_of
        shown = self._shown.now()
        if isinstance(self._source, EventRows):
            return lambda subject: subject.seq - 1 in shown
        return OfRows(self._state.rows, shown)

    # Esc

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc is the pane's own only while there is something to clear."""
        return action != "clear" or self.clearable

    @property
    def clearable(self) -> bool:
        """A search or a filter is in force, or its line is open."""
        box = box_of(self)
        return self._search.active or bool(self.filter) or (box is not None and box.typing)

    def action_clear(self) -> None:
        """Close the line, else end the search, else the filter."""
        box = box_of(self)
        if box is not None and box.typing:
            box.close()
        elif self._search.active:
            self._search.end()
            self.refresh()
        else:
            self.set_filter("")

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
        place = offset.y + self.scroll_offset.y
        if place < self._count:
            self._select(place)
            if event.chain == 2:
                self.action_open()

    # Text

    def _line(self, place: int, *, roomy: bool = False) -> str:
        row = self._row(place)
        if not roomy:
            face = self._face(row, place)
            return pieces(row, self._columns, self._now, face.clock, marked=face.marked).text
        columns = Columns.of(400, typed=self._columns.typed)
        return pieces(row, columns, self._now, time_of_day(row.at, columns.clock))._replace(gap="  ", bar="").text

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it stands in the pane."""
        if not self._count:
            return None
        first = min(selection.start.y if selection.start is not None else 0, self._count - 1)
        last = min(selection.end.y if selection.end is not None else self._count - 1, self._count - 1)
        lines = [self._line(place) for place in range(first, last + 1)]
        if selection.end is not None and selection.end.y == last:
            lines[-1] = lines[-1][: selection.end.x]
        if selection.start is not None:
            lines[0] = lines[0][selection.start.x :]
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
