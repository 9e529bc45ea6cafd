"""All that is known of one event, on a screen of its own."""

from typing import ClassVar, Final

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import figures
from tui.safety import one_line, visible
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Row, State, Tool

_LONGEST: Final = 20_000
"""Characters shown of one value; copying takes all of it."""


class DetailScreen(ModalScreen[None]):
    """Names with values; a value that is JSON is set out on lines."""

    DEFAULT_CSS = """
    DetailScreen {
        align: center middle;
    }
    DetailScreen #detail {
        width: 90%;
        max-width: 120;
        height: 90%;
        border: round $border;
        border-title-color: $foreground;
        border-subtitle-color: $foreground-muted;
        background: $surface;
    }
    DetailScreen VerticalScroll {
        padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    DetailScreen .name {
        color: $text-primary;
        text-style: bold;
    }
    DetailScreen .value {
        padding: 0 0 1 2;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False, id="detail.close"),
        Binding("y", "copy", "Copy", show=False, id="detail.copy"),
    ]

    class CopyRequested(Message):
        """The user wants `text` on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, title: str, fields: list[tuple[str, str]]) -> None:
        super().__init__()
        self._heading = one_line(title, 80)
        self._fields = fields

    def compose(self) -> ComposeResult:
        with Vertical(id="detail") as frame:
            frame.border_title = Content(self._heading)
            frame.border_subtitle = "y copies · Esc closes"
            with VerticalScroll():
                for name, value in self._fields:
                    yield Static(Content(one_line(name, 80)), classes="name")
                    yield Static(Content(_shown(value)), classes="value")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        """Ask for all of it on the clipboard."""
        self.post_message(self.CopyRequested(as_text(self._fields)))


def as_text(fields: list[tuple[str, str]]) -> str:
    """Fields as plain text."""
    return "\n\n".join(f"{name}\n{pretty(value)}" for name, value in fields)


def pretty(value: str) -> str:
    """A JSON object or array on indented lines; anything else as it is."""
    if value[:1] not in ("{", "["):
        return value
    try:
        return msgspec.json.format(value, indent=2)
    except msgspec.DecodeError:
        return value


def _shown(value: str) -> str:
    text = visible(pretty(value)).expandtabs(4)
    if len(text) <= _LONGEST:
        return text or figures.UNKNOWN
    return f"{text[:_LONGEST]}\n… {len(text) - _LONGEST:,} more characters: y copies all"


def details(state: State, row: Row) -> list[tuple[str, str]]:
    """What state knows of a row and of the entry it stands for, as names and values; texts are raw."""
    fields = [
        ("time", figures.clock_ms(row.at)),
        ("event", f"{row.kind} #{row.seq}"),
        ("agent", row.agent),
        ("status", {"ok": "done"}.get(row.status, row.status)),
        ("duration", "" if row.duration is None else figures.duration(row.duration)),
        ("deltas", f"{row.count:,}" if row.kind in ("text", "think") and row.count else ""),
    ]
    entry = _entry_of(state, row)
    fields += [("summary", row.summary)] if entry is None else _entry_fields(entry)
    return [(name, value) for name, value in fields if value]


_OWN: Final[dict[str, tuple[type, ...]]] = {
    "prompt": (Prompt,),
    "text": (Answer,),
    "think": (Reasoning,),
    "tool": (Tool,),
    "handoff": (Handoff,),
    "notice": (Note,),
    "error": (Note,),
}


def _entry_of(state: State, row: Row) -> Entry | None:
    """The entry that the row is about; a row of another kind only stands near one."""
    if not 0 <= row.entry < len(state.entries):
        return None
    entry = state.entries[row.entry]
    return entry if isinstance(entry, _OWN.get(row.kind, ())) else None


def _entry_fields(entry: Entry) -> list[tuple[str, str]]:
    match entry:
        case Prompt(text=text):
            return [("text", text)]
        case Answer(text=growing, refusal=refusal, status=status):
            return [("refusal", "yes" if refusal else ""), ("answer", status), ("text", str(growing))]
        case Reasoning(text=growing):
            return [("text", str(growing))]
        case Tool():
            return _tool_fields(entry)
        case Handoff(source=source, target=target):
            return [("from", source), ("to", target)]
        case Note():
            return [("level", entry.level), ("text", entry.text), ("what to do", entry.hint), ("detail", entry.detail)]


def _tool_fields(tool: Tool) -> list[tuple[str, str]]:
    def clock(at: float | None) -> str:
        return "" if at is None else figures.clock_ms(at)

    return [
        ("tool", f"{tool.name} #{tool.number}"),
        ("call", tool.call),
        ("origin", tool.origin),
        ("state", tool.status),
        ("started", clock(tool.started)),
        ("ended", clock(tool.ended)),
        ("arguments", str(tool.arguments)),
        ("output", tool.output),
        ("error", tool.error),
    ]
