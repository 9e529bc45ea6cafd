"""The conversation in figures and in lines, for `/history`, `/stats` and the shell: text made from state, not a screen.

What `/clear` cleared is left out, and so is what agents inside tools said: neither is of the conversation.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

import msgspec

from tui import figures
from tui.journal.writer import JournalWriter
from tui.metrics import session
from tui.metrics.lines import figure_lines
from tui.safety import one_line
from tui.state import Answer, Entry, Metrics, Prompt, State, Tool

_LINE: Final = 80
"""Characters of a message that its line in the history shows."""
_NAME: Final = 24
"""Characters of an agent's name."""

_MARKS: Final = {"stopped": " (stopped)", "failed": " (failed)", "streaming": " (still writing)", "done": ""}


class Stats(msgspec.Struct, frozen=True):
    """Counts since the conversation was last cleared, but from `runs` on the whole session's."""

    user: int
    assistant: int
    words: int
    """Of all answers together, as blanks separate them."""
    characters: int
    tools: tuple[tuple[str, int, int], ...]
    """Name, calls and failures of each tool, the most called first."""
    runs: int
    model_calls: int
    tool_calls: int
    """Across all prompts."""
    stops: int
    errors: int
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
    failures = Counter(tool.name for tool in tools if tool.status == "failed")
    calls = Counter(tool.name for tool in tools).most_common()
    metrics = state.metrics
    return Stats(
        user=len(messages) - len(answers),
        assistant=len(answers),
        words=sum(len(answer.split()) for answer in answers),
        characters=sum(map(len, answers)),
        tools=tuple((name, number, failures[name]) for name, number in calls),
        runs=metrics.runs,
        model_calls=metrics.turns,
        tool_calls=metrics.tool_calls,
        stops=metrics.interruptions,
        errors=metrics.errors,
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
    lines = [
        ("messages", f"{found.messages:,}"),
        ("  yours", f"{found.user:,}"),
        ("  agents'", f"{found.assistant:,}"),
        ("average answer", average),
        ("tool calls", f"{sum(calls for _, calls, _ in found.tools):,}"),
        *((f"  {one_line(name, _NAME)}", _calls(calls, failed)) for name, calls, failed in found.tools),
        ("", ""),
        ("whole session", ""),
        ("  runs", f"{found.runs:,}"),
        ("  model calls", f"{found.model_calls:,}"),
        ("  tool calls", f"{found.tool_calls:,}"),
        ("  tokens in", f"{found.input:,}, {found.cached:,} of them cached"),
        ("  tokens out", f"{found.output:,}, {found.reasoning:,} of them reasoning"),
        *((f"  {name}", value) for name, value in figure_lines(state)),
        ("  stopped", f"{found.stops:,}"),
        ("  errors", f"{found.errors:,}"),
        *((f"  {name}", value) for name, value in _kinds(state.metrics)),
    ]
    if found.errors:
        lines += [(f"  {name}", value) for name, value in _rates(state.metrics)]
    if found.unknown_usage:
        lines.append(("  not counted", f"{found.unknown_usage:,} of the model calls: their provider did not tell"))
    return _table(lines)


def errors(metrics: Metrics, sessions: int, failed: int) -> str:
    """How often requests failed and were recovered over so many sessions, in which so many runs failed."""
    number = sum(number for _, number in session.failures(metrics))
    lines = [
        ("sessions", f"{sessions:,}"),
        ("runs", f"{metrics.runs:,}"),
        ("  failed", f"{failed:,}"),
        ("  interrupted", f"{metrics.interruptions:,}"),
        ("requests", f"{metrics.turns:,}"),
        ("  tries", f"{metrics.tries:,}"),
        ("errors", f"{number:,}"),
        *_kinds(metrics),
        *_rates(metrics),
        ("given up", f"{metrics.given_up:,}"),
    ]
    return _table(lines)


def _kinds(metrics: Metrics) -> Iterator[tuple[str, str]]:
    for kind, number in session.failures(metrics):
        yield f"  {kind.replace('_', ' ')}", f"{number:,}"


def _rates(metrics: Metrics) -> Iterator[tuple[str, str]]:
    """Those that are known."""
    if session.error_rate(metrics) is not None:
        yield "error rate", f"{figures.percent(session.error_rate(metrics))} of the model's tries"
    if session.recovery_rate(metrics) is not None:
        share = figures.percent(session.recovery_rate(metrics))
        yield "recovered", f"{metrics.recoveries:,}, {share} of the requests with a failed try"


def _table(lines: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in lines) + 2
    return "\n".join(f"{name:<{width}}{value}".rstrip() for name, value in lines)


def farewell(state: State, journal: JournalWriter | None) -> str:
    """For the shell once the screen is gone: what the session came to, and how to go on with it or why not."""
    metrics = state.metrics
    tokens = f"{metrics.input:,} tokens in, {metrics.output:,} out" if metrics.input or metrics.output else ""
    name = state.session or (journal.path.stem if journal is not None else "")
    parts = [f"session {name}", _some(metrics.runs, "run"), _some(metrics.tool_calls, "tool call"), tokens]
    line = f"agents-tui: {' · '.join(filter(None, parts))}"
    if journal is None:
        return line
    if journal.unsaved:
        line += f"\nagents-tui: not all of it was saved: {journal.unsaved}"
    return f"{line}\nagents-tui --session {journal.path.stem}" if journal.path.exists() else line


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _calls(calls: int, failed: int) -> str:
    return f"{calls:,}, {failed:,} failed" if failed else f"{calls:,}"


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
