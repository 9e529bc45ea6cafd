"""A transcript whose growing answers are shown at a pace, until the user wants all that is there."""

import time
from typing import Final

from textual.geometry import Region
from textual.timer import Timer

from tui.pace import Pacing
from tui.state import State
from tui.ui.chat.search import ChatSearch
from tui.ui.chat.sections import AnswerSection, Section

_FRAME: Final = 1 / 15
"""Seconds between paints of a text that is shown at a pace."""


class PacedView(ChatSearch):
    """Knows which sections may still grow, and paints while one of them holds text back."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._now = 0.0
        self._live = 0
        self._pace: float | None = None
        self._painted = 0.0
        """When, by the monotonic clock."""
        self._flowing: Timer | None = None
        self._ahead = 0
        """Words that have come and are not shown yet."""

    def paint(self, state: State, now: float) -> None:
        """Show what changed in `state`; `now` is in seconds since the epoch."""
        raise NotImplementedError

    def set_pace(self, words_per_minute: float | None) -> None:
        """How fast the answers to come are shown; None: as they come, also those that are coming."""
        self._pace = words_per_minute
        if words_per_minute is None:
            self.hurry()

    def hurry(self) -> None:
        """Show all that is there."""
        for section in self._growing():
            section.pacing = None
        if self._ahead:
            self.paint(self._state, self._now)

    def follow(self) -> None:
        """Go to the end of all that is there and stay there."""
        self.hurry()
        super().follow()

    def _begin_pace(self, section: Section) -> None:
        """Of a section that is new."""
        if isinstance(section, AnswerSection) and self._pace is not None and section.answer.status == "streaming":
            section.pacing = Pacing(self._pace)

    def _growing(self) -> list[AnswerSection]:
        live = (section for section in self._transcript.sections.made.values() if section.entry.id >= self._live)
        return [section for section in live if isinstance(section, AnswerSection) and section.pacing is not None]

    def _flow(self) -> None:
        """After a paint: count what is ahead, and go on painting as long as something may be."""
        self._painted = time.monotonic()
        if self._pace is None and self._flowing is None and not self._ahead:
            return
        growing = self._growing()
        ahead = sum(len(section.ahead.split()) for section in growing)
        if ahead != self._ahead:
            self._ahead = ahead
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))
        wanted = any(section.live for section in growing)
        if wanted and self._flowing is None:
            self._flowing = self.set_interval(_FRAME, self._go_on)
        elif self._flowing is not None and not wanted:
            self._flowing.stop()
            self._flowing = None

    def _go_on(self) -> None:
        self.paint(self._state, self._now + time.monotonic() - self._painted)

    def _chip(self) -> str:
        return f" {self._ahead:,} words ahead · End shows all " if self._ahead else super()._chip()
