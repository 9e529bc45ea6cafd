"""What the demo model answers in each situation: reasoning, text, calls. Nothing in it is left to chance."""

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from tui.engine.demo.plan import STORY, TOUR, Step, next_calls, next_handoff, role
from tui.engine.demo.reading import Situation
from tui.engine.demo.report import fate, report
from tui.engine.demo.schema import example

_STORIES = {
    "lighthouse": r"\b(long|longer|lighthouse|sea|ships?|fog)\b",
    "clockmaker": r"\b(clocks?|clockmaker|minute)\b",
    "ferry": r"\b(ferry|fox|river)\b",
    "rain": r"truyện|chuyện|\brain\b",
}
"""Text to the words that ask for that story."""

_TEXTS = (*_STORIES, "table", "code", "list")
_SHORTEST_TAIL = 12
"""Characters of a cut answer needed to find where it stopped."""

_HONEST = (
    "I am the demo model: a script, no AI. Set `OPENAI_API_KEY`, or give `--base-url` for a server of your own, "
    "to talk to a real model."
)

_TRY = {
    "demo": (
        "tour",
        "roll two dice, flip a coin and work out 17 * 23",
        "look up streaming and handoff",
        "what time is it in Hanoi and Tokyo?",
        "tell me a long story (press Esc, then say: continue)",
        "show me a table, or: some code",
        "roll a 1-sided die (a tool that fails)",
    ),
    "storyteller": (
        "a story about a clock",
        "a long story (press Esc, then say: continue)",
        "kể một câu chuyện",
    ),
    "game-master": (
        "I climb the cliff",
        "roll two dice and flip a coin",
        "will I find the treasure?",
        "roll 3d20, then flip a coin",
    ),
    "friendly": (
        "what time is it in Paris?",
        "what is 17 * 23?",
        "choose between tea, coffee and water",
        "what did I say before?",
    ),
}
"""Built-in agent to prompts worth trying."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One response of the model, in the order in which it is written; empty parts are left out."""

    reasoning: str = ""
    text: str = ""
    calls: tuple[Step, ...] = ()


def reply(situation: Situation, output_schema: dict[str, Any] | None = None) -> Reply:
    """The response to a request: the calls it still needs, else a handoff, else the answer.

    With `output_schema` (JSON schema of the agent's output type) the answer is JSON that fits it.
    """
    if calls := next_calls(situation):
        return Reply(_reasons(calls), "" if situation.said else _lead(situation, calls), calls)
    if step := next_handoff(situation):
        agent = situation.handoffs[step.tool].agent_name
        return Reply(f"**Handing over**\n\nThis is a matter for {agent}.", calls=(step,))
    if output_schema is not None:
        return Reply(text=json.dumps(example(output_schema, situation.prompt), ensure_ascii=False))
    return Reply(_thoughts(situation), _answer(situation))


def _reasons(calls: tuple[Step, ...]) -> str:
    counts = Counter(step.tool for step in calls)
    wanted = ", ".join(f"{tool} × {count}" if count > 1 else tool for tool, count in counts.items())
    how = "They do not depend on each other and can run at once." if len(calls) > 1 else "It is made for this."
    return f"**Choosing tools**\n\nThe prompt asks for {wanted}. {how}"


def _lead(situation: Situation, calls: tuple[Step, ...]) -> str:
    if role(situation) == "game-master":
        return "Let the dice decide." if calls[0].tool == "roll_dice" else "Let us see what fate says."
    return f"I start {len(calls)} calls at once." if len(calls) > 1 else ""


def _thoughts(situation: Situation) -> str:
    if re.search(r"\bthink\b", situation.prompt, re.IGNORECASE):
        return (
            "**Thinking it over**\n\nThe user wants to see reasoning. A script does not reason, but it can show where "
            "reasoning goes: it is streamed before the answer, in pieces like the answer itself.\n\n"
            "**Deciding**\n\nA short answer will do."
        )
    if _wants_story(situation) and "long" in situation.prompt.lower():
        return "**Planning the story**\n\nA keeper, a machine, a fog. It should end with something learned."
    return ""


def _answer(situation: Situation) -> str:
    """The results if there are some, then the topic; failing both, a hint. First of all the interruption, if any."""
    content = "\n\n".join(filter(None, (_results(situation), _topic(situation)))) or _default(situation)
    return "\n\n".join(filter(None, (_interruption(situation), content)))


def _interruption(situation: Situation) -> str:
    if not situation.interrupted or _wants_more(situation):
        return ""
    if situation.vietnamese:
        return "*(Bạn vừa dừng câu trả lời trước; gõ “continue” để nghe tiếp.)*"
    return f"*(You stopped me at “{_short(situation.earlier[-1])}”; say “continue” and I go on from there.)*"


def _results(situation: Situation) -> str:
    results = situation.results
    if role(situation) == "game-master" and len(results) == 1 and results[0].name == "roll_dice":
        roll = results[0].output or ""
        if (
            roll.isdecimal()
            and "20" in results[0].arguments
            and not re.search(r"\b(roll|d20|die)\b", situation.prompt, re.IGNORECASE)
        ):
            return fate(int(roll), _short(situation.prompt))
    return report(results)


def _topic(situation: Situation) -> str:
    prompt = situation.prompt
    lowered = prompt.lower()
    if said := re.match(r"\s*(?:say|repeat(?: after me)?|echo)\b[: ]+(.+)", prompt, re.IGNORECASE | re.DOTALL):
        return said[1]
    if TOUR.search(prompt):
        return f"{_text('table')}\n\n{_text('code')}\n\n{_help(situation)}"
    if re.match(r"\s*help\b|.*\bwhat can i (try|ask|do)\b", lowered):
        return _help(situation)
    if re.search(r"\b(did i (say|ask)|remember|my last|earlier)\b", lowered):
        return _memory(situation)
    if _wants_more(situation) or (situation.said and not situation.calls):
        return _continued(situation)
    if _wants_story(situation):
        return _story(situation)
    for word in ("table", "code", "list"):
        if re.search(rf"\b{word}\b", lowered):
            return _text(word)
    if re.match(r"\s*(thanks|thank you|cảm ơn)\b", lowered):
        return "Không có gì! 😊" if situation.vietnamese else "You are welcome! 😊"
    return ""


def _wants_more(situation: Situation) -> bool:
    return bool(re.match(r"\s*(continue|go on|keep going|tiếp)\b", situation.prompt, re.IGNORECASE))


def _wants_story(situation: Situation) -> bool:
    if role(situation) == "storyteller":
        return not re.match(r"\s*(hi|hello|hey|xin chào|chào|$)\b", situation.prompt, re.IGNORECASE)
    return role(situation) is not None and bool(STORY.search(situation.prompt))


def _story(situation: Situation) -> str:
    prompt = situation.prompt.lower()
    for name, words in _STORIES.items():
        if re.search(words, prompt):
            return _text(name)
    story = _text(("clockmaker", "ferry")[len(situation.earlier) % 2])
    return story if STORY.search(prompt) else f"*(A script cannot make that up; it can tell you this one.)*\n\n{story}"


def _continued(situation: Situation) -> str:
    """The rest of the text in which the last answer ends, found by its last words; else that answer once more."""
    tail = (situation.said or situation.last_answer)[-40:]
    if len(tail) >= _SHORTEST_TAIL:
        for name in _TEXTS:
            _, found, rest = _text(name).partition(tail)
            if found and rest:
                return rest if situation.said else f"…{rest}"
    if not situation.interrupted:
        return "My last answer was complete: there is nothing to go on with."
    again = replace(situation, prompt=situation.earlier[-1], earlier=situation.earlier[:-1], interrupted=False)
    return f"From the start:\n\n{_answer(again)}"


def _memory(situation: Situation) -> str:
    if not situation.earlier:
        return "This is the first thing you say to me in this conversation."
    lines = [f"{number}. “{_short(text)}”" for number, text in enumerate(situation.earlier, start=1)]
    return "You said before:\n\n" + "\n".join(lines)


def _help(situation: Situation) -> str:
    own = role(situation)
    hints = _TRY[own] if own else tuple(f"use {tool}" for tool in situation.tools)
    return "\n".join([_HONEST, "", "Try:", "", *(f"- {hint}" for hint in hints)]) if hints else _HONEST


def _default(situation: Situation) -> str:
    prompt = situation.prompt
    if situation.vietnamese:
        return (
            "Xin chào! 👋 Tôi là **mô hình demo**: chỉ là kịch bản, không phải AI. "
            "Hãy thử: *kể một câu chuyện*, *tung hai con xúc xắc*."
        )
    if not situation.earlier:
        greeting = "Hello! 👋 " if re.match(r"\s*(hi|hello|hey)\b", prompt, re.IGNORECASE) else ""
        return greeting + _help(situation)
    heard = f"You said “{_short(prompt)}”, and before that “{_short(situation.earlier[-1])}”."
    return f"{heard} Being a script, I have no answer to it. Say **help** to see what I can do."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


@cache
def _text(name: str) -> str:
    return resources.files("tui.engine.demo").joinpath("texts", f"{name}.md").read_text(encoding="utf-8").rstrip()
