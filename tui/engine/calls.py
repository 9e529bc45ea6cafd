"""The tool calls of one run: every fact about a call is emitted once, whichever source of the SDK tells it first.

Raw events tell what the model writes, hooks when the tool's code runs, run items what was recorded; they race.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tui import events as e

_FAILED = "An error occurred while running the tool."
"""How the SDK's default answers to the model begin when a tool raised; also what agents as tools and MCP tools say."""


@dataclass(slots=True)
class _Call:
    id: str
    name: str
    agent: str = ""
    called: bool = False
    begun: float | None = None
    ended: bool = False
    error: str = ""


class Calls:
    """Keyed by the SDK's call id. `used` holds the ids of the session's earlier runs.

    Some servers count their call ids from one in every response; an id that an earlier run used gets the run's
    number appended, so that it stays unique in the session.
    """

    def __init__(self, emit: Callable[[e.Event], None], run: int, used: set[str], prefix: str = "") -> None:
        self._emit, self._run, self._used, self._prefix = emit, run, used, prefix
        self._calls: dict[str, _Call] = {}
        self._shown: set[str] = set()
        """The ids that events have carried."""

    @property
    def running(self) -> list[str]:
        """Names of the tools whose code runs, oldest first."""
        return [call.name for call in list(self._calls.values()) if call.begun is not None and not call.ended]

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def shown(self, call_id: str) -> str:
        """The id that events carry for the SDK's."""
        return self._get(call_id, "").id

    def close(self) -> None:
        """The run is over: its ids are used."""
        self._used.update(self._calls)

    def writing(self, item: str, call_id: str, name: str) -> None:
        """The model began to write the call."""
        self._emit(e.ToolCallStarted(item, self._get(call_id, name).id, name))

    def arguments(self, call_id: str, text: str) -> None:
        """A piece of the call's arguments."""
        self._emit(e.ArgumentsDelta(self._get(call_id, "").id, text))

    def drop(self, call_id: str) -> str:
        """The model will write the call anew, maybe with the same id. Returns the id that events carried for it."""
        call = self._get(call_id, "")
        del self._calls[call_id]
        return call.id

    def called(self, call_id: str, name: str, arguments: str, agent: str, origin: str) -> None:
        """The call is whole."""
        call = self._get(call_id, name)
        call.agent = agent
        if not call.called:
            call.called = True
            self._emit(e.ToolCalled(call.id, name, arguments, agent, origin))

    def started(self, call_id: str, name: str, agent: str) -> None:
        """The tool's code runs."""
        call = self._get(call_id, name)
        call.agent = agent
        call.begun = time.perf_counter()
        self._emit(e.ToolStarted(call.id, name, agent))

    def raised(self, call_id: str, name: str, error: str) -> None:
        """The tool raised; that it ended comes later, with what the model is told."""
        self._get(call_id, name).error = error or "failed"

    def ended(self, call_id: str, name: str, output: str, error: str = "") -> None:
        """The tool returned `output`, or the model is told so in its place."""
        call = self._get(call_id, name)
        if call.ended:
            return
        call.ended = True
        error = error or call.error or _error_in(call.name, output)
        duration = None if call.begun is None else time.perf_counter() - call.begun
        self._emit(e.ToolEnded(call.id, call.name, output, bool(error), duration, error))

    def broke(self, name: str, error: str) -> None:
        """The tool of this name raised, and with it the run ends."""
        self.ended(self.unended(name), name, "", error)

    def unstarted(self, name: str) -> str:
        """The oldest whole call of this tool that does not run yet: local tools whose hooks carry no call id."""
        return self._first(name, begun=False)

    def unended(self, name: str) -> str:
        """The oldest call of this tool that runs."""
        return self._first(name, begun=True)

    def _first(self, name: str, *, begun: bool) -> str:
        for call_id, call in self._calls.items():
            if call.name == name and call.called and not call.ended and (call.begun is not None) == begun:
                return call_id
        return f"{name} {len(self._calls) + 1}"

    def _get(self, call_id: str, name: str) -> _Call:
        call = self._calls.get(call_id)
        if call is None:
            call = self._calls[call_id] = _Call(self._prefix + self._unique(call_id), name)
        call.name = call.name or name
        return call

    def _unique(self, call_id: str) -> str:
        unique = f"{call_id}~{self._run}" if call_id in self._used or not call_id else call_id
        while unique in self._shown:  # dropped, and made anew under the same id
            unique = f"{call_id}~{self._run}.{len(self._shown)}"
        self._shown.add(unique)
        return unique


def _error_in(name: str, output: str) -> str:
    if output.startswith((_FAILED, f"Tool '{name}' timed out after ")):
        return output
    return ""
