import os
import re
import select
import signal
import sys
import termios
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from rich.traceback import Traceback
from textual.color import Color

from tests.guarded_app import SINKS
from tests.payloads import ALL, PAYLOADS, leaks
from tests.terminal import Terminal
from tui.safety import HIDDEN, Secrets
from tui.ui.terminal import guards

_BLACK = Color(0, 0, 0)


def _filtered(*segments: Segment) -> list[Segment]:
    return guards.SafetyFilter().apply(list(segments), _BLACK)


# The filter


@given(st.text(st.characters(codec=None) | st.sampled_from("\x1b\t\n\u202e\ufeff🇻👩\u200d\ufe0f\u0301한"), max_size=40))
def test_a_filtered_line_is_clean_and_keeps_its_width(text: str) -> None:
    (segment,) = _filtered(Segment(text))
    assert not re.search(f"[{HIDDEN}\n\t]", segment.text)
    assert cell_len(segment.text) == cell_len(text)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_passes_the_filter(payload: str) -> None:
    style = Style(link=f"http://x/{payload}")
    output = "".join(
        segment.style.render(segment.text) if segment.style else segment.text
        for segment in _filtered(Segment(payload, style), Segment(payload))
    )
    assert leaks(output.encode()) == []


def test_a_clean_line_is_passed_on_as_it_is() -> None:
    line = [Segment("Tiếng Việt 👩‍💻", Style(bold=True)), Segment(" ")]
    assert guards.SafetyFilter().apply(line, _BLACK) is line


def test_control_segments_are_dropped() -> None:
    assert _filtered(Segment("a"), Control.home().segment) == [Segment("a")]


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://example.com/a?b=c#d", True),
        ("mailto:a@example.com", True),
        ("http://x/\x1b]0;owned\x07", False),
        ("http://x/ y", False),
        ("http://x/é", False),
        ("http://" + "x" * 3000, False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
    ],
)
def test_links_lead_to_web_and_mail_only(link: str, kept: bool) -> None:
    (segment,) = _filtered(Segment("text", Style(link=link, meta={"@click": "open"})))
    assert segment.style is not None
    assert segment.style.link == (link if kept else None)
    assert segment.style.meta == {"@click": "open"}


def test_all_filters_are_the_same_to_a_cache() -> None:
    assert len({guards.SafetyFilter(), guards.SafetyFilter()}) == 1


# Every widget, on a real terminal


class _Recorder(Terminal):
    """Only records: an emulator of so wide a terminal would take most of the time."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (100, 10)) -> None:
        super().__init__([sys.executable, "-m", "tests.guarded_app", *arguments], size=size)

    def read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        self.raw += os.read(self._master, 65536)
        return True

    @property
    def text(self) -> str:
        return self.raw.decode(errors="replace")

    @property
    def lflag(self) -> int:
        """How the terminal treats what is typed, in bits of `termios`."""
        return int(termios.tcgetattr(self._slave)[3])


@pytest.fixture(scope="module")
def outputs() -> dict[str, bytes]:
    """What the app with foreign text in every widget writes, with guards and without."""
    shown: dict[str, bytes] = {}
    with _Recorder("guarded", size=(1200, 80)) as guarded, _Recorder("bare", size=(1200, 80)) as bare:
        for name, terminal in (("guarded", guarded), ("bare", bare)):
            terminal.wait_for("hover here")
            terminal.type("\x1b[<35;3;1M\x1b[<35;4;1M")
            terminal.wait_for(lambda terminal=terminal: all(sink in terminal.text for sink in SINKS))  # type: ignore[misc]
            terminal.type("\x11")
            assert terminal.wait_exit() == 0
            shown[name] = bytes(terminal.raw)
    return shown


def test_no_widget_lets_anything_through(outputs: dict[str, bytes]) -> None:
    assert leaks(outputs["guarded"]) == []


def test_without_the_guards_nearly_everything_goes_through(outputs: dict[str, bytes]) -> None:
    assert set(PAYLOADS) - set(leaks(outputs["bare"])) == set()


# The end of the app


def _ended(terminal: Terminal, code: int) -> str:
    """What is written after the full screen; fails unless the terminal is as it was."""
    assert terminal.wait_exit() == code
    output = terminal.raw.decode()
    for mode in (1000, 1003, 1004, 1006, 1049, 2004):
        assert output.rindex(f"\x1b[?{mode}l") > output.rindex(f"\x1b[?{mode}h")
    assert output.rindex("\x1b[?25h") > output.rindex("\x1b[?25l")
    assert output.rindex("\x1b[<u") > output.rindex("\x1b[>25u")
    assert terminal.modes == terminal.modes_before
    assert leaks(bytes(terminal.raw).replace(guards.RESET.encode(), b"")) == []
    return re.sub(r"\x1b\[\?\d+l", "", output[output.rindex("\x1b[?25h") + len("\x1b[?25h") :])


def test_a_crash_prints_one_clean_line_and_logs_the_traceback(tmp_path: Path) -> None:
    log = tmp_path / "new" / "crash.log"
    with _Recorder("crash", str(log)) as terminal:
        terminal.wait_for("ready")
        terminal.type("x")
        last_words = _ended(terminal, 1).strip()
    assert last_words.startswith("guarded: ValueError: Q␛]52;c;UFdORUQ=")
    assert last_words.endswith(f"(traceback: {log})")
    assert "\n" not in last_words
    trace = log.read_text()
    assert "in on_key" in trace
    assert "api_key=…cdef [/b]" in trace
    assert leaks(trace.replace("\n", "").encode()) == []


def test_an_exit_message_is_plain_clean_text() -> None:
    with _Recorder("exit") as terminal:
        terminal.wait_for("ready")
        terminal.type("x")
        assert "[/b] goodbye Q␛]52;c;UFdORUQ=" in _ended(terminal, 3)


async def test_a_traceback_from_the_input_thread_is_told_like_a_crash(capfd: pytest.CaptureFixture[str]) -> None:
    app = guards.GuardedApp[int]()
    async with app.run_test():
        try:
            raise ValueError(f"[/b] {ALL} api_key=0123456789abcdef")
        except ValueError:
            app.panic(Traceback())
    told = capfd.readouterr().err
    assert app.return_code == 1
    assert told.startswith("error: ValueError: [/b] Q␛]52")
    assert told.count("\n") == 1
    assert leaks(told.encode()) == []


def test_an_error_outside_the_app_is_told_like_a_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = guards.CrashReport("name", tmp_path / "log", Secrets(["plain password"]).redact)
    error = ValueError(f"plain password {ALL}")
    report.excepthook(ValueError, error, None)
    told = capsys.readouterr().err
    assert told.startswith("name: ValueError: …")
    assert told.count("\n") == 1
    assert leaks(told.encode()) == []
    assert "plain" not in (tmp_path / "log").read_text()
    unwritable = replace(report, log=tmp_path / "log" / "below")
    assert "traceback not kept" in unwritable.of(error)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_app_and_restores_the_terminal(number: signal.Signals) -> None:
    with _Recorder("type") as terminal:
        terminal.wait_for("ready")
        terminal.process.send_signal(number)
        _ended(terminal, 128 + number)


def test_an_app_that_hangs_is_ended_after_its_grace() -> None:
    with _Recorder("block") as terminal:
        terminal.wait_for("ready")
        terminal.type("x")
        terminal.wait_for("blocked")
        terminal.process.send_signal(signal.SIGTERM)
        _ended(terminal, 128 + signal.SIGTERM)
        assert guards.RESET in terminal.text


def test_restoring_a_terminal_that_is_gone_or_full_neither_raises_nor_hangs() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        guards.restore_terminal(writer)
    os.close(reader)
    os.close(writer)
    guards.restore_terminal(writer)


# Input, on a real terminal


def test_the_terminal_echoes_no_key_before_all_is_written() -> None:
    """Else keys typed while a pager starts stand in the middle of an escape sequence."""
    with _Recorder("lend") as terminal:
        terminal.wait_for("ready")
        start = len(terminal.raw)
        terminal.type("x")
        while "lent" not in terminal.text:
            echoes = bool(terminal.lflag & termios.ECHO)
            assert not echoes or len(terminal.raw) - start > 150_000
            terminal.read(1)
        terminal.wait_for("heard x.")
        terminal.type(".")
        assert terminal.wait_exit() == 0


def test_what_is_pasted_and_what_the_terminal_answers_is_not_typed() -> None:
    with _Recorder("type") as terminal:
        terminal.wait_for("ready")
        terminal.type(b"\x1b[?1;2c\x1b]11;rgb:0/0/0\x07a\x1b[200~x\x1b\r\xff\x1b[201~\x7f\xe1\xba\xbf")
        terminal.wait_for("heard a paste:'x␛\\n\ufffd' backspace ế.")
        terminal.type(".")
        _ended(terminal, 0)
