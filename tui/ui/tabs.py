"""Names the panes where only one of them is on the screen."""

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.ui.actions.table import BY_ID, key_name


class PaneTabs(Widget):
    """One line; `shown` is the id of the pane on the screen."""

    DEFAULT_CSS = """
    PaneTabs {
        height: 1;
        background: $panel;
        color: $text-muted;
        & > .pane-tabs--shown {
            color: $text;
            background: $background;
            text-style: bold;
        }
    }
    """
    COMPONENT_CLASSES = {"pane-tabs--shown"}  # noqa: RUF012 - Textual's own

    shown = reactive("chat")

    def __init__(self, panes: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._panes = panes

    def render_line(self, y: int) -> Strip:
        segments = []
        for pane in self._panes:
            action = BY_ID[pane]
            click = Style.from_meta({"@click": f"app.{action.action}"})
            style = self.get_component_rich_style("pane-tabs--shown") if pane == self.shown else self.rich_style
            segments.append(Segment(f" {key_name(action.keys[0])} {action.title} ", style + click))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)
