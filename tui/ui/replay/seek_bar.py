"""Where a replay is: speed, time, and a bar to click on."""

import math
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.journal.player import Player
from tui.state import State

_LEAST: Final = 4
"""Cells below which there is no bar."""


class SeekBar(Widget):
    """Speed, time, a bar with the head on it, and which event it is."""

    DEFAULT_CSS = """
    SeekBar {
        height: 1;
        background: $surface;
        color: $foreground;
        & .seek-bar--passed {
            color: $text-accent;
        }
        & .seek-bar--ahead {
            color: $text-muted;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"seek-bar--passed", "seek-bar--ahead"}

    class Sought(Message):
        """The user wants the head at this part of the whole, 0 to 1."""

        def __init__(self, part: float) -> None:
            super().__init__()
            self.part = part

    def __init__(self, player: Player, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._player = player
        self._shown = ("", 0, 0, "")

    def paint(self, state: State, now: float) -> None:
        """Repaint where a second, an event or a cell of the bar has passed."""
        if self._parts() != self._shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        left, passed, ahead, right = self._shown = self._parts()
        base = self.rich_style
        strip = Strip(
            [
                Segment(left, base),
                Segment("━" * passed, self.get_component_rich_style("seek-bar--passed")),
                Segment("─" * ahead, self.get_component_rich_style("seek-bar--ahead")),
                Segment(right, base),
            ]
        )
        return strip.adjust_cell_length(self.size.width, base)

    def on_click(self, event: events.Click) -> None:
        left, passed, ahead, _ = self._shown
        at = event.x - cell_len(left)
        if 0 <= at < passed + ahead:
            self.post_message(self.Sought(at / max(1, passed + ahead - 1)))

    def _parts(self) -> tuple[str, int, int, str]:
        """What stands left of the bar, the bar's cells before and after the head, and what stands right of it."""
        player = self._player
        mark = "▶" if player.playing else "■" if player.ended else "‖"
        speed = "max" if math.isinf(player.speed) else f"{player.speed:g}×"
        left = f" {mark} {speed} {_minutes(player.head)} / {_minutes(player.length)} "
        right = f" event {player.position:,} of {len(player):,} "
        cells = self.size.width - cell_len(left) - cell_len(right)
        if cells < _LEAST:
            return left, 0, 0, right
        passed = round(cells * (player.head / player.length if player.length else 1.0))
        return left, passed, cells - passed, right


def _minutes(seconds: float) -> str:
    """`01:23`, or `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
