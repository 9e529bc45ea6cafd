"""A session goes on: after a quit, after `kill -9` in the middle of an answer, beside another program."""

import json
import os
import random
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.model_server import Call, Reply, ServerProcess, Text, Wait
from tests.terminal import Terminal, program
from tui import events as e
from tui.journal.file import read
from tui.journal.restore import restore

READY = "ask, or / for commands"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}


def _files(home: dict[str, str]) -> list[Path]:
    return sorted((Path(home["XDG_DATA_HOME"]) / "agents-tui" / "sessions").glob("*.jsonl"))


def _said(server: ServerProcess, index: int) -> list[Any]:
    messages = server.request(index)["body"]["messages"]
    return [message["content"] for message in messages if message["role"] != "system"]


def test_killed_in_the_middle_of_an_answer_it_goes_on_with_the_partial(home: dict[str, str]) -> None:
    script: list[Reply] = [[Text("Once upon a "), Text("time there "), Wait("never")], [Text("was an end.")]]
    with ServerProcess(script) as server:
        with Terminal(program("storyteller", "--base-url", server.base_url), env=home) as terminal:
            terminal.wait_for(READY)
            terminal.type("Tell me a story\r")
            terminal.wait_for("Once upon a time there")
            terminal.process.send_signal(signal.SIGKILL)
            terminal.wait_exit()
        (path,) = _files(home)
        text = "".join(record.event.text for record in read(path) if isinstance(record.event, e.TextDelta))
        assert text == "Once upon a time there ", "what was painted is on disk"
        with Terminal(program("--continue"), env=home) as terminal:
            terminal.wait_for("Once upon a time there")
            terminal.wait_for("the program ended during this answer")
            terminal.wait_for("Tell me a story")
            terminal.type("Go on\r")
            terminal.wait_for("was an end.")
            terminal.wait_for("done")
            terminal.type("/quit\r")
            assert terminal.wait_exit() == 0
            assert f"agents-tui --session {path.stem}".encode() in terminal.raw
        said = _said(server, 1)
        assert said[0] == "Tell me a story"
        assert said[1].startswith("Once upon a time there")
        assert said[2] == "Go on"
    assert _files(home) == [path], "the same file goes on"
    reading = read(path)
    assert [record.seq for record in reading] == list(range(1, restore(path).state.seq + 1))
    assert reading.problem == ""


def test_a_session_open_elsewhere_goes_on_as_a_copy(home: dict[str, str]) -> None:
    with (
        ServerProcess([[Text("the first answer")]]) as server,
        Terminal(program("storyteller", "--base-url", server.base_url), env=home) as first,
    ):
        first.wait_for(READY)
        first.type("hello\r")
        first.wait_for("done")
        (path,) = _files(home)
        with Terminal(program("--session", path.stem[:4]), env=home, size=(160, 40)) as second:
            second.wait_for("the first answer")
            second.wait_for("is open in another program")
            second.type("again\r")
            second.wait_for(lambda: second.text.count("the first answer") >= 2)
            second.wait_for("done")
            second.type("\x11")
            assert second.wait_exit() == 0
        before = path.read_bytes()
        (copied,) = set(_files(home)) - {path}
        first.type("\x11")
        assert first.wait_exit() == 0
    assert restore(copied).state.run == 2
    assert restore(path).state.run == 1
    assert path.read_bytes().startswith(before), "the second program wrote nothing into it"
    header = json.loads(copied.read_bytes().splitlines()[0])
    assert header["parent"] == path.stem


def test_a_session_in_which_nothing_was_asked_leaves_no_file(home: dict[str, str]) -> None:
    with Terminal(program(), env=home) as terminal:
        terminal.wait_for("ready")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    assert _files(home) == []


def test_no_journal_writes_none(home: dict[str, str]) -> None:
    with Terminal(program("--no-journal"), env=home) as terminal:
        terminal.wait_for("ready")
        terminal.type("hello\r")
        terminal.wait_for("done")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert b"--session" not in terminal.raw
    assert _files(home) == []


def _listed(terminal: Terminal) -> list[str]:
    """The rows of the list of sessions, of one run each."""
    return re.findall(r"\d\d:\d\d  Game Master +1 ", terminal.text)


def test_another_session_is_opened_from_the_list(home: dict[str, str]) -> None:
    script: list[Reply] = [[Call("flip_coin", "{}", "c1")], [Text("The coin is known.")], [Text("Something else.")]]
    with ServerProcess(script) as server:
        command = program("game-master", "--base-url", server.base_url)
        for prompt, answer in (("flip", "The coin is known."), ("other", "Something else.")):
            with Terminal(command, env=home, size=(140, 40)) as terminal:
                terminal.wait_for(READY)
                terminal.type(f"{prompt}\r")
                terminal.wait_for(answer)
                terminal.wait_for("done")
                terminal.type("\x11")
                assert terminal.wait_exit() == 0
        with Terminal(program("--continue"), env=home, size=(140, 40)) as terminal:
            terminal.wait_for("Something else.")
            terminal.wait_for("ready")
            terminal.type("\x1b[15~")  # F5
            terminal.wait_for(lambda: len(_listed(terminal)) == 2)
            terminal.type("flip")
            terminal.wait_for(lambda: len(_listed(terminal)) == 1)
            terminal.type("\r")
            terminal.wait_for("The coin is known.")
            terminal.wait_for("flip_coin")
            terminal.wait_for("ready")
            terminal.type("\x11")
            assert terminal.wait_exit() == 0


def test_where_no_session_can_be_saved_the_screen_says_so_and_goes_on(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "agents-tui").write_text("a file where the folder should be")
    with ServerProcess([[Text("an answer all the same")]]) as server:
        command = program("storyteller", "--base-url", server.base_url)
        with Terminal(command, env={**home, "XDG_CONFIG_HOME": "/nonexistent"}, size=(140, 40)) as terminal:
            terminal.wait_for("the session is not being saved")
            terminal.type("hello\r")
            terminal.wait_for("an answer all the same")
            terminal.wait_for("done")
            terminal.type("\x11")
            assert terminal.wait_exit() == 0
            assert b"Traceback" not in terminal.raw
            assert b"agents-tui --session" not in terminal.raw
            assert b"not all of it was saved" in terminal.raw


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_the_journal_holds_all_that_was_painted(seed: int, home: dict[str, str]) -> None:
    words = [f"w{number}. " for number in range(2000)]
    moment = random.Random(seed).randrange(1, 150)
    with (
        ServerProcess([[Text(words)]], pace=150) as server,
        Terminal(program("storyteller", "--base-url", server.base_url), env=home) as terminal,
    ):
        terminal.wait_for(READY)
        terminal.type("count\r")
        terminal.wait_for(f"w{moment}.")
        terminal.process.send_signal(signal.SIGKILL)
        terminal.wait_exit()
        painted = max(map(int, re.findall(r"w(\d+)\.", terminal.text)))
    (path,) = _files(home)
    reading = read(path)
    text = "".join(record.event.text for record in reading if isinstance(record.event, e.TextDelta))
    assert text == "".join(words)[: len(text)]
    assert f"w{painted}. " in text, f"seed {seed}"
    assert reading.problem == ""
    restored = restore(path)
    assert restored.unfinished
    prompt, answer = [*restored.conversation.items, *restored.conversation.settle()]
    assert prompt["content"] == "count"
    assert answer["content"].startswith(text.strip())


def test_a_run_without_the_screen_is_recorded_too_without_keys(home: dict[str, str], tmp_path: Path) -> None:
    secret = 'very "secret" value'
    env = {**os.environ, **home, "SERVICE_TOKEN": secret}
    prompt = f"say {secret} and sk-abcdefghijklmnop12345678 but token = stream.next()"
    with ServerProcess([[Text("done")]]) as server:
        command = program("run", prompt, "--agent", "storyteller", "--base-url", server.base_url, "--json")
        done = subprocess.run(command, env=env, capture_output=True, check=True)
        (path,) = _files(home)
        subprocess.run([*command, "--no-journal"], env=env, capture_output=True, check=True)
    assert _files(home) == [path]
    kept = path.read_text()
    assert "secret" not in kept
    assert "abcdefghijklmnop" not in kept
    assert "token = stream.next()" in kept
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    recorded = [json.loads(line) for line in kept.splitlines()[1:]]
    assert [line["event"]["type"] for line in recorded[: len(printed)]] == [line["event"]["type"] for line in printed]
    assert [line for line in recorded if line["event"]["type"] == "text_delta"] == [
        line for line in printed if line["event"]["type"] == "text_delta"
    ]


def test_quitting_in_the_middle_of_an_answer_keeps_it_and_names_the_session(home: dict[str, str]) -> None:
    with (
        ServerProcess([[Text("half an answer "), Wait("never")]]) as server,
        Terminal(program("storyteller", "--base-url", server.base_url), env=home) as terminal,
    ):
        terminal.wait_for(READY)
        terminal.type("go\r")
        terminal.wait_for("half an answer")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        (path,) = _files(home)
        assert f"agents-tui --session {path.stem}".encode() in terminal.raw
    conversation = restore(path).conversation
    prompt, answer = [*conversation.items, *conversation.settle()]
    assert prompt["content"] == "go"
    assert answer["content"].startswith("half an answer")


def test_a_damaged_file_is_resumed_with_a_word_on_what_is_missing(home: dict[str, str]) -> None:
    with ServerProcess([[Text("a first answer")], [Text("a second answer")]]) as server:
        command = program("run", "hello", "--agent", "storyteller", "--base-url", server.base_url)
        subprocess.run(command, env={**os.environ, **home}, capture_output=True, check=True)
        (path,) = _files(home)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:3], b"\x00 not a record\n", *lines[3:], b'{"seq":99,"at":17']))
        with Terminal(program("--session", path.stem), env=home, size=(150, 40)) as terminal:
            terminal.wait_for("a first answer")
            terminal.wait_for("could not be read: line 4")
            terminal.type("more\r")
            terminal.wait_for("a second answer")
            terminal.wait_for("done")
            terminal.type("\x11")
            assert terminal.wait_exit() == 0
        assert _said(server, 1) == ["hello", "a first answer", "more"]


def test_prompts_that_waited_wait_again(home: dict[str, str]) -> None:
    with ServerProcess([[Text("busy with it "), Wait("never")], [Text("the queued answer")]]) as server:
        with Terminal(program("storyteller", "--base-url", server.base_url), env=home) as terminal:
            terminal.wait_for(READY)
            terminal.type("first\r")
            terminal.wait_for("busy with it")
            terminal.type("queued thought\r")
            terminal.wait_for(lambda: "queued thought" in terminal.text.partition("busy with it")[2])
            terminal.process.send_signal(signal.SIGKILL)
            terminal.wait_exit()
        with Terminal(program("--continue"), env=home) as terminal:
            terminal.wait_for("the program ended during this answer")
            terminal.wait_for("queued thought")
            terminal.wait_for("ready")
