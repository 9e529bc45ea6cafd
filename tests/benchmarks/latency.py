"""Paced answers, no key typed, before and after a long one: CPU of each delta, and from the server to the screen."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final, NamedTuple

from tests.benchmarks.figures import Figure, p95
from tests.benchmarks.measures import END, deltas, floor, program
from tests.benchmarks.probe import Probe
from tests.model_server import Pace, Reply, ServerProcess, Text

_LAST: Final = "FINIS"
"""Ends the paced answers, in one piece also as code; the long one ends in another, which may be shown again."""
_BEFORE: Final = 300
"""Deltas of the answer before the first that is measured."""
_WORDS: Final = 10
"""In a paragraph of its own after each block of Markdown."""


def word(letter: str, number: int) -> str:
    """A word of its own.

    Words that are near each other differ at both ends, so that the terminal is given them whole where one takes the
    other's place and only what differs is written.
    """
    return f"{letter}{number % 10}{number:05d}"


def marked(count: int) -> list[str]:
    """Mixed Markdown as `deltas` gives it, with words among it that are found again, each a delta."""
    pieces = deltas(count)
    for start in range(40, count - _WORDS - 3, 60):
        words = [f"{word('w', number)} " for number in range(start, start + _WORDS)]
        pieces[start : start + _WORDS + 2] = ["\n\n", *words, "\n\n"]
    return [*pieces[:-1], f"\n\n{_LAST}"]


def waits(probe: Probe, start: int, sent: Sequence[Any]) -> list[float]:
    """Seconds from the server's sending of each word of a delta to when the terminal was given it, from byte `start`.

    Without those that the terminal was never given in one piece.
    """
    ends, found = [end for _, end in probe.reads], []
    for _, text, at in sent:
        wanted = text.strip(" \n|-").encode()
        if wanted[1:].isdigit() and (place := probe.raw.find(wanted, start)) >= 0:
            found.append(probe.reads[bisect_left(ends, place + len(wanted))][0] - at)
    return found


class Answered(NamedTuple):
    """What each delta of a paced answer cost, and when it was shown."""

    cpu: float
    """Microseconds."""
    written: float
    """Bytes to the terminal."""
    waited: list[float]
    """Milliseconds to the screen."""


def on_history(rate: int, count: int, long: int, repeats: int) -> Iterator[Figure]:
    """A paced answer, a long one at once, and the first again, in one program that has answered before."""
    paced: Reply = [Pace(rate), Text(marked(count))]
    first, again, least = [], [], []
    for _ in range(repeats):
        script: list[Reply] = [[Text(deltas(_BEFORE))], paced, [Text(deltas(long))], paced]
        with ServerProcess(script, within=30) as server, program(server) as probe:
            probe.type("go\r")  # what is made on first use would make the first answer dearer
            probe.see(END)
            probe.idle(0.5)
            first.append(_answered(probe, server, 1))
            probe.type("go\r")
            probe.see(END)
            probe.idle(1)
            again.append(_answered(probe, server, 3))
        with ServerProcess([paced]) as server, floor("sdk", server.base_url) as probe:
            least.append(_headless(probe, count))
    yield Figure.of(f"CPU a delta at {rate}/s", "µs", [each.cpu for each in first], least)
    yield Figure.of(f"bytes a delta at {rate}/s", "B", [each.written for each in first])
    at_first, later = ([wait for each in those for wait in each.waited] for those in (first, again))
    yield Figure.over(f"server to screen at {rate}/s, median", "ms", at_first, median)
    yield Figure.over(f"server to screen at {rate}/s, p95", "ms", at_first, p95)
    name = f"the same again after {long:,} deltas"
    yield Figure.of(f"{name}: CPU a delta", "µs", [each.cpu for each in again], [each.cpu for each in first])
    yield Figure.over(f"{name}: to screen, median", "ms", later, median, median(at_first))
    yield Figure.over(f"{name}: to screen, p95", "ms", later, p95, p95(at_first))


def _answered(probe: Probe, server: ServerProcess, index: int) -> Answered:
    start, used = len(probe.raw), probe.cpu
    probe.type("go\r")
    probe.see(_LAST)
    probe.idle(0.3)  # until the run has ended and the spinner with it
    used, written = probe.cpu - used, len(probe.raw) - start
    sent = server.request(index)["sent"]
    return Answered(1e6 * used / len(sent), written / len(sent), [1e3 * wait for wait in waits(probe, start, sent)])


def _headless(probe: Probe, count: int) -> float:
    probe.see("ready")
    used = probe.cpu
    probe.type("go\n")
    probe.see("answered", 120)
    return 1e6 * (probe.cpu - used) / count
