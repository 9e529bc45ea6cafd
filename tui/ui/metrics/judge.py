"""Holds each run that ends against its limits and puts on the bus which it went over, so that it is on record."""

from collections.abc import Callable

from tui.config import Thresholds
from tui.events import ThresholdBreached
from tui.metrics.thresholds import breaches
from tui.state import State


class Judge:
    """Each run once, and none that had ended before: what a journal holds of it is not said again."""

    def __init__(self, state: State, thresholds: Thresholds, publish: Callable[[ThresholdBreached], object]) -> None:
        self._state, self._thresholds, self._publish = state, thresholds, publish
        self._judged = sum(run.ended is not None for run in state.runs)

    def look(self) -> None:
        """Judge the runs that have ended since the last look."""
        runs = self._state.runs
        while self._judged < len(runs) and runs[self._judged].ended is not None:
            for breach in breaches(self._state, runs[self._judged], self._thresholds):
                self._publish(breach)
            self._judged += 1
