"""The engine as a process of its own: its pipes, what user code prints and breaks, and how it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.process import DEADLINE, Engine
from tui import commands as c
from tui import events as e
from tui.engine.main import EXIT_LOAD, EXIT_PROTOCOL
from tui.wire import encode

HEAD = """
from agents import Agent, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call
"""


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.clean_up()


def script(folder: Path, body: str) -> str:
    """An agent's file; its AGENT argument."""
    file = folder / "mine.py"
    file.write_text(HEAD + body, encoding="utf-8")
    return f"{file}:agent"


TALK = 'agent = Agent(name="Mine", model=ScriptedModel([[assistant_message("hi")]]))'


def test_a_prompt_sent_while_it_loads_is_answered(engine: Engine, tmp_path: Path) -> None:
    engine.send(c.Open("s7", script(tmp_path, TALK)), c.Send("hello"))
    assert engine.until(e.EngineStarted).pid == engine.process.pid
    started = engine.until(e.SessionStarted)
    assert (started.session, started.agent, started.model) == ("s7", "Mine", "ScriptedModel")
    assert engine.until(e.RunEnded) == e.RunEnded(1, "completed", turns=1)
    assert isinstance(engine.events[0], e.EngineStarted)
    engine.send(c.Close())
    assert engine.end() == 0


def test_a_restored_conversation_goes_on_where_it_was(engine: Engine, tmp_path: Path) -> None:
    said = ({"role": "user", "content": "before"}, {"role": "assistant", "content": "yes"})
    engine.send(c.Open("s", script(tmp_path, TALK), items=said, runs=4), c.Send("hello"))
    assert engine.until(e.ModelRequested).items == 3
    assert engine.until(e.RunEnded).run == 5
    assert engine.all(e.ConversationExtended)[0].items == ({"role": "user", "content": "hello"},)


def test_no_key_means_the_demo_and_says_so(engine: Engine) -> None:
    engine.send(c.Open("s", "demo"))
    assert engine.until(e.SessionStarted).api == "demo"
    notice = engine.until(e.Notice)
    assert notice.level == "info"
    assert "OPENAI_API_KEY" in notice.text


@pytest.mark.parametrize("end", ["hang up", "close", "terminate"])
def test_it_ends_when_told_to_even_if_a_tool_blocks(engine: Engine, tmp_path: Path, end: str) -> None:
    body = """
import time
@function_tool
async def block() -> str:
    time.sleep(60)
agent = Agent(name="Mine", tools=[block], model=ScriptedModel([[function_call("block", {}, call_id="c1")]]))
"""
    engine.send(c.Open("s", script(tmp_path, body)), c.Send("go"))
    engine.until(e.ToolStarted)
    match end:
        case "hang up":
            engine.hang_up()
        case "close":
            engine.send(c.Close())
        case _:
            engine.process.terminate()
    assert engine.end() == (128 + signal.SIGTERM if end == "terminate" else 0)


def test_it_ends_while_it_loads(engine: Engine, tmp_path: Path) -> None:
    engine.send(c.Open("s", script(tmp_path, "import time; print('loading'); time.sleep(60)")))
    assert engine.process.stdout
    assert engine.process.stdout.readline() == "loading\n"
    engine.hang_up()
    assert engine.end() == 0


def test_a_key_on_the_terminal_does_not_end_it(engine: Engine, tmp_path: Path) -> None:
    engine.send(c.Open("s", script(tmp_path, TALK)))
    engine.until(e.SessionStarted)
    engine.process.send_signal(signal.SIGINT)
    engine.send(c.Send("hello"))
    assert engine.until(e.RunEnded).status == "completed"


def test_what_user_code_prints_goes_line_by_line_to_its_pipes(engine: Engine, tmp_path: Path) -> None:
    body = """
import logging, os, subprocess, sys, warnings
@function_tool
def noisy() -> str:
    print("printed \\udc80")
    print("to stderr", file=sys.stderr)
    os.write(2, b"raw\\n")
    subprocess.run(["sh", "-c", "echo child; ls -l /proc/self/fd | grep -c pipe"], close_fds=False)
    logging.getLogger("mine").warning("logged\\ntwice")
    warnings.warn("warned")
    return "ok"
agent = Agent(name="Mine", tools=[noisy], model=ScriptedModel(
    [[function_call("noisy", {}, call_id="c1")], [assistant_message("done")]]))
"""
    engine.send(c.Open("s", script(tmp_path, body)), c.Send("go"))
    assert engine.until(e.RunEnded).status == "completed"
    assert engine.process.stdout
    assert engine.process.stderr
    lines = [engine.process.stdout.readline() for _ in range(3)]
    assert lines[:2] == ["printed \\udc80\n", "child\n"]
    assert lines[2] == "2\n"  # to grep and to stderr: the engine's own pipes do not leak
    assert [engine.process.stderr.readline() for _ in range(2)] == ["to stderr\n", "raw\n"]
    logged = engine.all(e.OutputCaptured)
    assert [(line.stream, line.level, line.text) for line in logged[:2]] == [
        ("log", "WARNING", "logged"),
        ("log", "WARNING", "twice"),
    ]
    assert any("UserWarning: warned" in line.text for line in logged)


def test_logging_that_user_code_sets_up_is_captured_once(engine: Engine, tmp_path: Path) -> None:
    body = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
def instructions(context, agent):
    logging.getLogger("mine").info("thinking")
    return "x"
agent = Agent(name="Mine", instructions=instructions, model=ScriptedModel([[assistant_message("hi")]]))
"""
    engine.send(c.Open("s", script(tmp_path, body)), c.Send("go"))
    engine.until(e.RunEnded)
    engine.send(c.Close())
    assert engine.end() == 0
    assert [line.text for line in engine.all(e.OutputCaptured)] == ["thinking"]
    assert engine.process.stderr
    assert engine.process.stderr.read() == ""


def test_exceptions_that_nobody_caught_are_notices(engine: Engine, tmp_path: Path) -> None:
    body = """
import asyncio, threading
@function_tool
async def careless() -> str:
    thread = threading.Thread(target=lambda: 1 / 0, name="worker")
    thread.start()
    thread.join()
    asyncio.get_running_loop().call_soon(lambda: {}["missing"])
    await asyncio.sleep(0)
    return "ok"
agent = Agent(name="Mine", tools=[careless], model=ScriptedModel(
    [[function_call("careless", {}, call_id="c1")], [assistant_message("done")]]))
"""
    engine.send(c.Open("s", script(tmp_path, body)), c.Send("go"))
    assert engine.until(e.RunEnded).status == "completed"
    in_thread, in_loop = engine.all(e.Notice)
    assert in_thread.text == "in worker: ZeroDivisionError: division by zero"
    assert "KeyError: 'missing'" in in_loop.text
    assert "mine.py" in in_thread.detail
    assert "mine.py" in in_loop.detail


def test_an_agent_that_cannot_be_loaded_is_told_and_ends_it(engine: Engine, tmp_path: Path) -> None:
    engine.send(c.Open("s", script(tmp_path, "raise RuntimeError('not\\ntoday')")))
    notice = engine.until(e.Notice)
    assert notice.level == "error"
    assert "RuntimeError" in notice.text
    assert "\n" not in notice.text
    assert "mine.py" in notice.detail
    assert engine.end() == EXIT_LOAD


def test_a_bad_base_url_is_told_and_ends_it(engine: Engine) -> None:
    engine.send(c.Open("s", "storyteller", base_url="localhost:8000/v1"))
    notice = engine.until(e.Notice)
    assert notice.level == "error"
    assert "http://localhost:8000/v1" in notice.text
    assert engine.end() == EXIT_LOAD


@pytest.mark.parametrize("line", [b"{}\n", b"nonsense\n", encode(c.Send("too early"))])
def test_commands_that_make_no_sense_end_it(engine: Engine, line: bytes) -> None:
    engine.write(line)
    assert engine.until(e.Notice).level == "error"
    assert engine.end() == EXIT_PROTOCOL


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells a child of its parent's death on Linux only")
async def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = """
import os, subprocess, sys
i, _ = os.pipe(); o, out = os.pipe(); r, w = os.pipe()
p = subprocess.Popen([sys.executable, "-m", "tui.engine", "--in", str(i), "--out", str(out)], pass_fds=(i, out))
os.read(o, 1); print(p.pid, flush=True); os.read(r, 1)
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent, stdout=subprocess.PIPE)
    assert process.stdout
    pid = int(await asyncio.wait_for(process.stdout.readline(), DEADLINE))
    engine = os.pidfd_open(pid)
    dead = asyncio.Event()
    asyncio.get_running_loop().add_reader(engine, dead.set)
    process.kill()
    await asyncio.wait_for(dead.wait(), DEADLINE)
    await process.wait()
    asyncio.get_running_loop().remove_reader(engine)
    os.close(engine)
