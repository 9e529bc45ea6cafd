"""What a model request sends that the one before it did not."""

import difflib
from collections.abc import Iterator
from typing import Any, Final

from tui.ui.inspector.entries import entry_node, instructions_of, list_key, settings_of, tokens
from tui.ui.inspector.lines import counted
from tui.ui.inspector.tree import Node, as_json

_LINES: Final = 4_000
"""Lines of one part beyond which only the fact is told: comparing takes time with their square."""


def diff(before: dict[str, Any], after: dict[str, Any]) -> list[Node]:
    """The list of entries, then instructions, tools and settings. Signs and words tell it, colours repeat it."""
    return [
        *_entries(before.get(list_key(before)) or [], after.get(list_key(after)) or [], list_key(after)),
        *_part("instructions", instructions_of(before), instructions_of(after)),
        *_part("tools", before.get("tools"), after.get("tools")),
        *_part("settings", settings_of(before), settings_of(after)),
    ]


def _entries(before: Any, after: Any, key: str) -> Iterator[Node]:
    if not isinstance(before, list) or not isinstance(after, list):
        yield from _part(key, before, after)
        return
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    added, removed = len(after) - same, len(before) - same
    yield _head(f"{key}: {same:,} as before, {added:,} new, {removed:,} gone")
    for index in range(same, len(before)):
        yield entry_node(before[index], index, key, tokens(before[index]), "- gone ", "removed")
    for index in range(same, len(after)):
        yield entry_node(after[index], index, key, tokens(after[index]), "+ new ", "added")


def _part(name: str, before: Any, after: Any) -> Iterator[Node]:
    if before == after:
        yield _head(f"{name}: unchanged")
        return
    old, new = _lines(before), _lines(after)
    if max(len(old), len(new)) > _LINES:
        yield _head(f"{name}: changed, {len(old):,} lines before, {len(new):,} now: too many to compare here")
        return
    changes = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    added = sum(line.startswith("+") for line in changes)
    removed = sum(line.startswith("-") for line in changes)
    yield _head(f"{name}: {counted(added, 'line')} new, {removed:,} gone")
    for line in changes:
        role = {"+": "added", "-": "removed", "@": "mark"}.get(line[:1], "text")
        yield Node("", label=f"{line[:1]} {line[1:]}" if role != "mark" else line, role=role)


def _lines(value: Any) -> list[str]:
    return [] if value is None else as_json(value).split("\n")


def _head(text: str) -> Node:
    return Node("", label=text, role="head")
