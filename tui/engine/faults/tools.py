"""Tool calls that fail: what the SDK runs is replaced for the turn, the agent's own tools stay as they are.

Neither hooks nor guardrails can make a tool raise, so the method by which the SDK asks an agent for its tools each
turn is given one step more, as `tui.engine.nested` does with another.
"""

import copy
import functools
from contextvars import ContextVar
from typing import Any

from agents import Agent, FunctionTool, RunContextWrapper, Tool
from agents.agent import AgentBase
from agents.tool import maybe_invoke_function_tool_failure_error_function
from agents.tool_context import ToolContext

from tui.engine.faults.lab import FaultLab
from tui.engine.faults.transport import words

_current: ContextVar[FaultLab | None] = ContextVar("fault lab", default=None)
"""Of the session; its runs' tasks inherit it."""


class ToolDroppedError(Exception):
    """Raised in place of a tool's code."""


def drop_calls(lab: FaultLab) -> None:
    """Let the lab's faults take the tool calls of runs that are started from here."""
    _current.set(lab)
    original = AgentBase.get_all_tools
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    async def get_all_tools(self: Agent[Any], run_context: RunContextWrapper[Any]) -> list[Tool]:
        tools = await original(self, run_context)
        lab = _current.get()
        if lab is None or not lab.drops_calls:
            return tools
        return [_droppable(tool, lab) if isinstance(tool, FunctionTool) else tool for tool in tools]

    AgentBase.get_all_tools = get_all_tools  # type: ignore[method-assign, assignment]


def _droppable(tool: FunctionTool, lab: FaultLab) -> FunctionTool:
    """A copy of the tool that asks the lab before it runs."""

    async def invoke(context: ToolContext[Any], arguments: str) -> Any:
        fault = lab.next_call()
        if fault is None:
            return await tool.on_invoke_tool(context, arguments)
        lab.injected(f"{words(fault)}: {tool.name}")
        error = ToolDroppedError("dropped by the fault lab")
        told = await maybe_invoke_function_tool_failure_error_function(function_tool=tool, context=context, error=error)
        if told is None:
            raise error
        return told

    asking = copy.copy(tool)
    asking.on_invoke_tool = invoke
    return asking
