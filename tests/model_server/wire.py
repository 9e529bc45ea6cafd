"""Turns a scripted reply into the bytes and controls the server plays, all built before the first byte is sent."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, assert_never

from tests.model_server.record import Kind
from tests.model_server.script import (
    BadJson,
    Begin,
    Call,
    Control,
    Cut,
    Ending,
    ErrorEvent,
    Failed,
    Incomplete,
    Output,
    Pace,
    Pause,
    RawEvent,
    Reasoning,
    Refusal,
    Reply,
    Reset,
    Stall,
    Status,
    Text,
    Usage,
    Wait,
)

HOLE = "\0hole\0"
"""Stands for the delta in the pattern of an event that is encoded once for many deltas."""

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8; a value with lone surrogates, which UTF-8 cannot carry, is escaped instead."""
    text = _to_json(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def event_bytes(data: object, event: str | None = None) -> bytes:
    """One server-sent event."""
    name = b"event: %b\n" % event.encode() if event else b""
    return b"%bdata: %b\n\n" % (name, encode(data))


def kind_of(step: Output) -> Kind:
    match step:
        case Refusal():
            return "refusal"
        case Reasoning():
            return "reasoning"
        case Text():
            return "text"
        case Call():
            return "arguments"


class Frame(NamedTuple):
    """One server-sent event, and the delta it carries, if any."""

    data: bytes
    delta: tuple[Kind, str] | None = None


Op: TypeAlias = Frame | Control


class Encoder(ABC):
    """Collects the events of one reply in `ops`; the subclasses know the API's format."""

    def __init__(self, index: int, body: Mapping[str, Any], reply: Reply) -> None:
        self.index = index
        self.body = body
        self.ops: list[Op] = []
        self.begun = False
        self.ending: Ending | None = None
        self._outputs = [step for step in reply if isinstance(step, Output)]
        self._usage = next((step for step in reply if isinstance(step, Usage)), Usage())

    @property
    def first_output(self) -> Output | None:
        return self._outputs[0] if self._outputs else None

    @property
    def usage(self) -> tuple[int, int, int, int]:
        """Input, cached, output and reasoning tokens."""
        usage, counts = self._usage, [(kind_of(step), len(step.deltas)) for step in self._outputs]
        output = sum(count for _, count in counts) if usage.output is None else usage.output
        thought = sum(count for kind, count in counts if kind == "reasoning")
        return usage.input, usage.cached, output, thought if usage.reasoning is None else usage.reasoning

    def begin(self) -> None:
        """Send the opening events unless that is done."""
        if not self.begun:
            self.begun = True
            self.open()

    def send(self, data: object, event: str | None = None) -> None:
        """Add one event."""
        self.ops.append(Frame(event_bytes(data, event)))

    def end(self, ending: Ending | None) -> None:
        """Send what closes the reply: as completed, or with `ending`."""
        self.begin()
        self.ending = ending
        self.close()

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def output(self, step: Output) -> None: ...

    @abstractmethod
    def raw(self, step: RawEvent) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def document(self) -> Mapping[str, Any]:
        """The body of the same reply when the request does not ask for a stream."""


def error_status(code: int, message: str, kind: str = "server_error") -> Status:
    """An HTTP error with the API's error object as its body."""
    error = {"message": message, "type": kind, "param": None, "code": kind}
    return Status(code, body=encode({"error": error}).decode())


def plan(reply: Reply, encoder: Encoder) -> list[Op]:
    """The events and controls of a reply, in order."""
    for step in reply:
        match step:
            case Usage():
                pass
            case Begin():
                encoder.begin()
            case Pace() | Pause() | Wait():
                encoder.ops.append(step)
            case Cut() | Reset() | Stall() | Status():
                encoder.ops.append(step)
                return encoder.ops
            case ErrorEvent() | Failed() | Incomplete():
                encoder.end(step)
                return encoder.ops
            case BadJson():
                encoder.begin()
                encoder.ops.append(Frame(b'data: {"type": "response.outp\n\n'))
            case RawEvent():
                encoder.begin()
                encoder.raw(step)
            case Text() | Call():
                encoder.begin()
                encoder.output(step)
            case _:
                assert_never(step)
    encoder.end(None)
    return encoder.ops


def plan_document(reply: Reply, encoder: Encoder) -> list[Op]:
    """The same for a request without `stream`: the controls, then one JSON body."""
    controls: list[Op] = [op for op in plan(reply, encoder) if not isinstance(op, Frame)]
    if controls and isinstance(controls[-1], Cut | Reset | Stall | Status):
        return controls
    if any(isinstance(step, BadJson) for step in reply):
        return [*controls, Status(200, body='{"id": ')]
    if isinstance(encoder.ending, ErrorEvent):
        return [*controls, error_status(500, encoder.ending.message, encoder.ending.code)]
    return [*controls, Status(200, body=encode(encoder.document()).decode())]
