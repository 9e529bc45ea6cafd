"""Inter-token latency: percentiles and stalls of the gaps between deltas, read from the counts in `Request.gaps`."""

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from tui.state import Request
from tui.state.gaps import LOWEST, PER_E, lower_edge

STALL: Final = 1.0
"""Seconds of silence in an answer below which nobody calls it a stall."""

STALL_FACTOR: Final = 10
"""A stall is this many times longer than the median gap, so that a slow model is not one long stall."""


class Stalls(NamedTuple):
    """How many, and the longest in seconds; 0 where there is none."""

    number: int
    longest: float


def gaps_of(requests: Iterable[Request]) -> dict[int, int]:
    """The gaps of all these requests, counted together."""
    total: dict[int, int] = {}
    for request in requests:
        for bucket, number in request.gaps.items():
            total[bucket] = total.get(bucket, 0) + number
    return total


def percentile(gaps: Mapping[int, int], share: float) -> float | None:
    """Seconds that `share` (0 to 1) of the gaps do not exceed, by nearest rank: the ⌈share × n⌉-th of n in order.

    Exact to 2.5 %, since the middle of its bucket stands for a gap; None without gaps. Gaps are those between two
    deltas of any kind of one try of a request: waiting for the model and the time of tools are not in them.
    """
    rank = max(1, math.ceil(share * sum(gaps.values())))
    for bucket in sorted(gaps):
        rank -= gaps[bucket]
        if rank <= 0:
            return 0.0 if bucket <= LOWEST else lower_edge(bucket + 0.5)
    return None


def stalls(gaps: Mapping[int, int]) -> Stalls:
    """Gaps longer than max(`STALL`, `STALL_FACTOR` × median), to the bucket."""
    limit = max(STALL, STALL_FACTOR * (percentile(gaps, 0.5) or 0.0))
    first = math.floor(math.log(limit) * PER_E + 1e-9)
    long = [bucket for bucket in gaps if bucket >= first]
    return Stalls(sum(gaps[bucket] for bucket in long), lower_edge(max(long) + 0.5) if long else 0.0)
