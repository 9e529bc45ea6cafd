"""The commands that fit what is typed: which they are, and the list of them above the input."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from textual.content import Content
from textual.geometry import Offset, Region
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.actions import matching

MOST_ROWS: Final = 8

_WORD: Final = re.compile(r"/(?:[A-Za-z][\w-]*)?")


class Choice(NamedTuple):
    """A command as offered."""

    word: str
    argument: str
    help: str


class Completion:
    """Which commands are offered for the text of the input, and which of them is chosen."""

    def __init__(self) -> None:
        self.choices: Sequence[Choice] = ()
        self.index = 0
        self._dismissed = False

    @property
    def is_open(self) -> bool:
        return bool(self.choices)

    @property
    def chosen(self) -> Choice:
        """Only while it is open."""
        return self.choices[self.index]

    def update(self, text: str) -> None:
        """The text changed under the user's hands."""
        if not text.startswith("/"):
            self._dismissed = False
        offered = not self._dismissed and _WORD.fullmatch(text) is not None
        self.choices = choices(text[1:]) if offered else ()
        words = [choice.word for choice in self.choices]
        self.index = words.index(text[1:].lower()) if text[1:].lower() in words else 0

    def move(self, step: int) -> None:
        """Choose another, from the last on to the first."""
        self.index = (self.index + step) % len(self.choices)

    def close(self) -> None:
        """Until the text changes."""
        self.choices = ()

    def dismiss(self) -> None:
        """Until the text is no command any more."""
        self.choices = ()
        self._dismissed = True


def choices(prefix: str) -> list[Choice]:
    """The commands that begin with `prefix`, each by its first word that does."""
    prefix = prefix.lower()
    return [
        Choice(next(word for word in action.slash if word.startswith(prefix)), action.argument, action.help or action.title)
        for action in matching(prefix)
    ]


class CompletionList(OptionList, can_focus=False):
    """The list on top of what is above the input; the input keeps the keys. `choose` is told the index clicked."""

    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        width: auto;
        min-width: 30;
        max-width: 100%;
        height: auto;
        max-height: 8;
        padding: 0 1;
        border: none;
        background: $panel;
        scrollbar-size-vertical: 1;
    }
    CompletionList:focus {
        border: none;
    }
    """

    def __init__(self, choose: Callable[[int], None]) -> None:
        super().__init__(markup=False, compact=True)
        self._choose = choose
        self._shown: Sequence[Choice] = ()

    def show(self, completion: Completion, under: Region) -> None:
        """Show the choices right above the region `under`, in cells of the screen; nothing where there are none."""
        self.display = completion.is_open
        if not completion.is_open:
            return
        if completion.choices != self._shown:
            self._shown = completion.choices
            self.set_options(_rows(completion.choices))
        self.highlighted = completion.index
        rows = max(1, min(MOST_ROWS, under.y, len(completion.choices)))
        self.styles.max_height = rows
        self.absolute_offset = Offset(under.x, under.y - rows)
        self.refresh(layout=True)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option_index)


def _rows(choices: Sequence[Choice]) -> list[Option]:
    commands = [f"/{choice.word} {choice.argument}".rstrip() for choice in choices]
    width = max(map(len, commands))
    return [
        Option(Content.assemble(f"{command:<{width}}  ", (choice.help, "dim")))
        for command, choice in zip(commands, choices, strict=True)
    ]
