"""When errors of which kind came, counted in slots of a round time over the session."""

from typing import NamedTuple

from tui.metrics.distributions import round_time
from tui.state import State


class Errors(NamedTuple):
    """`kinds`: each with its counts in slot after slot of `width` seconds from the session's first prompt on."""

    width: float
    kinds: list[tuple[str, list[int]]]

    @property
    def slots(self) -> int:
        return len(self.kinds[0][1])


def errors_over_time(state: State, most: int) -> Errors | None:
    """In at most `most` slots up to the newest event, the most frequent kind first; None without errors.

    Counted is what `Metrics.failures` counts: failed tries of requests, failed tools, runs that failed otherwise.
    """
    failed = state.metrics.failed
    if not failed:
        return None
    begin = min(failed[0][0], state.runs[0].at) if state.runs else failed[0][0]
    span = max(0.0, state.at - begin)  # a clock can be set back
    width = round_time(span / most + 1e-3)
    slots = min(most, int(span / width) + 1)
    counts: dict[str, list[int]] = {}
    for at, kind in failed:
        counts.setdefault(kind, [0] * slots)[max(0, min(slots - 1, int((at - begin) / width)))] += 1
    return Errors(width, sorted(counts.items(), key=lambda each: (-sum(each[1]), each[0])))
