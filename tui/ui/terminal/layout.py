"""Whose is which part of which line of the screen, as Textual's compositor has laid it out."""

from collections import defaultdict
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from textual._compositor import Compositor
from textual.geometry import Region
from textual.widget import Widget


class Span(NamedTuple):
    """Part of a line, from the column `x` to before `end`: what is seen of a widget there."""

    x: int
    end: int
    widget: Widget


Touched: TypeAlias = dict[Widget, dict[int, set[Span]]]
"""Parts of lines, by widget and line."""

_KEPT: Final = 1024
"""Regions of which it is kept what they touch."""


class Layout:
    """Whose is which part of which line, for as long as the screen is laid out like this."""

    def __init__(self, compositor: Compositor) -> None:
        self.visible = compositor.visible_widgets
        """Where widgets are and to what they are clipped, the ones in front first; for another layout another one."""
        self._cuts = compositor.cuts
        self._spans: dict[int, list[Span]] = {}
        self._touched: dict[Region, Touched] = {}

    def touched(self, region: Region) -> Touched:
        """The parts of lines that a region of the screen touches. Most frames have the same few."""
        found = self._touched.get(region)
        if found is None:
            found = defaultdict(lambda: defaultdict(set))
            for y in region.line_range:
                for span in self._spans_of(y):
                    if span.x < region.right and span.end > region.x:
                        found[span.widget][y].add(span)
            if len(self._touched) >= _KEPT:
                self._touched.clear()
            self._touched[region] = found
        return found

    def differing(self, compositor: Compositor) -> set[Region]:
        """Where there is another widget now, or the same one elsewhere."""
        if self.visible is compositor.visible_widgets:
            return set()
        others = self.visible.items() ^ compositor.visible_widgets.items()
        return {seen for _, (region, clip) in others if (seen := region.intersection(clip))}

    def _spans_of(self, y: int) -> list[Span]:
        found = self._spans.get(y)
        if found is None:
            cuts = self._cuts[y] if 0 <= y < len(self._cuts) else []
            parts = ((x, end, self._widget_at(x, y)) for x, end in pairwise(cuts))
            found = self._spans[y] = [Span(x, end, widget) for x, end, widget in parts if widget is not None]
        return found

    def _widget_at(self, x: int, y: int) -> Widget | None:
        shown = (widget for widget, (region, clip) in self.visible.items() if region.intersection(clip).contains(x, y))
        return next(shown, None)
