"""Every intent that may go up to the engine, one frozen class each; answered by events only."""

import re
from typing import Any, Literal, TypeAlias

import msgspec


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class _Command(msgspec.Struct, frozen=True, tag_field="type", tag=_snake, gc=False):
    pass


class Open(_Command, frozen=True):
    """Load the agent and get ready; always the first command. Answered by `SessionStarted`, or by
    `Notice(level="error")` and the end of the process.

    Keys never cross the wire: the engine reads OPENAI_API_KEY from the environment it inherited.
    """

    session: str
    agent: str
    """A built-in's name, `module:attribute` or `path.py[:attribute]`; empty if the engine already holds the agent."""
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    items: tuple[dict[str, Any], ...] = ()
    """The conversation so far, after a restart or a resume."""
    runs: int = 0
    """Runs of the session so far: the next is `runs + 1`."""
    faults: str = ""
    """What is to fail first, as `tui.faultspec` writes it."""
    cache: bool = False
    """Whether identical requests are answered from disk."""
    streaming: bool = True
    """Whether the model is asked for a stream, or for its whole answer at once, to compare the two."""
    stall_limit: float | None = None
    """Seconds that a model server may be silent before a try counts as failed; None: the policy's."""


class Send(_Command, frozen=True):
    """Run the agent on this prompt. One run at a time: more are queued by the sender."""

    text: str


class Steer(_Command, frozen=True):
    """Hand this to the run under way once its turn and the tools of it are done. Answered by `Steered`.

    Dropped without a run, and when the run ends before: what was not answered is the sender's to send again.
    """

    text: str


class Retry(_Command, frozen=True):
    """Let the model go on with what failed or was stopped last, in a run of its own; needs only the conversation."""


class RetryNow(_Command, frozen=True):
    """Do not wait any longer for the next try of a request. Without such a wait: nothing happens."""


class Cancel(_Command, frozen=True):
    """Stop the run: at once, or when the turn under way is complete. Without a run: nothing happens."""

    mode: Literal["immediate", "after_turn"] = "immediate"


class Rewind(_Command, frozen=True):
    """The conversation is this again: an earlier state of it. Only between runs."""

    items: tuple[dict[str, Any], ...]


class Clear(_Command, frozen=True):
    """Forget the conversation."""


class SetFaults(_Command, frozen=True):
    """Replace what is to fail next, as `tui.faultspec` writes it. Answered by a `Notice`."""

    spec: str


class Close(_Command, frozen=True):
    """Cancel what runs and end the process."""


Command: TypeAlias = Open | Send | Steer | Retry | RetryNow | Cancel | Rewind | Clear | SetFaults | Close
