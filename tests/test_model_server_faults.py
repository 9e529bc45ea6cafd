import asyncio
import json
import time
from typing import Any

import agents
import openai
import pytest
from agents.models.chatcmpl_stream_handler import ChatCmplStreamHandler

from tests.model_server import (
    BadJson,
    Begin,
    Call,
    Cut,
    ErrorEvent,
    Failed,
    Incomplete,
    ModelServer,
    Pace,
    Pause,
    RawEvent,
    Refusal,
    Reply,
    Reset,
    Script,
    Stall,
    Status,
    Text,
    Wait,
)
from tests.model_server.sdk import client_of, run, run_script, start

API = pytest.mark.parametrize("api", ["responses", "chat"])

RESPONSES_FAULTS: list[tuple[Reply, type[Exception], str]] = [
    ([Text("a"), Cut()], agents.ModelBehaviorError, "did not produce a final response"),
    ([Text("a"), Reset()], openai.APIConnectionError, ""),
    ([Cut()], openai.APIConnectionError, ""),
    ([Text("a"), BadJson()], json.JSONDecodeError, ""),
    ([Text("a"), ErrorEvent("server_error", "Boom")], agents.ModelBehaviorError, ""),
    ([Text("a"), RawEvent("error", {"error": {"message": "Boom"}})], openai.APIError, "Boom"),
    ([Text("a"), Failed("server_error", "Boom")], agents.ModelBehaviorError, ""),
    ([Text("a"), Incomplete()], agents.ModelBehaviorError, ""),
    ([Refusal("I will not.")], agents.ModelRefusalError, "I will not."),
]
CHAT_FAULTS: list[tuple[Reply, type[Exception], str]] = [
    ([Text("a"), Reset()], openai.APIConnectionError, ""),
    ([Cut()], openai.APIConnectionError, ""),
    ([Text("a"), BadJson()], json.JSONDecodeError, ""),
    ([Text("a"), ErrorEvent("server_error", "Boom")], openai.APIError, "Boom"),
    ([Text("a"), Failed("server_error", "Boom")], openai.APIError, "Boom"),
    ([Refusal("I will not.")], agents.ModelRefusalError, "I will not."),
]
STATUS_FAULTS: list[tuple[Reply, type[Exception], str]] = [
    ([Status(401)], openai.AuthenticationError, "answered 401"),
    ([Pause(0), Status(429, {"retry-after": "1"})], openai.RateLimitError, "answered 429"),
    ([Status(500, body="<html>")], openai.InternalServerError, "500"),
]


async def left_at(server: ModelServer) -> float:
    async with asyncio.timeout(5):
        time_left = await server.requests[0].disconnected
    assert time_left is not None
    return time_left


def faults() -> list[Any]:
    cases = []
    for api, table in ("responses", RESPONSES_FAULTS), ("chat", CHAT_FAULTS):
        for reply, error, message in [*table, *STATUS_FAULTS]:
            name = "-".join(type(step).__name__ for step in reply)
            cases.append(pytest.param(api, reply, error, message, id=f"{api}-{name}"))
    return cases


@pytest.mark.parametrize(("api", "reply", "error", "message"), faults())
async def test_each_fault_raises_what_the_sdk_says(
    api: str, reply: Reply, error: type[Exception], message: str
) -> None:
    outcome, _ = await run_script([reply], api)
    assert isinstance(outcome.error, error)
    assert message in str(outcome.error)


async def test_terminal_events_reach_the_client_with_their_reason() -> None:
    outcome, _ = await run_script([[Text("a"), Incomplete("content_filter"), Text("never")]], "responses")
    assert outcome.events[-1].response.incomplete_details.reason == "content_filter"
    assert outcome.events[-1].response.output[0].status == "incomplete"
    outcome, _ = await run_script([[Text("a"), Failed("server_error", "Boom")]], "responses")
    assert outcome.events[-1].response.error.message == "Boom"


@pytest.mark.parametrize("ending", [Incomplete(), Cut()])
async def test_a_truncated_chat_reply_looks_like_success_to_the_sdk(
    ending: Incomplete | Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = ChatCmplStreamHandler.__dict__["handle_stream"]
    unwatched = getattr(watched.__func__, "__wrapped__", None)  # whoever ran before may have had it watched
    if unwatched is not None:
        monkeypatch.setattr(ChatCmplStreamHandler, "handle_stream", unwatched)
    outcome, _ = await run_script([[Text("half"), ending]], "chat")
    assert (outcome.error, outcome.result.final_output) == (None, "half")


@API
async def test_unknown_events_pass(api: str) -> None:
    outcome, _ = await run_script([[Text("a"), RawEvent("response.new.thing", {"x": 1}), Text("b")]], api)
    assert (outcome.error, outcome.result.final_output) == (None, "ab")
    assert ("response.new.thing" in outcome.types) == (api == "responses")


async def test_the_client_retries_a_status_and_gets_the_next_reply() -> None:
    script: Script = [[Status(429, {"retry-after-ms": "1"})], [Status(500, {"retry-after-ms": "1"})], [Text("ok")]]
    async with ModelServer(script) as server:
        outcome = await run(server.base_url, "responses", max_retries=2)
    assert outcome.result.final_output == "ok"
    assert [request.headers["x-stainless-retry-count"] for request in server.requests] == ["0", "1", "2"]


async def test_a_stall_ends_in_the_clients_read_timeout() -> None:
    async with ModelServer([[Text("a"), Stall()]]) as server:
        outcome = await run(server.base_url, "responses", timeout=0.2)
        assert isinstance(outcome.error, openai.APITimeoutError)
        assert await left_at(server) > 0


HELD: dict[str, Reply] = {
    "before-headers": [Wait("hold"), Text("never")],
    "before-first-delta": [Begin(), Wait("hold"), Text("never")],
    "in-text": [Text("Hel"), Wait("hold"), Text("lo")],
    "in-arguments": [Call("roll", '{"sid', "c1"), Wait("hold"), Call("roll", 'es": 1}', "c1")],
}
RUNNING: dict[str, Reply] = {
    "paced": [Pace(500), Text("x" * 2000, chunks=2000)],
    "flood": [Text("x" * 50_000, chunks=50_000)],
}


@API
@pytest.mark.parametrize("phase", HELD)
async def test_a_cancel_while_the_reply_is_held_is_noticed_at_once(api: str, phase: str) -> None:
    async with ModelServer([HELD[phase]]) as server, client_of(server.base_url) as client:
        result = start(client, api)
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            group.create_task(drain(result))
            await server.gate("hold").reached()
            cancelled_at = time.monotonic()
            result.cancel()
        assert await left_at(server) - cancelled_at < 0.1
    assert server.requests[0].text == ("Hel" if phase == "in-text" else "")


@API
@pytest.mark.parametrize("phase", RUNNING)
async def test_a_cancel_while_deltas_flow_is_noticed_at_once(api: str, phase: str) -> None:
    async with ModelServer([RUNNING[phase]]) as server, client_of(server.base_url) as client:
        result, seen, cancelled_at = start(client, api), 0, 0.0
        async for _ in result.stream_events():
            seen += 1
            if seen == 20:
                cancelled_at = time.monotonic()
                result.cancel()
        assert await left_at(server) - cancelled_at < 0.1


async def drain(result: agents.RunResultStreaming) -> None:
    async for _ in result.stream_events():
        pass
