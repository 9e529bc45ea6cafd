"""From the server to the screen: how long each delta of a paced answer takes."""

import statistics
from bisect import bisect_left
from collections.abc import Iterator

from tests.benchmarks.measures import Figure, program
from tests.model_server import ServerProcess, Text


def to_screen(rate: int, count: int) -> Iterator[Figure]:
    """Each delta is a word of its own: found in what the terminal was given, by when it was given."""
    words = [f"w{number:05d} " for number in range(count)]
    with ServerProcess([[Text(words)]], pace=rate) as server, program(server) as probe:
        start = len(probe.raw)
        probe.type("go\r")
        probe.watch(lambda: words[-1].strip().encode() in probe.raw[start:], 60 + count / rate)
        sent = [each[2] for each in server.request(0)["sent"]]
    ends = [end for _, end in probe.reads]
    waits = []
    for word, at in zip(words, sent, strict=True):
        found = probe.raw.find(word.strip().encode(), start)
        if found >= 0:  # else it was never on the screen in one piece
            waits.append(probe.reads[bisect_left(ends, found + len(word) - 1)][0] - at)
    yield Figure(f"server to screen at {rate}/s, median of {len(waits):,}", "ms", 1e3 * statistics.median(waits))
    yield Figure(f"server to screen at {rate}/s, p95", "ms", 1e3 * statistics.quantiles(waits, n=20)[-1])
