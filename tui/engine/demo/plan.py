"""Which tools a prompt asks for: in which order, with which arguments, and to whom the conversation should go."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tui.engine.builtin import INSTRUCTIONS
from tui.engine.builtin_tools import NOTES
from tui.engine.demo.reading import Situation
from tui.engine.demo.schema import example

MAX_PARALLEL = 10
"""Most calls of one tool in one response."""

_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_VIETNAMESE = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_COUNTS = {"a": 1, "an": 1, "both": 2} | {
    word: count for words in (_ENGLISH, _VIETNAMESE) for count, word in enumerate(words, start=1)
}
_COUNT = rf"(\d{{1,3}}|{'|'.join(_COUNTS)})"

_ZONES = {
    "hanoi": "Asia/Ho_Chi_Minh",
    "hà nội": "Asia/Ho_Chi_Minh",
    "vietnam": "Asia/Ho_Chi_Minh",
    "tokyo": "Asia/Tokyo",
    "singapore": "Asia/Singapore",
    "sydney": "Australia/Sydney",
    "london": "Europe/London",
    "paris": "Europe/Paris",
    "berlin": "Europe/Berlin",
    "new york": "America/New_York",
    "san francisco": "America/Los_Angeles",
}

STORY = re.compile(r"\b(stor(y|ies)|tale|fable|once upon)\b|truyện|chuyện", re.IGNORECASE)
TOUR = re.compile(r"\btour\b|\bshow me (everything|what)\b|\bwhat can you do\b", re.IGNORECASE)
TALK = re.compile(
    r"^\s*(hi|hello|hey|thanks|thank you|xin chào|chào|cảm ơn|continue|go on|keep going|help)\b"
    r"|\b(table|code|list|did i (say|ask)|remember|my last|earlier)\b",
    re.IGNORECASE,
)
"""Prompts answered in words alone, also by the game master."""

_TOUR_STOPS = "look up streaming and handoff, roll a die"
_DEED = "roll a d20"


@dataclass(frozen=True, slots=True)
class Step:
    """One call to make; `arguments` is JSON."""

    tool: str
    arguments: str


def role(situation: Situation) -> str | None:
    """Which built-in agent is speaking, by its instructions; None for an agent of the user's own."""
    return next((name for name, text in INSTRUCTIONS.items() if text == situation.instructions), None)


def next_calls(situation: Situation) -> tuple[Step, ...]:
    """The calls to make now, all in parallel; empty when it is time to hand over or to answer.

    Words suggest the tools of built-in agents only: the tools of a user's agent may do things that matter, so they
    are called when the prompt names them.
    """
    done = Counter(call.name for call in situation.calls)
    for steps in _rounds(situation):
        left = []
        for step in steps:
            if done[step.tool]:
                done[step.tool] -= 1
            else:
                left.append(step)
        if left:
            return tuple(left)
    return ()


def next_handoff(situation: Situation) -> Step | None:
    """The handoff to make now, if any: to the agent that is named, or that a built-in has for this; one a run."""
    if situation.handed_over:
        return None
    for tool, handoff in situation.handoffs.items():
        named = _names(situation.prompt, tool) or _names(situation.prompt, handoff.agent_name)
        if named or _is_better_for(situation, handoff.agent_name):
            return _call(tool, handoff.input_json_schema, situation.prompt)
    return None


def _is_better_for(situation: Situation, agent: str) -> bool:
    wants_story = bool(STORY.search(situation.prompt))
    match role(situation):
        case "demo":
            return agent == "Storyteller" and wants_story
        case "storyteller":
            return agent == "Demo" and not wants_story and _is_for_guide(situation.prompt.lower())
        case _:
            return False


def _is_for_guide(prompt: str) -> bool:
    return bool(TOUR.search(prompt)) or any(list(suggest(prompt)) for suggest in _SUGGESTED.values())


def _rounds(situation: Situation) -> list[list[Step]]:
    """What the prompt asks for; what comes after a "then" waits for what comes before it."""
    prompt, own = situation.prompt, role(situation)
    if own == "demo" and TOUR.search(prompt):
        prompt = _TOUR_STOPS
    parts = re.split(r"\b(?:and then|then|after that)\b|, rồi\b", prompt, flags=re.IGNORECASE)
    rounds = [steps for part in parts if (steps := _steps(part, situation))]
    if not rounds and own == "game-master" and prompt.strip() and not TALK.search(prompt):
        rounds = [_steps(_DEED, situation)]
    return rounds


def _steps(part: str, situation: Situation) -> list[Step]:
    steps: list[Step] = []
    for tool, schema in situation.tools.items():
        suggested = list(_SUGGESTED[tool](part.lower())) if role(situation) and tool in _SUGGESTED else []
        if not suggested and _names(part, tool):
            steps.append(_call(tool, schema, part))
        steps += [Step(tool, json.dumps(arguments, ensure_ascii=False)) for arguments in suggested[:MAX_PARALLEL]]
    return steps


def _call(tool: str, schema: dict[str, Any], prompt: str) -> Step:
    return Step(tool, json.dumps(example({"type": "object", **schema}, prompt), ensure_ascii=False))


def _names(prompt: str, tool: str) -> bool:
    words = re.escape(tool).replace("_", "[ _-]")
    return bool(re.search(rf"(?<!\w){words}(?!\w)", prompt, re.IGNORECASE))


def _count(text: str | None) -> int:
    if not text:
        return 1
    return min(_COUNTS.get(text) or int(text), MAX_PARALLEL)


def _dice(prompt: str) -> Iterator[dict[str, Any]]:
    if short := re.search(r"(?<!\w)(\d{0,2})d(\d{1,6})\b", prompt):
        count, sides = _count(short[1] or None), int(short[2])
    elif re.search(r"\b(dice|(a|an|one|the|sided) die|roll)\b|xúc xắc", prompt):
        many = re.search(rf"\b{_COUNT}\s+(?:[\w-]+[- ]sided\s+)?(?:dice|die|times|con xúc xắc|xúc xắc)", prompt)
        size = re.search(r"(\d{1,6})[- ]?(?:sides|sided|mặt)", prompt)
        count, sides = _count(many[1] if many else None), int(size[1]) if size else 6
    else:
        return
    yield from [{"sides": sides}] * max(1, count)


def _coins(prompt: str) -> Iterator[dict[str, Any]]:
    if re.search(r"\b(coins?|heads or tails)\b|đồng xu", prompt):
        many = re.search(rf"\b{_COUNT}\s+(?:coins?|đồng xu)", prompt)
        yield from [{}] * max(1, _count(many[1] if many else None))


def _magic(prompt: str) -> Iterator[dict[str, Any]]:
    if re.search(r"\b(magic|8[- ]?ball|fortune|oracle|(should|will|shall) (i|we))\b", prompt):
        yield {}


def _times(prompt: str) -> Iterator[dict[str, Any]]:
    if re.search(r"\b(what time|time is it|the time|clock|what day|today)\b|mấy giờ", prompt):
        zones = list(dict.fromkeys(zone for city, zone in _ZONES.items() if city in prompt))
        yield from [{"timezone": zone} for zone in zones or ["UTC"]]


def _sums(prompt: str) -> Iterator[dict[str, Any]]:
    text = prompt.replace("×", "*").replace("÷", "/").replace("^", "**").replace("−", "-")
    for found in re.finditer(r"(?<![\w.])[-(]*\d[\d\s.+\-*/%()]*[\d)]", text):
        if re.search(r"[\d)]\s*[-+*/%]+\s*[\d(]", found[0]):
            yield {"expression": found[0] if "(" in found[0] else found[0].rstrip(")")}


def _choices(prompt: str) -> Iterator[dict[str, Any]]:
    if wish := re.search(r"\b(?:choose|pick|decide)\b(?:\s+(?:between|from|one of))?:?\s+(.+)", prompt):
        options = [option.strip(" .?!:") for option in re.split(r",|\bor\b|\band\b", wish[1])]
        if len(options := [option for option in options if option]) > 1:
            yield {"options": options}


def _topics(prompt: str) -> Iterator[dict[str, Any]]:
    if re.search(r"\b(look up|search|find out|what (is|are)|explain|tell me about|compare)\b", prompt):
        yield from [{"topic": topic} for topic in NOTES if topic in prompt]


_SUGGESTED: dict[str, Callable[[str], Iterator[dict[str, Any]]]] = {
    "roll_dice": _dice,
    "flip_coin": _coins,
    "magic_answer": _magic,
    "tell_time": _times,
    "calculate": _sums,
    "pick": _choices,
    "look_up": _topics,
}
"""Built-in tool to the calls of it that a prompt in lower case suggests."""
