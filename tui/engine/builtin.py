"""The agents that come with the program, by the name they are asked for.

Importing this module is cheap: the SDK is loaded by the first agent that is built.
"""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tui.agents import BUILTIN_AGENTS
from tui.engine.builtin_tools import Chance, Everyday, Notebook, calculate

if TYPE_CHECKING:
    from agents import Agent

DESCRIPTIONS: Mapping[str, str] = BUILTIN_AGENTS
"""Name to one line of help, in the order to list them."""

INSTRUCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "demo": (
            "You show what an agent can do in agents-tui. Use your tools whenever they help, several at once when "
            "they do not depend on each other. Hand any wish for a story to the Storyteller. Answer in Markdown."
        ),
        "storyteller": (
            "You are a storyteller. Tell a vivid story about whatever the user asks for, in Markdown with a title: "
            "about 150 words, or 500 if a long story is asked for. Hand over what is not about stories, if you can."
        ),
        "game-master": (
            "You are the game master of a friendly adventure. Let the dice decide whatever may fail: call roll_dice "
            "with 20 sides for a deed, flip_coin for even odds, magic_answer for questions about the future. Tell "
            "in a few vivid sentences what comes of it."
        ),
        "friendly": (
            "You are a friendly assistant. Answer briefly and warmly, remember what was said before, and use your "
            "tools for time, arithmetic and choices instead of guessing."
        ),
    }
)
"""Name to the instructions of that agent."""


def demo(rng: random.Random | None = None, pause: float = 0.8) -> "Agent[Any]":
    """A guide with slow, quick and parallel tools, and a handoff to a Storyteller and back.

    `pause` is the mean time of one look-up in seconds.
    """
    from agents import function_tool

    rng = rng or random.Random()  # noqa: S311 - a game, not a secret
    chance = Chance(rng)
    guide = _agent(
        "Demo",
        "demo",
        [
            function_tool(Notebook(rng, pause).look_up),
            function_tool(chance.roll_dice),
            function_tool(chance.flip_coin),
            function_tool(calculate),
            function_tool(Everyday(rng).tell_time),
        ],
    )
    teller = storyteller()
    guide.handoffs.append(teller)
    teller.handoffs.append(guide)
    return guide


def storyteller() -> "Agent[Any]":
    """Tells stories; has no tools."""
    return _agent("Storyteller", "storyteller", [])


def game_master(rng: random.Random | None = None) -> "Agent[Any]":
    """Runs an adventure with dice, a coin and a magic ball."""
    from agents import function_tool

    chance = Chance(rng or random.Random())  # noqa: S311 - a game, not a secret
    tools = [function_tool(chance.roll_dice), function_tool(chance.flip_coin), function_tool(chance.magic_answer)]
    return _agent("Game Master", "game-master", tools)


def friendly(rng: random.Random | None = None) -> "Agent[Any]":
    """An everyday assistant with tools for time, arithmetic and choices."""
    from agents import function_tool

    everyday = Everyday(rng or random.Random())  # noqa: S311 - a game, not a secret
    tools = [function_tool(everyday.tell_time), function_tool(calculate), function_tool(everyday.pick)]
    return _agent("Friendly Assistant", "friendly", tools)


def _agent(name: str, key: str, tools: list[Any]) -> "Agent[Any]":
    from agents import Agent

    return Agent(name=name, handoff_description=DESCRIPTIONS[key], instructions=INSTRUCTIONS[key], tools=tools)


BUILTIN: Mapping[str, Callable[[], "Agent[Any]"]] = MappingProxyType(
    {"demo": demo, "storyteller": storyteller, "game-master": game_master, "friendly": friendly}
)
"""Name to what builds that agent, `demo` first: the default."""
