"""The recorded sessions on top of the screen: search, open, rename, delete and bring back."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.journal.sessions import SessionError, Sessions
from tui.journal.summary import Summary
from tui.safety import one_line
from tui.ui.dialogues.dialogue import ListDialogue
from tui.ui.dialogues.session_line import WIDE, facts, headings

_NAME: Final = "a new name, then Enter"
_TITLE: Final = 200
"""Characters of a title; its row is cut where the list ends."""
_SHOWN: Final = 500
"""Sessions listed at once; a search looks through all of them."""


class SessionsScreen(ListDialogue[str]):
    """Gives the id of the session to open. What was deleted can be brought back until the screen closes."""

    DEFAULT_CSS = """
    SessionsScreen #head {
        height: 1;
        padding: 0 1;
        color: $foreground-muted;
        text-wrap: nowrap;
    }
    """
    HEADING = "Sessions"
    KEYS = "Enter opens · ↓ then r renames, d deletes, u undoes · Esc"
    QUERY = "type to search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", show=False),
        Binding("f5", "dismiss", "Close", show=False),
        Binding("tab", "other", show=False, priority=True),
        Binding("down", "into_list", show=False),
        Binding("r", "rename", "Rename", show=False),
        Binding("d,delete", "delete", "Delete", show=False),
        Binding("u", "undo", "Undo", show=False),
        Binding("slash", "search", "Search", show=False),
    ]

    def __init__(self, sessions: Sessions, current: str, now: float) -> None:
        super().__init__()
        self._sessions = sessions
        self._current, self._now = current, now
        self._all: Sequence[Summary] = ()
        self._found: Sequence[Summary] = ()
        self._query = ""
        self._renaming: Summary | None = None
        self._deleted: list[str] = []

    def on_mount(self) -> None:
        self.query_one("#frame").mount(Static(id="head", markup=False), before="#choices")
        self._load()
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        self._filter()

    def on_unmount(self) -> None:
        """Deleted for good."""
        for session in self._deleted:
            self._sessions.purge(session)

    # The list

    def _load(self) -> None:
        self._all = self._sessions.all()
        self._filter()

    def _filter(self) -> None:
        words = self._query.lower().split()
        self._found = [summary for summary in self._all if _fits(summary, words)][:_SHOWN]
        choices = self.query_one(OptionList)
        at = choices.highlighted or 0
        room = self._line_up()
        choices.set_options(Option(self._row(summary, room)) for summary in self._found)
        choices.highlighted = min(at, len(self._found) - 1) if self._found else None

    def _line_up(self) -> int:
        """Set the headings for the room there is, which is given."""
        room = self.query_one(OptionList).scrollable_content_region.width or self.app.size.width
        id_heading = f"{'SESSION':<8}  " if room >= WIDE else ""
        self.query_one("#head", Static).update(Content(f"  {id_heading}{headings(room)}  TITLE"))
        return room

    def _row(self, summary: Summary, room: int) -> Content:
        here = "● " if summary.session == self._current else "  "
        session = f"{summary.session}  " if room >= WIDE else ""
        told = f"{session}{facts(summary, room, self._now)}  "
        return Content.assemble(here, (told, "dim"), one_line(summary.title, _TITLE))

    @property
    def _chosen(self) -> Summary | None:
        index = self.query_one(OptionList).highlighted
        return self._found[index] if index is not None and index < len(self._found) else None

    # The input

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if self._renaming is None:
            self._query = event.value
            self._filter()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._renaming is None:
            self._open()
            return
        try:
            self._sessions.rename(self._renaming.session, event.value.strip())
        except SessionError as error:
            self._say(str(error))
        self._end_renaming()
        self._load()

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.dismiss(chosen.session)

    # Keys

    def action_back(self) -> None:
        """Esc: out of a name being typed, else out of the screen."""
        if self._renaming is not None:
            self._end_renaming()
        else:
            self.dismiss(None)

    def action_other(self) -> None:
        typing = self.query_one(Input).has_focus
        self.query_one(OptionList if typing else Input).focus()

    def action_into_list(self) -> None:
        self.query_one(OptionList).focus()

    def action_search(self) -> None:
        self.query_one(Input).focus()

    def action_rename(self) -> None:
        self._renaming = self._chosen
        if self._renaming is not None:
            field = self.query_one(Input)
            field.placeholder = _NAME
            field.value = self._renaming.title
            field.focus()

    def _end_renaming(self) -> None:
        field = self.query_one(Input)
        field.value, field.placeholder = self._query, self.QUERY
        self._renaming = None
        self.query_one(OptionList).focus()

    def action_delete(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        if chosen.session == self._current:
            self._say("this session is the one on the screen")
            return
        try:
            self._sessions.discard(chosen.session)
        except SessionError as error:
            self._say(str(error))
            return
        self._deleted.append(chosen.session)
        self._load()
        self._say("deleted: u brings it back")

    def action_undo(self) -> None:
        if not self._deleted:
            self._say("nothing was deleted here")
            return
        try:
            self._sessions.restore(self._deleted.pop())
        except SessionError as error:
            self._say(str(error))
        self._load()

    def _say(self, text: str) -> None:
        self.notify(text, markup=False, timeout=4)


def _fits(summary: Summary, words: Sequence[str]) -> bool:
    text = f"{summary.title} {summary.name} {summary.agent} {summary.session} {summary.cwd}".lower()
    return all(word in text for word in words)
