"""A frame: what the panes repaint goes to the terminal together and at once.

Left to itself Textual passes each change on by messages, from widget to screen to a timer, each a task that wakes.
"""

# ruff: noqa: SLF001 - the screen's own parts; pinned and tested like all in `tui.ui.terminal.internals`

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

_marked: dict[Widget, None] | None = None
"""What is to be written at the end of the frame under way; None between frames."""


@contextmanager
def frame(app: App[Any]) -> Iterator[None]:
    """Changes made to `Framed` widgets within are on the terminal at its end, where nothing lies above the panes."""
    global _marked
    if _marked is not None or len(app.screen_stack) != 1 or app._batch_count:
        yield
        return
    _marked = {}
    try:
        yield
    finally:
        marked, _marked = _marked, None
        _write(app.screen, list(marked))


def _write(screen: Screen[Any], widgets: list[Widget]) -> None:
    if not widgets:
        return
    if screen._layout_required or screen._scroll_required or not all(map(_placed, widgets)):
        for widget in widgets:
            widget._repaint_required = True
            widget.check_idle()
        return
    screen._compositor.update_widgets({*widgets, *screen._dirty_widgets})  # what waited for its timer goes along
    screen._compositor_refresh()


def _placed(widget: Widget) -> bool:
    return widget.is_mounted and not widget._layout_required


def under_way() -> bool:
    """Panes are painting a frame."""
    return _marked is not None


def mark(widget: Widget, *regions: Region) -> None:
    """Have a widget, or regions of its content, written with the frame under way."""
    assert _marked is not None
    widget._set_dirty(*regions)
    _marked[widget] = None


class Framed(Widget):
    """A widget whose repaints are part of the frame under way, if one is."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if _marked is None or layout or recompose or not repaint or not self.is_mounted:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        mark(self, *regions)
        return self
