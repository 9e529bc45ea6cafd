"""What the demo model says about the results of the tools that ran."""

import json
import re
from collections.abc import Sequence

from tui.engine.demo.reading import Call

_LONGEST = 600
"""Characters of a foreign tool's output that are repeated."""


def report(calls: Sequence[Call]) -> str:
    """The results in Markdown: a sentence, a list or, from three short ones on, a table. Empty without calls."""
    if len(calls) > 2 and all(len(call.output or "") < 60 and "\n" not in (call.output or "") for call in calls):
        rows = [f"| {i} | `{call.name}` | {_cell(_result(call))} |" for i, call in enumerate(calls, start=1)]
        body = "\n".join(["| # | Tool | Result |", "|---|---|---|", *rows])
    elif len(calls) > 1:
        body = "\n".join(f"- {_result(call)}" for call in calls)
    else:
        body = "".join(_result(call) for call in calls)
    dice = [int(call.output or "") for call in calls if call.name == "roll_dice" and _is_number(call.output)]
    return f"{body}\n\nTogether the dice show **{sum(dice)}**." if len(dice) > 1 else body


def fate(roll: int, deed: str) -> str:
    """How a deed of the adventure ends with this roll of a die of 20 sides."""
    if roll == 20:
        end = "it could not have gone better. They will sing about this one."
    elif roll >= 12:
        end = "it works. Your heart beats fast, and the way ahead is open."
    elif roll >= 6:
        end = "almost. You manage, but something rolls away into the dark with a clatter that was heard."
    else:
        end = "no. The stones give way, and you slide back to where you began, dusty and wiser."
    return f"You try it: *{deed}*\n\nThe die shows **{roll}**: {end}\n\nWhat do you do next?"


def _is_number(text: str | None) -> bool:
    return bool(re.fullmatch(r"\d+", text or ""))


def _result(call: Call) -> str:
    output = (call.output or "").strip()
    if output.startswith(("An error occurred", "Error")):
        return f"⚠ `{call.name}` failed: {_inline(output)}"
    match call.name:
        case "roll_dice" if _is_number(output):
            return f"🎲 die of {_argument(call, 'sides')} sides: **{output}**"
        case "flip_coin":
            return f"🪙 **{_inline(output)}**"
        case "magic_answer":
            return f"🎱 *{_inline(output)}*"
        case "tell_time":
            return f"🕒 {_inline(output)}"
        case "calculate":
            return f"`{_argument(call, 'expression')}` = **{_inline(output)}**"
        case "pick":
            return f"My pick: **{_inline(output)}**"
        case "look_up":
            return f"**{_argument(call, 'topic').capitalize()}.** {_inline(output)}"
        case _:
            return f"`{call.name}` answered:\n\n{_fenced(output)}\n"


def _argument(call: Call, name: str) -> str:
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        return "?"
    return str(arguments.get(name, "?")) if isinstance(arguments, dict) else "?"


def _inline(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


def _fenced(text: str) -> str:
    """A code block that the text cannot close from within."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text[:_LONGEST]}{' …' if len(text) > _LONGEST else ''}\n{fence}"
