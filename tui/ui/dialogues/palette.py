"""Lists to choose from on top of the screen: the command palette and the theme picker."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.style import Style
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.safety import one_line
from tui.ui.actions.keys import keys_in_use
from tui.ui.actions.table import ACTIONS, Action
from tui.ui.dialogues.choices import Choices
from tui.ui.dialogues.dialogue import ListDialogue
from tui.ui.dialogues.overlay import Overlay

_MATCHED: Final = Style(bold=True, underline=True)


class PaletteScreen(ListDialogue[str]):
    """Any action, found by a few letters of its title or command. Gives the action to run, of the app."""

    DEFAULT_CSS = """
    PaletteScreen #frame {
        max-width: 84;
    }
    """
    HEADING = "Commands"
    QUERY = "what to do"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("ctrl+p", "close", "Close", show=False),
        Binding("up", "move('cursor_up')", show=False),
        Binding("down", "move('cursor_down')", show=False),
        Binding("pageup", "move('page_up')", show=False),
        Binding("pagedown", "move('page_down')", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._search = FuzzySearch()
        self._found: Sequence[Action] = ()

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._keys = keys_in_use(self.app)
        self._filter("")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None:
            self.dismiss(self._found[index].action)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(next(action.action for action in ACTIONS if action.id == event.option_id))

    def action_move(self, how: str) -> None:
        getattr(self.query_one(OptionList), f"action_{how}")()

    def action_close(self) -> None:
        self.dismiss(None)

    def _filter(self, query: str) -> None:
        found = find(self._search, query.strip())
        self._found = [action for action, _ in found]
        choices = self.query_one(OptionList)
        choices.set_options(Option(self._row(action, offsets), action.id) for action, offsets in found)
        choices.highlighted = 0 if found else None

    def _row(self, action: Action, offsets: Sequence[int]) -> Content:
        text = _searched(action)
        title = Content(text)
        for offset in offsets:
            title = title.stylize(_MATCHED, offset, offset + 1)
        key = next(iter(self._keys[action.id]), "")
        pad = " " * (_TITLES - len(text) + 2)
        return Content.assemble(title, pad, (f"{key:<10}", "bold"), (action.help, "dim"))


def find(search: FuzzySearch, query: str) -> list[tuple[Action, Sequence[int]]]:
    """The actions that fit, best first, with the offsets of the matched letters; all in order for no query."""
    offered = [action for action in ACTIONS if action.action and action.id != "palette"]
    if not query:
        return [(action, ()) for action in offered]
    scored = [(search.match(query, _searched(action)), action) for action in offered]
    scored.sort(key=lambda found: -found[0][0])
    return [(action, offsets) for (score, offsets), action in scored if score > 0]


def _searched(action: Action) -> str:
    commands = "".join(f" /{word}" for word in action.slash[:1])
    return f"{action.title}{commands}"


_TITLES: Final = max(len(_searched(action)) for action in ACTIONS)
"""Cells of the longest."""


class ThemePicker(Overlay[str | None]):
    """Themes as (name, description); each is shown by `preview` as soon as it is chosen from the list.

    Enter gives its name; Esc shows `current` again and gives None.
    """

    DEFAULT_CSS = """
    ThemePicker {
        align: right middle;
        background: $background 0%;
        & OptionList, & OptionList:focus {
            width: auto;
            min-width: 30;
            max-width: 60%;
            height: auto;
            max-height: 90%;
            margin-right: 1;
            border: round $border;
            background: $surface;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "restore", "Close", show=False),
        Binding("left_square_bracket", "step(-1)", "Previous", show=False),
        Binding("right_square_bracket", "step(1)", "Next", show=False),
    ]

    def __init__(self, themes: Sequence[tuple[str, str]], current: str, preview: Callable[[str], None]) -> None:
        super().__init__()
        self._themes = themes
        self._current = self._shown = current
        self._preview = preview

    def compose(self) -> ComposeResult:
        width = max((len(name) for name, _ in self._themes), default=0)
        rows = [
            Option(Content.assemble(f"{one_line(name):<{width}}  ", (one_line(description, 60), "dim")))
            for name, description in self._themes
        ]
        choices = Choices(*rows, markup=False)
        names = [name for name, _ in self._themes]
        choices.highlighted = names.index(self._current) if self._current in names else None
        choices.border_title = Content("Theme")
        choices.border_subtitle = Content("Enter keeps · Esc restores")
        yield choices

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Of what is chosen by now: a list tells of its first option even when it opens on another."""
        index = event.option_list.highlighted
        if index is not None and self._themes[index][0] != self._shown:
            self._shown = self._themes[index][0]
            self._preview(self._shown)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._themes[event.option_index][0])

    def action_step(self, step: int) -> None:
        choices = self.query_one(OptionList)
        if step < 0:
            choices.action_cursor_up()
        else:
            choices.action_cursor_down()

    def action_restore(self) -> None:
        self._preview(self._current)
        self.dismiss(None)
