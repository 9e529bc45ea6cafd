"""The measures: each runs program and floor in turn and gives named figures."""

import itertools
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.benchmarks.figures import Figure, p95
from tests.benchmarks.probe import Probe
from tests.model_server import Reply, ServerProcess, Text, Wait

INPUT = "ask, or / for commands"[1:]  # the first letter stands under the cursor, in a style of its own
APP = "starting the engine"
"""What the app's first frame says, and the skeleton does not."""
END = "THE-VERY-END"
BLOCK = """\
## A heading

A paragraph with **bold** words, `code` and a few more words to fill the line. Tiếng Việt có dấu 🎲.

- one item
- another item with a few words

```python
def f(x):
    return x + 1
```

| a | b |
|---|---|
| 1 | 2 |

"""


def deltas(count: int) -> list[str]:
    """Mixed Markdown in token-sized pieces, the last one telling that it is the end."""
    text = BLOCK * (count * 5 // len(BLOCK) + 1)
    pieces = [text[start : start + 5] for start in range(0, count * 5, 5)]
    return [*pieces[: count - 1], f"\n\n{END}"]


@contextmanager
def program(server: ServerProcess, *, ready: bool = True, module: Sequence[str] = ("tui",)) -> Iterator[Probe]:
    """The full screen; `module` is what Python runs, with its first arguments."""
    command = [sys.executable, "-m", *module, "storyteller", "--base-url", server.base_url, "--api", "responses"]
    with tempfile.TemporaryDirectory() as folder, Probe(command, folder=folder) as probe:
        if ready:
            probe.see("ready")
            probe.idle(1.0)  # the engine's warm-up
        yield probe


@contextmanager
def floor(name: str, *arguments: str) -> Iterator[Probe]:
    command = [sys.executable, "-m", "tests.benchmarks.floors", name, *arguments]
    with tempfile.TemporaryDirectory() as folder, Probe(command, folder=folder) as probe:
        yield probe


def medians(repeats: int, ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """Of the program and of the floor, taken in turn."""
    pairs = [(ours(), theirs()) for _ in range(repeats)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def startup(repeats: int) -> Iterator[Figure]:
    """From exec to the skeleton, to a key typed on it, to the app's own first frame and the first answer, cold."""
    with ServerProcess([[Text([END])]]) as server:

        def skeleton() -> float:
            with program(server, ready=False) as probe:
                return probe.see(INPUT) - probe.began

        def typed() -> float:
            with program(server, ready=False) as probe:
                probe.see(INPUT)
                probe.type("Q")
                return probe.see("Q") - probe.began

        def ready() -> float:
            with program(server, ready=False) as probe:
                return probe.see(APP) - probe.began

        def empty() -> float:
            with floor("empty-app") as probe:
                return probe.see(INPUT) - probe.began

        def answered() -> float:
            with program(server, ready=False) as probe:
                probe.see(INPUT)
                probe.type("hello\r")
                return probe.see(END) - probe.began

        def floor_answered() -> float:
            with floor("sdk", server.base_url) as probe:
                probe.type("hello\n")
                return probe.see("answered") - probe.began

        shown = {"first paint (skeleton)": skeleton, "typed key shown": typed, "ready to use (the app's frame)": ready}
        for name, ours in shown.items():
            value, least = medians(repeats, ours, empty)
            yield Figure(f"exec to {name}", "ms", 1e3 * value, 1e3 * least)
        value, least = medians(repeats, answered, floor_answered)
        yield Figure("first answer, cold", "ms", 1e3 * value, 1e3 * least)


def paced(rate: int, count: int) -> Iterator[Figure]:
    """CPU of each delta and the echo of a key while deltas come at a steady rate."""
    script: list[Reply] = [[Text(deltas(count))]]
    with ServerProcess(script, pace=rate) as server:
        with program(server) as probe:
            written, used = len(probe.raw), probe.cpu
            probe.type("go\r")
            echoes = list(_echoes(probe, END))
            value, written = (probe.cpu - used) / count, len(probe.raw) - written
        with floor("sdk", server.base_url) as probe:
            probe.see("ready")
            used = probe.cpu
            probe.type("go\n")
            probe.see("answered", 120)
            least = (probe.cpu - used) / count
    yield Figure(f"CPU a delta at {rate}/s, with keys typed", "µs", 1e6 * value, 1e6 * least)
    yield Figure(f"bytes a delta at {rate}/s", "B", written / count)
    echoes = [1e3 * echo for echo in echoes]
    yield Figure.over(f"key echo at {rate}/s, median", "ms", echoes, statistics.median)
    yield Figure.over(f"key echo at {rate}/s, p95", "ms", echoes, p95)


def _echoes(probe: Probe, end: str) -> Iterator[float]:
    """Type a letter now and then until the answer ends; the seconds until each is shown."""
    start = len(probe.raw)
    for letter in itertools.cycle("QJZKVX"):  # letters that the answers do not have
        probe.idle(0.3)
        if end.encode() in probe.raw[start:]:
            return
        typed = probe.type(letter)
        yield probe.see(letter, 10) - typed


def flood(count: int, repeats: int, floors: int) -> Iterator[Figure]:
    """All deltas at once: until the end is shown, with what CPU and memory."""
    script: list[Reply] = [[Text(deltas(count))]]
    with ServerProcess(script) as server:
        seen: list[tuple[float, float, float, float]] = []
        least_seen: list[tuple[float, float]] = []
        for number in range(repeats):
            seen.append(_flooded(server))
            if number < floors:
                least_seen.append(_flooded_headless(server))
    shown, spent, peak, growth = zip(*seen, strict=True)
    least, least_spent = zip(*least_seen, strict=True)
    yield Figure.of(f"{count:,} deltas at once: shown after", "ms", shown, least)
    yield Figure.of(f"{count:,} deltas at once: CPU", "s", spent, least_spent)
    yield Figure.of("peak memory after that, both processes", "MB", peak)
    yield Figure.of("growth by that", "MB", growth)


def _flooded(server: ServerProcess) -> tuple[float, float, float, float]:
    """Milliseconds until all is shown, seconds of CPU, megabytes of peak memory and by how many that grew."""
    with program(server) as probe:
        used, memory = probe.cpu, probe.peak_memory
        began = probe.type("go\r")
        shown = probe.see(END) - began
        spent, peak = probe.cpu - used, probe.peak_memory
    return 1e3 * shown, spent, peak / 1e6, (peak - memory) / 1e6


def _flooded_headless(server: ServerProcess) -> tuple[float, float]:
    with floor("sdk", server.base_url) as probe:
        probe.see("ready")
        used = probe.cpu
        began = probe.type("go\n")
        return 1e3 * (probe.see("answered") - began), probe.cpu - used


def idle(seconds: float) -> Iterator[Figure]:
    """What it costs to leave it open."""
    with ServerProcess([[Text([END])]]) as server, program(server) as probe:
        used, written = _left(probe, seconds)
    with floor("empty-app") as probe:
        probe.see(INPUT)
        least, least_written = _left(probe, seconds)
    yield Figure("idle CPU", "%", used, least)
    yield Figure("idle output", "B/s", written, least_written)


def _left(probe: Probe, seconds: float) -> tuple[float, float]:
    """Percent of a core and bytes a second while nothing happens."""
    probe.idle(2)
    used, written = probe.cpu, len(probe.raw)
    probe.idle(seconds)
    return 100 * (probe.cpu - used) / seconds, (len(probe.raw) - written) / seconds


def cancel(repeats: int) -> Iterator[Figure]:
    """From Esc to the disconnect that the server sees."""
    script: list[Reply] = [[Text(["word "] * 20), Wait("never")]]
    with ServerProcess(script) as server, program(server) as probe:
        waits = []
        for number in range(repeats):
            probe.type("go\r")
            probe.see("word")
            probe.idle(0.3)
            pressed = probe.type("\x1b")
            waits.append(server.request(number)["disconnected_at"] - pressed)
            probe.idle(0.3)
        waits = [1e3 * wait for wait in waits]
        yield Figure.of("Esc to server disconnect", "ms", waits)
        yield Figure("Esc to server disconnect, the longest", "ms", max(waits))
