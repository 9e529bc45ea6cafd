"""The timeline of a run on the whole screen: head, axis, waterfall, the selected span in words, legend and keys."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui import figures
from tui.safety import one_line
from tui.state import Prompt, State
from tui.timeline import Timeline, row_of, timeline
from tui.ui.dialogues.overlay import Overlay
from tui.ui.lines.line import cut_text
from tui.ui.timeline import waterfall
from tui.ui.timeline.view import WaterfallView

_KEYS: Final = "Enter log · ↑↓ span · < > run · +-0 zoom · ←→ pan · Esc"
_PROMPT: Final = 200
"""Characters of a prompt that are cleaned for the head."""
_LINES: Final = 2
"""For the figures of a span."""


class TimelineScreen(Overlay[int]):
    """One run at a time, first the newest, and with a new run that one. Gives the row of the log to go to."""

    DEFAULT_CSS = """
    TimelineScreen {
        background: $background;
        & Static {
            height: 1;
            text-wrap: nowrap;
        }
        & #head {
            background: $panel;
            text-style: bold;
        }
        & #axis, & #legend, & #keys {
            color: $text-muted;
        }
        & WaterfallView {
            height: 1fr;
        }
        & #words {
            height: 2;
            text-wrap: wrap;
            background: $surface;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss", "Close", show=False),
        Binding("less_than_sign,pageup", "run(-1)", "Previous run", show=False, priority=True),
        Binding("greater_than_sign,pagedown", "run(1)", "Next run", show=False, priority=True),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._now = state.at
        self._run = -1
        """The run shown, by its index; -1: the newest."""
        self._shown: Timeline | None = None
        self._live = False
        """The run shown was under way when its spans were made."""
        self._seq = -1

    def compose(self) -> ComposeResult:
        for name in ("head", "axis"):
            yield Static(id=name, markup=False)
        yield WaterfallView(id="waterfall")
        yield Static(id="words", markup=False)
        yield Static(Content(waterfall.LEGEND), id="legend", markup=False)
        yield Static(Content(_KEYS), id="keys", markup=False)

    def on_mount(self) -> None:
        self._view.focus()
        self.paint(self._state, self._now)

    @property
    def _view(self) -> WaterfallView:
        return self.query_one(WaterfallView)

    @property
    def _index(self) -> int:
        newest = len(self._state.runs) - 1
        return newest if self._run < 0 else min(self._run, newest)

    def paint(self, state: State, now: float) -> None:
        """Take on what is new in the run shown; while it is live its open spans grow."""
        if state is not self._state:
            self._state, self._seq = state, -1
        self._now = now
        if not state.runs:
            self._write("head", "no run yet")
            return
        live = state.runs[self._index].ended is None
        if state.seq != self._seq:
            self._seq = state.seq
            self._take()
        elif live:
            self._view.grow_to(now)
            self._write_lines()

    def _take(self) -> None:
        """Make the spans anew, unless they are of a run that was over when they were made."""
        run = self._state.runs[self._index]
        if self._shown is None or self._shown.run is not run or self._live:
            self._live = run.ended is None
            self._shown = timeline(self._state, self._index)
            self._view.show(self._shown, self._now)
        self._write_lines()

    # The lines around it

    @on(WaterfallView.Moved)
    def _write_lines(self) -> None:
        view, shown = self._view, self._shown
        if shown is None:
            return
        columns = view.columns
        self._write("head", self._head(shown))
        self._write("axis", " " * (columns.label + 1) + waterfall.axis(view.window, columns.bar))
        span = view.selected
        words = "nothing happened yet" if span is None else waterfall.in_words(span, shown.run, self._now)
        self._write("words", words, _LINES)

    def _head(self, shown: Timeline) -> str:
        number = f"run {self._index + 1} of {len(self._state.runs)}"
        requests = sum(span.kind == "model" for span in shown.spans)
        tools = sum(span.kind == "tool" for span in shown.spans)
        spent = (figures.elapsed if shown.run.ended is None else figures.duration)(shown.length(self._now))
        facts = (number, shown.run.status, spent, figures.several(requests, "request"), figures.several(tools, "tool"))
        prompt = self._state.entries[shown.run.entry]
        return " · ".join((*facts, one_line(prompt.text, _PROMPT) if isinstance(prompt, Prompt) else "going on"))

    def _write(self, name: str, text: str, lines: int = 1) -> None:
        """Foreign text in it has been cleaned."""
        found = Content(cut_text(text, max(1, self.app.size.width * lines - lines)))
        self.query_one(f"#{name}", Static).update(found, layout=False)

    # Keys

    def action_run(self, by: int) -> None:
        """Show the run before or after."""
        newest = len(self._state.runs) - 1
        wanted = self._index + by
        if 0 <= wanted <= newest:
            self._run = -1 if wanted == newest else wanted
            self._seq = -1
            self.paint(self._state, self._now)

    @on(WaterfallView.Opened)
    def _opened(self, message: WaterfallView.Opened) -> None:
        row = row_of(self._state, message.span)
        if row >= 0:
            self.dismiss(row)
