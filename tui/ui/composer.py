"""The input: what is typed or pasted becomes a prompt or a command, and nothing typed is ever lost."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.content import Content
from textual.document._document import EditResult, Location, Selection
from textual.document._edit import Edit
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widgets import TextArea

from tui.safety import visible
from tui.ui.actions import BY_ID, Action, bindings, matching
from tui.ui.completion import CompletionList
from tui.ui.pastes import Pastes, Span
from tui.ui.recall import Recall

_PROMPT: Final = "› "
_COMMAND: Final = re.compile(r"/[a-z][\w-]*(?: .*)?", re.IGNORECASE)
"""A path such as `/usr/bin` is none."""
_BEGUN: Final = re.compile(r"/[\w-]*")
_MODIFIED_ENTER: Final = frozenset(("shift+\r", "alt+\r", "ctrl+\r"))
"""How xterm's modifyOtherKeys spells them; commas and blanks have no place in a binding."""


class Composer(TextArea):
    """One to eight lines of input. It has no border of its own but the line above it."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        max-height: 9;
        border: none;
        border-top: solid $border-blurred;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
    }
    Composer:focus {
        border: none;
        border-top: solid $border;
    }
    Composer .composer--prompt {
        color: $text-muted;
    }
    Composer:focus .composer--prompt {
        color: $text-accent;
        text-style: bold;
    }
    Composer .composer--chip {
        background: $panel;
        color: $text-accent;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"composer--prompt", "composer--chip"}
    BINDINGS: ClassVar[list[BindingType]] = bindings("composer")

    completing = var(False)
    """The list of commands is open: it wants the arrows, Tab, Enter and Esc."""

    class Submitted(Message):
        """The user sent a prompt; who cannot take it hands it back with `restore`."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CommandEntered(Message):
        """The user entered a command: `/word`, perhaps with an argument."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, history: Sequence[str] = (), *, id: str | None = None, classes: str | None = None) -> None:
        self._pastes = Pastes()
        self._recall = Recall(list(history))
        self._last = ("", "")
        """What was sent last, and how it stood in the input."""
        self._list: CompletionList | None = None
        self._dismissed = ""
        super().__init__(
            id=id,
            classes=classes,
            compact=False,
            highlight_cursor_line=False,
            placeholder=Content("ask, or / for commands"),
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False

    # What is in it

    @property
    def draft(self) -> str:
        """All that is typed and pasted, whole."""
        return self._pastes.expand(self.text)

    def set_draft(self, text: str) -> None:
        """Put a text in place of what is there; undo brings that back."""
        self._show(self._pastes.fold(visible(text)))

    def clear_draft(self) -> None:
        """Empty it; undo brings back what was there."""
        self._show("")

    def restore(self, text: str) -> None:
        """Give back what was sent and could not be taken, before what has been typed since."""
        sent, raw = self._last
        shown = raw if sent == text else self._pastes.fold(visible(text))
        self._show(f"{shown}\n{self.text}" if self.text.strip() else shown)

    def _show(self, raw: str) -> None:
        self.replace(raw, (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    # Sending

    def action_send(self) -> None:
        """Enter: send, unless a backslash before the cursor asks for a new line."""
        row, column = self.cursor_location
        before = self.document[row][:column]
        if self.selection.is_empty and (len(before) - len(before.rstrip("\\"))) % 2:
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
            return
        raw = self.text.rstrip().lstrip("\n")
        if raw.strip():
            self._send(raw)

    def _send(self, raw: str) -> None:
        is_command = _COMMAND.fullmatch(raw) is not None
        escaped = raw.startswith("//") and _COMMAND.fullmatch(raw, 1) is not None
        text = self._pastes.expand(raw[1:] if escaped else raw)
        self._last = (text, raw)
        self._recall.add(raw)
        self.load_text("")
        self.post_message(self.CommandEntered(text) if is_command else self.Submitted(text))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    async def action_end(self) -> None:
        """Ctrl+D: quit with nothing typed, else delete to the right as everywhere."""
        if self.text:
            self.action_delete_right()
        else:
            await self.app.run_action(BY_ID["quit"].action)

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Only what types a character is inserted here; all else is found among the bindings."""
        if self.completing and self._complete_key(event.key):
            event.stop()
        elif event.key in _MODIFIED_ENTER:
            event.stop()
            self.action_newline()
        elif event.is_printable:
            return
        elif _is_text(event.character):  # a phrase from an input method, with joiners in it
            event.stop()
            self._replace_via_keyboard(event.character or "", *self.selection)
        event.prevent_default()

    def action_cursor_page_up(self) -> None:
        """The page keys are the chat's."""
        raise SkipAction

    def action_cursor_page_down(self) -> None:
        raise SkipAction

    # What was entered before

    def action_earlier(self) -> None:
        """Up: on the first line what was entered before, elsewhere a line up."""
        older = None
        if self.navigator.is_first_wrapped_line(self.cursor_location):
            older = self._recall.older(self.text)
        self.action_cursor_up() if older is None else self._show(older)

    def action_later(self) -> None:
        newer = None
        if self.navigator.is_last_wrapped_line(self.cursor_location):
            newer = self._recall.newer(self.text)
        self.action_cursor_down() if newer is None else self._show(newer)

    # Pasting

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text and nothing else: it sends nothing, and opens no list that Enter could choose from."""
        event.stop()
        event.prevent_default()
        self._paste(event.text)
        self.focus()

    def action_paste(self) -> None:
        self._paste(self.app.clipboard)

    def _paste(self, text: str) -> None:
        text = visible(text)
        folded = self._pastes.fold(text)
        row, column = self.cursor_location
        for span in self._spans(row):
            if span.end == column and folded != text and self.document[row][span.start : span.end] == folded:
                self._unfold(row, span)
                return
        self._dismissed = self.text[: self.document.get_index_from_location(self.cursor_location)] + folded
        self._replace_via_keyboard(folded, *self.selection)

    def _unfold(self, row: int, span: Span) -> None:
        label = self.document[row][span.start : span.end]
        whole = Edit(self._pastes.expand(label), (row, span.start), (row, span.end), False)
        super().edit(whole)

    def on_click(self, event: events.Click) -> None:
        """Two clicks on a label show the text behind it."""
        row, column = self.get_target_document_location(event)
        for span in self._spans(row):
            if event.chain == 2 and span.start <= column < span.end:
                self._unfold(row, span)
                return

    def _spans(self, row: int) -> list[Span]:
        return self._pastes.spans(self.document[row])

    def _around(self, location: Location) -> Span | None:
        """The label that the location lies within."""
        row, column = location
        return next((span for span in self._spans(row) if span.start < column < span.end), None)

    def edit(self, edit: Edit) -> EditResult:
        """A label goes as a whole: what cuts one takes all of it."""
        (top_row, top), (bottom_row, bottom) = edit.top, edit.bottom
        first, last = self._around(edit.top), self._around(edit.bottom)
        if first is not None:
            top = first.end if edit.top == edit.bottom else first.start
        if last is not None:
            bottom = last.end
        if (first or last) is not None:
            edit = Edit(edit.text, (top_row, top), (bottom_row, bottom), edit.maintain_selection_offset)
        return super().edit(edit)

    def validate_selection(self, selection: Selection) -> Selection:
        """The cursor steps over a label as over one character."""
        return Selection(self._beside_label(selection.start), self._beside_label(selection.end))

    def _beside_label(self, location: Location) -> Location:
        span = self._around(location)
        if span is None:
            return location
        row, column = location
        cursor = self.selection.end
        if cursor == (row, span.start):
            return row, span.end
        if cursor == (row, span.end):
            return row, span.start
        return row, span.start if column - span.start < span.end - column else span.end

    # Completion

    def update_suggestion(self) -> None:
        """Textual calls it after each change of the text."""
        if self.text != self._dismissed:
            self._dismissed = ""
        begun = self.has_focus and _BEGUN.fullmatch(self.text) and not self._dismissed
        actions = matching(self.text[1:]) if begun else []
        if actions:
            if self._list is None:
                self._list = CompletionList(self._run_completed)
                self.screen.mount(self._list)
            self._list.offer(actions, self.region)
        elif self._list is not None:
            self._list.close()
        self.completing = bool(actions)

    def _complete_key(self, key: str) -> bool:
        """Whether the list had a use for the key."""
        assert self._list is not None
        match key:
            case "up" | "down":
                self._list.move(-1 if key == "up" else 1)
            case "tab":
                self._show(f"/{self._list.chosen.slash[0]} ")
            case "enter":
                self._run_completed(self._list.chosen)
            case "escape":
                self._dismissed = self.text
                self.update_suggestion()
            case _:
                return False
        return True

    def _run_completed(self, action: Action) -> None:
        self._show(f"/{action.slash[0]}")
        self.action_send()

    def on_blur(self) -> None:
        self.update_suggestion()

    # Looks

    @property
    def gutter_width(self) -> int:
        """Cells left of the text."""
        return len(_PROMPT)

    def render_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("composer--prompt")
        first = y == 0 and self.scroll_offset.y == 0
        gutter = Segment(_PROMPT if first else " " * len(_PROMPT), style)
        return Strip.join([Strip([gutter], len(_PROMPT)), super().render_line(y)])

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for span in self._spans(line_index):
            line.stylize(self.get_component_rich_style("composer--chip"), *span)
        return line


def _is_text(character: str | None) -> bool:
    return character is not None and character not in "\t\n" and visible(character) == character
