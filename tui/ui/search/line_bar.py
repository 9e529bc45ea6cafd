"""The line at the bottom of a pane that a filter or a search is typed in, with what could come next above it."""

from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.safety import one_line
from tui.ui.line_input import LineInput
from tui.ui.lines.line import cut_text
from tui.ui.search.line_owner import LineOwner, Mode, Offer, Problem
from tui.ui.themes.palette import Palette

_WIDEST: Final = 32
"""Cells of one offer."""

_HOW: Final[dict[Mode, str]] = {
    "filter": "Tab takes an offer, Enter keeps, Esc goes back",
    "search": "~ begins a regex, Enter stays, Esc goes back",
    "export": "a letter, or Esc",
}


class OfferRow(Widget):
    """Words that can be chosen, in one line; the chosen one is always in view."""

    DEFAULT_CSS = "OfferRow { height: 1; }"

    class Clicked(Message):
        """The offer at `index` was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self.offers: list[Offer] = []
        self.chosen = -1

    def show(self, offers: list[Offer]) -> None:
        """Other offers; none is chosen."""
        self.offers, self.chosen = offers, -1
        self.refresh()

    def move(self, by: int) -> None:
        """Choose the next or the previous one; before the first, none."""
        if self.offers:
            self.chosen = (self.chosen + 1 + by) % (len(self.offers) + 1) - 1
            self.refresh()

    def _laid(self) -> list[tuple[int, str]]:
        """Offers with their indices, as many as fit around the chosen one."""
        words = [f" {cut_text(one_line(offer.word, _WIDEST * 2), _WIDEST)} " for offer in self.offers]
        first = 0
        while first < self.chosen and sum(map(cell_len, words[first : self.chosen + 1])) > self.size.width:
            first += 1
        return list(enumerate(words))[first:]

    def render_line(self, y: int) -> Strip:
        looks = Palette.from_variables(self.app.theme_variables)
        parts = [
            Segment(word, self.rich_style + (looks.cursor if index == self.chosen else looks.muted))
            for index, word in self._laid()
        ]
        width = self.size.width
        return Strip([*parts, Segment(" " * width, self.rich_style + Style.null())]).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        left = 0
        for index, word in self._laid():
            left += cell_len(word)
            if event.x < left:
                self.post_message(self.Clicked(index))
                return


class LineBar(Vertical):
    """Hidden until it is opened. What is typed acts at once; Enter keeps it, Esc takes it back."""

    DEFAULT_CSS = """
    LineBar {
        height: auto;
        display: none;
        background: $surface;
        & Horizontal {
            height: 1;
        }
        & #line-word {
            width: auto;
            color: $text-primary;
            text-style: bold;
        }
        & Input, & Input:focus {
            width: 1fr;
            height: 1;
            border: none;
            padding: 0;
            background: $surface;
        }
        & #line-note {
            height: 1;
            color: $foreground-muted;
        }
        & #line-note.-wrong {
            color: $text-error;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", "Take the offer", show=False),
        Binding("down", "choose(1)", "Next offer", show=False),
        Binding("up", "choose(-1)", "Previous offer", show=False),
        Binding("escape", "drop", "Take it back", show=False),
    ]

    def __init__(self, owner: LineOwner) -> None:
        super().__init__()
        self._owner = owner
        self._mode: Mode = "filter"

    def compose(self) -> ComposeResult:
        yield OfferRow()
        with Horizontal():
            yield Static("", id="line-word", markup=False)
            yield LineInput(id="line", select_on_focus=False)
        yield Static("", id="line-note", markup=False)

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def open(self, mode: Mode) -> None:
        """Show the line and give it the keys."""
        if self.display and mode != self._mode:
            self._owner.line_ended(self._mode, kept=True)
        self._mode = mode
        self.display = True
        self.query_one("#line-word", Static).update(f"{mode} ")
        self.query_one(OfferRow).display = mode != "search"
        self._input.placeholder = _HOW[mode]
        text = self._owner.line_begun(mode)
        with self._input.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)
        self._typed()
        self.screen.set_focus(self._input)

    def close(self, *, kept: bool) -> None:
        """Hide the line."""
        if not self.display:
            return
        focused = self._input.has_focus
        self.display = False
        self._owner.line_ended(self._mode, kept=kept)
        if focused and isinstance(self._owner, Widget):
            self.screen.set_focus(self._owner)

    # What is typed

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._typed()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.query_one(OfferRow).chosen >= 0:
            self.action_take()
        else:
            self.close(kept=True)

    def _typed(self) -> None:
        text = self._input.value
        problem = self._owner.line_typed(self._mode, text)
        self.query_one(OfferRow).show(self._owner.line_offers(self._mode, text, self._input.cursor_position))
        self._note(problem)

    def _note(self, problem: Problem | None, about: str = "") -> None:
        note = self.query_one("#line-note", Static)
        note.set_class(problem is not None, "-wrong")
        note.update(Content(about if problem is None else self._pointed(problem)))

    def _pointed(self, problem: Problem) -> str:
        """The problem with a caret under its place, where there is room for both."""
        text = one_line(problem.text, 300)
        caret = len(self._mode) + 1 + cell_len(self._input.value[: problem.position])
        room = self.size.width or self.app.size.width
        if caret + 2 + cell_len(text) <= room:
            return f"{' ' * caret}^ {text}"
        return cut_text(f"{problem.position + 1}: {text}", room)

    # Offers

    def action_choose(self, by: int) -> None:
        """Choose among the offers."""
        row = self.query_one(OfferRow)
        row.move(by)
        if row.chosen >= 0:
            self._note(None, one_line(f"{row.offers[row.chosen].insert}  {row.offers[row.chosen].about}", 300))
        else:
            self._note(None)

    def action_take(self) -> None:
        """Take the chosen offer, else the first."""
        row = self.query_one(OfferRow)
        self._take(max(0, row.chosen))

    @on(OfferRow.Clicked)
    def _offer_clicked(self, event: OfferRow.Clicked) -> None:
        event.stop()
        self._take(event.index)

    def _take(self, index: int) -> None:
        offers = self.query_one(OfferRow).offers
        if index >= len(offers):
            return
        offer, text = offers[index], self._input.value
        self._input.value = text[: offer.start] + offer.insert + text[offer.end :]
        self._input.cursor_position = offer.start + len(offer.insert)

    def action_drop(self) -> None:
        """Leave all as it was."""
        self.close(kept=False)
