"""What is recorded of the requests that went out, against what the server got: the very same, try by try."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, OpenAIResponsesModel, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call
from openai import AsyncOpenAI

from tests.engine.driver import Driver, driving, scripted
from tests.model_server import Call, Cut, ModelServer, Reply, Request, Status, Text
from tui import events as e
from tui.engine.cache import CachingTransport, Responses
from tui.engine.demo import demo_model
from tui.engine.faults import fault_lab
from tui.engine.nested import show_inner_runs
from tui.engine.transports import interpose
from tui.fold import fold
from tui.requests import body_of
from tui.state import State
from tui.wire import Record, Stamped, decode_record, encode

APIS = pytest.mark.parametrize("api", ["responses", "chat"])


class Records:
    """A session's records, as they come back from a journal."""

    def __init__(self, driver: Driver) -> None:
        self.state = State()
        self.records = [
            decode_record(encode(Record(seq, float(seq), event)))
            for seq, event in enumerate([e.PromptSent("hello"), *driver.events], 1)
        ]
        for record in self.records:
            fold(self.state, record)

    def record(self, seq: int) -> Record:
        return self.records[seq - 1]

    def bodies(self) -> list[str]:
        """Of all tries, as JSON, in the order they were sent in."""
        found = [
            (seq, json.dumps(body_of(self, self.state, request, index)))
            for request in self.state.requests
            for index, seq in enumerate(request.sent_seqs)
        ]
        return [body for _, body in sorted(found)]


def got(server: ModelServer) -> list[str]:
    return [json.dumps(request.body) for request in server.requests]


@function_tool
def dice(sides: int) -> str:
    return f"{sides} Ω \x1b[31m"


def sent(driver: Driver) -> list[tuple[str, str]]:
    """Name and base of all that was sent."""
    return [(event.name, event.base) for event in driver.all(e.RequestSent)]


@APIS
async def test_every_body_is_the_one_that_the_server_got(api: str) -> None:
    """Tools, a handoff, an agent in a tool, a try that goes on after a cut, and a second prompt."""
    show_inner_runs()
    helper = Agent[Any](name="Helper", instructions="Help.")
    expert = Agent[Any](name="Expert", instructions="Know.", tools=[dice])
    agent = Agent[Any](
        name="T", instructions="Ask.", tools=[dice, helper.as_tool("ask", "d")], handoffs=[expert],
        model_settings=ModelSettings(temperature=0.5),
    )  # fmt: skip
    script: list[Reply] = [
        [Call("dice", '{"sides": 6}', "c1"), Call("dice", '{"sides": 8}', "c2")],
        [Call("ask", '{"input": "why?"}', "c3")],
        [Text("because")],
        [Call("transfer_to_expert", "{}", "c4")],
        [Text("so it ", chunks=2), Cut()],
        [Status(500)],
        [Text("is")],
        [Text("second")],
    ]
    async with ModelServer(script) as server, driving(agent, base_url=server.base_url, api=api) as it:
        assert (await it.run()).status == "completed"
        assert (await it.run("more")).status == "completed"
    records = Records(it)
    assert records.bodies() == got(server)
    assert len(server.requests) == 8
    names = [name for name, _ in sent(it)]
    assert names == ["1.1.1", "1.2.1", "1.3.1", "1.4.1", "1.5.1", "1.5.2", "1.5.3", "2.1.1"]
    bases = dict(sent(it))
    assert (bases["1.2.1"], bases["1.3.1"], bases["1.4.1"]) == ("1.1.1", "", "1.2.1")
    assert (bases["1.5.1"], bases["1.5.2"], bases["1.5.3"], bases["2.1.1"]) == ("", "1.5.1", "1.5.2", "1.4.1")
    assert {event.url for event in it.all(e.RequestSent)} == {
        f"{server.base_url}/{'responses' if api == 'responses' else 'chat/completions'}"
    }
    assert [event.status for event in it.all(e.ResponseReceived)] == [200] * 5 + [500] + [200] * 2


async def test_what_was_sent_is_told_after_its_announcement_and_before_its_answer() -> None:
    script: list[Reply] = [[Status(500)], [Text("ok")]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api="chat") as it:
        await it.run()
    names = [
        e.name_of(event)
        for event in it.events
        if not isinstance(event, e.RunStarted | e.AgentChanged | e.ConversationExtended)
    ]
    assert names[:7] == [
        "model_requested", "request_sent", "response_received", "attempt_failed", "attempt_started", "request_sent",
        "response_received",
    ]  # fmt: skip


async def test_the_response_tells_the_servers_id_and_the_time_to_connect() -> None:
    def reply(request: Request) -> Reply:
        return [Call("dice", '{"sides": 6}')] if request.index == 0 else [Text("ok")]

    async with (
        ModelServer(reply) as server,
        driving(Agent(name="T", tools=[dice]), base_url=server.base_url, api="chat") as it,
    ):
        await it.run()
        first, second = it.all(e.ResponseReceived)
        assert server.connections == 1
    assert first.connect is not None
    assert 0 < first.connect < 5
    assert second.connect == 0.0, "the connection was open"
    assert (first.status, first.turn, second.turn) == (200, 1, 2)


def answering(handle: Callable[[httpx2.Request], httpx2.Response]) -> AsyncOpenAI:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
    return AsyncOpenAI(api_key="sk-of-the-user", base_url="http://user:pw@h/v1?key=k", http_client=http, max_retries=0)


@pytest.mark.parametrize("model", [OpenAIResponsesModel, OpenAIChatCompletionsModel])
async def test_a_client_of_the_users_own_is_watched_and_no_key_is_told(model: Any) -> None:
    seen: list[bytes] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content)
        return httpx2.Response(400, headers={"x-request-id": "req_7"}, json={"error": {"message": "no"}})

    agent = Agent[Any](name="T", model=model("m", answering(handle)))
    async with driving(agent) as it:
        assert (await it.run()).status == "failed"
    (told,) = it.all(e.RequestSent)
    assert Records(it).bodies() == [json.dumps(json.loads(seen[0]))]
    assert it.all(e.ResponseReceived) == [e.ResponseReceived(1, 1, 1, 400, "req_7", None)]
    assert told.url.startswith("http://h/v1")
    for secret in ("sk-of-the-user", "pw", "key=k"):
        assert secret not in encode(Stamped(0.0, told)).decode()


async def test_a_model_object_of_the_agents_own_is_told_by_what_it_was_asked() -> None:
    settings = ModelSettings(temperature=0.25, extra_headers={"authorization": "secret"})
    agent = scripted(
        [function_call("dice", {"sides": 6}, call_id="c1")], [assistant_message("done")],
        tools=[dice], instructions="Roll.", model_settings=settings,
    )  # fmt: skip
    async with driving(agent) as it:
        await it.run()
    first, second = (json.loads(body) for body in Records(it).bodies())
    assert (first["model"], first["instructions"], first["temperature"]) == ("ScriptedModel", "Roll.", 0.25)
    assert first["input"] == [{"role": "user", "content": "hello"}]
    assert first["tools"][0]["name"] == "dice"
    assert first["tools"][0]["parameters"]["properties"]["sides"]["type"] == "integer"
    assert [item.get("type") for item in second["input"]][1:] == ["function_call", "function_call_output"]
    assert [(event.base, event.kept, event.url) for event in it.all(e.RequestSent)] == [("", 0, ""), ("1.1.1", 1, "")]
    assert not it.all(e.ResponseReceived)
    assert "secret" not in json.dumps(second)


async def test_settings_that_are_no_json_do_not_fail_the_run() -> None:
    odd = {"x": object(), "y": 10**40, "z": "\ud800"}
    async with driving(scripted([assistant_message("ok")], model_settings=ModelSettings(extra_args=odd))) as it:
        assert (await it.run()).status == "completed"
    (told,) = it.all(e.RequestSent)
    assert "unreadable" in told.body
    encode(Stamped(0.0, told))


async def test_agents_in_tools_are_told_with_their_own_request_though_they_run_side_by_side() -> None:
    show_inner_runs()

    def inner(name: str) -> Agent[Any]:
        steps = [[function_call("dice", {"sides": 6}, call_id=f"{name}1")], [assistant_message(name)]]
        return Agent(name=name, instructions=name, model=ScriptedModel(steps), tools=[dice])

    calls = [function_call(each, {"input": each}, call_id=each) for each in ("left", "right")]
    tools = [inner(each).as_tool(each, "d") for each in ("left", "right")]
    async with driving(scripted(calls, [assistant_message("both")], tools=tools)) as it:
        await it.run()
    records = Records(it)
    assert len(records.state.requests) == 6
    for request in records.state.requests:
        body = body_of(records, records.state, request)
        assert body["instructions"] == (None if request.agent == "Tester" else request.agent)


async def test_an_answer_from_the_cache_or_the_fault_lab_is_told_without_an_address(tmp_path: Path) -> None:
    agent = Agent[Any](name="T")
    async with ModelServer([[Text("kept")]]) as server, driving(agent, base_url=server.base_url, api="chat") as it:
        client = it.session.connection.client
        assert client is not None
        interpose(client, lambda inner: CachingTransport(inner, Responses(tmp_path), it.emit))
        await it.run()
        it.session.clear()
        lab, _ = fault_lab(it.session.connection, agent, it.emit)
        lab.arm("429")
        await it.run()
        assert it.text == "keptkept"
        assert len(server.requests) == 1
    fresh, refused, cached = it.all(e.RequestSent)
    assert (fresh.url, refused.url, cached.url) == (f"{server.base_url}/chat/completions", "", "")
    assert Records(it).bodies() == got(server) * 3
    assert [event.turn for event in it.all(e.ResponseReceived)] == [1]


async def test_the_demo_model_is_told_by_what_it_was_asked() -> None:
    agent = Agent[Any](name="T", instructions="Be brief.", model=demo_model(seed=1, speed=0))
    async with driving(agent) as it:
        await it.run()
    (body,) = Records(it).bodies()
    assert json.loads(body)["instructions"] == "Be brief."
    assert json.loads(body)["model"] == "demo"


async def test_a_second_client_use_within_a_run_is_not_taken_for_the_request() -> None:
    """A tool may ask the same server something of its own."""
    async with ModelServer([[Call("own", "{}")], [Text("x")], [Text("done")]]) as server:
        clients: list[AsyncOpenAI] = []

        @function_tool
        async def own() -> str:
            await clients[0].chat.completions.create(model="m", messages=[{"role": "user", "content": "mine"}])
            return "ok"

        agent = Agent[Any](name="T", tools=[own])
        async with driving(agent, base_url=server.base_url, api="chat") as it:
            client = it.session.connection.client
            assert client is not None
            clients.append(client)
            await it.run()
    assert [event.name for event in it.all(e.RequestSent)] == ["1.1.1", "1.2.1"]
    assert Records(it).bodies() == [got(server)[0], got(server)[2]]
