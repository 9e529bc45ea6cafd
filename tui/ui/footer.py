"""The line at the bottom: the keys that matter right now, from the table of actions."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.state import State
from tui.ui.actions.keys import keys_in_use
from tui.ui.actions.table import BY_ID, key_name
from tui.ui.composer.input import Composer

_BETWEEN: Final = " · "

# Which actions, and in how few words; the first stay longest where it is narrow.
_TYPING: Final = {
    "send": "send",
    "newline": "newline",
    "help": "help",
    "palette": "commands",
    "end": "quit",
    "next_pane": "next pane",
}
_RUNNING: Final = {
    "cancel": "stop",
    "help": "help",
    "palette": "commands",
    "next_pane": "next pane",
    "expand": "tool calls",
    "quit": "quit",
}
_CANCELLING: Final = {"cancel": "again ends a stuck engine", "help": "help", "quit": "quit"}
_PANE: Final = {"next_pane": "next pane", "zoom": "zoom", "palette": "commands", "quit": "quit"}


_MOVES: Final = frozenset(("up", "down", "left", "right", "home", "end", "pageup", "pagedown"))
"""Keys that nobody needs to be told."""


class Hint(NamedTuple):
    """A key, what it does in a word or two, and the action a click runs, if any."""

    key: str
    label: str
    action: str


class FooterBar(Widget):
    """One line. It follows the focus by itself; of the state it needs whether something runs."""

    DEFAULT_CSS = """
    FooterBar {
        dock: bottom;
        height: 1;
        background: $panel;
        color: $foreground;
        & .footer-bar--key {
            color: $text-accent;
            text-style: bold;
        }
        & .footer-bar--label {
            color: $text-muted;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer-bar--key", "footer-bar--label"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._hints: Mapping[str, str] = _TYPING

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self._focus_moved, init=False)

    def _focus_moved(self) -> None:
        self.refresh()

    def paint(self, state: State, now: float) -> None:
        """Repaint where a run began, ended or is being stopped; `now` is not needed."""
        hints = _TYPING
        if state.phase == "cancelling":
            hints = _CANCELLING
        elif state.busy:
            hints = _RUNNING
        if hints is not self._hints:
            self._hints = hints
            self.refresh()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        key_style = self.get_component_rich_style("footer-bar--key")
        label_style = self.get_component_rich_style("footer-bar--label")
        segments = [Segment(" ", base)]
        room = self.size.width - 2
        for hint in self._shown():
            width = cell_len(f"{hint.key} {hint.label}") + (len(_BETWEEN) if len(segments) > 1 else 0)
            if width > room:
                break
            room -= width
            click = Style.from_meta({"@click": hint.action}) if hint.action else Style.null()
            if len(segments) > 1:
                segments.append(Segment(_BETWEEN, label_style))
            segments += [Segment(hint.key, key_style + click), Segment(f" {hint.label}", label_style + click)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _shown(self) -> Iterator[Hint]:
        """Hints, the most useful first."""
        keys = keys_in_use(self.app)
        focused = self.screen.focused
        hints = self._hints
        if hints is _TYPING and focused is not None and not isinstance(focused, Composer):
            yield Hint(keys["help"][0], "help", f"app.{BY_ID['help'].action}")
            yield from _own(focused)
            hints = _PANE
        for name, label in hints.items():
            action = BY_ID[name]
            yield Hint(keys[name][0], label, f"app.{action.action}" if action.action else "")


def _own(pane: Widget) -> Iterator[Hint]:
    """What the focused pane binds itself: those of its bindings that a keymap can name, each by its first key."""
    seen = set()
    for key, active in pane.screen.active_bindings.items():
        binding = active.binding
        if active.node is pane and binding.id is not None and binding.action not in seen:
            seen.add(binding.action)
            if key not in _MOVES:
                yield Hint(key_name(key), binding.description.lower(), "")
