"""All that is known of a row of the log, in views, over the panes."""

from collections.abc import Callable
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.requests import Records
from tui.safety import one_line
from tui.state import Row, State
from tui.ui.dialogues.overlay import Overlay
from tui.ui.inspector.json_view import JsonView
from tui.ui.inspector.request_views import Bodies
from tui.ui.inspector.tool_view import TIMING
from tui.ui.inspector.view import View
from tui.ui.inspector.views import views_of
from tui.ui.line_input import LineInput
from tui.ui.lines.line import cut_text

_KEYS: Final = (
    "Esc closes", "Tab view", "Enter folds", "J K other row", "/ search", "y value", "Y all", "o pager", "p path",
    "r raw/decoded", "+ - all",
)  # fmt: skip
"""The most wanted first: what there is no room for is left out."""


class InspectorScreen(Overlay[None]):
    """One row; `J` and `K` ask for the next and the one before. `paint` shows what has come meanwhile."""

    DEFAULT_CSS = """
    InspectorScreen {
        align: center middle;
        & #frame {
            width: 96%;
            height: 96%;
            border: round $border;
            border-title-color: $foreground;
            border-subtitle-color: $foreground-muted;
            background: $surface;
        }
        &.-small #frame {
            width: 100%;
            height: 100%;
        }
        & Input, & Input:focus {
            height: 1;
            border: none;
            padding: 0 1;
            background: $panel;
            display: none;
        }
        &.-searching Input {
            display: block;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False, id="detail.close"),
        Binding("q", "dismiss", "Close", show=False),
        Binding("tab", "turn(1)", show=False, priority=True),
        Binding("shift+tab", "turn(-1)", show=False, priority=True),
        Binding("J", "step(1)", show=False),
        Binding("K", "step(-1)", show=False),
        Binding("slash", "search", show=False),
        Binding("o", "open", show=False),
        *(Binding(str(number), f"view({number - 1})", show=False) for number in range(1, 10)),
    ]

    class StepRequested(Message):
        """The user wants the row `by` rows further down the log."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class OpenRequested(Message):
        """The user wants `text` in the pager."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, state: State, history: Records, row: Row, clock: Callable[[], float]) -> None:
        super().__init__()
        self._state, self._history, self._row, self._clock = state, history, row, clock
        self._bodies = Bodies(history, state)
        self._views: list[View] = []
        self._title = ""
        """The view on the screen."""
        self._stamp: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield ViewTabs(id="views")
            yield JsonView(id="json")
            yield LineInput(placeholder="search, then Enter", id="sought")

    def on_mount(self) -> None:
        self.query_one(JsonView).focus()
        self.call_after_refresh(self.show, self._row)

    def on_resize(self) -> None:
        self.set_class(self.app.size.width < 100 or self.app.size.height < 30, "-small")
        self._put_keys()

    def show(self, row: Row) -> None:
        """This row, in the view that the one before was in, if it has it."""
        self._row = row
        self._fill()

    def paint(self, state: State, now: float) -> None:
        """Show what is new of the row."""
        if state is not self._state:  # a replay that was wound back
            self._state, self._bodies = state, Bodies(self._history, state)
            self._row = next((row for row in state.rows if row.seq == self._row.seq), self._row)
        if self._stamp and self._stamp != self._stamped(now):
            self._fill()

    def _stamped(self, now: float) -> tuple[object, ...]:
        row = self._row
        passing = row.status == "live" and self._title == TIMING
        return row.seq, row.last, row.status, int(now) if passing else 0

    def _fill(self) -> None:
        now = self._clock()
        self._stamp = self._stamped(now)
        self._views = views_of(self._state, self._history, self._bodies, self._row, now)
        titles = [view.title for view in self._views]
        if self._title not in titles:
            self._title = titles[0]
        self.query_one(ViewTabs).show(titles, titles.index(self._title))
        frame = self.query_one("#frame")
        what = f"{self._row.kind} · {self._row.summary} · event {self._row.seq}"
        frame.border_title = Content(one_line(what, max(20, self.app.size.width - 12)))
        self._put_keys()
        view = self._views[titles.index(self._title)]
        self.query_one(JsonView).show(f"{self._row.seq} {self._title}", view.build())

    def _put_keys(self) -> None:
        room = self.app.size.width - 12
        shown = [" · ".join(_KEYS[:number]) for number in range(1, len(_KEYS) + 1)]
        fitting = [text for text in shown if len(text) <= room]
        self.query_one("#frame").border_subtitle = Content(fitting[-1] if fitting else "")

    # What the user wants

    def action_close(self) -> None:
        """The search, if it is open, else all of it."""
        if self.has_class("-searching"):
            self._end_search()
        else:
            self.dismiss()

    def action_turn(self, by: int) -> None:
        """The next view, or the one before."""
        titles = [view.title for view in self._views]
        if titles:
            self.action_view((titles.index(self._title) + by) % len(titles))

    def action_view(self, index: int) -> None:
        """The view of this number, from 0."""
        if index < len(self._views):
            self._title = self._views[index].title
            self._fill()

    def action_step(self, by: int) -> None:
        self.post_message(self.StepRequested(by))

    def action_open(self) -> None:
        self.post_message(self.OpenRequested(self.query_one(JsonView).text))

    def action_search(self) -> None:
        self.add_class("-searching")
        self.query_one(LineInput).focus()

    @on(LineInput.Submitted)
    def _submitted(self, event: LineInput.Submitted) -> None:
        event.stop()
        self._end_search()
        self.query_one(JsonView).find(event.value)

    def _end_search(self) -> None:
        self.remove_class("-searching")
        self.query_one(JsonView).focus()

    @on(JsonView.Missed)
    def _missed(self, message: JsonView.Missed) -> None:
        self.notify(f"{one_line(message.text, 40)} is not in this view", markup=False, timeout=3)


class ViewTabs(Widget):
    """The views by number and name; those before the one shown give way where the line is short."""

    DEFAULT_CSS = """
    ViewTabs {
        height: 1;
        background: $panel;
        color: $text-muted;
        & > .view-tabs--shown {
            color: $text;
            background: $surface;
            text-style: bold reverse;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"view-tabs--shown"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._titles: list[str] = []
        self._at = 0

    def show(self, titles: list[str], at: int) -> None:
        """These, with the one at this index as the one shown."""
        self._titles, self._at = titles, at
        self.refresh()

    def render_line(self, y: int) -> Strip:
        labels = [f" {number} {title} " for number, title in enumerate(self._titles, 1)]
        first = 0
        while first < self._at and sum(map(cell_len, labels[first : self._at + 1])) > self.size.width - 2:
            first += 1
        segments = [Segment("‹" if first else " ", self.rich_style)]
        for index, label in enumerate(labels[first:], first):
            shown = self.get_component_rich_style("view-tabs--shown") if index == self._at else self.rich_style
            click = Style.from_meta({"@click": f"screen.view({index})"})
            segments.append(Segment(cut_text(label, self.size.width), shown + click))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)
