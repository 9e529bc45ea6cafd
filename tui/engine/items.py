"""What can be read off single objects of the SDK, output items, tools, values, whatever run they are of."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from agents import Agent, FunctionTool, Handoff
from agents.tool import get_function_tool_origin
from openai import BaseModel

_LONGEST = 4096
"""Characters of JSON that a generic event carries."""

NOISE = frozenset(
    {
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_text.done",
        "response.refusal.done",
        "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.done",
        "response.reasoning_text.done",
        "response.function_call_arguments.done",
        "response.custom_tool_call_input.done",
        "response.mcp_call_arguments.done",
        "response.code_interpreter_call_code.done",
        "response.shell_call_command.added",
        "response.shell_call_command.done",
        "response.shell_call_output_content.done",
        "response.web_search_call.completed",
        "response.file_search_call.completed",
        "response.code_interpreter_call.completed",
        "response.image_generation_call.completed",
        "response.mcp_call.completed",
        "response.audio.done",
        "response.audio.transcript.done",
    }
)
"""Raw events that repeat what others told: no row of their own. Every other type without a class is a `RawReceived`."""

_HOSTED = {
    "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call",
    "computer_call", "local_shell_call", "shell_call", "apply_patch_call",
}  # fmt: skip
_OWN_CODE = {"computer_call", "local_shell_call", "shell_call", "apply_patch_call"}
"""Calls that the SDK runs here, with hooks, unless the item says that the provider did."""


@dataclass(frozen=True, slots=True)
class HostedCall:
    """A call of a tool built into the API. `output` is None until the provider, or the SDK, has run it."""

    call: str
    name: str
    arguments: str
    origin: str
    output: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the provider ended a response early, in its own words."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Origins:
    """Where an agent's tools come from, by name; handoffs are calls to the model but not to the user."""

    tools: dict[str, str] = field(default_factory=dict)
    handoffs: frozenset[str] = frozenset()
    default: str = "function"

    @classmethod
    def of(cls, agent: Agent[Any]) -> "Origins":
        handoffs = (
            each.tool_name if isinstance(each, Handoff) else Handoff.default_tool_name(each) for each in agent.handoffs
        )
        tools = {tool.name: _origin(tool) for tool in agent.tools if isinstance(tool, FunctionTool)}
        return cls(tools, frozenset(handoffs), "mcp" if agent.mcp_servers else "function")

    def origin(self, tool: str) -> str:
        return self.tools.get(tool, self.default)

    def handoff(self, item: Any) -> bool:
        return item.type == "function_call" and item.name in self.handoffs and item.name not in self.tools


def reachable(agent: Agent[Any]) -> list[Agent[Any]]:
    """The agent and those that it can hand over to or use as tools, directly or through one another."""
    found: list[Agent[Any]] = []
    left: list[Any] = [agent]
    while left:
        one = left.pop()
        if isinstance(one, Agent) and not any(one is other for other in found):
            found.append(one)
            left.extend(one.handoffs)
            left.extend(getattr(tool, "_agent_instance", None) for tool in one.tools)
    return found


def _origin(tool: FunctionTool) -> str:
    origin = get_function_tool_origin(tool)
    return {"agent_as_tool": "agent", "mcp": "mcp"}.get(origin.type if origin else "", "function")


def hosted_call(item: Any) -> HostedCall | None:
    """The call that an output item of a built-in tool is; None if it is none."""
    if item.type not in _HOSTED:
        return None
    fields = item.model_dump(mode="json", exclude_unset=True, warnings=False)
    name = fields.get("name") or item.type.removesuffix("_call")
    origin = "mcp" if item.type == "mcp_call" else "hosted"
    error = fields.get("error") or ""
    if not isinstance(error, str):
        error = cut_json(error)
    return HostedCall(
        call=fields.get("call_id") or fields.get("id") or "",
        name=name,
        arguments=_arguments(fields),
        origin=origin,
        output=None if item.type in _OWN_CODE else error or _output(fields),
        error=error or ("failed" if fields.get("status") == "failed" else ""),
    )


def _arguments(fields: dict[str, Any]) -> str:
    arguments = fields.get("arguments")
    if isinstance(arguments, str):
        return arguments
    asked = {key: fields[key] for key in ("action", "operation", "queries", "code") if fields.get(key) is not None}
    return cut_json(asked) if asked else ""


def _output(fields: dict[str, Any]) -> str:
    for key in ("output", "outputs", "results"):
        if fields.get(key) is not None:
            return fields[key] if isinstance(fields[key], str) else cut_json(fields[key])
    if fields.get("result"):
        return f"[image, {len(fields['result']) * 3 // 4} bytes]"
    return ""


def message_text(item: Any) -> str:
    """All the text, or refusal, of a message item."""
    return "".join(getattr(part, "text", None) or getattr(part, "refusal", None) or "" for part in item.content)


def reasoning_text(item: Any) -> str:
    """The summary of a reasoning item, or the reasoning itself where the model gives it."""
    return "\n\n".join(part.text for part in item.summary or item.content or () if part.text)


def ending_of(response: Any) -> Ending | None:
    """How a response ended that is incomplete or failed."""
    if response.incomplete_details is not None:
        return Ending("incomplete", response.incomplete_details.reason or "")
    return None if response.error is None else Ending(response.error.code or "", response.error.message or "")


def ending_of_event(data: Any) -> Ending | None:
    """What an event says that ends a stream before the response is whole."""
    response = getattr(data, "response", None)
    return Ending(data.code or "", data.message or "") if response is None else ending_of(response)


def tokens_of(response: Any) -> tuple[int, int, int, int] | None:
    """Tokens of input, of those cached, of output, of those reasoning; None where the provider does not tell."""
    usage = response.usage
    if usage is None or not usage.total_tokens:  # the Chat Completions path gives zeros where it knows nothing
        return None
    cached = getattr(usage.input_tokens_details, "cached_tokens", 0) or 0
    reasoning = getattr(usage.output_tokens_details, "reasoning_tokens", 0) or 0
    return usage.input_tokens, cached, usage.output_tokens, reasoning


def told(item: Any) -> str:
    """What the model is told of a tool's output, by the run item of that output."""
    raw = item.raw_item
    output = raw.get("output") if isinstance(raw, dict) else getattr(raw, "output", None)
    return output if isinstance(output, str) else cut_json(output)


def cut_json(value: Any) -> str:
    """The value as JSON, cut at 4 kB; what is no JSON stands as its `str`."""
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_unset=True, warnings=False)[:_LONGEST]
    return plain_json(value)[:_LONGEST]


def plain_json(value: Any) -> str:
    """The value as JSON; what is no JSON in it stands as its `str`."""
    return msgspec.json.encode(value, enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_unset=True) if hasattr(value, "model_dump") else str(value)
