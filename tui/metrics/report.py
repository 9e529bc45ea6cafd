"""All figures of a session as plain data, for JSON and for text: seconds, tokens, US dollars; null is unknown."""

from collections.abc import Iterable

import msgspec

from tui.metrics import gaps, session
from tui.metrics import requests as of_request
from tui.metrics import runs as of_run
from tui.metrics.cost import Cost, context
from tui.metrics.tools import tool_statistics
from tui.state import Request, Run, State
from tui.state.breaches import breach_words


class Tokens(msgspec.Struct, frozen=True):
    """As the provider counted them; `untold`: requests that ended without a count, so that sums are lower bounds."""

    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    untold: int = 0


class Money(msgspec.Struct, frozen=True):
    """`known` is the sum over requests with a price, null where there is none; `unknown` counts the others."""

    known: float | None
    unknown: int


class Intervals(msgspec.Struct, frozen=True):
    """Gaps between the deltas of an answer; exact to 2.5 %."""

    p50: float | None
    p95: float | None
    p99: float | None
    stalls: int
    longest_stall: float


class RequestFigures(msgspec.Struct, frozen=True):
    turn: int
    agent: str
    model: str
    status: str
    tries: int
    first_token: float | None
    first_text: float | None
    queue: float
    connect: float
    retry: float
    wait: float
    generate: float
    tools: float


class RunFigures(msgspec.Struct, frozen=True):
    run: int
    model: str
    status: str
    first_token: float | None
    first_text: float | None
    total: float
    generation: float
    tools: float
    tokens_per_second: float | None
    exact_rate: bool
    intervals: Intervals
    tokens: Tokens
    cost: Money
    retries: int
    failed_tools: int
    error_rate: float | None
    issues: list[str]
    requests: list[RequestFigures]


class SessionFigures(msgspec.Struct, frozen=True):
    session: str
    agent: str
    model: str
    runs: int
    turns: int
    tool_calls: int
    handoffs: int
    median_first_token: float | None
    mean_first_token: float | None
    mean_total: float | None
    mean_tokens_per_second: float | None
    intervals: Intervals
    tokens: Tokens
    cost: Money
    context_tokens: int | None
    context_window: int | None
    events: int
    events_per_second: float | None
    errors: int
    errors_by_kind: dict[str, int]
    error_rate: float | None
    recoveries: int
    recovery_rate: float | None
    interruptions: int
    runs_with_issues: int
    tools: list[dict[str, object]]
    by_run: list[RunFigures]


def tokens(requests: Iterable[Request]) -> Tokens:
    """Σ over the requests whose tokens are known."""
    known, untold = [], 0
    for request in requests:
        if request.output is not None:
            known.append(request)
        elif request.ended is not None:
            untold += 1
    return Tokens(
        sum(each.input or 0 for each in known), sum(each.cached or 0 for each in known),
        sum(each.output or 0 for each in known), sum(each.reasoning or 0 for each in known), untold,
    )  # fmt: skip


def report(state: State) -> SessionFigures:
    """The figures of a session as far as it is folded; what is not over ends with its newest event."""
    metrics, used = state.metrics, context(state)
    spent = sum(of_run.elapsed(run, state.at) or 0.0 for run in state.runs)
    return SessionFigures(
        session=state.session,
        agent=state.root,
        model=state.model,
        runs=len(state.runs),
        turns=metrics.turns,
        tool_calls=metrics.tool_calls,
        handoffs=metrics.handoffs,
        median_first_token=session.median_of(state, of_run.first_token, state.runs),
        mean_first_token=session.mean_of(state, of_run.first_token, state.runs),
        mean_total=session.mean_of(state, lambda _, run: of_run.elapsed(run, state.at), state.runs),
        mean_tokens_per_second=session.mean_of(
            state, lambda _, run: of_run.tokens_per_second(state, run).value, state.runs
        ),
        intervals=_intervals(gaps.gaps_of(state.requests)),
        tokens=Tokens(metrics.input, metrics.cached, metrics.output, metrics.reasoning, metrics.unknown_usage),
        cost=_money(state.requests),
        context_tokens=used.tokens if used else None,
        context_window=used.window if used else None,
        events=metrics.events,
        events_per_second=metrics.events / spent if spent else None,
        errors=metrics.errors,
        errors_by_kind=metrics.failures,
        error_rate=session.error_rate(metrics),
        recoveries=metrics.recoveries,
        recovery_rate=session.recovery_rate(metrics),
        interruptions=metrics.interruptions,
        runs_with_issues=session.runs_with_issues(state),
        tools=[tool._asdict() for tool in tool_statistics(state)],
        by_run=[_run(state, run) for run in state.runs],
    )


def _run(state: State, run: Run) -> RunFigures:
    found = of_run.requests_of(state, run)
    rate = of_run.tokens_per_second(state, run)
    return RunFigures(
        run=run.number,
        model=of_run.model_of(state, run),
        status=run.status,
        first_token=of_run.first_token(state, run),
        first_text=of_run.first_text(state, run),
        total=of_run.elapsed(run, state.at) or 0.0,
        generation=of_run.generation_time(state, run),
        tools=of_run.tool_time(state, run, state.at),
        tokens_per_second=rate.value,
        exact_rate=rate.exact,
        intervals=_intervals(gaps.gaps_of(found)),
        tokens=tokens(found),
        cost=_money(found),
        retries=of_run.retries(state, run),
        failed_tools=of_run.failed_tools(state, run),
        error_rate=of_run.error_rate(state, run),
        issues=[breach_words(breach) for breach in state.breaches if breach.run == run.number],
        requests=[_request(state, index) for index in range(run.request, run.request + len(found))],
    )


def _request(state: State, index: int) -> RequestFigures:
    request = state.requests[index]
    return RequestFigures(
        request.turn, request.agent, request.model, request.status, request.attempt,
        of_request.first_token(request), of_request.first_text(request), *of_request.breakdown(state, index, state.at),
    )  # fmt: skip


def _intervals(counted: dict[int, int]) -> Intervals:
    p50, p95, p99 = (gaps.percentile(counted, share) for share in (0.5, 0.95, 0.99))
    return Intervals(p50, p95, p99, *gaps.stalls(counted))


def _money(requests: Iterable[Request]) -> Money:
    cost = Cost().plus(requests)
    return Money(float(cost.known) if cost.priced else None, cost.unknown)
