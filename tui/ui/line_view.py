"""A scroll view that makes its own lines: they go to the screen as they are, kept ready to be written.

Textual lays padding, borders, opacity and filters round each line anew whenever it scrolls. These lines have none of
that but the filters, so one that was written before costs a look-up.
"""

from collections.abc import Sequence
from typing import Final, Self

from textual.filter import LineFilter
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ui.frames import Framed

_KEPT: Final = 1024
"""Lines kept ready: those of a few screens."""


class LineView(Framed, ScrollView):
    """`render_line` gives lines of the full width. At most a border at the top, no padding."""

    _painting = False
    """Lines are made for a paint. Otherwise the mouse asks, and only it needs the dear offsets in them."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ready: dict[int, tuple[Strip, Strip]] = {}
        """Lines by identity, each with what it is after the filters."""
        self._filters: Sequence[LineFilter] = ()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Regions are of lines: the scroll bar beside them is another widget."""
        lines = Region(0, 0, self.scrollable_content_region.width, self.size.height)
        return super().refresh(*map(lines.intersection, regions), repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for a paint, the border among them."""
        top = self.styles.gutter.top
        border = super().render_lines(Region(crop.x, crop.y, crop.width, top - crop.y)) if crop.y < top else []
        width, end = self.scrollable_content_region.width, crop.x + crop.width
        self._take_filters()
        self._painting = True
        try:
            lines = [self._filtered(self.render_line(y - top)) for y in range(max(top, crop.y), crop.bottom)]
        finally:
            self._painting = False
        if (crop.x, end) != (0, width):
            lines = [line.crop(crop.x, end) for line in lines]
        return border + lines

    def _take_filters(self) -> None:
        filters = self.get_line_filters()
        if filters != self._filters:
            self._filters = filters
            self._ready.clear()

    def _filtered(self, line: Strip) -> Strip:
        found = self._ready.get(id(line))
        if found is not None:
            return found[1]
        after = line
        for each in self._filters:
            after = after.apply_filter(each, self.background_colors[1])
        if len(self._ready) >= _KEPT:
            self._ready.clear()
        self._ready[id(line)] = line, after
        return after

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ready.clear()
