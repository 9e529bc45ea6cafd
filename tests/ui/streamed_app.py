"""The whole app on a terminal of which only the writes are known, painting a paced answer frame by frame."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar, Final

import pytest
from textual._compositor import Compositor
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tests.benchmarks.measures import BLOCK
from tests.ui.app_driver import StillLink
from tui import events as e
from tui.journal.header import Header
from tui.journal.writer import JournalWriter
from tui.ui.app import AgentsApp
from tui.ui.pump import Pump
from tui.ui.terminal import compositing, internals, scrolling

FRAMES: Final = 400
DELTAS: Final = 1000
PACE: Final = 0.025
"""Seconds of the app's clock between two frames."""


class Recorded(HeadlessDriver):
    """A terminal of which only what is written is known."""

    writes: ClassVar[list[int]] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.writes.append(len(data.encode()))

    def flush(self) -> None:
        pass

    def _enable_mouse_support(self) -> None:
        pass

    def _disable_mouse_support(self) -> None:
        pass


class Streamed:
    """The app, and its frames by hand."""

    def __init__(self, app: AgentsApp, link: StillLink, pilot: Pilot[int]) -> None:
        self.app, self.link, self.pilot = app, link, pilot
        self.unwritten = 0
        """Frames that were not on the terminal at their end."""

    async def frame(self, *happened: e.Event) -> None:
        """One write of an engine: what the pump does with it."""
        self.link.now += PACE
        for event in happened:
            self.link.bus.publish(event)
        pump = self.app._pump
        await pump._fold()
        pump._judge()
        written = len(Recorded.writes)
        pump.paint()
        self.unwritten += len(Recorded.writes) == written
        await asyncio.sleep(0)  # for whoever wants to do something of his own

    async def answer(self, run: int, frames: int = FRAMES, deltas: int = DELTAS) -> None:
        """Each frame of an answer, without its end."""
        text = BLOCK * (5 * deltas // len(BLOCK) + 1)
        await self.frame(e.PromptSent("go"), e.RunStarted(run), e.ModelRequested(run, 1, "Guide", "gpt-x", 1))
        await self.pilot.pause()
        for number in range(frames):
            first, last = number * deltas // frames, (number + 1) * deltas // frames
            await self.frame(*(e.TextDelta(f"{run}.1.0", text[5 * at : 5 * at + 5]) for at in range(first, last)))

    async def end(self, run: int) -> None:
        """Of its run."""
        await self.frame(e.MessageCompleted(f"{run}.1.0", "Guide", ""), e.RunEnded(run, "completed"))
        await self.pilot.pause()


@asynccontextmanager
async def streaming(path: Path, patches: pytest.MonkeyPatch) -> AsyncIterator[Streamed]:
    """The app as it is on a terminal, but for its pump, which does nothing by itself."""

    async def by_hand(pump: Pump) -> None:
        await asyncio.Event().wait()

    patches.setattr(Pump, "run", by_hand)
    patches.setattr(Recorded, "writes", [])
    as_on_a_terminal(patches)
    link = StillLink()
    journal = JournalWriter(link.bus, path, Header("0badcafe", "demo", link.now), lambda text: text)
    app = AgentsApp(link, link.clock, journal=journal)
    app.driver_class = Recorded
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        it = Streamed(app, link, pilot)
        while not link.bus.seq:
            await pilot.pause()
        await it.frame()
        await pilot.pause()
        yield it


def as_on_a_terminal(patches: pytest.MonkeyPatch) -> None:
    """What `guards.install` puts in the place of Textual's own, and all colours, until the test is over.

    A style keeps the codes that it was written in first, so that fewer colours would depend on the tests before.
    """
    patches.setenv("TERM", "xterm-256color")
    patches.setenv("COLORTERM", "truecolor")
    for owner, name in (
        (Compositor, "render_partial_update"),
        (Compositor, "render_full_update"),
        (ScrollBar, "render_lines"),
        (Strip, "divide"),
    ):
        patches.setattr(owner, name, getattr(owner, name))
    internals.patch_strip_divide()
    compositing.patch_compositor()
    scrolling.patch_scroll_bars()
