"""The app's actions that show the session in another view, from which there is a way to a row of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.config import Settings
from tui.ui.actions.intents import Intents
from tui.ui.log.pane import LogPane
from tui.ui.metrics.pane import MetricsPane

if TYPE_CHECKING:
    from tui.metrics.tools import ToolFigures


class Viewing(Intents):
    """Views are screens with `paint`: while one is on top, each frame reaches it."""

    _settings: Settings

    def action_metrics(self) -> None:
        """To the figures, and from there to all of them."""
        if isinstance(self._base.focused, MetricsPane):
            self.action_dashboard()
        else:
            self.action_pane("metrics")

    def action_dashboard(self) -> None:
        """How first tokens, rates, cost, errors and tool times are spread."""
        from tui.ui.dashboard.screen import DashboardScreen

        if not isinstance(self.screen, DashboardScreen):
            self.push_screen(DashboardScreen(self.state, self._settings.thresholds))

    def action_timeline(self) -> None:
        """The newest run as a waterfall."""
        from tui.ui.timeline.screen import TimelineScreen

        if not isinstance(self.screen, TimelineScreen):
            self.push_screen(TimelineScreen(self.state), self._show_row)

    def action_tools(self) -> None:
        """How each tool did."""
        from tui.ui.dialogues.tools import ToolsScreen

        if not isinstance(self.screen, ToolsScreen):
            self.push_screen(ToolsScreen(self.state), self._show_tool)

    def _show_tool(self, tool: ToolFigures | None) -> None:
        """The calls of a tool alone in the log, at the newest."""
        from tui.query.lexer import quote

        if tool is not None:
            self._show_row(self.state.row_of.get(tool.last))
            self.call_after_refresh(self._base.query_one(LogPane).set_filter, f"kind:tool tool={quote(tool.name)}")

    def _show_row(self, row: int | None) -> None:
        if row is not None:
            self.action_pane("log")
            self.call_after_refresh(self._base.query_one(LogPane).select_row, row)  # hidden, it may not have it yet
