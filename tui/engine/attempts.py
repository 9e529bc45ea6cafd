"""Tries of a model request: a model that asks again when a request fails, so that the SDK sees one whole response.

What happens meanwhile goes down the SDK's stream, between its own events, and so reaches the translator of the run,
or inner run, in its place.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import openai
from agents import Agent, Model, ModelBehaviorError, ModelProvider, ModelResponse, RunConfig
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest

from tui.engine.chat_end import watch_chat_streams
from tui.engine.errors import Failure, StallError, classify
from tui.engine.items import ending_of_event, reachable
from tui.engine.one_try import EndedEarly, events_of
from tui.engine.recovery import Policy, passing
from tui.engine.sending import Asked, Requests, Sending, body_of_arguments, carries, current
from tui.engine.short_way import ShortWay
from tui.engine.splice import Splice
from tui.engine.tap import tap_on
from tui.engine.tries import TryFailed, TryStarted, TrySucceeded
from tui.engine.whole import whole_response

_FAULTS = (openai.APIError, ModelBehaviorError, json.JSONDecodeError, StallError)
"""What a model's stream raises when its server, or the way there, is at fault."""


class Tries:
    """Of all requests of one run, inner runs included."""

    def __init__(self, policy: Policy, requests: Requests, *, streaming: bool = True) -> None:
        watch_chat_streams()
        self.policy, self.requests, self.streaming = policy, requests, streaming
        self._over = asyncio.Event()

    def over(self, config: RunConfig) -> RunConfig:
        """The configuration with models that try again."""
        return replace(config, model_provider=_Provider(config.model_provider, self))

    def now(self) -> None:
        """End the waits under way."""
        self._over.set()
        self._over = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until the next try is due."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            pass

    @contextmanager
    def within(self, agent: Agent[Any]) -> Iterator[None]:
        """Let the model objects that agents bring try again too, as long as the run takes."""
        own = [(one, one.model) for one in reachable(agent) if isinstance(one.model, Model)]
        for one, model in own:
            one.model = PersistentModel(model, self)
        try:
            yield
        finally:
            for one, model in own:
                one.model = model


class _Provider(ModelProvider):
    def __init__(self, inner: ModelProvider, tries: Tries) -> None:
        self._inner, self._tries = inner, tries

    def get_model(self, model_name: str | None) -> Model:
        return PersistentModel(self._inner.get_model(model_name), self._tries)


class PersistentModel(Model):
    """Another model, whose failing requests are tried again as the policy says."""

    def __init__(self, inner: Model, tries: Tries) -> None:
        self._inner, self._tries = inner, tries

    @property
    def model(self) -> str:
        """The name of the other."""
        return str(getattr(self._inner, "model", "") or type(self._inner).__name__)

    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        return self._inner.get_retry_advice(request)

    async def close(self) -> None:
        await self._inner.close()

    async def get_response(self, *args: Any, **options: Any) -> ModelResponse:
        return await self._inner.get_response(*args, **options)

    async def stream_response(
        self, system_instructions: str | None, input: str | list[TResponseInputItem], *args: Any, **options: Any
    ) -> AsyncIterator[TResponseStreamEvent]:
        """One response, of as many tries as it takes. Raises what the last one failed with."""
        asked = self._tries.requests.take(input)
        way = None if asked is None or asked.way.shared else asked.way
        if way is not None:
            way.begin()
        async with aclosing(self._tried(asked, way, system_instructions, input, *args, **options)) as shown:
            async for event in shown:
                if way is not None:
                    way.sent(event)
                yield event

    async def _tried(
        self,
        asked: Asked | None,
        way: ShortWay | None,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: Any,
        tools: Any,
        output_schema: Any,
        handoffs: Any,
        *args: Any,
        **options: Any,
    ) -> AsyncGenerator[TResponseStreamEvent, None]:
        splice, policy, attempt = Splice(), self._tries.policy, 1
        plain = output_schema is None or output_schema.is_plain_text()  # half a JSON document is no beginning of one
        ask = self._inner.stream_response if self._tries.streaming else partial(whole_response, self._inner)
        given = input
        while True:
            stream = ask(system_instructions, given, model_settings, tools, output_schema, handoffs, *args, **options)
            self._announce(asked, attempt, system_instructions, given, model_settings, tools, handoffs)
            try:
                async with aclosing(events_of(stream, policy.stall, tap_on(self._inner, splice, way))) as events:
                    async for event in events:
                        if attempt > 1 and event.type == "response.completed":
                            yield TrySucceeded(attempt)  # type: ignore[misc]
                        for shown in splice.take(event):
                            yield shown
                return
            except (*_FAULTS, EndedEarly) as raised:
                error = raised
            failure = _failure(error)
            refused = attempt > 1 and given is not input and failure.kind == "request" and attempt < policy.attempts
            delay = 0.0 if refused else policy.delay(attempt, error, failure)
            if delay is not None or attempt > 1 or passing(failure):
                yield TryFailed(attempt, policy.attempts, failure, delay)  # type: ignore[misc]
            if delay is None:
                if isinstance(error, EndedEarly):
                    yield error.event  # the runner fails the run with it
                    return
                raise error
            if isinstance(error, EndedEarly):
                splice.add_usage(error.usage)
            await self._tries.wait(delay)
            attempt += 1
            dropped = splice.cut(keep=plain and not refused)
            rest = splice.continuation()
            given = [*_items(input), *rest] if rest else input
            yield TryStarted(attempt, policy.attempts, failure.text, bool(rest), dropped)  # type: ignore[misc]
            await asyncio.sleep(0)  # lets those who read the stream tell of it before the request is told to be sent

    def _announce(
        self,
        asked: Asked | None,
        attempt: int,
        instructions: str | None,
        input: str | list[TResponseInputItem],
        settings: Any,
        *tools: Any,
    ) -> None:
        """Have this try told of: by the transport that will carry it, or, without one, here and now."""
        requests = self._tries.requests
        if asked is None:
            current.set(None)
        elif carries(self._inner):
            current.set(Sending(requests, asked, attempt))
        else:
            body = body_of_arguments(self.model, instructions, _items(input), settings, *tools)
            requests.sent(asked, attempt, body, "")


def _failure(error: Exception) -> Failure:
    if isinstance(error, EndedEarly):
        return classify(ModelBehaviorError(error.event.type), ending_of_event(error.event))
    return classify(error)


def _items(input: str | list[TResponseInputItem]) -> list[TResponseInputItem]:
    return [{"role": "user", "content": input}] if isinstance(input, str) else input
