"""What happens between the tries of a model request, as it goes down the SDK's stream among its own events."""

from dataclasses import dataclass
from typing import Literal

from tui.engine.errors import Failure


@dataclass(frozen=True, slots=True)
class TryFailed:
    """As `events.AttemptFailed`."""

    attempt: int
    attempts: int
    failure: Failure
    delay: float | None
    type: Literal["tui.try_failed"] = "tui.try_failed"


@dataclass(frozen=True, slots=True)
class TryStarted:
    """As `events.AttemptStarted`; `dropped` are output indexes."""

    attempt: int
    attempts: int
    error: str
    continued: bool
    dropped: list[int]
    type: Literal["tui.try_started"] = "tui.try_started"


@dataclass(frozen=True, slots=True)
class TrySucceeded:
    """As `events.AttemptSucceeded`."""

    attempt: int
    type: Literal["tui.try_succeeded"] = "tui.try_succeeded"
