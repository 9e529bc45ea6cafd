"""What moved between two runs: ratios to the floor where there is one, and only what repeats do not explain."""

import json
import math
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.figures import Figure

_LEAST: Final = 0.05
"""Part of a figure that two runs of the same program differ by, however alike its repeats are."""
_ONCE: Final = 0.25
"""The same of a figure that was taken once."""
_EXTREME: Final = 0.5
"""The same of the longest of many."""


class Move(NamedTuple):
    """From one run to another."""

    factor: float
    """Infinite from zero to anything."""
    noise: float
    """How far from 1 the factor may be when nothing changed."""

    @property
    def real(self) -> bool:
        """More than noise."""
        return abs(math.log(self.factor)) > math.log1p(self.noise) if self.factor > 0 else True

    def __str__(self) -> str:
        return f"{self.factor:.2f}{' !' if self.real else ''}"


def move(before: Figure, now: Figure) -> Move:
    """Of the ratios to the floors where both have one, else of the values."""
    noise = max(_spread(before), _spread(now))
    if before.ratio and now.ratio:
        return Move(now.ratio / before.ratio, noise)
    if before.value:
        return Move(now.value / before.value, noise)
    return Move(math.inf if now.value else 1.0, noise)


def _spread(figure: Figure) -> float:
    if "longest" in figure.name:
        return _EXTREME
    if figure.low is None or figure.high is None or not figure.value:
        return _ONCE
    return max(_LEAST, figure.high / figure.value - 1, 1 - figure.low / figure.value)


def kept(path: Path) -> dict[str, Figure]:
    """The figures of a file that `--json` wrote, by their names."""
    return {row["name"]: Figure(**row) for row in json.loads(path.read_text())}
