"""How each tool of the session did, on top of the screen: a table that can be sorted, and the last error."""

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui import figures
from tui.metrics.tools import SORT_KEYS, SortKey, ToolFigures, ordered, tool_statistics
from tui.safety import one_line
from tui.state import State
from tui.ui.dialogues.dialogue import ListDialogue
from tui.ui.lines.line import cut_text

_HEADS: Final[tuple[tuple[str, SortKey | None], ...]] = (
    ("calls", "calls"), ("failed", "failures"), ("running", None), ("p50", None), ("p95", "p95"), ("total", "total"),
)  # fmt: skip
_CELLS: Final = 8
_NARROW: Final = 70
"""Cells below which p50 and what runs are left out."""
_ERROR: Final = 400


class ToolsScreen(ListDialogue[ToolFigures]):
    """Gives the tool whose calls are to be shown in the log."""

    DEFAULT_CSS = """
    ToolsScreen {
        & Static {
            height: 1;
            padding: 0 1;
            text-wrap: nowrap;
        }
        & #columns {
            color: $text-muted;
        }
        & #error {
            color: $text-error;
        }
    }
    """
    HEADING = "Tools"
    KEYS = "s sorts · Enter its calls in the log · Esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("s", "sort", "Sort by the next column", show=False),
    ]

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._seq = -1
        self._tools: list[ToolFigures] = []
        self._key: SortKey = SORT_KEYS[0]

    def above(self) -> Iterable[Widget]:
        yield Static(id="columns", markup=False)

    def below(self) -> Iterable[Widget]:
        yield Static(id="error", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_resize(self) -> None:
        self._show(tool_statistics(self._state))

    def paint(self, state: State, now: float) -> None:
        """Count anew where an event came; nothing is counted while nobody looks."""
        if state is self._state and state.seq == self._seq:
            return
        self._state = state
        tools = ordered(tool_statistics(state), self._key)
        if tools != self._tools:
            self._show(tools)
        self._seq = state.seq

    def _show(self, tools: list[ToolFigures]) -> None:
        chosen = self._chosen
        self._tools = ordered(tools, self._key)
        narrow = self.app.size.width < _NARROW
        self.query_one("#columns", Static).update(Content(_heads(self._key, self._name_cells, narrow=narrow)))
        choices = self.query_one(OptionList)
        choices.set_options(Option(Content(_row(tool, self._name_cells, narrow=narrow))) for tool in self._tools)
        names = [tool.name for tool in self._tools]
        if names:
            choices.highlighted = names.index(chosen.name) if chosen is not None and chosen.name in names else 0
        self._tell()

    @property
    def _name_cells(self) -> int:
        """Cells for the names: all that the figures leave, but no more than the longest needs."""
        shown = 4 if self.app.size.width < _NARROW else len(_HEADS)
        room = min(110, self.app.size.width * 96 // 100) - 6 - shown * _CELLS
        return max(8, min(room, max((cell_len(one_line(tool.name, 80)) for tool in self._tools), default=8)))

    @property
    def _chosen(self) -> ToolFigures | None:
        index = self.query_one(OptionList).highlighted
        return self._tools[index] if index is not None and index < len(self._tools) else None

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        """The last error of the tool under the cursor."""
        chosen = self._chosen
        text = "no tool was called yet" if chosen is None else f"last error: {one_line(chosen.error, _ERROR) or 'none'}"
        self.query_one("#error", Static).update(Content(text))

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.dismiss(chosen)

    def action_sort(self) -> None:
        """By the next column."""
        self._key = SORT_KEYS[(SORT_KEYS.index(self._key) + 1) % len(SORT_KEYS)]
        self._show(self._tools)


def _heads(key: SortKey, name: int, *, narrow: bool) -> str:
    cells = [f"{'▾' if by == key else ''}{title}" for title, by in _HEADS]
    return _line("▾tool" if key == "name" else "tool", name, cells, narrow=narrow)


def _row(tool: ToolFigures, name: int, *, narrow: bool) -> str:
    cells = [
        figures.count(tool.calls),
        f"✗ {figures.count(tool.failures)}" if tool.failures else "0",
        f"● {tool.running}" if tool.running else "0",
        *(figures.duration(seconds) for seconds in (tool.p50, tool.p95, tool.total)),
    ]
    return _line(one_line(tool.name, 80) or figures.UNKNOWN, name, cells, narrow=narrow)


def _line(name: str, width: int, cells: list[str], *, narrow: bool) -> str:
    kept = [cells[0], cells[1], cells[4], cells[5]] if narrow else cells
    name = cut_text(name, width)
    return name + " " * (width - cell_len(name)) + "".join(f"{cell:>{_CELLS}}" for cell in kept)
