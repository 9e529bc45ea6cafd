"""Pieces of a message's Markdown that change no more, so that each is rendered once, and how they are put together.

Each block is Markdown that parses by itself; what it needs to know of the blocks before it (its number, its table's
header) it carries.
"""

import copy
import re
from typing import Final, Literal

import msgspec

from tui.ui.markdown import grammar

LIMIT: Final = 4096
"""Characters of an unfinished block: what is rendered again in each frame."""
CODE_LINES: Final = 20
"""Lines of code that get their colours at once: 2 to 4 ms."""
TABLE_ROWS: Final = 60

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


class Builder:
    """Puts lines into blocks. Which lines belong together is the splitter's decision."""

    def __init__(self) -> None:
        self.open: _Open | None = None
        self.blank = False
        """An empty line came after the last block."""
        self.whole_lines = True
        """False while the rest of a line that was cut is to come."""
        self._done: list[Block] = []
        self._first = True
        self._list = ""
        self._number = 0
        self._tables = 0

    @property
    def now(self) -> _Open:
        """The block under construction."""
        assert self.open is not None
        return self.open

    def taken(self) -> list[Block]:
        """The blocks finished since the last call."""
        done, self._done = self._done, []
        return done

    def copy(self) -> "Builder":
        """Another that goes on from here, without what is finished."""
        twin = copy.copy(self)
        if self.open is not None:
            twin.open = msgspec.structs.replace(self.open, lines=self.open.lines[:])
        twin.taken()
        return twin

    def begin(self, kind: Kind, *, fence: str = "", language: str = "", offset: int = 0) -> None:
        """Start a block; one that is open must be closed before."""
        if kind != "item":
            self._list = ""
        self.open = _Open(kind, gap=not self._first, fence=fence, language=language, offset=offset)
        self.blank = self._first = False

    def begin_item(self, marker: re.Match[str], line: str) -> None:
        """Start a list item; `marker` is the match of `grammar.MARKER`."""
        blank, style = self.blank, marker[3] or marker[1].strip()
        same, self._list = self._list == style, style
        self._number = self._number + 1 if same else int(marker[2] or 0)
        self.begin("item")
        now = self.now
        now.gap = now.gap and (blank or not same)
        now.number = self._number if marker[2] else -1
        spaces = len((marker[4] or " ").expandtabs(4))
        now.offset = len(marker[1]) + (spaces if spaces <= 4 else 1)
        now.shift = len(f"{self._number}. ") if marker[2] else 2
        self.add(line)
        self.track_fence(line[marker.end() :])
        now.fence_offset = now.offset

    def begin_table(self, delimiters: str) -> None:
        """Start a table; its header is the last line of the block under construction."""
        now = self.now
        header = now.lines.pop()
        if now.lines:
            self.close()
        else:
            self._first = not now.gap
        self._tables += 1
        self.begin("table")
        self.now.table = self._tables
        self.add(header)
        self.add(delimiters)

    def add(self, line: str) -> None:
        """Put a line into the block; a block that would get too large is cut before."""
        now = self.now
        if now.lines and now.kind != "table" and now.size + len(line) > LIMIT and self.whole_lines:
            self.cut(within_line=now.kind == "prose")
            now = self.now
        if now.quote and not now.lines and not grammar.is_quote(line):
            line = f"> {line}"
        if now.kind == "item" and now.joined:
            line = line[min(grammar.indent(line), now.fence_offset if now.fence else now.offset) :]
        now.lines.append(line)
        now.size += len(line) + 1

    def add_code(self, line: str) -> None:
        """Put in a line of code, without the indent of its block."""
        if len(self.now.lines) >= CODE_LINES:
            self.cut(within_line=False)
        self.add(line[min(grammar.indent(line), self.now.offset) :])

    def add_row(self, line: str) -> None:
        """Put in a row of a table."""
        now = self.now
        if now.rows >= TABLE_ROWS or (now.rows and now.size + len(line) > LIMIT):
            self.cut(within_line=False)
        self.add(line)
        self.now.rows += 1

    def add_blanks(self) -> None:
        """Put in the empty lines that turned out to be part of the block."""
        put = self.add_code if self.now.kind == "code" else self.add
        for _ in range(self.now.blanks):
            put("")
        self.now.blanks = 0

    def track_fence(self, line: str) -> None:
        """Note whether code within an item begins or ends with this line of it."""
        now, bare = self.now, line.lstrip()
        if now.fence:
            if grammar.closes(bare, now.fence):
                now.fence = ""
        elif fence := grammar.FENCE.match(bare):
            now.fence, now.language = fence[1] or fence[3], (fence[2] or fence[4] or "").strip()
            now.fence_offset = grammar.indent(line)

    def cut(self, *, within_line: bool) -> None:
        """End the block here and go on with one of its kind."""
        now = self.now
        self._finish(now, cut=within_line)
        rest = msgspec.structs.replace(now, lines=[], size=0, gap=False, joined=True, rows=0)
        if now.kind == "table":
            rest.lines, rest.size = now.lines[:2], len(now.lines[0]) + len(now.lines[1])
        elif now.kind == "item" and now.fence:
            rest.lines = [f"{now.fence}{now.language}"]
        elif now.kind == "prose":
            rest.quote = now.quote or grammar.is_quote(now.lines[0])
        self.open = rest

    def close(self) -> None:
        """The block ends here."""
        now, self.open, self.whole_lines = self.open, None, True
        if now is None:
            return
        self.blank = self.blank or now.blanks > 0
        if now.lines or not now.joined:
            self._finish(now, cut=False)

    def _finish(self, now: _Open, *, cut: bool) -> None:
        if now.kind == "prose" and all(map(grammar.BARE_DEFINITION.match, now.lines)):
            self._first = self._first or not now.gap  # shows nothing, so what follows is not parted from it
        self._done.append(
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
