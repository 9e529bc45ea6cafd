"""What waits to be sent, above the input: messages for the run under way, and the prompts after it."""

from collections.abc import Iterator
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.safety import one_line
from tui.state import State

_MOST: Final = 3
"""Lines it may take of the screen."""
_SUMMARY: Final = 400
"""Characters of a text that are cleaned for its line: more than the widest screen shows."""
_HINT_ROOM: Final = 24
"""Cells of text that a hint must leave."""


class QueueBar(Widget):
    """A line for each text, the oldest first, at most three: what is left out is counted in the last. Nothing: no line.

    What to do about it stands at the end of the last line, where there is room.
    """

    DEFAULT_CSS = """
    QueueBar {
        height: auto;
        display: none;
        background: $background;
        color: $foreground;
        & .queue-bar--mark {
            color: $text-accent;
        }
        & .queue-bar--hint {
            color: $text-muted;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"queue-bar--mark", "queue-bar--hint"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: tuple[tuple[str, ...], tuple[str, ...], bool] = ((), (), False)
        self._lines: list[tuple[str, str]] = []
        """Each line's mark and text."""

    def paint(self, state: State, now: float) -> None:
        """Show what changed; `now` is not needed."""
        shown = (state.steering, state.waiting, state.busy)
        if shown == self._shown:
            return
        self._shown = shown
        self._lines = list(_lines(state.steering, state.waiting))
        self.styles.height = len(self._lines)
        self.display = bool(self._lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if not 0 <= y < len(self._lines):
            return Strip.blank(width, base)
        mark, text = self._lines[y]
        mark_style = self.get_component_rich_style("queue-bar--mark")
        room = width - cell_len(mark) - 1
        hint = self._hint(room - _HINT_ROOM) if y == len(self._lines) - 1 else ""
        segments = [Segment(mark, mark_style), Segment(_fit(text, room - cell_len(hint)), base)]
        if hint:
            segments.append(Segment(hint, self.get_component_rich_style("queue-bar--hint")))
        return Strip(segments).adjust_cell_length(width, base)

    def _hint(self, room: int) -> str:
        """The longest that fits; empty where none does."""
        _, waiting, busy = self._shown
        if not waiting:
            hints = ["  heard after this turn", ""]
        elif busy:
            hints = [
                "  Enter: send it into the run · ↑ takes back · Esc stops",
                "  Enter: into the run · ↑ back",
                "  ↑ back",
            ]
        else:
            hints = ["  not sent: Enter sends · ↑ or Esc takes back", "  Enter sends · ↑ back", "  ↑ back"]
        return next((hint for hint in hints if cell_len(hint) <= room), "")


def _lines(steering: tuple[str, ...], waiting: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """A mark and a text for each line."""
    count = len(waiting)
    lines = [(" steering: ", text) for text in steering]
    lines += [(f" queued {number}/{count}: ", text) for number, text in enumerate(waiting, 1)]
    shown = lines if len(lines) <= _MOST else lines[: _MOST - 1]
    for mark, text in shown:
        yield mark, one_line(text, _SUMMARY)
    if len(shown) < len(lines):
        yield f" and {len(lines) - len(shown)} more, the last: ", one_line(lines[-1][1], _SUMMARY)


def _fit(text: str, room: int) -> str:
    """The text in at most `room` cells, the last one `…` if it is cut, filled up with blanks."""
    room = max(0, room)
    if cell_len(text) <= room:
        return set_cell_size(text, room)
    return set_cell_size(text, room - 1) + "…" if room else ""
