"""Long work on the screen's own loop, in slices short enough that no key waits for them."""

import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from textual.widget import Widget

SLICE: Final = 0.003
"""Seconds of work before keys get a turn; one takes about ten turns to be seen."""

_PAUSE: Final = 0.0005


class Slices:
    """Jobs of one widget, each a generator that yields often; a job takes the place of an older one of its name."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._jobs: dict[str, Iterator[object]] = {}
        self._working = False

    def start(self, name: str, job: Iterator[object]) -> None:
        """Begin at once: what is short is done when this returns."""
        self._jobs[name] = job
        self._run(name, perf_counter() + SLICE)
        self._arm()

    def stop(self, name: str) -> None:
        """Leave a job undone."""
        self._jobs.pop(name, None)

    def running(self, name: str) -> bool:
        return name in self._jobs

    def _run(self, name: str, until: float) -> None:
        job = self._jobs[name]
        for _ in job:
            if perf_counter() >= until:
                return
        if self._jobs.get(name) is job:
            del self._jobs[name]

    def _arm(self) -> None:
        if self._jobs and not self._working:
            self._working = True
            self._widget.run_worker(self._work(), name="slices")

    async def _work(self) -> None:
        """Until all is done. No timers: Textual skips one that is late, and the work would end there."""
        try:
            while self._jobs:
                await asyncio.sleep(_PAUSE)
                for name in list(self._jobs):
                    if name in self._jobs:
                        self._run(name, perf_counter() + SLICE / len(self._jobs))
        finally:
            self._working = False
