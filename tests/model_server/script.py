"""The steps a scripted reply is made of, as plain frozen data, and their JSON form.

Headers and opening events go out with the first step that sends something, so what precedes it happens
while the client still waits for headers; `Begin` sends them on their own. Neighbouring output steps of one
kind, and `Call`s with one explicit call id, continue the same output item even with controls between them:
`Text("Hel"), Wait("gate"), Text("lo")` is one message. A reply that ends without a fault is completed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias, get_args


def _cut(text: str | Sequence[str], chunks: int) -> Sequence[str]:
    if not isinstance(text, str):
        return text
    size = max(1, -(-len(text) // chunks))
    return [text[at : at + size] for at in range(0, len(text), size)]


@dataclass(frozen=True, slots=True)
class Text:
    """Answer text: a string cut into at most `chunks` deltas of equal length, or the exact deltas."""

    text: str | Sequence[str]
    chunks: int = 1

    @property
    def deltas(self) -> Sequence[str]:
        return _cut(self.text, self.chunks)


@dataclass(frozen=True, slots=True)
class Refusal(Text):
    """Like `Text`, as the model's refusal to answer."""


@dataclass(frozen=True, slots=True)
class Reasoning(Text):
    """One part of the reasoning summary; on Chat Completions `reasoning_content`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `arguments` is JSON text, cut like `Text`. Without a call id it gets a unique one."""

    name: str
    arguments: str | Sequence[str] = "{}"
    call_id: str | None = None
    chunks: int = 1

    @property
    def deltas(self) -> Sequence[str]:
        return _cut(self.arguments, self.chunks)

    def continues(self, other: "Call") -> bool:
        """Whether this adds to the arguments of `other` rather than making a call of its own."""
        return self.call_id is not None and self.call_id == other.call_id


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event of any type; on Chat Completions a chunk without choices that carries `data` as extra fields."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadJson:
    """An event whose data is not JSON; the reply goes on after it."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Send the headers and the opening events before anything else is ready."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of the reply, wherever it stands in it. None counts one token for each delta."""

    input: int = 100
    output: int | None = None
    cached: int = 0
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """From here on send this many deltas per second, one write each; 0 sends flat out in large writes."""

    per_second: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing until the gate of this name is opened; an opened gate stays open."""

    gate: str


@dataclass(frozen=True, slots=True)
class Cut:
    """End here: the body ends in order, its events do not. Before the headers: close the connection."""


@dataclass(frozen=True, slots=True)
class Reset:
    """End here with a TCP reset, once what precedes it has been handed to the network."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more, and keep the connection until the client leaves."""


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """End here with the API's streamed error: a flat `error` event; on Chat Completions an error object."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """End here with `response.failed`; on Chat Completions the same as `ErrorEvent`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """End here with `response.incomplete`; on Chat Completions finish reason `length` or `content_filter`."""

    reason: str = "max_output_tokens"


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with this HTTP status instead of a stream. Default body: the API's error object.

    Only controls may precede it.
    """

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


Output: TypeAlias = Text | Refusal | Reasoning | Call
Ending: TypeAlias = ErrorEvent | Failed | Incomplete
Control: TypeAlias = Pace | Pause | Wait | Cut | Reset | Stall | Status
Step: TypeAlias = Output | RawEvent | BadJson | Begin | Usage | Control | Ending
Reply: TypeAlias = Sequence[Step]

_STEPS: dict[str, type[Step]] = {step.__name__: step for step in get_args(Step)}


def script_to_json(replies: Sequence[Reply]) -> str:
    """The replies as JSON: an array of arrays of `{"step": CLASS, FIELD: VALUE, …}`."""
    return json.dumps([[{"step": type(step).__name__, **asdict(step)} for step in reply] for reply in replies])


def script_from_json(text: str) -> list[Reply]:
    """Inverse of `script_to_json`. Raises KeyError on an unknown step and TypeError on an unknown field."""
    return [
        [_STEPS[step["step"]](**{key: value for key, value in step.items() if key != "step"}) for step in reply]
        for reply in json.loads(text)
    ]
