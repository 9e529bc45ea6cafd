"""Ways for a model server to fail, and what the tests of recovery ask of a session afterwards."""

from typing import Any

import pytest

from tests.engine.driver import DEADLINE, Driver
from tests.model_server import (
    BadJson,
    Cut,
    ErrorEvent,
    Failed,
    ModelServer,
    Reset,
    Stall,
    Status,
    Step,
)
from tui import events as e
from tui.engine.recovery import Policy
from tui.fold import fold
from tui.state import Answer, State
from tui.wire import Record

APIS = pytest.mark.parametrize("api", ["responses", "chat"])
_STALL = 1.0
"""Seconds without an event, where a test is about them; everywhere else no load of the machine may pass for a stall."""


def policy_for(fault: Step) -> Policy:
    """At once again after this fault."""
    return Policy(first_delay=0.0, stall=_STALL if isinstance(fault, Stall) else DEADLINE)


BREAKS: dict[str, tuple[Step, str]] = {
    "cut": (Cut(), "network"),
    "reset": (Reset(), "network"),
    "bad JSON": (BadJson(), "server"),
    "error event": (ErrorEvent("server_error", "it broke"), "server"),
    "failed": (Failed("server_error", "it broke"), "server"),
    "stall": (Stall(), "timeout"),
}
"""Faults that end a stream wherever it is, and their kinds."""
REFUSALS: dict[str, tuple[Step, str]] = {
    "too many": (Status(429, {"retry-after": "0"}), "rate_limit"),
    "down": (Status(500), "server"),
    "busy": (Status(503), "server"),
}
"""Answers without a stream."""

WHOLE = "Once upon a time there was a king."


def state_of(driver: Driver) -> State:
    state = State()
    for seq, event in enumerate([e.PromptSent("hello"), *driver.events], 1):
        fold(state, Record(seq, float(seq), event))
    return state


def answers(driver: Driver) -> list[str]:
    return [str(entry.text) for entry in state_of(driver).entries if isinstance(entry, Answer)]


def sent(server: ModelServer, index: int) -> list[dict[str, Any]]:
    body = server.requests[index].body
    return [item for item in body.get("input") or body["messages"] if item.get("role") != "system"]
