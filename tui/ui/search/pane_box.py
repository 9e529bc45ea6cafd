"""A pane with a line under it to type a filter or a search in."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.ui.search.line_owner import LineOwner, Mode

if TYPE_CHECKING:
    from tui.ui.search.line_bar import LineBar


class PaneBox(Vertical):
    """The pane, and below it the line while one is typed. The line is made after the first paint, which has no need
    of it."""

    DEFAULT_CSS = """
    PaneBox > * {
        height: 1fr;
    }
    PaneBox > LineBar {
        height: auto;
    }
    """

    def __init__(self, pane: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.pane = pane
        self._bar: LineBar | None = None
        self._wanted: Mode | None = None
        """Asked for before there was a line."""

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        if isinstance(self.pane, LineOwner):
            self.call_after_refresh(self._add_line, self.pane)

    async def _add_line(self, owner: LineOwner) -> None:
        from tui.ui.search.line_bar import LineBar

        self._bar = LineBar(owner)
        await self.mount(self._bar)
        if self._wanted is not None:
            self._bar.open(self._wanted)

    @property
    def typing(self) -> bool:
        """A line is open."""
        return self._bar is not None and self._bar.display

    def ask(self, mode: Mode) -> None:
        """Open the line; it has the keys when this returns, but for the first moments of the screen."""
        if self._bar is None or not self._bar.is_mounted:
            self._wanted = mode
        else:
            self._bar.open(mode)

    def close(self, *, kept: bool = True) -> None:
        """Close the line; the pane has the keys again if the line had them."""
        self._wanted = None
        if self._bar is not None:
            self._bar.close(kept=kept)


def box_of(pane: Widget) -> PaneBox | None:
    """The box that a pane stands in."""
    return pane.parent if isinstance(pane.parent, PaneBox) else None
