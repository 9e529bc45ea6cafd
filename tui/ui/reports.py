"""The conversation in figures and in lines, for `/history` and `/stats`: text made from state, without a screen.

What `/clear` cleared is left out, and so is what agents inside tools said: neither is of the conversation.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

import msgspec

from tui.safety import one_line
from tui.state import Answer, Entry, Prompt, State, Tool

_LINE: Final = 80
"""Characters of a message that its line in the history shows."""
_NAME: Final = 24
"""Characters of an agent's name."""

_MARKS: Final = {"stopped": " (stopped)", "failed": " (failed)", "streaming": " (still writing)", "done": ""}


class Stats(msgspec.Struct, frozen=True):
    """Counts since the conversation was last cleared; runs and tokens are the whole session's."""

    user: int
    assistant: int
    words: int
    """Of all answers together, as blanks separate them."""
    characters: int
    tool_calls: int
    tool_failures: int
    runs: int
    input: int
    cached: int
    output: int
    reasoning: int
    unknown_usage: int

    @property
    def messages(self) -> int:
        """Of the user and of agents."""
        return self.user + self.assistant


def history(state: State, zone: tzinfo | None = None) -> str:
    """A numbered line for each message: who, when (HH:MM in `zone`, else local time), how it begins."""
    messages = list(_messages(state))
    if not messages:
        return "Nothing has been said yet."
    speakers = ["You" if isinstance(message, Prompt) else _agent(message) for message in messages]
    width = max(map(len, speakers))
    digits = len(str(len(messages)))
    return "\n".join(
        f"{number:>{digits}}. {speaker:<{width}}  {_clock(message.at, zone)}  {_begin(message)}"
        for number, (speaker, message) in enumerate(zip(speakers, messages, strict=True), 1)
    )


def count(state: State) -> Stats:
    """The figures of `/stats`."""
    messages = list(_messages(state))
    answers = [str(message.text) for message in messages if isinstance(message, Answer)]
    tools = [entry for entry in _current(state) if isinstance(entry, Tool)]
    metrics = state.metrics
    return Stats(
        user=len(messages) - len(answers),
        assistant=len(answers),
        words=sum(len(answer.split()) for answer in answers),
        characters=sum(map(len, answers)),
        tool_calls=len(tools),
        tool_failures=sum(tool.status == "failed" for tool in tools),
        runs=metrics.runs,
        input=metrics.input,
        cached=metrics.cached,
        output=metrics.output,
        reasoning=metrics.reasoning,
        unknown_usage=metrics.unknown_usage,
    )


def stats(state: State) -> str:
    """The figures as lines of a name and a value."""
    found = count(state)
    average = "no answer yet"
    if found.assistant:
        words, characters = found.words / found.assistant, found.characters / found.assistant
        average = f"{words:,.1f} words, {characters:,.1f} characters"
    failed = f", {found.tool_failures:,} failed" if found.tool_failures else ""
    lines = [
        ("messages", f"{found.messages:,}"),
        ("  yours", f"{found.user:,}"),
        ("  agents'", f"{found.assistant:,}"),
        ("average answer", average),
        ("tool calls", f"{found.tool_calls:,}{failed}"),
        ("", ""),
        ("whole session", ""),
        ("  runs", f"{found.runs:,}"),
        ("  tokens in", f"{found.input:,}, {found.cached:,} of them cached"),
        ("  tokens out", f"{found.output:,}, {found.reasoning:,} of them reasoning"),
    ]
    if found.unknown_usage:
        lines.append(("  not counted", f"{found.unknown_usage:,} responses whose tokens the provider did not tell"))
    return "\n".join(f"{name:<16}{value}".rstrip() for name, value in lines)


def _current(state: State) -> list[Entry]:
    return state.entries[state.cleared :]


def _messages(state: State) -> Iterator[Prompt | Answer]:
    for entry in _current(state):
        match entry:
            case Prompt() | Answer(parent="") if str(entry.text).strip():
                yield entry
            case _:
                pass


def _agent(answer: Answer) -> str:
    return one_line(answer.agent, _NAME) or "Agent"


def _clock(at: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _begin(message: Prompt | Answer) -> str:
    line = one_line(str(message.text), _LINE + 1)
    shown = line[:_LINE] + "…" if len(line) > _LINE else line
    return shown + (_MARKS[message.status] if isinstance(message, Answer) else "")
