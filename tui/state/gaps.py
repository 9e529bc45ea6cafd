"""How the gaps between deltas are counted: in buckets on a logarithmic scale.

A bucket is 5 % wide, so that a percentile read from its middle is exact to 2.5 % however long the answer was, and an
answer takes some 50 counts. One of the edges is 1 s.
"""

import math
from typing import Final

PER_E: Final = 1 / math.log(1.05)
"""Buckets for each factor of e."""

SHORTEST: Final = 1e-6
"""Seconds up to which gaps are not told apart: deltas that came in one read are nearer than clocks see."""

LOWEST: Final = math.floor(math.log(SHORTEST) * PER_E)
"""The bucket of gaps up to `SHORTEST`; the fold counts others in `floor(log(gap) * PER_E)`."""


def lower_edge(bucket: float) -> float:
    """Seconds at which a bucket begins; that of `bucket + 0.5` is its middle."""
    return math.exp(bucket / PER_E)
