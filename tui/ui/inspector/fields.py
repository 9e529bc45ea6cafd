"""What is known of a row of the log and of the entry it stands for, as nodes."""

from typing import Any, Final

import msgspec

from tui import events as e
from tui import figures
from tui.requests import Records
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Row, State
from tui.ui.inspector.tree import Node

_OWN: Final[dict[str, tuple[type, ...]]] = {
    "prompt": (Prompt,),
    "text": (Answer,),
    "think": (Reasoning,),
    "handoff": (Handoff,),
    "notice": (Note,),
    "error": (Note,),
}


def fields(*named: tuple[str, Any]) -> list[Node]:
    """A node for each value that there is."""
    return [Node(name, value) for name, value in named if value not in ("", None)]


def said(text: str) -> Node:
    """A line of the program's own."""
    return Node("", label=text, role="head")


def details(state: State, row: Row) -> list[Node]:
    """What state knows of a row and of the entry it stands for."""
    entry = _entry_of(state, row)
    known = fields(("summary", row.summary)) if entry is None else _entry_fields(entry)
    return [
        *known,
        *fields(
            ("time", figures.clock_ms(row.at)),
            ("event", f"{row.kind} #{row.seq}"),
            ("agent", row.agent),
            ("status", {"ok": "done"}.get(row.status, row.status)),
            ("duration", "" if row.duration is None else figures.duration(row.duration)),
            ("deltas", row.count if row.kind in ("text", "think") else None),
        ),
    ]


def record_nodes(history: Records, seq: int) -> list[Node]:
    """An event as it is recorded: all its fields."""
    try:
        record = history.record(seq)
    except LookupError:
        return [said(f"event {seq} is not on record any more")]
    event: dict[str, Any] = msgspec.to_builtins(record.event)
    return [
        said(f"event {record.seq}, {figures.clock_ms(record.at)}: {e.name_of(record.event)}"),
        *(Node(key, value) for key, value in event.items()),
    ]


def _entry_of(state: State, row: Row) -> Entry | None:
    """The entry that the row is about; a row of another kind only stands near one."""
    if not 0 <= row.entry < len(state.entries):
        return None
    entry = state.entries[row.entry]
    return entry if isinstance(entry, _OWN.get(row.kind, ())) else None


def _entry_fields(entry: Entry) -> list[Node]:
    match entry:
        case Prompt(text=text):
            return fields(("text", text))
        case Answer(text=growing, refusal=refusal, status=status):
            return fields(("text", str(growing)), ("answer", status), ("refusal", "yes" if refusal else ""))
        case Reasoning(text=growing, status=status):
            return fields(("text", str(growing)), ("reasoning", status))
        case Handoff(source=source, target=target):
            return fields(("from", source), ("to", target))
        case Note():
            return fields(
                ("text", entry.text), ("level", entry.level), ("what to do", entry.hint), ("detail", entry.detail)
            )
        case _:
            return []
