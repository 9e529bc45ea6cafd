"""One run as spans on a time axis: model requests, tools, agents used as tools with what they did, handoffs.

Pure: made from state. A span that is under way has no end: who draws it lets it grow to the time it is.
"""

from bisect import bisect_left
from collections.abc import Iterator
from math import inf
from typing import Literal, NamedTuple, TypeAlias

from tui.state import Entry, Handoff, Prompt, Request, Run, State, Tool

PartKind: TypeAlias = Literal["waiting", "generating", "running", "retry", "mark"]
"""waiting: for the model, or to be run · generating: the model answers · running: a tool's code runs
· retry: the wait before the next try · mark: a moment."""

SpanKind: TypeAlias = Literal["model", "tool", "handoff", "prompt"]

Source: TypeAlias = Request | Tool | Handoff | Prompt


class Part(NamedTuple):
    """A stretch of a span. Times are seconds since the epoch; no end: it is under way."""

    kind: PartKind
    start: float
    end: float | None


class Span(NamedTuple):
    """One line of a timeline. `label` is foreign text, `depth` how many agents-as-tools it is in."""

    kind: SpanKind
    label: str
    depth: int
    start: float
    end: float | None
    parts: tuple[Part, ...]
    """In their order; at least one."""
    source: Source


class Timeline(NamedTuple):
    """A run's spans: by their start, those of an agent used as a tool right after its call. All lie within the run."""

    run: Run
    spans: list[Span]

    def length(self, now: float) -> float:
        """Seconds from the prompt to the end of the run, or to `now`."""
        return max(0.0, (now if self.run.ended is None else self.run.ended) - self.run.at)


def timeline(state: State, index: int) -> Timeline:
    """Of `state.runs[index]`. Raises IndexError."""
    run = state.runs[index]
    bounds = _Bounds(run.at, run.ended)
    inside: dict[str, list[Span]] = {}
    for request in run_requests(state, index):
        inside.setdefault(request.parent, []).append(bounds.of_request(request))
    for entry in run_entries(state, index):
        span = bounds.of_entry(entry)
        if span is not None:
            inside.setdefault(entry.parent, []).append(span)
    return Timeline(run, list(_nested(inside)))


def run_requests(state: State, index: int) -> list[Request]:
    """The model requests of a run."""
    after = state.runs[index + 1 :][:1]
    return state.requests[state.runs[index].request : after[0].request if after else None]


def run_entries(state: State, index: int) -> Iterator[Entry]:
    """The entries of a run, without those that a fork shows anew after it."""
    after = state.runs[index + 1 :][:1]
    newest = -1
    for entry in state.entries[state.runs[index].entry : after[0].entry if after else None]:
        if entry.seq <= newest:
            return
        newest = entry.seq
        yield entry


def row_of(state: State, span: Span) -> int:
    """The index in `State.rows` of the row that a span stands for; -1: none."""
    match span.source:
        case Request(run=run, turn=turn):
            return state.row_of.get(f"run {run} turn {turn}", -1)
        case Tool(call=call):
            return state.row_of.get(call, -1)
        case Handoff(seq=seq) | Prompt(seq=seq):
            index = bisect_left(state.rows, seq, key=lambda row: row.seq)
            return index if index < len(state.rows) and state.rows[index].seq == seq else -1


class _Bounds(NamedTuple):
    """When the run began and ended, if it did: nothing of it is outside."""

    start: float
    end: float | None

    def of_request(self, request: Request) -> Span:
        start, end = self._within(request.at, request.ended)
        parts = [Part(kind, *self._within(since, until)) for kind, since, until in _answer(request, end)]
        if request.waits:
            waits = [Part("retry", *self._within(*wait)) for wait in request.waits if end is None or wait[0] < end]
            parts = [_clip(part, start, inf if end is None else end) for part in _around(parts, waits)]
        kept = tuple(part for part in parts if part.end is None or part.end > part.start)
        return Span("model", request.agent, 0, start, end, kept or (Part("waiting", start, end),), request)

    def of_entry(self, entry: Entry) -> Span | None:
        match entry:
            case Tool():
                return self._tool(entry)
            case Handoff(target=target):
                return self._mark("handoff", target, entry)
            case Prompt(number=0, text=text):
                return self._mark("prompt", text, entry)
            case _:
                return None

    def _mark(self, kind: SpanKind, label: str, entry: Handoff | Prompt) -> Span:
        at, end = self._within(entry.at, entry.at)
        return Span(kind, label, 0, at, end, (Part("mark", at, end),), entry)

    def _tool(self, tool: Tool) -> Span:
        """From when its code ran; a call that never did is a moment once the run is over."""
        begun = tool.at if tool.started is None else tool.started
        ended = begun if tool.started is None and tool.status == "cancelled" else tool.ended
        start, end = self._within(begun, ended)
        kind: PartKind = "waiting" if tool.started is None and tool.ended is None else "running"
        return Span("tool", tool.name, 0, start, end, (Part(kind, start, end),), tool)

    def _within(self, start: float, end: float | None) -> tuple[float, float | None]:
        last = inf if self.end is None else self.end
        start = min(max(self.start, start), last)
        return start, self.end if end is None else min(max(start, end), last)


def _answer(request: Request, end: float | None) -> Iterator[tuple[PartKind, float, float | None]]:
    """Waiting, then generating; a request that was cut waited in vain from its last delta on."""
    if request.first is None or request.last is None:
        yield "waiting", request.at, end
        return
    cut = request.status in ("failed", "cancelled")
    yield "waiting", request.at, request.first
    yield "generating", request.first, request.last if cut else end
    if cut:
        yield "waiting", request.last, end


def _around(parts: list[Part], waits: list[Part]) -> list[Part]:
    """The parts with the waits cut out of them, and the waits, in their order."""
    for wait in waits:
        until = inf if wait.end is None else wait.end
        parts = [piece for part in parts for piece in (_clip(part, 0.0, wait.start), _clip(part, until, inf))]
    return sorted((*parts, *waits), key=lambda part: part.start)


def _clip(part: Part, low: float, high: float) -> Part:
    """What of the part lies between two moments; possibly of no length."""
    start = max(part.start, low)
    end = min(inf if part.end is None else part.end, high)
    return Part(part.kind, start, None if end == inf else max(start, end))


def _nested(inside: dict[str, list[Span]]) -> Iterator[Span]:
    """Spans by the call they are in (at the top, the empty one) as one list; where no span is of that call, last."""
    levels: list[Iterator[Span]] = []
    while inside or levels:
        if not levels:
            levels.append(_by_start(inside.pop("" if "" in inside else next(iter(inside)))))
        span = next(levels[-1], None)
        if span is None:
            levels.pop()
            continue
        yield span._replace(depth=len(levels) - 1)
        if isinstance(span.source, Tool) and span.source.call in inside:
            levels.append(_by_start(inside.pop(span.source.call)))


def _by_start(spans: list[Span]) -> Iterator[Span]:
    return iter(sorted(spans, key=lambda span: span.start))
