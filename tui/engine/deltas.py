"""Pieces of text, reasoning and arguments, read off the events of a model's stream; all other events are not for here.

What is read is at most what the client and the SDK would have made of the same bytes: an event with anything unusual
in it is left to them.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
from openai.types import responses

_PLAIN = re.compile(rb"(?:event: ?response\.[a-z_.]+\r?\n)?data: ?(\{[^\r\n]*\})\r?\n\r?\n")
_LONGEST = 1 << 14
"""Bytes of an event that is looked at: pieces are short."""

_CLASSES: Final[dict[str, Callable[[Any], Any]]] = {
    "response.output_text.delta": responses.ResponseTextDeltaEvent.model_validate,
    "response.reasoning_summary_text.delta": responses.ResponseReasoningSummaryTextDeltaEvent.model_validate,
    "response.reasoning_text.delta": responses.ResponseReasoningTextDeltaEvent.model_validate,
    "response.refusal.delta": responses.ResponseRefusalDeltaEvent.model_validate,
    "response.function_call_arguments.delta": responses.ResponseFunctionCallArgumentsDeltaEvent.model_validate,
}


class Delta(msgspec.Struct, gc=False):
    """What a delta event of the Responses API says that matters here; in the place of one for who knows no better."""

    type: str
    delta: str
    output_index: int
    error: msgspec.Raw | None = None

    def model_copy(self, *, update: dict[str, Any]) -> "Delta":
        """As that of the client's events."""
        return Delta(self.type, update.get("delta", self.delta), update.get("output_index", self.output_index))


class ChatPiece(msgspec.Struct, gc=False):
    """What a chunk of Chat Completions adds to one place: the type of the delta the SDK makes of it; which call."""

    type: str
    text: str
    call: int = -1


class _Function(msgspec.Struct, forbid_unknown_fields=True):
    arguments: str = ""
    name: None = None


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    index: int
    function: _Function
    id: None = None
    type: str | None = None


class _ChatDelta(msgspec.Struct, forbid_unknown_fields=True):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_Call] | None = None
    role: str | None = None
    refusal: None = None
    function_call: None = None

    def piece(self) -> ChatPiece | None:
        """The only thing that is said; None where that is more or less than one."""
        calls = self.tool_calls or ()
        found = [
            ChatPiece(kind, text)
            for kind, text in (
                ("response.output_text.delta", self.content),
                ("response.reasoning_summary_text.delta", self.reasoning_content),
                ("response.reasoning_text.delta", self.reasoning),
            )
            if text
        ]
        found += [
            ChatPiece("response.function_call_arguments.delta", call.function.arguments, call.index)
            for call in calls
            if call.type in (None, "function")
        ]
        return found[0] if len(found) == 1 and len(calls) == (found[0].call >= 0) and found[0].text else None


class _Choice(msgspec.Struct, forbid_unknown_fields=True):
    delta: _ChatDelta
    index: int
    finish_reason: None = None
    logprobs: None = None


class _Chunk(msgspec.Struct):
    choices: tuple[_Choice]
    usage: None = None
    error: None = None


_delta = msgspec.json.Decoder(Delta)
_chunk = msgspec.json.Decoder(_Chunk)


def delta_of(event: bytes) -> Delta | None:
    """What one whole event of the Responses API says, if it is a delta of a kind that comes often."""
    plain = _PLAIN.fullmatch(event) if len(event) < _LONGEST else None
    if plain is None:
        return None
    try:
        said = _delta.decode(plain[1])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return said if said.type in _CLASSES and said.error is None else None


def client_event_of(event: bytes, delta: Delta) -> Any | None:
    """The same as an object of the client's own, equal to the one that the client would make; None if that fails."""
    plain = _PLAIN.fullmatch(event)
    assert plain is not None
    try:
        return _CLASSES[delta.type](msgspec.json.decode(plain[1]))
    except ValueError:
        return None


def piece_of(event: bytes) -> ChatPiece | None:
    """What one whole event of Chat Completions says, if it adds to one place and tells nothing else."""
    plain = _PLAIN.fullmatch(event) if len(event) < _LONGEST else None
    if plain is None:
        return None
    try:
        choice = _chunk.decode(plain[1]).choices[0]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return choice.delta.piece() if choice.index == 0 else None


def merged(event: bytes, text: str) -> dict[str, Any]:
    """The chunk of an event of which `piece_of` told, as data, with this text in the place of its own."""
    plain = _PLAIN.fullmatch(event)
    assert plain is not None
    chunk: dict[str, Any] = msgspec.json.decode(plain[1])
    delta = chunk["choices"][0]["delta"]
    if delta.get("tool_calls"):
        delta["tool_calls"][0]["function"]["arguments"] = text
    else:
        delta[next(name for name in ("content", "reasoning_content", "reasoning") if delta.get(name))] = text
    return chunk
