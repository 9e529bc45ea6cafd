"""An app that puts foreign text into every kind of widget, to see in a real terminal what gets through.

`python -m tests.guarded_app MODE`: `guarded` and `bare` show the whole corpus. The other modes run an app that shows
what is typed; on a key it raises the corpus (`crash`), exits with it as its message (`exit`), hangs (`block`), or
writes much and lends the terminal to somebody (`lend`).
"""

import sys
import time
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import (
    Button,
    Collapsible,
    DataTable,
    Input,
    Label,
    Log,
    Markdown,
    OptionList,
    RichLog,
    Select,
    Static,
    TextArea,
    Tree,
)

from tests.payloads import ALL
from tui.ui.terminal import guards

SINKS = [
    *("Static-Content", "Static-plain", "Static-Text", "Static-link", "Label", "Log", "RichLog", "RichLog-Text"),
    *("TextArea", "Input-value", "Input-hint", "notice", "notice-title", "border-title", "border-subtitle", "tooltip"),
    *("Tree", "DataTable", "OptionList", "Markdown", "code", "strips", "control-strip", "Button", "Collapsible"),
    *("Select",),
]
"""What stands before the corpus in each place, to see that the place was painted at all."""


class Strips(ScrollView):
    """Raw lines, as the chat and the log paint them."""

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return Strip([Segment("strips " + ALL, Style(link="http://x/\x1b]0;owned\x07"))])
        return Strip([Segment("control-strip "), Segment("\x1b]0;QownedZ\x07", None, [])])


class Sinks(App[int]):
    CSS = """
    Screen > * { height: auto; max-height: 3; }
    Screen > Strips { height: 3; }
    Toast { width: 1190; max-width: 1200; }
    Tooltip { max-width: 1200; }
    """
    TOOLTIP_DELAY = 0.01

    def compose(self) -> ComposeResult:
        hover = Static("hover here")
        hover.tooltip = Content("tooltip " + ALL)
        yield hover
        yield Static(Content("Static-Content " + ALL))
        yield Static("Static-plain " + ALL, markup=False)
        yield Static(Text("Static-Text " + ALL))
        yield Static(Text("Static-link", Style(link="file:///\x1b]0;QownedZ\x07")))
        yield Label(Content("Label " + ALL))
        yield Log()
        yield RichLog()
        yield TextArea("TextArea " + ALL)
        yield Input("Input-value " + ALL, select_on_focus=False)
        yield Input(placeholder="Input-hint " + ALL)
        titled = Static("")
        titled.styles.border = ("round", "white")
        titled.border_title = Content("border-title " + ALL)
        titled.border_subtitle = Content("border-subtitle " + ALL)
        yield titled
        yield Tree[None](Text("Tree " + ALL))
        yield DataTable[Text]()
        yield OptionList(Content("OptionList " + ALL))
        yield Markdown(f"Markdown {ALL}\n\n```\ncode {ALL}\n```")
        yield Strips()
        yield Button(Content("Button " + ALL))
        yield Collapsible(title="Collapsible " + ALL.replace("[", "\\["))
        yield Select([(Content("Select " + ALL), 1)], value=1)

    def on_mount(self) -> None:
        self.query_one(Log).write("Log " + ALL)
        self.query_one(RichLog).write("RichLog " + ALL)
        self.query_one(RichLog).write(Text("RichLog-Text " + ALL))
        self.query_one(Markdown).styles.max_height = 8
        self.query_one(DataTable).add_column("c", width=1150)
        self.query_one(DataTable).add_row(Text("DataTable " + ALL))
        self.notify("notice " + ALL, title="notice-title " + ALL, markup=False, timeout=60)


class GuardedSinks(Sinks, guards.GuardedApp[int]):
    """The same, guarded."""


class Typing(guards.GuardedApp[int]):
    """Shows each event of the input; keys do what the mode says."""

    TITLE = "guarded"
    BINDINGS = []  # noqa: RUF012

    def __init__(self, mode: str, crash_log: str = "") -> None:
        super().__init__()
        self.mode = mode
        self.report = guards.CrashReport("guarded", Path(crash_log) if crash_log else None)
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("ready", markup=False)

    def _hear(self, what: str) -> None:
        self.heard.append(what)
        self.query_one(Static).update(Content(f"heard {' '.join(self.heard)}."))

    def on_paste(self, event: events.Paste) -> None:
        self._hear(f"paste:{event.text!r}")

    def on_key(self, event: events.Key) -> None:
        if event.key == "full_stop":
            self.exit(0)
        if self.mode == "crash":
            raise ValueError(f"{ALL} api_key=0123456789abcdef [/b]")
        if self.mode == "exit":
            self.exit(return_code=3, message=f"[/b] goodbye {ALL}")
        if self.mode == "block":
            self._hear("blocked")
            self.call_after_refresh(lambda: time.sleep(60))
        if self.mode == "lend":
            assert self._driver is not None
            self._driver.write("\x1b[0m" * 50_000)
            with self.suspend():
                print("lent", flush=True)
        self._hear(event.key)


def main(mode: str, crash_log: str = "") -> int:
    guards.install()
    app: App[int] = Sinks() if mode == "bare" else GuardedSinks() if mode == "guarded" else Typing(mode, crash_log)
    with guards.watch_signals(app, grace=0.5):
        app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
