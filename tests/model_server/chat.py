"""Encodes a reply as the Chat Completions API streams it: chunks, then usage if asked for, then `[DONE]`."""

import time
from collections.abc import Mapping
from typing import Any

from tests.model_server.record import Kind
from tests.model_server.script import Call, ErrorEvent, Failed, Incomplete, Output, RawEvent, Reply, Text
from tests.model_server.wire import HOLE, Encoder, Frame, encode, event_bytes, kind_of

_FIELDS: dict[Kind, str] = {"text": "content", "refusal": "refusal", "reasoning": "reasoning_content"}


class ChatEncoder(Encoder):
    """The reply to one `POST /v1/chat/completions`."""

    def __init__(self, index: int, body: Mapping[str, Any], reply: Reply) -> None:
        super().__init__(index, body, reply)
        options = body.get("stream_options") or {}
        self._include_usage = bool(options.get("include_usage"))
        self._created = int(time.time())
        self._said: dict[Kind, str] = {}
        self._calls: list[tuple[Call, str]] = []
        self._last: Output | None = None

    def chunk(self, delta: Mapping[str, object], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self._include_usage else {}
        return {**self._envelope("chat.completion.chunk"), "choices": [choice], **usage}

    def open(self) -> None:
        content = "" if type(self.first_output) is Text else None
        self.send(self.chunk({"role": "assistant", "content": content, "refusal": None}))

    def output(self, step: Output) -> None:
        kind, text = kind_of(step), "".join(step.deltas)
        if isinstance(step, Call):
            pattern: Mapping[str, object] = self._call(step, text)
        else:
            self._said[kind] = self._said.get(kind, "") + text
            pattern = {_FIELDS[kind]: HOLE}
        self._last = step
        head, _, tail = event_bytes(self.chunk(pattern)).partition(encode(HOLE))
        self.ops += [Frame(b"%b%b%b" % (head, encode(delta), tail), (kind, delta)) for delta in step.deltas]

    def _call(self, step: Call, arguments: str) -> Mapping[str, object]:
        """Announce a call unless `step` continues the last one; the pattern of its argument deltas."""
        if isinstance(self._last, Call) and step.continues(self._last):
            first, before = self._calls[-1]
            self._calls[-1] = first, before + arguments
        else:
            self._calls.append((step, arguments))
            call = {"index": len(self._calls) - 1, **self._call_data(len(self._calls) - 1, "")}
            self.send(self.chunk({"tool_calls": [call]}))
        return {"tool_calls": [{"index": len(self._calls) - 1, "function": {"arguments": HOLE}}]}

    def raw(self, step: RawEvent) -> None:
        self.send({**self._envelope("chat.completion.chunk"), "choices": [], **step.data})

    def close(self) -> None:
        if isinstance(self.ending, ErrorEvent | Failed):
            code, message = self.ending.code, self.ending.message
            self.ending = ErrorEvent(code, message)  # this API has no failed response
            self.send({"error": {"message": message, "type": code, "param": None, "code": code}})
            return
        self.send(self.chunk({}, self._finish_reason()))
        if self._include_usage:
            envelope = self._envelope("chat.completion.chunk")
            self.send({**envelope, "choices": [], "usage": self._usage_data()})
        self.ops.append(Frame(b"data: [DONE]\n\n"))

    def document(self) -> Mapping[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        message |= {_FIELDS[kind]: text for kind, text in self._said.items()}
        if self._calls:
            message["tool_calls"] = [self._call_data(at, text) for at, (_, text) in enumerate(self._calls)]
        reason = self._finish_reason()
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        return {**self._envelope("chat.completion"), "choices": [choice], "usage": self._usage_data()}

    def _finish_reason(self) -> str:
        match self.ending:
            case Incomplete("content_filter"):
                return "content_filter"
            case Incomplete():
                return "length"
            case _:
                return "tool_calls" if self._calls else "stop"

    def _call_data(self, at: int, arguments: str) -> dict[str, Any]:
        call, _ = self._calls[at]
        call_id = call.call_id or f"call_{self.index}_{at}"
        return {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": arguments}}

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.index}",
            "object": kind,
            "created": self._created,
            "model": self.body.get("model", ""),
            "service_tier": "default",
            "system_fingerprint": None,
        }

    def _usage_data(self) -> dict[str, Any]:
        tokens_in, cached, tokens_out, reasoning = self.usage
        return {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        }
