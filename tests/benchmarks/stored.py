"""Many recorded sessions and a big one: listed and opened, beside reading the same bytes and decoding each line.

`python -m tests.benchmarks.stored restore|decode FILE` does one of the two in a process of its own and prints seconds
and the growth of its memory in bytes.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from tests.benchmarks.figures import Figure
from tests.benchmarks.measures import deltas, medians
from tests.benchmarks.probe import peak_memory
from tui import events as e
from tui.journal.file import Header, header_line
from tui.journal.restore import restore
from tui.journal.sessions import Sessions
from tui.wire import Record, encode_many

_AN_ANSWER = 500
"""Deltas of each run."""


def listing(repeats: int, count: int) -> Iterator[Figure]:
    """All sessions, when each file has to be read and when the index knows them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            _write(folder / f"{number:08x}.jsonl", _runs(1))
        files = sorted(folder.iterdir())
        sessions = Sessions(folder)

        def cold() -> float:
            (folder / "index.json").unlink(missing_ok=True)
            return _seconds(sessions.all)

        value, least = medians(repeats, cold, lambda: sum(_seconds(partial(_decode, path)) for path in files))
        yield Figure(f"{count:,} sessions listed, cold index", "ms", 1e3 * value, 1e3 * least)
        value, least = medians(
            repeats, lambda: _seconds(sessions.all), lambda: _seconds(lambda: [path.stat() for path in files])
        )
        yield Figure(f"{count:,} sessions listed, warm index", "ms", 1e3 * value, 1e3 * least)


def opening(repeats: int, events: int) -> Iterator[Figure]:
    """A session of so many events, from its file to the state of the screen and the conversation of the model."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "00000001.jsonl"
        _write(path, _runs(events // (_AN_ANSWER + 8)))
        grown: list[float] = []

        def ours() -> float:
            seconds, memory = _alone("restore", path)
            grown.append(memory)
            return seconds

        value, least = medians(repeats, ours, lambda: _alone("decode", path)[0])
        size = path.stat().st_size
        yield Figure(f"session of {events:,} events opened", "ms", 1e3 * value, 1e3 * least)
        yield Figure("growth by that, beside the file's size", "MB", max(grown) / 1e6, size / 1e6)


def _runs(count: int) -> Iterator[e.Event]:
    texts = deltas(_AN_ANSWER)
    yield e.SessionStarted("x", "Guide", "gpt-x")
    for run in range(1, count + 1):
        yield e.PromptSent(f"prompt {run}")
        yield e.RunStarted(run)
        yield e.ModelRequested(run, 1, "Guide", "gpt-x", 2 * run)
        yield from (e.TextDelta(f"{run}.1.0", text) for text in texts)
        yield e.MessageCompleted(f"{run}.1.0", "Guide", "".join(texts))
        yield e.UsageReported(run, 1, 1_000, 0, _AN_ANSWER, 0, "gpt-x")
        user, answer = {"role": "user", "content": f"prompt {run}"}, {"role": "assistant", "content": "".join(texts)}
        yield e.ConversationExtended((user, answer))
        yield e.RunEnded(run, "completed", turns=1)


def _write(path: Path, happened: Iterable[e.Event]) -> None:
    records = [Record(seq, 1.7e9 + seq / 100, event) for seq, event in enumerate(happened, 1)]
    path.write_bytes(header_line(Header(path.stem, "demo", 1.7e9)) + encode_many(records))


def _decode(path: Path) -> None:
    """The floor: every line is read and decoded, and nothing made of it."""
    decode = msgspec.json.Decoder().decode
    with path.open("rb") as file:
        for line in file:
            decode(line)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _alone(what: str, path: Path) -> tuple[float, float]:
    """Seconds and bytes, of a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.stored", what, os.fspath(path)]
    seconds, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(memory)


if __name__ == "__main__":
    kept: list[object] = []
    file = Path(sys.argv[2])
    before = peak_memory(os.getpid())
    print(_seconds(lambda: kept.append(restore(file)) if sys.argv[1] == "restore" else _decode(file)), end=" ")
    print(peak_memory(os.getpid()) - before)
