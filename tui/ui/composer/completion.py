"""The list of commands that opens above the input while one is typed."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.widget import Widget

from tui.ui.actions.table import Action, key_name

_ROWS: Final = 8
_WIDTH: Final = 76
_HINT: Final = "Tab completes · Enter runs · Esc closes"


class CompletionList(Widget):
    """Drawn over what is above the input; never focused: the input passes on what is meant for it."""

    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        position: absolute;
        constrain: inside inside;
        width: auto;
        height: auto;
        background: $panel;
        color: $foreground;
        display: none;
    }
    CompletionList .completion--chosen {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
    CompletionList .completion--quiet {
        color: $text-muted;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"completion--chosen", "completion--quiet"}
    ALLOW_SELECT = False

    def __init__(self, below: Widget, choose: Callable[[Action], None]) -> None:
        """The list opens right above `below`; `choose` is called with the action that the mouse chose."""
        super().__init__()
        self._below = below
        self._choose = choose
        self._actions: Sequence[Action] = ()
        self._at = 0
        self._top = 0
        self._width = 0

    @property
    def chosen(self) -> Action:
        """The action the cursor is on."""
        return self._actions[self._at]

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._place())

    def offer(self, actions: Sequence[Action]) -> None:
        """Open, or show other actions: then the cursor goes to the first."""
        if actions != self._actions:
            self._actions, self._at, self._top = actions, 0, 0
        self.display = True
        self._place()
        self.refresh(layout=True)

    def _place(self) -> None:
        region = self._below.region
        width, place = min(_WIDTH, region.width), Offset(region.x, max(0, region.y - self._height))
        if self.display and (width, place) != (self._width, self.absolute_offset):
            self._width, self.absolute_offset = width, place
            self.refresh(layout=True)

    def close(self) -> None:
        """Out of sight."""
        self.display = False

    def move(self, step: int) -> None:
        """Put the cursor on another action; past the end it goes on at the beginning."""
        self._at = (self._at + step) % len(self._actions)
        self._top = min(max(self._top, self._at - _ROWS + 1), self._at)
        self.refresh()

    @property
    def _height(self) -> int:
        return min(_ROWS, len(self._actions)) + 1

    def get_content_width(self, container: object, viewport: object) -> int:
        return self._width

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return self._height

    def render(self) -> Content:
        quiet = self.get_visual_style("completion--quiet")
        chosen = self.get_visual_style("completion--chosen")
        rows = [
            self._row(action).stylize(chosen) if action is self.chosen else self._row(action)
            for action in self._actions[self._top : self._top + _ROWS]
        ]
        return Content("\n").join([*rows, Content(f" {_HINT}"[: self._width]).stylize(quiet)])

    def _row(self, action: Action) -> Content:
        keys = key_name(action.keys[0]) if action.keys else ""
        left = f" /{action.slash[0]} {action.argument}".ljust(18)
        about = f"{action.title}: {action.help}" if action.help else action.title
        room = self._width - len(left) - cell_len(keys) - 3
        about = about if len(about) <= room else about[: max(0, room - 1)] + "…"
        return Content(f"{left} {about:<{max(0, room)}} {keys} "[: self._width])

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """At once, before the click would take the focus from the input and close the list."""
        event.stop()
        event.prevent_default()
        row = self._top + event.y
        if event.y < self._height - 1 and row < len(self._actions):
            self._choose(self._actions[row])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)
