"""`agents-tui log`: what a filter lets through, as lines, as records, as a file; also while the session goes on."""

import csv
import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.payloads import ALL
from tests.sample_session import SESSION, hostile, recorded
from tests.terminal import Terminal, program
from tui import events as e
from tui.cli.log import main
from tui.journal.file import Header, header_line, title_line
from tui.journal.lines import Lines, newest_at
from tui.places import sessions_folder
from tui.wire import encode, encode_many

LINES = encode_many(recorded(*SESSION))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_bytes(header_line(Header("7f3a0001", "demo", 1.0)) + LINES)
    return path


def printed(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> bytes:
    assert main(list(arguments)) == 0
    return capfdbinary.readouterr().out


def _fails(event: dict[str, Any]) -> bool:
    return bool(event.get("failed"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kind:tool_ended", lambda event: event["type"] == "tool_ended"),
        ("kind:text_delta,reasoning_delta", lambda event: event["type"] in ("text_delta", "reasoning_delta")),
        ("kind:delta", lambda event: event["type"].endswith("_delta")),
        ("not kind:delta", lambda event: not event["type"].endswith("_delta")),
        ("failed:true", _fails),
        ("duration>0.1", lambda event: (event.get("duration") or 0) > 0.1),
        ("event.turn:2", lambda event: event.get("turn") == 2),
        ("name:roll_* type:tool_called", lambda event: event["type"] == "tool_called" and "roll_" in event["name"]),
        ("tokens>100", lambda event: event["type"] == "usage_reported" and event["input"] + event["output"] > 100),
        ("event.status:failed", lambda event: event.get("status") == "failed"),
        ("arguments.sides>6", lambda event: json.loads(event.get("arguments", "{}")).get("sides", 0) > 6),
        ("type:text_delta text~a\\b", lambda event: event["type"] == "text_delta" and re.search(r"a\b", event["text"])),
    ],
)
def test_a_filter_counts_what_the_json_holds(
    text: str, wanted: Callable[[dict[str, Any]], object], recording: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [line for line in LINES.splitlines(keepends=True) if wanted(json.loads(line)["event"])]
    assert lines
    assert int(printed(capfdbinary, str(recording), "--filter", text, "--count")) == len(lines)
    assert printed(capfdbinary, str(recording), "--filter", text, "--json") == b"".join(lines)


def test_records_are_printed_byte_for_byte(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    odd = (
        LINES.replace(b'{"seq":', b'{ "extra": 1,  "seq":')
        + b'{"seq":33,"at":1.0,"event":{"type":"of_tomorrow","a":1}}\n'
    )
    recording.write_bytes(odd)
    assert printed(capfdbinary, str(recording), "--json") == odd


def test_lines_tell_when_what_who_and_what_was_said(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = printed(capfdbinary, str(recording), "--filter", "kind:tool_ended or kind:run").decode().splitlines()
    assert re.fullmatch(r"\d\d:54:14\.000  tool_ended +Guide +✗ roll_dice → ValueError: no table · 500 ms", lines[2])
    assert [line.split()[1] for line in lines] == [
        "run_started", "tool_ended", "tool_ended", "tool_ended", "run_ended", "run_started", "run_ended",
    ]  # fmt: skip
    assert lines[-1].endswith("run 2 failed: the server said 500 · 1.0 s")


@pytest.mark.parametrize(
    ("arguments", "count"), [(["--level", "1"], 19), ([], 27), (["--level", "2"], 27), (["--level", "3"], 32)]
)
def test_a_level_says_how_much(
    arguments: list[str], count: int, recording: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert len(printed(capfdbinary, str(recording), *arguments).splitlines()) == count


def test_every_line_is_one_line_and_clean(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(encode_many(recorded(*hostile(f"{ALL}\n\n{ALL}"))))
    text = printed(capfdbinary, str(path), "--level", "3").decode()
    assert len(text.splitlines()) == len(hostile(""))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]", text)


def test_a_table_and_an_archive_are_printed_or_saved(
    recording: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rows = csv.reader(io.StringIO(printed(capfdbinary, str(recording), "--csv").decode(), newline=""))
    assert len(list(rows)) == len(SESSION) + 1
    target = tmp_path / "out.har"
    assert printed(capfdbinary, str(recording), "--har", "--filter", "kind:tool", "-o", str(target)) == b""
    assert len(json.loads(target.read_bytes())["log"]["entries"]) == 3
    assert target.stat().st_mode & 0o777 == 0o600
    assert main([str(recording), "--json", "-o", str(target)]) == 2
    assert b"exists" in capfdbinary.readouterr().err


def test_the_last_session_of_the_folder_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert b"no session was begun in this folder" in capfdbinary.readouterr().err
    sessions_folder().mkdir(parents=True)
    header = header_line(Header("7f3a0001", "demo", 1.0, cwd=str(tmp_path)))
    (sessions_folder() / "7f3a0001.jsonl").write_bytes(header + title_line("a name") + LINES)
    assert printed(capfdbinary, "--json") == LINES
    assert printed(capfdbinary, "7f3", "--json") == LINES


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--filter", "kind:tol"], "at character 6: kind is never tol: did you mean tool?"),
        (["--follow", "--har"], "--follow has no end"),
        (["--follow", "--count"], "--follow has no end"),
        (["--level", "4"], "--level"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    arguments: list[str], said: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main([str(recording), *arguments])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"hello\n\xff", header_line(Header("a", "demo", 1.0))])
def test_a_file_without_events_is_refused_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some\x1b[2J.jsonl"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    said = capsys.readouterr().err
    assert "is no recorded session" in said
    assert said.count("\n") == 1
    assert "\x1b" not in said


@pytest.mark.parametrize("name", ["nothing.jsonl", "abcd", "."])
def test_what_cannot_be_read_is_refused_in_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_lines_that_cannot_be_read_cost_only_themselves_and_are_told(
    recording: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    recording.write_bytes(b"garbage\n" + LINES[:-20])
    assert main([str(recording), "--json"]) == 0
    said = capfdbinary.readouterr()
    assert len(said.out.splitlines()) == len(SESSION) - 1
    assert b"2 records of session.jsonl could not be read: line 1" in said.err


def test_moments_count_from_the_newest_event(recording: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert int(printed(capfdbinary, str(recording), "--filter", "since:-2s", "--count")) == 3


# Following


class Writer:
    """Adds the next piece to a file whenever its reader pauses; at the end there is Ctrl+C."""

    def __init__(self, path: Path, pieces: list[bytes]) -> None:
        self.path = path
        self.pieces = pieces

    def __call__(self) -> None:
        if not self.pieces:
            raise KeyboardInterrupt
        with self.path.open("ab") as file:
            file.write(self.pieces.pop(0))


def test_a_session_is_followed_as_it_grows_until_it_is_interrupted(
    recording: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    more = [encode(record) for record in recorded(*SESSION, *(e.Notice("info", f"note {n}") for n in range(3)))[-3:]]
    writer = Writer(recording, [more[0], more[1][:10], b"", more[1][10:] + more[2]])
    assert main([str(recording), "--follow", "--json"], writer) == 130
    assert capfdbinary.readouterr().out == LINES + b"".join(more)


def test_a_session_that_has_not_begun_is_waited_for(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "new.jsonl"
    path.touch()
    assert main([str(path), "-f", "--filter", "kind:prompt since:-1h"], Writer(path, [LINES])) == 130
    assert b"Traceback" not in capfdbinary.readouterr().err


def test_a_torn_line_that_its_writer_cut_off_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    first, second = LINES.splitlines(keepends=True)[:2]
    path.write_bytes(first + second[:20])

    def mend() -> None:
        if path.stat().st_size == len(first):
            with path.open("ab") as file:
                file.write(second)
        else:
            os.truncate(path, len(first))

    lines = Lines(path, mend)
    assert [line.raw for line in itertools.islice(lines, 2)] == [first, second]
    assert lines.skipped == 0


def test_the_newest_event_is_found_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(LINES + b"x" * 300_000 + b"\n" + title_line("a name"))
    assert newest_at(path) == recorded(*SESSION)[-1].at
    path.write_bytes(b"x" * 300_000)
    assert newest_at(path) is None


def test_ctrl_c_ends_it_without_a_word(recording: Path) -> None:
    with subprocess.Popen(
        program("log", str(recording), "-f", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in SESSION:
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == b""


@pytest.mark.parametrize("follow", [True, False])
def test_a_reader_that_goes_away_ends_it_quietly(follow: bool, recording: Path) -> None:
    if not follow:
        recording.write_bytes(LINES * 200)  # more than a pipe holds
    arguments = ["log", str(recording), "--json", *(["-f"] if follow else [])]
    with subprocess.Popen(program(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


def test_neither_the_screen_nor_the_sdk_is_loaded(recording: Path) -> None:
    code = (
        f"import sys; from tui.cli import main; main(['log', {str(recording)!r}]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "tui.cli.log" in loaded
    assert not loaded & {"textual", "rich", "agents", "openai", "asyncio"}


def test_on_a_terminal_records_are_shown_clean(tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(encode_many(recorded(e.PromptSent("a\u009b2J\u202eb"))))
    with Terminal(program("log", str(path), "--json"), size=(100, 10)) as terminal:
        terminal.wait_for("prompt_sent")
        assert terminal.wait_exit() == 0
        assert "\u009b" not in terminal.raw.decode()
        assert "\u202e" not in terminal.raw.decode()
