"""The input: a text area that sends on Enter, keeps what was typed, completes commands and folds large pastes."""

import re
from typing import ClassVar, Final

from rich.cells import split_graphemes
from rich.segment import Segment
from rich.text import Text
from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tui.safety import visible
from tui.ui.actions import BY_ID
from tui.ui.completion import Completion, CompletionList
from tui.ui.input_history import InputHistory
from tui.ui.pastes import Pastes

PLACEHOLDER: Final = "ask, or / for commands"
PROMPT: Final = "› "

_COMMAND: Final = re.compile(r"/[A-Za-z][\w-]*(?: [^\n]*)?")
"""A path, `/usr/bin/env`, is none: it is a text to send."""


class Composer(TextArea):
    """Where the user types.

    Its text is what the user sees; `draft` is what it stands for, with large pastes in full. Keys that have a binding
    here act before the key that follows them is looked at, also when a terminal sends both at once, as input methods
    do: left to the app, a backspace would come after the letter that is to take its place.
    """

    DEFAULT_CSS = """
    Composer {
        height: auto;
        max-height: 9;
        padding: 0;
        border: none;
        border-top: solid $border-blurred;
        background: $background;
        scrollbar-size-vertical: 1;
        & .composer--prompt {
            color: $text-primary;
            text-style: bold;
        }
        & .composer--chip {
            color: $text-accent;
            text-style: bold;
        }
        &:focus {
            border: none;
            border-top: solid $border;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"composer--prompt", "composer--chip"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID["send"].keys), "send", "Send", show=False, id="send"),
        Binding(",".join(BY_ID["newline"].keys), "newline", "New line", show=False, id="newline"),
        Binding("tab", "complete", "Complete", show=False),
        Binding("escape", "close_completion", "Close", show=False),
        Binding("ctrl+d", "delete_right_or_quit", "Delete right, quit", show=False),
        Binding("ctrl+underscore,ctrl+slash,super+z", "undo", "Undo", show=False),
    ]

    class Submitted(Message):
        """The user sends `text` to the agent; the input is empty now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CommandEntered(Message):
        """The user entered a command: one line, `/word` and perhaps an argument; the input is empty now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        self._completion = Completion()
        self._list: CompletionList | None = None
        self._pastes = Pastes()
        self._history = InputHistory()
        super().__init__(id=id, classes=classes, placeholder=PLACEHOLDER, highlight_cursor_line=False)
        self.cursor_blink = False
        self.match_cursor_bracket = False

    # The text

    @property
    def draft(self) -> str:
        """All that is typed and not sent."""
        return self._pastes.expand(self.text)

    def set_draft(self, text: str) -> None:
        """Show another text instead, with the cursor at its end."""
        self._show(visible(text))

    def restore(self, text: str) -> None:
        """Put back a text that could not be sent, before what was typed since."""
        newest = self._history.newest
        back = newest if self._pastes.expand(newest).strip() == text.strip() else visible(text)
        self._show(f"{back}\n{self.text}" if self.text else back)

    def clear_draft(self) -> None:
        """Empty the input; Up brings back what was in it."""
        self._history.add(self.text)
        self._show("")

    def _show(self, text: str) -> None:
        self.load_text(text)
        self.move_cursor(self.document.end)
        self._completion.close()
        self._show_completion()
