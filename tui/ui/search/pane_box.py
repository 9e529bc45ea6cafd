"""A pane with a line under it to type a filter or a search in."""

from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

Mode: TypeAlias = Literal["filter", "search", "export"]


class Offer(NamedTuple):
    """`insert` goes in the place of the characters from `start` to `end`; `word` is shown, `about` explains."""

    word: str
    insert: str
    start: int
    end: int
    about: str


class Problem(NamedTuple):
    """What is wrong with what is typed, in one line, and at which character."""

    text: str
    position: int


@runtime_checkable
class LineOwner(Protocol):
    """The pane that a line is typed for."""

    def line_begun(self, mode: Mode) -> str:
        """A line is open; what stands in it."""

    def line_typed(self, mode: Mode, text: str) -> Problem | None:
        """Act on what is typed so far."""

    def line_ended(self, mode: Mode, *, kept: bool) -> None:
        """The line is closed: what was typed is kept, or all is to be as it was."""

    def line_offers(self, mode: Mode, text: str, cursor: int) -> list[Offer]:
        """What could be typed next, the likeliest first."""


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
        from tui.ui.search.line_bar import LineBar

        yield self.pane
        if isinstance(self.pane, LineOwner):
            yield LineBar(self.pane)

    @property
    def typing(self) -> bool:
        """A line is open."""
        from tui.ui.search.line_bar import LineBar

        return any(bar.display for bar in self.query(LineBar))

    def ask(self, mode: Mode) -> None:
        """Open the line; it has the keys when this returns."""
        from tui.ui.search.line_bar import LineBar

        for bar in self.query(LineBar):
            bar.open(mode)

    def close(self, *, kept: bool = True) -> None:
        """Close the line; the pane has the keys again if the line had them."""
        from tui.ui.search.line_bar import LineBar

        for bar in self.query(LineBar):
            bar.close(kept=kept)


def box_of(pane: Widget) -> PaneBox | None:
    """The box that a pane stands in."""
    return pane.parent if isinstance(pane.parent, PaneBox) else None
