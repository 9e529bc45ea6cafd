"""The SDK's run hooks to events: what they tell at the very moment, where the stream tells it late or not at all.

Tools that run side by side appear in the stream only when the slowest is done. A hook that raises kills the run, so
these only note and emit.
"""

from collections.abc import Callable
from typing import Any

from agents import Agent, RunContextWrapper, RunHooks, Tool, ToolOutputText
from agents.items import TResponseInputItem
from agents.run_config import ToolErrorFormatterArgs
from agents.tool_context import ToolContext

from tui.engine.calls import Calls
from tui.engine.items import Origins, cut_json
from tui.engine.sending import Requests
from tui.engine.translate import Translator


class Hooks(RunHooks[Any]):
    """Of one run. `model_of` names the model that an agent uses."""

    def __init__(
        self, calls: Calls, translator: Translator, requests: Requests, model_of: Callable[[Agent[Any]], str]
    ) -> None:
        self._calls, self._translator, self._requests, self._model_of = calls, translator, requests, model_of

    async def on_llm_start(
        self,
        context: RunContextWrapper[Any],
        agent: Agent[Any],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        turn = self._translator.request(agent, self._model_of(agent), len(input_items))
        self._requests.asked(turn, agent.name, input_items, self._translator.way)

    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool) -> None:
        if isinstance(context, ToolContext):
            call_id = context.tool_call_id
            origin = Origins.of(agent).origin(tool.name)
            self._calls.called(call_id, tool.name, context.tool_arguments, agent.name, origin)
        else:
            call_id = self._calls.unstarted(_name(tool))
        self._calls.started(call_id, _name(tool), agent.name)

    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool, result: object) -> None:
        name = _name(tool)
        call_id = context.tool_call_id if isinstance(context, ToolContext) else self._calls.unended(name)
        self._calls.ended(call_id, name, _told(result))

    def note_error(self, args: ToolErrorFormatterArgs[Any]) -> None:
        """For `RunConfig.tool_error_formatter`, the one place that tells that a tool raised.

        Returns None: the model is told what the SDK tells it anyway.
        """
        self._calls.raised(args.call_id, args.tool_name, one_line(args.error) if args.error else args.default_message)


def one_line(error: BaseException) -> str:
    """The exception as `Class: message`, in one line."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _name(tool: Tool) -> str:
    """The tool's name as its calls have it."""
    return "computer" if tool.name.startswith("computer") and not hasattr(tool, "on_invoke_tool") else tool.name


def _told(result: object) -> str:
    match result:
        case str():
            return result
        case ToolOutputText():
            return result.text
        case list() | tuple() if any(hasattr(part, "model_dump") for part in result):
            return cut_json(result)
        case _:
            return str(result)
