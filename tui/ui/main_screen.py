"""The screen that the app begins with, and which of its widgets show state."""

from collections.abc import Sequence
from functools import cached_property

from textual.screen import Screen

from tui.ui.chat.pane import ChatPane
from tui.ui.composer.queue import QueueBar
from tui.ui.footer import FooterBar
from tui.ui.header import HeaderBar
from tui.ui.log.pane import LogPane
from tui.ui.metrics.pane import MetricsPane
from tui.ui.pump import Pane


class MainScreen(Screen[None], inherit_bindings=False):
    """The panes and the input. Without Textual's own keys of a screen: Tab and Ctrl+C are the app's."""

    @property
    def visible_panes(self) -> Sequence[Pane]:
        """In the order of the screen. One that is hidden catches up when it is shown."""
        bars, sides = self._panes
        return [*bars, *(pane for pane in sides if pane.is_on_screen)]

    @cached_property
    def _panes(self) -> tuple[Sequence[Pane], Sequence[ChatPane | LogPane | MetricsPane]]:
        """The bars, and the panes between them."""
        one = self.query_one
        return (one(HeaderBar), one(QueueBar), one(FooterBar)), (one(ChatPane), one(LogPane), one(MetricsPane))
