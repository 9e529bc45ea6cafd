"""One paragraph, list, fence and table of 200 kB each, in the real program: frames at the end, beside the beginning.

The first and the last deltas come at a steady rate, all between them at once.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks import inside
from tests.benchmarks.figures import Figure, p95
from tests.benchmarks.latency import waits, word
from tests.benchmarks.measures import program
from tests.benchmarks.probe import Probe
from tests.model_server import Pace, Pause, Reply, ServerProcess, Text

_ROW: Final = 6
"""Words in an item, a line or a table's row."""
_LATE: Final = 0.1
"""Seconds after its last delta in which a part's frames may come."""
_REST: Final = 1.5
"""Seconds to show in what came at once, so that what comes after it waits for nothing else."""


def long_blocks(size: int, rate: int, count: int) -> Iterator[Figure]:
    """Blocks of `size` bytes, `count` deltas at `rate` a second at either end; all in one program."""
    answers = [_words(shape, letter, size) for shape, letter in zip(_SHAPES.values(), "plft", strict=True)]
    paced: list[Reply] = [
        [
            Pace(rate),
            Text(each[:count]),
            Pace(0),
            Text(each[count:-count]),
            Pause(_REST),
            Pace(rate),
            Text(each[-count:]),
        ]
        for each in answers
    ]
    with tempfile.TemporaryDirectory() as folder, ServerProcess(paced, within=60) as server:
        frames = Path(folder) / "frames"
        with program(server, module=("tests.benchmarks.inside", str(frames))) as probe:
            for index, (name, answer) in enumerate(zip(_SHAPES, answers, strict=True)):
                yield from _answer(probe, server, index, f"{name} of {size // 1000} kB", answer, count, frames)


def _answer(
    probe: Probe, server: ServerProcess, index: int, name: str, answer: list[str], count: int, path: Path
) -> Iterator[Figure]:
    start = len(probe.raw)
    probe.type("go\r")
    probe.watch(lambda: answer[-1].strip(" \n|-").encode() in probe.raw[start:], 60)
    probe.idle(0.5)
    sent = server.request(index)["sent"]
    parts = sent[:count], sent[-count:]
    frames = inside.seen(path)
    first, last = (
        [1e3 * (each.fold + each.paint) for each in frames if part[0][2] < each.at < part[-1][2] + _LATE]
        for part in parts
    )
    yield Figure.over(f"{name}: frame p95 at its end", "ms", last, p95, p95(first))
    began, ended = sent[count][2], sent[-count][2]
    longest = max(each.paint for each in frames if began < each.at < ended + _LATE)
    yield Figure(f"{name}: longest paint while it comes at once", "ms", 1e3 * longest)
    first, last = ([1e3 * wait for wait in waits(probe, start, part)] for part in parts)
    yield Figure.over(f"{name}: server to screen p95 at its end", "ms", last, p95, p95(first))


# Shapes: a delta a word, each word once


def _words(shape: Callable[[list[str]], list[str]], letter: str, size: int) -> list[str]:
    pieces = shape([word(letter, number) for number in range(size // len(word(letter, 0)))])
    kept, length = 0, 0
    while length < size and kept < len(pieces):
        length += len(pieces[kept])
        kept += 1
    return pieces[:kept]


def _paragraph(words: list[str]) -> list[str]:
    return [f"{each} " for each in words]


def _list(words: list[str]) -> list[str]:
    return [f"\n- {each} " if place % _ROW == 0 else f"{each} " for place, each in enumerate(words)]


def _fence(words: list[str]) -> list[str]:
    return ["```python\n", *(f"\n{each} " if place % _ROW == 0 else f"{each} " for place, each in enumerate(words))]


def _table(words: list[str]) -> list[str]:
    head = "|" + " a |" * _ROW + "\n|" + "---|" * _ROW
    return [head, *(f"\n| {each} |" if place % _ROW == 0 else f" {each} |" for place, each in enumerate(words))]


_SHAPES: Final[dict[str, Callable[[list[str]], list[str]]]] = {
    "paragraph": _paragraph,
    "list": _list,
    "fence": _fence,
    "table": _table,
}
