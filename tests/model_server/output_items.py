"""The output items of a Responses reply: each knows the events that open, fill and close it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from tests.model_server.record import Kind
from tests.model_server.script import Call, Output
from tests.model_server.wire import kind_of


class EventSink(Protocol):
    """Where an item's events go."""

    def event(self, name: str, **fields: object) -> None: ...

    def deltas(self, kind: Kind, name: str, deltas: Sequence[str], **fields: object) -> None: ...


class Item(ABC):
    """An output item being written: announced when made, then `add` any number of times, then `close`.

    `key` makes its ids unique among all replies of a server.
    """

    prefix: ClassVar[str]

    def __init__(self, events: EventSink, key: str, index: int, step: Output) -> None:
        self.events, self.key, self.index, self.first = events, key, index, step
        self.id = f"{self.prefix}_{key}"
        self.status = "in_progress"
        self.deltas: list[str] = []
        self.place = {"item_id": self.id, "output_index": index}
        events.event("response.output_item.added", output_index=index, item=self.data())

    @property
    def text(self) -> str:
        return "".join(self.deltas)

    def continues(self, step: Output) -> bool:
        return kind_of(step) == kind_of(self.first)

    def add(self, step: Output) -> None:
        self.deltas += step.deltas
        self.write(step.deltas)

    def close(self, status: str) -> None:
        self.status = status
        self.finish()
        self.events.event("response.output_item.done", output_index=self.index, item=self.data())

    @abstractmethod
    def data(self) -> dict[str, Any]: ...

    @abstractmethod
    def write(self, deltas: Sequence[str]) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...


class _Message(Item):
    prefix = "msg"
    part_type: ClassVar = "output_text"
    field: ClassVar = "text"
    kind: ClassVar[Kind] = "text"
    extra: ClassVar[Mapping[str, object]] = {"logprobs": []}

    def __init__(self, events: EventSink, key: str, index: int, step: Output) -> None:
        super().__init__(events, key, index, step)
        self.place["content_index"] = 0
        events.event("response.content_part.added", **self.place, part=self.part())

    def part(self) -> dict[str, Any]:
        return {"type": "output_text", "text": self.text, "annotations": [], "logprobs": []}

    def data(self) -> dict[str, Any]:
        content = [] if self.status == "in_progress" else [self.part()]
        return {
            "id": self.id,
            "type": "message",
            "status": self.status,
            "role": "assistant",
            "content": content,
        }

    def write(self, deltas: Sequence[str]) -> None:
        self.events.deltas(self.kind, f"response.{self.part_type}.delta", deltas, **self.place, **self.extra)

    def finish(self) -> None:
        done = {**self.place, self.field: self.text, **self.extra}
        self.events.event(f"response.{self.part_type}.done", **done)
        self.events.event("response.content_part.done", **self.place, part=self.part())


class _Refusal(_Message):
    part_type = field = "refusal"
    kind = "refusal"
    extra: ClassVar[Mapping[str, object]] = {}

    def part(self) -> dict[str, Any]:
        return {"type": "refusal", "refusal": self.text}


class _Reasoning(Item):
    prefix = "rs"

    def __init__(self, events: EventSink, key: str, index: int, step: Output) -> None:
        self.summary: list[str] = []
        super().__init__(events, key, index, step)

    def data(self) -> dict[str, Any]:
        summary = [] if self.status == "in_progress" else [_summary(text) for text in self.summary]
        return {"id": self.id, "type": "reasoning", "summary": summary}

    def write(self, deltas: Sequence[str]) -> None:
        place, text = {**self.place, "summary_index": len(self.summary)}, "".join(deltas)
        self.summary.append(text)
        self.events.event("response.reasoning_summary_part.added", **place, part=_summary(""))
        self.events.deltas("reasoning", "response.reasoning_summary_text.delta", deltas, **place)
        self.events.event("response.reasoning_summary_text.done", **place, text=text)
        self.events.event("response.reasoning_summary_part.done", **place, part=_summary(text))

    def finish(self) -> None:
        pass


def _summary(text: str) -> dict[str, str]:
    return {"type": "summary_text", "text": text}


class _Call(Item):
    prefix = "fc"

    def continues(self, step: Output) -> bool:
        return isinstance(step, Call) and isinstance(self.first, Call) and step.continues(self.first)

    def data(self) -> dict[str, Any]:
        assert isinstance(self.first, Call)
        return {
            "id": self.id,
            "type": "function_call",
            "status": self.status,
            "name": self.first.name,
            "call_id": self.first.call_id or f"call_{self.key}",
            "arguments": self.text,
        }

    def write(self, deltas: Sequence[str]) -> None:
        self.events.deltas("arguments", "response.function_call_arguments.delta", deltas, **self.place)

    def finish(self) -> None:
        self.events.event("response.function_call_arguments.done", **self.place, arguments=self.text)


ITEMS: dict[Kind, type[Item]] = {
    "text": _Message,
    "refusal": _Refusal,
    "reasoning": _Reasoning,
    "arguments": _Call,
}
