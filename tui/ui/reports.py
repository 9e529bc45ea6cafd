"""The answers to `/history` and `/stats`: plain text, made from the state alone."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from tui.safety import one_line
from tui.state import Answer, Prompt, State, Tool

_LINE: Final = 80
"""Characters of a message in the history."""
_MARKS: Final = {"stopped": "  [stopped]", "failed": "  [failed]", "streaming": "  [under way]", "done": ""}


def history(state: State) -> str:
    """The conversation, a line a message: number, who, local time of day, its first 80 characters."""
    messages = _messages(state)
    if not messages:
        return "There are no messages yet."
    digits = len(str(len(messages)))
    return "\n".join(f"{number:>{digits}}  {_line(message)}" for number, message in enumerate(messages, 1))


def stats(state: State) -> str:
    """Counts and averages of the conversation, then sums over the session, which clearing does not reset."""
    return "\n".join([*_of_conversation(state), "", *_of_session(state)])


def _messages(state: State) -> Sequence[Prompt | Answer]:
    """What you and the agent said to each other; not what agents used as tools said."""
    return [
        entry
        for entry in state.entries[state.cleared :]
        if isinstance(entry, Prompt) or (isinstance(entry, Answer) and not entry.parent and str(entry.text).strip())
    ]


def _line(message: Prompt | Answer) -> str:
    who, mark = ("You", "") if isinstance(message, Prompt) else ("agent", _MARKS[message.status])
    clock = time.strftime("%H:%M", time.localtime(message.at))
    return f"{who:<5}  {clock}  {one_line(str(message.text), _LINE)}{mark}"


def _of_conversation(state: State) -> list[str]:
    messages = _messages(state)
    answers = [str(message.text) for message in messages if isinstance(message, Answer)]
    tools = [entry for entry in state.entries[state.cleared :] if isinstance(entry, Tool)]
    lines = [
        "Conversation",
        _row("messages", len(messages)),
        _row("from you", len(messages) - len(answers)),
        _row("from the agent", len(answers)),
    ]
    if answers:
        words = round(sum(len(answer.split()) for answer in answers) / len(answers))
        characters = round(sum(map(len, answers)) / len(answers))
        lines.append(_row("average answer", f"{words:,} words, {characters:,} characters"))
    lines.append(_row("tool calls", len(tools)))
    failed = Counter(tool.name for tool in tools if tool.status == "failed")
    for name, count in Counter(tool.name for tool in tools).most_common():
        note = f" ({failed[name]} failed)" if failed[name] else ""
        lines.append(_row(f"  {one_line(name, 40)}", f"{count:,}{note}"))
    return lines


def _of_session(state: State) -> list[str]:
    metrics = state.metrics
    lines = [
        "Session",
        _row("runs", metrics.runs),
        _row("model calls", metrics.turns),
        _row("tool calls", metrics.tool_calls),
        _row("tokens in", f"{metrics.input:,}" + (f" ({metrics.cached:,} cached)" if metrics.cached else "")),
        _row("tokens out", f"{metrics.output:,}" + (f" ({metrics.reasoning:,} reasoning)" if metrics.reasoning else "")),
        _row("stopped", metrics.interruptions),
        _row("errors", metrics.errors),
    ]
    if metrics.unknown_usage:
        lines.append(_row("tokens unknown", f"of {metrics.unknown_usage:,} model calls"))
    return lines


def _row(label: str, value: object) -> str:
    return f"  {label:<18}  {value:,}" if isinstance(value, int) else f"  {label:<18}  {value}"
