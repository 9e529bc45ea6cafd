"""Writing to a terminal that is quick, slow, stuck, or gone."""

import asyncio
import os
import pty
import select
import tty
from collections.abc import Iterator

import pytest

from tui.ui.terminal.tty_writer import TtyWriter

LONG = "0123456789" * 100_000
"""More than a terminal takes at once."""


class Terminal:
    """A pty and a writer to it."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.file = os.fdopen(slave, "w")
        self.lost = 0

    def writer(self) -> TtyWriter:
        return TtyWriter(self.file, self._gone)

    def _gone(self) -> None:
        self.lost += 1

    def read(self) -> str:
        """What is there to be read."""
        data = b""
        while select.select([self.master], [], [], 0)[0]:
            data += os.read(self.master, 1 << 16)
        return data.decode()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.file.close()
    if made.lost == 0:
        os.close(made.master)


async def read_all(terminal: Terminal, writer: TtyWriter) -> str:
    """Read on until the writer has nothing left; each turn of the loop lets it write."""
    text = terminal.read()
    while writer.backlog:
        await asyncio.sleep(0)
        text += terminal.read()
    return text


async def test_what_a_terminal_takes_is_written_at_once(terminal: Terminal) -> None:
    writer = terminal.writer()
    writer.write("ế one")
    writer.write(" two\x1b[0m")
    assert writer.backlog == 0
    assert terminal.read() == "ế one two\x1b[0m"
    writer.stop()


async def test_a_slow_terminal_gets_all_in_order_and_holds_up_nobody(terminal: Terminal) -> None:
    writer = terminal.writer()
    for number in range(3):
        writer.write(f"{number}{LONG}")
    assert writer.backlog > 0
    assert await read_all(terminal, writer) == f"0{LONG}1{LONG}2{LONG}"
    writer.write("after")
    assert terminal.read() == "after"
    writer.stop()


async def test_the_shells_own_description_still_blocks(terminal: Terminal) -> None:
    writer = terminal.writer()
    assert os.get_blocking(terminal.file.fileno())
    writer.stop()


async def test_the_last_words_wait_for_the_terminal(terminal: Terminal) -> None:
    writer = terminal.writer()
    writer.write(f"{LONG}end")
    reading = asyncio.create_task(asyncio.to_thread(_read_to, terminal.master, b"end"))
    await asyncio.to_thread(select.select, [terminal.master], [], [], 5)
    writer.stop()
    assert (await reading).decode() == f"{LONG}end"


def _read_to(fd: int, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += os.read(fd, 1 << 16)
    return data


async def test_a_stuck_terminal_does_not_hold_up_the_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.ui.terminal.tty_writer._PATIENCE", 0)
    writer = terminal.writer()
    writer.write(LONG)
    writer.stop()
    writer.stop()
    writer.write("to nobody")
    assert writer.backlog == 0


async def test_a_terminal_that_is_gone_is_told_once_and_takes_all(terminal: Terminal) -> None:
    writer = terminal.writer()
    writer.write(LONG)
    os.close(terminal.master)
    terminal.lost = 0
    while not terminal.lost:
        await asyncio.sleep(0)
        writer.write("more")
    writer.write(LONG)
    assert (writer.backlog, terminal.lost) == (0, 1)
    writer.stop()


async def test_what_is_no_terminal_is_refused() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as file, pytest.raises(OSError, match=r"."):
        TtyWriter(file, lambda: None)
    os.close(read)
