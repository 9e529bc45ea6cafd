"""How the program itself keeps up: its frames, their cost and how late they are. Measured, so no part of the state."""

from collections import deque
from typing import Final, NamedTuple

from tui.metrics.percentiles import percentile

_KEPT: Final = 120
"""Frames that the figures are about: 4 s of steady streaming."""


class Frame(NamedTuple):
    """One paint, in seconds; `lag` is the age of the newest record when it was on the screen, None without news."""

    at: float
    fold: float
    paint: float
    records: int
    lag: float | None


class OwnSpeed:
    """Kept by the pump. Times are seconds; None before the first frame."""

    def __init__(self) -> None:
        self._recent: deque[Frame] = deque(maxlen=_KEPT)
        self.frames = 0
        """Since the program began."""

    def note(self, frame: Frame) -> None:
        self._recent.append(frame)
        self.frames += 1

    @property
    def frames_per_second(self) -> int | None:
        """Frames in the last second of the newest frame."""
        if not self._recent:
            return None
        return sum(frame.at > self._recent[-1].at - 1.0 for frame in self._recent)

    @property
    def paint(self) -> float | None:
        """The 95th percentile of what a paint takes."""
        return percentile([frame.paint for frame in self._recent], 0.95)

    @property
    def fold(self) -> float | None:
        """The same of folding what came since the frame before."""
        return percentile([frame.fold for frame in self._recent], 0.95)

    @property
    def lag(self) -> float | None:
        """The same of how old the newest event is when it is on the screen: engine, pipe, bus and paint together."""
        return percentile([frame.lag for frame in self._recent if frame.lag is not None], 0.95)

    @property
    def batch(self) -> int | None:
        """The most events that one frame had to take."""
        return max((frame.records for frame in self._recent), default=None)
