"""Agents used as tools: their inner runs stream into the run that called them, so that nothing they do is hidden.

`Agent.as_tool` shows an inner run only to a callback given when the tool is made, in the user's code. So the method
is given defaults for that callback and for the hooks, before that code is loaded.
"""

import functools
import inspect
from contextvars import ContextVar
from typing import Any, Protocol

from agents import Agent, FunctionTool, RunContextWrapper, RunHooks, Tool
from agents.agent import AgentToolStreamEvent
from agents.items import TResponseInputItem
from agents.tool_context import ToolContext

from tui.engine.hooks import Hooks
from tui.engine.translate import Translator


class Observed(Protocol):
    """The run that inner runs belong to."""

    def inner(self, call_id: str) -> tuple[Translator, Hooks]:
        """Of the inner run that this call of an agent-as-tool started."""

    def hooks_of(self, call_id: str) -> Hooks | None:
        """Of the inner run in which the model made this call, if it is known already."""


current: ContextVar[Observed | None] = ContextVar("current", default=None)
"""Set where a run is started; the SDK's tasks and tool threads inherit it."""


def show_inner_runs() -> None:
    """Let every tool that `Agent.as_tool` makes from here on stream its inner run. A second time changes nothing."""
    original = Agent.as_tool
    if hasattr(original, "__wrapped__"):
        return
    signature = inspect.signature(original)

    @functools.wraps(original)
    def as_tool(self: Agent[Any], *args: Any, **kwargs: Any) -> FunctionTool:
        call = signature.bind(self, *args, **kwargs)
        theirs = call.arguments.get("on_stream")
        if theirs is None:
            call.arguments["on_stream"] = _relay
            call.arguments["on_stream_max_pending_events"] = None  # `_relay` is quick, and must never fail the tool
        elif callable(theirs):
            call.arguments["on_stream"] = functools.partial(_relay_too, theirs)
        if call.arguments.get("hooks") is None:
            call.arguments["hooks"] = _InnerHooks(shared=theirs is not None)
        return original(*call.args, **call.kwargs)

    Agent.as_tool = as_tool  # type: ignore[method-assign]


def _relay(inner: AgentToolStreamEvent) -> None:
    run, call = current.get(), inner["tool_call"]
    if run is not None and call is not None:
        run.inner(call.call_id)[0].translate(inner["event"])


def _relay_too(theirs: Any, inner: AgentToolStreamEvent) -> Any:
    _relay(inner)
    return theirs(inner)


class _InnerHooks(RunHooks[Any]):
    """Passes on to the hooks of the inner run that an event belongs to. `shared`: the user's code listens too."""

    def __init__(self, *, shared: bool) -> None:
        self._shared = shared

    async def on_llm_start(
        self,
        context: RunContextWrapper[Any],
        agent: Agent[Any],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        run = current.get()
        if run is not None and isinstance(context, ToolContext):  # of the call that started the inner run
            translator, hooks = run.inner(context.tool_call_id)
            translator.way.shared = self._shared
            await hooks.on_llm_start(context, agent, system_prompt, input_items)

    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool) -> None:
        hooks = _hooks_of(context)
        if hooks is not None:
            await hooks.on_tool_start(context, agent, tool)

    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool, result: object) -> None:
        hooks = _hooks_of(context)
        if hooks is not None:
            await hooks.on_tool_end(context, agent, tool, result)


def _hooks_of(context: RunContextWrapper[Any]) -> Hooks | None:
    run = current.get()
    return run.hooks_of(context.tool_call_id) if run is not None and isinstance(context, ToolContext) else None
