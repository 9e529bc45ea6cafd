"""The short way of deltas tells exactly what the long one does, however the bytes come."""

import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, function_tool
from agents.tool_context import ToolContext
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI
from openai._models import construct_type
from openai._streaming import SSEDecoder
from openai.types.responses import ResponseStreamEvent

from tests.engine.driver import driving
from tui import events as e
from tui.engine.deltas import Delta, client_event_of, delta_of, piece_of
from tui.engine.nested import show_inner_runs
from tui.engine.sdk_import import SWITCH
from tui.engine.splice import Splice
from tui.engine.sse import Splitter
from tui.engine.tap import Tap, _Event, _Made

TEXT = "Xin chào 👩‍👩‍👧‍👦 \x1b[31m\u2028— “quoted” \\ \r\n\t\ud7ff\U0010ffff"

# Bytes to events

_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
_FIELDS = st.sampled_from(
    [
        "",
        ": a comment",
        "data: {}",
        "data:[DONE]",
        "data",
        "id: 7",
        "id: a\0b",
        "retry: 5",
        "retry: soon",
        "event: response.created",
        "event: thread.created",
        "\ufeffdata: x",
        "data:  two spaces: and a colon",
    ]
)
_DELTA = st.builds(
    lambda text, index, escaped: json.dumps(
        {
            "type": "response.output_text.delta",
            "sequence_number": 3,
            "item_id": "m",
            "output_index": index,
            "content_index": 0,
            "delta": text,
            "logprobs": [],
            "obfuscation": "x",
        },
        ensure_ascii=escaped,
    ),
    st.text(max_size=8) | st.just(TEXT),
    st.integers(0, 3),
    st.booleans(),
)
_BLOCKS = st.lists(
    st.tuples(st.lists(_FIELDS, max_size=4), _ENDS)
    | st.tuples(_DELTA.map(lambda data: ["event: response.output_text.delta", f"data: {data}"]), _ENDS)
    | st.tuples(_DELTA.map(lambda data: [f"data:{data}"]), _ENDS),
    max_size=8,
)


def _bytes(blocks: list[tuple[list[str], str]]) -> bytes:
    return "".join(line + end for lines, end in blocks for line in [*lines, ""]).encode("utf-8", "replace")


def _chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


async def _pieces(chunks: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _read(decoder: Any, chunks: list[bytes]) -> list[Any]:
    """What the client would make of the events, before it looks at their types."""
    found: list[Any] = []
    async for event in decoder.aiter_bytes(_pieces(chunks)):
        if isinstance(event, _Event):
            made = event.json()
            found.append(made.made if isinstance(made, _Made) else made)
        else:
            found.append((event.event, event.data, event.id, event.retry))
    return found


def _as_read(found: list[Any]) -> list[Any]:
    """The client's events with each delta as the object that the client makes of it."""
    return [
        construct_type(type_=ResponseStreamEvent, value=json.loads(event[1]))
        if isinstance(event, tuple) and '"delta"' in event[1]
        else event
        for event in found
    ]


@given(_BLOCKS, st.lists(st.integers(0, 4000), max_size=12))
@settings(max_examples=150, deadline=None)
async def test_a_stream_is_read_as_the_client_reads_it(blocks: list[tuple[list[str], str]], cuts: list[int]) -> None:
    data = _bytes(blocks)
    theirs = await _read(SSEDecoder(), [data])
    ours = await _read(Tap("responses", Splice(), None).decoder(SSEDecoder()), _chunks(data, cuts))
    assert _as_read(ours) == _as_read(theirs)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_are_cut_at_any_byte(end: str) -> None:
    data = f"data: é{end}{end}: c{end}{end}data: 2{end}data: 3{end}{end}".encode()
    whole = Splitter().feed(data)
    assert b"".join(whole) == data
    for size in range(1, 9):
        splitter, found = Splitter(), []
        for start in range(0, len(data), size):
            found += splitter.feed(data[start : start + size])
        assert [event.strip() for event in found] == [event.strip() for event in whole]
        assert not splitter.rest


def _event(**fields: Any) -> bytes:
    known = {"type": "response.output_text.delta", "delta": "x", "output_index": 0}
    return b"data: " + json.dumps(known | fields).encode() + b"\n\n"


@pytest.mark.parametrize(
    "event",
    [
        _event(type="response.output_text.done"),
        _event(delta=7),
        _event(error={"message": "no"}),
        _event(output_index="0"),
        _event(delta="\ud800"),
        b"event: thread.message.delta\n" + _event(),
        b"id: 3\n" + _event(),
        b'data: {"type": "response.output_text.delta", "delta": "\xff", "output_index": 0}\n\n',
        b"data: [DONE]\n\n",
    ],
)
def test_what_is_unusual_is_left_to_the_client(event: bytes) -> None:
    assert delta_of(event) is None


def test_a_delta_that_lacks_a_field_is_left_to_the_client() -> None:
    delta = delta_of(_event())
    assert delta is not None
    assert client_event_of(_event(), delta) is None


def _chunk(delta: dict[str, Any], finish: str | None = None, **fields: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **fields}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@pytest.mark.parametrize(
    "event",
    [
        _chunk({"content": "x"}, "stop"),
        _chunk({"content": "x", "reasoning": "y"}),
        _chunk({"content": "x", "annotations": []}),
        _chunk({"content": ""}),
        _chunk({"refusal": "no"}),
        _chunk({"content": "x"}, usage={"prompt_tokens": 1}),
        _chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}}]}),
        _chunk({"content": "x", "tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}),
    ],
)
def test_a_chunk_that_says_more_or_less_than_one_thing_is_left_to_the_sdk(event: bytes) -> None:
    assert piece_of(event) is None


# Whole runs

_KINDS = st.sampled_from(["content", "reasoning_content", "reasoning", "call 0", "call 1", "refusal", "role", "usage"])
_SAID = st.lists(st.tuples(_KINDS, st.sampled_from([TEXT, "a", "", " b"])), min_size=1, max_size=14)


def _chat(said: list[tuple[str, str]]) -> bytes:
    begun: set[int] = set()
    events = []
    for kind, text in said:
        match kind.split():
            case ["call", number]:
                index = int(number)
                call: dict[str, Any] = {"index": index, "function": {"arguments": text}}
                if index not in begun:
                    call |= {"id": f"call{index}", "type": "function"}
                    call["function"]["name"] = "note"
                    begun.add(index)
                events.append(_chunk({"tool_calls": [call]}))
            case ["role"]:
                events.append(_chunk({"role": "assistant", "content": None}))
            case ["usage"]:
                usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
                events.append(_chunk({"content": text}, usage=usage))
            case [name]:
                events.append(_chunk({name: text}))
            case _:
                raise AssertionError(kind)
    return b"".join([*events, _chunk({}, "tool_calls" if begun else "stop"), b"data: [DONE]\n\n"])


def _responses(texts: list[str]) -> bytes:
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
    content = [{"type": "output_text", "text": "".join(texts), "annotations": []}]
    response = {
        "id": "r", "object": "response", "created_at": 0, "model": "m", "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "status": "completed", "output": [message | {"content": content}],
    }  # fmt: skip
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response | {"output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": message | {"content": []}},
        *(
            {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": text}
            | {"logprobs": []}
            for text in texts
        ),
        {"type": "response.output_item.done", "output_index": 0, "item": message | {"content": content}},
        {"type": "response.completed", "response": response},
    ]
    lines = (json.dumps(event | {"sequence_number": number}) for number, event in enumerate(events))
    return "".join(f"data: {line}\n\n" for line in lines).encode()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


def _client(chunks: Sequence[bytes]) -> AsyncOpenAI:
    """Of a server that answers everything with this."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Body(chunks))

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return AsyncOpenAI(api_key="none", base_url="http://tap.invalid/v1", http_client=http, max_retries=0)


@function_tool(failure_error_function=None)
def note(text: str) -> str:
    return text


async def _told(api: str, chunks: Sequence[bytes], switch: str) -> list[e.Event]:
    """All events of a run, but for times and what a slow machine adds."""
    client = _client(chunks)
    model = OpenAIResponsesModel("m", client) if api == "responses" else OpenAIChatCompletionsModel("m", client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SWITCH, switch)
        async with driving(Agent("Tester", model=model, tools=[note], tool_use_behavior="stop_on_first_tool")) as it:
            await it.run()
    return [
        event for event in it.events if not isinstance(event, e.ToolStarted | e.ToolEnded | e.RunEnded | e.RunStuck)
    ]


@given(_SAID, st.lists(st.integers(0, 9000), max_size=12))
@settings(max_examples=40, deadline=None)
async def test_a_chat_tells_the_same_both_ways(said: list[tuple[str, str]], cuts: list[int]) -> None:
    data = _chat(said)
    assert await _told("chat", _chunks(data, cuts), "1") == await _told("chat", [data], "0")


@given(st.lists(st.sampled_from([TEXT, "a", "", "\ud800"]), max_size=9), st.lists(st.integers(0, 3000), max_size=9))
@settings(max_examples=30, deadline=None)
async def test_a_response_tells_the_same_both_ways(texts: list[str], cuts: list[int]) -> None:
    data = _responses(texts)
    assert await _told("responses", _chunks(data, cuts), "1") == await _told("responses", [data], "0")


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_the_client_parses_next_to_no_delta(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{number} " for number in range(1000)]
    data = _responses(texts) if api == "responses" else _chat([("content", text) for text in texts])
    parsed: list[object] = []
    process = AsyncOpenAI._process_response_data

    def count(self: AsyncOpenAI, **options: Any) -> Any:
        parsed.append(options["data"])
        return process(self, **options)

    monkeypatch.setattr(AsyncOpenAI, "_process_response_data", count)
    events = await _told(api, _chunks(data, list(range(0, len(data), 5000))), "1")
    assert len([event for event in events if isinstance(event, e.TextDelta)]) == 1000
    assert len(parsed) < 10


# Who else listens


def _deltas(event: Any) -> list[str]:
    is_delta = event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    return [event.data.model_dump()["delta"]] if is_delta else []


async def test_a_listener_of_an_agent_used_as_a_tool_gets_every_delta() -> None:
    show_inner_runs()
    heard: list[str] = []

    def listen(event: Any) -> None:
        heard.extend(_deltas(event["event"]))

    inner = Agent("Inner", model=OpenAIResponsesModel("m", _client([_responses(["a", "b", "c"])])))
    tool = inner.as_tool("ask", "Asks.", on_stream=listen)
    call = _chunk({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "ask", "arguments": '{"input":"x"}'}}]})
    outer = OpenAIChatCompletionsModel("m", _client([call + _chunk({}, "tool_calls") + b"data: [DONE]\n\n"]))
    async with driving(Agent("Outer", model=outer, tools=[tool], tool_use_behavior="stop_on_first_tool")) as it:
        await it.run()
    assert heard == ["a", "b", "c"] == [event.text for event in it.all(e.TextDelta)]


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_an_agent_used_as_a_tool_that_nobody_listens_to_takes_the_short_way(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_inner_runs()
    told: list[int] = []
    tell = Tap.tell

    def count(self: Tap, deltas: list[Delta]) -> None:
        told.append(len(deltas))
        tell(self, deltas)

    monkeypatch.setattr(Tap, "tell", count)
    texts = [f"{number} " for number in range(100)]
    data = _responses(texts) if api == "responses" else _chat([("content", text) for text in texts])
    client = _client(_chunks(data, list(range(0, len(data), 1000))))
    inner = OpenAIResponsesModel("m", client) if api == "responses" else OpenAIChatCompletionsModel("m", client)
    tool = Agent("Inner", model=inner).as_tool("ask", "Asks.")
    call = _chunk({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "ask", "arguments": '{"input":"x"}'}}]})
    outer = OpenAIChatCompletionsModel("m", _client([call + _chunk({}, "tool_calls") + b"data: [DONE]\n\n"]))
    async with driving(Agent("Outer", model=outer, tools=[tool], tool_use_behavior="stop_on_first_tool")) as it:
        await it.run()
    assert [event.text for event in it.all(e.TextDelta)] == texts
    assert sum(told) > 90


async def test_a_run_that_a_tool_starts_gets_every_delta_of_its_own() -> None:
    heard: list[str] = []
    inner = Agent("Inner", model=OpenAIResponsesModel("m", _client([_responses(["a", "b"])])))

    @function_tool
    async def ask(context: ToolContext[Any]) -> str:
        result = Runner.run_streamed(inner, "x")
        async for event in result.stream_events():
            heard.extend(_deltas(event))
        return str(result.final_output)

    call = _chunk({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "ask", "arguments": "{}"}}]})
    outer = OpenAIChatCompletionsModel("m", _client([call + _chunk({}, "tool_calls") + b"data: [DONE]\n\n"]))
    agent = Agent("Outer", model=outer, tools=[ask], handoffs=[inner], tool_use_behavior="stop_on_first_tool")
    async with driving(agent) as it:
        await it.run()
    assert heard == ["a", "b"]
    assert it.all(e.TextDelta) == []
