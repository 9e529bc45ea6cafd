"""What becomes of a run that fails: its kind, one plain line, and a conversation that goes on."""

from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    ModelRetrySettings,
    ModelSettings,
    RunContextWrapper,
    function_tool,
    input_guardrail,
    output_guardrail,
)
from agents.testing import ModelStep, assistant_message, function_call
from pydantic import BaseModel

from tests.engine.driver import ONE_TRY, driving, scripted
from tests.model_server import (
    BadJson,
    Call,
    Cut,
    ErrorEvent,
    Failed,
    Incomplete,
    ModelServer,
    Reply,
    Reset,
    Status,
    Text,
    Usage,
)
from tui import events as e
from tui.conversation import FAILED_NOTE, WITHHELD_NOTE

FAULTS: dict[str, tuple[Reply, str, str]] = {
    "bad request": ([Status(400)], "request", "400 from the model server"),
    "wrong key": ([Status(401)], "auth", "401 from the model server"),
    "forbidden": ([Status(403)], "auth", "403 from the model server"),
    "unknown model": ([Status(404)], "request", "404 from the model server"),
    "too many": ([Status(429, {"x-should-retry": "false"})], "rate_limit", "429 from the model server"),
    "down": ([Status(500, {"x-should-retry": "false"})], "server", "500 from the model server"),
    "not an API": ([Status(400, body="<html>\nno</html>")], "request", "400 from the model server"),
    "reset": ([Text("Once upon"), Reset()], "network", "the connection to the model server broke"),
    "error event": ([Text("Once upon"), ErrorEvent("server_error", "it\nbroke")], "server", "it broke"),
    "bad JSON": ([Text("Once upon"), BadJson()], "server", "not JSON"),
    "cut": ([Text("Once upon"), Cut()], "network", "closed the stream before the answer was complete"),
    "too long": ([Text("Once upon"), Incomplete(), Usage(9, 4)], "truncated", "cut off: max output tokens"),
}
RESPONSES_ONLY: dict[str, tuple[Reply, str, str]] = {
    "failed": ([Text("Once upon"), Failed("rate_limit_exceeded", "slow down")], "rate_limit", "slow down"),
    "filtered": ([Text("Once upon"), Incomplete("content_filter")], "refusal", "content filter"),
}  # fmt: skip
CASES = [(api, *case) for case in FAULTS.values() for api in ("responses", "chat")] + [
    ("responses", *case) for case in RESPONSES_ONLY.values()
]
IDS = [f"{name}-{api}" for name in FAULTS for api in ("responses", "chat")] + list(RESPONSES_ONLY)


@pytest.mark.parametrize(("api", "reply", "kind", "words"), CASES, ids=IDS)
async def test_a_fault_of_the_server_is_one_line_and_the_partial_is_kept(
    api: str, reply: Reply, kind: str, words: str
) -> None:
    agent = Agent[Any](name="Tester")
    async with (
        ModelServer([reply, [Text("fine")]]) as server,
        driving(agent, base_url=server.base_url, api=api, policy=ONE_TRY) as it,
    ):
        end = await it.run("tell me")
        after = await it.run("again")
        body = server.requests[-1].body
    conversation = str(body.get("input") or body["messages"])
    assert (end.status, end.kind) == ("failed", kind)
    assert words in end.error
    assert "\n" not in end.error
    assert end.hint
    assert after.status == "completed"
    assert [conversation.count(text) for text in ("tell me", FAILED_NOTE, "again")] == [1, 1, 1]
    assert ("Once upon" in conversation) == ("Once upon" in it.text)


async def test_a_key_that_the_provider_repeats_is_masked() -> None:
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
    body = '{"error": {"message": "Incorrect API key provided: ' + key + '", "code": "invalid_api_key"}}'
    async with (
        ModelServer([[Status(401, body=body)]]) as server,
        driving(Agent(name="T"), base_url=server.base_url) as it,
    ):
        end = await it.run()
    assert "Incorrect API key" in end.error
    assert key not in str(it.events)


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_usage_of_an_incomplete_response_is_counted(api: str) -> None:
    reply = FAULTS["too long"][0]
    async with (
        ModelServer([reply]) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api) as it,
    ):
        await it.run()
    assert [(usage.input, usage.output) for usage in it.all(e.UsageReported)] == [(9, 4)]


async def test_no_server_is_a_network_error() -> None:
    async with ModelServer([[Text("x")]]) as server:
        closed = server.base_url
    settings = ModelSettings(retry=ModelRetrySettings(max_retries=0))
    async with driving(Agent(name="T", model_settings=settings), base_url=closed) as it:
        end = await it.run()
    assert (end.status, end.kind) == ("failed", "network")
    assert "Connect" in end.error


@input_guardrail
def no_math(context: RunContextWrapper[Any], agent: Agent[Any], prompt: Any) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered="math" in str(prompt[-1]))


@output_guardrail
def no_secret(context: RunContextWrapper[Any], agent: Agent[Any], output: str) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered="secret" in output)


async def test_an_input_guardrail_is_named_and_the_next_prompt_passes() -> None:
    agent = scripted([assistant_message("never")], [assistant_message("fine")], input_guardrails=[no_math])
    async with driving(agent) as it:
        end = await it.run("do my math")
        after = await it.run("hello")
    assert (end.status, end.kind, end.error) == ("failed", "guardrail", "guardrail no_math stopped the run")
    assert after.status == "completed"


async def test_what_an_output_guardrail_withheld_stays_out_of_the_conversation() -> None:
    agent = scripted([assistant_message("the secret is 7")], [assistant_message("fine")], output_guardrails=[no_secret])
    async with driving(agent) as it:
        end = await it.run("tell")
        await it.run("hello")
        items = str(it.session.conversation.items)
    assert (end.status, end.kind) == ("failed", "guardrail")
    assert "secret is 7" not in items
    assert items.count(WITHHELD_NOTE) == 1


async def test_a_tool_that_lets_its_error_out_fails_the_run_and_is_named() -> None:
    @function_tool(failure_error_function=None)
    def fatal() -> str:
        raise RuntimeError("gone")

    agent = scripted([function_call("fatal", {}, call_id="c1")], [assistant_message("fine")], tools=[fatal])
    async with driving(agent) as it:
        end = await it.run()
        after = await it.run()
    assert (end.status, end.kind) == ("failed", "tool")
    assert "fatal" in end.error
    assert "test_errors.py:" in end.error
    (ended,) = it.all(e.ToolEnded)
    assert ended.failed
    assert after.status == "completed"


async def test_an_error_of_the_agents_own_code_is_told_with_its_place() -> None:
    def instructions(context: RunContextWrapper[Any], agent: Agent[Any]) -> str:
        raise KeyError("lost")

    agent = scripted([assistant_message("x")], instructions=instructions)
    async with driving(agent) as it:
        end = await it.run()
    assert (end.status, end.kind) == ("failed", "agent")
    assert end.error.startswith("KeyError: 'lost' (tests/engine/test_errors.py:")


async def test_an_output_type_that_does_not_fit_fails_and_one_that_does_is_told_as_json() -> None:
    class Answer(BaseModel):
        number: int

    agent = scripted([assistant_message('{"number": 7}')], [assistant_message("seven")], output_type=Answer)
    async with driving(agent) as it:
        good = await it.run()
        bad = await it.run()
    assert (good.status, good.output) == ("completed", '{"number":7}')
    assert (bad.status, bad.kind) == ("failed", "agent")


async def test_a_model_that_raises_anything_ends_the_run_and_not_the_session() -> None:
    agent = scripted(ModelStep.raise_error(ZeroDivisionError("odd")), [assistant_message("fine")])
    async with driving(agent) as it:
        end = await it.run()
        after = await it.run()
    assert (end.status, end.kind) == ("failed", "agent")
    assert "ZeroDivisionError: odd" in end.error
    assert after.status == "completed"


async def test_a_conversation_may_have_many_turns() -> None:
    @function_tool
    def again() -> str:
        return "more"

    script = [[Call("again")] for _ in range(15)] + [[Text("enough")]]
    async with ModelServer(script) as server, driving(Agent(name="T", tools=[again]), base_url=server.base_url) as it:
        end = await it.run()
    assert (end.status, end.turns) == ("completed", 16)
