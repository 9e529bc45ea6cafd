"""What `kind:` can name: kinds of rows, types of events, groups; and which of them an event or a row is of.

An event is of its type, of the kind of row it makes or adds to, of `error` if it tells of one, and of its groups.
A row is of its kind, of `error` if its tool call or model request failed, and of the types of its events.
"""

from functools import cache
from typing import Final, get_args

from tui import events as e
from tui.state import Row, RowStatus

ROW_KINDS: Final = (
    "session", "prompt", "queue", "run", "agent", "model", "think", "text", "tool", "handoff", "cancel", "output",
    "notice", "error", "raw",
)  # fmt: skip
"""As in `tui.fold.rows`."""

_ROW_KIND: Final[dict[type[e.Event], str]] = {
    e.EngineStarted: "session",
    e.SessionStarted: "session",
    e.EngineEnded: "session",
    e.ConversationExtended: "session",
    e.ConversationCleared: "session",
    e.ConversationRewound: "session",
    e.BranchChosen: "session",
    e.PromptSent: "prompt",
    e.RetryRequested: "prompt",
    e.Steered: "prompt",
    e.QueueChanged: "queue",
    e.RunStarted: "run",
    e.RunEnded: "run",
    e.AgentChanged: "agent",
    e.ModelRequested: "model",
    e.RequestSent: "model",
    e.ResponseReceived: "model",
    e.ResponseStarted: "model",
    e.ResponseEnded: "model",
    e.UsageReported: "model",
    e.AttemptFailed: "error",
    e.AttemptStarted: "notice",
    e.AttemptSucceeded: "notice",
    e.ReasoningDelta: "think",
    e.ReasoningCompleted: "think",
    e.TextDelta: "text",
    e.RefusalDelta: "text",
    e.MessageCompleted: "text",
    e.ToolCallStarted: "tool",
    e.ArgumentsDelta: "tool",
    e.ToolCalled: "tool",
    e.ToolStarted: "tool",
    e.ToolEnded: "tool",
    e.HandoffOccurred: "handoff",
    e.CancelRequested: "cancel",
    e.RunStuck: "error",
    e.OutputCaptured: "output",
    e.Notice: "notice",
    e.ThresholdBreached: "notice",
}
"""The kind of row of each event, where nothing went wrong; `raw` for all others."""

EVENT_TYPES: Final[tuple[str, ...]] = tuple(event.__struct_config__.tag for event in get_args(e.Event))

_DELTAS: Final = frozenset({"reasoning_delta", "text_delta", "refusal_delta", "arguments_delta"})
_ATTEMPTS: Final = frozenset({"attempt_failed", "attempt_started", "attempt_succeeded"})
_TOLD: Final = frozenset({"prompt", "run", "model", "text", "tool", "handoff", "cancel", "error"})
_UNTOLD: Final = _DELTAS | {
    "request_sent", "response_received", "response_started", "usage_reported", "tool_call_started", "tool_started",
}  # fmt: skip

GROUPS: Final[dict[str, str]] = {
    "delta": "pieces of text, reasoning and arguments",
    "request": "model requests and their repetitions",
    "retry": "failed tries and new ones",
    "story": "prompts, runs, model calls, answers, tools, handoffs, errors",
}

KINDS: Final = tuple(dict.fromkeys((*ROW_KINDS, *GROUPS, *EVENT_TYPES)))


def _groups(type_: str, kind: str) -> set[str]:
    found = {
        "delta": type_ in _DELTAS,
        "request": kind == "model" or type_ in _ATTEMPTS,
        "retry": type_ in _ATTEMPTS or type_ == "retry_requested",
        "story": kind in _TOLD and type_ not in _UNTOLD,
    }
    return {group for group, within in found.items() if within}


def _kinds(event: type[e.Event], kind: str) -> frozenset[str]:
    type_ = event.__struct_config__.tag
    assert isinstance(type_, str)
    return frozenset({type_, kind, *_groups(type_, kind)})


_SOUND: Final = {event: _kinds(event, _ROW_KIND.get(event, "raw")) for event in get_args(e.Event)}
_WRONG: Final = {
    e.ToolEnded: _SOUND[e.ToolEnded] | {"error"},
    e.ResponseEnded: _SOUND[e.ResponseEnded] | {"error"},
    e.RunEnded: _SOUND[e.RunEnded] | {"error"},
    e.EngineEnded: _kinds(e.EngineEnded, "error"),
    e.Notice: _kinds(e.Notice, "error"),
}
"""Of events that may tell of an error, when they do."""


def kinds_of_event(event: e.Event) -> frozenset[str]:
    """All that the event is of."""
    kind = type(event)
    return _WRONG[kind] if kind in _WRONG and _went_wrong(event) else _SOUND[kind]


def _went_wrong(event: e.Event) -> bool:
    match event:
        case e.ToolEnded(failed=failed):
            return failed
        case e.RunEnded(status=status) | e.ResponseEnded(status=status):
            return status in ("failed", "incomplete")
        case e.EngineEnded(error=error):
            return bool(error)
        case e.Notice(level=level):
            return level == "error"
        case _:
            return False


def kinds_of_row(row: Row) -> frozenset[str]:
    """All that the row is of; of deltas only while it is live and nothing else has come."""
    return _of_row(row.kind, row.status, row.type, row.count > 0)


@cache
def _of_row(kind: str, status: RowStatus, type_: str, counted: bool) -> frozenset[str]:
    types = _types_of_row(kind, status, type_, counted)
    groups = {group for one in types for group in _groups(one, kind)}
    if status != "live" or not types <= _DELTAS:
        groups.discard("delta")
    error = {"error"} if kind in ("tool", "model") and status == "failed" else set()
    return frozenset({kind, *types, *groups, *error})


def _types_of_row(kind: str, status: RowStatus, type_: str, counted: bool) -> set[str]:
    """The types of the events that the row was made of."""
    ended = status in ("ok", "failed")
    match kind:
        case "tool":
            begun = {"tool_call_started", "arguments_delta", "tool_called", "tool_started"}
            return begun | {"tool_ended"} if ended else begun
        case "model":
            return {"model_requested", "response_started"} | ({"response_ended"} if ended else set())
        case "text" | "think":
            piece = "text_delta" if kind == "text" else "reasoning_delta"
            whole = "message_completed" if kind == "text" else "reasoning_completed"
            return ({piece} if counted else set()) | ({whole} if ended else set())
        case _:
            return {type_}
