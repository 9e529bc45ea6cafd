"""The frame that the app will show first, in plain escape codes: the same places, words and colours.

The words stand here, and the app takes them from here.
"""

from tui.skeleton.line import Line
from tui.skeleton.looks import Look

PROGRAM = "agents-tui"
PLACEHOLDER = "ask, or / for commands"
PROMPT = "› "
WELCOME = """\
Ask something below and press Enter.

Esc stops an answer · F1 lists the keys · / lists the commands
"""
_TABS = " F2 Chat ", " F3 Event log  F4 Metrics "
_HINTS = (
    ("Enter", "send"),
    ("Ctrl+J", "newline"),
    ("F1", "help"),
    ("Ctrl+P", "commands"),
    ("Ctrl+D", "quit"),
    ("Tab", "next pane"),
)
_METRICS_WIDTH, _METRICS_HEIGHT = 27, 11
LEAST = (40, 10)
"""Columns and rows below which there is nothing to be recognised."""

Row = list[tuple[str, str]]
"""Pieces of text, each with its role."""


class Picture:
    """The frame for a terminal of one size."""

    def __init__(self, width: int, height: int, look: Look, *, welcome: bool, hints: bool) -> None:
        self._width, self._height, self._look = width, height, look
        self._welcome, self._hints = welcome, hints

    def whole(self, line: Line) -> str:
        """Every cell of the screen."""
        rows = [self._header(line), *self._panes(), [("─" * self._width, "border")]]
        drawn = [self._row(number, row) for number, row in enumerate(rows)]
        return "".join(drawn) + self._row(self._height - 1, self._footer()) + self.input(line)

    def input(self, line: Line) -> str:
        """The line that is typed in, and at the top how much waits to be sent."""
        room = self._width - len(PROMPT) - 1
        row: Row = [(PROMPT, "prompt")]
        shown = _tail(line.text, room)
        if shown:
            row += [(shown, "typed"), (" ", "cursor")]
        else:
            row += [(PLACEHOLDER[0], "cursor"), (PLACEHOLDER[1:room], "placeholder")]
        cursor = f"\x1b[{self._height - 1};{len(PROMPT) + cells(shown) + 1}H"  # hidden, but input methods show there
        return self._row(0, self._header(line)) + self._row(self._height - 2, row) + cursor + "\x1b[0m"

    def _row(self, number: int, row: Row) -> str:
        """At its place, with blanks up to the edge."""
        used = sum(cells(text) for text, _ in row)
        drawn = "".join(self._look.paint(text, role) for text, role in row)
        blank = self._look.paint(" " * (self._width - used), "bar" if number in (0, self._height - 1) else "typed")
        return f"\x1b[{number + 1};1H{drawn}{blank}"

    def _header(self, line: Line) -> Row:
        left = f" {PROGRAM}"
        waits = f" · {line.sent} to send" if line.sent else ""
        right = f" ○ starting…{waits} "
        return [(left, "title"), (" " * (self._width - len(left) - len(right)), "bar"), (right, "phase")]

    def _footer(self) -> Row:
        row: Row = [(" ", "bar")]
        room = self._width - 2
        for key, label in _HINTS if self._hints else ():
            between = " · " if len(row) > 1 else ""
            room -= len(f"{between}{key} {label}")
            if room < 0:
                break
            row += [(between, "hint"), (key, "key"), (f" {label}", "hint")]
        return row

    def _panes(self) -> list[Row]:
        """From below the header to above the line over the input."""
        width, height = self._width, self._height - 4
        if width < 80 or (width < 120 and self._height < 20):
            return [[(_TABS[0], "tab"), (_TABS[1], "hint"), _bar(width, *_TABS)], *self._chat(width, height - 1)]
        side = width * 2 // 5 if width < 120 else width // 2
        rows = self._chat(width - side, height)
        if width < 120:
            log, figures = _pane("EVENT LOG", side, height - _METRICS_HEIGHT), _pane("METRICS", side, 1)
            blank: list[Row] = [[]] * (_METRICS_HEIGHT - 1)
            return [left + right for left, right in zip(rows, log + figures + blank, strict=True)]
        log = _pane("EVENT LOG", side - _METRICS_WIDTH, height)
        rows[0] += log[0] + _rule("METRICS", _METRICS_WIDTH)
        return [rows[0], *(left + right for left, right in zip(rows[1:], log[1:], strict=True))]

    def _chat(self, width: int, height: int) -> list[Row]:
        lines = _wrapped(WELCOME, width - 1) if self._welcome else []
        return _pane("CHAT", width, height, lines)


def _pane(title: str, width: int, height: int, lines: "list[str] | None" = None) -> list[Row]:
    """A title and below it lines of text, each filled up to its width, and the track of the scroll bar."""
    filled = [*(lines or []), *[""] * height][: height - 1]
    return [_rule(title, width), *([(line.ljust(width - 1), "typed"), (" ", "track")] for line in filled)]


def _bar(width: int, *before: str) -> tuple[str, str]:
    return " " * (width - sum(map(len, before))), "bar"


def _rule(title: str, width: int) -> Row:
    return [("─", "rule"), (title, "name"), ("─" * (width - len(title) - 1), "rule")]


def _wrapped(text: str, width: int) -> list[str]:
    lines = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line += f" {word}" if line else word
        lines.append(line)
    return lines


def _tail(text: str, room: int) -> str:
    """As much of the end as fits."""
    while cells(text) > room:
        text = text[1:]
    return text


def cells(text: str) -> int:
    """How many columns a text takes, about as a terminal counts."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
