"""Recorded sessions: listed, found, renamed, deleted and brought back."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from tests.terminal import Terminal
from tui import events as e
from tui.journal.file import Header, header_line, hold
from tui.journal.restore import restore
from tui.journal.sessions import SessionError, Sessions
from tui.journal.summary import total
from tui.metrics.cost import Cost
from tui.wire import Record, encode_many

RUN = (
    e.SessionStarted("x", "Guide", "gpt-x"),
    e.PromptSent("Where is the key?"),
    e.RunStarted(1),
    e.UsageReported(1, 1, 120, 0, 30, 0),
    e.UsageReported(1, 2, 200, 0, 50, 0),
    e.RunEnded(1, "completed"),
    e.PromptSent("And the door?"),
    e.RunStarted(2),
)


def _write(folder: Path, session: str, *happened: e.Event, at: float = 1000.0, cwd: str = "/a") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    header = Header(session, "my_app.py", at, cwd=cwd)
    records = [Record(seq, at + seq, event) for seq, event in enumerate(happened or RUN, 1)]
    path = folder / f"{session}.jsonl"
    path.write_bytes(header_line(header) + encode_many(records))
    os.utime(path, (at, at))
    return path


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    folder = tmp_path / "sessions"
    _write(folder, "aaaa1111", at=1000.0)
    _write(folder, "aabb2222", e.PromptSent("Roll a die\nor two"), at=3000.0, cwd="/b")
    _write(folder, "cccc3333", e.EngineStarted(1), at=2000.0)
    return Sessions(folder)


def test_the_list_is_newest_first_with_what_each_was_about(sessions: Sessions) -> None:
    newest, oldest = sessions.all()
    assert (newest.session, newest.title, newest.cwd) == ("aabb2222", "Roll a die⏎or two", "/b")
    assert (oldest.title, oldest.agent, oldest.name) == ("Where is the key?", "my_app.py", "Guide")
    assert (oldest.prompts, oldest.turns, oldest.input, oldest.output) == (2, 2, 320, 80)
    assert (oldest.created, oldest.changed) == (1000.0, 1000.0)


FAULTY = (
    e.PromptSent("hi"),
    e.RunStarted(1),
    e.ModelRequested(1, 1, "Guide"),
    e.AttemptFailed(1, 1, 1, 3, "network", "cut", 1.0),
    e.AttemptStarted(1, 1, 2, 3),
    e.AttemptFailed(1, 1, 2, 3, "rate_limit", "429", 1.0),
    e.AttemptStarted(1, 1, 3, 3),
    e.AttemptSucceeded(1, 1, 3),
    e.RunEnded(1, "completed"),
    e.RetryRequested(),
    e.RunStarted(2),
    e.ModelRequested(2, 1, "Guide"),
    e.AttemptFailed(2, 1, 1, 1, "network", "cut"),
    e.RunEnded(2, "failed", "cut", "network"),
    e.PromptSent("again"),
    e.RunStarted(3),
    e.ModelRequested(3, 1, "Guide"),
    e.RunEnded(3, "failed", "no key", "auth"),
    e.PromptSent("again"),
    e.RunStarted(4),
    e.RunEnded(4, "cancelled"),
)


def test_errors_are_counted_as_the_fold_counts_them(tmp_path: Path) -> None:
    path = _write(tmp_path, "aaaa1111", *FAULTY)
    _write(tmp_path, "bbbb2222")
    faulty = next(summary for summary in Sessions(tmp_path).all() if summary.session == "aaaa1111")
    folded = restore(path).state.metrics
    assert (faulty.requests, faulty.tries, faulty.failures) == (folded.turns, folded.tries, folded.failures)
    assert (faulty.recoveries, faulty.given_up, faulty.interruptions) == (1, 1, 1)
    assert (faulty.failures, faulty.failed) == ({"network": 2, "rate_limit": 1, "auth": 1}, 2)
    sums = total(Sessions(tmp_path).all())
    assert (sums.runs, sums.turns, sums.tries, sums.failures) == (6, 3, 5, folded.failures)
    assert sums.failures is not faulty.failures


def test_the_cost_is_that_of_the_screen(tmp_path: Path) -> None:
    usage = [e.UsageReported(1, turn, 10_000, 5_000, 1_000, 0, model) for turn, model in ((1, "gpt-5-mini"), (2, "x"))]
    turns = [e.ModelRequested(1, turn, "Guide") for turn in (1, 2)]
    path = _write(tmp_path, "aaaa1111", e.PromptSent("hi"), e.RunStarted(1), *turns, *usage, e.RunEnded(1, "completed"))
    (summary,) = Sessions(tmp_path).all()
    known, priced, unknown = Cost().plus(restore(path).state.requests)
    assert (summary.cost, summary.unpriced) == (float(known), unknown)
    assert (priced, unknown) == (1, 1)
    assert summary.cost == pytest.approx((5_000 * 0.25 + 5_000 * 0.025 + 1_000 * 2) / 1e6)


def test_a_prompt_that_looks_like_another_record_is_counted(tmp_path: Path) -> None:
    happened = [e.PromptSent(text) for text in ('"type":"text_delta","', '_delta","', '"type":"run_started"')]
    _write(tmp_path, "aaaa1111", *happened, e.TextDelta("1.1.0", '"type":"prompt_sent"'))
    (summary,) = Sessions(tmp_path).all()
    assert (summary.prompts, summary.turns) == (3, 0)


def test_an_index_of_another_version_is_read_anew(sessions: Sessions) -> None:
    before = sessions.all()
    index = sessions.folder / "index.json"
    kept = json.loads(index.read_bytes())
    for name, (*_, summary) in kept["sessions"].items():
        assert name == summary["session"]
        summary["turns"] = 77
    for old in (kept["sessions"], {**kept, "fields": kept["fields"][:-1]}):
        index.write_text(json.dumps(old))
        assert sessions.all() == before
    index.write_text(json.dumps(kept))
    assert {summary.turns for summary in sessions.all()} == {77}, "the same version's is taken as it is"


def test_a_folder_that_is_not_there_is_an_empty_list(tmp_path: Path) -> None:
    assert Sessions(tmp_path / "nowhere").all() == []


def test_a_session_that_went_on_is_read_again(sessions: Sessions) -> None:
    sessions.all()
    path = sessions.path("aaaa1111")
    with path.open("ab") as file:
        file.write(encode_many([Record(9, 1.0, e.RunStarted(3))]))
    turns = {summary.session: summary.turns for summary in sessions.all()}
    assert turns["aaaa1111"] == 3


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"aaaa1111":3}', b"\xff\xfe"])
def test_a_damaged_index_is_made_anew(sessions: Sessions, damage: bytes) -> None:
    before = sessions.all()
    (sessions.folder / "index.json").write_bytes(damage)
    assert sessions.all() == before


def test_files_that_are_no_sessions_do_not_hinder_the_list(sessions: Sessions) -> None:
    (sessions.folder / "junk.jsonl").write_bytes(os.urandom(5000))
    (sessions.folder / "folder.jsonl").mkdir()
    (sessions.folder / "gone.jsonl").symlink_to("nowhere")
    assert len(sessions.all()) == 2


def test_a_session_is_found_by_the_start_of_its_id(sessions: Sessions) -> None:
    assert sessions.find("aab").stem == "aabb2222"
    assert sessions.find("aaaa1111").stem == "aaaa1111"
    with pytest.raises(SessionError, match=r"2 sessions: aaaa1111, aabb2222"):
        sessions.find("aa")
    with pytest.raises(SessionError, match=r"did you mean aabb2222\?"):
        sessions.find("aabb2223")
    with pytest.raises(SessionError, match="sessions list"):
        sessions.find("")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b"])
def test_an_id_is_no_path(sessions: Sessions, name: str) -> None:
    (sessions.folder.parent / "secret.jsonl").write_text("x")
    with pytest.raises(SessionError):
        sessions.find(name)


def test_the_latest_is_of_the_folder_it_is_asked_for(sessions: Sessions) -> None:
    assert sessions.latest(Path("/a")).session == "aaaa1111"
    with pytest.raises(SessionError, match="no session was begun in this folder"):
        sessions.latest(Path("/c"))


def test_a_new_name_replaces_the_first_prompt(sessions: Sessions) -> None:
    sessions.rename("aaaa1111", "Keys & doors")
    assert "Keys & doors" in [summary.title for summary in sessions.all()]
    sessions.rename("aaaa1111", "")
    assert "Where is the key?" in [summary.title for summary in sessions.all()]


def test_what_was_discarded_can_be_brought_back_until_it_is_purged(sessions: Sessions) -> None:
    before = sessions.path("aaaa1111").read_bytes()
    sessions.discard("aaaa1111")
    assert [summary.session for summary in sessions.all()] == ["aabb2222"]
    sessions.restore("aaaa1111")
    assert sessions.path("aaaa1111").read_bytes() == before
    sessions.discard("aaaa1111")
    sessions.purge("aaaa1111")
    with pytest.raises(SessionError, match="cannot be brought back"):
        sessions.restore("aaaa1111")


def test_a_session_that_is_open_is_not_deleted(sessions: Sessions) -> None:
    descriptor = hold(sessions.path("aaaa1111"))
    with pytest.raises(SessionError, match="another program has it open"):
        sessions.discard("aaaa1111")
    os.close(descriptor)
    sessions.discard("aaaa1111")


def test_a_thousand_sessions_are_listed_quickly(tmp_path: Path) -> None:
    for number in range(1000):
        _write(tmp_path, f"{number:08x}", at=float(number))
    sessions = Sessions(tmp_path)
    first = sessions.all()
    began = time.perf_counter()
    assert sessions.all() == first
    assert time.perf_counter() - began < 0.3
    assert len(first) == 1000


# The command


@pytest.fixture
def run(tmp_path: Path) -> "Run":
    return Run(tmp_path)


class Run:
    def __init__(self, home: Path) -> None:
        self.folder = home / "agents-tui" / "sessions"
        self._env = {
            **os.environ,
            "XDG_DATA_HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "TZ": "UTC",
        }

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "tui", "sessions", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self._env, stdin=subprocess.DEVNULL, check=False
        )
        return done.returncode, done.stdout, done.stderr


def test_the_command_lists_shows_exports_and_deletes(run: Run, tmp_path: Path) -> None:
    _write(run.folder, "aaaa1111")
    code, out, _ = run("list")
    assert code == 0
    assert out.split() == ["aaaa1111", "1970-01-01", "00:16", "Guide", "2", "400", "–", "Where", "is", "the", "key?"]
    code, out, _ = run("list", "--json")
    assert json.loads(out)["input"] == 320
    code, out, _ = run("show", "aa")
    assert code == 0
    assert "1. You  00:16  Where is the key?" in out
    figures = json.loads(run("show", "aa", "--json")[1])
    assert (figures["runs"], figures["tokens"]["input"], figures["cost"]["known"]) == (2, 320, None)
    code, out, _ = run("export", "aa")
    assert "Where is the key?" in out
    target = tmp_path / "out.json"
    assert run("export", "aa", "-o", str(target)) == (0, "", "")
    assert "Where is the key?" in json.dumps(json.loads(target.read_text()))
    assert run("delete", "aa")[0] == 0
    assert list(run.folder.rglob("*.jsonl")) == []


def test_the_command_counts_errors_over_all_sessions(run: Run) -> None:
    _write(run.folder, "aaaa1111", *FAULTY)
    _write(run.folder, "bbbb2222")
    code, out, _ = run("errors")
    assert code == 0
    told = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in out.splitlines())
    assert (told["sessions"], told["runs"], told["failed"], told["interrupted"]) == ("2", "6", "2", "1")
    assert (told["requests"], told["tries"], told["network"], told["rate limit"], told["auth"]) == tuple("35211")
    assert told["error rate"] == "60.0 % of the model's tries"
    assert told["recovered"] == "1, 50.0 % of the requests with a failed try"
    found = json.loads(run("errors", "--json")[1])
    assert (found["error_rate"], found["recovery_rate"], found["runs_failed"]) == (0.6, 0.5, 2)


def test_without_sessions_there_are_no_rates(run: Run) -> None:
    assert "rate" not in run("errors")[1]
    assert json.loads(run("errors", "--json")[1])["error_rate"] is None


@pytest.mark.parametrize("columns", [80, 120])
def test_in_a_terminal_the_columns_line_up_and_nothing_is_too_long(run: Run, tmp_path: Path, columns: int) -> None:
    _write(run.folder, "aaaa1111", e.SessionStarted("x", "Người kể chuyện 物語", "m"), e.PromptSent("物語 " * 60))
    _write(run.folder, "bbbb2222", at=500.0)
    places = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("CONFIG", "DATA", "STATE")}
    with Terminal([sys.executable, "-m", "tui", "sessions", "list"], env=places, size=(columns, 24)) as terminal:
        terminal.wait_exit()
        head, *rows = [line for line in terminal.text.splitlines() if line.strip()]
    for row, agent, title in zip(rows, ("Người", "Guide"), ("物語 物語", "Where"), strict=True):
        assert cell_len(row[: row.index(agent)]) == head.index("AGENT")
        assert cell_len(row[: row.index(title)]) == head.index("TITLE")
        assert cell_len(row) <= columns
    assert rows[0].endswith("…")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "aaaa1112"], "did you mean aaaa1111?"),
        (["delete", "zz"], "there is no session 'zz'"),
        (["export", "aaaa", "--format", "pdf"], "invalid choice"),
        (["list", "--jsn"], "--jsn"),
        (["lst"], "invalid choice"),
        ([], "ACTION"),
    ],
)
def test_wrong_usage_is_status_2_and_one_line(run: Run, arguments: list[str], said: str) -> None:
    _write(run.folder, "aaaa1111")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err.splitlines()[0]


def test_foreign_text_in_a_file_commands_no_terminal(run: Run) -> None:
    path = _write(run.folder, "aaaa1111", e.PromptSent("\x1b]0;owned\x07hi"))
    assert msgspec.json.decode(path.read_bytes().splitlines()[1])["event"]["text"].startswith("\x1b")
    for arguments in (["list"], ["show", "aaaa1111"]):
        assert "\x1b" not in run(*arguments)[1]
