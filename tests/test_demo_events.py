import asyncio
import itertools
import random

import pytest
from agents import ModelSettings, RunConfig, Runner
from agents.items import TResponseStreamEvent
from agents.models.interface import ModelTracing
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from tests.demo_run import asked, run
from tui.engine.builtin import demo, friendly, storyteller
from tui.engine.demo import DemoModel, demo_model
from tui.engine.demo.model import ACCEPTED_AFTER, FIRST_TOKEN_AFTER, TOKENS_PER_SECOND
from tui.engine.demo.raw import tokens


def responses(raw: list[TResponseStreamEvent]) -> list[list[TResponseStreamEvent]]:
    """The raw events of a run, one list for each model request."""
    split: list[list[TResponseStreamEvent]] = []
    for event in raw:
        if event.type == "response.created":
            split.append([])
        split[-1].append(event)
    return split


@given(st.text())
def test_tokens_join_to_the_text_and_are_small(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert all(0 < len(token) <= 9 or set(token) == {"\n"} for token in tokens(text))


class TestEvents:
    async def events(self) -> list[TResponseStreamEvent]:
        told = await run(demo(random.Random(2), pause=0), "roll two dice and flip a coin, then tell me a long story")
        assert len(responses(told.raw)) == 3
        return told.raw

    async def test_numbers_and_indexes_are_contiguous_in_each_response(self) -> None:
        for response in responses(await self.events()):
            assert [event.sequence_number for event in response] == list(range(len(response)))
            added = [event.output_index for event in response if event.type == "response.output_item.added"]
            assert added == list(range(len(added)))

    async def test_the_order_is_that_of_the_responses_api(self) -> None:
        first = [event.type.removeprefix("response.") for event in responses(await self.events())[0]]
        reasoning = [
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
        ]
        message = [
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
        ]
        call = [
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
        ]
        assert [kind for kind, _ in itertools.groupby(first)] == [
            "created",
            "in_progress",
            *reasoning,
            *message,
            *call * 3,
            "completed",
        ]

    async def test_deltas_join_to_what_the_done_events_and_the_response_say(self) -> None:
        for response in responses(await self.events()):
            joined: dict[int, str] = {}
            for event in response:
                match event.type:
                    case "response.output_text.delta" | "response.function_call_arguments.delta":
                        joined[event.output_index] = joined.get(event.output_index, "") + event.delta
                    case "response.output_text.done":
                        assert event.text == joined[event.output_index]
                    case "response.function_call_arguments.done":
                        assert event.arguments == joined[event.output_index]
            completed = response[-1]
            assert completed.type == "response.completed"
            for index, item in enumerate(completed.response.output):
                if item.type == "function_call":
                    assert item.arguments == joined[index]

    async def test_every_event_survives_the_sdks_own_codec(self) -> None:
        adapter: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
        seen: dict[str, TResponseStreamEvent] = {}
        for event in await self.events():
            seen.setdefault(event.type, event)
        for event in seen.values():
            assert adapter.validate_json(event.model_dump_json(exclude_unset=True)) == event

    async def test_usage_counts_every_delta_and_what_was_sent_before(self) -> None:
        cached = []
        for response in responses(await self.events()):
            completed = response[-1]
            assert completed.type == "response.completed"
            usage = completed.response.usage
            assert usage is not None
            assert usage.output_tokens == sum(event.type.endswith(".delta") for event in response)
            reasoning = sum("reasoning" in event.type and event.type.endswith(".delta") for event in response)
            assert usage.output_tokens_details.reasoning_tokens == reasoning > 0
            assert usage.total_tokens == usage.input_tokens + usage.output_tokens
            assert usage.input_tokens_details.cached_tokens < usage.input_tokens
            cached.append(usage.input_tokens_details.cached_tokens)
        assert cached[0] == 0 < cached[1] < cached[2]

    async def test_the_same_seed_gives_the_same_events(self) -> None:
        async def play(seed: int | None) -> list[TResponseStreamEvent]:
            model = DemoModel(seed, 0, now=lambda: 0.0)
            return (await run(demo(random.Random(3), pause=0), "roll two dice, then a story", model=model)).raw

        first = await play(5)
        assert first == await play(5)
        assert first != await play(6)
        assert await play(None) != await play(None)


class VirtualTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def paced(speed: float, prompt: str) -> list[tuple[float, TResponseStreamEvent]]:
    """The events of one response with their times in seconds after the request."""
    time = VirtualTime()
    model = DemoModel(1, speed, clock=time.clock, sleep=time.sleep)
    stream = model.stream_response("", asked(prompt), ModelSettings(), [], None, [], ModelTracing.DISABLED)
    return [(time.now - 100.0, event) async for event in stream]


class TestPace:
    async def test_the_first_token_and_the_rate_are_those_of_a_real_model(self) -> None:
        events = await paced(1.0, "hello")
        assert events[0][0] == pytest.approx(ACCEPTED_AFTER)
        deltas = [at for at, event in events if event.type == "response.output_text.delta"]
        assert deltas[0] == pytest.approx(FIRST_TOKEN_AFTER, abs=0.02)
        assert (len(deltas) - 1) / (deltas[-1] - deltas[0]) == pytest.approx(TOKENS_PER_SECOND, rel=0.1)

    async def test_speed_multiplies_the_pace(self) -> None:
        normal, fast = await paced(1.0, "hello"), await paced(10.0, "hello")
        assert normal[-1][0] == pytest.approx(10 * fast[-1][0])

    async def test_speed_zero_never_waits(self) -> None:
        assert (await paced(0, "hello"))[-1][0] == 0

    def test_a_negative_speed_is_refused(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            demo_model(speed=-1)

    async def test_without_streaming_the_same_answer_comes_in_one_piece_after_the_same_time(self) -> None:
        time = VirtualTime()
        model = DemoModel(1, clock=time.clock, sleep=time.sleep)
        config = RunConfig(model=model, tracing_disabled=True)
        result = await Runner.run(friendly(random.Random(1)), "2+2", run_config=config)
        streamed = await run(friendly(random.Random(1)), "2+2")
        assert result.final_output == streamed.final
        assert result.context_wrapper.usage.requests == 2
        assert result.context_wrapper.usage.output_tokens > 0
        assert time.now > 100 + 2 * FIRST_TOKEN_AFTER


class TestCancel:
    async def test_a_cancel_ends_the_stream_though_the_model_would_go_on(self) -> None:
        config = RunConfig(model=demo_model(1, speed=20), tracing_disabled=True)
        result = Runner.run_streamed(storyteller(), "a long story", run_config=config)
        deltas = 0
        async with asyncio.timeout(5):
            async for event in result.stream_events():
                if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                    deltas += 1
                    result.cancel()
        assert deltas == 1
        assert result.final_output is None
        assert result.is_complete

    async def test_a_cancelled_model_lets_the_cancellation_through(self) -> None:
        reached = asyncio.Event()

        async def forever(seconds: float) -> None:
            reached.set()
            await asyncio.Event().wait()

        model = DemoModel(1, sleep=forever)
        task = asyncio.create_task(
            model.get_response("", asked("hello"), ModelSettings(), [], None, [], ModelTracing.DISABLED)
        )
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def test_a_cancel_gets_through_at_full_speed(self) -> None:
        config = RunConfig(model=demo_model(1, speed=0), tracing_disabled=True)
        result = Runner.run_streamed(storyteller(), "a long story", run_config=config)
        raw = []
        async for event in result.stream_events():
            if event.type == "raw_response_event":
                raw.append(event.data)
                result.cancel()
        assert len(raw) < 10
