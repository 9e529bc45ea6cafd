"""The runs and model requests of a session, and the sums and times that panes turn into figures."""

from typing import Literal

import msgspec


class Run(msgspec.Struct, gc=False):
    """One run, from its prompt (or the wish to go on) to its end. Times are seconds since the epoch."""

    seq: int
    """Record of its prompt."""
    at: float
    entry: int
    """Index in `State.entries` of its prompt; those up to the next run's are its own."""
    request: int
    """Index in `State.requests` of its first request; those up to the next run's are its own."""
    number: int = 0
    """As the engine counts them; 0 until it began."""
    started: float | None = None
    """The SDK's run loop was entered."""
    ended: float | None = None
    status: Literal["live", "completed", "cancelled", "failed"] = "live"


class Request(msgspec.Struct, gc=False):
    """One model request with all its tries. Times are seconds since the epoch; None: has not happened."""

    run: int
    turn: int
    at: float
    """When the runner asked for it."""
    agent: str
    model: str
    parent: str = ""
    """The call of the agent-as-tool that makes it; empty at the top, and until something of it has come."""
    attempt: int = 1
    """The newest try."""
    queued: float | None = None
    """Seconds until its first try was sent."""
    sent: float | None = None
    """The newest try."""
    url: str = ""
    """Where it was sent; empty where that was not told or no HTTP request is made."""
    sent_seqs: list[int] = msgspec.field(default_factory=list)
    """The records that hold what was sent, one a try."""
    connect: float | None = None
    """Seconds that opening a connection took, over all tries."""
    received: float | None = None
    """The headers of the response."""
    http_status: int | None = None
    request_id: str = ""
    """The server's own id of the HTTP request."""
    response: str = ""
    """The API's id of the response."""
    first: float | None = None
    """First text, reasoning or tool-call delta."""
    first_text: float | None = None
    """First delta of the answer."""
    last: float | None = None
    """Newest delta."""
    deltas: int = 0
    gaps: dict[int, int] = msgspec.field(default_factory=dict)
    """How many gaps between its deltas were how long, by bucket; see `tui.state.gaps`."""
    again: bool = False
    """The next delta is the first of another try."""
    idle: float = 0.0
    """Seconds between the last delta of a try and the first one of the next, summed up: no generation time."""
    reasoned: bool = False
    """Its reasoning was streamed."""
    ended: float | None = None
    status: Literal["live", "completed", "incomplete", "failed", "cancelled"] = "live"
    error: str = ""
    input: int | None = None
    """Tokens as the provider counted them; None until it did, as for the three that follow."""
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None
    waits: list[tuple[float, float]] = msgspec.field(default_factory=list)
    """From when to when the next try was waited for, as it was announced."""


class Metrics(msgspec.Struct, gc=False):
    """Figures of the session and of the newest run; sums and times that panes turn into what they show."""

    runs: int = 0
    turns: int = 0
    tool_calls: int = 0
    running: set[int] = msgspec.field(default_factory=set)
    """The ids of the entries of the tools that run."""
    tool_failures: int = 0
    handoffs: int = 0
    errors: int = 0
    interruptions: int = 0
    tries: int = 0
    """Model requests and their repetitions."""
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    """Failed tries, and runs that failed otherwise, by kind; see `events.RunEnded`."""
    failed: list[tuple[float, str]] = msgspec.field(default_factory=list)
    """When each of these was, in seconds since the epoch, and its kind; oldest first."""
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
    run_events: int = 0
    run_turns: int = 0
    run_tools: int = 0
    rate: list[int] = msgspec.field(default_factory=list)
    """Deltas in each quarter second of the newest run's generation time, oldest first; the newest 240."""
    rate_slot: int = 0
    """The quarter second, counted from the epoch, of the newest bucket in `rate`."""

    @property
    def tools_running(self) -> int:
        return len(self.running)
