"""What the screen shows, as plain data. Only `tui.fold` writes it; panes read it.

Texts are foreign and kept as they came: a pane cleans what it paints. A pane finds what changed by `rev`: each
entry's grows with every change, and entries before `State.live` never change again. Classes are untracked by the
garbage collector where they can hold no cycle, so that a long session costs no pauses.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from tui.events import ThresholdBreached
from tui.state.entries import Answer, Entry, Handoff, Note, Prompt, Reasoning, Text, Tool, ToolStatus
from tui.state.metrics import Metrics, Request, Run

__all__ = [
    "LIVE_PHASES", "SEAM", "Answer", "Entry", "Handoff", "Metrics", "Note", "Phase", "Prompt", "Reasoning", "Request",
    "Row", "RowStatus", "Run", "State", "Text", "Tool", "ToolStatus",
]  # fmt: skip

Phase: TypeAlias = Literal[
    "starting", "ready", "sending", "waiting", "thinking", "calling", "running", "writing",
    "retrying", "cancelling", "done", "stopped", "failed", "ended",
]  # fmt: skip
"""starting: the engine loads · ready: nothing ran yet · sending: prompt sent, run not begun · waiting: for the model
· thinking: reasoning streams · calling: the model writes a tool call · running: tools run · writing: text streams
· retrying: the wait before the next try of a request · cancelling: stop asked for
· done, stopped, failed: how the last run ended · ended: no engine."""

LIVE_PHASES: frozenset[Phase] = frozenset(
    ("sending", "waiting", "thinking", "calling", "running", "writing", "retrying", "cancelling")
)

SEAM: Final = "↻"
"""Marks where another try of a model request went on or began."""

RowStatus: TypeAlias = Literal["", "live", "ok", "failed", "cancelled"]


class Row(msgspec.Struct, gc=False):
    """One line of the event log. The deltas of one item are one row that counts; a tool call's row settles in place."""

    seq: int
    """Of its first event."""
    at: float
    kind: str
    """A short word: session prompt queue run agent model think text tool handoff cancel output notice error raw."""
    agent: str
    summary: str
    status: RowStatus = ""
    count: int = 1
    started: float | None = None
    """When a live row began, for its elapsed time."""
    duration: float | None = None
    """Seconds."""
    depth: int = 0
    """How many agents-as-tools it is nested in."""
    entry: int = -1
    """The index in `State.entries` of the entry it belongs to; -1: none."""
    key: str = ""
    """The item or call id, `run N` or `run N turn M` that it gathers the events of; empty for a row of one event."""
    last: int = 0
    """Sequence number of its newest event."""
    run: int = 0
    type: str = ""
    """Of its first event."""


class State(msgspec.Struct):
    """All of it. `seq` is the newest record folded in; `rev` grows with each."""

    seq: int = 0
    at: float = 0.0
    session: str = ""
    agent: str = ""
    """The agent now at work."""
    root: str = ""
    """The agent that prompts go to first."""
    model: str = ""
    api: str = ""
    tools: tuple[str, ...] = ()
    phase: Phase = "starting"
    phase_since: float = 0.0
    phase_detail: str = ""
    """The tool being called or run, the error of a failed run, what a cancel waits for."""
    run: int = 0
    """The newest run; 0 before the first."""
    entries: list[Entry] = msgspec.field(default_factory=list)
    live: int = 0
    """Entries from this index on may still change."""
    cleared: int = 0
    """Entries before this index are not shown: of a conversation that was cleared, of a branch that was left."""
    past: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """Where in `entries` each conversation that was cleared begins and ends, as it was shown last."""
    branches: dict[int, tuple[int, int]] = msgspec.field(default_factory=dict)
    """Where each branch that was left begins and ends, by the number of its last prompt, as it was shown last."""
    forked: int = -1
    """The index of the note of the newest fork or return to a branch; -1: none."""
    rows: list[Row] = msgspec.field(default_factory=list)
    metrics: Metrics = msgspec.field(default_factory=Metrics)
    runs: list[Run] = msgspec.field(default_factory=list)
    """All runs of the session, oldest first; they do not overlap."""
    breaches: list[ThresholdBreached] = msgspec.field(default_factory=list)
    """Limits that runs went over, oldest first."""
    requests: list[Request] = msgspec.field(default_factory=list)
    """All model requests of the session, by their beginning; those of agents used as tools overlap."""
    run_requests: int = 0
    """Requests from this index on are of the newest run."""
    request_of: dict[str, int] = msgspec.field(default_factory=dict)
    """Index in `requests` by item or call id, and by `run.turn`."""
    entry_of: dict[str, int] = msgspec.field(default_factory=dict)
    """Index in `entries` by item or call id."""
    row_of: dict[str, int] = msgspec.field(default_factory=dict)
    """Index in `rows` by item or call id."""
    prompts: int = 0
    """Prompts sent so far."""
    waiting: tuple[str, ...] = ()
    """Prompts for the runs to come."""
    steering: tuple[str, ...] = ()
    """Messages for the run under way that it has not taken up."""
    retry_at: float | None = None
    """When the next try of a request is due, in seconds since the epoch; None when none is waited for."""
    attempt: int = 1
    """Which try of the newest request it is, or will be after the wait."""
    attempts: int = 1
    """How many tries it may have."""
    stuck: str = ""
    """Where user code holds the engine up; empty when it does not."""
    engine: Literal["starting", "up", "down"] = "starting"

    @property
    def busy(self) -> bool:
        """A run is under way, or a prompt on its way to one."""
        return self.phase in LIVE_PHASES
