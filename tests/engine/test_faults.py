"""A fault of the lab and the same fault of a real server are one and the same to the SDK."""

from typing import Any, NamedTuple

import pytest
from agents import (
    Agent,
    Model,
    ModelProvider,
    OpenAIChatCompletionsModel,
    OpenAIProvider,
    RunConfig,
    Runner,
    function_tool,
)
from openai import AsyncOpenAI

from tests.engine.driver import scripted
from tests.model_server import BadJson, Begin, Call, Cut, ModelServer, Pause, Reply, Reset, Stall, Status, Text
from tests.model_server.sdk import client_of
from tui import events as e
from tui.commands import Open
from tui.engine.connect import Connection, connect
from tui.engine.demo.model import DemoModel
from tui.engine.faults import Delays, FaultLab, fault_lab
from tui.faultspec import Fault

AT_ONCE = Delays(first=0, stall=0)
WORDS = [f"w{at} " for at in range(12)]
SAID = Text(WORDS)
BEFORE = Text(WORDS[:5])

LIKE: dict[str, Reply] = {
    "cut": [Begin(), Cut()],
    "cut@5": [BEFORE, Cut()],
    "reset@5": [BEFORE, Pause(0.05), Reset()],
    "stall@5": [BEFORE, Stall()],
    "badjson@5": [BEFORE, BadJson(), Text(WORDS[5:])],
    "badjson": [Begin(), BadJson(), SAID],
    "400": [Status(400)],
    "401": [Status(401)],
    "429": [Status(429, {"retry-after": "1"})],
    "500": [Status(500)],
    "503": [Status(503)],
    "off": [SAID],
}
"""Specs, and what a server does that has the fault."""


@function_tool
def roll(sides: int) -> str:
    return f"rolled {sides}"


class Outcome(NamedTuple):
    text: str
    error: type[BaseException] | None
    status: int | None
    retry_after: str | None


class Notices(list[e.Event]):
    @property
    def texts(self) -> list[str]:
        return [event.text.removeprefix("fault lab: ") for event in self if isinstance(event, e.Notice)]


async def ask(provider: ModelProvider, agent: Agent[Any] | None = None) -> Outcome:
    result = Runner.run_streamed(
        agent or Agent(name="Tester", model="m"),
        "hello",
        run_config=RunConfig(model_provider=provider, tracing_disabled=True),
    )
    text = ""
    try:
        async for event in result.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                text += event.data.delta
    except Exception as error:  # noqa: BLE001 - whatever was raised is the outcome
        response = getattr(error, "response", None)
        retry_after = response.headers.get("retry-after") if response is not None else None
        return Outcome(text, type(error), getattr(error, "status_code", None), retry_after)
    return Outcome(text, None, None, None)


def over(client: AsyncOpenAI, api: str, *, agent: Agent[Any] | None = None) -> tuple[FaultLab, Connection, Notices]:
    told = Notices()
    provider = OpenAIProvider(openai_client=client, use_responses=api == "responses")
    connection = Connection("chat" if api == "chat" else "responses", provider, client=client)
    lab, connection = fault_lab(connection, agent or Agent(name="Tester"), told.append, AT_ONCE)
    return lab, connection, told


@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("spec", LIKE)
async def test_a_fault_is_to_the_sdk_what_the_real_one_is(api: str, spec: str) -> None:
    patience = 0.5 if spec.startswith("stall") else 10
    async with ModelServer([LIKE[spec]]) as failing, client_of(failing.base_url, timeout=patience) as client:
        real = await ask(OpenAIProvider(openai_client=client, use_responses=api == "responses"))
    async with ModelServer([[SAID]]) as sound, client_of(sound.base_url, timeout=patience) as client:
        lab, connection, told = over(client, api)
        lab.arm(spec)
        injected = await ask(connection.provider)
        after = await ask(connection.provider)
        sent = len(sound.requests)
    assert injected == real
    assert after == Outcome("".join(WORDS), None, None, None)
    assert sent == (1 if spec.isdigit() else 2)
    assert len(told.texts) == (1 if spec == "off" else 2)


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_refused_connection_is_that_of_a_port_where_nobody_listens(api: str) -> None:
    async with ModelServer([[SAID]]) as server, client_of(server.base_url) as client:
        lab, connection, _ = over(client, api)
        lab.arm("refused")
        injected = await ask(connection.provider)
        assert server.requests == []
        url = server.base_url
    async with client_of(url) as client:
        assert injected == await ask(OpenAIProvider(openai_client=client, use_responses=api == "responses"))


async def test_faults_come_in_order_each_as_often_as_asked() -> None:
    async with ModelServer([[SAID]]) as server, client_of(server.base_url) as client:
        lab, connection, told = over(client, "responses")
        lab.arm("429x2,cut@2,slowfirst")
        outcomes = [await ask(connection.provider) for _ in range(5)]
    assert [outcome.status for outcome in outcomes] == [429, 429, None, None, None]
    assert [len(outcome.text.split()) for outcome in outcomes] == [0, 0, 2, 12, 12]
    assert told.texts == [
        "429x2,cut@2,slowfirst",
        "answered 429 with Retry-After: 1, nothing sent",
        "answered 429 with Retry-After: 1, nothing sent",
        "cut after 2 deltas",
        "the first byte comes late",
    ]


async def test_an_answer_too_short_for_a_fault_leaves_it_to_the_next() -> None:
    script: list[Reply] = [[Call("roll", '{"sides": 6}', chunks=2)], [SAID]]
    async with ModelServer(script) as server, client_of(server.base_url) as client:
        lab, connection, told = over(client, "responses")
        lab.arm("cut@5")
        agent = Agent[Any](name="Tester", model="m", tools=[roll])
        outcome = await ask(connection.provider, agent)
    assert outcome.text == "".join(WORDS[:5])
    assert told.texts == ["cut@5", "cut after 5 deltas"]


async def test_a_fault_asked_for_in_the_middle_takes_the_next_request_and_off_takes_it_away() -> None:
    async with ModelServer([[SAID]]) as server, client_of(server.base_url) as client:
        lab, connection, told = over(client, "chat")
        await ask(connection.provider)
        lab.arm("500x3")
        assert (await ask(connection.provider)).status == 500
        lab.arm("off")
        assert (await ask(connection.provider)).error is None
        lab.arm("nonsense")
    assert "there is no 'nonsense'" in told.texts[-1]


async def test_a_client_is_left_alone_until_a_fault_of_requests_is_asked_for() -> None:
    async with client_of("http://127.0.0.1:9/v1") as client:
        before = client._client._transport
        lab, _, _ = over(client, "chat")
        lab.arm("drop-tool")
        assert client._client._transport is before
        lab.arm("cut")
        layered = client._client._transport
        lab.arm("cut")
        assert layered is not before
        assert client._client._transport is layered


async def test_proxies_are_behind_the_lab_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ModelServer([[SAID]]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        async with client_of("http://server.invalid/v1") as client:
            lab, connection, _ = over(client, "responses")
            lab.arm("401")
            assert (await ask(connection.provider)).status == 401
            assert proxy.request_lines == []


async def test_the_client_of_an_agents_own_model_is_reached() -> None:
    async with ModelServer([[SAID]]) as server, client_of(server.base_url) as client:
        agent = Agent[Any](name="Own", model=OpenAIChatCompletionsModel("m", client))
        connection = Connection("", OpenAIProvider(api_key="none"))
        lab, connection = fault_lab(connection, Agent(name="First", handoffs=[agent]), Notices().append)
        lab.arm("503")
        assert (await ask(connection.provider, agent)).status == 503


async def test_a_model_out_of_reach_is_said() -> None:
    told = Notices()
    lab, _ = fault_lab(Connection("", OpenAIProvider(api_key="none")), scripted(), told.append)
    lab.arm("cut")
    assert "out of reach" in told.texts[-1]


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_an_answer_that_is_cancelled_before_its_fault_leaves_it_to_the_next(api: str) -> None:
    async with ModelServer([[BEFORE, Stall()], [SAID]]) as server, client_of(server.base_url) as client:
        lab, connection, told = over(client, api)
        lab.arm("cut@7")
        result = Runner.run_streamed(
            Agent(name="Tester", model="m"),
            "hello",
            run_config=RunConfig(model_provider=connection.provider, tracing_disabled=True),
        )
        async for event in result.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                result.cancel()
        await server.requests[0].disconnected
        assert (await ask(connection.provider)).text == "".join(WORDS[:7])
    assert told.texts == ["cut@7", "cut after 7 deltas"]


# The demo model


def demo(model: Model) -> tuple[FaultLab, Connection]:
    connection = connect(Open("s", ""), Agent(name="Demo"), {})
    connection.provider._model = model  # type: ignore[attr-defined]
    return fault_lab(connection, Agent(name="Demo"), Notices().append, AT_ONCE)


@pytest.mark.parametrize(
    "spec", ["cut", "cut@5", "reset@5", "stall@5", "badjson@5", "400", "401", "429", "500", "refused"]
)
async def test_the_demo_model_fails_as_a_server_does(spec: str) -> None:
    async with ModelServer([[SAID]]) as server, client_of(server.base_url, timeout=0.5) as client:
        lab, connection, _ = over(client, "responses")
        lab.arm(spec)
        served = await ask(connection.provider)
    lab, connection = demo(DemoModel(1, 0))
    lab.arm(f"{spec},slowfirst")
    outcome, after = await ask(connection.provider), await ask(connection.provider)
    assert outcome[1:] == served[1:]
    assert (outcome.text == "") == (served.text == "")
    assert after.error is None
    assert after.text.startswith(outcome.text)
    assert after.text != outcome.text


async def test_a_demo_answer_too_short_for_a_fault_leaves_it_to_the_next() -> None:
    lab, connection = demo(DemoModel(1, 0))
    lab.arm("cut@100000")
    assert (await ask(connection.provider)).error is None
    assert lab.next_request() == Fault("cut", after=100000)
