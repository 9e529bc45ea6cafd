"""A filter as a tree of plain data, and its canonical text."""

from typing import TypeAlias

import msgspec

from tui.query.lexer import quoted_value, quoted_word


class Term(msgspec.Struct, frozen=True):
    """One comparison; several values, only with `:`, are alternatives. A bare word is a `text:` term."""

    field: str
    operator: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        if self.field == "text" and self.operator == ":" and len(self.values) == 1:
            return quoted_word(self.values[0])
        return self.field + self.operator + ",".join(map(quoted_value, self.values))


class Not(msgspec.Struct, frozen=True):
    """What does not match `node`."""

    node: "Node"

    def __str__(self) -> str:
        return f"not {_within(self.node)}"


class And(msgspec.Struct, frozen=True):
    """What matches each of two or more nodes, none of which is an `And`."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(map(_within, self.nodes))


class Or(msgspec.Struct, frozen=True):
    """What matches one of two or more nodes, none of which is an `Or`."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " or ".join(map(_within, self.nodes))


Node: TypeAlias = Term | Not | And | Or


def _within(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
