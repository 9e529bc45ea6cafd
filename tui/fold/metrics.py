"""The figures: sums over the session, and times and counts of the newest run."""

from tui import events as e
from tui.fold.requests import find
from tui.state import Metrics, Request, State, Tool
from tui.wire import Record

_BUCKETS = 240
"""A minute of generation in quarter seconds: what a sparkline can show."""


def fold(state: State, record: Record) -> None:
    metrics = state.metrics
    metrics.events += 1
    metrics.run_events += 1
    match record.event:
        case (
            e.TextDelta(item=key) | e.ReasoningDelta(item=key) | e.RefusalDelta(item=key) | e.ArgumentsDelta(call=key)
        ):  # fmt: skip
            _delta(metrics, find(state, key), record.at)
        case (
            e.ToolCallStarted(call=call) | e.ToolCalled(call=call) | e.ToolStarted(call=call) | e.ToolEnded(call=call)
        ):  # fmt: skip
            _tool(state, call)
            if isinstance(record.event, e.ToolEnded) and record.event.failed:
                metrics.tool_failures += 1
                _count(metrics, "tool", record.at)
        case e.UsageReported() as usage:
            _usage(metrics, usage)
        case _:
            _fold_run(state, record)


def _fold_run(state: State, record: Record) -> None:
    metrics = state.metrics
    match record.event:
        case e.AttemptFailed() | e.AttemptStarted() | e.AttemptSucceeded():
            _attempt(metrics, record.event, record.at)
        case e.PromptSent() | e.RetryRequested():
            metrics.run_events, metrics.run_turns, metrics.run_tools = 1, 0, 0
            metrics.rate, metrics.rate_slot = [], 0
            metrics.run_given_up = False
            metrics.running.clear()
        case e.RunStarted():
            metrics.runs += 1
        case e.ModelRequested():
            metrics.turns += 1
            metrics.tries += 1
            metrics.run_turns += 1
        case e.ResponseEnded(run=run, turn=turn):
            index = state.request_of.get(f"{run}.{turn}")
            if index is not None:
                _close(metrics, state.requests[index])
        case e.HandoffOccurred():
            metrics.handoffs += 1
        case e.Notice(level="error"):
            metrics.errors += 1
        case e.RunEnded() as end:
            _end_run(state, end, record.at)
        case e.ThresholdBreached() as breach:
            state.breaches.append(breach)
        case _:
            pass


def _end_run(state: State, end: e.RunEnded, at: float) -> None:
    metrics = state.metrics
    for request in state.requests[state.run_requests :]:
        _close(metrics, request)
    metrics.running.clear()
    if end.status == "failed" and not metrics.run_given_up:
        metrics.errors += 1
        if end.kind != "tool":  # the tool's own end has told it
            _count(metrics, end.kind, at)
    metrics.interruptions += end.status == "cancelled"


def _attempt(metrics: Metrics, event: e.AttemptFailed | e.AttemptStarted | e.AttemptSucceeded, at: float) -> None:
    match event:
        case e.AttemptFailed(kind=kind, delay=delay):
            metrics.errors += 1
            _count(metrics, kind, at)
            metrics.given_up += delay is None
            metrics.run_given_up = delay is None
        case e.AttemptStarted():
            metrics.tries += 1
        case e.AttemptSucceeded():
            metrics.recoveries += 1


def _count(metrics: Metrics, kind: str, at: float) -> None:
    kind = kind or "other"
    metrics.failures[kind] = metrics.failures.get(kind, 0) + 1
    metrics.failed.append((at, kind))


def _delta(metrics: Metrics, request: Request | None, at: float) -> None:
    metrics.deltas += 1
    slot = int(at * 4)
    if metrics.rate and slot == metrics.rate_slot:
        metrics.rate[-1] += 1
        return
    gap = slot - metrics.rate_slot - 1
    if metrics.rate and request is not None and request.deltas and gap > 0:
        metrics.rate.extend([0] * min(gap, _BUCKETS))  # a stall within one answer shows; the wait before one does not
    metrics.rate.append(1)
    metrics.rate_slot = slot
    del metrics.rate[:-_BUCKETS]


def _tool(state: State, call: str) -> None:
    """Count a call once, and how many run; read from the entry, which is the same for any order of events."""
    index = state.entry_of.get(call)
    entry = None if index is None else state.entries[index]
    if not isinstance(entry, Tool) or entry.id < state.live:
        return
    metrics = state.metrics
    if entry.number > metrics.tool_calls:
        metrics.tool_calls = entry.number
        metrics.run_tools += 1
    if entry.status == "running":
        metrics.running.add(entry.id)
    else:
        metrics.running.discard(entry.id)


def _usage(metrics: Metrics, usage: e.UsageReported) -> None:
    metrics.input += usage.input
    metrics.cached += usage.cached
    metrics.output += usage.output
    metrics.reasoning += usage.reasoning


def _close(metrics: Metrics, request: Request) -> None:
    """Count a request that ends now and whose tokens nobody told."""
    if request.ended is None and request.output is None:
        metrics.unknown_usage += 1
