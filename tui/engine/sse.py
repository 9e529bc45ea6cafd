"""Server-sent events as they pass by: cut into whole events, and what an event means in either API."""

import re
from typing import Any, Literal

import msgspec

Meaning = Literal["delta", "completed", "finished", "done", "other"]
"""`delta`: a piece of text, reasoning or arguments. `completed`: the Responses API's last event of a whole response.
`finished` and `done`: the same of Chat Completions in two, a natural `finish_reason` and `[DONE]`."""

_END = re.compile(rb"(?>\r\n?|\n)(?>\r\n?|\n)")
_LINE_END = re.compile(rb"\r\n?|\n")
_DATA = re.compile(rb"^data:[ ]?(.*?)\r?$", re.MULTILINE)
_NATURAL = ("stop", "tool_calls", "function_call")
"""Finish reasons of whole answers; `length` and `content_filter` cut theirs off."""

_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


class Splitter:
    """Cuts chunks of a stream into whole events, each with the blank line that ends it."""

    def __init__(self) -> None:
        self.rest = bytearray()
        """What came after the last whole event."""
        self._half = False
        """The last event ended in a carriage return: a line feed that comes next is part of that."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that this chunk completes."""
        if self._half and chunk:
            self._half = False
            chunk = chunk.removeprefix(b"\n")
        looked = max(0, len(self.rest) - 3)
        self.rest += chunk
        if _END.search(self.rest, looked) is None:
            return []
        data, start, events = bytes(self.rest), 0, []
        for end in _END.finditer(data, looked):
            events.append(data[start : end.end()])
            start = end.end()
        self.rest = bytearray(data[start:])
        self._half = not self.rest and data.endswith(b"\r")
        return events


def lines_of(data: bytes) -> list[bytes]:
    """The lines, without their ends."""
    *lines, rest = _LINE_END.split(data)
    return [*lines, rest] if rest else lines


class _Choice(msgspec.Struct):
    delta: dict[str, Any] | None = None
    finish_reason: str | None = None


class _Data(msgspec.Struct):
    type: str = ""
    choices: list[_Choice] | None = None


_data = msgspec.json.Decoder(_Data)


def meaning_of(event: bytes) -> Meaning:
    """What one whole event says; one that neither API sends is `other`."""
    data = b"\n".join(_DATA.findall(event))
    if data.strip() == b"[DONE]":
        return "done"
    try:
        said = _data.decode(data)
    except msgspec.MsgspecError:
        return "other"
    if said.type == "response.completed":
        return "completed"
    if said.type.endswith(".delta"):
        return "delta"
    for choice in said.choices or ():
        if choice.finish_reason in _NATURAL:
            return "finished"
        if _has_text(choice.delta or {}):
            return "delta"
    return "other"


def _has_text(delta: dict[str, Any]) -> bool:
    """Whether a Chat Completions delta carries a piece of text, reasoning or arguments, and not only a role."""
    if any(delta.get(key) for key in _TEXTS):
        return True
    calls = delta.get("tool_calls")
    return isinstance(calls, list) and any(
        isinstance(call, dict) and (call.get("function") or {}).get("arguments") for call in calls
    )
