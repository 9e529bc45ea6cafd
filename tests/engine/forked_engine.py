"""A handle on a real engine in a fork, which ends it at a given byte of what it says; and an agent for it."""

import os
from collections.abc import Callable
from typing import Final

from tests.forks import Fork, Forks
from tui.link import child
from tui.link.child import ReceiveLines
from tui.link.pipes import Lines, Sink

STORY: Final = " ".join(f"word{number}" for number in range(60))
AGENT: Final = f"""
import json, random
from agents import Agent, Model, function_tool
from tui.engine.demo.answer import Reply
from tui.engine.demo.plan import Step
from tui.engine.demo.raw import raw_events
from tui.engine.demo.response import completed_response

class Teller(Model):
    "Looks, then tells a story; asked for `items` it says what it was sent."

    async def get_response(self, *args, **options):
        raise NotImplementedError

    async def stream_response(self, instructions, items, *args, **options):
        if items[-1].get("content") == "items":
            reply = Reply(text=json.dumps(items))
        elif items[-1].get("type") == "function_call_output":
            reply = Reply(text={STORY!r})
        else:
            reply = Reply("Hm, let me think.", "I look.", (Step("look", '{{"far": true}}'),))
        for event in raw_events(completed_response(reply, random.Random(), 0.0, instructions, items)):
            yield event

@function_tool
def look(far: bool) -> str:
    "Looks."
    return "a door"

agent = Agent("Teller", tools=[look], model=Teller())
"""


class ForkedEngine(child.Child):
    """`tui.link.child.Child` of a fork. After `left` more bytes of its events, once that is set, it is dead."""

    def __init__(self, forks: Forks) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._printed, theirs_printed = os.pipe()
        self._sink = None
        self.fork: Fork = forks.fork({}, [theirs_in, theirs_out, theirs_printed])
        self._process = self.fork  # type: ignore[assignment]
        self.left: int | None = None
        for descriptor in (theirs_in, theirs_out, theirs_printed):
            os.close(descriptor)

    async def attach(
        self, events: ReceiveLines, stdout: ReceiveLines, stderr: ReceiveLines, hung_up: Callable[[], None]
    ) -> None:
        self._sink = await Sink.open(self._out)
        reader = await Lines.open(self._in, events, hung_up)
        taken = reader.data_received

        def take(data: bytes) -> None:
            if self.left is not None:
                data = data[: self.left]
                self.left -= len(data)
                if not self.left:
                    self.kill()
            taken(data)

        reader.data_received = take  # type: ignore[method-assign]
        await Lines.open(self._printed, stdout)
