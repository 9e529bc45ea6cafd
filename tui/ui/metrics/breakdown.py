"""Where the time of a model request went, as one proportional bar that reads without colour, and its legend."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from tui.metrics.requests import Breakdown


class Part(NamedTuple):
    """How a part is drawn: its first cell is its letter, which begins its word in the legend; the rest is `fill`."""

    word: str
    fill: str
    role: str

    @property
    def letter(self) -> str:
        return self.word[0]


PARTS: Final[tuple[Part, ...]] = (
    Part("queue", "·", "muted"),
    Part("conn", "-", "accent"),
    Part("retry", "×", "error"),
    Part("wait", "░", "muted"),
    Part("gen", "█", "spark"),
    Part("tool", "▓", "tool_running"),
)
"""In the order of `Breakdown`, which is the order in time."""

LEGEND: Final = (3, 4, 1, 5, 0, 2)
"""The parts in the order of importance: what most requests consist of comes first."""


def bar(times: Breakdown, width: int) -> tuple[tuple[str, str], ...]:
    """The parts side by side, at least a cell each where they took any time; pieces of text and role."""
    shown = [(part, seconds) for part, seconds in zip(PARTS, times, strict=True) if seconds >= 0.0005]
    if not shown or width < len(shown):
        return ((" " * max(0, width), "text"),)
    cells = _share_out([seconds for _, seconds in shown], width)
    return tuple(
        ((part.letter + part.fill * number)[:number], part.role)
        for (part, _), number in zip(shown, cells, strict=True)
    )  # fmt: skip


def _share_out(amounts: Sequence[float], width: int) -> list[int]:
    """Whole cells in proportion, at least one each, `width` together: the largest remainders get what is left."""
    spare, total = width - len(amounts), sum(amounts)
    exact = [spare * amount / total for amount in amounts]
    cells = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: cells[index] - exact[index])
    for index in by_remainder[: spare - sum(cells)]:
        cells[index] += 1
    return [1 + each for each in cells]
