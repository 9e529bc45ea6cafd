"""A pane with a line under it to type a filter or a search in."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.ui.search.line_bar import LineBar
from tui.ui.search.line_owner import LineOwner, Mode


class PaneBox(Vertical):
    """The pane, and below it the line while one is typed."""

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

    def compose(self) -> ComposeResult:
        yield self.pane
        if isinstance(self.pane, LineOwner):
            yield LineBar(self.pane)

    @property
    def typing(self) -> bool:
        """A line is open."""
        return any(bar.display for bar in self.query(LineBar))

    def ask(self, mode: Mode) -> None:
        """Open the line; it has the keys when this returns."""
        for bar in self.query(LineBar):
            bar.open(mode)

    def close(self, *, kept: bool = True) -> None:
        """Close the line; the pane has the keys again if the line had them."""
        for bar in self.query(LineBar):
            bar.close(kept=kept)


def box_of(pane: Widget) -> PaneBox | None:
    """The box that a pane stands in."""
    return pane.parent if isinstance(pane.parent, PaneBox) else None
