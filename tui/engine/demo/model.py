"""The demo model behind the SDK's model interface: it reads, answers, and keeps the pace of a real model."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from agents import AgentOutputSchemaBase, Handoff, ModelSettings, Tool, Usage
from agents.items import ModelResponse, TResponseInputItem, TResponseStreamEvent
from agents.models.interface import Model, ModelTracing
from openai.types.responses import Response
from openai.types.responses.response_prompt_param import ResponsePromptParam

from tui.engine.demo.answer import reply
from tui.engine.demo.raw import raw_events
from tui.engine.demo.reading import read
from tui.engine.demo.response import completed_response

ACCEPTED_AFTER = 0.12
"""Seconds from the request to `response.created`."""

FIRST_TOKEN_AFTER = 0.4
"""Seconds from the request to the first token."""

TOKENS_PER_SECOND = 60.0


class DemoModel(Model):
    """Answers by script. The same seed and the same requests in the same order give the same events, ids included."""

    model = "demo"

    def __init__(
        self,
        seed: int | None = None,
        speed: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`speed` multiplies the pace of a real model; 0 sends everything at once.

        `clock` and `sleep` (seconds) keep the pace, `now` (seconds since the epoch) stamps the responses.
        Raises `ValueError` for a negative speed.
        """
        if speed < 0:
            raise ValueError(f"speed must not be negative: {speed}")
        self._seed = random.SystemRandom().getrandbits(64) if seed is None else seed
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._responses = 0

    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff[Any, Any]],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        """The events of one response, each when it is due; cancelling is safe at any of them."""
        begin = self._clock()
        usable = [] if model_settings.tool_choice == "none" else tools
        response, rng = self._respond(system_instructions, input, usable, output_schema, handoffs)
        due = 0.0
        for event in raw_events(response):
            match event.type:
                case "response.created":
                    due = ACCEPTED_AFTER
                case "response.output_item.added" if event.output_index == 0:
                    due = FIRST_TOKEN_AFTER - 1 / TOKENS_PER_SECOND
                case kind if kind.endswith(".delta"):
                    due += rng.uniform(0.5, 1.5) / TOKENS_PER_SECOND
                case _:
                    pass
            await self._until(begin, due)
            yield event

    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff[Any, Any]],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None = None,
        conversation_id: str | None = None,
        prompt: ResponsePromptParam | None = None,
    ) -> ModelResponse:
        """The same response in one piece, after the time that streaming it would have taken."""
        events = self.stream_response(
            system_instructions, input, model_settings, tools, output_schema, handoffs, tracing
        )
        response = None
        async for event in events:
            if event.type == "response.completed":
                response = event.response
        assert response is not None
        assert response.usage is not None
        usage = Usage(
            requests=1,
            input_tokens=response.usage.input_tokens,
            output_tokens=response.usage.output_tokens,
            total_tokens=response.usage.total_tokens,
            input_tokens_details=response.usage.input_tokens_details,
            output_tokens_details=response.usage.output_tokens_details,
        )
        return ModelResponse(output=response.output, usage=usage, response_id=response.id)

    def _respond(
        self,
        instructions: str | None,
        request: str | list[TResponseInputItem],
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff[Any, Any]],
    ) -> tuple[Response, random.Random]:
        """The whole response, and the source of chance for its pace."""
        items: list[TResponseInputItem] = (
            [{"role": "user", "content": request}] if isinstance(request, str) else request
        )
        schema = None if output_schema is None or output_schema.is_plain_text() else output_schema.json_schema()
        answer = reply(read(instructions, items, tools, handoffs), schema)
        self._responses += 1
        # The input's length keeps the ids apart from those of an earlier process whose conversation goes on here.
        rng = random.Random(f"{self._seed}/{self._responses}/{len(items)}")  # noqa: S311 - ids and pace, not secrets
        return completed_response(answer, rng, self._now(), instructions, items), rng

    async def _until(self, begin: float, due: float) -> None:
        """Wait until `due` seconds of a real model's time after `begin`; at speed 0 only let the loop run."""
        left = begin + due / self._speed - self._clock() if self._speed else 0.0
        await self._sleep(max(0.0, left))


def demo_model(seed: int | None = None, speed: float = 1.0) -> DemoModel:
    """A demo model for `RunConfig(model=...)`; without a seed its ids differ from one to the next."""
    return DemoModel(seed, speed)
