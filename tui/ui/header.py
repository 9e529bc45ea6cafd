"""The line at the top: what runs on the left, what is going on right now on the right."""

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui import figures
from tui.metrics.runs import phase_elapsed
from tui.safety import one_line
from tui.skeleton.picture import PROGRAM
from tui.state import State
from tui.ui.lines.line import cut_text
from tui.ui.lines.view import LinesWidget
from tui.ui.themes.palette import Palette

DEMO: Final = "demo model (scripted, no AI)"
_BETWEEN: Final = " · "
_PART: Final = 48
"""Characters of a name."""


class HeaderBar(LinesWidget):
    """One line. Too narrow for all, it drops the session, then the program's name, the model and the agent.

    `loading` says how far what is shown is behind, empty if it is not; it stands in place of the phase.
    """

    DEFAULT_CSS = """
    HeaderBar {
        dock: top;
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(
        self, loading: Callable[[], str] = lambda: "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._loading = loading
        self._state = State()
        self._shown = ("", "")
        self._now = 0.0
        self._stamp: tuple[object, ...] = ()
        """What the words depended on last, so that they are not looked for in vain in every frame."""
        self._palette: Palette | None = None

    def paint(self, state: State, now: float) -> None:
        """Repaint if a word or a tenth of a second changed; `now` is in seconds since the epoch."""
        moving, self._state, self._now = now != self._now, state, now
        stamp = (int(now * 10), state.phase, state.phase_detail, state.stuck, state.agent, state.model, self._loading())
        if moving and stamp == self._stamp:
            return
        self._stamp = stamp
        if self._parts(self.size.width) != self._shown:
            self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    def strips(self, first: int, end: int) -> list[Strip]:
        return [self._strip()] * (end - first)

    def _strip(self) -> Strip:
        width = self.size.width
        left, right = self._shown = self._parts(width)
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        base, palette = self.base_style, self._palette
        head, between, rest = left.partition(_BETWEEN)
        gap = " " * max(0, width - cell_len(left) - cell_len(right))
        strip = Strip(
            [
                Segment(head, base + palette.bold),
                Segment(between + rest + gap, base),
                Segment(right, base + phase_style(self._state, palette)),
            ]
        )
        return strip.adjust_cell_length(width, base)

    def _parts(self, width: int) -> tuple[str, str]:
        """The texts of both sides; together with a gap they fit in `width` cells."""
        state = self._state
        mark = figures.spinner(self._now) if state.busy and not state.stuck else figures.phase_mark(state)
        time = phase_elapsed(state, self._now)
        after = "" if time is None else f" {figures.elapsed(time)}"
        words = cut_text(figures.phase_words(state, self._now), max(1, width - cell_len(mark) - len(after) - 3))
        right = f" {mark} {words}{after} "
        if loading := self._loading():
            right = f" {cut_text(loading, max(1, width - 2))} "
        room = width - cell_len(right) - 1
        for parts in _choices(state):
            left = " " + _BETWEEN.join(part for part in parts if part)
            if cell_len(left) <= room:
                return left, right
        return "", right


def _choices(state: State) -> list[tuple[str, ...]]:
    """What the left side may say, richest first."""
    agent, model = one_line(state.agent, _PART), one_line(state.model, _PART)
    short = model
    if state.api == "demo":
        model, short = DEMO, "demo model"
    session = f"session {one_line(state.session)[:4]}" if state.session else ""
    return [
        (PROGRAM, agent, model, session),
        (PROGRAM, agent, model),
        (agent, model),
        (agent, short),
        (agent,),
        (cut_text(agent, 12),),
    ]


def phase_style(state: State, palette: Palette) -> Style:
    """How the phase's words look."""
    if state.stuck:
        return palette.error
    if state.busy:
        return palette.tool_running
    looks = {"done": palette.success, "failed": palette.error, "ended": palette.error, "stopped": palette.stopped}
    return looks.get(state.phase, palette.muted)
