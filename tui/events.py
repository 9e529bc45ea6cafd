"""Every fact that may cross the bus, one frozen class each.

An event is plain data: ids, text, numbers. It holds no object of the SDK or of the screen, so the same
value crosses the pipe, lies in the journal and is folded into state. The JSON tag is the class name in
snake_case (`TextDelta` -> `{"type": "text_delta", ...}`).

Ids: `run` counts the session's runs from 1; `turn` counts the model requests of a run from 1; `item`
names one output item of the model and is unique in the session; `call` is the SDK's tool call id.
Times inside events are durations in seconds; the moment of an event is in its record.
Text is what the model, tool or user code sent, unchanged: whoever shows it cleans it (`tui.safety`).
"""

import re
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import msgspec


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Event(msgspec.Struct, frozen=True, tag_field="type", tag=_snake, gc=False):
    """The common shape: a tagged struct, untracked by the garbage collector (it can hold no cycle)."""


# The session and its engine


class EngineStarted(_Event, frozen=True):
    """The engine process runs; it is importing the SDK and loading the agent. First event of each engine."""

    pid: int


class SessionStarted(_Event, frozen=True):
    """The agent is loaded and prompts can run. Comes once for each engine, after `EngineStarted`."""

    session: str
    agent: str
    model: str
    api: str = ""
    """`responses`, `chat` or `demo`; empty where the agent brings a model object of its own."""
    tools: tuple[str, ...] = ()
    sdk: str = ""


class EngineEnded(_Event, frozen=True):
    """The engine process is gone; nothing more comes from it. `error` is empty where that was asked for."""

    code: int | None
    error: str = ""


class ConversationExtended(_Event, frozen=True):
    """Items were added to the conversation that the next request will send, in the API's input shape.

    Comes at the points where the SDK saves (input, each finished turn) and after a cut run, then with the
    partial answer. All of them together are the conversation: what a restarted engine is given back.
    """

    items: tuple[dict[str, Any], ...]


class ConversationCleared(_Event, frozen=True):
    """The conversation is empty: the next prompt starts anew."""


class ConversationRewound(_Event, frozen=True):
    """The conversation goes on from before the session's `prompt`-th prompt, counted from 1; published by the screen.

    What followed stays on record and leaves the conversation, of which the first `items` items are kept.
    """

    prompt: int
    items: int


class BranchChosen(_Event, frozen=True):
    """The conversation goes on from the end of what followed the session's `prompt`-th prompt, counted from 1.

    Published by the screen. It has again the items that it had when that branch was left, which stays on record too.
    """

    prompt: int


# A run


class PromptSent(_Event, frozen=True):
    """The user sent a prompt. Published by the screen, before the engine has seen it."""

    text: str


class RetryRequested(_Event, frozen=True):
    """The user wants what failed, or was stopped, to go on. Published by the screen in place of `PromptSent`."""


class QueueChanged(_Event, frozen=True):
    """What the user has sent and no run has taken up; published by the screen whenever it changes, always whole."""

    waiting: tuple[str, ...] = ()
    """Prompts for the runs to come, in their order."""
    steering: tuple[str, ...] = ()
    """Messages for the run under way, at its next safe point."""


class Steered(_Event, frozen=True):
    """The run goes on with a message that the user sent in the middle of it. Between two turns."""

    run: int
    text: str


class RunStarted(_Event, frozen=True):
    """The SDK's run loop was entered for the prompt sent last."""

    run: int


class AgentChanged(_Event, frozen=True):
    """The agent now at work; at the start of every run and after each handoff."""

    run: int
    agent: str


class ModelRequested(_Event, frozen=True):
    """A request goes to the model; `items` counts the input items it sends."""

    run: int
    turn: int
    agent: str
    model: str = ""
    items: int = 0


class RequestSent(_Event, frozen=True):
    """The body of a model request as it goes out: after `ModelRequested` of the turn, once for each try.

    `body` holds all of it, in its order, but for the list named `key`, in whose place is None. What that list has in
    common with an earlier one is not repeated: it is the first `kept` entries of the list of the request `base`, then
    `items`. A request is named `run.turn.attempt`.
    """

    run: int
    turn: int
    attempt: int
    body: dict[str, Any]
    items: tuple[dict[str, Any], ...]
    key: Literal["input", "messages"] = "input"
    base: str = ""
    """Empty: none, `items` are the whole list."""
    kept: int = 0
    url: str = ""
    """Empty where no HTTP request is made: the demo model, a model object of the agent's own, which were asked this; an
    answer from the cache or the fault lab, which took the server's place."""

    @property
    def name(self) -> str:
        """What `base` calls it."""
        return f"{self.run}.{self.turn}.{self.attempt}"


class ResponseReceived(_Event, frozen=True):
    """The headers of an HTTP response are here: its `status`, and the server's own id for the request.

    `connect`: seconds that opening a connection took; 0 on one that was open, None where it is not known.
    """

    run: int
    turn: int
    attempt: int
    status: int
    request_id: str = ""
    connect: float | None = None


class ResponseStarted(_Event, frozen=True):
    """The first bytes of a model response are here. `response` is the API's id, empty where it has none."""

    run: int
    turn: int
    response: str = ""
    model: str = ""


class AttemptFailed(_Event, frozen=True):
    """A try of a model request failed in a way that may pass; tries count from 1 to `attempts`.

    `delay`: seconds until the next try; None if there is none, then the run fails too. `kind` as in `RunEnded`.
    """

    run: int
    turn: int
    attempt: int
    attempts: int
    kind: str
    error: str
    delay: float | None = None


class AttemptStarted(_Event, frozen=True):
    """The request is tried again, after `AttemptFailed`; this is try number `attempt`.

    `continued`: the model is handed the partial answer, which goes on in the same item. `dropped` names the items and
    calls whose partial is given up, since they are made anew.
    """

    run: int
    turn: int
    attempt: int
    attempts: int
    error: str = ""
    """Why the try before failed."""
    continued: bool = False
    dropped: tuple[str, ...] = ()


class AttemptSucceeded(_Event, frozen=True):
    """The response to a request of which a try had failed is whole."""

    run: int
    turn: int
    attempt: int


class ReasoningDelta(_Event, frozen=True):
    """A piece of the model's reasoning (summary or raw), in order within its item."""

    item: str
    text: str


class TextDelta(_Event, frozen=True):
    """A piece of the answer, in order within its item. Joined: exactly what the server sent."""

    item: str
    text: str


class RefusalDelta(_Event, frozen=True):
    """A piece of a refusal, in order within its item."""

    item: str
    text: str


class MessageCompleted(_Event, frozen=True):
    """One message of the model is whole; `text` is all of it. After its last `TextDelta`."""

    item: str
    agent: str
    text: str


class ReasoningCompleted(_Event, frozen=True):
    """One reasoning item is whole. After its last `ReasoningDelta`."""

    item: str


# Tool calls: the SDK's hooks and its stream race, so the events of one call may come in any order


class ToolCallStarted(_Event, frozen=True):
    """The model began to write a call; its arguments follow as deltas."""

    item: str
    call: str
    name: str


class ArgumentsDelta(_Event, frozen=True):
    """A piece of a call's arguments (JSON text), in order within its call."""

    call: str
    text: str


class ToolCalled(_Event, frozen=True):
    """A call is whole: `arguments` is its complete JSON text. `origin`: function, mcp, agent, hosted."""

    call: str
    name: str
    arguments: str
    agent: str = ""
    origin: str = "function"


class ToolStarted(_Event, frozen=True):
    """The tool's code is running."""

    call: str
    name: str
    agent: str = ""


class ToolEnded(_Event, frozen=True):
    """The tool's code returned, at its own time even beside slower siblings.

    `duration` in seconds, None where the SDK does not tell (hosted tools). `failed` if it raised:
    `output` is then what the model is told and `error` the exception in one line.
    """

    call: str
    name: str
    output: str
    failed: bool = False
    duration: float | None = None
    error: str = ""


class HandoffOccurred(_Event, frozen=True):
    """Control went from one agent to another; `AgentChanged` follows."""

    source: str
    target: str


class UsageReported(_Event, frozen=True):
    """Tokens of one model request as the provider counted them.

    `cached` is part of `input`, `reasoning` part of `output`.
    """

    run: int
    turn: int
    input: int
    cached: int
    output: int
    reasoning: int
    model: str = ""


class ResponseEnded(_Event, frozen=True):
    """A model response is over, with all of its items and, if the provider told it, its `UsageReported` before.

    Does not come for one that was cut: then `AttemptFailed` or `RunEnded` tells.
    """

    run: int
    turn: int
    status: Literal["completed", "incomplete", "failed"] = "completed"


class CancelRequested(_Event, frozen=True):
    """The user asked to stop. Published by the screen, before the engine has seen it. `kill`: ended by force."""

    mode: Literal["immediate", "after_turn", "kill"] = "immediate"


class RunStuck(_Event, frozen=True):
    """User code does not let go: the engine's loop is blocked, or a cancelled run does not end.

    `where` is `file:line in function` of the innermost frame outside the SDK; `seconds` how long so far.
    """

    run: int
    tool: str
    where: str
    seconds: float


class RunEnded(_Event, frozen=True):
    """The run is over; its last event. `error` is one plain line, `kind` its class, `hint` what to do.

    `kind`: network, timeout, rate_limit, server, auth, request, truncated, refusal, agent, tool, guardrail, max_turns,
    engine; empty unless failed. `turns` counts the model requests made.
    """

    run: int
    status: Literal["completed", "cancelled", "failed"]
    error: str = ""
    kind: str = ""
    hint: str = ""
    turns: int = 0
    output: str = ""
    """The final output as text where it is not the last message (an agent with an output type)."""


class ThresholdBreached(_Event, frozen=True):
    """A run went over a limit; published by the screen at its end, once a run and metric. `turn` 0: the whole run.

    In seconds, tokens a second, a share of one. A `…_trend`: the model's newest runs are worse than `limit`, which its
    earlier ones set; once a session.
    """

    run: int
    turn: int
    metric: Literal["first_token", "tokens_per_second", "error_rate", "first_token_trend", "tokens_per_second_trend"]
    value: float
    limit: float
    model: str = ""


# Anything else


class OutputCaptured(_Event, frozen=True):
    """What user code printed or logged: one line, without its newline."""

    stream: Literal["stdout", "stderr", "log"]
    text: str
    level: str = ""
    """Name of the logging level, for `log`."""


class Notice(_Event, frozen=True):
    """Something the user should know, in one line. `detail` may hold more (a traceback)."""

    level: Literal["info", "warning", "error"]
    text: str
    detail: str = ""


class RawReceived(_Event, frozen=True):
    """A stream event of the SDK that has no class of its own here; `data` is its JSON, cut at 4 kB."""

    name: str
    data: str = ""
    item: str = ""


Event: TypeAlias = (
    EngineStarted | SessionStarted | EngineEnded | ConversationExtended | ConversationCleared
    | ConversationRewound | BranchChosen
    | PromptSent | RetryRequested | QueueChanged | Steered | RunStarted | AgentChanged | ModelRequested
    | RequestSent | ResponseReceived | ResponseStarted | ResponseEnded
    | AttemptFailed | AttemptStarted | AttemptSucceeded
    | ReasoningDelta | TextDelta | RefusalDelta | MessageCompleted | ReasoningCompleted
    | ToolCallStarted | ArgumentsDelta | ToolCalled | ToolStarted | ToolEnded
    | HandoffOccurred | UsageReported | CancelRequested | RunStuck | RunEnded | ThresholdBreached
    | OutputCaptured | Notice | RawReceived
)  # fmt: skip


def name_of(event: Event) -> str:
    """The event's type as it stands in JSON, e.g. `text_delta`."""
    tag = event.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


@lru_cache(256)
def place_of(item: str) -> tuple[int, int] | None:
    """The run and the turn that an item's id tells, as in `call/1.2.0`; None where it does not."""
    run, _, rest = item.rpartition("/")[2].partition(".")
    turn = rest.partition(".")[0]
    return (int(run), int(turn)) if run.isdecimal() and turn.isdecimal() else None
