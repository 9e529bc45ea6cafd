"""What a model request tells about time and tokens: formulas, each with its definition.

Times are seconds; None where it has not happened or nobody told. `now`, in seconds since the epoch, ends what goes on.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tui.state import Request, Row, Run, State, Tool
from tui.timeline import run_entries

SHORTEST_GENERATION: Final = 0.05
"""Seconds of generation below which a rate says more about buffers than about the model."""


class Rate(NamedTuple):
    """Tokens per second; `exact` if from tokens the provider counted, else from deltas."""

    value: float | None
    exact: bool


class Breakdown(NamedTuple):
    """Where the time of a request and of the tools it called went, in the order in which it does; seconds."""

    queue: float
    """In the program, before the first try was sent."""
    connect: float
    retry: float
    """Waits between tries."""
    wait: float
    """For the model, after sending and before the first token, over all tries."""
    generate: float
    tools: float

    @property
    def total(self) -> float:
        return sum(self)


def sent_at(request: Request) -> float:
    """When its first try was sent; where that was not told, when the runner asked for it."""
    return request.at + (request.queued or 0.0)


def first_token(request: Request) -> float | None:
    """Time to first token: first text, reasoning or tool-call delta − sending. Failed tries and their waits count.

    Source: the usual TTFT, as in the OpenTelemetry GenAI conventions (`gen_ai.server.time_to_first_token`), measured
    by the client, so with the network in it.
    """
    return None if request.first is None else max(0.0, request.first - sent_at(request))


def first_text(request: Request) -> float | None:
    """Time to first visible text: first delta of the answer itself − sending."""
    return None if request.first_text is None else max(0.0, request.first_text - sent_at(request))


def generation_time(request: Request) -> float:
    """Newest delta − first delta, less the time from one try's last delta to the next one's first.

    Waiting for the model, tools and approvals are not in it.
    """
    if request.first is None or request.last is None:
        return 0.0
    return max(0.0, request.last - request.first - request.idle)


def total_time(request: Request, now: float) -> float:
    """From the runner's asking for it to its end, or to `now`."""
    return max(0.0, (now if request.ended is None else request.ended) - request.at)


def generated(request: Request) -> int | None:
    """Tokens that the provider counted and that were streamed; None until it did.

    Reasoning that was counted but not streamed is left out: it was made before the first token.
    """
    if request.output is None:
        return None
    hidden = 0 if request.reasoned else request.reasoning or 0
    return request.output - hidden if request.output > hidden else request.output


def tokens_per_second(found: Sequence[Request], *, over: bool) -> Rate:
    """Tokens that these requests streamed ÷ the time in which they did: Σ `generation_time`.

    Tokens are the provider's count where they are `over` and all were counted; until then, and where one was cut off,
    deltas, which are about a token each. Unknown below `SHORTEST_GENERATION`.
    """
    spent = sum(generation_time(request) for request in found)
    counts = [generated(request) for request in found]
    exact = over and bool(found) and None not in counts
    tokens = sum(count or 0 for count in counts) if exact else sum(request.deltas for request in found)
    return Rate(tokens / spent if tokens and spent >= SHORTEST_GENERATION else None, exact)


def breakdown(state: State, index: int, now: float) -> Breakdown:
    """Where the time of the request of this index in `State.requests` went."""
    request, run = state.requests[index], run_of(state, index)
    now = now if run is None or run.ended is None else run.ended
    queue, connect = request.queued or 0.0, request.connect or 0.0
    retry = sum(max(0.0, min(until, now) - since) for since, until in request.waits)
    generate = generation_time(request)
    until = next(at for at in (request.last, request.ended, now) if at is not None)
    wait = until - request.at - queue - connect - retry - generate
    tools = [tool for tool in tools_of(state, run) if state.request_of.get(tool.call) == index]
    return Breakdown(queue, connect, retry, max(0.0, wait), generate, tool_time(tools, now))


def of_row(state: State, row: Row) -> int | None:
    """The index of the request that a row of the log is of, or whose response it belongs to."""
    match row.key.split(" "):
        case ["run", run, "turn", turn]:
            return state.request_of.get(f"{run}.{turn}")
        case _:
            return state.request_of.get(row.key)


def run_of(state: State, index: int) -> Run | None:
    """The run that the request of this index belongs to."""
    place = bisect_right(state.runs, index, key=lambda run: run.request)
    return state.runs[place - 1] if place else None


def tools_of(state: State, run: Run | None) -> list[Tool]:
    """The tool calls of a run."""
    if run is None:
        return []
    index = bisect_left(state.runs, run.seq, key=lambda each: each.seq)
    return [entry for entry in run_entries(state, index) if isinstance(entry, Tool)]


def tool_time(tools: Iterable[Tool], now: float) -> float:
    """Seconds in which at least one of the tools ran: the union of the times from start to end.

    So parallel ones count once. One that was cut off ran until `now`.
    """
    total, until = 0.0, float("-inf")
    times = [(tool.started, now if tool.ended is None else tool.ended) for tool in tools if tool.started is not None]
    for since, end in sorted(times):
        total += max(0.0, end - max(until, since))
        until = max(until, end)
    return total
