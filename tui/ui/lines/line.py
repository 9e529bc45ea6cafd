"""Lines of the chat as plain tuples, small and invisible to the garbage collector, and their way to the screen.

A style is a number into a table of roles, so that another theme repaints lines without making them anew.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Final, TypeAlias

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Runs: TypeAlias = tuple[int, ...]
"""`(end, style, end, style, ...)`: each style from the end before it to its own, in characters of the line."""

Line: TypeAlias = tuple[str, Runs, int, bool]
"""Text, runs, how many characters at its start are decoration, and whether the next line continues this one."""

FILL: Final = 1 << 20
"""As the end of the last run: its style goes on to the edge."""

_LINK: Final = 16
"""Bits of a style number below its link's."""

_WORD: Final = (
    r"[\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
    r"[\u3001\u3002\u300d\u300f\uff01\uff09\uff0c\uff1a\uff1b\uff1f]* *"
    r"|[^ \u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+ *"
    r"| +"
)
"""What may not be parted: a word with the spaces after it; East Asian scripts part between any two characters.

Not compiled here: that takes three milliseconds, and the first paint has no such text.
"""


class Styles:
    """Numbers for combinations of roles (bounded by what the renderers know) and for link targets."""

    def __init__(self) -> None:
        self.roles: list[tuple[Hashable, ...]] = [()]
        self.links: list[str] = [""]
        self._role_ids: dict[tuple[Hashable, ...], int] = {(): 0}
        self._link_ids: dict[str, int] = {"": 0}

    def number(self, *roles: Hashable, link: str = "") -> int:
        """The style number of these roles together, later ones winning, on a link to `link`."""
        style = self._role_ids.get(roles)
        if style is None:
            style = self._role_ids[roles] = len(self.roles)
            self.roles.append(roles)
        target = self._link_ids.get(link)
        if target is None:
            target = self._link_ids[link] = len(self.links)
            self.links.append(link)
        return style | target << _LINK

    def link(self, style: int) -> str:
        """The target that a style number links to; empty if none."""
        return self.links[style >> _LINK]


def role(style: int) -> int:
    """The index into `Styles.roles` of a style number."""
    return style & (1 << _LINK) - 1


def breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where to wrap `text` (one line) to `width` cells: start and end of each piece; spaces stay at the ends."""
    width = max(1, width)
    if text.isascii() and text.isprintable():
        yield from _ascii_breaks(text, width)
        return
    start, used = 0, 0
    for match in re.finditer(_WORD, text):
        word = match[0].rstrip(" ")
        cells = cell_len(word)
        if used and used + cells > width:
            yield start, match.start()
            start, used = match.start(), 0
        if cells > width:
            for left, _, size in split_graphemes(word)[0]:
                if used + size > width and used:
                    yield start, match.start() + left
                    start, used = match.start() + left, 0
                used += size
            used += match.end() - match.start() - len(word)
        else:
            used += cells + len(match[0]) - len(word)
    yield start, len(text)


def _ascii_breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    start, size = 0, len(text)
    while size - start > width:
        end = text.rfind(" ", start, start + width + 1) + 1
        if end <= start or not text[start:end].strip():
            end = start + width
        while end < size and text[end] == " ":
            end += 1
        if end >= size:
            break
        yield start, end
        start = end
    yield start, size


def chop(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Like `breaks`, but anywhere between two glyphs: for code."""
    width = max(1, width)
    if text.isascii():
        yield from ((at, min(at + width, len(text))) for at in range(0, max(1, len(text)), width))
        return
    start = used = 0
    for left, _, size in split_graphemes(text)[0]:
        if used + size > width and used:
            yield start, left
            start, used = left, 0
        used += size
    yield start, len(text)


def cut_runs(runs: Sequence[int], start: int, end: int, shift: int = 0) -> Runs:
    """The runs of `text[start:end]`, moved right by `shift` characters."""
    out: list[int] = []
    for at in range(0, len(runs), 2):
        if runs[at] > start:
            out += (min(runs[at], end) - start + shift, runs[at + 1])
            if runs[at] >= end:
                break
    return tuple(out)


def cut_text(text: str, width: int) -> str:
    """At most `width` cells of one line of text, with `…` where it was cut."""
    if len(text) <= width and cell_len(text) <= width:
        return text
    start = text[: 2 * width + 8]  # glyphs of what comes after need not be told apart
    start = start if cell_len(start) > width else text
    at = next(chop(start, max(0, width - 1)))[1] if width > 1 else 0
    return f"{text[:at]}…"


class Page:
    """Lines under construction, in containers (list items, quotes) that put something before each."""

    def __init__(self, width: int, indent: int = 0) -> None:
        self.width = width
        self.lines: list[Line] = []
        self._marks: list[tuple[str, str, int, bool]] = []
        if indent:
            self.enter(" " * indent, " " * indent, 0, bare=True)

    def enter(self, first: str, rest: str, style: int, *, bare: bool = False) -> None:
        """Put `first` before the next line and `rest` before those after; `bare`: no part of the text copied."""
        self._marks.append((first, rest, style, bare))

    def leave(self) -> None:
        """The innermost container ends."""
        self._marks.pop()

    @property
    def room(self) -> int:
        """Cells left for text."""
        return max(4, self.width - sum(cell_len(first) for first, *_ in self._marks))

    def put(self, text: str, runs: Sequence[int], *, soft: bool = False, bare: bool = False) -> None:
        """Add one line that fits. `soft`: the next continues it; `bare`: copy nothing of what stands before it."""
        if not self._marks:
            self.lines.append((text, tuple(runs), 0, soft))
            return
        before, skip = "", 0
        out: list[int] = []
        for at, (first, rest, style, decoration) in enumerate(self._marks):
            before += first
            out += (len(before), style)
            if decoration:
                skip = len(before)
            self._marks[at] = (rest, rest, style, decoration)
        if bare or (self.lines and self.lines[-1][3]):
            skip = len(before)
        ends = (value if at % 2 or value >= FILL else value + len(before) for at, value in enumerate(runs))
        self.lines.append((before + text, (*out, *ends), skip, soft))

    def flow(self, text: str, runs: Sequence[int], *, soft: bool = False) -> None:
        """Add text wrapped to the room; it may hold line breaks. `soft`: what comes next continues it."""
        start = 0
        for part in text.split("\n"):
            pieces = list(breaks(part, self.room))
            for left, right in pieces:
                more = right < len(part) or (soft and start + right == len(text))
                self.put(part[left:right], cut_runs(runs, start + left, start + right), soft=more)
            start += len(part) + 1

    def gap(self) -> None:
        """An empty line."""
        marks = self._marks
        self._marks = [(rest if bare else "", rest, style, bare) for _, rest, style, bare in marks]
        self.put("", ())
        self._marks = marks


def strip(line: Line, width: int, looks: Sequence[Style], base: Style) -> Strip:
    """A line for the screen, `width` cells wide. `looks`: by role."""
    text, runs, _, _ = line
    segments: list[Segment] = []
    start = 0
    fill = base
    for at in range(0, len(runs), 2):
        end, style = runs[at], base + looks[role(runs[at + 1])]
        if end >= FILL:
            fill = style
        if piece := text[start:end]:
            segments.append(Segment(piece, style))
        start = end
    if piece := text[start:]:
        segments.append(Segment(piece, base))
    return Strip(segments).adjust_cell_length(width, fill)


def style_at(line: Line, x: int) -> int:
    """The style number at a cell of the line; 0 right of its text."""
    text, runs, _, _ = line
    cells = 0
    for index, glyph in enumerate(text):
        cells += cell_len(glyph)
        if cells > x:
            return next((runs[at + 1] for at in range(0, len(runs), 2) if runs[at] > index), 0)
    return 0


def cut_line(line: Line, start: int, end: int) -> Line:
    """The characters from `start` to before `end`, for copying."""
    text, _, skip, soft = line
    return text[max(start, skip) : max(0, end)], (), 0, soft and end >= len(text)


def copied(lines: Sequence[Line]) -> str:
    """The text of lines as one would have written it: no decoration, wrapped lines whole again."""
    return "".join(text[skip:] + ("" if soft else "\n") for text, _, skip, soft in lines).removesuffix("\n")
