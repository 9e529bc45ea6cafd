"""`kill -9` of the screen at random moments: what had been painted is in the journal, and the session goes on.

MOMENTS=300 in the environment makes it 300 moments instead of the usual; SEED=n begins with that seed, so that
`SEED=n MOMENTS=1` is the moment of a failure again.
"""

import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import Fork, Forks
from tests.terminal import DEADLINE
from tests.ui.forked_screen import WORDS
from tui import events as e
from tui.bus import Bus, steady_clock
from tui.conversation import FAILED_NOTE
from tui.journal.file import read
from tui.journal.restore import restore
from tui.link.handle import Launch, Link

MOMENTS = int(os.environ.get("MOMENTS", "100"))
FIRST = int(os.environ.get("SEED", "0"))
_CHUNKS = 5
_SIZES = ((16, 60), (16, 60), (16, 60), (30, 100))
"""Rows and columns: small ones cost less."""
_STORY = "".join(WORDS)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks("tests.ui.forked_screen:run") as forks:
        yield forks


class Screen:
    """A forked screen behind a terminal, of which only the bytes are kept."""

    def __init__(self, forks: Forks, folder: Path, size: tuple[int, int], die_at: int | None) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.raw = bytearray()
        self.fork: Fork = forks.fork({"folder": str(folder), "die_at": die_at}, [slave])
        os.close(slave)
        self._end = time.monotonic() + DEADLINE

    def read(self) -> bool:
        """Take in more; False once nobody is left to write."""
        assert select.select([self.master], [], [], self._end - time.monotonic())[0], bytes(self.raw[-2000:])
        try:
            self.raw += os.read(self.master, 65536)
        except OSError:  # EIO: the last one who had the terminal open is gone
            return False
        return True

    def until(self, wanted: bytes) -> bool:
        """Whether it came before the end."""
        while wanted not in self.raw:
            if not self.read():
                return False
        return True


def painted(forks: Forks, folder: Path, seed: int) -> int:
    """Let a screen be killed; the number of the last word that had been painted, -1 if none was."""
    moment = random.Random(seed)
    by_journal = bool(seed % 2)
    screen = Screen(forks, folder, moment.choice(_SIZES), moment.randrange(200, 16_000) if by_journal else None)
    try:
        if screen.until(b" or / for"):
            os.write(screen.master, b"go\r")
        if not by_journal and screen.until(b"w0."):
            most = len(screen.raw) + moment.randrange(5_000)
            while len(screen.raw) < most:
                assert screen.read(), f"seed {seed}"
            screen.fork.kill()
        while screen.read():
            pass
        assert screen.fork.wait(DEADLINE) == -signal.SIGKILL, f"seed {seed}"
    finally:
        os.close(screen.master)
    return max(map(int, re.findall(rb"w(\d+)\.", screen.raw)), default=-1)


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_killed_at_any_moment_all_that_was_painted_is_kept_and_goes_on(
    forks: Forks, tmp_path: Path, chunk: int
) -> None:
    told, seeds = 0, range(FIRST + chunk, FIRST + MOMENTS, _CHUNKS)
    for seed in seeds:
        folder = tmp_path / str(seed)
        last = painted(forks, folder, seed)
        told += last > 0
        _check(folder / "abcd.jsonl", last, f"seed {seed}")
    assert told >= len(seeds) // 2, "most screens had painted some of the answer"


def _check(path: Path, last: int, seed: str) -> None:
    if not path.exists():
        assert last == -1, seed
        return
    reading = read(path)
    text = "".join(record.event.text for record in reading if isinstance(record.event, e.TextDelta))
    assert _STORY.startswith(text), seed
    assert text.endswith(" ") or not text, seed
    assert last < 0 or f"w{last}. " in text, seed
    assert reading.skipped <= 1, seed
    asked = any(isinstance(record.event, e.PromptSent) for record in reading)
    restored = restore(path)
    assert restored.unfinished == asked, seed
    if asked:
        _goes_on(path, text, seed)


def _goes_on(path: Path, text: str, seed: str) -> None:
    """What the next engine is given: the prompt, the call that was whole, the partial answer with its note."""
    restored = restore(path)
    link = Link(Bus(steady_clock()), Launch("abcd", "storyteller"))
    link.bus.resume(restored.state.seq)
    link.resume(restored.conversation, unfinished=restored.unfinished)
    items = link.conversation.items
    assert items[0] == {"role": "user", "content": "go"}, seed
    assert items[-1]["content"] == (f"{text}\n\n{FAILED_NOTE}" if text else FAILED_NOTE), seed
    assert [item["type"] for item in items[1:-1]] in ([], ["function_call", "function_call_output"]), seed
    assert not link.busy, seed
