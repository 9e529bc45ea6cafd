"""What the user can have the log do from anywhere: by command, from the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from tui.journal.recording import History, Recording
from tui.ui.actions.saving import Saving, WishError
from tui.ui.chat.pane import ChatPane
from tui.ui.log.pane import LogPane
from tui.ui.search.line_owner import Mode
from tui.ui.search.pane_box import box_of
from tui.ui.search.seeking import PatternError, pattern_of
from tui.wire import Record

if TYPE_CHECKING:
    from tui.export.events import EventFormat
    from tui.export.sink import Keep, Sink

_LEVELS: Final = ("1", "2", "3")


class LogIntents(Saving):
    """The app's actions on the log and on what is searched in it and in the chat."""

    history: History

    @property
    def _rows(self) -> LogPane:
        return self.screen_stack[0].query_one(LogPane)

    def action_pane(self, name: str) -> None:
        """Show a pane and give it the keys."""
        raise NotImplementedError

    def use_filters(self, filters: dict[str, str]) -> list[str]:
        """Offer the user's own filters; one line for each that cannot be understood."""
        if not filters:
            return []
        from tui.query import QueryError, parse

        problems = []
        for name, text in filters.items():
            try:
                parse(text)
            except QueryError as error:
                problems.append(f"config.toml: filter {name!r}, at character {error.position + 1}: {error}")
            else:
                self._rows.saved = {**self._rows.saved, name: text}
        return problems

    def action_filter(self, text: str = "") -> None:
        """Filter the log; without a text open the line to type one in."""
        if not text:
            self._ask(self._rows, "filter")
            return
        from tui.query import QueryError

        try:
            self._rows.set_filter(self._rows.saved.get(text.removeprefix("@"), text) if text[0] == "@" else text)
        except QueryError as error:
            self._refuse(f"filter, at character {error.position + 1}: {error}")
        else:
            self.action_pane("log")

    def action_find(self, text: str = "") -> None:
        """Search in the pane that has the keys, else in the chat; without a text open the line to type one in."""
        pane: LogPane | ChatPane = self._rows
        if not self._rows.has_focus:
            pane = self.screen_stack[0].query_one(ChatPane)
        if not text:
            self._ask(pane, "search")
            return
        try:
            pattern_of(text)
        except PatternError as error:
            self._refuse(f"search, at character {error.position + 1}: {error}")
            return
        self.action_pane(str(pane.id))
        pane.look_for(text)
        pane.action_next_hit(1)

    def _ask(self, pane: Widget, mode: Mode) -> None:
        self.action_pane(str(pane.id))
        box = box_of(pane)
        if box is not None:
            box.ask(mode)

    def action_level(self, level: str = "") -> None:
        """Another level of detail; without a number the next."""
        if level and level not in _LEVELS:
            self._refuse(f"which level? /level {'|'.join(_LEVELS)}")
            return
        self._rows.action_level(int(level or 0))
        self.action_pane("log")

    def action_next_error(self) -> None:
        """To the next error in the log."""
        self.action_pane("log")
        self._rows.action_error(1)

    def action_export_log(self, format: str = "") -> None:
        """Write the events of the rows shown to a file; without a format ask for one."""
        from tui.export.events import EVENT_FORMATS

        for known in EVENT_FORMATS:
            if known == format.lower():
                self.export_events(known, self._rows.kept())
                return
        if format:
            self._refuse(f"which format? /export-log {'|'.join(EVENT_FORMATS)}")
        else:
            self._ask(self._rows, "export")

    def on_log_pane_export_requested(self, message: LogPane.ExportRequested) -> None:
        self.export_events(message.format, message.keep)

    def export_events(self, format: EventFormat, keep: Keep) -> None:
        """Write those of the session's events that are kept to the folder of exports."""
        records = self._all_records()
        self._write(lambda file: write_events(records(), format, keep, file), "", format)

    def _all_records(self) -> Callable[[], Iterable[Record]]:
        """A way to read all of the session's records, in a thread."""
        if self._journal is not None:
            self._journal.flush()
            path = self._journal.path
            return lambda: _read(path)
        if isinstance(self.history, Recording):
            recording = self.history
            return lambda: recording
        records = self.history.records(1, len(self.history))  # in memory they may go while they are read
        return lambda: records


def _read(path: Path) -> Iterator[Record]:
    from tui.journal.file import read

    try:
        yield from read(path)
    except OSError as error:
        raise WishError(f"{path} cannot be read: {error.strerror}") from error


def write_events(records: Iterable[Record], format: EventFormat, keep: Keep, file: Sink) -> None:
    """Write a file of the events that are kept. Raises WishError where there is none."""
    from tui.export.events import write

    if not write(records, format, file, keep):
        raise WishError(
            "no row shown has anything to export" if format != "har" else "no request or tool call is shown"
        )
