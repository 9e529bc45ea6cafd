"""The figures: sums over the session, and times and counts of the newest run."""

from tui import events as e
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
            e.TextDelta() | e.ReasoningDelta() | e.RefusalDelta() | e.ArgumentsDelta()
        ):  # fmt: skip
            _delta(metrics, record.at)
        case e.ToolCallStarted(call=call):
            _first(metrics, record.at)
            _tool(state, call)
        case e.ToolCalled(call=call) | e.ToolStarted(call=call) | e.ToolEnded(call=call):
            _tool(state, call)
            if isinstance(record.event, e.ToolEnded) and record.event.failed:
                metrics.tool_failures += 1
                _count(metrics, "tool")
        case e.UsageReported() as usage:
            _usage(metrics, usage)
        case _:
            _fold_run(state, record)


def _fold_run(state: State, record: Record) -> None:
    metrics = state.metrics
    match record.event:
        case e.AttemptFailed() | e.AttemptStarted() | e.AttemptSucceeded():
            _attempt(metrics, record.event)
        case e.PromptSent() | e.RetryRequested():
            metrics.run_started, metrics.run_ended, metrics.first_token = record.at, None, None
            metrics.run_events, metrics.run_turns, metrics.run_tools = 1, 0, 0
            metrics.run_deltas, metrics.run_output, metrics.generating = 0, 0, 0.0
            metrics.rate, metrics.rate_slot, metrics.request = [], 0, None
            metrics.run_given_up = False
        case e.RunStarted():
            metrics.runs += 1
        case e.ModelRequested(run=run, turn=turn, agent=agent, model=model):
            _close_request(metrics, record.at)
            metrics.turns += 1
            metrics.tries += 1
            metrics.run_turns += 1
            metrics.request = Request(run, turn, record.at, agent, model)
        case e.HandoffOccurred():
            metrics.handoffs += 1
        case e.Notice(level="error"):
            metrics.errors += 1
        case e.RunEnded(status=status, kind=kind):
            _close_request(metrics, record.at)
            metrics.run_ended = record.at
            metrics.tools_running = 0
            if status == "failed" and not metrics.run_given_up:
                metrics.errors += 1
                if kind != "tool":  # the tool's own end has told it
                    _count(metrics, kind)
            metrics.interruptions += status == "cancelled"
        case _:
            pass


def _attempt(metrics: Metrics, event: e.AttemptFailed | e.AttemptStarted | e.AttemptSucceeded) -> None:
    match event:
        case e.AttemptFailed(kind=kind, delay=delay):
            metrics.errors += 1
            _count(metrics, kind)
            metrics.given_up += delay is None
            metrics.run_given_up = delay is None
        case e.AttemptStarted():
            metrics.tries += 1
        case e.AttemptSucceeded():
            metrics.recoveries += 1


def _count(metrics: Metrics, kind: str) -> None:
    kind = kind or "other"
    metrics.failures[kind] = metrics.failures.get(kind, 0) + 1


def _delta(metrics: Metrics, at: float) -> None:
    _first(metrics, at)
    metrics.deltas += 1
    metrics.run_deltas += 1
    request = metrics.request
    if request is not None:
        request.deltas += 1
        request.last = at
    slot = int(at * 4)
    if metrics.rate and slot == metrics.rate_slot:
        metrics.rate[-1] += 1
        return
    gap = slot - metrics.rate_slot - 1
    if metrics.rate and request is not None and request.deltas > 1 and gap > 0:
        metrics.rate.extend([0] * min(gap, _BUCKETS))  # a stall within one answer shows; the wait before one does not
    metrics.rate.append(1)
    metrics.rate_slot = slot
    del metrics.rate[:-_BUCKETS]


def _first(metrics: Metrics, at: float) -> None:
    if metrics.first_token is None and metrics.run_started is not None:
        metrics.first_token = at - metrics.run_started
    request = metrics.request
    if request is not None and request.first is None:
        request.first = request.last = at


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
    metrics.tools_running = sum(
        isinstance(tool, Tool) and tool.status == "running" for tool in state.entries[state.live :]
    )


def _usage(metrics: Metrics, usage: e.UsageReported) -> None:
    metrics.input += usage.input
    metrics.cached += usage.cached
    metrics.output += usage.output
    metrics.reasoning += usage.reasoning
    metrics.run_output += usage.output
    if metrics.request is not None and metrics.request.turn == usage.turn:
        metrics.request.output = usage.output


def _close_request(metrics: Metrics, at: float) -> None:
    request = metrics.request
    if request is None or request.ended is not None:
        return
    request.ended = at
    if request.first is not None and request.last is not None:
        metrics.generating += request.last - request.first
    if request.output is None:
        metrics.unknown_usage += 1
