"""How a Chat Completions stream ended, which the SDK does not tell: cut off, too long, or whole.

Its handler takes a stream without a finish reason, and one that ran into the token limit, for a complete answer. So
the chunks on their way to it are looked at, for whatever model of the SDK reads them.
"""

import functools
from collections.abc import AsyncIterator
from typing import Any

from agents import ModelBehaviorError
from agents.models.chatcmpl_stream_handler import ChatCmplStreamHandler
from openai.types.completion_usage import CompletionUsage

from tui.engine.errors import StreamCutError


class TooLongError(ModelBehaviorError):
    """The answer ran into the limit of tokens. `usage` is what it took, if the server told."""

    def __init__(self, usage: CompletionUsage | None) -> None:
        super().__init__("the answer was cut off: max output tokens")
        self.usage = usage


def watch_chat_streams() -> None:
    """Let streams of chunks that did not come to their end raise. A second time changes nothing."""
    original = ChatCmplStreamHandler.handle_stream
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def handle_stream(cls: type, response: Any, stream: Any, *args: Any, **options: Any) -> AsyncIterator[Any]:
        return original(response, _whole(stream), *args, **options)  # type: ignore[arg-type]

    ChatCmplStreamHandler.handle_stream = classmethod(handle_stream)  # type: ignore[method-assign, assignment]


async def _whole(stream: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The chunks. Raises StreamCutError and TooLongError at their end."""
    reason, usage = None, None
    async for chunk in stream:
        usage = getattr(chunk, "usage", None) or usage
        for choice in chunk.choices or ():
            reason = choice.finish_reason or reason
        yield chunk
    if reason is None:
        raise StreamCutError("the stream ended without a finish reason")
    if reason == "length":
        raise TooLongError(usage)
