"""The link with real engines: what becomes of a prompt, and of the conversation, when an engine ends."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from tests.model_server import Call, Incomplete, ModelServer, Reply, Text, Wait
from tui import events as e
from tui.bus import Bus, Reader, steady_clock
from tui.conversation import RETRY_PROMPT
from tui.link import process
from tui.link.handle import Launch, Link

E = TypeVar("E", bound=e.Event)

AGENT = """
import os, time
from agents import Agent, function_tool

@function_tool
async def stick() -> str:
    "Blocks the event loop."
    time.sleep(600)
    return "never"

@function_tool
def die() -> str:
    "Ends the process."
    os._exit(9)

print("printed at import")
agent = Agent("Fragile", tools=[stick, die])
"""


class Watcher:
    """Waits for events of a link's bus."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.seen: list[e.Event] = []
        self._next = 0

    async def until(self, kind: type[E], holds: Callable[[E], bool] = lambda event: True) -> E:
        """The next event of this kind that `holds`, after the one found last."""
        async with asyncio.timeout(30):
            while True:
                self.seen += [record.event for record in self._reader.take()]
                while self._next < len(self.seen):
                    event = self.seen[self._next]
                    self._next += 1
                    if isinstance(event, kind) and holds(event):
                        return event
                await self._reader.wait()


@asynccontextmanager
async def linked(server: ModelServer, agent: str) -> AsyncIterator[tuple[Link, Watcher]]:
    bus = Bus(steady_clock())
    link = Link(bus, Launch("s1", agent, base_url=server.base_url))
    watcher = Watcher(bus.reader())
    await link.start()
    try:
        yield link, watcher
    finally:
        await link.close()


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "fragile.py").write_text(AGENT)
    monkeypatch.chdir(tmp_path)
    return "fragile.py"


async def test_a_prompt_sent_while_the_engine_loads_is_answered(agent: str) -> None:
    async with ModelServer([[Text("hello")]]) as server, linked(server, agent) as (link, watcher):
        link.send("early")
        ended = await watcher.until(e.RunEnded)
        assert ended.status == "completed"
        assert isinstance(watcher.seen[0], e.PromptSent)
        printed = [event.text for event in watcher.seen if isinstance(event, e.OutputCaptured)]
        assert "printed at import" in printed


async def test_a_prompt_stopped_before_there_is_an_engine_never_runs(agent: str) -> None:
    async with ModelServer([[Text("for the second")]]) as server, linked(server, agent) as (link, watcher):
        link.send("first")
        link.cancel()
        assert (await watcher.until(e.RunEnded)).status == "cancelled"
        link.send("second")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        sent = [message["content"] for message in (await server.request(0)).body["messages"]]
        assert sent == ["second"]


async def test_what_was_cut_off_goes_on_in_another_engine(agent: str) -> None:
    script: list[Reply] = [[Text("Once upon"), Incomplete()], [Text(" a time.")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.send("tell me")
        assert (await watcher.until(e.RunEnded)).kind == "truncated"
        assert link.conversation.cut
        await link.restart()
        await watcher.until(e.EngineEnded)
        link.retry()
        assert (await watcher.until(e.RunEnded)).status == "completed"
        sent = [message["content"] for message in (await server.request(1)).body["messages"]]
        assert [text.partition("\n")[0] for text in sent] == ["tell me", "Once upon", RETRY_PROMPT]


async def test_an_engine_that_dies_is_replaced_and_the_conversation_goes_on(agent: str) -> None:
    script: list[Reply] = [[Text("fine")], [Text("dying now"), Call("die", "{}", "c1")], [Text("welcome back")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.send("first")
        await watcher.until(e.RunEnded)
        link.send("second")
        ended = await watcher.until(e.RunEnded)
        assert (ended.status, ended.kind) == ("failed", "engine")
        assert "exit status 9" in ended.error
        await watcher.until(e.SessionStarted)
        link.send("third")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        sent = (await server.request(2)).body["messages"]
        said = [message.get("content") for message in sent if message["role"] in ("user", "assistant")]
        assert said[:3] == ["first", "fine", "second"]
        assert any("dying now" in str(text) for text in said[3:])
        assert said[-1] == "third"
        calls = [message for message in sent if message.get("tool_calls")]
        assert len(calls) == 1
        assert any(message["role"] == "tool" for message in sent), "an API refuses a call without its result"


async def test_a_stuck_engine_is_named_and_the_second_cancel_replaces_it(agent: str) -> None:
    script: list[Reply] = [[Text("let me block"), Call("stick", "{}", "c1")], [Text("back")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.send("block")
        await watcher.until(e.ToolStarted)
        link.cancel()
        stuck = await watcher.until(e.RunStuck)
        assert stuck.tool == "stick"
        assert "fragile.py:8" in stuck.where
        link.cancel()
        ended = await watcher.until(e.RunEnded)
        assert ended.status == "cancelled"
        await watcher.until(e.SessionStarted)
        link.send("again")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        sent = (await server.request(1)).body["messages"]
        assert any("let me block" in str(message.get("content")) for message in sent)


async def test_two_hasty_cancels_are_one(agent: str) -> None:
    async with ModelServer([[Text("some"), Wait("never")]]) as server, linked(server, agent) as (link, watcher):
        link.send("hi")
        await watcher.until(e.TextDelta)
        link.cancel()
        link.cancel()
        assert (await watcher.until(e.RunEnded)).status == "cancelled"
        modes = [event.mode for event in watcher.seen if isinstance(event, e.CancelRequested)]
        assert modes == ["immediate"]


async def test_a_broken_file_ends_the_engine_and_the_next_prompt_tries_again(agent: str, tmp_path: Path) -> None:
    (tmp_path / "fragile.py").write_text("raise ValueError('not yet')")
    async with ModelServer([[Text("repaired")]]) as server, linked(server, agent) as (link, watcher):
        notice = await watcher.until(e.Notice)
        assert "not yet" in notice.text
        ended = await watcher.until(e.EngineEnded)
        assert ended.code == 3
        (tmp_path / "fragile.py").write_text(AGENT)
        link.send("now?")
        assert (await watcher.until(e.RunEnded)).status == "completed"


async def test_a_restart_loads_the_file_anew_and_keeps_the_conversation(agent: str, tmp_path: Path) -> None:
    async with ModelServer([[Text("one")], [Text("two")]]) as server, linked(server, agent) as (link, watcher):
        link.send("first")
        await watcher.until(e.RunEnded)
        (tmp_path / "fragile.py").write_text(AGENT.replace("Fragile", "Renamed"))
        await link.restart()
        started = await watcher.until(e.SessionStarted)
        assert started.agent == "Renamed"
        link.send("second")
        await watcher.until(e.RunEnded)
        sent = [message["content"] for message in (await server.request(1)).body["messages"]]
        assert sent == ["first", "one", "second"]
        runs = [event.run for event in watcher.seen if isinstance(event, e.RunStarted)]
        assert runs == [1, 2]


async def test_keys_that_user_code_prints_are_masked(
    agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "planted-0123456789")
    (tmp_path / "fragile.py").write_text(
        "import os, logging\n"
        "print('key', os.environ['OPENAI_API_KEY'])\n"
        "raise ValueError('bad key ' + os.environ['OPENAI_API_KEY'])\n"
    )
    async with ModelServer([[Text("x")]]) as server, linked(server, agent) as (_, watcher):
        await watcher.until(e.EngineEnded)
        said = [str(event) for event in watcher.seen]
        assert any("key …6789" in text for text in said)
        assert not [text for text in said if "planted" in text]


async def test_closing_leaves_no_process(agent: str) -> None:
    async with ModelServer([[Text("x"), Wait("never")]]) as server:
        async with linked(server, agent) as (link, watcher):
            started = await watcher.until(e.EngineStarted)
            link.send("hi")
            await watcher.until(e.TextDelta)
        with pytest.raises(ProcessLookupError):
            os.kill(started.pid, 0)


# The process, before there is a link


class _Made:
    """In the place of a process."""

    def __init__(self) -> None:
        _MADE.append(self)


_MADE: list[_Made] = []


def test_an_engine_started_in_advance_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "Process", _Made)
    _MADE.clear()
    process.start_early()
    assert len(_MADE) == 1
    taken: list[object] = [process.take(), process.take()]
    assert taken == _MADE
    process.end()


def test_where_none_can_be_started_in_advance_who_needs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> NoReturn:
        raise BlockingIOError("no process")

    monkeypatch.setattr(process, "Process", refuse)
    process.start_early()
    with pytest.raises(BlockingIOError):
        process.take()


def test_an_engine_that_nobody_took_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[process.Process] = []
    start = process.Process

    def noted() -> process.Process:
        made.append(start())
        return made[0]

    monkeypatch.setattr(process, "Process", noted)
    process.start_early()
    process.end()
    assert made[0].child.returncode == -signal.SIGKILL
    process.end()
    os.close(made[0].commands)
    os.close(made[0].events)
    for pipe in (made[0].child.stdout, made[0].child.stderr):
        assert pipe is not None
        pipe.close()
