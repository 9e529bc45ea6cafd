"""What the index tells over all runs, or by day, model, agent or tool.

By day and in all, what is counted are runs. By model and agent it is model requests, since a run may ask several: first
token, total and rate are then of a request. By tool it is calls.
"""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from statistics import fmean, median
from typing import Any, Final, Literal, TypeAlias

import msgspec

from tui.metrics import session
from tui.metrics.cost import Cost
from tui.metrics.percentiles import percentile
from tui.state import Metrics

Grouping: TypeAlias = Literal["model", "agent", "day"]


class Choice(msgspec.Struct, frozen=True):
    """Which runs: from a moment on (seconds since the epoch), and with a request to such a model, by such an agent."""

    since: float | None = None
    model: str | None = None
    """A pattern, as file names have it; its case does not matter."""
    agent: str | None = None


class Figures(msgspec.Struct, frozen=True):
    """Of one group, or of all; times are seconds, None is unknown."""

    group: str
    number: int
    """Runs, or requests by model and agent."""
    failed: int
    interrupted: int
    first_token_mean: float | None
    first_token_median: float | None
    total_mean: float | None
    tokens_per_second_mean: float | None
    input: int
    cached: int
    output: int
    reasoning: int
    untold: int
    """Requests that ended without a count of tokens, so that the sums are lower bounds."""
    cost: float | None
    """US dollars, of the requests whose price is known; None where there is none."""
    unpriced: int
    """The other requests."""
    errors: int
    errors_by_kind: dict[str, int]
    error_rate: float | None
    retries: int
    recoveries: int
    recovery_rate: float | None
    with_issues: int
    """Runs that failed, had a failed try, or went over a limit."""
    updated: float | None
    """When the newest of it ended, seconds since the epoch."""


class ToolSums(msgspec.Struct, frozen=True):
    """All calls of one tool; seconds, over the calls whose time is known."""

    group: str
    calls: int
    failed: int
    p50: float | None
    p95: float | None
    longest: float | None
    total: float


class _Sums:
    """A group as it is added up."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.number = self.failed = self.untold = self.issues = self.retries = 0
        self.first_tokens: list[float] = []
        self.totals: list[float] = []
        self.rates: list[float] = []
        self.cost = Cost()
        self.updated: float | None = None

    def time(self, at: float, first_token: float | None, total: float | None, rate: float | None) -> None:
        self.number += 1
        for values, value in ((self.first_tokens, first_token), (self.totals, total), (self.rates, rate)):
            if value is not None:
                values.append(value)
        self.updated = max(self.updated or 0.0, at + (total or 0.0))

    def told(self, tokens: tuple[int | None, ...], cost: float | None, over: int) -> None:
        """The tokens and the cost of a request."""
        known, priced, unknown = self.cost
        if cost is not None:
            self.cost = Cost(known + Decimal(repr(cost)), priced + 1, unknown)
        elif over:
            self.cost = Cost(known, priced, unknown + 1)
        given, cached, output, reasoning = tokens
        self.untold += bool(over and output is None)
        self.metrics.input += given or 0
        self.metrics.cached += cached or 0
        self.metrics.output += output or 0
        self.metrics.reasoning += reasoning or 0

    def failure(self, kind: str, number: int) -> None:
        self.metrics.failures[kind] = self.metrics.failures.get(kind, 0) + number

    def figures(self, group: str) -> Figures:
        found = self.metrics
        return Figures(
            group, self.number, self.failed, found.interruptions,
            _mean(self.first_tokens), median(self.first_tokens) if self.first_tokens else None,
            _mean(self.totals), _mean(self.rates),
            found.input, found.cached, found.output, found.reasoning, self.untold,
            float(self.cost.known) if self.cost.priced else None, self.cost.unknown,
            found.errors, dict(session.failures(found)), session.error_rate(found), self.retries,
            found.recoveries, session.recovery_rate(found), self.issues, self.updated,
        )  # fmt: skip


def _mean(values: list[float]) -> float | None:
    return fmean(values) if values else None


def over_all(db: sqlite3.Connection, choice: Choice) -> Figures:
    """All chosen runs together."""
    groups = list(_over_runs(db, choice, "''"))
    return groups[0] if groups else _Sums().figures("")


def by(db: sqlite3.Connection, choice: Choice, grouping: Grouping) -> list[Figures]:
    """The chosen runs by day, newest first, or their requests by model or agent, the most first."""
    if grouping == "day":
        return sorted(_over_runs(db, choice, _DAY), key=lambda each: each.group, reverse=True)
    return sorted(_over_requests(db, choice, grouping), key=lambda each: (-each.number, each.group))


def by_tool(db: sqlite3.Connection, choice: Choice) -> list[ToolSums]:
    """The tool calls of the chosen runs, the tool that took the most time first."""
    where, given = _chosen(choice)
    query = f"SELECT name, calls.status, seconds FROM calls JOIN runs ON id = of_run WHERE {where}"  # noqa: S608
    calls: dict[str, list[tuple[str, float | None]]] = {}
    for name, status, seconds in db.execute(query, given):
        calls.setdefault(name, []).append((status, seconds))
    found = [_tool(name, each) for name, each in calls.items()]
    return sorted(found, key=lambda each: (-each.total, each.group))


def first_tokens(db: sqlite3.Connection, choice: Choice) -> list[tuple[str, str, float]]:
    """Model, agent and first token of each chosen request that had one."""
    where, given = _chosen_requests(choice)
    query = f"{_REQUESTS} WHERE {where} AND requests.first_token IS NOT NULL"
    columns = "requests.model, requests.agent, requests.first_token"
    return db.execute(f"SELECT {columns} {query}", given).fetchall()


def _tool(name: str, calls: list[tuple[str, float | None]]) -> ToolSums:
    times = [seconds for _, seconds in calls if seconds is not None]
    failed = sum(status == "failed" for status, _ in calls)
    return ToolSums(
        name, len(calls), failed, percentile(times, 0.5), percentile(times, 0.95), max(times, default=None), sum(times)
    )


_DAY: Final = "strftime('%Y-%m-%d', runs.at, 'unixepoch', 'localtime')"
_OVER: Final = """EXISTS (SELECT 1 FROM breaches
    WHERE breaches.session = runs.session AND breaches.run = runs.run AND NOT trend)"""
_OF_REQUESTS: Final = (
    "at first_token total rate status tries recovered given_up input cached output reasoning cost over"
)
_REQUESTS: Final = "FROM requests JOIN runs ON runs.id = requests.of_run"


def _over_runs(db: sqlite3.Connection, choice: Choice, group: str) -> Iterator[Figures]:
    where, given = _chosen(choice)
    columns = "at, first_token, total, rate, status, tries, retries, errors, recoveries, given_up, interruptions, issue"
    sums: dict[str, _Sums] = {}
    rows = db.execute(f"SELECT {group}, {columns}, {_OVER} FROM runs WHERE {where}", given)  # noqa: S608
    for name, at, first_token, total, rate, status, tries, retries, errors, recovered, up, stopped, issue, over in rows:
        each = sums.setdefault(name, _Sums())
        each.time(at, first_token, total, rate)
        found = each.metrics
        found.tries, found.errors = found.tries + tries, found.errors + errors
        found.recoveries, found.given_up = found.recoveries + recovered, found.given_up + up
        found.interruptions += stopped
        each.retries += retries
        each.failed += status == "failed"
        each.issues += bool(issue or over)
    columns = "input, cached, output, reasoning, cost, over"
    for name, *tokens, cost, over in db.execute(f"SELECT {group}, {columns} {_REQUESTS} WHERE {where}", given):
        sums[name].told(tuple(tokens), cost, over)
    query = f"SELECT {group}, kind, number FROM failures JOIN runs ON id = of_run WHERE {where}"  # noqa: S608
    for name, kind, number in db.execute(query, given):
        sums[name].failure(kind, number)
    return (each.figures(name) for name, each in sums.items())


def _over_requests(db: sqlite3.Connection, choice: Choice, group: str) -> Iterator[Figures]:
    where, given = _chosen_requests(choice)
    selected = ", ".join(f"requests.{column}" for column in _OF_REQUESTS.split())
    sums: dict[str, _Sums] = {}
    troubled: dict[str, set[int]] = {}
    rows = db.execute(
        f"SELECT requests.{group}, runs.id, issue OR {_OVER}, runs.status, {selected} {_REQUESTS} WHERE {where}",
        given,
    )
    for name, run, issue, end, at, first_token, total, rate, status, tries, recovered, up, *tokens, cost, over in rows:
        each = sums.setdefault(name, _Sums())
        each.time(at, first_token, total, rate)
        each.told(tuple(tokens), cost, over)
        each.metrics.tries += tries
        each.metrics.recoveries += recovered
        each.metrics.given_up += up
        each.metrics.interruptions += status == end == "cancelled"
        each.retries += tries - 1
        each.failed += status == "failed"
        if issue:
            troubled.setdefault(name, set()).add(run)
    query = f"""SELECT requests.{group}, kind, number {_REQUESTS}
        JOIN failures ON failures.of_run = requests.of_run AND failures.turn = requests.turn WHERE {where}"""
    for name, kind, number in db.execute(query, given):
        sums[name].failure(kind, number)
        sums[name].metrics.errors += number
    for name, each in sums.items():
        each.issues = len(troubled.get(name, ()))
        yield each.figures(name)


def _chosen(choice: Choice) -> tuple[str, list[Any]]:
    """A condition on runs, and what it is given."""
    conditions, given = _since(choice)
    patterns, named = _patterns(choice)
    if patterns:
        conditions.append(f"runs.id IN (SELECT of_run FROM requests WHERE {' AND '.join(patterns)})")  # noqa: S608
    return " AND ".join(conditions) or "1", [*given, *named]


def _chosen_requests(choice: Choice) -> tuple[str, list[Any]]:
    """A condition on requests joined with their runs, and what it is given."""
    conditions, given = _since(choice)
    patterns, named = _patterns(choice)
    return " AND ".join([*conditions, *patterns]) or "1", [*given, *named]


def _since(choice: Choice) -> tuple[list[str], list[Any]]:
    return ([], []) if choice.since is None else (["runs.at >= ?"], [choice.since])


def _patterns(choice: Choice) -> tuple[list[str], list[Any]]:
    found = [(name, pattern) for name, pattern in (("model", choice.model), ("agent", choice.agent)) if pattern]
    return [f"lower(requests.{name}) GLOB ?" for name, _ in found], [pattern.lower() for _, pattern in found]
