"""The second identical request is answered from disk with the same events, and only what was whole is kept."""

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, OpenAIProvider, RunConfig, Runner, set_tracing_disabled
from agents.testing import assistant_message

from tests.engine.driver import DEADLINE, Driver, scripted
from tests.engine.test_serve import Commands
from tests.model_server import (
    Call,
    Cut,
    ErrorEvent,
    Failed,
    Incomplete,
    ModelServer,
    Reasoning,
    Reply,
    Reset,
    Script,
    Stall,
    Status,
    Text,
)
from tests.model_server.sdk import Outcome, client_of, roll
from tui import commands as c
from tui import events as e
from tui.engine.cache import CachingTransport, Responses, digest_of, responses_folder
from tui.engine.serve import serve
from tui.engine.transports import interpose

WORDS = [f"w{at} " for at in range(40)]
WHOLE: Reply = [Reasoning("hm hm hm", 3), Text(WORDS)]
APIS = pytest.mark.parametrize("api", ["responses", "chat"])


@pytest.fixture
def responses(tmp_path: Path) -> Responses:
    return Responses(tmp_path / "responses")


async def ask(base_url: str, api: str, responses: Responses, prompt: str = "hello", stop_at: int = -1) -> Outcome:
    """One run over a client of its own with the cache under it; cancelled after `stop_at` raw events, if given."""
    events: list[Any] = []
    agent = Agent[Any](name="Tester", model="m", tools=[roll])
    async with client_of(base_url) as client:
        assert interpose(client, lambda inner: CachingTransport(inner, responses, lambda event: None))
        provider = OpenAIProvider(openai_client=client, use_responses=api == "responses")
        config = RunConfig(model_provider=provider, tracing_disabled=True)
        result = Runner.run_streamed(agent, prompt, run_config=config)
        try:
            async for event in result.stream_events():
                if event.type == "raw_response_event":
                    events.append(event.data)
                if len(events) == stop_at:
                    result.cancel()
        except Exception as error:  # noqa: BLE001 - whatever was raised is the outcome
            return Outcome(result, events, error)
    return Outcome(result, events, None)


def kept(folder: Path) -> list[Path]:
    """All files under a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


@APIS
async def test_the_second_run_sends_nothing_and_yields_the_same_events(api: str, responses: Responses) -> None:
    script: Script = [[Call("roll", '{"sides": 6, "note": "x"}', chunks=4)], WHOLE]
    async with ModelServer(script) as server:
        first = await ask(server.base_url, api, responses)
        sent = len(server.requests)
        second = await ask(server.base_url, api, responses)
        assert (sent, len(server.requests)) == (2, 2)
    assert second.error is None
    assert second.text == first.text == "".join(WORDS)
    assert [event.delta for event in second.events if event.type.endswith(".delta")] == [
        event.delta for event in first.events if event.type.endswith(".delta")
    ]
    if api == "responses":  # the client itself dates those it makes of Chat Completions
        assert [event.model_dump() for event in second.events] == [event.model_dump() for event in first.events]


@APIS
async def test_another_prompt_is_another_request(api: str, responses: Responses) -> None:
    async with ModelServer([WHOLE]) as server:
        await ask(server.base_url, api, responses, "hello")
        await ask(server.base_url, api, responses, "hello there")
        assert len(server.requests) == 2


def test_who_asks_is_no_part_of_what_is_looked_up() -> None:
    url = "https://host/v1/responses"
    asked = digest_of("POST", url, b'{"stream": true, "input": "a", "model": "m"}')
    assert asked is not None
    assert asked == digest_of("POST", url, b'{"model":"m","input":"a","prompt_cache_key":"s1","stream":true}')
    others = {
        digest_of("POST", url, b'{"stream": true, "input": "b", "model": "m"}'),
        digest_of("POST", "https://other/v1/responses", b'{"stream": true, "input": "a", "model": "m"}'),
    }
    assert len(others | {asked}) == 3


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"stream": false}', b'{"input": "a"}'])
def test_what_is_no_request_for_a_stream_is_not_looked_up(body: bytes) -> None:
    assert digest_of("POST", "https://host/v1/responses", body) is None


NOT_WHOLE: dict[str, Reply] = {
    "cut": [Text(WORDS), Cut()],
    "reset": [Text(WORDS), Reset()],
    "error": [Text(WORDS), ErrorEvent("server_error", "broke")],
    "failed": [Text(WORDS), Failed("server_error", "broke")],
    "incomplete": [Text(WORDS), Incomplete()],
    "filtered": [Text(WORDS), Incomplete("content_filter")],
    "status": [Status(500)],
}


@APIS
@pytest.mark.parametrize("fault", NOT_WHOLE)
async def test_an_answer_that_failed_is_not_kept(api: str, fault: str, responses: Responses, tmp_path: Path) -> None:
    async with ModelServer([NOT_WHOLE[fault], WHOLE]) as server:
        await ask(server.base_url, api, responses)
        assert kept(tmp_path) == []
        after = await ask(server.base_url, api, responses)
        assert len(server.requests) == 2
    assert after.text == "".join(WORDS)


@APIS
async def test_a_cancelled_answer_is_not_kept(api: str, responses: Responses, tmp_path: Path) -> None:
    async with ModelServer([[Text(WORDS[:20]), Stall()]]) as server:
        outcome = await ask(server.base_url, api, responses, stop_at=10)
    assert outcome.text
    assert kept(tmp_path) == []


@APIS
async def test_a_file_that_was_cut_or_touched_is_as_good_as_none(
    api: str, responses: Responses, tmp_path: Path
) -> None:
    async with ModelServer([WHOLE]) as server:
        await ask(server.base_url, api, responses)
        (file,) = kept(tmp_path)
        good = file.read_bytes()
        for bad in (
            b"",
            good[:-1],
            good[: len(good) // 2],
            good.replace(b"w7", b"w8"),
            good[good.rindex(b":") :],
            b"x",
        ):
            asked = len(server.requests)
            file.write_bytes(bad)
            assert (await ask(server.base_url, api, responses)).text == "".join(WORDS)
            assert len(server.requests) == asked + 1
        assert file.read_bytes().partition(b"data:")[1]
        asked = len(server.requests)
        await ask(server.base_url, api, responses)
        assert len(server.requests) == asked


async def test_files_are_the_users_alone_and_hold_no_key(responses: Responses, tmp_path: Path) -> None:
    async with ModelServer([WHOLE]) as server:
        await ask(server.base_url, "responses", responses)
        assert server.requests[0].headers["authorization"] == "Bearer test"
    (file,) = kept(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert b"Bearer" not in file.read_bytes()


def test_the_files_unused_for_longest_make_room(tmp_path: Path) -> None:
    responses = Responses(tmp_path, limit=3300)
    for at in range(3):
        responses.keep(str(at), b"x" * 1000)
        os.utime(tmp_path / f"{at}.sse", (at, at))
    assert responses.find("0") == b"x" * 1000  # used just now
    responses.keep("3", b"x" * 1000)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["0", "2", "3"]
    assert responses.find("1") is None


async def test_a_disk_that_takes_nothing_costs_no_answer() -> None:
    async with ModelServer([WHOLE]) as server:
        outcome = await ask(server.base_url, "responses", Responses(Path(__file__) / "responses"))
    assert (outcome.error, outcome.text) == (None, "".join(WORDS))


# In a session


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    set_tracing_disabled(disabled=True)


async def session(base_url: str | None, *, cache: bool, faults: str = "", agent: Agent[Any] | None = None) -> Driver:
    """One prompt in a session of its own."""
    driver = Driver()
    options = c.Open("s", "", base_url=base_url, api="responses", model="m", faults=faults, cache=cache)
    commands = Commands(options if base_url else c.Open("s", "", cache=cache), c.Send("hello"))
    serving = asyncio.create_task(serve(aiter(commands), driver.emit, agent or Agent(name="Tester")))
    await driver.until(e.RunEnded)
    commands.give(c.Close())
    await asyncio.wait_for(serving, DEADLINE)
    return driver


def notices(driver: Driver) -> str:
    return "\n".join(notice.text for notice in driver.all(e.Notice))


async def test_a_session_answers_from_disk_and_says_so_only_if_asked_to() -> None:
    async with ModelServer([WHOLE]) as server:
        for cache in (False, True):
            first = await session(server.base_url, cache=cache)
            assert first.text == "".join(WORDS)
            assert "cached" not in notices(first)
        assert len(server.requests) == 2
        again = await session(server.base_url, cache=True)
        assert len(server.requests) == 2
    assert again.text == "".join(WORDS)
    assert "cached" in notices(again)
    assert len(list(responses_folder().iterdir())) == 1


async def test_faults_befall_what_comes_from_disk_too() -> None:
    async with ModelServer([WHOLE]) as server:
        await session(server.base_url, cache=True)
        cut = await session(server.base_url, cache=True, faults="cut@3")
    said = notices(cut)
    assert 0 < said.index("cached") < said.index("cut after 3 deltas")


async def test_where_there_is_nothing_to_keep_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    it = await session(None, cache=True, agent=scripted([assistant_message("fine")]))
    assert "it does nothing here" in notices(it)
