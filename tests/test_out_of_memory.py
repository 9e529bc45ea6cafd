"""An engine whose user code takes all memory: told in one line, what was said is kept, and the session goes on."""

from pathlib import Path

import pytest

from tests.model_server import Call, ModelServer, Reply, Text
from tests.test_link import linked
from tui import events as e
from tui.conversation import FAILED_NOTE
from tui.link.child import how_it_ended

AGENT = """
import os, resource, signal
from agents import Agent, function_tool

GREEDY = []

def limit() -> None:
    pages = int(open("/proc/self/statm").read().split()[0])
    most = pages * resource.getpagesize() + (64 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))

@function_tool
def hoard() -> str:
    "Takes more memory than there is."
    limit()
    return str(len(bytearray(1 << 30)))

@function_tool
def swell() -> str:
    "Is killed as the kernel kills who took too much."
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"

def instructions(context, agent) -> str:
    if GREEDY:
        limit()
        return "x" * (1 << 30)
    return "Be brief."

@function_tool
def want() -> str:
    "Has the instructions take too much from now on."
    GREEDY.append(1)
    return "ok"

agent = Agent("Greedy", instructions=instructions, tools=[hoard, swell, want])
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads its own size as Linux tells it")


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "greedy.py").write_text(AGENT)
    monkeypatch.chdir(tmp_path)
    return "greedy.py"


async def test_code_that_runs_out_of_memory_fails_alone(agent: str) -> None:
    script: list[Reply] = [
        [Call("hoard", "{}", "c1")], [Text("It was too much.")],
        [Call("want", "{}", "c2")],
    ]  # fmt: skip
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.send("hoard")
        ended = await watcher.until(e.ToolEnded)
        assert (ended.failed, ended.error) == (True, "MemoryError")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        link.send("want")
        end = await watcher.until(e.RunEnded)
        assert (end.status, end.kind) == ("failed", "agent")
        assert end.error.startswith("out of memory (")
        assert "greedy.py" in end.error
        assert end.hint
    assert str(link.conversation.items).count("It was too much.") == 1
    assert FAILED_NOTE in link.conversation.items[-1]["content"]
    assert not [event for event in watcher.seen if isinstance(event, e.EngineEnded) and event.error]


async def test_an_engine_that_the_kernel_kills_is_followed_by_another(agent: str) -> None:
    script: list[Reply] = [[Text("Half an answer. "), Call("swell", "{}", "c1")], [Text("Here I am.")]]
    async with ModelServer(script) as server, linked(server, agent) as (link, watcher):
        link.send("swell")
        end = await watcher.until(e.RunEnded)
        assert (end.status, end.kind, end.error) == ("failed", "engine", "the engine was killed (out of memory?)")
        assert "send the prompt again" in end.hint
        await watcher.until(e.SessionStarted)
        link.send("again")
        assert (await watcher.until(e.RunEnded)).status == "completed"
        sent = (await server.request(1)).body["messages"]
    assert any("Half an answer." in str(message["content"]) for message in sent)
    assert FAILED_NOTE in sent[-2]["content"]


def test_an_end_that_nobody_asked_for_is_named() -> None:
    assert how_it_ended(-9, loaded=True) == "the engine was killed (out of memory?)"
    assert how_it_ended(-9, loaded=True, killed=True) == "the engine hung up without ending, and was ended by force"
    assert how_it_ended(-11, loaded=True) == "the engine was ended by signal SIGSEGV"
