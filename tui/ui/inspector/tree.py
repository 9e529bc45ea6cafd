"""Values as a tree of nodes that fold, made as they are looked at: a large value costs nothing yet."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

_NOTHING: Final = object()
_SHORT: Final = 2_000
"""Characters up to which a text is unfolded from the start."""
_FEW: Final = 60
"""Parts up to which an object or a list is."""
_DEEP: Final = 4
_DECODED: Final = 4_000_000
"""Characters of a text beyond which it is not tried whether it is JSON."""
_PLAIN: Final = re.compile(r"[A-Za-z_][\w-]*")


class Node:
    """A value with what it is called. One without a value is a line of text, in the look `role`.

    `label` stands in the place of a folded value; `open` None: as its size has it.
    """

    __slots__ = ("_children", "_decoded", "depth", "key", "label", "open", "parent", "role", "step", "value")

    def __init__(
        self,
        key: str,
        value: Any = _NOTHING,
        *,
        label: str = "",
        role: str = "",
        open: bool | None = None,
        parent: "Node | None" = None,
        step: str | None = None,
    ) -> None:
        self.key, self.value, self.label, self.role, self.parent = key, value, label, role, parent
        self.step = key if step is None else step
        """What it adds to a path."""
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.open = open
        self._children: list[Node] | None = None
        self._decoded: Any = _NOTHING

    @property
    def bare(self) -> bool:
        """A line of text, without a value."""
        return self.value is _NOTHING

    @property
    def path(self) -> str:
        """Where it is, as one would write it: `input[3].content`."""
        return self.step if self.parent is None else self.parent.path + self.step

    def shown(self, *, decoded: bool) -> Any:
        """The value; in place of a text that is a JSON object or list, that, if it is to be `decoded`."""
        if not decoded or not isinstance(self.value, str):
            return self.value
        if self._decoded is _NOTHING:
            self._decoded = _decode(self.value)
        return self.value if self._decoded is None else self._decoded

    def children(self, *, decoded: bool) -> list["Node"]:
        """Its parts; none for a text or a number."""
        value = self.shown(decoded=decoded)
        if not isinstance(value, dict | list):
            return []
        if self._children is None:
            self._children = list(_parts(self, value))
        return self._children

    def is_open(self, *, decoded: bool) -> bool:
        """Whether its parts, or all the lines of its text, are to be seen."""
        return self.open if self.open is not None else self._small(decoded=decoded)

    def _small(self, *, decoded: bool) -> bool:
        value = self.shown(decoded=decoded)
        if isinstance(value, str):
            return len(value) <= _SHORT
        return self.depth < _DEEP and not isinstance(value, int | float | None) and len(value) <= _FEW


def _parts(node: Node, value: dict[str, Any] | list[Any]) -> Iterator[Node]:
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield Node(str(index), part, parent=node, step=f"[{index}]")
    else:
        for key, part in value.items():
            step = f".{key}" if _PLAIN.fullmatch(key) else f"[{msgspec.json.encode(key).decode()}]"
            yield Node(key, part, parent=node, step=step)


def _decode(text: str) -> Any:
    """The object or list that a text is as JSON; None if it is none."""
    if len(text) > _DECODED or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def everything(roots: Iterable[Node], *, decoded: bool) -> Iterator[Node]:
    """All nodes in the order of the page, folded or not."""
    for root in roots:
        yield root
        yield from everything(root.children(decoded=decoded), decoded=decoded)


def in_view(roots: Iterable[Node], *, decoded: bool) -> Iterator[Node]:
    """The nodes that no folded one hides."""
    for root in roots:
        yield root
        if not root.bare and root.is_open(decoded=decoded):
            yield from in_view(root.children(decoded=decoded), decoded=decoded)


def as_json(value: Any) -> str:
    """A value as one would copy it: a text as it is, all else as JSON on indented lines."""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except UnicodeEncodeError:  # half a character of UTF-16: it can only be escaped
        return json.dumps(value, indent=2)


def all_as_json(roots: Iterable[Node]) -> str:
    """A whole view: one value as JSON, lines of text as they are."""
    valued = {node.key: node.value for node in roots if not node.bare}
    texts = [node.label for node in roots if node.bare]
    parts = ["\n".join(texts)] if texts else []
    return "\n".join([*parts, as_json(valued)] if valued else parts)
