"""Encodes a reply as the Responses API streams it: numbered events around output items."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.model_server.output_items import ITEMS, Item
from tests.model_server.record import Kind
from tests.model_server.script import ErrorEvent, Failed, Incomplete, Output, RawEvent, Reply
from tests.model_server.wire import HOLE, Encoder, Frame, encode, event_bytes, kind_of


class ResponsesEncoder(Encoder):
    """The reply to one `POST /v1/responses`."""

    def __init__(self, index: int, body: Mapping[str, Any], reply: Reply) -> None:
        super().__init__(index, body, reply)
        self._sequence = 0
        self._items: list[Item] = []
        self._created_at = int(time.time())

    def event(self, name: str, **fields: object) -> None:
        """Add one event with the next sequence number."""
        self.send({"type": name, "sequence_number": self._sequence, **fields}, name)
        self._sequence += 1

    def deltas(self, kind: Kind, name: str, deltas: Sequence[str], **fields: object) -> None:
        """Add one event per delta; only the delta and the sequence number are encoded anew for each."""
        head, _, tail = event_bytes({"type": name, **fields, "delta": HOLE}, name).partition(encode(HOLE))
        for sequence, text in enumerate(deltas, self._sequence):
            data = b'%b%b,"sequence_number":%d%b' % (head, encode(text), sequence, tail)
            self.ops.append(Frame(data, (kind, text)))
        self._sequence += len(deltas)

    def open(self) -> None:
        self.event("response.created", response=self._response("in_progress"))
        self.event("response.in_progress", response=self._response("in_progress"))

    def output(self, step: Output) -> None:
        item = self._items[-1] if self._items else None
        if item is None or not item.continues(step):
            self._close_item()
            item = ITEMS[kind_of(step)](self, f"{self.index}_{len(self._items)}", len(self._items), step)
            self._items.append(item)
        item.add(step)

    def raw(self, step: RawEvent) -> None:
        self.event(step.type, **step.data)

    def close(self) -> None:
        match self.ending:
            case ErrorEvent(code, message):
                self.event("error", code=code, message=message, param=None)
            case Failed():
                self.event("response.failed", response=self.document())
            case Incomplete():
                self._close_item("incomplete")
                self.event("response.incomplete", response=self.document())
            case None:
                self._close_item()
                self.event("response.completed", response=self.document())

    def document(self) -> Mapping[str, Any]:
        match self.ending:
            case None | ErrorEvent():
                return self._response("completed")
            case Failed(code, message):
                return self._response("failed", error={"code": code, "message": message})
            case Incomplete(reason):
                return self._response("incomplete", incomplete_details={"reason": reason})

    def _close_item(self, status: str = "completed") -> None:
        if self._items and self._items[-1].status == "in_progress":
            self._items[-1].close(status)

    def _response(self, status: str, **fields: object) -> dict[str, Any]:
        asked = self.body
        return {
            "id": f"resp_{self.index}",
            "object": "response",
            "created_at": self._created_at,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": asked.get("instructions"),
            "max_output_tokens": asked.get("max_output_tokens"),
            "metadata": asked.get("metadata") or {},
            "model": asked.get("model", ""),
            "output": [item.data() for item in self._items if item.status != "in_progress"],
            "parallel_tool_calls": asked.get("parallel_tool_calls", True),
            "previous_response_id": asked.get("previous_response_id"),
            "reasoning": asked.get("reasoning") or {"effort": None, "summary": None},
            "service_tier": "default",
            "store": asked.get("store", True),
            "temperature": asked.get("temperature", 1.0),
            "text": asked.get("text") or {"format": {"type": "text"}},
            "tool_choice": asked.get("tool_choice", "auto"),
            "tools": asked.get("tools") or [],
            "top_p": asked.get("top_p", 1.0),
            "truncation": "disabled",
            "usage": None if status == "in_progress" else self._usage_data(),
            **fields,
        }

    def _usage_data(self) -> dict[str, Any]:
        tokens_in, cached, tokens_out, reasoning = self.usage
        return {
            "input_tokens": tokens_in,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": tokens_out,
            "output_tokens_details": {"reasoning_tokens": reasoning},
            "total_tokens": tokens_in + tokens_out,
        }
