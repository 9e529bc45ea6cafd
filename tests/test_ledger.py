"""The index over all sessions: the figures of the screen, kept up to date, mended, and asked from the command line."""

import json
import math
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import events as e
from tui.cli.stats import main
from tui.journal.file import Header, header_line
from tui.journal.restore import restore
from tui.ledger.figures import Choice, by, by_tool, over_all
from tui.ledger.index import FILE, ask
from tui.ledger.prometheus import BOUNDS, text
from tui.ledger.rows import Booking
from tui.metrics.report import report
from tui.wire import Record, encode_many

NOON = 1_763_873_640.0


def _answer(run: int, turn: int, *, agent: str = "Guide", model: str = "gpt-5-mini", wait: float = 1.0) -> list[object]:
    """A request whose first token comes after `wait` seconds, and then 40 in 4 s."""
    item = f"{run}.{turn}.0"
    return [
        e.ModelRequested(run, turn, agent, model, 1), wait, e.TextDelta(item, "a "),
        *[each for _ in range(40) for each in (0.1, e.TextDelta(item, "b "))],
        e.UsageReported(run, turn, 1000, 200, 41, 0, model), e.ResponseEnded(run, turn),
    ]  # fmt: skip


SESSION: list[object] = [
    e.SessionStarted("x", "Guide", "gpt-5-mini"),
    e.PromptSent("one"), 0.5, e.RunStarted(1), *_answer(1, 1), e.RunEnded(1, "completed", turns=1),
    e.PromptSent("two"), e.RunStarted(2),
    e.ThresholdBreached(1, 1, "first_token", 2.5, 2.0, "gpt-5-mini"),  # told after the next run began
    e.ModelRequested(2, 1, "Guide", "gpt-5-mini", 3), 1.0,
    e.AttemptFailed(2, 1, 1, 3, "network", "cut", 1.0), 1.0, e.AttemptStarted(2, 1, 2, 3),
    e.ToolCallStarted("2.1.0", "c", "dice"), 0.2, e.ToolCalled("c", "dice", "{}", "Guide"),
    e.AttemptSucceeded(2, 1, 2), e.UsageReported(2, 1, 500, 0, 10, 0, "gpt-5-mini"), e.ResponseEnded(2, 1),
    e.ToolStarted("c", "dice"), 2.0, e.ToolEnded("c", "dice", "4", duration=2.0),
    e.HandoffOccurred("Guide", "Teller"), *_answer(2, 2, agent="Teller", model="nobody-knows-it", wait=3.0),
    e.RunEnded(2, "completed", turns=2),
    e.ConversationRewound(2, 1),
    e.PromptSent("three"), e.RunStarted(3), e.ModelRequested(3, 1, "Guide", "gpt-5-mini", 1), 0.5,
    e.RunEnded(3, "failed", "no key", "auth", turns=1),
    e.PromptSent("four"), e.RunStarted(4), e.ModelRequested(4, 1, "Guide", "gpt-5-mini", 1), 0.5,
    e.CancelRequested(), e.RunEnded(4, "cancelled", turns=1),
    e.PromptSent("five"), e.RunStarted(5), 1.0,  # the program was killed
]  # fmt: skip


def _write(path: Path, happened: list[object], at: float = NOON) -> Path:
    """Events, and between them seconds that pass."""
    records: list[Record] = []
    for each in happened:
        if isinstance(each, float):
            at += each
        else:
            records.append(Record(len(records) + 1, at, each))  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header_line(Header(path.stem, "demo", at)) + encode_many(records))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recorded sessions of a user, one so far."""
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path))
    folder = tmp_path / "agents-tui" / "sessions"
    _write(folder / "aaaa1111.jsonl", SESSION)
    return folder


def _same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else math.isclose(one, other)


def test_each_run_has_the_figures_of_the_screen(folder: Path) -> None:
    path = folder / "aaaa1111.jsonl"
    shown = report(restore(path).state)
    booked = list(Booking(path))
    assert [each.run.status for each in booked] == ["completed", "completed", "failed", "cancelled", "live"]
    for mine, theirs in zip(booked, shown.by_run, strict=True):
        run = mine.run
        assert (run.run, run.model, run.status) == (theirs.run, theirs.model, theirs.status)
        for one, other in (
            (run.first_token, theirs.first_token), (run.first_text, theirs.first_text), (run.total, theirs.total),
            (run.generation, theirs.generation), (run.rate, theirs.tokens_per_second),
        ):  # fmt: skip
            assert _same(one, other)
        assert run.retries == theirs.retries
        assert [(each.turn, each.first_token) for each in mine.requests] == [
            (each.turn, each.first_token) for each in theirs.requests
        ]
        assert sum(each.output or 0 for each in mine.requests) == theirs.tokens.output


def test_all_runs_together_by_hand(folder: Path) -> None:
    found = ask(folder, lambda db: over_all(db, Choice()))
    assert (found.number, found.failed, found.interrupted, found.with_issues) == (5, 1, 1, 3)
    assert found.first_token_median == pytest.approx((1.5 + 2.0) / 2)
    assert found.total_mean == pytest.approx(((0.5 + 1 + 4) + (1 + 1 + 0.2 + 2 + 3 + 4) + 0.5 + 0.5) / 5)
    assert (found.input, found.cached, found.output, found.untold) == (2500, 400, 92, 2)
    assert (found.retries, found.recoveries, found.recovery_rate) == (1, 1, 1.0)
    assert (found.errors, found.errors_by_kind) == (2, {"auth": 1, "network": 1})
    assert found.error_rate == pytest.approx(1 / 6)
    assert found.cost is not None
    assert 0 < found.cost < 0.01
    assert found.unpriced == 3, "of an unknown model, and two that were never counted"
    assert found.updated == pytest.approx(NOON + 5.5 + 11.2 + 0.5 + 0.5)


def test_by_model_and_agent_it_is_requests(folder: Path) -> None:
    own, other = ask(folder, lambda db: by(db, Choice(), "model"))
    assert (own.group, own.number, other.group, other.number) == ("gpt-5-mini", 4, "nobody-knows-it", 1)
    assert (other.cost, other.unpriced, other.output) == (None, 1, 41)
    assert other.first_token_mean == pytest.approx(3.0)
    assert (own.retries, own.recoveries) == (1, 1)
    assert own.error_rate == pytest.approx(1 / 5)
    assert other.tokens_per_second_mean == pytest.approx(41 / 4)
    agents = ask(folder, lambda db: by(db, Choice(agent="t*"), "agent"))
    assert [(each.group, each.number) for each in agents] == [("Teller", 1)]
    assert agents[0].with_issues == 1, "its run had a failed try"


def test_a_choice_is_of_runs_and_days_are_local(folder: Path) -> None:
    assert ask(folder, lambda db: over_all(db, Choice(model="NOBODY*"))).number == 1
    assert ask(folder, lambda db: over_all(db, Choice(since=NOON + 10))).number == 3
    assert ask(folder, lambda db: over_all(db, Choice(model="x"))).number == 0
    (day,) = ask(folder, lambda db: by(db, Choice(), "day"))
    assert re.fullmatch(r"2025-11-2[234]", day.group)
    (tool,) = ask(folder, lambda db: by_tool(db, Choice()))
    assert (tool.group, tool.calls, tool.failed, tool.p95) == ("dice", 1, 0, 2.0)


def _number(folder: Path) -> int:
    return ask(folder, lambda db: over_all(db, Choice())).number


def test_what_changed_is_read_again_and_what_is_gone_forgotten(folder: Path) -> None:
    other = _write(folder / "bbbb2222.jsonl", SESSION)
    assert _number(folder) == 10
    with other.open("ab") as file:
        file.write(encode_many([Record(999, NOON + 99, e.PromptSent("six"))]))
    assert _number(folder) == 11
    other.unlink()
    assert _number(folder) == 5
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_nothing_is_read_that_did_not_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _number(folder)
    monkeypatch.setattr("tui.ledger.index.Booking", None)
    assert _number(folder) == 5


def _old(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE about SET version = 'old'")
    db.close()


def _torn(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    path.write_bytes(path.read_bytes()[:5000] + b"\0" * 20_000)


def _stripped(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE failures")
    db.close()


@pytest.mark.parametrize(
    "damage", [lambda path: path.write_bytes(b"no database, whatever it may be called" * 99), _old, _torn, _stripped]
)
def test_a_damaged_index_is_made_anew(folder: Path, damage: object) -> None:
    _number(folder)
    damage(folder / FILE)  # type: ignore[operator]
    assert _number(folder) == 5
    with sqlite3.connect(folder / FILE) as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (5,)
    db.close()


def test_where_nothing_can_be_written_it_is_made_in_memory(folder: Path) -> None:
    (folder / FILE).mkdir()
    assert _number(folder) == 5
    assert _number(folder.parent / "nowhere") == 0


def test_numbers_longer_than_those_of_the_index(folder: Path) -> None:
    _write(folder / "cccc3333.jsonl", [e.PromptSent("x"), e.ModelRequested(1, 1, "A"),
                                       e.UsageReported(1, 1, 10**30, 0, 1, 0)])  # fmt: skip
    assert _number(folder) == 6


def test_two_programs_at_once(folder: Path) -> None:
    for number in range(12):
        _write(folder / f"{number:08x}.jsonl", SESSION)
    command = [sys.executable, "-m", "tui", "stats", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for each in both:
        out, err = each.communicate(timeout=60)
        assert (each.returncode, err, json.loads(out)["number"]) == (0, b"", 65)


# The command


def test_the_table_fits_80_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for grouping in ("model", "agent", "day", "tool"):
        assert main(["--by", grouping]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) >= 2
        assert {len(line) for line in lines} == {len(lines[0])}
        assert len(lines[0]) <= 80
    assert main([]) == 0
    shown = capsys.readouterr().out
    for said in ("runs          5, 1 failed, 1 interrupted", "1.75 s median", "≥$0.00", "1 auth, 1 network", "100.0 %"):
        assert said in shown


def test_json_and_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--json", "--by", "model"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["group"], line["number"], line["cost"] is None) for line in lines] == [
        ("gpt-5-mini", 4, False),
        ("nobody-knows-it", 1, True),
    ]
    main(["--csv", "--by", "tool"])
    assert capsys.readouterr().out == "group,calls,failed,p50,p95,longest,total\ndice,1,0,2.0,2.0,2.0,2.0\n"
    main(["--since", "2999-01-01"])
    assert capsys.readouterr().out.startswith("no runs like that in")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "tomorrow"], "'tomorrow' is neither like 7d"),
        (["--since", "99999999w"], "is neither like 7d"),
        (["--by", "week"], "invalid choice"),
        (["--prometheus", "--by", "day"], "leave out --by"),
        (["--json", "--csv"], "not allowed with"),
        (["--modle", "x"], "did you mean --model?"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err.splitlines()[0]


_SAMPLE = re.compile(r'agents_tui_(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)')


def _samples(shown: str) -> Iterator[tuple[str, str, float]]:
    """Reads the format strictly; each sample stands under the TYPE of its family."""
    family = ""
    for line in shown.splitlines():
        if line.startswith("# TYPE "):
            family = line.split()[2].removeprefix("agents_tui_")
        if not line.startswith("#"):
            found = _SAMPLE.fullmatch(line)
            assert found is not None, line
            assert found[1].startswith(family)
            yield found[1], found[2] or "", float(found[3])


def test_prometheus_text(folder: Path) -> None:
    _write(folder / "dddd4444.jsonl", [
        e.PromptSent("x"), e.RunStarted(1), *_answer(1, 1, agent='a"b\\c\nd', model="nobody-knows-it", wait=0.25),
        e.RunEnded(1, "completed"),
    ])  # fmt: skip
    found = list(_samples(ask(folder, lambda db: text(db, Choice()))))
    values = {(name, labels): value for name, labels, value in found}
    assert len(values) == len(found), "each sample once"
    assert values["runs_total", 'status="failed"'] == 1
    assert values["requests_total", 'model="nobody-knows-it"'] == 2
    assert values["tool_seconds_total", 'tool="dice"'] == 2.0
    odd = r'model="nobody-knows-it",agent="a\"b\\c\nd"'
    name = "time_to_first_token_seconds"
    buckets = [values[f"{name}_bucket", f'{odd},le="{bound}"'] for bound in BOUNDS]
    assert buckets == [float(bound >= 0.25) for bound in BOUNDS]
    assert values[f"{name}_bucket", f'{odd},le="+Inf"'] == values[f"{name}_count", odd] == 1
    assert values[f"{name}_sum", odd] == pytest.approx(0.25)
