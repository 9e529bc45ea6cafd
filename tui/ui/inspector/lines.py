"""Nodes as lines of pieces, each piece a text and the role that its look has; all of it clean."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from tui.safety import one_line, visible
from tui.ui.inspector.tree import Node
from tui.ui.lines.line import breaks

Piece: TypeAlias = tuple[str, str]

LONGEST: Final = 100_000
"""Characters of one text that are laid out."""
_INDENT: Final = 2
_MARKS: Final = {True: "▾ ", False: "▸ ", None: "  "}


class Row(NamedTuple):
    """A line of a node: its first, or one of its text's, by number."""

    node: Node
    part: int = 0


class Layout:
    """How nodes stand in lines of `width` cells. `decoded`: texts that are JSON are shown as what they hold."""

    def __init__(self, width: int, *, decoded: bool) -> None:
        self.width = width
        self.decoded = decoded
        self._texts: dict[Node, list[str]] = {}

    def rows(self, nodes: Iterator[Node]) -> list[Row]:
        """The lines of nodes that are in view."""
        found: list[Row] = []
        for node in nodes:
            found.append(Row(node))
            if (lines := self._block(node)) is not None:
                found += [Row(node, part) for part in range(1, len(lines) + 1)]
        return found

    def folds(self, node: Node) -> bool | None:
        """Whether the node is unfolded; None if there is nothing to unfold in it."""
        value = None if node.bare else node.shown(decoded=self.decoded)
        if isinstance(value, str):
            return node.is_open(decoded=self.decoded) if not self._fits(node, value) else None
        return node.is_open(decoded=self.decoded) if isinstance(value, dict | list) and value else None

    def pieces(self, row: Row) -> list[Piece]:
        """What stands in a line."""
        node, part = row
        indent = " " * (_INDENT * node.depth)
        if node.bare:
            return [(_flat(node.label, self.width), node.role or "text")]
        if part:
            return [(indent + " " * 2 * _INDENT, ""), (self._texts[node][part - 1], "string")]
        opened = self.folds(node)
        head: list[Piece] = [(indent + _MARKS[opened], "mark"), (one_line(node.key, 80), node.role or "key")]
        if node.label:
            return [*head, ("  ", ""), (_flat(node.label, self.width), "text")]
        return [*head, (": ", "mark"), *self._value(node, opened)]

    def _value(self, node: Node, opened: bool | None) -> list[Piece]:
        value = node.shown(decoded=self.decoded)
        match value:
            case str():
                if opened:
                    return [(f"{len(value):,} characters", "mark")]
                text = one_line(value, self.width)
                return [
                    (text or '""', "string"),
                    *([(f"  {len(value):,} characters", "mark")] if opened is False else []),
                ]
            case dict() | list():
                kind, none = ("key", "{}") if isinstance(value, dict) else ("entry", "[]")
                sizes = counted(len(value), kind) if value else none
                inside = "JSON in a text, " if isinstance(node.value, str) else ""
                hint = "" if opened else one_line(preview(value), self.width)
                return [(f"{inside}{sizes}", "mark"), *([("  " + hint, "text")] if hint else [])]
            case bool() | None:
                return [({True: "true", False: "false", None: "null"}[value], "word")]
            case _:
                return [(str(value), "number")]

    def _fits(self, node: Node, value: str) -> bool:
        room = self.width - _INDENT * (node.depth + 1) - len(node.key) - 2
        return not node.label and len(value) <= room and "\n" not in value.strip("\n")

    def _block(self, node: Node) -> list[str] | None:
        """The lines of a text that is unfolded."""
        if node.bare or not self.folds(node):
            return None
        value = node.shown(decoded=self.decoded)
        if not isinstance(value, str):
            return None
        lines = self._texts.get(node)
        if lines is None:
            lines = self._texts[node] = list(_wrapped(value, self.width - _INDENT * (node.depth + 2)))
        return lines


def _wrapped(text: str, width: int) -> Iterator[str]:
    for line in visible(text[:LONGEST]).split("\n"):
        plain = line.expandtabs(4)
        for start, end in breaks(plain, max(8, width)):
            yield plain[start:end]
    if len(text) > LONGEST:
        yield f"… {len(text) - LONGEST:,} more characters: o opens all of it"


def _flat(text: str, width: int) -> str:
    """A text of the program's own make on one line, its blanks kept, as much as can be seen of it."""
    return visible(text[: width * 4]).replace("\n", "⏎").expandtabs(4)


def counted(number: int, what: str) -> str:
    """`1 entry`, `2 entries`, `1,000 lines`."""
    many = what.removesuffix("y") + "ies" if what == "entry" else f"{what}s"
    return f"{number:,} {what if number == 1 else many}"


def preview(value: Any) -> str:
    """The beginning of what a folded value holds."""
    match value:
        case str():
            return value[:400]
        case dict():
            return " · ".join(f"{key}={preview(part)}" for key, part in list(value.items())[:4])
        case list():
            return preview(value[0]) if value else ""
        case _:
            return str(value)
