"""What a request tells the demo model: the prompt, what was said and done before it, what it may call."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents import FunctionTool, Handoff, Tool

from tui.conversation import CUT_NOTE, FAILED_NOTE, NO_RESULT, RETRY_PROMPT
from tui.engine.splice import GO_ON

_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]|\\bchào\\b", re.IGNORECASE)
"""Letters that Vietnamese has and its Latin neighbours have not, and its greeting, which has none of them."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call made since the prompt; `output` is None while it has none."""

    name: str
    arguments: str
    output: str | None = None

    @property
    def is_handoff(self) -> bool:
        """Whether it passed the conversation on; by the SDK's default name and message (`agents.handoffs.Handoff`)."""
        return self.name.startswith("transfer_to_") or (self.output or "").startswith('{"assistant":')


@dataclass(frozen=True, slots=True)
class Situation:
    """One request, read."""

    prompt: str = ""
    instructions: str = ""
    earlier: tuple[str, ...] = ()
    """The user's prompts before this one, oldest first."""
    last_answer: str = ""
    """The last answer before the prompt, without the note that it was cut."""
    interrupted: bool = False
    """Whether the run before this one was stopped: in its text, in a tool, or before either."""
    said: str = ""
    """Text written since the prompt."""
    calls: tuple[Call, ...] = ()
    """Calls made since the prompt, in order."""
    tools: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Function tool to the JSON schema of its arguments."""
    handoffs: Mapping[str, Handoff[Any, Any]] = field(default_factory=dict)
    """Handoff tool to the handoff behind it."""

    @property
    def vietnamese(self) -> bool:
        return bool(_VIETNAMESE.search(self.prompt))

    @property
    def handed_over(self) -> bool:
        return any(call.is_handoff for call in self.calls)

    @property
    def results(self) -> tuple[Call, ...]:
        """The tool calls since the prompt that have an output."""
        return tuple(call for call in self.calls if call.output is not None and not call.is_handoff)


def read(
    instructions: str | None,
    items: Iterable[Any],
    tools: Iterable[Tool],
    handoffs: Iterable[Handoff[Any, Any]],
) -> Situation:
    """Read a model request; `items` is its input as a list. Items of unknown kinds are passed over."""
    prompts: list[str] = []
    answer = said = before = ""
    calls: dict[str, Call] = {}
    interrupted = False
    for item in items:
        text = _text(item.get("content", ""))
        kind, role = item.get("type", "message"), item.get("role")
        if role == "user" and text == GO_ON:
            said = before  # the script says all of it again: who asked to go on knows what to leave out
        elif role == "user" and text == RETRY_PROMPT and not _without_note(said):
            said = ""
        elif kind == "message" and role == "user":
            text = "continue" if text == RETRY_PROMPT else text
            interrupted = bool(prompts) and _was_cut(said, calls.values())
            prompts.append(text)
            answer, said, calls = said, "", {}
        elif kind == "message" and role == "assistant":
            before, said = said, f"{said}\n\n{text}" if said else text
        elif kind == "function_call":
            calls[str(item.get("call_id"))] = Call(str(item.get("name")), str(item.get("arguments")))
        elif kind == "function_call_output" and (known := calls.get(str(item.get("call_id")))):
            output = _text(item.get("output", ""))
            calls[str(item.get("call_id"))] = Call(known.name, known.arguments, output)
    return Situation(
        prompt=prompts[-1] if prompts else "",
        instructions=instructions or "",
        earlier=tuple(prompts[:-1]),
        last_answer=_without_note(answer),
        interrupted=interrupted,
        said=_without_note(said),
        calls=tuple(calls.values()),
        tools={tool.name: tool.params_json_schema for tool in tools if isinstance(tool, FunctionTool)},
        handoffs={handoff.tool_name: handoff for handoff in handoffs},
    )


def _without_note(said: str) -> str:
    return said.removesuffix(CUT_NOTE).removesuffix(FAILED_NOTE).rstrip()


def _was_cut(said: str, calls: Iterable[Call]) -> bool:
    outputs = [call.output for call in calls]
    return said.endswith((CUT_NOTE, FAILED_NOTE)) or NO_RESULT in outputs or not (said or outputs)


def _text(content: object) -> str:
    """The text of a message or an output: a string, or a list of parts of which some have text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return str(content)
