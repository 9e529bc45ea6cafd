"""A recorded session in one line: what it was about, how much there was of it, what went wrong."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from tui import events as e
from tui import wire
from tui.fold import metrics, requests
from tui.journal import file as journal
from tui.metrics.cost import Cost
from tui.safety import one_line
from tui.state import Metrics, State
from tui.wire import Record

_TITLE: Final = 200
"""Characters kept of a first prompt that serves as a title."""

_OF_INTEREST: Final = re.compile(
    rb'"type":\s*"(?:prompt_sent|retry_requested|run_(?:start|end)ed|usage_reported|session_started|model_requested'
    rb'|request_sent|attempt_(?:failed|started|succeeded))"|^\{"agents_tui"'
)
"""Lines that a summary needs; all others are not parsed."""
_DELTA: Final = b'_delta","'
"""In each line of a delta, the most of a file, and in no text, where quotes are escaped: found far sooner."""


class Summary(msgspec.Struct, frozen=True):
    """One line of the list. Times are seconds since the epoch."""

    session: str
    title: str
    """The given name, else the first prompt; foreign text."""
    agent: str
    """As it is called on the command line."""
    cwd: str
    created: float
    changed: float
    prompts: int = 0
    turns: int = 0
    """Runs of the agent."""
    input: int = 0
    output: int = 0
    """Tokens, as the provider counted them."""
    size: int = 0
    """Bytes."""
    name: str = ""
    """The agent's own name."""
    requests: int = 0
    """Model requests; `tries` counts their repetitions too. Both, and what follows, as in `state.Metrics`."""
    tries: int = 0
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    """Failed tries, and runs that failed otherwise, by kind; without tools."""
    recoveries: int = 0
    given_up: int = 0
    interruptions: int = 0
    failed: int = 0
    """Runs that failed."""
    cost: float | None = None
    """US dollars, of the requests whose price is known; None where there is none."""
    unpriced: int = 0
    """Requests that ended without a known price."""


def summarise(path: Path, status: os.stat_result) -> Summary:
    """A file's line in the list. Raises OSError."""
    header = journal.read(path).header
    title, name, prompts, failed, state = "", "", 0, 0, State()
    given = header.title
    for line in _lines(path):
        meaning = _meaning(line)
        if isinstance(meaning, Record):
            metrics.fold(state, meaning)
            requests.fold(state, meaning)
        match meaning:
            case str(again):
                given = again
            case Record(event=e.PromptSent(text=text)):
                prompts += 1
                title = title or text[:_TITLE]
            case Record(event=e.SessionStarted(agent=agent)):
                name = agent
            case Record(event=e.RunEnded(status="failed")):
                failed += 1
            case _:
                pass
    found, cost = state.metrics, Cost().plus(state.requests)
    return Summary(
        session=path.stem,
        title=one_line(given or title, _TITLE),
        agent=header.agent,
        cwd=header.cwd,
        created=header.created,
        changed=status.st_mtime,
        prompts=prompts,
        turns=found.runs,
        input=found.input,
        output=found.output,
        size=status.st_size,
        name=name,
        requests=found.turns,
        tries=found.tries,
        failures=found.failures,
        recoveries=found.recoveries,
        given_up=found.given_up,
        interruptions=found.interruptions,
        failed=failed,
        cost=float(cost.known) if cost.priced else None,
        unpriced=cost.unknown,
    )


def total(summaries: Iterable[Summary]) -> Metrics:
    """The sums over sessions of what metrics and summaries have in common."""
    found = Metrics()
    for summary in summaries:
        found.runs += summary.turns
        found.turns += summary.requests
        found.tries += summary.tries
        found.recoveries += summary.recoveries
        found.given_up += summary.given_up
        found.interruptions += summary.interruptions
        for kind, number in summary.failures.items():
            found.failures[kind] = found.failures.get(kind, 0) + number
    return found


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if _DELTA not in line and _OF_INTEREST.search(line))


def _meaning(line: bytes) -> str | Record | None:
    """A given name, a record, or nothing where the line cannot be read."""
    try:
        title = journal.title_of(line)
        return wire.decode_record(line) if title is None else title
    except journal.UNREADABLE:
        return None
