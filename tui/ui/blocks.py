"""Growing Markdown cut into blocks that change no more, so that each is rendered once.

A block ends at a blank line, after a heading, at the next top-level list item, and where it would get too dear to
render again with every frame. The same text fed in any pieces gives the same blocks. Each is Markdown that parses by
itself; what it needs to know of the blocks before it (its number, its table's header) it carries.
"""

import copy
import re
from typing import Final, Literal

import msgspec

LIMIT: Final = 4096
"""Characters of an unfinished block: what is rendered again in each frame."""
CODE_LINES: Final = 40
TABLE_ROWS: Final = 60

_FENCE: Final = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_RULE: Final = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_MARKER: Final = re.compile(r"( {0,3}(?:[-+*]|(\d{1,9})([.)])))(?:([ \t]+)(?=\S)|[ \t]*$)")
_DELIMITERS: Final = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_DEFINITION: Final = re.compile(r" {0,3}\[(?:[^\]\\]|\\.)+\]:")

_QUOTE: Final = re.compile(r" {0,3}>")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_BARE_DEFINITION: Final = re.compile(
    _DEFINITION.pattern + r"""[ \t]*\S+(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^)]*\)))?[ \t]*$"""
)
_PREFIX: Final = re.compile(r"^[ \t]*(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+)*")
"""Where a tab counts as spaces up to the next multiple of 4."""

Kind = Literal["prose", "item", "code", "table"]


class Block(msgspec.Struct, frozen=True, gc=False):
    """A piece of a message. `text` is Markdown, but of kind `code` the bare code."""

    kind: Kind
    text: str
    gap: bool = False
    """An empty line belongs before it."""
    joined: bool = False
    """It goes on where the block before it was cut."""
    cut: bool = False
    """The next one goes on with this one's last line."""
    number: int = -1
    """Of an item in an ordered list."""
    indent: int = 0
    """Cells that the rest of a cut item stands in."""
    language: str = ""
    table: int = 0
    """The chunks of one table share this number; a later one repeats the header and does not show it."""
    open: bool = False
    """Still growing."""


class _Open(msgspec.Struct):
    """The block under construction."""

    kind: Kind
    lines: list[str] = msgspec.field(default_factory=list)
    size: int = 0
    gap: bool = False
    joined: bool = False
    number: int = -1
    language: str = ""
    fence: str = ""
    """Of code, or of code within an item; empty outside one."""
    offset: int = 0
    """Spaces that belong to the container: the fence's, the item's."""
    fence_offset: int = 0
    blanks: int = 0
    rows: int = 0
    table: int = 0
    shift: int = 0
    """Width of the marker of a cut item."""
    quote: bool = False
    """The rest of a cut quote."""


class Splitter:
    """Takes the deltas of one message and gives its finished blocks."""

    def __init__(self) -> None:
        self.defines = False
        """The text has a link reference definition, which changes what other blocks mean."""
        self._parts: list[str] = []
        self._size = 0
        self._mid = False
        self._open: _Open | None = None
        self._out: list[Block] = []
        self._blank = False
        self._first = True
        self._list = ""
        self._number = 0
        self._tables = 0

    def feed(self, delta: str) -> list[Block]:
        """The blocks that `delta` finishes."""
        self._parts.append(delta)
        self._size += len(delta)
        if self._size <= LIMIT and "\n" not in delta:
            return []
        *lines, rest = "".join(self._parts).split("\n")
        for line in lines:
            self._take(self._pieces(line.removesuffix("\r")), ended=True)
        rest = self._pieces(rest)
        self._parts, self._size = [rest], len(rest)
        return self._taken()

    def finish(self) -> list[Block]:
        """The rest, at the end of the message."""
        rest = self._pieces("".join(self._parts))
        self._parts, self._size = [], 0
        if rest:
            self._take(rest, ended=True)
        self._close()
        return self._taken()

    def tail(self) -> list[Block]:
        """What `finish` would give now, marked as open; changes nothing. Costs at most `LIMIT` and a line."""
        clone = copy.copy(self)
        clone._open = msgspec.structs.replace(self._open, lines=self._open.lines[:]) if self._open else None
        clone._out = []
        return [msgspec.structs.replace(block, open=True) for block in clone.finish()]

    def _taken(self) -> list[Block]:
        taken, self._out = self._out, []
        return taken

    def _pieces(self, line: str) -> str:
        """Take what is too long for one block off the start of a line; the rest comes back."""
        while len(line) > LIMIT:
            cut = line.rfind(" ", 1, LIMIT) + 1 or LIMIT
            self._take(line[:cut], ended=False)
            line = line[cut:]
        return line

    def _take(self, line: str, *, ended: bool) -> None:
        if self._mid and self._open is not None:
            self._add(line)
        else:
            self._line(line)
        self._mid = not ended and self._open is not None
        if self._mid:
            self._cut(cut=True)

    # A line

    def _line(self, line: str) -> None:
        now = self._open
        if "\t" in line and not (now and now.fence):
            line = _PREFIX.sub(lambda prefix: prefix[0].expandtabs(4), line)
        if now is None:
            self._start(line)
        elif now.kind == "code":
            self._in_code(now, line)
        elif now.kind == "item":
            self._in_item(now, line)
        elif not line.strip():
            self._close()
            self._blank = True
        elif now.kind == "table":
            self._in_table(now, line)
        else:
            self._in_prose(now, line)

    def _start(self, line: str) -> None:
        if not line.strip():
            self._blank = True
        elif _indent(line) >= 4:
            self._begin("code", offset=4)
            self._add_code(line)
        elif fence := _FENCE.match(line):
            info = (fence[2] or fence[4] or "").strip().partition(" ")[0]
            self._begin("code", fence=fence[1] or fence[3], language=info, offset=_indent(line))
        elif _HEADING.match(line) or _RULE.match(line):
            self._begin("prose")
            self._add(line)
            self._close()
        elif marker := _MARKER.match(line):
            self._begin_item(marker, line)
        else:
            self._begin("prose")
            self._add(line)

    def _in_code(self, now: _Open, line: str) -> None:
        if now.fence:
            if _closes(line, now.fence) and _indent(line) < 4:
                self._close()
            else:
                self._add_code(line)
        elif not line.strip():
            now.blanks += 1
        elif _indent(line) >= 4:
            for _ in range(now.blanks):
                self._add_code("")
            self._now.blanks = 0
            self._add_code(line)
        else:
            self._close()
            self._start(line)

    def _in_prose(self, now: _Open, line: str) -> None:
        self.defines = self.defines or bool(_DEFINITION.match(line))
        quote = now.quote or (bool(now.lines) and _is_quote(now.lines[0]))
        if not now.lines or (quote and _is_quote(line)):
            self._add(line)
        elif not quote and _DELIMITERS.match(line) and _is_header(now.lines[-1], line):
            header = now.lines.pop()
            if now.lines:
                self._close()
            else:
                self._first, self._open = not now.gap, None
            self._begin_table(header, line)
        elif not quote and _UNDERLINE.match(line):
            self._add(line)
            self._close()
        elif _interrupts(line):
            self._close()
            self._start(line)
        else:
            self._add(line)

    def _in_table(self, now: _Open, line: str) -> None:
        if _indent(line) >= 4 or _starts_block(line):
            self._close()
            self._start(line)
            return
        if now.rows >= TABLE_ROWS or (now.rows and now.size + len(line) > LIMIT):
            self._cut(cut=False)
        self._add(line)
        self._now.rows += 1

    def _in_item(self, now: _Open, line: str) -> None:
        if not line.strip():
            now.blanks += 1
            if len(now.lines) == 1 and not now.joined and not _MARKER.sub("", now.lines[0]):
                self._close()  # an empty item ends here
            return
        lazy = not (now.blanks or now.fence or _starts_block(line)) and _is_paragraph(now.lines)
        if lazy or _indent(line) >= now.offset:
            for _ in range(now.blanks):
                self._add("")
            self._now.blanks = 0
            self._add(line)
            self._track_fence(line)
        else:
            self._close()
            self._start(line)

    def _track_fence(self, line: str) -> None:
        now, bare = self._now, line.lstrip()
        if now.fence:
            if _closes(bare, now.fence):
                now.fence = ""
        elif fence := _FENCE.match(bare):
            now.fence, now.language = fence[1] or fence[3], (fence[2] or fence[4] or "").strip()
            now.fence_offset = _indent(line)

    # The open block

    @property
    def _now(self) -> _Open:
        assert self._open is not None
        return self._open

    def _begin(self, kind: Kind, **given: object) -> None:
        if kind != "item":
            self._list = ""
        self._open = _Open(kind, gap=not self._first, **given)  # type: ignore[arg-type]
        self._blank = self._first = False

    def _begin_item(self, marker: re.Match[str], line: str) -> None:
        same = self._list == (style := marker[3] or marker[1].strip())
        blank = self._blank
        self._number = self._number + 1 if same else int(marker[2] or 0)
        self._begin("item", number=self._number if marker[2] else -1)
        now, self._list = self._now, style
        now.gap = now.gap and (blank or not same)
        spaces = len((marker[4] or " ").expandtabs(4))
        now.offset = len(marker[1]) + (spaces if spaces <= 4 else 1)
        now.shift = len(f"{self._number}. ") if marker[2] else 2
        self._add(line)
        self._track_fence(line[marker.end() :])
        now.fence_offset = now.offset

    def _begin_table(self, header: str, delimiters: str) -> None:
        self._tables += 1
        self._begin("table", table=self._tables)
        self._add(header)
        self._add(delimiters)

    def _add_code(self, line: str) -> None:
        now = self._now
        if len(now.lines) >= CODE_LINES:
            self._cut(cut=False)
        self._add(line[min(_indent(line), now.offset) :])

    def _add(self, line: str) -> None:
        now = self._now
        if now.lines and now.kind != "table" and now.size + len(line) > LIMIT and not self._mid:
            self._cut(cut=now.kind == "prose")
            now = self._now
        if now.kind == "prose" and not now.lines:
            self.defines = self.defines or bool(_DEFINITION.match(line))
        if now.quote and not now.lines and not _is_quote(line):
            line = f"> {line}"
        if now.kind == "item" and now.joined:
            line = line[min(_indent(line), now.fence_offset if now.fence else now.offset) :]
        now.lines.append(line)
        now.size += len(line) + 1

    def _cut(self, *, cut: bool) -> None:
        """End the block here and go on with one of its kind."""
        now = self._now
        self._emit(now, cut=cut)
        rest = msgspec.structs.replace(now, lines=[], size=0, gap=False, joined=True, rows=0)
        if now.kind == "table":
            rest.lines, rest.size = now.lines[:2], len(now.lines[0]) + len(now.lines[1])
        elif now.kind == "item" and now.fence:
            rest.lines = [f"{now.fence}{now.language}"]
        elif now.kind == "prose":
            rest.quote = now.quote or _is_quote(now.lines[0])
        self._open = rest

    def _close(self) -> None:
        now, self._open, self._mid = self._open, None, False
        if now is None:
            return
        self._blank = self._blank or now.blanks > 0
        if now.lines or not now.joined:
            self._emit(now, cut=False)

    def _emit(self, now: _Open, *, cut: bool) -> None:
        if now.kind == "prose" and all(map(_BARE_DEFINITION.match, now.lines)):
            self._first = self._first or not now.gap  # shows nothing, so what follows is not parted from it
        self._out.append(
            Block(
                now.kind,
                "\n".join(now.lines),
                gap=now.gap,
                joined=now.joined,
                cut=cut,
                number=now.number,
                indent=now.shift,
                language=now.language if now.kind == "code" else "",
                table=now.table,
            )
        )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _interrupts(line: str) -> bool:
    """It may break into a paragraph: a list not with an empty item, and an ordered one only from 1."""
    if not _starts_block(line):
        return False
    marker = None if _RULE.match(line) else _MARKER.match(line)
    return marker is None or bool(marker[4] and marker[2] in (None, "1"))


def _starts_block(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_FENCE, _HEADING, _RULE, _QUOTE, _MARKER))


def _is_quote(line: str) -> bool:
    return bool(_QUOTE.match(line))


def _is_paragraph(lines: list[str]) -> bool:
    """The last line is text that a line further left may continue."""
    bare = lines[-1].lstrip(" >-+*") if lines else ""
    return bool(bare) and not _FENCE.match(bare) and not _HEADING.match(bare)


def _is_header(line: str, delimiters: str) -> bool:
    return "|" in line and _columns(line) == _columns(delimiters)


def _columns(row: str) -> int:
    bare = re.sub(r"\\.", "", row.strip())
    return bare.removeprefix("|").removesuffix("|").count("|") + 1
