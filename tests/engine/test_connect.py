"""Which server, API and model the options and the environment lead to."""

from collections.abc import Iterator
from typing import Any

import pytest
from agents import Agent, set_default_openai_client
from agents.models import _openai_shared as shared
from agents.testing import ScriptedModel
from openai import AsyncOpenAI, Timeout

from tests.model_server import ModelServer, Text
from tui.commands import Open
from tui.engine.connect import ConnectError, Connection, connect
from tui.engine.warm import warm_up

KEY = {"OPENAI_API_KEY": "sk-test"}


def connection(
    base_url: str | None = None,
    api: Any = None,
    model: str | None = None,
    environ: dict[str, str] | None = None,
    agent: Agent[Any] | None = None,
) -> Connection:
    return connect(Open("s", "", model=model, base_url=base_url, api=api), agent or Agent(name="A"), environ or {})


def url(of: Connection) -> str:
    assert of.client
    return str(of.client.base_url)


def test_nothing_given_is_the_demo_and_says_how_to_connect() -> None:
    it = connection()
    assert (it.api, it.model_of(Agent(name="A", model="gpt-x")), it.client) == ("demo", "demo", None)
    assert "--base-url" in it.notice


def test_a_key_alone_is_the_official_endpoint_and_the_responses_api() -> None:
    it = connection(environ=KEY)
    assert (it.api, url(it), it.notice) == ("responses", "https://api.openai.com/v1/", "")
    assert it.settings is None


@pytest.mark.parametrize("how", ["option", "environment"])
def test_any_other_base_url_is_chat_with_usage_and_needs_no_key(how: str) -> None:
    local = "http://localhost:11434/v1"
    it = connection(local) if how == "option" else connection(environ={"OPENAI_BASE_URL": local})
    assert (it.api, url(it)) == ("chat", f"{local}/")
    assert it.settings
    assert it.settings.include_usage


def test_a_stall_limit_is_shorter_than_the_clients_own_patience() -> None:
    patience = {}
    for limit in (None, 5.0, 300.0):
        it = connect(Open("s", "", base_url="http://localhost/v1", stall_limit=limit), Agent(name="A"), {})
        assert it.client
        assert isinstance(it.client.timeout, Timeout)
        patience[limit] = it.client.timeout.read
    assert patience == {None: 120.0, 5.0: 120.0, 300.0: 600.0}


def test_the_api_can_be_chosen() -> None:
    assert connection("http://localhost/v1", "responses").api == "responses"
    assert connection(api="chat", environ=KEY).api == "chat"


def test_an_option_beats_the_environment() -> None:
    assert url(connection("http://here/v1", environ={"OPENAI_BASE_URL": "http://there/v1"})) == "http://here/v1/"


def test_the_model_is_the_option_then_the_agents_then_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", "from-environment")
    assert connection(model="m", environ=KEY).model_of(Agent(name="A", model="own")) == "m"
    assert connection(environ=KEY).model_of(Agent(name="A", model="own")) == "own"
    assert connection(environ=KEY).model_of(Agent(name="A")) == "from-environment"


def test_an_agents_own_model_stays_unless_another_is_asked_for() -> None:
    own = Agent[Any](name="A", model=ScriptedModel())
    assert (connection(agent=own).api, connection(agent=own).model) == ("", None)
    assert connection(agent=own, environ=KEY).model is None
    assert connection(agent=own, environ=KEY).model_of(own) == "ScriptedModel"
    assert connection(agent=own, model="m", environ=KEY).model == "m"
    assert connection("http://localhost/v1", agent=own).model is not None


@pytest.mark.parametrize("bad", ["localhost:8000/v1", "api.example.com", "ftp://x/v1", "http://", "http://x:99999", ""])
def test_a_bad_base_url_is_said_in_one_line(bad: str) -> None:
    if not bad:
        assert connection(bad).api == "demo"
        return
    with pytest.raises(ConnectError, match="base URL") as raised:
        connection(bad)
    assert "\n" not in str(raised.value)


@pytest.fixture
def own_client() -> Iterator[AsyncOpenAI]:
    client = AsyncOpenAI(api_key="theirs", base_url="http://theirs/v1")
    set_default_openai_client(client, use_for_tracing=False)
    yield client
    shared._default_openai_client = None


def test_a_client_that_the_agents_code_set_for_the_sdk_is_used(own_client: AsyncOpenAI) -> None:
    assert connection().client is own_client
    assert connection("http://here/v1").client is not own_client


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_warming_up_sends_nothing(api: str) -> None:
    async with ModelServer([[Text("x")]]) as server:
        it = connection(server.base_url, api)
        await warm_up(it)
        await it.close()
        assert (server.connections, server.requests) == (0, [])
