"""A loopback model server: scripted HTTP/1.1 replies in the formats of the Responses and Chat Completions APIs.

    async with ModelServer([[Text("Hello", chunks=2)]]) as server:
        client = AsyncOpenAI(base_url=server.base_url, api_key="test")

A script is a sequence of replies, one per model request in order of arrival, the last one repeating; or a
callable from `Request` to reply. A reply is a sequence of steps (`tests.model_server.script`). In another
process: `ServerProcess(script)`, or `python -m tests.model_server --script FILE.json|MODULE:NAME`.
"""

from tests.model_server.process import ServerProcess
from tests.model_server.record import Gate, Request, Sent
from tests.model_server.script import (
    BadJson,
    Begin,
    Call,
    Cut,
    ErrorEvent,
    Failed,
    Incomplete,
    Pace,
    Pause,
    RawEvent,
    Reasoning,
    Refusal,
    Reply,
    Reset,
    Stall,
    Status,
    Step,
    Text,
    Usage,
    Wait,
)
from tests.model_server.server import ModelServer, Script

__all__ = [
    "BadJson",
    "Begin",
    "Call",
    "Cut",
    "ErrorEvent",
    "Failed",
    "Gate",
    "Incomplete",
    "ModelServer",
    "Pace",
    "Pause",
    "RawEvent",
    "Reasoning",
    "Refusal",
    "Reply",
    "Request",
    "Reset",
    "Script",
    "Sent",
    "ServerProcess",
    "Stall",
    "Status",
    "Step",
    "Text",
    "Usage",
    "Wait",
]
