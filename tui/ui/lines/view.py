"""Widgets that make their own lines: they go to the screen as they are, kept ready to be written.

Textual lays padding, borders, opacity and filters round each line anew whenever it scrolls. Here a line that was
written before costs a look-up.
"""

from collections.abc import Sequence
from typing import Final, Self

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ui.terminal.frames import Framed

_KEPT: Final = 1024
"""Lines kept ready: those of a few screens."""


class LinesWidget(Framed):
    """Shows what `strips` gives. At most a border at the top and padding at the sides; its looks depend on none of its
    states."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ready: dict[int, tuple[Strip, Strip]] = {}
        """Lines by identity, each with what it is after padding and filters."""
        self._manner: tuple[int, int, Sequence[LineFilter]] = (0, 0, ())
        """What is done to a line: cells before it, cells in all, filters."""
        self._grounds: tuple[Style, Color] | None = None
        """What texts are written in, and on."""

    def strips(self, first: int, end: int) -> list[Strip]:
        """The lines in view from `first` to before `end`, each as wide as the content; the same ones for the same.

        There is one at least.
        """
        raise NotImplementedError

    @property
    def base_style(self) -> Style:
        """What the styles of its texts are added to."""
        return self._ground[0]

    @property
    def _ground(self) -> tuple[Style, Color]:
        if self._grounds is None:
            self._grounds = self.rich_style, self.background_colors[1]
        return self._grounds

    def render_line(self, y: int) -> Strip:
        """For the mouse, which needs to know the place of what it is on."""
        return self.strips(y, y + 1)[0].apply_offsets(0, y + self.scroll_offset.y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for a paint, the border among them."""
        top, left = self.styles.gutter.top, self.styles.gutter.left
        border = super().render_lines(Region(crop.x, crop.y, crop.width, top - crop.y)) if crop.y < top else []
        width = self.outer_size.width - (self.scrollbar_size_vertical if self.show_vertical_scrollbar else 0)
        self._use((left, width, self.get_line_filters()))
        first, end = max(0, crop.y - top), crop.bottom - top
        lines = [self._made_ready(line) for line in self.strips(first, end)] if first < end else []
        if crop.x > 0 or crop.right < width:
            lines = [line.crop(crop.x, crop.right) for line in lines]
        return border + lines

    def _use(self, manner: tuple[int, int, Sequence[LineFilter]]) -> None:
        if manner != self._manner:
            self._manner = manner
            self._ready.clear()

    def _made_ready(self, line: Strip) -> Strip:
        found = self._ready.get(id(line))
        if found is not None:
            return found[1]
        (before, width, filters), (base, background) = self._manner, self._ground
        after = Strip([Segment(" " * before, base), *line]) if before else line
        after = after.extend_cell_length(width, base)
        for each in filters:
            after = after.apply_filter(each, background)
        if len(self._ready) >= _KEPT:
            self._ready.clear()
        self._ready[id(line)] = line, after
        return after

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ready.clear()
        self._grounds = None


class LineView(LinesWidget, ScrollView):
    """Lines in a scroll view."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._room = Size(), False, 0
        """Sizes that `lines_width` was found for, and it."""

    @property
    def size(self) -> Size:
        """Of the content, as Textual has it, which looks the widget up in the screen's layout each time."""
        return self.container_size

    @property
    def lines_width(self) -> int:
        """Cells of a line: those of the content that no scroll bar takes; 0 while it is nowhere on the screen."""
        size, bar = self.size, self.show_vertical_scrollbar
        if self._room[:2] != (size, bar) or not self._room[2]:
            self._room = size, bar, self.scrollable_content_region.width
        return self._room[2]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Regions are of lines: the scroll bar beside them is another widget."""
        lines = Region(0, 0, self.lines_width, self.size.height)
        return super().refresh(*map(lines.intersection, regions), repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._room = Size(), False, 0
