"""Percentiles of measured values."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least of the values that at least `share` (0 to 1) of them do not exceed; None without values.

    By nearest rank, ⌈share · n⌉ from 1 in sorted order: always a value that was measured, also of a few.
    """
    if not values:
        return None
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]
