import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import agents
import openai
import pytest
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from tests.model_server import (
    Call,
    ModelServer,
    Pause,
    RawEvent,
    Reasoning,
    Refusal,
    Reply,
    Request,
    ServerProcess,
    Stall,
    Status,
    Text,
    Usage,
    Wait,
)
from tests.model_server.script import script_from_json, script_to_json
from tests.model_server.sdk import client_of, run, run_script

API = pytest.mark.parametrize("api", ["responses", "chat"])

VIETNAMESE = "Đường lên đỉnh Phan Xi Păng: nghiêng, trượt, ướt sũng."
AWKWARD_DELTAS = [
    unicodedata.normalize("NFC", VIETNAMESE),
    unicodedata.normalize("NFD", VIETNAMESE),
    "👩‍👩‍👧‍👦", "🇻🇳", "e", "\u0301", "\n\n", "\r\n", "\r", "data: [DONE]\n\n",
    '"quoted\\" \\n \\u0041 ', "\u2028\u2029\x85\x0b\x00\x1b[31m", "", "   ", "end\n",
]  # fmt: skip
HELD: Reply = [Text("Hel"), Wait("hold"), Text("lo")]
ROLL = '{"sides": 20, "note": "\\"é\\" 🎲\\n"}'


async def responses_stream(client: openai.AsyncOpenAI) -> AsyncIterator[Any]:
    stream = await client.responses.create(model="m", input="hello", stream=True)
    async with stream:
        async for event in stream:
            yield event


@API
async def test_text_arrives_byte_for_byte_in_the_scripted_deltas(api: str) -> None:
    outcome, server = await run_script([[Text(AWKWARD_DELTAS)]], api)
    assert outcome.error is None
    assert outcome.text == "".join(AWKWARD_DELTAS) == server.requests[0].text == outcome.result.final_output
    assert [sent.text for sent in server.requests[0].sent] == AWKWARD_DELTAS


async def test_a_character_split_over_two_deltas_as_surrogates_arrives_whole() -> None:
    outcome, _ = await run_script([[Text(["a", "\ud83d", "\ude00", "b"])]], "responses")
    assert [event.delta for event in outcome.events if event.type == "response.output_text.delta"] == [
        "a", "\ud83d", "\ude00", "b",
    ]  # fmt: skip


@API
async def test_a_turn_with_reasoning_and_parallel_calls_then_an_answer(api: str) -> None:
    turn: Reply = [
        Reasoning("Let me think.", chunks=3),
        Text("Rolling."),
        Call("roll", ROLL, chunks=5),
        Call("roll", '{"sides": 6, "note": ""}', call_id="call_mine"),
        Usage(input=50, cached=7, output=20, reasoning=5),
    ]
    outcome, server = await run_script([turn, [Text("A 17!", chunks=2)]], api)
    assert outcome.error is None
    assert outcome.result.final_output == "A 17!"
    thoughts = [e.delta for e in outcome.events if e.type == "response.reasoning_summary_text.delta"]
    assert thoughts == ["Let m", "e thi", "nk."]
    calls = [item.raw_item for item in outcome.result.new_items if isinstance(item, agents.ToolCallItem)]
    assert [json.loads(call.arguments) for call in calls] == [json.loads(ROLL), {"sides": 6, "note": ""}]  # type: ignore[union-attr]
    outputs = [item.output for item in outcome.result.new_items if isinstance(item, agents.ToolCallOutputItem)]
    assert outputs == ['20 "é" 🎲\n', "6 "]
    usage = outcome.result.context_wrapper.usage
    assert (usage.requests, usage.input_tokens, usage.output_tokens, usage.total_tokens) == (2, 150, 22, 172)
    assert usage.input_tokens_details.cached_tokens == 7
    assert usage.output_tokens_details.reasoning_tokens == 5
    assert "call_mine" in json.dumps(server.requests[1].body)
    assert server.connections == 1


async def test_responses_events_are_complete_numbered_and_valid() -> None:
    script: list[Reply] = [[Reasoning("Hm."), Text("Hi", chunks=2), Refusal("No."), Call("roll", ROLL, chunks=2)]]
    valid: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    async with ModelServer(script) as server, client_of(server.base_url) as client:
        events = [event async for event in responses_stream(client)]
    for event in events:
        assert valid.validate_python(event.to_dict()).type == event.type
    assert [event.sequence_number for event in events] == list(range(len(events)))
    item = ["output_item.added", "output_item.done"]
    message = ["output_item.added", "content_part.added"]
    assert [event.type.removeprefix("response.") for event in events] == [
        "created", "in_progress",
        item[0], "reasoning_summary_part.added", "reasoning_summary_text.delta",
        "reasoning_summary_text.done", "reasoning_summary_part.done", item[1],
        *message, "output_text.delta", "output_text.delta", "output_text.done", "content_part.done", item[1],
        *message, "refusal.delta", "refusal.done", "content_part.done", item[1],
        item[0], "function_call_arguments.delta", "function_call_arguments.delta",
        "function_call_arguments.done", item[1],
        "completed",
    ]  # fmt: skip
    final = events[-1].response
    assert [output.type for output in final.output] == ["reasoning", "message", "message", "function_call"]
    assert final.output_text == "Hi"


@pytest.mark.parametrize("include_usage", [True, False])
async def test_chat_chunks_are_valid_and_usage_comes_only_when_asked_for(include_usage: bool) -> None:
    script: list[Reply] = [[Text("Hi", chunks=2), Call("roll", ROLL, "c1"), Call("roll", "{}", "c2"), Refusal("No.")]]
    async with ModelServer(script) as server, client_of(server.base_url) as client:
        stream = await client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": "hello"}],
            stream=True,
            stream_options={"include_usage": include_usage},
        )
        chunks = [ChatCompletionChunk.model_validate(chunk.to_dict()) async for chunk in stream]
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert choices[0].delta.role == "assistant"
    assert "".join(choice.delta.content or "" for choice in choices) == "Hi"
    calls = [call for choice in choices for call in choice.delta.tool_calls or []]
    assert [call.index for call in calls] == [0, 0, 1, 1]
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["tool_calls"]
    assert [chunk.usage.total_tokens for chunk in chunks if chunk.usage] == [105] * include_usage


async def test_requests_without_stream_get_the_same_reply_as_one_document() -> None:
    script: list[Reply] = [[Reasoning("Hm."), Text("Hel"), Pause(0), Text("lo"), Call("roll", ROLL)]]
    async with ModelServer(script) as server, client_of(server.base_url) as client:
        response = await client.responses.create(model="m", input="hello")
        assert response.output_text == "Hello"
        assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]
        chat = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
        assert chat.choices[0].message.content == "Hello"
        assert chat.choices[0].finish_reason == "tool_calls"
        assert chat.choices[0].message.tool_calls
        assert chat.usage
        assert chat.usage.completion_tokens == 4
        assert [model.id async for model in client.models.list()] == ["scripted"]
    assert server.request_lines[2] == "GET /v1/models"


async def test_an_open_gate_lets_the_held_item_go_on_as_one() -> None:
    async with ModelServer([HELD]) as server:
        server.gate("hold").open()
        outcome = await run(server.base_url, "responses")
    assert outcome.result.final_output == "Hello"
    assert outcome.types.count("response.output_item.added") == 1
    assert await server.requests[0].disconnected is None


async def test_a_paced_stream_keeps_to_its_pace() -> None:
    outcome, server = await run_script([[Text("x" * 20, chunks=20)]], "responses", pace=200)
    request = server.requests[0]
    assert outcome.text == "x" * 20
    assert all(sent.at - request.received_at >= n / 200 for n, sent in enumerate(request.sent, 1))


async def test_a_callable_script_sees_the_request_and_the_last_reply_repeats() -> None:
    def script(request: Request) -> Reply:
        return [Text(f"{request.index} {request.body['input']}")]

    async with ModelServer(script) as server, client_of(server.base_url) as client:
        replies = [(await client.responses.create(model="m", input=f"q{n}")).output_text for n in range(2)]
    assert replies == ["0 q0", "1 q1"]
    async with ModelServer([[Text("a")], [Text("b")]]) as server, client_of(server.base_url) as client:
        replies = [(await client.responses.create(model="m", input="q")).output_text for _ in range(3)]
    assert replies == ["a", "b", "b"]


async def test_an_error_in_a_callable_script_surfaces_at_the_end_of_the_block() -> None:
    def script(_: object) -> Reply:
        raise LookupError("no reply")

    with pytest.raises(LookupError, match="no reply"):
        await run_script(script, "responses")


async def test_leaving_the_block_drops_running_replies() -> None:
    async with ModelServer([HELD]) as server:
        running = asyncio.ensure_future(run(server.base_url, "responses"))
        await server.gate("hold").reached()
    async with asyncio.timeout(5):
        assert isinstance((await running).error, openai.APIConnectionError)


def test_a_script_survives_json() -> None:
    script: list[Reply] = [
        [Text(["a", "\ud83d"]), Call("f", "{}", "c1"), Usage(output=3), Status(429, {"a": "b"}), Stall()],
        [RawEvent("x", {"y": [1]}), Reasoning("r", chunks=2)],
    ]
    assert script_from_json(script_to_json(script)) == script
    with pytest.raises(KeyError):
        script_from_json('[[{"step": "Tetx"}]]')


async def test_as_a_process_it_serves_and_tells_what_it_saw() -> None:
    with ServerProcess([HELD]) as server:
        running = asyncio.ensure_future(run(server.base_url, "responses"))
        await asyncio.to_thread(server.reached, "hold")
        await asyncio.to_thread(server.open, "hold")
        outcome = await running
        record = await asyncio.to_thread(server.request, 0)
    assert outcome.result.final_output == "Hello"
    assert [(kind, text) for kind, text, _ in record["sent"]] == [("text", "Hel"), ("text", "lo")]
    assert (record["path"], record["ended"], record["disconnected_at"]) == ("/v1/responses", True, None)


async def test_the_log_holds_one_line_for_each_finished_reply(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    await run_script([[Call("roll", ROLL)], [Text("ok")]], "chat", log=log)
    records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [[text for _, text, _ in record["sent"]] for record in records] == [[ROLL], ["ok"]]


async def test_a_flood_is_written_faster_than_a_client_can_parse_it() -> None:
    count = 20_000
    async with ModelServer([[Text("word " * count, chunks=count)]]) as server:
        host, _, port = server.base_url.removeprefix("http://").removesuffix("/v1").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**24)
        body = b'{"model": "m", "stream": true}'
        writer.write(b"POST /v1/responses HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        received = await reader.readuntil(b"event: response.completed")
        writer.close()
        await writer.wait_closed()
    assert received.count(b"output_text.delta\n") == count
    request = server.requests[0]
    assert len(request.sent) == count
    # 70 µs per delta is what the openai client alone needs.
    assert request.sent[-1].at - request.received_at < count * 70e-6
