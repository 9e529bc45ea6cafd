"""The real engine in a fork of a process that has the SDK imported, and its dearest parts built."""

import os
import random
import sys
from typing import Any

from agents.tracing import set_trace_processors

from tui.engine import builtin, connect, load, serve, session, user_code, warm  # noqa: F401 - once for all forks
from tui.engine.demo.answer import Reply
from tui.engine.demo.plan import Step
from tui.engine.demo.raw import raw_events
from tui.engine.demo.response import completed_response
from tui.engine.main import main

set_trace_processors([])
# The SDK's classes are made at their first use, which takes longer than all else that a fork does.
for event in raw_events(completed_response(Reply("x", "x", (Step("x", "{}"),)), random.Random(0), 0.0, "", [])):
    event.model_copy()


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """Be an engine."""
    commands, events, output = descriptors
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")  # those of the server may have been no pipes
    main(["--in", str(commands), "--out", str(events)])
