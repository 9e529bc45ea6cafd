"""Markdown to lines: what the parser finds, laid out for a terminal.

One parser serves all messages and is imported with the first of them. What it is given is clean already; the text
it finds is cleaned again, since an entity may stand for a control character.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from tui.ui.lines.line import Line, Page, Styles
from tui.ui.markdown.blocks import LIMIT, Block
from tui.ui.markdown.code import put_code
from tui.ui.markdown.inline import Inline
from tui.ui.markdown.tables import Cell, alignments, natural_widths, put_table, split_row

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_STARTS: Final = frozenset(
    (
        "paragraph_open", "heading_open", "fence", "code_block", "hr", "table_open", "blockquote_open",
        "bullet_list_open", "ordered_list_open", "list_item_open",
    )
)  # fmt: skip
_BULLETS: Final = "•◦▪"


def warm() -> None:
    """Import and set up what the first Markdown and the first code need (about 100 ms), when there is time for it."""
    from rich.syntax import Syntax

    Syntax.get_theme("ansi_dark")
    styles = Styles()
    put_code(Page(40), styles, "x = 1", "python")
    Message(styles).render(Block("prose", "*warm*"), 40)


class Message:
    """One message's Markdown: what its blocks share (link targets, the columns of tables)."""

    def __init__(self, styles: Styles, indent: int = 0) -> None:
        self.styles = styles
        self.indent = indent
        self.references: dict[str, Any] = {}
        self._widths: dict[int, list[int]] = {}

    def render(self, block: Block, width: int) -> list[Line]:
        """The lines of a block, `width` cells wide."""
        page = Page(width, self.indent)
        if block.gap:
            page.gap()
        if block.kind == "code":
            put_code(page, self.styles, block.text, block.language, plain=block.open, cut=block.cut)
        elif block.kind == "table":
            self._render_table(page, block)
        else:
            if block.kind == "item" and block.joined:
                page.enter(" " * block.indent, " " * block.indent, 0)
                if block.text.startswith("\n"):
                    page.gap()
            above = len(page.lines)
            _Layout(page, self, block).run()
            if len(page.lines) == above:  # only link targets
                return []
        if block.cut and block.kind != "code" and page.lines:
            parted = block.text.endswith(" ") or len(block.text) < LIMIT
            page.lines[-1] = _open_ended(page.lines[-1], " " if parted else "")
        return page.lines

    def _render_table(self, page: Page, block: Block) -> None:
        header, delimiters, *rows = block.text.split("\n")
        aligns = alignments(delimiters)
        table = [self.cells(split_row(line), len(aligns)) for line in rows]
        head = self.cells(split_row(header), len(aligns), "strong")
        if not block.joined:
            self._widths[block.table] = natural_widths([head, *table])
        naturals = self._widths[block.table]
        put_table(page, self.styles, head, table, aligns, naturals, headless=block.joined)

    def targets(self, block: Block) -> dict[str, Any]:
        """Where the parser looks up and notes link targets; half a definition at the tail must not stay."""
        return {"references": dict(self.references.get("references", {}))} if block.open else self.references

    def cells(self, sources: Sequence[str], count: int, *roles: str) -> list[Cell]:
        """A row of `count` cells from their Markdown."""
        padded = (*sources[:count], *[""] * (count - len(sources)))
        known = len(self.references.get("references", ()))
        return [_cell(source, roles, self, known) if source else ("", ()) for source in padded]

    def inline(self, token: "Token", *roles: str) -> Cell:
        """Text and runs of what stands within a paragraph, heading or cell."""
        return Inline(self.styles, roles).run(token.children or ())


@lru_cache(2048)
def _cell(source: str, roles: tuple[str, ...], message: Message, known: int) -> Cell:
    """Tables are rendered again while they grow: what did not change need not be parsed. `known` link targets."""
    (token,) = _parser().parseInline(source, message.references)
    return message.inline(token, *roles)


def _open_ended(line: Line, space: str) -> Line:
    """The line as one that the next one continues."""
    text, runs, skip, _ = line
    return text + space, runs, skip, True


class _Layout:
    """Walks the parsed blocks of one piece of Markdown and puts their lines on a page."""

    def __init__(self, page: Page, message: Message, block: Block) -> None:
        self._page = page
        self._message = message
        self._styles = message.styles
        self._source = block.text.split("\n")
        self._tokens = _parser().parse(block.text, message.targets(block))
        self._nested = block.kind == "item"
        self._numbers: list[int] = []
        self._number = block.number
        self._marks: list[int] = []
        self._fresh = True
        self._task = False
        self._quotes = 0

    def run(self) -> None:
        at = 0
        while at < len(self._tokens):
            at = self._take(at)

    def _take(self, at: int) -> int:
        """Lay out the token at `at`; returns where to go on."""
        token = self._tokens[at]
        if token.type in _STARTS:
            self._gap(token)
        match token.type:
            case "paragraph_open" | "heading_open":
                self._paragraph(token, self._tokens[at + 1])
                return at + 3
            case "fence" | "code_block":
                language = token.info.strip().partition(" ")[0]
                put_code(self._page, self._styles, token.content.removesuffix("\n"), language)
            case "hr":
                rule = "─" * self._page.room
                self._page.put(rule, (len(rule), self._styles.number("border_blurred")))
            case "table_open":
                return self._table(at)
            case _:
                self._container(token)
        return at + 1

    def _gap(self, token: "Token") -> None:
        """An empty line between blocks; in lists and quotes only where the source has one."""
        if not self._fresh:
            line = token.map[0] if token.map else 0
            wide = token.level == 0 and not self._nested
            if wide or (line and not self._source[line - 1].strip(" \t>")):
                self._page.gap()
        self._fresh = False

    def _container(self, token: "Token") -> None:
        page = self._page
        match token.type:
            case "bullet_list_open":
                self._numbers.append(-1)
                self._fresh = True
            case "ordered_list_open":
                start = int(str(token.attrs.get("start", 1)))
                self._numbers.append(start if self._number < 0 or self._numbers else self._number)
                self._fresh = True
            case "list_item_open":
                number = self._numbers[-1]
                mark = f"{number}. " if number >= 0 else f"{_BULLETS[min(len(self._numbers), 3) - 1]} "
                self._numbers[-1] += number >= 0
                page.enter(mark, " " * len(mark), self._styles.number("bullet"))
                self._marks.append(len(page.lines))
                self._fresh = self._task = True
            case "list_item_close":
                if self._marks.pop() == len(page.lines):
                    page.put("", ())
                page.leave()
                self._fresh = self._task = False
            case "blockquote_open":
                page.enter("▌ ", "▌ ", self._styles.number("quote"), bare=True)
                self._quotes += 1
                self._fresh = True
            case "blockquote_close":
                page.leave()
                self._quotes -= 1
                self._fresh = False
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case _:
                pass

    def _paragraph(self, token: "Token", inline: "Token") -> None:
        base: tuple[str, ...] = ("quote",) if self._quotes else ()
        if token.type == "heading_open":
            base = ("heading", token.tag)
        text, runs = self._message.inline(inline, *base)
        if self._task and text[:4] in ("[ ] ", "[x] ", "[X] "):
            text = ("☐ " if text[1] == " " else "☑ ") + text[4:]
            runs = tuple(value if at % 2 else value - 2 for at, value in enumerate(runs))
        self._task = False
        self._page.flow(text, runs)

    def _table(self, at: int) -> int:
        header: list[str] = []
        rows: list[list[str]] = []
        aligns: list[str] = []
        while (token := self._tokens[at]).type != "table_close":
            if token.type == "th_open":
                header.append(self._tokens[at + 1].content)
                aligns.append(str(token.attrs.get("style", "")).rpartition(":")[2])
            elif token.type == "td_open":
                rows[-1].append(self._tokens[at + 1].content)
            elif token.type == "tr_open" and header:
                rows.append([])
            at += 1
        head = self._message.cells(header, len(header), "strong")
        table = [self._message.cells(row, len(header)) for row in rows]
        put_table(self._page, self._styles, head, table, aligns, natural_widths([head, *table]))
        return at + 1


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
