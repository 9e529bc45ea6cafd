"""A recording of a million events of three shapes: taken on, folded, opened on the screen, scrolled.

`python -m tests.benchmarks.scale index|fold|lines FILE` does one of these in a process of its own and prints
seconds and the growth of its memory in bytes.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path

from tests.benchmarks.measures import Figure
from tests.benchmarks.probe import Probe
from tui import events as e
from tui.fold import fold
from tui.journal import Header, header_line, read
from tui.recording import Recording
from tui.state import State
from tui.wire import Record, encode_many

_PAGE = os.sysconf("SC_PAGE_SIZE")
_RUN = 500
"""Deltas of an answer."""


def scale(events: int) -> Iterator[Figure]:
    """Each shape in turn."""
    for shape, happen in _SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "big.jsonl"
            _write(path, islice(chain(_START, happen()), events))
            yield from _alone(path, f"{events:,} {shape}", events)
            yield from _shown(path, f"{events:,} {shape}", events, folder)


def _alone(path: Path, name: str, events: int) -> Iterator[Figure]:
    least, _ = _measured("lines", path)
    seconds, memory = _measured("index", path)
    yield Figure(f"{name}: taken on, an event", "µs", 1e6 * seconds / events, 1e6 * least / events)
    yield Figure(f"{name}: memory of the index", "MB", memory / 1e6)
    seconds, memory = _measured("fold", path)
    yield Figure(f"{name}: folded, an event", "µs", 1e6 * seconds / events, 1e6 * least / events)
    yield Figure(f"{name}: memory of the state", "MB", memory / 1e6)


def _shown(path: Path, name: str, events: int, folder: str) -> Iterator[Figure]:
    command = [sys.executable, "-m", "tui", "replay", str(path), "--speed", "max"]
    with Probe(command, size=(120, 40), folder=folder) as probe:
        probe.see("CHAT")
        yield Figure(f"{name}: on the screen", "ms", 1e3 * (time.monotonic() - probe.began))
        loading = []
        used = probe.cpu
        while True:
            loading.append(_echo(probe, "\t"))
            probe.idle(0.5)
            if probe.cpu - used < 0.05:
                break
            used = probe.cpu
        yield Figure(f"{name}: all shown", "s", time.monotonic() - probe.began - 0.5)
        yield Figure(f"{name}: key to screen while loading", "ms", 1e3 * statistics.median(loading))
        keys = [_echo(probe, key, 0.5) for key in ("\x1b[5~", "\x1b[5~", "\x1b[6~", "\t") * 6]
        shown = [seconds for seconds in keys if seconds < 0.5]  # there is not something to scroll in each pane
        yield Figure(f"{name}: key to screen when loaded", "ms", 1e3 * statistics.median(shown))
        yield Figure(f"{name}: peak memory", "MB", probe.peak_memory / 1e6)


def _echo(probe: Probe, key: str, most: float = 20) -> float:
    """Press a key; the seconds until something is written, at most `most`."""
    probe.idle(0.1)
    had = len(probe.raw)
    pressed = probe.type(key)
    with suppress(TimeoutError):
        return probe.watch(lambda: len(probe.raw) > had, most) - pressed
    return most


def _measured(what: str, path: Path) -> tuple[float, int]:
    command = [sys.executable, "-m", "tests.benchmarks.scale", what, str(path)]
    seconds, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), int(memory)


def _write(path: Path, events: Iterator[e.Event]) -> None:
    records = (Record(seq, 1_763_900_000.0 + seq / 1000, event) for seq, event in enumerate(events, 1))
    with path.open("wb") as file:
        file.write(header_line(Header("0badcafe", "demo", 1_763_900_000.0)))
        while lines := encode_many(list(islice(records, 1000))):
            file.write(lines)


# Shapes

_START = (e.EngineStarted(1), e.SessionStarted("0badcafe", "Guide", "gpt-x"), e.PromptSent("go"), e.RunStarted(1))


def _deltas() -> Iterator[e.Event]:
    for run in count(2):
        yield e.RunEnded(run - 1, "completed")
        yield e.PromptSent(f"question {run}")
        yield e.RunStarted(run)
        yield e.ModelRequested(run, 1, "Guide", "gpt-x", 1)
        for number in range(_RUN):
            yield e.TextDelta(f"{run}.1.0", f"word{number} ")
        yield e.MessageCompleted(f"{run}.1.0", "Guide", "")


def _calls() -> Iterator[e.Event]:
    for number in count():
        call = f"call_{number:x}"
        yield e.ToolCallStarted(f"1.1.{number}", call, "lookup")
        yield e.ToolCalled(call, "lookup", json.dumps({"name": f"thing {number}", "n": number}), "Guide")
        yield e.ToolStarted(call, "lookup", "Guide")
        yield e.ToolEnded(call, "lookup", f"found {number} in the third drawer from below", duration=0.01)


def _output() -> Iterator[e.Event]:
    for number in count():
        yield e.OutputCaptured("stdout", f"line {number} of what some tool prints while it works")


_SHAPES: dict[str, Callable[[], Iterator[e.Event]]] = {"deltas": _deltas, "events of tools": _calls, "lines": _output}


# Alone


def _index(path: Path) -> object:
    recording = Recording(path)
    recording.refresh()
    return recording


def _fold(path: Path) -> object:
    state = State()
    for record in read(path):
        fold(state, record)
    return state


def _lines(path: Path) -> object:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return None


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


if __name__ == "__main__":
    before, began = _memory(), time.perf_counter()
    kept = {"index": _index, "fold": _fold, "lines": _lines}[sys.argv[1]](Path(sys.argv[2]))
    print(time.perf_counter() - began, _memory() - before)
