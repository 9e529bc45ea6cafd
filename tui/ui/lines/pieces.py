"""Lines made of pieces of text, each in a style of the palette, and the view that shows them."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from tui.ui.lines.view import LineView
from tui.ui.terminal.scrolling import grow
from tui.ui.themes.palette import Palette

Line: TypeAlias = tuple[tuple[str, str], ...]
"""Pieces of text, each with the name of its style in the palette."""


def cells(line: Line) -> int:
    """How wide a line is."""
    return sum(cell_len(text) for text, _ in line)


def muted(text: str) -> Line:
    """A line in the background."""
    return ((text, "muted"),)


def below(parts: Sequence[list[Line]]) -> list[Line]:
    """Parts with an empty line between them."""
    return [line for at, part in enumerate(parts) for line in ([(), *part] if at else part)]


def beside(left: Sequence[Line], right: Sequence[Line], at: int) -> list[Line]:
    """Two columns, the second from cell `at` on."""
    lines: list[Line] = []
    for index in range(max(len(left), len(right))):
        first = left[index] if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        lines.append((*first, (" " * (at - cells(first)), "text"), *second))
    return lines


class PiecesView(LineView):
    """Shows lines; of new ones only those that differ are painted. What does not fit can be scrolled to."""

    DEFAULT_CSS = """
    PiecesView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._palette: Palette | None = None

    def show(self, lines: list[Line]) -> None:
        """In place of those before."""
        size = self.scrollable_content_region.size
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            grow(self, Size(size.width, len(lines)))
            self.refresh()
            return
        top = self.scroll_offset.y
        for y, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new and top <= y < top + size.height:
                self.refresh(Region(0, y - top, size.width, 1))

    def clear(self) -> None:
        """The next lines are all painted."""
        self._lines = []

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    def strips(self, first: int, end: int) -> list[Strip]:
        top = self.scroll_offset.y
        return [self._strip(row) for row in range(top + first, top + end)]

    def _strip(self, row: int) -> Strip:
        if row >= len(self._lines):
            return Strip.blank(self.size.width, self.base_style)
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        looks = self._palette
        pieces = [Segment(text, self.base_style + _look(looks, role)) for text, role in self._lines[row]]
        return Strip(pieces).adjust_cell_length(self.size.width, self.base_style)

    def text(self) -> str:
        """What it says, as plain text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)


def _look(palette: Palette, role: str) -> Style:
    look = getattr(palette, role)
    assert isinstance(look, Style)
    return look
