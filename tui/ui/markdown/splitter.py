"""Growing Markdown cut into blocks as it comes: the same text fed in any pieces gives the same blocks.

A block ends at a blank line, after a heading, at the next top-level list item, and where it would get too dear to
render again with every frame. What it costs is linear in the text, and for a delta within a line constant.
"""

import msgspec

from tui.ui.markdown import grammar
from tui.ui.markdown.blocks import LIMIT, Block, Builder


class Splitter:
    """Takes the deltas of one message, with `\n` for line ends, and gives its finished blocks."""

    def __init__(self, builder: Builder | None = None, rest: str = "") -> None:
        self.defines = False
        """The text has a link reference definition, which changes what other blocks mean."""
        self._blocks = builder or Builder()
        self._parts = [rest]
        """Of the line that has not ended."""
        self._size = len(rest)

    def feed(self, delta: str) -> list[Block]:
        """The blocks that `delta` finishes."""
        self._parts.append(delta)
        self._size += len(delta)
        if self._size <= LIMIT and "\n" not in delta:
            return []
        *lines, rest = "".join(self._parts).split("\n")
        for line in lines:
            self._take(self._shortened(line), ended=True)
        rest = self._shortened(rest)
        self._parts, self._size = [rest], len(rest)
        return self._blocks.taken()

    def finish(self) -> list[Block]:
        """The rest, at the end of the message."""
        rest = self._shortened("".join(self._parts))
        self._parts, self._size = [], 0
        if rest:
            self._take(rest, ended=True)
        self._blocks.close()
        return self._blocks.taken()

    def tail(self) -> list[Block]:
        """What `finish` would give now, marked as open; changes nothing. Costs at most `LIMIT` and a line."""
        twin = Splitter(self._blocks.copy(), "".join(self._parts))
        return [msgspec.structs.replace(block, open=True) for block in twin.finish()]

    def _shortened(self, line: str) -> str:
        """Take what is too long for one block off the start of a line; the rest comes back."""
        while len(line) > LIMIT:
            cut = line.rfind(" ", 1, LIMIT) + 1 or LIMIT
            self._take(line[:cut], ended=False)
            line = line[cut:]
        return line

    def _take(self, line: str, *, ended: bool) -> None:
        blocks = self._blocks
        if blocks.whole_lines or blocks.open is None:
            self._line(line)
        else:
            blocks.add(line)
        blocks.whole_lines = ended or blocks.open is None
        if not blocks.whole_lines:
            blocks.cut(within_line=True)

    def _line(self, line: str) -> None:
        blocks = self._blocks
        now = blocks.open
        if "\t" in line and not (now and now.fence):
            line = grammar.untabbed(line)
        if now is None:
            self._start(line)
        elif now.kind == "code":
            self._in_code(line)
        elif now.kind == "item":
            self._in_item(line)
        elif not line.strip():
            blocks.close()
            blocks.blank = True
        elif now.kind == "table":
            self._in_table(line)
        else:
            self._in_prose(line)

    def _start(self, line: str) -> None:
        blocks = self._blocks
        if not line.strip():
            blocks.blank = True
        elif grammar.indent(line) >= 4:
            blocks.begin("code", offset=4)
            blocks.add_code(line)
        elif fence := grammar.FENCE.match(line):
            language = (fence[2] or fence[4] or "").strip().partition(" ")[0]
            blocks.begin("code", fence=fence[1] or fence[3], language=language, offset=grammar.indent(line))
        elif grammar.HEADING.match(line) or grammar.RULE.match(line):
            blocks.begin("prose")
            blocks.add(line)
            blocks.close()
        elif marker := grammar.MARKER.match(line):
            blocks.begin_item(marker, line)
        else:
            self._note_definition(line)
            blocks.begin("prose")
            blocks.add(line)

    def _restart(self, line: str) -> None:
        """The block ended before this line."""
        self._blocks.close()
        self._start(line)

    def _in_code(self, line: str) -> None:
        blocks, now = self._blocks, self._blocks.now
        if now.fence:
            if grammar.closes(line, now.fence) and grammar.indent(line) < 4:
                blocks.close()
            else:
                blocks.add_code(line)
        elif not line.strip():
            now.blanks += 1
        elif grammar.indent(line) >= 4:
            blocks.add_blanks()
            blocks.add_code(line)
        else:
            self._restart(line)

    def _in_prose(self, line: str) -> None:
        blocks, now = self._blocks, self._blocks.now
        self._note_definition(line)
        quote = now.quote or (bool(now.lines) and grammar.is_quote(now.lines[0]))
        if not now.lines or (quote and grammar.is_quote(line)):
            blocks.add(line)
        elif not quote and grammar.DELIMITERS.match(line) and grammar.is_header(now.lines[-1], line):
            blocks.begin_table(line)
        elif not quote and grammar.UNDERLINE.match(line):
            blocks.add(line)
            blocks.close()
        elif grammar.interrupts(line):
            self._restart(line)
        else:
            blocks.add(line)

    def _in_table(self, line: str) -> None:
        if grammar.indent(line) >= 4 or grammar.starts_block(line):
            self._restart(line)
        else:
            self._blocks.add_row(line)

    def _in_item(self, line: str) -> None:
        blocks, now = self._blocks, self._blocks.now
        if not line.strip():
            now.blanks += 1
            if len(now.lines) == 1 and not now.joined and not grammar.MARKER.sub("", now.lines[0]):
                blocks.close()  # an empty item ends here
            return
        lazy = not (now.blanks or now.fence or grammar.starts_block(line)) and grammar.is_paragraph(now.lines)
        if lazy or grammar.indent(line) >= now.offset:
            self._note_definition(line.lstrip())
            blocks.add_blanks()
            blocks.add(line)
            blocks.track_fence(line)
        else:
            self._restart(line)

    def _note_definition(self, line: str) -> None:
        self.defines = self.defines or bool(grammar.DEFINITION.match(line))
