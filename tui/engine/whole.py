"""A model asked for its whole answer at once, in the place of its stream: what streaming is compared with.

Only the request is another; all around it, the run's loop, its tools and its tries, is the same.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

from agents import Model, Usage
from agents.items import TResponseStreamEvent
from openai.types.responses import Response, ResponseCompletedEvent
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails, ResponseUsage


async def whole_response(model: Model, *args: Any, **options: Any) -> AsyncIterator[TResponseStreamEvent]:
    """The last event of a stream that had none before, with all of the answer in it."""
    found = await model.get_response(*args, **options)
    response = Response(
        id=found.response_id or "",
        object="response",
        created_at=time.time(),
        status="completed",
        model=str(getattr(model, "model", "")),
        output=found.output,
        parallel_tool_calls=True,
        tool_choice="auto",
        tools=[],
        usage=_usage(found.usage),
    )
    yield ResponseCompletedEvent(response=response, sequence_number=0, type="response.completed")


def _usage(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
        input_tokens_details=usage.input_tokens_details or InputTokensDetails(cached_tokens=0, cache_write_tokens=0),
        output_tokens_details=usage.output_tokens_details or OutputTokensDetails(reasoning_tokens=0),
    )
