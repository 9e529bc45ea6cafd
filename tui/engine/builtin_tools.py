"""The tools of the built-in agents: plain functions that do what they say, with chance, clock and delay passed in.

Their docstrings are what a model reads; a `ValueError` tells it what was wrong with its arguments.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui.engine.arithmetic import evaluate

MAX_SIDES = 1000
"""Most sides of a die."""

MAGIC_ANSWERS = (
    "Yes, without a doubt.",
    "The signs point to yes.",
    "Ask again later.",
    "Better not to tell you this time.",
    "Do not count on it.",
    "My sources say no.",
)

NOTES = {
    "streaming": "Streaming shows an answer while it is being written. The total time stays the same; the wait for "
    "the first word shrinks from seconds to a few tenths of one.",
    "handoff": "In a handoff an agent passes the conversation to another one that knows the subject better. The run "
    "goes on; only the agent that answers changes.",
    "tool": "A tool is a function the model may call. The model writes the name and the arguments, the program runs "
    "the function, and the result goes back to the model for its next turn.",
    "cancel": "A cancelled run stops at once. What was already written is kept and marked, so that the model knows "
    "in its next answer that it was interrupted.",
    "token": "A token is the piece of text a model reads and writes: about four characters of English. Speed is "
    "counted in tokens a second, price in tokens read and written.",
    "event": "Everything a run does is an event: a piece of text, a tool call, a handoff. Chat, log and metrics are "
    "three views of the same events.",
    "guardrail": "A guardrail checks what goes into an agent or comes out of it, and stops the run when something "
    "must not pass.",
}
"""What `look_up` knows: topic to note."""


class Chance:
    """Tools of luck. They are coroutines so that parallel calls draw in the order in which they were made, not in the
    order in which threads happen to start: the same seed gives the same game.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    async def roll_dice(self, sides: int = 6) -> str:
        """Roll one die.

        Args:
            sides: How many sides the die has, from 2 to 1000.
        """
        if not 2 <= sides <= MAX_SIDES:
            raise ValueError(f"a die has 2 to {MAX_SIDES} sides, not {sides}")
        return str(self._rng.randint(1, sides))

    async def flip_coin(self) -> str:
        """Flip a coin: heads or tails."""
        return self._rng.choice(("heads", "tails"))

    async def magic_answer(self) -> str:
        """Let the magic ball answer a question that can be answered with yes or no."""
        return self._rng.choice(MAGIC_ANSWERS)


class Notebook:
    """A few real notes about agents, behind a delay like that of a search."""

    def __init__(self, rng: random.Random, pause: float) -> None:
        """`pause` is the mean delay of one look-up in seconds; each takes 0.7 to 1.3 times as long."""
        self._rng = rng
        self._pause = pause

    async def look_up(self, topic: str) -> str:
        """Look a topic up in the notebook.

        Args:
            topic: One word: streaming, handoff, tool, cancel, token, event or guardrail.
        """
        await asyncio.sleep(self._pause * self._rng.uniform(0.7, 1.3))
        note = NOTES.get(topic.strip().lower().removesuffix("s"))
        return note or f"Nothing about {topic!r}. The notebook knows: {', '.join(NOTES)}."


class Everyday:
    """Small services of daily life."""

    def __init__(self, rng: random.Random, now: Callable[[tzinfo], datetime] = datetime.now) -> None:
        self._rng = rng
        self._now = now

    def tell_time(self, timezone: str = "UTC") -> str:
        """Tell the date and time of a place.

        Args:
            timezone: A name of the IANA time zone database, such as Asia/Ho_Chi_Minh.
        """
        try:
            zone: tzinfo = UTC if timezone == "UTC" else ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no time zone is called {timezone!r}") from error
        return self._now(zone).strftime("%A %d %B %Y, %H:%M ") + timezone

    def pick(self, options: list[str]) -> str:
        """Pick one of several things at random.

        Args:
            options: What to choose from, at least two.
        """
        if len(options) < 2:
            raise ValueError("give at least two options")
        return self._rng.choice(options)


def calculate(expression: str) -> str:
    """Work out an arithmetic expression.

    Args:
        expression: Numbers with + - * / // % ** and parentheses, such as 17 * (2 + 3).
    """
    value = evaluate(expression)
    return f"{value:.15g}" if isinstance(value, float) else str(value)
