"""Texts on top of the screen: all keys and commands, and any other plain text."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.safety import visible
from tui.ui.actions.keys import keys_in_use, log_keys_in_use
from tui.ui.actions.table import ACTIONS, Action
from tui.ui.dialogues.overlay import Overlay
from tui.ui.log.keys import LOG_KEYS

_WIDE: Final = 70
"""Cells from which on keys and commands have a column each."""
_NOTES: Final = (
    "A long paste stands as a label and is sent in full.",
    "A line that begins with // is sent as a text, with one slash.",
)


class TextScreen(Overlay[None]):
    """A text to read and to scroll. It is shown as it is: no markup, no control characters."""

    DEFAULT_CSS = """
    TextScreen {
        align: center middle;
        & #frame {
            width: 96%;
            max-width: 100;
            height: auto;
            max-height: 90%;
            border: round $border;
            background: $surface;
            padding: 0 1;
        }
        & #scroll {
            height: auto;
            max-height: 100%;
            scrollbar-size-vertical: 1;
        }
        & #text {
            width: 100%;
            height: auto;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Close", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = visible(text)

    def compose(self) -> ComposeResult:
        with Vertical(id="frame") as frame:
            frame.border_title = Content(visible(self._title))
            frame.border_subtitle = Content("Esc closes · y copies")
            with VerticalScroll(id="scroll"):
                yield Static(Content(self._text), id="text", markup=False)

    def show(self, text: str) -> None:
        """Another text instead."""
        self._text = visible(text)
        self.query_one("#text", Static).update(Content(self._text))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.notify("copied", markup=False, timeout=2)


class HelpScreen(TextScreen):
    """All keys and commands, from the table of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "dismiss", "Close", show=False)]

    def __init__(self) -> None:
        super().__init__("Keys and commands", "")

    def on_resize(self) -> None:
        """Only in the app its keymap and the width are known."""
        room = self.query_one("#scroll").scrollable_content_region.width
        keys = {**keys_in_use(self.app), **log_keys_in_use(self.app)}
        self.show(help_text(keys, room or self.app.size.width - 8, (*ACTIONS, *LOG_KEYS)))


def help_text(
    keys: Mapping[str, Sequence[str]],
    width: int,
    actions: Sequence[Action] = ACTIONS,
    notes: Sequence[str] = _NOTES,
) -> str:
    """A table for each group of actions: keys, command, what it does, in lines of `width` cells.

    `keys` by action id, as people write them.
    """
    groups: dict[str, list[str]] = {}
    for action in actions:
        command = f"/{action.slash[0]} {action.argument}".rstrip() if action.slash else ""
        what = f"{action.title}: {action.help}" if action.help else action.title
        rows = groups.setdefault(action.group, [])
        if width < _WIDE:
            rows += _columns((18, " ".join([*keys[action.id], command])), (width - 22, what))
        else:
            rows += _columns((18, " ".join(keys[action.id])), (13, command), (width - 37, what))
    if notes:
        groups["Typing"] = [line for note in notes for line in _columns((width - 2, note))]
    return "\n\n".join("\n".join([group, *rows]) for group, rows in groups.items())


def _columns(*columns: tuple[int, str]) -> list[str]:
    """Texts side by side, each folded into its width in cells; all texts are the program's own, one cell a letter."""
    widths = [max(8, width) for width, _ in columns]
    folded = [wrap(text, width) for width, (_, text) in zip(widths, columns, strict=True)]
    return [
        "".join(f"  {cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in zip_longest(*folded, fillvalue="")
    ]
