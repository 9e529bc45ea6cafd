"""What a recording costs without the screen's process around it: `python -m tests.benchmarks.alone WHAT FILE`.

Each does one thing to the events of FILE in a process of its own, and prints its figures as a JSON list.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from tests.ui.state_app import StateApp
from tui.bus import Bus
from tui.fold import fold
from tui.journal.file import Header, read
from tui.journal.recording import Recording
from tui.journal.writer import JournalWriter
from tui.query import parse
from tui.state import State
from tui.ui.log.pane import LogPane
from tui.ui.log.sources import EventRows, Level, Source, StateRows
from tui.ui.search.sieve import Sieve

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_FEW: Final = 1000
"""Rows of the log whose frames are the floor."""
_PAGES: Final = 24
_APPENDED: Final = 20_000
_AT_ONCE: Final = 50
"""Records between two writes to the journal: a fast stream's in a frame."""
_QUERY: Final = parse("kind:tool dur>500ms or text~'drawer'")
_PATTERN: Final = re.compile("no such thing", re.IGNORECASE)


def measured(what: str, path: Path) -> list[float]:
    """The figures of one of these, from a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.alone", what, str(path)]
    figures: list[float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures


def _index(path: Path) -> list[float]:
    """Seconds of taking a recording on, and bytes of memory."""
    before, began = _memory(), time.perf_counter()
    recording = Recording(path)
    recording.refresh()
    return [time.perf_counter() - began, _memory() - before]


def _fold(path: Path) -> list[float]:
    """Seconds of folding it, and bytes of memory."""
    before, began = _memory(), time.perf_counter()
    state = _folded(path)
    return [time.perf_counter() - began, _memory() - before, len(state.rows)]


def _lines(path: Path) -> list[float]:
    """Seconds of decoding its lines with the standard library."""
    began = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return [time.perf_counter() - began]


def _append(path: Path) -> list[float]:
    """Seconds of taking an event on as it comes: bus, journal, fold; and of writing it as JSON alone."""
    records = list(islice(read(path), _APPENDED))
    bus, state = Bus(time.time), State()
    with TemporaryDirectory() as folder:
        journal = JournalWriter(bus, Path(folder) / "ours.jsonl", Header("0badcafe", "demo", 1.0), str)
        reader, began = bus.reader(), time.perf_counter()
        for start in range(0, len(records), _AT_ONCE):
            for record in records[start : start + _AT_ONCE]:
                bus.publish(record.event)
            journal.flush()
            for record in reader.take():
                fold(state, record)
        ours = time.perf_counter() - began
        journal.close()
        lines = [json.loads(line) for line in islice(path.open("rb"), 1, len(records))]
        began = time.perf_counter()
        with (Path(folder) / "floor.jsonl").open("wb", buffering=0) as file:
            for start in range(0, len(lines), _AT_ONCE):
                file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines[start : start + _AT_ONCE]))
        floor = time.perf_counter() - began
    return [ours / len(records), floor / len(records)]


def _frame(path: Path) -> list[float]:
    """Seconds of a frame of the log after Page up: with all events as rows, and with few."""
    recording, state = Recording(path), State()
    recording.refresh()
    for record in recording:
        fold(state, record)
    few = State()
    for record in islice(recording, _FEW):
        fold(few, record)

    async def both() -> list[float]:
        return [await _frames(recording, state), await _frames(recording, few)]

    return asyncio.run(both())


async def _frames(recording: Recording, state: State) -> float:
    pane = LogPane()
    pane.history = recording
    async with StateApp(pane).run_test(size=(120, 40)) as pilot:
        pane.paint(state, state.at)
        pane.action_level(3)
        spent = []
        for _ in range(_PAGES):
            began = time.perf_counter()
            pane.action_page(-1)
            pane.paint(state, state.at)
            for y in range(pane.size.height):
                pane.render_line(y)
            spent.append(time.perf_counter() - began)
            await pilot.pause()
    return median(spent)


def _sift(path: Path) -> list[float]:
    """Seconds of a filter over all events, of a search over them, and of the same over the log's rows; and the rows."""
    recording, state = Recording(path), State()
    recording.refresh()
    for record in recording:
        fold(state, record)
    levels: tuple[tuple[Level, Source], ...] = ((3, EventRows(recording, state)), (2, StateRows(state)))
    figures: list[float] = []
    for level, source in levels:
        for wanted in (source.test(level, _QUERY), lambda index, source=source: _has(source.text(index))):
            began = time.perf_counter()
            Sieve(source, wanted).step(len(source))
            figures.append(time.perf_counter() - began)
    return [*figures, len(state.rows)]


def _has(text: str) -> bool:
    return _PATTERN.search(text) is not None


def _folded(path: Path) -> State:
    state = State()
    for record in read(path):
        fold(state, record)
    return state


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


_WHATS: dict[str, Callable[[Path], list[float]]] = {
    "append": _append,
    "fold": _fold,
    "frame": _frame,
    "index": _index,
    "lines": _lines,
    "sift": _sift,
}

if __name__ == "__main__":
    print(json.dumps(_WHATS[sys.argv[1]](Path(sys.argv[2]))))
