"""`agents-tui run` in a process of its own, against the loopback server on both APIs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.model_server import Call, Pause, Reply, ServerProcess, Status, Text, Wait

TRICKY = ["Xin chào — ", "tiếng Vie\u0323\u0302t ", "👩‍👩‍👧 ", 'a "quote"\n', "\r\n\ttab ", "\x1b[31m", "…end"]


@contextmanager
def _started(*arguments: str, cwd: Path | None = None, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "XDG_CONFIG_HOME": "/nonexistent"}
    command = [sys.executable, "-m", "tui", "run", *arguments]
    process = subprocess.Popen(
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, **options
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _run(*arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> tuple[int, bytes, str]:
    with _started(*arguments, cwd=cwd) as process:
        out, err = process.communicate(stdin, timeout=60)
        return process.returncode, out, err.decode()


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_the_answer_arrives_byte_for_byte_on_both_apis(api: str) -> None:
    with ServerProcess([[Text(TRICKY)]]) as server:
        code, out, err = _run("hi", "--agent", "storyteller", "--base-url", server.base_url, "--api", api)
    assert (code, err) == (0, "")
    assert out.decode() == "".join(TRICKY)


def test_json_is_one_record_a_line_with_every_event_of_the_run() -> None:
    script: list[Reply] = [[Text("Rolling. "), Call("roll_dice", '{"sides":6}', "c1")], [Text(["You ", "got it"])]]
    with ServerProcess(script) as server:
        code, out, _ = _run("roll", "--agent", "game-master", "--base-url", server.base_url, "--json")
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    kinds = [record["event"]["type"] for record in records]
    expected = [
        "prompt_sent", "session_started", "run_started", "agent_changed", "model_requested", "text_delta",
        "usage_reported", "tool_called", "tool_started", "tool_ended", "message_completed", "run_ended",
    ]  # fmt: skip
    assert not [kind for kind in expected if kind not in kinds]
    events = [record["event"] for record in records]
    text = "".join(event["text"] for event in events if event["type"] == "text_delta")
    assert text == "Rolling. You got it"
    (called,) = (event for event in events if event["type"] == "tool_called")
    (ended,) = (event for event in events if event["type"] == "tool_ended")
    assert (called["call"], called["name"], json.loads(called["arguments"])) == ("c1", "roll_dice", {"sides": 6})
    assert (ended["call"], ended["failed"]) == ("c1", False)
    assert ended["duration"] >= 0
    assert events[-1]["type"] == "run_ended"
    assert (events[-1]["status"], events[-1]["turns"]) == ("completed", 2)


def test_the_prompt_can_come_from_standard_input() -> None:
    with ServerProcess([[Text("ok")]]) as server:
        code, out, _ = _run("-", "--agent", "storyteller", "--base-url", server.base_url, stdin="Xin chào\n".encode())
        asked = server.request(0)
    assert (code, out) == (0, b"ok")
    assert asked["body"]["messages"][-1]["content"] == "Xin chào"


def test_a_failed_run_is_one_plain_line_and_status_1() -> None:
    refused = Status(
        401, {}, json.dumps({"error": {"message": "Incorrect API key provided: sk-abcdefghijklmnop1234567890"}})
    )
    with ServerProcess([[refused]]) as server:
        code, out, err = _run("hi", "--agent", "storyteller", "--base-url", server.base_url)
    assert (code, out) == (1, b"")
    (line,) = err.splitlines()
    assert "401" in line or "key" in line
    assert "sk-abcdefghijklmnop1234567890" not in line


def test_an_agent_that_cannot_be_loaded_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import os\nraise RuntimeError('[/b] no luck')\n")
    code, out, err = _run("hi", "--agent", "broken.py", cwd=tmp_path)
    assert (code, out) == (1, b"")
    (line,) = err.splitlines()
    assert "RuntimeError" in line
    assert "[/b] no luck" in line
    assert "broken.py:2" in line


def test_a_package_called_tui_where_the_user_stands_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "tui").mkdir()
    (tmp_path / "tui" / "__init__.py").write_text("raise SystemExit('not this one')")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "XDG_CONFIG_HOME": "/nonexistent"}
    command = [sys.executable, "-P", "-m", "tui", "run", "say hello", "--agent", "friendly"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"hello" in done.stdout


def test_an_interrupt_stops_the_run_with_status_130() -> None:
    with (
        ServerProcess([[Text("begun "), Wait("never"), Text("not this")]]) as server,
        _started("hi", "--agent", "storyteller", "--base-url", server.base_url) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.read(6) == b"begun "
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b""
        assert process.wait(30) == 130
        assert server.request(0)["disconnected_at"] is not None


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    endless: list[Reply] = [[Text("line\n" * 40_000, chunks=4000), Pause(60)]]
    with (
        ServerProcess(endless) as server,
        _started("hi", "--agent", "storyteller", "--base-url", server.base_url) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line\n"
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_without_a_key_the_demo_answers_and_only_a_terminal_is_told() -> None:
    code, out, err = _run("say hello there", "--agent", "friendly")
    assert code == 0
    assert b"hello there" in out
    assert err == ""
