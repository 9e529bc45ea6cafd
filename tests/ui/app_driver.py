"""The whole app on a bus of the test's own: a link without an engine, which notes what the user wants."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from textual.pilot import Pilot
from textual.strip import Strip

from tui import events as e
from tui.bus import Bus
from tui.config import Settings
from tui.link.handle import Launch, Link
from tui.ui.app import AgentsApp


class StillLink(Link):
    """`wanted` lists what was asked of it; the test publishes what an engine would have answered."""

    def __init__(self) -> None:
        self.now = 1_763_900_000.0
        super().__init__(Bus(self.clock), Launch("0badcafe", "demo"))
        self.wanted: list[str] = []

    def clock(self) -> float:
        return self.now

    async def attach(self) -> None:
        self.say(e.EngineStarted(1), e.SessionStarted("0badcafe", "Guide", "gpt-x", "chat", ("roll_dice",)))

    def hand_over(self, text: str) -> None:
        self.wanted.append(f"steer {text}")

    def send(self, text: str) -> None:
        self.wanted.append(f"send {text}")
        self.busy = True
        self.say(e.PromptSent(text), e.RunStarted(self.conversation.runs + 1))

    def cancel(self, mode: Literal["immediate", "after_turn"] = "immediate") -> None:
        self.wanted.append(f"cancel {mode}")
        self.say(e.CancelRequested(mode))

    def clear(self) -> None:
        self.wanted.append("clear")
        self.say(e.ConversationCleared())

    async def restart(self) -> None:
        self.wanted.append("restart")

    async def close(self) -> None:
        self.wanted.append("close")

    def say(self, *happened: e.Event) -> None:
        """Publish events, a tenth of a second apart."""
        for event in happened:
            self.now += 0.1
            self._publish(event)
        self.queue.go_on()


class Screen:
    """The app as a test sees it."""

    def __init__(self, app: AgentsApp, link: StillLink, pilot: Pilot[int]) -> None:
        self.app, self.link, self.pilot = app, link, pilot

    @property
    def text(self) -> str:
        """What the screen shows, a line a row."""
        strips: list[Strip] = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def say(self, *happened: e.Event) -> None:
        """Publish events and wait until they are painted."""
        self.link.say(*happened)
        await self.settle()

    async def settle(self) -> None:
        """Until all that was published is folded, painted and on the screen."""
        await self.until(lambda: self.app.state.seq == self.link.bus.seq)
        self.app._pump.paint()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(200):
            await self.pilot.pause()
            if holds():
                return
        raise AssertionError(f"it did not happen; the screen:\n{self.text}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*({" ": "space", "/": "slash", "-": "minus"}.get(key, key) for key in text))


@asynccontextmanager
async def running(size: tuple[int, int] = (120, 40), settings: Settings | None = None) -> AsyncIterator[Screen]:
    link = StillLink()
    app = AgentsApp(link, link.clock, settings)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        screen = Screen(app, link, pilot)
        await screen.until(lambda: app.state.engine == "up")
        await screen.settle()
        yield screen
