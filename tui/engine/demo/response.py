"""A reply as the Responses API would return it: output items with ids, and the usage."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from agents.items import TResponseInputItem, TResponseOutputItem
from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseUsage,
)
from openai.types.responses.response_reasoning_item import Summary
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from tui.engine.demo.answer import Reply
from tui.engine.demo.raw import tokens

CHARACTERS_PER_TOKEN = 4
"""OpenAI's rule of thumb for English text; used for the input, whose pieces nobody sees."""


def completed_response(
    reply: Reply,
    rng: random.Random,
    created_at: float,
    instructions: str | None,
    items: Sequence[TResponseInputItem],
) -> Response:
    """The completed response for a request of these instructions and input items.

    `rng` draws the ids; `created_at` is in seconds since the epoch.
    """

    def new_id(kind: str) -> str:
        return f"{kind}_{rng.getrandbits(96):024x}"

    return Response(
        id=new_id("resp"),
        object="response",
        created_at=created_at,
        status="completed",
        model="demo",
        output=_output(reply, new_id),
        parallel_tool_calls=True,
        tool_choice="auto",
        tools=[],
        usage=_usage(reply, instructions, items),
    )


def _output(reply: Reply, new_id: Callable[[str], str]) -> list[TResponseOutputItem]:
    output: list[TResponseOutputItem] = []
    if reply.reasoning:
        summary = [Summary(type="summary_text", text=reply.reasoning)]
        output.append(ResponseReasoningItem(id=new_id("rs"), type="reasoning", summary=summary))
    if reply.text:
        part = ResponseOutputText(type="output_text", text=reply.text, annotations=[], logprobs=[])
        output.append(
            ResponseOutputMessage(
                id=new_id("msg"), type="message", role="assistant", status="completed", content=[part]
            )
        )
    output += [
        ResponseFunctionToolCall(
            id=new_id("fc"),
            call_id=new_id("call"),
            type="function_call",
            status="completed",
            name=call.tool,
            arguments=call.arguments,
        )
        for call in reply.calls
    ]
    return output


def _usage(reply: Reply, instructions: str | None, items: Sequence[TResponseInputItem]) -> ResponseUsage:
    """Output and reasoning are the pieces streamed; cached is what the request before this one has sent already."""
    sizes = [len(json.dumps(item, ensure_ascii=False, default=str)) for item in items]
    made = [index for index, item in enumerate(items) if _by_model(item)]
    seen = made[-1] if made else 0
    fixed = len(instructions or "")
    read = (fixed + sum(sizes)) // CHARACTERS_PER_TOKEN
    cached = (fixed + sum(sizes[:seen])) // CHARACTERS_PER_TOKEN if made else 0
    reasoning = len(tokens(reply.reasoning))
    written = reasoning + len(tokens(reply.text)) + sum(len(tokens(call.arguments)) for call in reply.calls)
    return ResponseUsage(
        input_tokens=read,
        input_tokens_details=InputTokensDetails(cached_tokens=cached, cache_write_tokens=0),
        output_tokens=written,
        output_tokens_details=OutputTokensDetails(reasoning_tokens=reasoning),
        total_tokens=read + written,
    )


def _by_model(item: Any) -> bool:
    return item.get("role") == "assistant" or item.get("type") in ("function_call", "reasoning")
