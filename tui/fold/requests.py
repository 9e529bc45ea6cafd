"""Every model request, by run and turn: when it was sent, what came when, how it ended; some overlap."""

from math import floor, log

from tui import events as e
from tui.state import Request, State
from tui.state.gaps import LOWEST, PER_E, SHORTEST
from tui.wire import Record


def fold(state: State, record: Record) -> None:
    match record.event:
        case e.TextDelta(item=key) | e.RefusalDelta(item=key):
            _delta(state, key, record.at, text=True)
        case e.ArgumentsDelta(call=key):
            _delta(state, key, record.at)
        case e.ReasoningDelta(item=key):
            _delta(state, key, record.at, reasoning=True)
        case e.ToolCallStarted(item=item, call=call):
            request = find(state, item)
            if request is not None:
                state.request_of[call] = state.request_of[item]
                _begin(request, record.at)
        case e.ModelRequested(run=run, turn=turn, agent=agent, model=model):
            state.request_of[f"{run}.{turn}"] = len(state.requests)
            state.requests.append(Request(run, turn, record.at, agent, model))
        case (
            e.RequestSent(run=run, turn=turn) | e.ResponseReceived(run=run, turn=turn)
            | e.ResponseStarted(run=run, turn=turn) | e.UsageReported(run=run, turn=turn)
            | e.ResponseEnded(run=run, turn=turn) | e.AttemptFailed(run=run, turn=turn)
            | e.AttemptStarted(run=run, turn=turn)
        ):  # fmt: skip
            index = state.request_of.get(f"{run}.{turn}")
            if index is not None:
                _step(state.requests[index], record)
        case _:
            _fold_run(state, record)


def _fold_run(state: State, record: Record) -> None:
    match record.event:
        case e.PromptSent() | e.RetryRequested():
            state.run_requests = len(state.requests)
        case e.RunEnded(status=status, error=error):
            for request in state.requests[state.run_requests :]:
                if request.ended is None:
                    request.ended, request.error = record.at, error
                    request.status = "failed" if status == "failed" else "cancelled"
        case _:
            pass


def find(state: State, item: str) -> Request | None:
    """The request whose response an item belongs to: its id is `[call/…]run.turn.index`."""
    index = state.request_of.get(item)
    if index is None:
        parent, _, name = item.rpartition("/")
        index = state.request_of.get(name.rpartition(".")[0])
        if index is None:
            return None
        state.request_of[item] = index
        state.requests[index].parent = parent
    return state.requests[index]


def _delta(state: State, key: str, at: float, *, text: bool = False, reasoning: bool = False) -> None:
    request = find(state, key)
    if request is None or request.ended is not None:
        return
    last = request.last
    if last is None:
        request.first = at
    elif request.again:
        request.again = False
        request.idle += at - last
    else:
        gap = at - last
        bucket = floor(log(gap) * PER_E) if gap > SHORTEST else LOWEST
        request.gaps[bucket] = request.gaps.get(bucket, 0) + 1
    request.deltas += 1
    request.last = at
    if text and request.first_text is None:
        request.first_text = at
    elif reasoning:
        request.reasoned = True


def _begin(request: Request, at: float) -> None:
    if request.first is None:
        request.first = request.last = at


def _step(request: Request, record: Record) -> None:
    match record.event:
        case e.RequestSent(attempt=attempt, url=url):
            request.sent, request.attempt, request.url = record.at, attempt, url
            if request.queued is None:
                request.queued = max(0.0, record.at - request.at)
            request.sent_seqs.append(record.seq)
        case e.ResponseReceived(status=status, request_id=request_id, connect=connect):
            request.received, request.http_status, request.request_id = record.at, status, request_id
            if connect is not None:
                request.connect = (request.connect or 0.0) + connect
        case e.ResponseStarted(response=response, model=model):
            request.response, request.model = response, model or request.model
        case e.UsageReported() as usage:
            request.input, request.cached = usage.input, usage.cached
            request.output, request.reasoning = usage.output, usage.reasoning
            request.model = usage.model or request.model
        case e.ResponseEnded(status=status):
            request.ended, request.status = record.at, status
        case e.AttemptFailed(error=error, delay=delay):
            request.error = error
            if delay is not None:
                request.waits.append((record.at, record.at + delay))
        case e.AttemptStarted(attempt=attempt):
            request.attempt, request.error = attempt, ""
            request.again = request.first is not None
            if request.waits:  # it may have ended sooner than announced
                since, until = request.waits[-1]
                request.waits[-1] = since, min(until, record.at)
        case _:
            pass
