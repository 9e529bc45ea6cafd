"""What stands between foreign text and the terminal, in both directions, whatever the widgets do.

report = guards.CrashReport("agents-tui", crash_log, Secrets.of_environment(os.environ).redact)
guards.install(report)
app = AgentsApp(...)  # a GuardedApp
app.report = report
with guards.watch_signals(app):
    app.run()
sys.exit(app.return_code)
"""

import io
import re
import sys
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual.app import ReturnType
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter

from tui import skeleton
from tui.crash import CrashReport
from tui.safety import HIDDEN, visible
from tui.ui.terminal import compositing, internals, scrolling
from tui.ui.terminal.input_guard import InputGuard
from tui.ui.terminal.leaving import RESET, restore_terminal, watch_signals

__all__ = [
    "RESET",
    "CrashReport",
    "GuardedApp",
    "InputGuard",
    "SafetyFilter",
    "install",
    "restore_terminal",
    "watch_signals",
]


def install(report: "CrashReport | None" = None) -> None:
    """Guard the input of every app that runs after this, and what Python says of errors outside of apps.

    Also takes a reference cycle out of Textual's painting. Calling it again changes nothing but the report.
    """
    internals.replace_input_parser(InputGuard)
    internals.write_without_waiting()
    internals.patch_strip_divide()
    internals.patch_clicks_on_removed()
    compositing.patch_compositor()
    scrolling.patch_scroll_bars()
    sys.excepthook = (report or CrashReport()).excepthook


# Output

_UNPAINTABLE = re.compile(f"[{HIDDEN}\n\t]")
_LINK = re.compile(r"(?:https?://|mailto:)[!-~]{1,2000}")
"""Targets a terminal may be given to open: no file, no program, no control characters."""


class SafetyFilter(LineFilter):
    """Cleans every line on its way to the terminal; no widget can go around it.

    The last resort, for text that was not made `visible` where it came in. A line keeps its width in cells: what has
    none of its own (all control and format characters) is dropped, what has one becomes a stand-in. Control segments
    are dropped. Links (OSC 8) lead to the web and to mail only. The meta data of a style stays: it is never painted.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with nothing but text in them; the same list if there is nothing to do."""
        if all(_is_clean(segment) for segment in segments):
            return segments
        return [
            Segment(_clean_text(text), style if style is None or style.link is None else _clean_link(style))
            for text, style, control in segments
            if not control
        ]

    def __eq__(self, other: object) -> bool:
        """All are one: Textual keeps a filtered line by its filter, which an app may make anew for each."""
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


def _is_clean(segment: Segment) -> bool:
    text, style, control = segment
    return not control and (style is None or style.link is None) and _UNPAINTABLE.search(text) is None


def _clean_text(text: str) -> str:
    cleaned, replaced = _UNPAINTABLE.subn(lambda found: visible(found[0]) if cell_len(found[0]) else "", text)
    # What stands on either side of a dropped character may join, such as the halves of a flag.
    return set_cell_size(cleaned, cell_len(text)) if replaced else text


@lru_cache(maxsize=1024)
def _clean_link(style: Style) -> Style:
    return style if _LINK.fullmatch(style.link or "") else style.update_link(None)


# Exit


class GuardedApp(internals.ExitHooks[ReturnType]):
    """An app that shows nothing unclean: not on its screen, not in its exit message, not when it crashes."""

    report = CrashReport()
    """How it speaks of its crash."""

    def get_driver_class(self) -> type[Driver]:
        """Our own where Textual would drive a terminal."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from tui.ui.terminal.driver import TtyDriver

        return TtyDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and the guard."""
        return [*super().get_line_filters(), SafetyFilter()]

    def crashed(self, error: BaseException) -> str:
        """Log the traceback; the line to show."""
        from textual.worker import WorkerFailed

        return self.report.of(error.error if isinstance(error, WorkerFailed) else error)

    def panic(self, *renderables: RenderableType) -> None:
        """End the app with messages; a Rich traceback, as Textual's input thread gives one, becomes a crash line."""
        from rich.traceback import Traceback

        for renderable in renderables:
            if isinstance(renderable, Traceback) and (stacks := renderable.trace.stacks):
                self.exit(return_code=1)
                self.end(self.report.line(f"{stacks[0].exc_type}: {stacks[0].exc_value}", _plain(renderable)))
                return
        super().panic(*renderables)

    def last_words(self, message: RenderableType) -> str:
        """The exit message as clean text: no markup, no styles, no secrets."""
        skeleton.end()  # the app may have failed before it took the terminal
        return self.report.clean(_plain(message))


def _plain(message: RenderableType) -> str:
    """What Rich would print, without styles and links; a plain string as it is."""
    if isinstance(message, str):
        return message
    with io.StringIO() as page:
        Console(file=page, color_system=None, force_terminal=False, width=200).print(message, soft_wrap=True)
        return page.getvalue()
