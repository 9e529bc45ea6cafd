"""One try of a model request: its events until the response is whole, or what it failed with."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any

from openai.types.responses import Response, ResponseIncompleteEvent
from openai.types.responses.response import IncompleteDetails
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails, ResponseUsage

from tui.engine.chat_end import TooLongError
from tui.engine.errors import StallError, StreamCutError
from tui.engine.tap import Tap


class EndedEarly(Exception):  # noqa: N818 - what a response said of itself
    """The response ended with an event that says why it is not whole."""

    def __init__(self, event: Any) -> None:
        super().__init__(event.type)
        self.event = event
        self.usage: ResponseUsage | None = getattr(getattr(event, "response", None), "usage", None)


class _Silence:
    """Cancels the task that waits for an event for too long; one timer a stream, since most events come at once."""

    def __init__(self, limit: float) -> None:
        self._limit, self._loop, self._task = limit, asyncio.get_running_loop(), asyncio.current_task()
        self.since: float | None = None
        """When the wait began, by the loop's clock; None while the event that came is at work."""
        self._over = False
        self._timer = self._loop.call_later(limit, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        left = self._limit if self.since is None else self.since + self._limit - now
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        elif self._task is not None:
            self._over = True
            self._task.cancel()

    def heard(self) -> None:
        """Something came by another way."""
        self.since = self._loop.time()

    def ended_it(self) -> bool:
        """Whether a cancel was this one and nobody else's."""
        return self._over and self._task is not None and self._task.uncancel() == 0

    def close(self) -> None:
        self._timer.cancel()


async def events_of(stream: AsyncIterator[Any], stall: float, tap: Tap | None = None) -> AsyncGenerator[Any, None]:
    """The events of one try, until its response is whole. Raises what it failed with."""
    response: Response | None = None
    silence, clock = _Silence(stall), asyncio.get_running_loop().time
    try:
        first: Awaitable[Any] | None = None if tap is None else _tapped(stream, tap, silence)
        while True:
            silence.since = clock()
            event = await (anext(stream) if first is None else first)
            silence.since, first = None, None
            if tap is not None and tap.is_told(event):
                continue
            match event.type:
                case "response.created":
                    response = event.response
                case "response.failed" | "response.incomplete" | "error" | "response.error":
                    raise EndedEarly(event)
            yield event
            if event.type == "response.completed":
                return
    except StopAsyncIteration:
        raise StreamCutError("the stream ended before the response was complete") from None
    except asyncio.CancelledError:
        if not silence.ended_it():
            raise
        raise StallError(f"nothing came from the model server for {stall:g} s") from None
    except TooLongError as error:
        if response is None:
            raise
        raise EndedEarly(_incomplete(response, error)) from None
    finally:
        silence.close()
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def _tapped(stream: AsyncIterator[Any], tap: Tap, silence: _Silence) -> Any:
    """The first event; the request is made before it."""
    tap.heard = silence.heard
    with tap.offered():
        return await anext(stream)


def _incomplete(response: Response, error: TooLongError) -> ResponseIncompleteEvent:
    """What the Responses API sends in this case."""
    usage = None
    if error.usage is not None:
        usage = ResponseUsage(
            input_tokens=error.usage.prompt_tokens,
            output_tokens=error.usage.completion_tokens,
            total_tokens=error.usage.total_tokens,
            input_tokens_details=InputTokensDetails(cached_tokens=0, cache_write_tokens=0),
            output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
        )
    details = IncompleteDetails(reason="max_output_tokens")
    ended = response.model_copy(update={"status": "incomplete", "incomplete_details": details, "usage": usage})
    return ResponseIncompleteEvent(response=ended, sequence_number=0, type="response.incomplete")
