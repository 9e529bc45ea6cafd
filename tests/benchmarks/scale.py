"""A recording of a million events of three shapes: taken on, folded, sifted, opened on the screen, scrolled."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path

from tests.benchmarks.alone import measured
from tests.benchmarks.figures import Figure
from tests.benchmarks.probe import Probe
from tui import events as e
from tui.journal.file import Header, header_line
from tui.wire import Record, encode_many

_RUN = 500
"""Deltas of an answer."""
_LOG = "\x1bOR"
"""F3."""


def scale(events: int, shapes: int | None = None) -> Iterator[Figure]:
    """Each shape in turn, or the first so many of them."""
    for shape, happen in islice(_SHAPES.items(), shapes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "big.jsonl"
            _write(path, chain(islice(chain(_START, happen()), events - 1), _END))
            yield from _alone(path, f"{events:,} {shape}", events)
            yield from _shown(path, f"{events:,} {shape}", events, folder)


def _alone(path: Path, name: str, events: int) -> Iterator[Figure]:
    (least,) = measured("lines", path)
    floor = 1e6 * least / events
    seconds, memory = measured("index", path)
    yield Figure(f"{name}: taken on, an event", "µs", 1e6 * seconds / events, floor)
    yield Figure(f"{name}: index, an event", "B", memory / events)
    seconds, memory, _ = measured("fold", path)
    yield Figure(f"{name}: folded, an event", "µs", 1e6 * seconds / events, floor)
    yield Figure(f"{name}: state, an event", "B", memory / events)
    ours, theirs = measured("append", path)
    yield Figure(f"{name}: appended, an event", "µs", 1e6 * ours, 1e6 * theirs)
    many, few = measured("frame", path)
    yield Figure(f"{name}: frame of the log, to 1,000 rows", "ms", 1e3 * many, 1e3 * few)
    filtered, searched, *by_rows, rows = measured("sift", path)
    yield Figure(f"{name}: filtered, an event", "µs", 1e6 * filtered / events, floor)
    yield Figure(f"{name}: searched, an event", "µs", 1e6 * searched / events, floor)
    for what, seconds in zip(("filtered", "searched"), by_rows, strict=True):
        yield Figure(f"{name}: {what}, a row", "µs", 1e6 * seconds / rows, floor)


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
        probe.type(_LOG)  # which has rows whatever the shape; the chat may have nothing to scroll
        probe.idle(0.5)
        keys = [_echo(probe, key) for key in ("\x1b[5~", "\x1b[5~", "\x1b[6~", "\x1b[A") * 3]
        yield Figure(f"{name}: key to screen when loaded", "ms", 1e3 * statistics.median(keys))
        yield Figure(f"{name}: peak memory", "MB", probe.peak_memory / 1e6)


def _echo(probe: Probe, key: str, most: float = 2) -> float:
    """Press a key; the seconds until something is written, `most` where nothing is."""
    probe.idle(0.1)
    had = len(probe.raw)
    pressed = probe.type(key)
    with suppress(TimeoutError):
        return probe.watch(lambda: len(probe.raw) > had, most) - pressed
    return most


def _write(path: Path, events: Iterator[e.Event]) -> None:
    records = (Record(seq, 1_763_900_000.0 + seq / 1000, event) for seq, event in enumerate(events, 1))
    with path.open("wb") as file:
        file.write(header_line(Header("0badcafe", "demo", 1_763_900_000.0)))
        while lines := encode_many(list(islice(records, 1000))):
            file.write(lines)


# Shapes

_START = (e.EngineStarted(1), e.SessionStarted("0badcafe", "Guide", "gpt-x"), e.PromptSent("go"), e.RunStarted(1))

_END = (e.RunEnded(1, "completed"),)
"""No spinner turns on what is all shown."""


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
