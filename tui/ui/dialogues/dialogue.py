"""What every list to choose from on top of the screen looks like: a frame, a line to type in, the choices."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from tui.ui.dialogues.choices import Choices
from tui.ui.dialogues.overlay import Overlay
from tui.ui.line_input import LineInput

Chosen = TypeVar("Chosen")


class ListDialogue(Overlay[Chosen | None]):
    """Gives what was chosen, or None."""

    DEFAULT_CSS = """
    ListDialogue {
        align: center top;
        & #frame {
            width: 96%;
            max-width: 110;
            height: auto;
            max-height: 90%;
            margin-top: 1;
            border: round $border;
            background: $surface;
        }
        & Input, & Input:focus {
            height: 1;
            border: none;
            padding: 0 1;
            background: $surface;
        }
        & OptionList, & OptionList:focus {
            height: auto;
            max-height: 100%;
            border: none;
            background: $surface;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            scrollbar-size-vertical: 1;
        }
    }
    """
    HEADING: ClassVar[str]
    KEYS: ClassVar[str] = ""
    """What the keys do, on the frame."""
    QUERY: ClassVar[str] = ""
    """What is typed, said while nothing is; empty: there is nothing to type."""

    def compose(self) -> ComposeResult:
        with Vertical(id="frame") as frame:
            frame.border_title = Content(self.HEADING)
            frame.border_subtitle = Content(self.KEYS)
            yield from self.above()
            yield Choices(id="choices", markup=False)
            yield from self.below()

    def above(self) -> Iterable[Widget]:
        """What stands over the choices: the line to type in, if there is one."""
        return (LineInput(placeholder=self.QUERY, id="query"),) if self.QUERY else ()

    def below(self) -> Iterable[Widget]:
        """What stands under them."""
        return ()
