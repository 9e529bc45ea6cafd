"""The frame before the screen: in a real terminal, with the import of Textual held up for as long as a test looks."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.model_server import ServerProcess, Text
from tests.terminal import Terminal, program
from tests.test_terminal import assert_restored
from tui import skeleton
from tui.agents import BUILTIN_AGENTS
from tui.cli.screen import parser_of_screen
from tui.places import config_folder
from tui.skeleton import arguments, looks, picture
from tui.skeleton.line import INTERRUPT, SUSPEND, Line
from tui.skeleton.looks import Look

INVITATION = "sk, or / for commands"
HELD = """\
import sys
class Hold:
    def find_spec(self, name, path=None, target=None):
        if name == "textual":
            with open({fifo!r}) as held:
                exec(held.read(), {{}})
sys.meta_path.insert(0, Hold())
"""
"""A `sitecustomize` that waits in the import of Textual until a line comes through the pipe, and runs that."""


ENUM = ("collections", "enum", "functools", "itertools", "keyword", "operator", "reprlib", "types")
"""What the standard library's `signal` takes along, besides private modules."""


class Held:
    """The program, stopped where it imports Textual."""

    def __init__(self, terminal: Terminal, fifo: Path) -> None:
        self.terminal, self._fifo = terminal, fifo

    def type(self, text: str, shown: str) -> None:
        """Type, and see it echoed while Textual is not there."""
        self.terminal.type(text)
        self.terminal.wait_for(shown)

    def go_on(self, code: str = "") -> None:
        self._fifo.write_text(code)


def _hold(folder: Path) -> tuple[Path, dict[str, str]]:
    """The pipe that lets the program go on, and the environment that holds it up."""
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    (folder / "sitecustomize.py").write_text(HELD.format(fifo=str(fifo)))
    places = {f"XDG_{kind}_HOME": str(folder) for kind in ("CONFIG", "DATA", "STATE")}
    return fifo, {**places, "PYTHONPATH": f"{folder}:{Path.cwd()}"}


@contextmanager
def held(
    folder: Path, *words: str, size: tuple[int, int] = (100, 30), env: dict[str, str] | None = None
) -> Iterator[Held]:
    fifo, places = _hold(folder)
    with Terminal(program(*words), size=size, env={**places, **(env or {})}) as terminal:
        terminal.wait_for(INVITATION)
        terminal.wait_for(lambda: terminal.raw.endswith(b"\x1b[0m"))  # the end of what it draws
        yield Held(terminal, fifo)


STILL = "import tui.link.handle\nasync def attach(self): pass\ntui.link.handle.Link.attach = attach"
"""No engine is connected, so the app's first frame stays."""


def _cells(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    rows, columns = terminal.screen.lines, terminal.screen.columns
    cells = [[terminal.screen.buffer[y][x] for x in range(columns)] for y in range(rows)]
    return [
        [(c.data, c.fg if c.data != " " or c.reverse else "", c.bg, c.bold, c.reverse) for c in row] for row in cells
    ]


# What it looks like


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (121, 33), (60, 16), (40, 10), (119, 19), (201, 60)])
@pytest.mark.parametrize("words", [(), ("--theme", "daylight")], ids=["dark", "light"])
def test_it_is_the_first_frame_of_the_app(size: tuple[int, int], words: tuple[str, ...], tmp_path: Path) -> None:
    _assert_same(tmp_path, *words, size=size)


@pytest.mark.parametrize("theme", sorted(looks.THEMES))
def test_it_has_the_colours_of_each_theme(theme: str, tmp_path: Path) -> None:
    _assert_same(tmp_path, "--theme", theme)


@pytest.mark.parametrize("theme", ["daylight", "gruvbox", "midnight"])
def test_it_takes_the_same_of_256_colours(theme: str, tmp_path: Path) -> None:
    _assert_same(tmp_path, "--theme", theme, env={"COLORTERM": ""})


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"COLORTERM": "", "TERM": "xterm"}], ids=["none", "few"])
def test_where_colours_are_few_or_not_wanted_it_takes_the_terminal_s_own(env: dict[str, str], tmp_path: Path) -> None:
    with held(tmp_path, env=env) as program:
        assert b"8;2;" not in program.terminal.raw
        assert b"8;5;" not in program.terminal.raw
        assert "EVENT LOG" in program.terminal.text


def _is_whole(terminal: Terminal) -> bool:
    """All of a frame has been read: it ends with putting the cursor where input methods show."""
    return re.search(rb"\x1b\[\d+;\d+H(?:\x1b\[0m|\x1b\[\?2026l)*$", terminal.raw) is not None


def _assert_same(
    folder: Path, *words: str, size: tuple[int, int] = (100, 30), env: dict[str, str] | None = None
) -> None:
    with held(folder, *words, size=size, env=env) as program:
        terminal = program.terminal
        terminal.wait_for(lambda: INVITATION in terminal.text and _is_whole(terminal))
        ours = _cells(terminal)
        ours[0] = [(" ", *cell[1:]) if x > 20 else cell for x, cell in enumerate(ours[0])]
        program.go_on(STILL)
        terminal.wait_for("starting the engine")
        terminal.type("x")
        terminal.wait_for("› x")
        terminal.type("\x7f")
        terminal.wait_for(lambda: INVITATION in terminal.text and _is_whole(terminal))
        theirs = _cells(terminal)
        for y, (our_row, their_row) in enumerate(zip(ours, theirs, strict=True)):
            end = _filled_later(terminal, y)
            different = [(x, a, b) for x, (a, b) in enumerate(zip(our_row, their_row, strict=True)) if a != b]
            assert [each for each in different if each[0] < end or each[1][0] != " "] == [], f"row {y}: {different[:4]}"


def _filled_later(terminal: Terminal, row: int) -> int:
    """The column from which on a row has blanks where the app has words: of its phase, or of the figures."""
    if row == 0:
        return terminal.screen.columns - len(" ○ starting the engine ")
    if 1 < row < terminal.screen.lines - 3 and "EVENT LOG" in terminal.lines[1]:
        return terminal.lines[1].index("EVENT LOG") - 1
    return terminal.screen.columns


# What is typed


def test_what_is_typed_is_shown_at_once_and_ends_in_the_input(tmp_path: Path) -> None:
    with held(tmp_path) as program:
        program.type("Tiếng Việx", "› Tiếng Việx")
        program.type("\x7ft 🎲", "› Tiếng Việt 🎲")
        cursor = program.terminal.screen.cursor
        assert (cursor.x, cursor.y, cursor.hidden) == (2 + len("Tiếng Việt ") + 2, 28, True)
        program.go_on()
        program.terminal.type(" und weiter")
        program.terminal.wait_for("ready")
        program.terminal.wait_for("› Tiếng Việt 🎲 und weiter")
        assert program.terminal.text.count("Tiếng") == 1


def test_enter_sends_once_the_app_runs_and_nothing_is_doubled(tmp_path: Path) -> None:
    with ServerProcess([[Text("Answered.")]]) as server, held(tmp_path, "--base-url", server.base_url) as program:
        program.type("first prompt\r", "1 to send")
        program.type("and more", "› and more")
        program.go_on()
        program.terminal.wait_for("Answered.")
        said = [each["content"] for each in server.request(0)["body"]["messages"] if each["role"] == "user"]
        assert said == ["first prompt"]
        program.terminal.wait_for("› and more")


def test_what_was_typed_before_the_program_ran_is_sent_too(tmp_path: Path) -> None:
    """The terminal made a new line of that Enter; it is one all the same."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with ServerProcess([[Text("Answered.")]]) as server:
        command = ["sh", "-c", f'read -r _ < {gate}; exec "$@"', "sh", *program("--base-url", server.base_url)]
        with Terminal(command, env={"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}) as terminal:
            terminal.type("very early\rhalf")
            terminal.wait_for("half")
            gate.write_text("\n")
            terminal.wait_for("Answered.")
            terminal.wait_for("› half")
            said = [each["content"] for each in server.request(0)["body"]["messages"] if each["role"] == "user"]
            assert said == ["very early"]


@pytest.mark.parametrize("cut", [0, 3, 6, 9, 10, 12, 17])
def test_a_paste_stays_one_wherever_the_terminal_is_handed_over(cut: int, tmp_path: Path) -> None:
    """Its Enter is a new line in the input and sends nothing."""
    paste = "\x1b[200~one\rtwo\x1b[201~"
    with held(tmp_path) as program:
        program.type("a", "› a")
        program.terminal.type(paste[:cut])
        program.type("" if cut else "b", "› ab" if not cut else "› a")
        program.go_on()
        program.terminal.wait_for("starting the engine")
        program.terminal.type(paste[cut:] + "!")
        program.terminal.wait_for("  two!")
        assert "one" in program.terminal.lines[program.terminal.lines.index("  two!") - 1]


def test_keys_of_which_it_knows_nothing_reach_the_app(tmp_path: Path) -> None:
    with held(tmp_path) as program:
        program.type("bc", "› bc")
        program.terminal.type("\x1b[D\x1b[D")
        program.terminal.type("a")
        program.go_on()
        program.terminal.wait_for("› abc")


def test_a_resize_draws_it_anew(tmp_path: Path) -> None:
    with held(tmp_path, size=(120, 40)) as program:
        program.type("kept", "› kept")
        program.terminal.resize(60, 16)
        program.terminal.wait_for("F3 Event log")
        assert program.terminal.lines[14] == "› kept"


# Ending early


def _on_the_shell_s_screen(terminal: Terminal) -> str:
    """What was written after the alternate screen was left, which the emulator does not tell apart."""
    return bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2].decode()


def test_control_c_clears_what_is_typed_and_then_ends_the_program(tmp_path: Path) -> None:
    with held(tmp_path) as program:
        program.type("words", "› words")
        program.type("\x03", INVITATION)
        program.terminal.type("\x03")
        assert program.terminal.wait_exit() == 128 + signal.SIGINT
        assert_restored(program.terminal)


def test_control_d_quits_once_the_app_runs(tmp_path: Path) -> None:
    with held(tmp_path) as program:
        program.terminal.type("\x04")
        program.go_on()
        assert program.terminal.wait_exit() == 0
        assert_restored(program.terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_restores_the_terminal(number: signal.Signals, tmp_path: Path) -> None:
    with held(tmp_path) as program:
        os.kill(program.terminal.process.pid, number)
        assert program.terminal.wait_exit() == 128 + number
        assert_restored(program.terminal)


def test_control_z_gives_the_shell_its_terminal_and_fg_brings_all_back(tmp_path: Path) -> None:
    fifo, env = _hold(tmp_path)
    with Terminal(["bash", "--norc", "--noprofile", "-i"], env={**env, "PS1": "shell> "}) as terminal:
        terminal.wait_for("shell>")
        terminal.type(f"{' '.join(program())}\r")
        terminal.wait_for(INVITATION)
        terminal.type("half")
        terminal.wait_for("› half")
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.type("clear; fg\r")
        terminal.wait_for("› half")
        terminal.type(" more")
        terminal.wait_for("› half more")
        fifo.write_text("")
        terminal.wait_for("ready")
        assert "› half more" in terminal.lines
        terminal.type("\x11")
        terminal.wait_for("shell>")


def test_a_start_that_fails_is_one_line_and_restores_the_terminal(tmp_path: Path) -> None:
    with held(tmp_path) as program:
        program.go_on("raise ImportError('no \\x1b]0;owned\\x07 textual')")
        assert program.terminal.wait_exit() == 1
        assert_restored(program.terminal)
        assert "agents-tui: ImportError: no " in _on_the_shell_s_screen(program.terminal)
        assert b"\x1b]0;owned" not in program.terminal.raw
        assert "Traceback" in next(tmp_path.rglob("crash.log")).read_text()


def test_an_app_that_fails_before_it_takes_the_terminal_says_so_on_the_shell_s_screen(tmp_path: Path) -> None:
    code = "import tui.skeleton\ndef fail(): raise RuntimeError('no driver')\ntui.skeleton.hand_over = fail"
    with held(tmp_path) as program:
        program.go_on(code)
        assert program.terminal.wait_exit() == 1
        assert_restored(program.terminal)
        assert "agents-tui: RuntimeError: no driver" in _on_the_shell_s_screen(program.terminal)


@pytest.mark.parametrize(
    ("words", "config", "said"),
    [
        (("--session", "nope"), "", "nope"),
        ((), "theme = 'midnight'\nwrong = 1\n", "wrong"),
        (("--stall-limit", "soon"), "", "no number of seconds"),
    ],
)
def test_what_the_parser_refuses_is_said_on_the_shell_s_screen(
    words: tuple[str, ...], config: str, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "agents-tui"
    folder.mkdir()
    (folder / "config.toml").write_text(config)
    places = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("CONFIG", "DATA", "STATE")}
    with Terminal(program(*words), env=places) as terminal:
        assert terminal.wait_exit() == 2
        assert b"\x1b[?1049h" in terminal.raw
        assert said in _on_the_shell_s_screen(terminal)
        assert_restored(terminal)


# When it is not shown


@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["-h"], ["--version"], ["run", "hi"], ["sessions", "list"], ["stats"], ["log"], ["bench"]),
        *(["replay", "x"], ["sesions"], ["--modle", "m"], ["--model"], ["--model", "--cache"], ["--theme", "nope"]),
        *(["demo", "more"], ["no_such.py"], ["module:"], ["--base-url", "host"], ["--api", "soap"], ["--"]),
        *(["--continue", "--session", "7"], ["--cache=yes"], ["--model="]),
    ],
    ids=" ".join,
)
def test_no_frame_for_other_commands_and_what_looks_wrong(words: list[str]) -> None:
    assert arguments.screen_of(words) is None


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "latin-1"}], ids=["dumb", "not UTF-8"])
def test_no_frame_on_a_terminal_that_cannot_show_it(env: dict[str, str], tmp_path: Path) -> None:
    fifo, places = _hold(tmp_path)
    with Terminal(program("--session", "nope"), env={**places, **env}) as terminal:
        assert terminal.wait_exit() == 2
        assert b"\x1b" not in terminal.raw
    assert fifo.is_fifo()


def test_it_knows_every_option_and_agent() -> None:
    actions = parser_of_screen()._actions
    options = {name for each in actions for name in each.option_strings if name not in ("-h", "--help", "--version")}
    takes_value = {name for each in actions for name in each.option_strings if each.nargs is None}
    assert set(arguments.VALUED) == options & takes_value
    assert set(arguments.SWITCHES) == options - takes_value
    assert set(arguments.AGENTS) == set(BUILTIN_AGENTS)


def test_it_reads_the_configuration_where_the_program_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for home in ("", str(tmp_path)):
        monkeypatch.setenv("XDG_CONFIG_HOME", home)
        assert arguments._config_folder() == str(config_folder())
    (tmp_path / "agents-tui").mkdir()
    (tmp_path / "agents-tui" / "config.toml").write_text("# mine\ntheme = \"nord\" # cold\n[keys]\ntheme = 'x'\n")
    screen = arguments.screen_of([])
    assert screen is not None
    assert (screen.theme, screen.own_keys, screen.resumes) == ("nord", True, False)


# The line


@pytest.mark.parametrize(
    ("typed", "text", "certain"),
    [
        (["abc", "\x7f"], "ab", True),
        (["two words", "\x17", "x"], "two words", False),
        (["gone", "\x15", "kept"], "kept", True),
        (["sent\r", "next"], "next", True),
        (["\x1b[I", "a", "\x1b[?2026;2$y", "\x1b]11;rgb:00/00/00\x1b\\", "b"], "ab", True),
        (["\x1b[200~pas", "ted\x1b[201~!"], "pasted!", True),
        (["\x1b[200~one\rtwo\x1b[201~!"], "one", False),
        (["ab", "\x1b[D", "c"], "ab", False),
        (["ab", "\x1b", "c"], "ab", False),
        (["ab\\\rc"], "ab\\", False),
        (["a\u202eb"], "a", False),
    ],
)
def test_the_line_follows_simple_keys(typed: list[str], text: str, certain: bool) -> None:
    line = Line()
    assert [line.feed(each.encode()) for each in typed] == [""] * len(typed)
    assert (line.text, line.certain) == (text, certain)


def test_a_character_may_come_in_two_pieces() -> None:
    line, data = Line(), "ế".encode()
    line.feed(data[:1])
    line.feed(data[1:])
    assert line.text == "ế"


def test_control_c_ends_only_where_nothing_is_left_to_clear() -> None:
    line = Line()
    assert [line.feed(each) for each in (b"a", b"\x03", b"\x03")] == ["", "", INTERRUPT]
    assert Line().feed(b"\x03") == INTERRUPT
    assert [Line().feed(each) for each in (b"\x1a", b"a\x1ab")] == [SUSPEND, SUSPEND]


@pytest.mark.parametrize("text", ["x" * 500, "漢" * 200, "e\u0301" * 300])
def test_a_long_line_shows_its_end(text: str) -> None:
    line = Line()
    line.feed(text.encode() + b"!")
    drawn = picture.Picture(60, 16, Look("ansi"), welcome=True, hints=True).input(line)
    shown = drawn.partition(picture.PROMPT)[2]
    assert "!" in shown
    assert picture.cells(shown.partition("\x1b[0;7m")[0].replace("\x1b[0m", "")) <= 58


def test_it_imports_nothing_heavy() -> None:
    assert not skeleton.is_up()
    code = "import sys; before = set(sys.modules); from tui import __main__, skeleton; skeleton.begin([])\n"
    code += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.startswith("tui")}
    assert len(ours) <= 8
    assert {name for name in loaded if not name.startswith("_")} <= ours | {"gc", "select", "signal", "termios", *ENUM}


LATE = (
    *("agents", "openai", "pydantic", "opentelemetry", "markdown_it", "plotext", "genai_prices", "pygments", "html"),
    *("secrets", "statistics", "sqlite3", "rich.markdown", "rich.traceback", "tui.bench", "tui.engine"),
    *("tui.export", "tui.faultspec", "tui.ledger", "tui.metrics.report", "tui.metrics.tools", "tui.otel", "tui.query"),
    *("tui.ui.dashboard", "tui.ui.dialogues", "tui.ui.inspector", "tui.ui.replay", "tui.ui.reports", "tui.ui.timeline"),
)
"""What the first paint does not wait for."""
MOST = 160
"""Modules of our own that it may wait for."""


def test_the_app_s_first_paint_waits_for_no_module_that_it_does_not_need(tmp_path: Path) -> None:
    kept = tmp_path / "modules"
    code = (
        f"import sys, tui.link.handle\nasync def attach(self): open({str(kept)!r}, 'w').write(' '.join(sys.modules))\n"
    )
    with held(tmp_path) as program:
        program.go_on(f"{code}tui.link.handle.Link.attach = attach")
        program.terminal.wait_for("starting the engine")
        program.terminal.wait_for(lambda: kept.exists() and "tui.ui.app" in kept.read_text())
    loaded = kept.read_text().split()
    assert [name for name in loaded if name in LATE or name.startswith(tuple(f"{late}." for late in LATE))] == []
    assert sum(name.startswith("tui.") for name in loaded) <= MOST
