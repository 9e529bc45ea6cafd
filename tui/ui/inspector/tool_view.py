"""The views of one tool call: what it was asked, what it said, when, and at whose request."""

from typing import Any, Final

from tui import figures
from tui.state import State, Tool
from tui.ui.inspector.fields import fields
from tui.ui.inspector.tree import Node
from tui.ui.inspector.view import View

TIMING: Final = "Timing"
"""The view in which time passes while a tool runs."""


def tool_views(state: State, tool: Tool, now: float) -> list[View]:
    """`now` is wall time, for a tool that is still running."""
    return [
        View("Call", lambda: _call(tool)),
        View(TIMING, lambda: _timing(state, tool, now)),
    ]


def _call(tool: Tool) -> list[Node]:
    return [
        *fields(("tool", f"{tool.name} #{tool.number}"), ("state", tool.status)),
        Node("arguments", str(tool.arguments), open=True),
        *_text("error", tool.error),
        *_text("result", tool.output),
    ]


def _text(name: str, text: str) -> list[Node]:
    return [Node(name, text, open=True)] if text else []


def _timing(state: State, tool: Tool, now: float) -> list[Node]:
    def clock(at: float | None) -> str:
        return "" if at is None else figures.clock_ms(at)

    return fields(
        ("written from", clock(tool.at)),
        ("started", clock(tool.started)),
        ("ended", clock(tool.ended)),
        ("duration", _duration(tool, now)),
        ("agent", tool.agent),
        ("asked in", _asked(state, tool)),
        ("inside", tool.parent),
        ("origin", tool.origin),
        ("call", tool.call),
    )


def _duration(tool: Tool, now: float) -> Any:
    if tool.duration is not None:
        return figures.duration(tool.duration)
    if tool.started is None or tool.ended is not None or tool.status == "cancelled":
        return ""
    return f"{figures.duration(max(0.0, now - tool.started))} so far"


def _asked(state: State, tool: Tool) -> str:
    """The model request whose response made the call."""
    index = state.request_of.get(tool.call)
    if index is None:
        return ""
    request = state.requests[index]
    return f"run {request.run} turn {request.turn}, {request.model}"
