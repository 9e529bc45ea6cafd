"""What is to fail next, in order, and word of what has been made to fail."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tui import events as e
from tui.faultspec import Fault, FaultSpecError, parse_spec, print_spec


@dataclass(frozen=True, slots=True)
class Delays:
    """In seconds: how late `slowfirst` is, and when a stalled client that has no limit of its own gives up."""

    first: float = 3.0
    stall: float = 120.0


class FaultLab:
    """Of one session. `emit` gets a notice for each fault made; `reach` puts the lab under the session's requests
    and tells whether any come by it, and is called once, when first needed."""

    def __init__(self, emit: Callable[[e.Event], None], reach: Callable[[], bool], delays: Delays) -> None:
        self._emit, self._reach, self._delays = emit, reach, delays
        self._reached: bool | None = None
        self._requests: deque[Fault] = deque()
        self._calls: deque[Fault] = deque()

    def arm(self, spec: str) -> None:
        """Replace what is to fail; a spec that cannot be understood changes nothing and is said."""
        try:
            faults = parse_spec(spec)
        except FaultSpecError as error:
            self._emit(e.Notice("error", str(error)))
            return
        each = [fault._replace(times=1) for fault in faults for _ in range(fault.times)]
        self._requests = deque(fault for fault in each if fault.kind != "drop-tool")
        self._calls = deque(fault for fault in each if fault.kind == "drop-tool")
        self._emit(e.Notice("info", f"fault lab: {print_spec(faults)}"))
        if self._requests and self._reached is None:
            self._reached = self._reach()
        if self._requests and not self._reached:
            self._emit(e.Notice("warning", "fault lab: the agent's own model is out of reach, only drop-tool works"))

    def next_request(self) -> Fault | None:
        """Take the fault of the request that is made now."""
        return self._requests.popleft() if self._requests else None

    @property
    def drops_calls(self) -> bool:
        """Whether a tool call is to fail."""
        return bool(self._calls)

    def next_call(self) -> Fault | None:
        """Take the fault of the tool call that begins now."""
        return self._calls.popleft() if self._calls else None

    def unmet(self, fault: Fault) -> None:
        """The answer was over before the fault's point: the next request gets it."""
        self._requests.appendleft(fault)

    def injected(self, text: str) -> None:
        """Say that a fault was made."""
        left = [*self._requests, *self._calls]
        self._emit(e.Notice("warning", f"fault lab: {text}", f"left: {print_spec(left)}" if left else ""))

    async def be_late(self) -> None:
        """The time before a late first byte."""
        await asyncio.sleep(self._delays.first)

    async def stall(self, limit: float | None) -> None:
        """The time until a client with this read limit (seconds) gives up."""
        await asyncio.sleep(self._delays.stall if limit is None else limit)
