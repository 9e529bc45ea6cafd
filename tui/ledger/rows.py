"""A journal as rows of the index: its runs, their model requests, tool calls, failures, and limits gone over.

Each run is folded on its own, by the fold of the screen and beginning with what was known before: memory is bounded by
the longest run, and the figures are those that `tui.metrics` gives on the screen.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from tui import events as e
from tui.fold import fold
from tui.fold.apart import fold_apart
from tui.journal.file import read
from tui.metrics import requests as of_request
from tui.metrics import runs as of_run
from tui.metrics.cost import cost_of
from tui.metrics.session import runs_with_issues
from tui.state import Request, Run, State
from tui.state.breaches import is_trend
from tui.wire import Record


class RunRow(msgspec.Struct, frozen=True):
    """Times are seconds, `at` since the epoch; None is unknown."""

    session: str
    run: int
    at: float
    agent: str
    """Whom the prompt went to."""
    model: str
    status: str
    first_token: float | None
    first_text: float | None
    total: float | None
    generation: float
    rate: float | None
    """Tokens a second."""
    tries: int
    retries: int
    errors: int
    recoveries: int
    given_up: int
    interruptions: int
    issue: int
    """1 if something was wrong with it, limits apart: those may be told after the next run began."""


class RequestRow(msgspec.Struct, frozen=True):
    """One model request with all its tries; figures as in `RunRow`."""

    turn: int
    at: float
    agent: str
    model: str
    status: str
    first_token: float | None
    first_text: float | None
    total: float
    generation: float
    rate: float | None
    tries: int
    recovered: int
    given_up: int
    input: int | None
    cached: int | None
    output: int | None
    reasoning: int | None
    cost: float | None
    """US dollars."""
    over: int
    """1 once it has ended: what it does not know by then it never will."""


class CallRow(msgspec.Struct, frozen=True):
    """A tool call; `seconds` None where nobody told."""

    name: str
    agent: str
    status: str
    seconds: float | None


class FailureRow(msgspec.Struct, frozen=True):
    """How many of a kind a request had, or, as turn 0, the run otherwise."""

    turn: int
    kind: str
    number: int


class BreachRow(msgspec.Struct, frozen=True):
    """A limit that a run went over."""

    session: str
    run: int
    metric: str
    trend: int


class Booked(msgspec.Struct, frozen=True):
    """All rows of one run."""

    run: RunRow
    requests: list[RequestRow]
    calls: list[CallRow]
    failures: list[FailureRow]


class Booking:
    """The rows of a journal, in order; `breaches` once all runs have been read. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.breaches: list[BreachRow] = []

    def __iter__(self) -> Iterator[Booked]:
        state, tries = State(), _Tries()
        for record in read(self._path):
            match record.event:
                case e.PromptSent() | e.RetryRequested():
                    if state.runs:
                        fold(state, record)  # it also ends a run that has no end on record
                        yield self._booked(state, tries)
                    tries = _Tries()
                case e.ThresholdBreached(run=run, metric=metric) as breach:
                    self.breaches.append(BreachRow(self._path.stem, run, metric, is_trend(breach)))
                    continue
                case _:
                    pass
            state = fold_apart(state, record)
            tries.note(record)
        if state.runs:
            yield self._booked(state, tries)

    def _booked(self, state: State, tries: "_Tries") -> Booked:
        run, metrics = state.runs[0], state.metrics
        found = of_run.requests_of(state, run)
        row = RunRow(
            self._path.stem, run.number, run.at, found[0].agent if found else state.root or state.agent,
            of_run.model_of(state, run), run.status,
            of_run.first_token(state, run), of_run.first_text(state, run), of_run.elapsed(run, state.at),
            of_run.generation_time(state, run), of_run.tokens_per_second(state, run).value,
            metrics.tries, of_run.retries(state, run), metrics.errors, metrics.recoveries, metrics.given_up,
            metrics.interruptions, min(1, runs_with_issues(state)),
        )  # fmt: skip
        calls = [CallRow(tool.name, tool.agent, tool.status, tool.duration) for tool in of_request.tools_of(state, run)]
        requests = [_request(state, run, request, tries) for request in found]
        return Booked(row, requests, calls, tries.failures(metrics.failures))


class _Tries:
    """What became of the tries of each request of a run."""

    def __init__(self) -> None:
        self._failed: Counter[tuple[int, str]] = Counter()
        self.recovered: set[int] = set()
        self.given_up: set[int] = set()

    def note(self, record: Record) -> None:
        match record.event:
            case e.AttemptFailed(turn=turn, kind=kind, delay=delay):
                self._failed[turn, kind or OTHER] += 1
                if delay is None:
                    self.given_up.add(turn)
            case e.AttemptSucceeded(turn=turn):
                self.recovered.add(turn)
            case _:
                pass

    def failures(self, total: dict[str, int]) -> list[FailureRow]:
        """Of the run's total by kind, what is not of a request is of the run."""
        rest = Counter(total)
        for (_, kind), number in self._failed.items():
            rest[kind] -= number
        found = [FailureRow(turn, kind, number) for (turn, kind), number in self._failed.items()]
        return found + [FailureRow(0, kind, number) for kind, number in rest.items() if number > 0]


OTHER: Final = "other"
"""A failure whose kind is not told, as the fold calls it."""


def _request(state: State, run: Run, request: Request, tries: _Tries) -> RequestRow:
    alone = State(requests=[request], runs=[msgspec.structs.replace(run, request=0)], at=state.at)
    cost = cost_of(request)
    end = state.at if run.ended is None else run.ended
    return RequestRow(
        request.turn, request.at, request.agent, request.model, request.status,
        of_request.first_token(request), of_request.first_text(request), of_request.total_time(request, end),
        of_request.generation_time(request), of_run.tokens_per_second(alone, alone.runs[0]).value,
        request.attempt, request.turn in tries.recovered, request.turn in tries.given_up,
        request.input, request.cached, request.output, request.reasoning,
        None if cost is None else float(cost), request.ended is not None or run.ended is not None,
    )  # fmt: skip
