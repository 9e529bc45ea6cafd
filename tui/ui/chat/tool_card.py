"""A tool call: one line with its arguments, state, duration and result; all of it when expanded."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, assert_never

import msgspec
from rich.cells import cell_len

from tui.safety import one_line, visible
from tui.state import Tool
from tui.ui.chat.plain_text import LONGEST, Renderer, preview, row, texts
from tui.ui.lines.line import Line, Page, Styles, cut_text
from tui.ui.markdown.code import put_code

_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PREVIEW: Final = 3
"""Lines of output while collapsed."""
_ARGUMENT: Final = 48
"""Characters of one argument on the header line."""


def put_tool(page: Page, styles: Styles, tool: Tool, now: float, *, expanded: bool) -> None:
    state, role = _tool_state(tool, now)
    result = one_line(tool.output) if tool.status == "done" and "\n" not in tool.output.strip() else ""
    name = f"#{tool.number} {one_line(tool.name)}"
    call = f"{name}({_compact(tool)})"
    room = page.room - cell_len("⚙ ") - cell_len(state) - 3
    fits = not expanded and len(result) < room and cell_len(f"{call} → {result}") <= room
    shown = f" → {result}" if result and fits else ""
    call = cut_text(call, room - cell_len(shown))
    state_role = "muted" if role == "tool_ok" else role
    row(page, styles, ("⚙ ", role), (call, ""), (shown, "tool_ok"), (f"   {state}", state_role))
    if expanded:
        return
    page.enter("  ", "  ", 0, bare=True)
    if tool.status == "failed":
        preview(page, styles, tool.error or tool.output, _PREVIEW, "error")
    elif tool.output and not shown:
        preview(page, styles, tool.output.strip("\n"), _PREVIEW, "muted")


def _tool_state(tool: Tool, now: float) -> tuple[str, str]:
    turning = spinner(now)
    span = "" if tool.duration is None else duration(tool.duration)
    match tool.status:
        case "writing":
            return f"{turning} writing", "tool_running"
        case "called":
            return f"{turning} waiting", "tool_running"
        case "running":
            return f"{turning} running {duration(max(0.0, now - (tool.started or now)))}", "tool_running"
        case "done":
            return span or "✔", "tool_ok"
        case "failed":
            return f"✘ failed {span}".rstrip(), "tool_failed"
        case "cancelled":
            return "⊘ cancelled", "stopped"
        case _:
            assert_never(tool.status)


def _compact(tool: Tool) -> str:
    """The arguments as one would write a call: `sides=20, label="x"`."""
    source = str(tool.arguments)
    if tool.status == "writing" or len(source) > LONGEST:
        return one_line(source[:LONGEST])
    try:
        arguments: Any = msgspec.json.decode(source)
    except msgspec.DecodeError:
        return one_line(source)
    if not isinstance(arguments, dict):
        return one_line(source)
    return ", ".join(f"{one_line(str(key))}={_value(value)}" for key, value in arguments.items())


def _value(value: object) -> str:
    text = one_line(msgspec.json.encode(value).decode())
    return text if len(text) <= _ARGUMENT else f"{text[: _ARGUMENT - 1]}…"


def tool_parts(tool: Tool, styles: Styles, indent: int) -> Iterator[tuple[Renderer, int]]:
    """What an expanded call shows under its line: renderers with a guess of their lines."""
    yield from _labelled("arguments", str(tool.arguments), styles, indent)
    if tool.error:
        yield from _labelled("error", tool.error, styles, indent)
    if tool.output:
        yield from _labelled("output", tool.output, styles, indent)


def spinner(now: float) -> str:
    """The frame of the spinner at this time."""
    return _SPINNER[int(now * 8) % len(_SPINNER)]


def duration(seconds: float) -> str:
    """A time span in the unit that suits it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"


def _labelled(label: str, text: str, styles: Styles, indent: int) -> Iterator[tuple[Renderer, int]]:
    def title(width: int) -> list[Line]:
        page = Page(width, indent)
        row(page, styles, (label, "muted"))
        return page.lines

    yield title, 1
    if len(text) <= LONGEST and (pretty := _pretty(text)):
        yield partial(_code, pretty, styles, indent), pretty.count("\n") + 1
    else:
        yield from texts(visible(_pretty(text) or text), styles, indent)


def _pretty(text: str) -> str:
    """JSON objects and arrays indented; empty for anything else."""
    if not text.lstrip().startswith(("{", "[")):
        return ""
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return ""


def _code(text: str, styles: Styles, indent: int, width: int) -> list[Line]:
    page = Page(width, indent)
    put_code(page, styles, visible(text), "json")
    return page.lines
