"""The parts of a request's body, on either API: its entries, instructions, tools and settings."""

from typing import Any

import msgspec

from tui.safety import one_line
from tui.ui.inspector.lines import preview
from tui.ui.inspector.tree import Node

_APART = ("input", "messages", "instructions", "tools")
"""Fields that have a view of their own; all others are settings."""
_SYSTEM = ("system", "developer")


def tokens(value: Any) -> int:
    """About how many tokens a value has: the characters of its JSON, or of the text, by 4."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return max(1, len(text) // 4)


def list_key(body: dict[str, Any]) -> str:
    """Where the body has its list."""
    return "messages" if "messages" in body and "input" not in body else "input"


def entry_node(entry: Any, index: int, key: str, size: int, sign: str = "", role: str = "") -> Node:
    """One entry of the list: what it is, its `size` in about so many tokens, and how it begins."""
    text = f"{one_line(kind_of(entry), 80)}  ≈ {size:,} tok  {one_line(preview(_words(entry)), 400)}"
    return Node(f"{sign}{index}", entry, label=text, role=role, open=False, step=f"{key}[{index}]")


def kind_of(entry: Any) -> str:
    """What an entry is: its role, or its type where it is no message; of a call also the tool's name."""
    if not isinstance(entry, dict):
        return type(entry).__name__
    kind = str(entry.get("role") or entry.get("type") or "entry")
    name = entry.get("name") or _called(entry)
    return f"{kind} {name}" if name else kind


def _called(entry: dict[str, Any]) -> str:
    calls = entry.get("tool_calls")
    if not isinstance(calls, list):
        return str(entry.get("tool_call_id") or entry.get("call_id") or "")
    functions = [call.get("function") for call in calls if isinstance(call, dict)]
    return "calls " + ", ".join(str(each.get("name")) for each in functions if isinstance(each, dict))


def _words(entry: Any) -> Any:
    """The text of an entry, as far as it has one."""
    if not isinstance(entry, dict):
        return entry
    for key in ("content", "output", "arguments", "summary", "tool_calls"):
        found = entry.get(key)
        if isinstance(found, list) and found and isinstance(found[0], dict):
            return found[0].get("text") or found[0]
        if found:
            return found
    return ""


def instructions_of(body: dict[str, Any]) -> Any:
    """What the model is told to be: a field, or, in Chat Completions, the first messages."""
    if "instructions" in body:
        return body["instructions"]
    messages = body.get("messages")
    if not isinstance(messages, list):
        return None
    said = [each.get("content") for each in messages if isinstance(each, dict) and each.get("role") in _SYSTEM]
    return said[0] if len(said) == 1 else said or None


def tool_nodes(body: dict[str, Any]) -> list[Node]:
    """Each tool with its description, unfolded to its schema."""
    tools = body.get("tools")
    if not isinstance(tools, list) or not tools:
        return [Node("", label="no tools", role="mark")]
    return [_tool_node(tool, index) for index, tool in enumerate(tools)]


def _tool_node(tool: Any, index: int) -> Node:
    inner = tool.get("function", tool) if isinstance(tool, dict) else tool
    if not isinstance(inner, dict):
        return Node(str(index), tool, step=f"tools[{index}]", open=False)
    name = str(inner.get("name") or inner.get("type") or index)
    label = f"≈ {tokens(tool):,} tok  {one_line(str(inner.get('description') or ''), 400)}"
    return Node(name, tool, label=label, open=False, step=f"tools[{index}]")


def settings_of(body: dict[str, Any]) -> dict[str, Any]:
    """All but what has a view of its own."""
    return {key: value for key, value in body.items() if key not in _APART}
