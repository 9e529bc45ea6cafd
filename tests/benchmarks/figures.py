"""A measured figure, how far its repeats lay apart, and what it is to reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple, Self

from tui.metrics.percentiles import percentile


def p95(seen: Sequence[float]) -> float:
    """The 95th percentile of one or more."""
    found = percentile(seen, 0.95)
    assert found is not None
    return found


class Reach(NamedTuple):
    """The bound of a figure, or of its ratio to its floor."""

    bound: float
    of_ratio: bool = False
    at_least: bool = False
    """The figure is to be as much; else it is to be no more."""


@dataclass(frozen=True)
class Figure:
    """Medians over the repeats. `floor` is None where there is none to compare with."""

    name: str
    unit: str
    value: float
    floor: float | None = None
    low: float | None = None
    """The least that a repeat gave; None where there was one."""
    high: float | None = None

    @classmethod
    def of(cls, name: str, unit: str, seen: Sequence[float], floors: Sequence[float] = ()) -> Self:
        """From all repeats of the program and of the floor."""
        spread = (min(seen), max(seen)) if len(seen) > 1 else (None, None)
        return cls(name, unit, median(seen), median(floors) if floors else None, *spread)

    @classmethod
    def over(
        cls,
        name: str,
        unit: str,
        seen: Sequence[float],
        what: Callable[[Sequence[float]], float],
        floor: float | None = None,
    ) -> Self:
        """`what` of all that was seen; the spread is between the quarters of the time."""
        length = -(-len(seen) // 4)
        parts = [what(seen[start : start + length]) for start in range(0, len(seen), length)]
        return cls(name, unit, what(seen), floor, min(parts), max(parts))

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def reach(self) -> Reach | None:
        """What it is to reach, if that was set."""
        return REACHES.get(self.name)

    @property
    def reached(self) -> bool:
        """Whether it does; True where nothing is set."""
        if self.reach is None:
            return True
        seen = self.ratio if self.reach.of_ratio else self.value
        return seen is not None and (seen >= self.reach.bound if self.reach.at_least else seen <= self.reach.bound)


REACHES: Final = {
    "exec to first paint (skeleton)": Reach(1.3, of_ratio=True),
    "exec to typed key shown": Reach(70),
    "first answer, cold": Reach(1_500),
    "CPU a delta at 100/s": Reach(1_300),
    "server to screen at 100/s, median": Reach(15),
    "server to screen at 100/s, p95": Reach(30),
    "CPU a delta at 500/s, with keys typed": Reach(450),
    "key echo at 500/s, median": Reach(5),
    "key echo at 500/s, p95": Reach(25),
    "20,000 deltas at once: shown after": Reach(1_600),
    "20,000 deltas at once: CPU": Reach(2.0),
    "peak memory after that, both processes": Reach(180),
    "growth by that": Reach(20),
    "the same again after 20,000 deltas: CPU a delta": Reach(1.03, of_ratio=True),
    "idle CPU": Reach(0.1),
    "idle output": Reach(0),
    "Esc to server disconnect": Reach(3),
    "Esc to server disconnect, the longest": Reach(1_000),
    "bytes a delta at 100/s": Reach(600),
    "paragraph of 200 kB: frame p95 at its end": Reach(16),
    "list of 200 kB: frame p95 at its end": Reach(16),
    "fence of 200 kB: frame p95 at its end": Reach(16),
    "table of 200 kB: frame p95 at its end": Reach(16),
    "10 answers at once: the least of them, of its share": Reach(90, at_least=True),
}
"""By the names of figures; in their units, or × floor."""
