"""The whole screen in a fork, on a terminal of its own, with an engine that tells a long story without the SDK."""

import fcntl
import os
import signal
import stat
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import textual.drivers.linux_driver  # noqa: F401 - what the app imports when it starts, once for all forks

from tui import events as e
from tui.bus import Bus, steady_clock
from tui.cli.opening import keep
from tui.journal.sessions import Sessions
from tui.link import child
from tui.link import handle as link
from tui.link.handle import Launch, Link
from tui.ui.app import AgentsApp
from tui.wire import Stamped, encode

WORDS = tuple(f"w{number}. " for number in range(2000))
_PACE = 0.001
"""Seconds between two events of the engine."""


_CALL = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """`folder` is where sessions are; with `die_at` it is killed within the write of that byte of its journal."""
    (terminal,) = descriptors
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(terminal, number)
    os.close(terminal)
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    vars(link)["Child"] = _StoryTeller
    clock = steady_clock()
    it = Link(Bus(clock), Launch("abcd", "storyteller"))
    it.spawn()
    if order["die_at"] is not None:
        _die_at(order["die_at"])
    sessions = Sessions(Path(order["folder"]))
    AgentsApp(it, clock, journal=keep(it, sessions), sessions=sessions).run_to_end()


def _die_at(left: int) -> None:
    write = os.write

    def limited(descriptor: int, data: bytes) -> int:
        nonlocal left
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return write(descriptor, data)
        taken = write(descriptor, bytes(data[:left]))
        left -= taken
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return taken

    os.write = limited  # type: ignore[assignment]


class _StoryTeller(child.Child):
    """The engine: a fork too, with the same four pipes."""

    def __init__(self) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._sink = None
        silent = subprocess.PIPE
        self._process = subprocess.Popen(["cat"], stdin=silent, stdout=silent, stderr=silent)  # prints nothing
        if os.fork() == 0:
            os.close(self._out)
            os.close(self._in)
            _tell(theirs_in, theirs_out)
        os.close(theirs_in)
        os.close(theirs_out)


def _tell(commands: int, events: int) -> NoReturn:
    """Tell the story at each prompt, until there is nobody to tell it to."""
    try:
        begin: tuple[e.Event, ...] = (e.EngineStarted(os.getpid()), e.SessionStarted("abcd", "Teller", "m", "chat"))
        for event in begin:
            os.write(events, encode(Stamped(time.time(), event)))
        while line := os.read(commands, 65536):
            if b'"send"' not in line:
                continue
            for event in _story():
                os.write(events, encode(Stamped(time.time(), event)))
                time.sleep(_PACE)
    finally:
        os._exit(0)


def _story() -> Iterator[e.Event]:
    yield e.RunStarted(1)
    yield e.AgentChanged(1, "Teller")
    yield e.ConversationExtended(({"role": "user", "content": "go"},))
    yield e.ModelRequested(1, 1, "Teller", "m", 1)
    yield e.ToolCalled("c1", "look", "{}", "Teller")
    yield e.ToolStarted("c1", "look", "Teller")
    yield e.ToolEnded("c1", "look", "a door", duration=0.1)
    yield e.ConversationExtended((_CALL, {"type": "function_call_output", "call_id": "c1", "output": "a door"}))
    yield e.ModelRequested(1, 2, "Teller", "m", 3)
    yield e.ReasoningDelta("1.2.0", "Hm. ")
    for word in WORDS:
        yield e.TextDelta("1.2.1", word)
