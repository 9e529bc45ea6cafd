"""What is wrong is said in one line with status 2, before anything of the user's runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui import __version__
from tui.agents import check_spec


def _run(*arguments: str, config: Path | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "XDG_CONFIG_HOME": str(config or "/nonexistent"), "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "tui", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=env, cwd=cwd, stdin=subprocess.DEVNULL, check=False
    )


def test_version() -> None:
    assert _run("--version").stdout == f"agents-tui {__version__}\n"


def test_help_names_every_option_and_built_in_agent() -> None:
    shown = _run("--help").stdout
    for word in ("--model", "--base-url", "--api", "--theme", "--no-journal", "--version", "run PROMPT", "game-master"):
        assert word in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gamemaster"], "did you mean 'game-master'?"),
        (["nothing-like-it"], "neither a built-in"),
        (["missing.py"], "there is no file 'missing.py'"),
        (["missing.py:agent"], "there is no file 'missing.py'"),
        (["module:"], "incomplete"),
        (["--modle", "x"], "did you mean --model?"),
        (["--api", "soap"], "invalid choice"),
        (["--base-url", "localhost:1"], "not a URL"),
        (["--theme", "drakula"], "did you mean 'dracula'?"),
        ([], "needs a terminal"),
        (["run", "  "], "the prompt is empty"),
        (["run", "-"], "the prompt is empty"),
        (["run"], "PROMPT"),
        (["run", "hi", "--agent", "nowhere.py"], "there is no file"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: list[str], said: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    message, hint = done.stderr.splitlines()
    assert said in message
    assert "--help" in hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thema = 'nord'", "did you mean 'theme'?"),
        ("theme = 3", "$.theme"),
        ("theme = ", "not valid TOML"),
        ("theme = 'nrd'", "did you mean 'nord'?"),
        ("api = 'soap'", "$.api"),
    ],
)
def test_a_wrong_config_file_is_named_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "agents-tui").mkdir()
    (tmp_path / "agents-tui" / "config.toml").write_text(text)
    done = _run(config=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_nearest_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("")
    assert "did you mean 'agent.py'?" in check_spec("agnet.py", tmp_path)
    assert check_spec("agent.py", tmp_path) == ""
    assert check_spec("agent.py:root", tmp_path) == ""
    assert "no folder 'sub'" in check_spec("sub/agent.py", tmp_path)
