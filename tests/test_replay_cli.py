"""`replay --json` gives the records back; what is no recording is said in one line with status 2; nothing is loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal, program
from tests.test_player import RECORDS, folded
from tui.cli import main
from tui.journal.file import Header, header_line, read
from tui.places import config_folder, sessions_folder
from tui.wire import Record, decode_record, encode_many

LINES = encode_many(RECORDS)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_bytes(header_line(Header("0badcafe", "demo", RECORDS[0].at)) + LINES)
    return path


def printed(capfdbinary: pytest.CaptureFixture[bytes]) -> list[Record]:
    return [decode_record(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_the_records_of_a_journal_are_printed(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["replay", str(recording), "--json"]) == 0
    assert capfdbinary.readouterr().out == LINES


def test_printed_records_replay_like_the_journal(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["replay", str(recording), "--json"]) == 0
    first = capfdbinary.readouterr().out
    recording.write_bytes(first)
    assert main(["replay", str(recording), "--json"]) == 0
    again = printed(capfdbinary)
    assert folded(again) == folded(list(read(recording))) == folded(RECORDS)


def test_a_session_is_found_by_the_start_of_its_id(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    sessions_folder().mkdir(parents=True)
    (sessions_folder() / "0badcafe.jsonl").write_bytes(LINES)
    assert main(["replay", "0bad", "--json"]) == 0
    assert printed(capfdbinary) == RECORDS


def test_a_torn_line_costs_only_itself_and_is_told(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    recording.write_bytes(recording.read_bytes()[:-20])
    assert main(["replay", str(recording), "--json"]) == 0
    output = capfdbinary.readouterr()
    assert len(output.out.splitlines()) == len(RECORDS) - 1
    assert b"1 record" in output.err
    assert b"torn" in output.err


@pytest.mark.parametrize("json_too", [True, False])
@pytest.mark.parametrize("content", [b"", b"hello\n\x00\xff\n", b'{"a": 1}\n', header_line(Header("a", "demo", 1.0))])
def test_a_file_without_records_is_refused_in_one_line(
    content: bytes, json_too: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    path = tmp_path / "some.jsonl"
    path.write_bytes(content)
    assert main(["replay", str(path), *(["--json"] if json_too else [])]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("agents-tui replay: ")
    assert "is no recorded session" in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(("name", "reason"), [("nothing.jsonl", "No such file"), ("abcd", "there is no session")])
def test_a_missing_file_or_session_is_refused_in_one_line(
    name: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", name, "--json"]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_a_name_with_control_characters_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "x\x1b]0;owned\x07.jsonl", "--json"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["0", "-1", "65", "fast", "nan", "inf"])
def test_an_impossible_speed_is_refused(speed: str, recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["replay", str(recording), f"--speed={speed}"])
    assert refused.value.code == 2
    assert "nor max" in capsys.readouterr().err


def test_without_a_terminal_the_screen_is_refused(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["replay", str(recording)])
    assert refused.value.code == 2
    assert "--json" in capsys.readouterr().err


def test_a_reader_that_goes_away_ends_it_quietly(recording: Path) -> None:
    recording.write_bytes(LINES * 2000)  # more than a pipe holds
    command = program("replay", str(recording), "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == 141


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import tui.cli; tui.cli.main(['replay', PATH, '--json'])", {"textual", "rich", "agents", "openai"}),
        ("import tui.ui.replay.app, tui.cli.replay", {"agents", "openai"}),
    ],
    ids=["json", "screen"],
)
def test_a_replay_loads_no_sdk_and_without_the_screen_no_textual(
    code: str, unwanted: set[str], recording: Path
) -> None:
    script = (
        f"import sys, json\nPATH = {str(recording)!r}\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert "tui.cli.replay" in loaded
    assert not loaded & unwanted


def test_the_recorded_session_plays_in_a_terminal_even_if_its_agent_is_gone(recording: Path) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "config.toml").write_text('agent = "gone.py"\n')
    with Terminal(program("replay", str(recording), "--speed", "max"), size=(100, 30)) as terminal:
        terminal.wait_for("event 13 of 13")
        terminal.wait_for("The quick fox")
        terminal.type("\x1b[H")
        terminal.wait_for(lambda: "event 2 of 13" in terminal.text and "quick" not in terminal.text)
        terminal.type("q")
        assert terminal.wait_exit() == 0
        assert terminal.modes == terminal.modes_before
