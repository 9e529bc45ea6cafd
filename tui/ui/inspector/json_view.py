"""A view's nodes on the screen: moved through by lines, folded, searched and copied; only what is in view is drawn."""

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ui.inspector.lines import Layout, Row
from tui.ui.inspector.tree import Node, all_as_json, as_json, everything, in_view
from tui.ui.lines.spans import overlaid
from tui.ui.terminal.scrolling import grow
from tui.ui.themes.palette import Palette

_ALL: Final = 50_000
"""Nodes that are unfolded at one go."""


class JsonView(ScrollView, can_focus=True):
    """What is folded stays so when the same view is shown anew, as it is while something runs."""

    DEFAULT_CSS = """
    JsonView {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "line(0)", show=False),
        Binding("end,G", "line(-1)", show=False),
        Binding("enter,space", "unfold", show=False),
        Binding("right", "fold(True)", show=False),
        Binding("left", "fold(False)", show=False),
        Binding("plus", "fold_all(True)", show=False),
        Binding("minus", "fold_all(False)", show=False),
        Binding("n", "find_again(1)", show=False),
        Binding("N", "find_again(-1)", show=False),
        Binding("r", "decode", show=False),
        Binding("y", "copy('value')", show=False),
        Binding("p", "copy('path')", show=False),
        Binding("Y", "copy('all')", show=False),
    ]

    class CopyRequested(Message):
        """The user wants `text` on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Missed(Message):
        """`text` is nowhere in this view."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._roots: Sequence[Node] = ()
        self._view = ""
        self._decoded = True
        self._layout = Layout(0, decoded=True)
        self._rows: list[Row] = []
        self._cursor = 0
        self._sought = ""
        self._folds: dict[tuple[str, str], bool] = {}
        """What the user folded and unfolded, by view and path."""
        self._palette: Palette | None = None

    def show(self, name: str, roots: Sequence[Node]) -> None:
        """Another view, or the same with what is new; the cursor then stays where it is."""
        if name != self._view:
            self._view, self._cursor = name, 0
            self.scroll_to(y=0, animate=False, immediate=True)
        self._roots = roots
        self._lay_out()

    @property
    def text(self) -> str:
        """All of the view, as copied."""
        return all_as_json(self._roots)

    @property
    def at(self) -> Node | None:
        """The node that the cursor is on."""
        return self._rows[self._cursor].node if self._rows else None

    # Lines

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._layout = Layout(width, decoded=self._decoded)
        if any(name == self._view for name, _ in self._folds):
            for node in in_view(self._roots, decoded=self._decoded):
                node.open = self._folds.get((self._view, node.path), node.open)
        self._rows = self._layout.rows(in_view(self._roots, decoded=self._decoded))
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        grow(self, Size(width, len(self._rows)))
        self.refresh()

    def on_resize(self) -> None:
        node = self.at
        self._lay_out()
        if node is not None:
            self._go_to(node)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width, base = self._layout.width, self.rich_style
        if index >= len(self._rows):
            return Strip.blank(width, base)
        looks = self._looks()
        segments = [Segment(text, base + look_of(looks, role)) for text, role in self._layout.pieces(self._rows[index])]
        found = Strip(segments).adjust_cell_length(width, base)
        return overlaid(found, 0, width, looks.cursor) if index == self._cursor and self.has_focus else found

    def _looks(self) -> Palette:
        if self._palette is None:
            self._palette = Palette.from_variables(self.app.theme_variables)
        return self._palette

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    # The cursor

    def action_line(self, index: int) -> None:
        """Go to a line; -1 is the last."""
        self._cursor = max(0, min(index if index >= 0 else len(self._rows) - 1, len(self._rows) - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= self._cursor < top + height:
            y = self._cursor if self._cursor < top else self._cursor - height + 1
            self.scroll_to(y=y, animate=False, immediate=True)
        self.refresh()

    def action_move(self, by: int) -> None:
        self.action_line(max(0, self._cursor + by))

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height - 1))

    def _go_to(self, node: Node, part: int = 0) -> None:
        places = [index for index, row in enumerate(self._rows) if row.node is node]
        if places:
            self.action_line(places[min(part, len(places) - 1)])

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= index < len(self._rows):
            again = index == self._cursor
            self.action_line(index)
            if again or event.chain == 2 or not self._layout.folds(self._rows[index].node):
                self.action_unfold()

    # Folding

    def action_unfold(self) -> None:
        """Unfold what the cursor is on, or fold it."""
        node = self.at
        if node is not None and (opened := self._layout.folds(node)) is not None:
            self._set(node, not opened)

    def action_fold(self, open: bool) -> None:
        """Unfold; or fold, and where there is nothing to fold, go to what this is in."""
        node = self.at
        if node is None:
            return
        opened = self._layout.folds(node)
        if opened is not None and opened != open:
            self._set(node, open)
        elif not open and node.parent is not None:
            self._go_to(node.parent)

    def _set(self, node: Node, open: bool) -> None:
        node.open = self._folds[self._view, node.path] = open
        self._lay_out()
        self._go_to(node)

    def action_fold_all(self, open: bool) -> None:
        """Everything, as far as that is not far too much."""
        node = self.at
        for each in islice(everything(self._roots, decoded=self._decoded), _ALL):
            if not each.bare:
                each.open = self._folds[self._view, each.path] = open
        while node is not None and node.parent is not None and not open:
            node = node.parent
        self._lay_out()
        if node is not None:
            self._go_to(node)

    def action_decode(self) -> None:
        """Show texts that are JSON as what they hold, or as they were sent."""
        self._decoded = not self._decoded
        node = self.at
        while node is not None and node.parent is not None and not self._decoded:
            node = node.parent
        self._lay_out()
        if node is not None:
            self._go_to(node)

    # Searching

    def find(self, text: str) -> None:
        """Go to the next node in which a text is, from the cursor on."""
        self._sought = text
        self.action_find_again(0)

    def action_find_again(self, step: int) -> None:
        """To the next place, or the one before; around the end."""
        wanted = self._sought.lower()
        if not wanted:
            return
        nodes = list(everything(self._roots, decoded=self._decoded))
        at = next((index for index, node in enumerate(nodes) if node is self.at), 0)
        order = range(at, at + len(nodes)) if step == 0 else range(at + step, at + step * (len(nodes) + 1), step)
        found = next((each for index in order if holds(each := nodes[index % len(nodes)], wanted)), None)
        if found is None:
            self.post_message(self.Missed(self._sought))
            return
        outer = found if isinstance(found.value, str) else found.parent
        while outer is not None:
            outer.open = self._folds[self._view, outer.path] = True
            outer = outer.parent
        self._lay_out()
        lines = [row for row in self._rows if row.node is found]
        parts = ["".join(text for text, _ in self._layout.pieces(row)).lower() for row in lines]
        self._go_to(found, next((part for part, line in enumerate(parts) if wanted in line), 0))

    # Copying

    def action_copy(self, what: str) -> None:
        """Ask for the value at the cursor, its path, or all of the view, on the clipboard."""
        node = self.at
        if what == "all" or node is None:
            self.post_message(self.CopyRequested(self.text))
        elif what == "path":
            self.post_message(self.CopyRequested(node.path))
        else:
            self.post_message(self.CopyRequested(node.label if node.bare else as_json(node.value)))


def holds(node: Node, wanted: str) -> bool:
    """Whether a text, in lower case, is in a node itself."""
    value = node.label if node.bare else node.value
    if isinstance(value, dict | list):
        return wanted in node.key.lower()
    return wanted in str(value).lower() or wanted in node.key.lower()


def look_of(looks: Palette, role: str) -> Style:
    """The style of a role of `tui.ui.inspector.lines`."""
    return {
        "key": looks.primary, "string": looks.success, "number": looks.accent, "word": looks.warning,
        "mark": looks.muted, "head": looks.heading, "added": looks.success + looks.bold, "removed": looks.error,
        "text": looks.text,
    }.get(role, looks.text)  # fmt: skip
