"""What is wrong is said in one line with status 2, before anything of the user's runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import __version__
from tui import events as e
from tui.agents import check_spec
from tui.bus import Bus, steady_clock
from tui.cli.opening import keep, launch_of, stand_where_it_stood, take_up
from tui.cli.options import RECORDED, Parser, connection_options, settings_of
from tui.journal.file import Header, header_line
from tui.journal.sessions import Sessions
from tui.link.handle import Launch, Link
from tui.wire import Record, encode


def _run(
    *arguments: str, config: Path | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "XDG_CONFIG_HOME": str(config or "/nonexistent"), "PYTHONPATH": str(Path(__file__).parents[1])}
    env.update(variables)
    command = [sys.executable, "-m", "tui", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=env, cwd=cwd, stdin=subprocess.DEVNULL, check=False
    )


def test_version() -> None:
    assert _run("--version").stdout == f"agents-tui {__version__}\n"


def test_help_names_every_option_and_built_in_agent() -> None:
    shown = _run("--help").stdout
    options = "--model --base-url --api --theme --no-journal --continue --session --version --otel --otel-content"
    for word in (
        *options.split(),
        "run PROMPT",
        "sessions ACTION",
        "agents-tui stats",
        "agents-tui bench",
        "game-master",
    ):
        assert word in shown


_SESSIONS = ["sessions list", "sessions errors", "sessions show", "sessions export", "sessions delete"]


@pytest.mark.parametrize("command", ["", "run", "log", "replay", "bench", "stats", "sessions", *_SESSIONS])
def test_help_fits_a_terminal_of_80_columns(command: str) -> None:
    done = _run(*command.split(), "--help", COLUMNS="80")
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if len(line) > 79] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gamemaster"], "did you mean 'game-master'?"),
        (["sesions", "list"], "did you mean sessions?"),
        (["demo", "list"], "unrecognized arguments: list"),
        (["nothing-like-it"], "neither a built-in"),
        (["missing.py"], "there is no file 'missing.py'"),
        (["missing.py:agent"], "there is no file 'missing.py'"),
        (["module:"], "incomplete"),
        (["--modle", "x"], "did you mean --model?"),
        (["--api", "soap"], "invalid choice"),
        (["--base-url", "localhost:1"], "not a URL"),
        (["--theme", "drakula"], "did you mean 'dracula'?"),
        ([], "needs a terminal"),
        (["--session", "no-such-session"], "there is no session 'no-such-session'"),
        (["--session", ""], "there is no session ''"),
        (["--continue"], "no session was begun in this folder"),
        (["--continue", "--session", "x"], "not allowed with"),
        (["--stall-limit", "0"], "'0' is no number of seconds above 0"),
        (["run", "hi", "--stall-limit", "soon"], "'soon' is no number of seconds above 0"),
        (["run", "  "], "the prompt is empty"),
        (["run", "-"], "the prompt is empty"),
        (["run"], "PROMPT"),
        (["run", "hi", "--agent", "nowhere.py"], "there is no file"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = _run(*arguments, XDG_DATA_HOME=str(tmp_path))
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
        ("stall_limit = 0", "$.stall_limit"),
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


def _recorded(folder: Path, **fields: str) -> Path:
    sessions = folder / "agents-tui" / "sessions"
    sessions.mkdir(parents=True)
    header = Header("cafe0001", "my_app.py", 1_763_900_000.0, cwd=str(folder), **fields)  # type: ignore[arg-type]
    path = sessions / "cafe0001.jsonl"
    path.write_bytes(header_line(header) + encode(Record(1, 1_763_900_000.0, e.PromptSent("hi"))))
    return path


@pytest.fixture
def back_here() -> Iterator[None]:
    here = Path.cwd()
    yield
    os.chdir(here)


@pytest.mark.usefixtures("back_here")
def test_a_session_is_launched_as_it_was_recorded_unless_flags_say_otherwise(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text("")
    path = _recorded(tmp_path, model="m1", base_url="http://one/v1", api="chat")
    stored = take_up(Sessions(path.parent), path)
    stand_where_it_stood(stored.header)
    recorded = {name: getattr(stored.header, name) for name in RECORDED}
    parser = Parser()
    parser.add_argument("agent", nargs="?")
    connection_options(parser)

    def launched(*arguments: str) -> Launch:
        return launch_of(settings_of(parser, parser.parse_args(arguments), recorded), stored)

    assert launched() == Launch("cafe0001", "my_app.py", "m1", "http://one/v1", "chat")
    assert launched("--model", "m2") == Launch("cafe0001", "my_app.py", "m2", "http://one/v1", "chat")
    assert launched("demo", "--base-url", "http://two/v1").base_url == "http://two/v1"
    assert launched("demo").agent == "demo"
    assert launched("--stall-limit", "2.5").stall_limit == 2.5
    assert stored.descriptor is not None
    os.close(stored.descriptor)


def test_credentials_in_a_url_are_not_recorded(tmp_path: Path) -> None:
    launch = Launch("cafe0002", "demo", base_url="https://me:hunter2hunter2@host/v1")
    writer = keep(Link(Bus(steady_clock()), launch), Sessions(tmp_path))
    assert writer.header.base_url is None
