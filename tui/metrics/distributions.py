"""How the values of a figure are spread: percentiles, and counts in bins of round widths. All values are 0 or more."""

import math
from collections.abc import Callable, Sequence
from itertools import chain, count
from typing import Final, NamedTuple

from tui.metrics import runs as of_run
from tui.metrics.percentiles import percentile
from tui.state import Run, State

FAR: Final = 3
"""Times the p95 beyond which a value is told in words: drawn to scale it would leave all others in one bin."""

_NEAR: Final = 2
"""Times the greatest value up to which a limit is on the axis."""

_NOTHING: Final = 1e-9


class Distribution(NamedTuple):
    """`counts[i]` values lie from `i * width` on and below `(i + 1) * width`; `beyond` ones after the last bin."""

    values: int
    p50: float
    p95: float
    least: float
    greatest: float
    width: float
    counts: tuple[int, ...]
    beyond: int

    @property
    def end(self) -> float:
        """Where the last bin ends."""
        return self.width * len(self.counts)


def distribution(values: Sequence[float], most: int, limit: float = math.inf) -> Distribution | None:
    """Of these values, in at most `most` bins; None without values.

    Bins begin at 0, so that two pictures compare, and are 1, 2 or 5 × a power of ten wide: the least of these with
    which `most` of them reach to the greatest value. That is the greatest up to `FAR` × p95, or a `limit` near it.
    """
    p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
    if p50 is None or p95 is None:
        return None
    near = [value for value in values if p95 <= _NOTHING or value <= FAR * p95]
    greatest = max(near)
    reach = max(greatest, limit) if limit <= _NEAR * greatest else greatest
    width = _round_number(reach / most)
    counts = [0] * min(most, int(reach / width + _NOTHING) + 1)
    for value in near:
        counts[min(len(counts) - 1, int(value / width + _NOTHING))] += 1
    return Distribution(len(values), p50, p95, min(values), max(values), width, tuple(counts), len(values) - len(near))


def of_ended_runs(state: State, figure: Callable[[State, Run], float | None]) -> list[float]:
    """What is known of a figure of the runs that are over."""
    found = (figure(state, run) for run in state.runs if run.ended is not None)
    return [value for value in found if value is not None]


def first_tokens(state: State) -> list[float]:
    """Seconds from prompt to first token of each run that is over."""
    return of_ended_runs(state, of_run.first_token)


def rates(state: State) -> list[float]:
    """Tokens a second of each run that is over."""
    return of_ended_runs(state, lambda state, run: of_run.tokens_per_second(state, run).value)


def _round_number(above: float) -> float:
    """The least of 1, 2 and 5 × a power of ten that is greater; 1 for nothing."""
    if above <= _NOTHING:
        return 1.0
    power = math.floor(math.log10(above))
    return next(step for step in (digit * 10.0**power for digit in (1, 2, 5, 10, 20)) if step > above)


def round_time(least: float) -> float:
    """The next time in seconds, from a tenth of a millisecond on, that is easy to count by."""
    small = (digit * 10.0**power for power in range(-4, 1) for digit in (1, 2, 5))
    large = chain((10, 20, 30), (60, 120, 300, 600, 1800, 3600, 7200, 21600), (86400 * 2**power for power in count()))
    return float(next(each for each in chain(small, large) if each >= least))
