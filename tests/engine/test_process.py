"""The engine as a process of its own: its pipes, what user code prints and breaks, and how it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TypeVar

import pytest

from tui import commands as c
from tui import events as e
from tui.engine.main import EXIT_LOAD, EXIT_PROTOCOL
from tui.wire import decode_stamped, encode

E = TypeVar("E", bound=e.Event)

DEADLINE = 20.0
"""Seconds; importing the SDK takes some of them on a busy machine."""
HEAD = """
from agents import Agent, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call
"""


class Engine:
    """A running engine process."""

    def __init__(self) -> None:
        commands_in, self._commands = os.pipe()
        events_in, events_out = os.pipe()
        environ = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.engine", "--in", str(commands_in), "--out", str(events_out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(commands_in, events_out),
            start_new_session=True,
            env=environ,
        )
        os.close(commands_in)
        os.close(events_out)
        self.events: list[e.Event] = []
        self._arrived: SimpleQueue[e.Event | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(os.fdopen(events_in, "rb"),))
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                self._arrived.put(decode_stamped(line).event)
        self._arrived.put(None)

    def send(self, *commands: c.Command) -> None:
        os.write(self._commands, b"".join(map(encode, commands)))

    def write(self, data: bytes) -> None:
        os.write(self._commands, data)

    def hang_up(self) -> None:
        """Close the commands, as the end of the screen does."""
        if self._commands >= 0:
            os.close(self._commands)
            self._commands = -1

    def until(self, kind: type[E]) -> E:
        """The next event of this kind."""
        while (event := self._arrived.get(timeout=DEADLINE)) is not None:
            self.events.append(event)
            if isinstance(event, kind):
                return event
        raise AssertionError(f"the engine ended before {kind.__name__}: {self.events}")

    def end(self) -> int:
        """Wait for the process; its exit status."""
        status = self.process.wait(DEADLINE)
        while (event := self._arrived.get(timeout=DEADLINE)) is not None:
            self.events.append(event)
        return status

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def clean_up(self) -> None:
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self._reader.join(DEADLINE)


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
