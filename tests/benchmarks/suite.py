"""Which measures there are, and how long each may take."""

from collections.abc import Iterator
from typing import Any, Final

from tests.benchmarks import blocks, engine, latency, measures, scale, stored
from tests.benchmarks.figures import Figure

_SUITE: Final[tuple[tuple[Any, tuple[Any, ...], tuple[Any, ...]], ...]] = (
    (measures.startup, (3,), (9,)),
    (measures.paced, (500, 2_000), (500, 10_000)),
    (latency.on_history, (100, 500, 20_000, 1), (100, 1_000, 20_000, 5)),
    (blocks.long_blocks, (200_000, 100, 150), (200_000, 100, 1_000)),
    (measures.flood, (20_000, 2, 1), (20_000, 5, 5)),
    (measures.idle, (5,), (20,)),
    (measures.cancel, (5,), (20,)),
    (engine.engine_start, (1,), (9,)),
    (engine.engine_deltas, ("responses", 0, 5_000, 1), ("responses", 0, 20_000, 5)),
    (engine.engine_deltas, ("chat", 0, 5_000, 1), ("chat", 0, 20_000, 5)),
    (engine.engine_deltas, ("responses", 100, 200, 1), ("responses", 100, 1_000, 3)),
    (engine.engine_deltas, ("responses", 500, 1_000, 1), ("responses", 500, 5_000, 3)),
    (engine.engine_cancel, (5,), (50,)),
    (engine.at_once, (10, 2_000), (10, 5_000)),
    (stored.listing, (3, 1_000), (9, 1_000)),
    (stored.opening, (1, 200_000), (5, 200_000)),
    (scale.scale, (20_000, 1), (1_000_000,)),
)
"""Each measure with its arguments when quick and else."""


def everything(*, quick: bool, only: str = "") -> Iterator[Figure]:
    """All measures, or those with `only` in their function's name; `quick`: fewer repeats and shorter answers."""
    for measure, short, long in _SUITE:
        if only in measure.__name__:
            yield from measure(*(short if quick else long))


def names() -> list[str]:
    """Of the measures, to choose from."""
    return list(dict.fromkeys(measure.__name__ for measure, *_ in _SUITE))
