"""Drives one engine session in this process: sends, cancels, collects its events and waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from agents import Agent, set_tracing_disabled
from agents.testing import ScriptedModel

from tui import commands as c
from tui import events as e
from tui.engine.connect import connect
from tui.engine.recovery import Policy
from tui.engine.session import Session
from tui.engine.watchdog import PATIENCE, Patience

E = TypeVar("E", bound=e.Event)

DEADLINE = 10.0
"""Seconds after which waiting for an event fails; nothing here takes that long."""

AT_ONCE = Policy(first_delay=0.0)
ONE_TRY = Policy(attempts=1)


class Driver:
    """`events` is everything the session emitted, in order."""

    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self.session: Session
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    def emit(self, event: e.Event) -> None:
        self.events.append(event)
        self._loop.call_soon_threadsafe(self._changed.set)

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def text(self) -> str:
        """The answer as it was streamed."""
        return "".join(event.text for event in self.all(e.TextDelta))

    async def until(self, kind: type[E], holds: Callable[[E], bool] = lambda event: True, *, after: int = 0) -> E:
        """The first event of this kind, from index `after` on, that `holds`; waits for it."""
        async with asyncio.timeout(DEADLINE):
            while True:
                self._changed.clear()
                for event in self.events[after:]:
                    if isinstance(event, kind) and holds(event):
                        return event
                await self._changed.wait()

    async def run(self, prompt: str = "hello") -> e.RunEnded:
        """Send a prompt and wait for the end of its run."""
        after = len(self.events)
        self.session.send(prompt)
        return await self.until(e.RunEnded, after=after)

    async def cancel(self) -> e.RunEnded:
        """Cancel at once and wait for the end of the run."""
        after = len(self.events)
        self.session.cancel()
        return await self.until(e.RunEnded, after=after)


@asynccontextmanager
async def driving(
    agent: Agent[Any],
    *,
    base_url: str | None = None,
    api: Any = None,
    patience: Patience = PATIENCE,
    policy: Policy = AT_ONCE,
    items: Sequence[dict[str, Any]] = (),
) -> AsyncIterator[Driver]:
    """A session of `agent`; with a base URL on that server, else on the agent's own model."""
    set_tracing_disabled(disabled=True)
    driver = Driver()
    options = c.Open("s", "", base_url=base_url, api=api, model="scripted" if base_url else None)
    connection = connect(options, agent, {})
    driver.session = Session("s", agent, connection, driver.emit, patience=patience, policy=policy)
    driver.session.conversation.items.extend(items)
    yield driver
    await driver.session.close()


def scripted(*steps: Any, **options: Any) -> Agent[Any]:
    """An agent on a scripted model of its own."""
    return Agent(name="Tester", model=ScriptedModel(list(steps)), **options)
