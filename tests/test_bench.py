"""The same prompts streamed and whole: the plan, the results, the figures, and the command on a loopback server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.model_server import Pause, Reply, ServerProcess, Status, Text, Usage, Wait
from tui.bench.table import lines
from tui.bench.trials import Outcome, Results, ResultsError, Trial, plan, spent
from tui.cli.bench import main


def _outcome(
    repeat: int, perceived: float, total: float, *, streaming: bool = True, status: str = "completed"
) -> Outcome:
    trial = Trial("demo", "m", streaming, "hi", repeat)
    return Outcome(trial, status, perceived, None, total, 50.0, 10, 20, 0.25, 1)  # type: ignore[arg-type]


def test_the_plan_keeps_a_model_and_manner_together() -> None:
    trials = plan("demo", ["a", "b"], [False, True], ["x", "y"], 2)
    assert len(set(trials)) == len(trials) == 16
    assert [(trial.model, trial.streaming) for trial in trials[::4]] == [
        ("a", False), ("a", True), ("b", False), ("b", True),
    ]  # fmt: skip


def test_medians_spread_and_ratio_by_hand() -> None:
    whole = [_outcome(n, total, total, streaming=False) for n, total in enumerate((4.0, 2.0, 3.0, 9.0), 1)]
    streamed = [_outcome(n, 0.7, 3.5) for n in range(3)] + [_outcome(9, 0.1, 0.1, status="failed")]
    first, second = lines(whole + streamed)
    assert (first.runs, first.completed, first.total.median, first.total.ratio) == (4, 4, 3.5, 1.0)
    assert (first.total.p25, first.total.p75) == (2.0, 4.0)
    assert (second.runs, second.completed) == (4, 3)
    assert second.perceived.median == 0.7
    assert second.perceived.ratio == pytest.approx(0.2)
    assert (second.total.ratio, second.cost, second.unpriced) == (1.0, 1.0, 4)
    assert spent(whole) == 1.0
    assert lines([]) == []


def test_results_survive_a_torn_line_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    results = Results(path)
    results.add(_outcome(1, 1.0, 2.0))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    results = Results(path)
    assert results.outcomes == [_outcome(1, 1.0, 2.0)]
    results.add(_outcome(2, 1.0, 2.0))
    assert len(Results(path).outcomes) == 2
    path.write_bytes(b'{"theirs": 1}\n')
    with pytest.raises(ResultsError, match=r"r\.jsonl:1: not a result"):
        Results(path)
    assert path.read_bytes() == b'{"theirs": 1}\n'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--prompts"),
        (["--prompts", "nowhere.txt"], "nowhere.txt: cannot be read: No such file"),
        (["--prompts", "empty.txt"], "holds no prompt"),
        (["--prompts", "p.txt", "-n", "0"], "not a number from 1"),
        (["--prompts", "p.txt", "--models", "a,,b"], "not a list of different models"),
        (["--prompts", "p.txt", "--budget", "-1"], "not an amount of US dollars"),
        (["--prompts", "p.txt", "--budget", "nan"], "not an amount of US dollars"),
        (["--prompts", "p.txt", "--json", "p.txt"], "p.txt:1: not a result"),
        (["--prompts", "p.txt", "--json", "no/where"], "cannot be written"),
        (["--prompts", "p.txt", "--agent", "gamemaster"], "did you mean 'game-master'?"),
    ],
)
def test_wrong_usage(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    (tmp_path / "p.txt").write_text("hi\n")
    (tmp_path / "empty.txt").write_text("\n \n")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[0]
    assert (tmp_path / "p.txt").read_text() == "hi\n"


# The command


def _started(folder: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    (folder / "p.txt").write_text("one\n")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "XDG_CONFIG_HOME": "/nonexistent"}
    command = [sys.executable, "-m", "tui", "bench", "--agent", "storyteller", "--prompts", "p.txt", "--base-url", url]
    return subprocess.Popen(
        [*command, "--json", "r.jsonl", *arguments],
        cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _kept(folder: Path) -> list[Outcome]:
    decode = msgspec.json.Decoder(Outcome).decode
    return [decode(line) for line in (folder / "r.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_streamed_is_seen_sooner_and_takes_as_long(tmp_path: Path, api: str) -> None:
    reply: Reply = [Text("Once "), Pause(0.6), Text("upon a time."), Usage(10, 20)]
    with ServerProcess([reply] * 2) as server:
        arguments = ("-n", "1", "--models", "nobodys", "--api", api, "-o", "o.json")
        with _started(tmp_path, server.base_url, *arguments) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert [bool(server.request(index)["body"].get("stream")) for index in range(2)] == [False, True]
        with _started(tmp_path, server.base_url, *arguments) as again:  # the server has no more replies
            assert again.communicate(timeout=60)[0] == out
    whole, streamed = _kept(tmp_path)[:1], _kept(tmp_path)[1:]
    for each in whole:
        assert each.perceived == each.total
        assert each.total is not None
        assert each.total >= 0.6
    for each in streamed:
        assert each.perceived is not None
        assert each.total is not None
        assert each.total - each.perceived >= 0.55
    assert {(each.input, each.output) for each in whole + streamed} == {(10, 20)}
    head, first, second, foot = out.splitlines()
    assert (head.split()[:3], first.split()[:3]) == (["MODEL", "ANSWER", "RUNS"], ["nobodys", "whole", "1"])
    assert second.split()[1] == "streamed"
    assert max(map(len, out.splitlines())) <= 80
    assert foot.startswith("2 of 2 runs · 0 failed · cost ?")
    assert [line["streaming"] for line in json.loads((tmp_path / "o.json").read_text())] == [False, True]


def test_a_stop_tells_what_there_is_and_the_same_file_goes_on(tmp_path: Path) -> None:
    with ServerProcess([[Text("done")], [Text("begun"), Wait("never")]]) as server:
        with _started(tmp_path, server.base_url, "-n", "3", "--streaming", "on") as process:
            server.reached("never")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (130, "")
        assert "1 of 3 runs" in out
    with ServerProcess([[Status(401)], [Text("done")]]) as server:
        with _started(tmp_path, server.base_url, "-n", "3", "--streaming", "on") as process:
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 1, "a run failed"
    assert "3 of 3 runs · 1 failed" in out
    assert [each.trial.repeat for each in _kept(tmp_path)] == [1, 2, 3]
    assert [each.status for each in _kept(tmp_path)] == ["completed", "failed", "completed"]


def test_the_budget_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    spent_all = Outcome(Trial("storyteller", "", True, "one", 1), "completed", 1, 1, 2, 9, 9, 9, 0.6, 0)
    Results(path).add(spent_all)
    with _started(tmp_path, "http://127.0.0.1:9/v1", "-n", "2", "--streaming", "on", "--budget", "0.50") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "1 of 2 runs" in out
    assert "the budget is spent" in out


def test_an_agent_that_cannot_be_loaded_ends_it(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no luck')\n")
    with _started(tmp_path, "http://127.0.0.1:9/v1", "--agent", "broken.py") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "no luck" in err
    assert "Traceback" not in err
