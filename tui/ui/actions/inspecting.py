"""What the user can look into: a row of the log in the inspector, and any text in a pager."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported

from tui.journal.recording import History
from tui.safety import visible
from tui.state import Row, State
from tui.ui.actions.conducting import Conducting
from tui.ui.log.pane import LogPane

if TYPE_CHECKING:  # not before one is asked for: the first paint waits for what is imported here
    from tui.ui.inspector.json_view import JsonView
    from tui.ui.inspector.screen import InspectorScreen


class Inspecting(Conducting):
    """The app's actions that look into things."""

    state: State
    history: History
    _clock: Callable[[], float]

    def action_detail(self) -> None:
        log = self._base.query_one(LogPane)
        log.paint(self.state, self._clock())  # hidden, it may not have the newest row yet
        if log.selected is None:
            self.say("the log has no event yet")
        else:
            log.action_open()

    @on(LogPane.RowOpened)
    def _row_opened(self, message: LogPane.RowOpened) -> None:
        self.show_detail(message.row)

    def show_detail(self, row: Row) -> None:
        """All that is known of one row of the log."""
        from tui.ui.inspector.screen import InspectorScreen

        if isinstance(self.screen, InspectorScreen):
            self.screen.show(row)
        else:
            self.push_screen(InspectorScreen(self.state, self.history, row, self._clock))

    def on_inspector_screen_step_requested(self, message: "InspectorScreen.StepRequested") -> None:
        log = self._base.query_one(LogPane)
        log.action_move(message.by)
        log.action_open()

    def on_json_view_copy_requested(self, message: "JsonView.CopyRequested") -> None:
        self.copy(message.text)

    def on_inspector_screen_open_requested(self, message: "InspectorScreen.OpenRequested") -> None:
        """In the user's own pager or editor; it gets no control characters, which it might pass on to the terminal."""
        import shlex
        import tempfile

        pager = shlex.split(os.environ.get("PAGER") or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "less")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "event.json"
            path.write_text(visible(message.text), "utf-8")
            self.run_in_front([*pager, str(path)], "PAGER")

    def run_in_front(self, command: list[str], variable: str) -> bool:
        """Give the terminal to a program of the user's until it ends; whether it worked.

        `variable`: what to set, of the environment, to have another.
        """
        try:
            with self.suspend():
                subprocess.run(command, check=True)  # noqa: S603 - the user's own
        except (OSError, subprocess.CalledProcessError, SuspendNotSupported) as error:
            self.say(f"{command[0]} did not work: {error}; set {variable}", warning=True)
            return False
        return True

    def copy(self, text: str) -> None:
        """To the clipboard, by the terminal (OSC 52)."""
        self.copy_to_clipboard(text)
        self.say(f"copied {len(text):,} characters")
