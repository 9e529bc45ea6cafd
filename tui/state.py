"""What the screen shows, as plain data. Only `tui.fold` writes it; panes read it.

Texts are foreign and kept as they came: a pane cleans what it paints. A pane finds what changed by `rev`: each
entry's grows with every change, and entries before `State.live` never change again. Classes are untracked by the
garbage collector where they can hold no cycle, so that a long session costs no pauses.
"""

from typing import Final, Literal, TypeAlias

import msgspec

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

ToolStatus: TypeAlias = Literal["writing", "called", "running", "done", "failed", "cancelled"]


RowStatus: TypeAlias = Literal["", "live", "ok", "failed", "cancelled"]


class Text(msgspec.Struct, gc=False):
    """A growing text. A reader remembers how many characters it has had and asks for the rest."""

    parts: list[str] = msgspec.field(default_factory=list)
    length: int = 0

    @classmethod
    def of(cls, text: str) -> "Text":
        return cls([text], len(text))

    def append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def since(self, had: int) -> str:
        """The text after its first `had` characters; costs what is new, not what is there."""
        missing = self.length - had
        if missing <= 0:
            return ""
        index = len(self.parts)
        while missing > 0:
            index -= 1
            missing -= len(self.parts[index])
        return "".join(self.parts[index:])[-missing:]

    def __str__(self) -> str:
        if len(self.parts) > 1:
            self.parts[:] = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""


class _Entry(msgspec.Struct, kw_only=True, gc=False):
    """One block of the conversation on screen. `seq` and `at` (seconds since the epoch) are its first event's."""

    id: int
    seq: int
    at: float
    run: int
    rev: int = 0
    parent: str = ""
    """The call of the agent-as-tool this happened in; empty at the top."""


class Prompt(_Entry, kw_only=True, gc=False):
    text: str
    number: int = 0
    """Counts the session's prompts from 1; 0 for what was said in the middle of a run."""


class Answer(_Entry, kw_only=True, gc=False):
    """One message of an agent, as Markdown. `stopped` and `failed` mark a partial."""

    agent: str
    text: Text = msgspec.field(default_factory=Text)
    status: Literal["streaming", "done", "stopped", "failed"] = "streaming"
    refusal: bool = False
    seams: list[int] = msgspec.field(default_factory=list)
    """Characters after which another try of the request went on."""


class Reasoning(_Entry, kw_only=True, gc=False):
    text: Text = msgspec.field(default_factory=Text)
    status: Literal["streaming", "done", "stopped", "failed"] = "streaming"
    ended: float | None = None


class Tool(_Entry, kw_only=True, gc=False):
    """One tool call. `number` counts the session's calls from 1; `started` and `ended` are times of day."""

    call: str
    name: str
    number: int
    agent: str = ""
    origin: str = "function"
    arguments: Text = msgspec.field(default_factory=Text)
    status: ToolStatus = "writing"
    output: str = ""
    error: str = ""
    started: float | None = None
    ended: float | None = None
    duration: float | None = None
    """Seconds, as the engine measured them."""


class Handoff(_Entry, kw_only=True, gc=False):
    source: str
    target: str


class Note(_Entry, kw_only=True, gc=False):
    """A line of the program itself: a notice, how a run failed, a stuck tool."""

    level: Literal["info", "warning", "error"]
    text: str
    hint: str = ""
    detail: str = ""


Entry: TypeAlias = Prompt | Answer | Reasoning | Tool | Handoff | Note


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


class Request(msgspec.Struct, gc=False):
    """One model request. Times are seconds since the epoch."""

    run: int
    turn: int
    at: float
    agent: str
    model: str
    first: float | None = None
    """First text, reasoning or tool-call delta."""
    last: float | None = None
    """Newest delta."""
    deltas: int = 0
    ended: float | None = None
    output: int | None = None
    """Output tokens as the provider counted them; None until it did."""


class Metrics(msgspec.Struct, gc=False):
    """Figures of the session and of the newest run; sums and times that panes turn into what they show."""

    runs: int = 0
    turns: int = 0
    tool_calls: int = 0
    tools_running: int = 0
    tool_failures: int = 0
    handoffs: int = 0
    errors: int = 0
    interruptions: int = 0
    tries: int = 0
    """Model requests and their repetitions."""
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    """Failed tries, and runs that failed otherwise, by kind; see `events.RunEnded`."""
    recoveries: int = 0
    """Requests that were answered whole although a try had failed."""
    given_up: int = 0
    """Requests whose last try failed."""
    run_given_up: bool = False
    """The newest run had such a request."""
    events: int = 0
    deltas: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    unknown_usage: int = 0
    """Model responses whose tokens the provider did not tell (also those cut off)."""
    run_started: float | None = None
    """When the newest prompt was sent."""
    run_ended: float | None = None
    first_token: float | None = None
    """Seconds from the newest prompt to its first delta of text, reasoning or a tool call."""
    run_events: int = 0
    run_turns: int = 0
    run_tools: int = 0
    generating: float = 0.0
    """Seconds of the newest run in which the model generated, over its ended requests: first to last delta."""
    run_deltas: int = 0
    run_output: int = 0
    rate: list[int] = msgspec.field(default_factory=list)
    """Deltas in each quarter second of the newest run's generation time, oldest first; the newest 240."""
    rate_slot: int = 0
    """The quarter second, counted from the epoch, of the newest bucket in `rate`."""
    request: Request | None = None
    """The newest model request."""


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
    """Entries before this index are of a conversation that was cleared."""
    rows: list[Row] = msgspec.field(default_factory=list)
    metrics: Metrics = msgspec.field(default_factory=Metrics)
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
