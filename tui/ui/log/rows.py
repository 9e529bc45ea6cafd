"""One row of the event log as one line: what stands in which column at a given width."""

from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui import figures
from tui.safety import one_line
from tui.state import Row
from tui.ui.lines.line import cut_text
from tui.ui.themes.palette import Palette

GLYPHS: Final = {
    "session": "◇",
    "prompt": "›",
    "queue": "⋯",
    "run": "▶",
    "agent": "@",
    "model": "↳",
    "think": "∴",
    "text": "✎",
    "tool": "⚙",
    "handoff": "⇄",
    "cancel": "■",
    "output": "⌷",
    "notice": "i",
    "error": "✗",
    "raw": "·",
}
"""One cell for each kind; the word stands beside it."""

MARK: Final = "◆"
"""Before the summary of a row that the user marked."""

_COUNTED: Final = ("text", "think")
_KIND: Final = 9
_TYPE: Final = 20
"""Cells for the type of an event, where each has a row."""
_AGENT: Final = 14
_INDENT: Final = 2
_DEEPEST: Final = 4
_BAR: Final = 5
_BAR_FROM: Final = 64
"""Cells of a pane from which on durations have a bar: below, the summary needs the room."""
_SUMMARY: Final = 400
"""Characters of a summary that are cleaned for a line: more than the widest pane shows."""


class Columns(NamedTuple):
    """Cells for each column of a pane; 0: left out. The summary gets the rest."""

    width: int
    clock: int
    kind: int
    agent: int
    typed: bool = False
    """Kinds are told as types of events."""

    @property
    def before(self) -> int:
        """Characters before the agent or the summary."""
        return self.clock + bool(self.clock) + self.kind + 1

    @classmethod
    def of(cls, width: int, *, typed: bool = False) -> "Columns":
        """What fits: the agent goes first, then the milliseconds, the hours, the time."""
        clock = 12 if width >= 64 else 8 if width >= 44 else 5 if width >= 34 else 0
        return cls(width, clock, _TYPE if typed and width >= 44 else _KIND, _AGENT if width >= 84 else 0, typed)


class Face(NamedTuple):
    """All of a row that its line depends on besides the columns; `beat` counts tenths of a second while it is live.

    They are those of the clock, so that all rows that are live go on in the same frame.
    """

    clock: str
    marked: bool
    status: str
    deltas: int
    summary: str
    agent: str
    duration: float | None
    beat: int

    @classmethod
    def of(cls, row: Row, now: float, clock: str = "", *, marked: bool = False) -> "Face":
        """The row's face at a time of day; `clock` stands in its time column."""
        beat = int(now * 10) if row.status == "live" else -1
        return cls(clock, marked, row.status, row.count, row.summary, row.agent, row.duration, beat)

    def goes_on(self, now: "Face") -> bool:
        """It has become this one within a beat, so that its line can wait for the next."""
        return self.beat == now.beat >= 0 and (self.clock, self.marked) == (now.clock, now.marked)


class Pieces(NamedTuple):
    """The texts of a line; together, with a gap before `end`, they fill its width."""

    clock: str
    kind: str
    mark: str
    agent: str
    counted: str
    summary: str
    gap: str
    bar: str
    end: str

    @property
    def text(self) -> str:
        return "".join(self).rstrip()


def pieces(row: Row, columns: Columns, now: float, clock: str, *, marked: bool = False) -> Pieces:
    """Lay out a row; everything foreign in it is cleaned. `clock` is as wide as its column."""
    clock = f"{clock} " if columns.clock else ""
    word = one_line(row.type if columns.typed else row.kind, columns.kind - 2)
    kind = f"{GLYPHS.get(row.kind, '·')} {word}".ljust(columns.kind)
    mark = MARK if marked else " "
    agent = f"{_fitted(one_line(row.agent, _AGENT * 2), columns.agent)} " if columns.agent else ""
    end = _end(row, now, roomy=columns.width >= 40)
    bar = _bar(row) if columns.width >= _BAR_FROM else ""
    room = columns.width - len(clock) - len(kind) - 1 - cell_len(agent) - len(bar) - (cell_len(end) + 1 if end else 0)
    if room < 4:
        end, room = "", max(0, room + cell_len(end) + 1 if end else room)
    before = " " * min(_INDENT * min(row.depth, _DEEPEST), max(0, room // 3))
    if row.kind in _COUNTED:
        before += _counted(row.count, roomy=room >= 26)
    before = cut_text(before, room)
    summary = cut_text(one_line(row.summary, _SUMMARY), max(0, room - cell_len(before)))
    used = len(clock) + len(kind) + 1 + cell_len(agent) + cell_len(before + summary) + len(bar) + cell_len(end)
    return Pieces(clock, kind, mark, agent, before, summary, " " * (columns.width - used), bar, end)


def strip(row: Row, columns: Columns, now: float, face: Face, palette: Palette, base: Style) -> Strip:
    """A row's line as the screen takes it."""
    texts = pieces(row, columns, now, face.clock, marked=face.marked)
    looks = (
        palette.muted,
        _kind_style(row, palette),
        palette.accent,
        palette.muted,
        palette.muted,
        palette.error if row.kind == "error" else palette.text,
        Style.null(),
        palette.spark,
        _end_style(row, palette),
    )
    return Strip([Segment(text, base + look) for text, look in zip(texts, looks, strict=True) if text], columns.width)


def _fitted(text: str, cells: int) -> str:
    text = cut_text(text, cells)
    return text + " " * (cells - cell_len(text))


def _counted(count: int, *, roomy: bool) -> str:
    """How many deltas a row stands for; nothing where the text came whole."""
    if not count:
        return ""
    return f"{figures.count(count)} {'delta' if count == 1 else 'deltas'}  " if roomy else f"{figures.count(count)}× "


def _end(row: Row, now: float, *, roomy: bool) -> str:
    """The right end: how a row stands, and its time."""
    if row.status == "live":
        return f"{figures.spinner(now)} {figures.elapsed(now - (row.started or row.at))}"
    spent = "" if row.duration is None else figures.duration(row.duration)
    if row.status == "ok":
        return f"✔ {spent}".rstrip()
    if row.status:
        mark = "✗" if row.status == "failed" else "■"
        return f"{mark} {row.status} {spent}".rstrip() if roomy else f"{mark} {row.status}"
    return spent


def _bar(row: Row) -> str:
    """How long a settled row took, to compare rows at a glance; blank while live or unknown."""
    spent = None if row.status == "live" else row.duration
    return figures.bar(spent, _BAR).ljust(_BAR) + " "


def _kind_style(row: Row, palette: Palette) -> Style:
    looks = {
        "prompt": palette.user,
        "run": palette.primary,
        "agent": palette.assistant,
        "model": palette.primary,
        "think": palette.reasoning,
        "text": palette.assistant,
        "tool": palette.accent,
        "handoff": palette.handoff,
        "cancel": palette.stopped,
        "output": palette.notice,
        "error": palette.error,
    }
    return looks.get(row.kind, palette.muted)


def _end_style(row: Row, palette: Palette) -> Style:
    looks = {
        "live": palette.tool_running,
        "ok": palette.tool_ok,
        "failed": palette.tool_failed,
        "cancelled": palette.stopped,
    }
    return looks.get(row.status, palette.muted)
