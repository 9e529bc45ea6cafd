"""The program in a real terminal, from the first paint to the shell's prompt; the engine, the SDK and HTTP are real."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.model_server import Call, Reply, ServerProcess, Text, Wait
from tests.payloads import ALL, leaks
from tests.terminal import Terminal, program

ESC = "\x1b"
LEFT_BEHIND = re.compile(rb"\x1b\[\?(1049|1000|1002|1003|1006|1004|2004|25)([hl])")


def _left_on(raw: bytes) -> set[bytes]:
    """The terminal modes still set at the end; the cursor counts when it is hidden."""
    on: dict[bytes, bool] = {}
    for mode, state in LEFT_BEHIND.findall(raw):
        on[mode] = (state == b"h") != (mode == b"25")
    return {mode for mode, is_on in on.items() if is_on}


def assert_restored(terminal: Terminal) -> None:
    assert _left_on(bytes(terminal.raw)) == set()
    assert terminal.modes == terminal.modes_before
    assert b"Traceback" not in terminal.raw


@pytest.fixture
def config(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}


REFUSED = """\
import os
def refuse(fd):
    open({log!r}, "a").write("refused\\n")
    raise PermissionError(13, "Permission denied")
os.ttyname = refuse
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads are used anyway")
def test_a_terminal_that_may_not_be_opened_again_as_after_su_is_used_by_threads(
    tmp_path: Path, config: dict[str, str]
) -> None:
    log = tmp_path / "log"
    (tmp_path / "sitecustomize.py").write_text(REFUSED.format(log=str(log)))
    config["PYTHONPATH"] = f"{tmp_path}:{Path.cwd()}"
    script: list[Reply] = [[Text("The story "), Wait("never")]]
    with (
        ServerProcess(script) as server,
        Terminal(program("storyteller", "--base-url", server.base_url), size=(100, 30), env=config) as terminal,
    ):
        terminal.wait_for("ask, or / for commands")
        terminal.type("Tell me\r")
        terminal.wait_for("The story")
        assert log.read_text() == "refused\n" * 2, "once for the keys, once for what is written"
        terminal.type(ESC)
        terminal.wait_for("stopped")
        terminal.type("/quit\r")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
def test_prompt_stream_stop_and_quit(size: tuple[int, int], config: dict[str, str]) -> None:
    script: list[Reply] = [[Text("The story "), Text("begins here. "), Wait("never")], [Text("Fine.")]]
    with ServerProcess(script) as server:
        command = program("storyteller", "--base-url", server.base_url)
        with Terminal(command, size=size, env=config) as terminal:
            terminal.wait_for("ask, or / for commands")
            terminal.type("Tell me a story\r")
            terminal.wait_for("The story begins here.")
            terminal.wait_for("writing")
            terminal.type("typed meanwhile")
            terminal.wait_for("typed meanwhile")
            terminal.type(ESC)
            terminal.wait_for("stopped")
            assert server.request(0)["disconnected_at"] is not None
            assert "typed meanwhile" in terminal.text, "nothing typed is lost"
            terminal.type("\r")
            terminal.wait_for("Fine.")
            said = [
                message["content"] for message in server.request(1)["body"]["messages"] if message["role"] != "system"
            ]
            assert said[0] == "Tell me a story"
            assert said[1].startswith("The story begins here.")
            assert said[2] == "typed meanwhile"
            terminal.type("/quit\r")
            assert terminal.wait_exit() == 0
            assert_restored(terminal)


def test_a_tool_call_is_shown_in_chat_log_and_figures(config: dict[str, str]) -> None:
    script: list[Reply] = [[Call("flip_coin", "{}", "c1")], [Text("There you are.")]]
    with ServerProcess(script) as server:
        command = program("game-master", "--base-url", server.base_url)
        with Terminal(command, size=(150, 40), env=config) as terminal:
            terminal.wait_for("ask, or / for commands")
            terminal.type("flip\r")
            terminal.wait_for("There you are.")
            terminal.wait_for("done")
            lines = terminal.lines
            shown = [line for line in lines if "flip_coin" in line]
            assert len(shown) >= 1
            assert sum(line.count("flip_coin") for line in lines) >= 2, "in the chat and in the log"
            assert re.search(r"tool calls +1", terminal.text)


def test_suspend_gives_the_terminal_back_and_fg_paints_it_all_again(config: dict[str, str]) -> None:
    env = {**config, "PS1": "shell> ", "PYTHONPATH": str(Path.cwd())}
    with Terminal(["bash", "--norc", "--noprofile", "-i"], env=env) as terminal:
        terminal.wait_for("shell>")
        terminal.type(f"{' '.join(program())}\r")
        terminal.wait_for("ready")
        terminal.type("half a prompt\x1a")
        terminal.wait_for("Stopped")
        assert _left_on(bytes(terminal.raw)) <= {b"2004"}, "bracketed paste is the shell's own"
        terminal.type("clear; fg\r")
        terminal.wait_for("half a prompt")
        terminal.wait_for("EVENT LOG")
        terminal.wait_for("ready")
        terminal.type("\x11")
        terminal.wait_for("shell>")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_restores_the_terminal(number: signal.Signals, config: dict[str, str]) -> None:
    with Terminal(program(), env=config) as terminal:
        terminal.wait_for("ready")
        os.kill(terminal.process.pid, number)
        assert terminal.wait_exit() == 128 + number
        assert_restored(terminal)


@pytest.mark.parametrize("controls", [True, False], ids=["with a signal", "without one"])
def test_a_terminal_that_goes_away_ends_screen_and_engine(controls: bool, config: dict[str, str]) -> None:
    with ServerProcess([[Text("begun"), Wait("never")]]) as server:
        command = program("storyteller", "--base-url", server.base_url)
        with Terminal(command, env=config, controls=controls) as terminal:
            terminal.wait_for("ready")
            terminal.type("go\r")
            terminal.wait_for("begun")
            terminal.hang_up()
            assert terminal.process.wait(10) == 128 + signal.SIGHUP
            assert server.request(0)["disconnected_at"] is not None, "the engine is gone too"


def test_a_resize_storm_leaves_a_whole_screen(config: dict[str, str]) -> None:
    with Terminal(program(), size=(100, 30), env=config) as terminal:
        terminal.wait_for("ready")
        for columns, rows in [(60, 16), (200, 60), (61, 17), (79, 24), (120, 40), (40, 10), (90, 25)] * 5:
            terminal.resize(columns, rows)
            terminal.read(0.01)
        terminal.wait_for(lambda: "METRICS" in terminal.text and "ask, or /" in terminal.lines[-2])
        assert len(terminal.lines) == 25


def test_a_crash_is_one_line_and_restores_the_terminal(tmp_path: Path, config: dict[str, str]) -> None:
    """The screen itself fails, with foreign text in the error."""
    (tmp_path / "crash.py").write_text(
        "import tui.ui.header as header\n"
        "def paint(self, state, now): raise RuntimeError('\\x1b]0;owned\\x07[/b] broken')\n"
        "header.HeaderBar.paint = paint\n"
        "from tui.cli import main\n"
        "import sys; sys.exit(main([]))\n"
    )
    with Terminal([program()[0], str(tmp_path / "crash.py")], env=config) as terminal:
        assert terminal.wait_exit() == 1
        assert_restored(terminal)
        assert "broken" in terminal.text
        assert b"\x1b]0;owned" not in terminal.raw
        assert any("Traceback" in log.read_text() for log in tmp_path.rglob("crash.log"))


def test_no_escape_sequence_of_a_model_or_tool_reaches_the_terminal(tmp_path: Path, config: dict[str, str]) -> None:
    """Every payload as answer, reasoning, tool name, arguments, output, printed line, agent name and error."""
    corpus = ALL
    (tmp_path / "hostile.py").write_text(
        "from agents import Agent, function_tool\n"
        f"corpus = {corpus!r}\n"
        "@function_tool\n"
        "def echo(text: str) -> str:\n"
        "    'Says what it is told.'\n"
        "    print(corpus)\n"
        "    return corpus\n"
        "@function_tool\n"
        "def fail(text: str) -> str:\n"
        "    'Fails.'\n"
        "    raise ValueError(corpus)\n"
        "agent = Agent('Evil ' + corpus, tools=[echo, fail])\n"
    )
    arguments = json.dumps({"text": corpus})
    script: list[Reply] = [
        [Text([corpus]), Call("echo", arguments, "c1"), Call("fail", arguments, "c2")],
        [Text([f"# {corpus}\n\n`{corpus}`\n\n```{corpus}\n{corpus}\n```\n\n| {corpus} |\n|---|\n| x |\n\nThe end."])],
    ]
    with ServerProcess(script) as server:
        command = program("hostile.py", "--base-url", server.base_url)
        with Terminal(command, size=(120, 60), env={**config, "PYTHONPATH": str(Path.cwd())}, cwd=tmp_path) as terminal:
            terminal.wait_for("ready")
            terminal.type("go\r")
            terminal.wait_for("The end.")
            terminal.wait_for("done")
            terminal.type("\x0f")  # Ctrl+O: open the tool calls
            terminal.type(f"{ESC}OR")  # F3: the log
            terminal.wait_for("Enter details")
            terminal.type("\r")  # the details of a row
            terminal.wait_for("1 Details")
            terminal.type(ESC)
            terminal.type("\x11")  # Ctrl+Q
            assert terminal.wait_exit() == 0
            assert leaks(bytes(terminal.raw)) == []
            assert_restored(terminal)
