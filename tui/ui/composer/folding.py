"""A text area where a long pasted text stands as a label: one thing to the cursor, whole in what is sent or copied."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.document._document import EditResult, Location, Selection
from textual.document._edit import Edit
from textual.widgets import TextArea

from tui.safety import visible
from tui.ui.composer.pastes import Pastes, Span


class FoldingArea(TextArea):
    """Pasting the same text again behind its label, or two clicks on it, puts the text in the label's place."""

    DEFAULT_CSS = """
    FoldingArea .folding--label {
        background: $panel;
        color: $text-accent;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"folding--label"}

    def __init__(self, *, placeholder: str = "", id: str | None = None, classes: str | None = None) -> None:
        self._pastes = Pastes()
        super().__init__(id=id, classes=classes, highlight_cursor_line=False, placeholder=placeholder)
        self.cursor_blink = False
        self.match_cursor_bracket = False

    @property
    def draft(self) -> str:
        """All that is typed and pasted, whole."""
        return self._pastes.expand(self.text)

    def set_draft(self, text: str) -> None:
        """Put a text in place of what is there; undo brings that back."""
        self.show(self.fold(text))

    def clear_draft(self) -> None:
        """Empty it; undo brings back what was there."""
        self.show("")

    def fold(self, text: str) -> str:
        """How a foreign text stands here: without control characters, a long one as its label."""
        return self._pastes.fold(visible(text))

    def show(self, folded: str) -> None:
        """Replace everything, labels as labels; the cursor goes to the end."""
        self.replace(folded, (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    # Pasting and copying

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_pasted(event.text)
        self.focus()

    def action_paste(self) -> None:
        self.insert_pasted(self.app.clipboard)

    def insert_pasted(self, text: str) -> None:
        """Put a pasted text at the cursor, or in place of the selection."""
        folded = self.fold(text)
        row, column = self.cursor_location
        for span in self._spans(row):
            if span.end == column and self.document[row][span.start : span.end] == folded:
                self._unfold(row, span)
                return
        self._replace_via_keyboard(folded, *self.selection)

    @property
    def selected_text(self) -> str:
        return self._pastes.expand(super().selected_text)

    def action_cut(self) -> None:
        super().action_cut()
        if "[" in self.app.clipboard:
            self.app.copy_to_clipboard(self._pastes.expand(self.app.clipboard))

    def on_click(self, event: events.Click) -> None:
        row, column = self.get_target_document_location(event)
        for span in self._spans(row):
            if event.chain == 2 and span.start <= column < span.end:
                self._unfold(row, span)
                return

    def _unfold(self, row: int, span: Span) -> None:
        whole = self._pastes.expand(self.document[row][span.start : span.end])
        self.edit(Edit(whole, (row, span.start), (row, span.end), maintain_selection_offset=False))

    # Labels

    def _spans(self, row: int) -> list[Span]:
        return self._pastes.spans(self.document[row])

    def _around(self, location: Location) -> Span | None:
        """The label that the location lies within."""
        row, column = location
        return next((span for span in self._spans(row) if span.start < column < span.end), None)

    def edit(self, edit: Edit) -> EditResult:
        """A label goes as a whole: what would cut one takes all of it."""
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

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for span in self._spans(line_index):
            line.stylize(self.get_component_rich_style("folding--label"), *span)
        return line
