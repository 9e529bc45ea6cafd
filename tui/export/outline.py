"""A session as a reader sees it, before any format: folded, then told in sections, one for each change of speaker."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from tui import figures
from tui.fold import fold
from tui.metrics import runs, session
from tui.metrics.lines import figure_lines
from tui.safety import one_line
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Row, State, Tool
from tui.wire import Record

YOU: Final = "You"

_TITLE: Final = 80
"""Characters of a title taken from the first prompt."""
_DEEPEST: Final = 8
"""Levels of agents inside tools that are told apart; what is deeper stands on the last of them."""
_LATEST: Final = 253_000_000_000.0
"""Seconds since the epoch, in the year 9987: a later moment is a damaged record and has no date."""


class Block(NamedTuple):
    """An entry, and what happened in the agent that this tool call ran."""

    entry: Entry
    inside: "list[Block]"


class Section(NamedTuple):
    """What one speaker said and did in a row. `speaker` is empty before anyone spoke; `own`: the user."""

    speaker: str
    own: bool
    at: float
    cleared: bool
    """The conversation before it was cleared."""
    blocks: list[Block]


class Outline(NamedTuple):
    """All that a document of a session says. Texts are foreign and kept as they came."""

    title: str
    about: list[tuple[str, str]]
    """Name and value of what holds for all of it."""
    sections: list[Section]
    figures: list[tuple[str, str]]
    rows: Sequence[Row]
    """The event log."""
    zone: tzinfo | None

    def moment(self, at: float) -> datetime:
        """A time of day with its date, in the zone wanted."""
        return _moment(at, self.zone)


def outline(records: Iterable[Record], header: Mapping[str, object], zone: tzinfo | None) -> Outline:
    """Fold the records and put in order what came of them."""
    state, first = State(), None
    for record in records:
        first = record.at if first is None else first
        fold(state, record)
    known = {name: str(header[name]) for name in ("title", "session", "agent", "model") if header.get(name)}
    session = known.get("session", state.session)
    about = {
        "Date": "" if first is None else f"{_moment(first, zone):%Y-%m-%d %H:%M %Z}".strip(),
        "Agent": state.root or known.get("agent", ""),
        "Model": state.model or known.get("model", ""),
        "Session": session,
    }
    return Outline(
        title=known.get("title") or _first_words(state) or f"Session {session}".strip(),
        about=[(name, value) for name, value in about.items() if value],
        sections=_sections(state),
        figures=_figures(state, first),
        rows=state.rows,
        zone=zone,
    )


def ending(entry: Answer | Reasoning | Tool) -> str:
    """How it ended, in a word or two: its duration or what went wrong; empty where there is nothing to say."""
    match entry:
        case Answer(status="done"):
            return "refused" if entry.refusal else ""
        case Reasoning(status="done"):
            return "" if entry.ended is None else figures.duration(entry.ended - entry.at)
        case Tool(status="done" | "failed"):
            took = "" if entry.duration is None else figures.duration(entry.duration)
            return " · ".join(filter(None, ("failed" if entry.status == "failed" else "", took)))
        case Answer(status="failed") | Reasoning(status="failed"):
            return "cut off by an error"
        case Answer(status="stopped") | Reasoning(status="stopped"):
            return "stopped"
        case Tool(status="cancelled"):
            return "cancelled"
        case _:
            return "unfinished"


def _moment(at: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(min(max(0.0, at), _LATEST), zone).astimezone(zone)


def _first_words(state: State) -> str:
    return next((one_line(entry.text, _TITLE) for entry in _shown(state) if isinstance(entry, Prompt)), "")


def _parts(state: State) -> list[tuple[int, int]]:
    """Where in the entries what is told begins and ends: what was cleared, then what is shown; no branch left."""
    return [*state.past, (state.cleared, len(state.entries))]


def _shown(state: State) -> list[Entry]:
    return [entry for start, end in _parts(state) for entry in state.entries[start:end]]


def _sections(state: State) -> list[Section]:
    at_work = {row.seq: row.agent for row in state.rows if row.agent}
    shown = _shown(state)
    starts = [start for start, _ in _parts(state)]
    inside: dict[str, list[Block]] = {entry.call: [] for entry in shown if isinstance(entry, Tool)}
    found: list[Section] = []
    for entry in shown:
        block = Block(entry, inside[entry.call] if isinstance(entry, Tool) else [])
        around = inside.get("/".join(entry.parent.split("/")[:_DEEPEST])) if entry.parent else None
        if around is not None:
            around.append(block)
            continue
        last = found[-1] if found else None
        own = isinstance(entry, Prompt)
        speaker = YOU if own else _speaker(entry, at_work, last) or state.root
        cleared = last is not None and any(last.blocks[0].entry.id < start <= entry.id for start in starts)
        if last is None or own or last.own or cleared or speaker != last.speaker:
            last = Section(speaker if own or not isinstance(entry, Note) or found else "", own, entry.at, cleared, [])
            found.append(last)
        last.blocks.append(block)
    return found


def _speaker(entry: Entry, at_work: Mapping[int, str], last: Section | None) -> str:
    """Whose section an agent's entry belongs to."""
    match entry:
        case Answer(agent=agent) | Tool(agent=agent) | Handoff(source=agent) if agent:
            return agent
        case Note() if last is not None and not last.own:
            return last.speaker
        case _:
            return at_work.get(entry.seq, "")


def _figures(state: State, first: float | None) -> list[tuple[str, str]]:
    metrics = state.metrics
    known = session.usage_known(state)
    rate = runs.tokens_per_second(state, runs.newest(state))
    kinds = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in session.failures(metrics))
    exact = "" if rate.exact or rate.value is None else "about "
    return [
        ("Runs", f"{metrics.runs:,}"),
        ("Model calls", f"{metrics.turns:,}"),
        ("Tool calls", _of(metrics.tool_calls, _some(metrics.tool_failures, "failed"))),
        ("Handoffs", f"{metrics.handoffs:,}"),
        ("Tokens in", _of(metrics.input, _some(metrics.cached, "of them cached")) if known else figures.UNKNOWN),
        (
            "Tokens out",
            _of(metrics.output, _some(metrics.reasoning, "of them reasoning")) if known else figures.UNKNOWN,
        ),
        ("Model calls whose tokens nobody told", f"{metrics.unknown_usage:,}"),
        ("Time to first token, last run", figures.latency(runs.first_token(state, runs.newest(state)))),
        ("Tokens a second, last run", exact + figures.rate(rate.value)),
        *((name[:1].upper() + name[1:], value) for name, value in figure_lines(state)),
        ("Stopped by the user", f"{metrics.interruptions:,}"),
        ("Errors", _of(metrics.errors, kinds)),
        ("Requests recovered after a failed try", f"{metrics.recoveries:,}"),
        ("Events", f"{metrics.events:,}"),
        ("First to last event", figures.UNKNOWN if first is None else figures.elapsed(state.at - first)),
    ]


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}" if number else ""


def _of(number: int, more: str) -> str:
    return f"{number:,} ({more})" if more else f"{number:,}"
