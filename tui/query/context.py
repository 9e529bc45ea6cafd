"""What the events of a session imply for those after them: the run, the turn, the agent, the tool of a call."""

from typing import Any, Final, NamedTuple

from tui import events as e
from tui.wire import Record


class _Call(NamedTuple):
    name: str
    agent: str
    run: int
    turn: int


class Context:
    """What events imply for those after them; given to `of_record` with every record in order.

    It remembers only what the run under way needs.
    """

    __slots__ = ("agent", "agents", "began", "calls", "run", "took", "turn")

    def __init__(self) -> None:
        self.run = 0
        self.turn = 0
        self.agent = ""
        self.took: float | None = None
        """Seconds from the beginning of what the newest event ended."""
        self.agents: dict[tuple[int, int], str] = {}
        """Who made the request of a turn."""
        self.calls: dict[str, _Call] = {}
        self.began: dict[tuple[int, int] | int | str, float] = {}
        """When runs, requests and calls began."""

    def feed(self, record: Record) -> None:
        """Take in the next event."""
        self.took = None
        step = _STEPS.get(type(record.event))
        if step is not None:
            step(self, record.event, record.at)


def _run_started(context: Context, event: e.RunStarted, at: float) -> None:
    context.run, context.turn = event.run, 0
    context.began[event.run] = at


def _run_ended(context: Context, event: e.RunEnded, at: float) -> None:
    context.took = _since(context.began.get(event.run), at)
    context.agents.clear()
    context.calls.clear()
    context.began.clear()


def _session_started(context: Context, event: e.SessionStarted, at: float) -> None:
    context.agent = event.agent


def _agent_changed(context: Context, event: e.AgentChanged, at: float) -> None:
    context.agent = event.agent


def _requested(context: Context, event: e.ModelRequested, at: float) -> None:
    context.turn = event.turn
    context.agents[event.run, event.turn] = event.agent
    context.began[event.run, event.turn] = at


def _response_ended(context: Context, event: e.ResponseEnded, at: float) -> None:
    context.took = _since(context.began.get((event.run, event.turn)), at)


def _call_begun(context: Context, event: e.ToolCallStarted, at: float) -> None:
    run, turn = e.place_of(event.item) or (context.run, context.turn)
    _note_call(context, event.call, event.name, "", run, turn)


def _call_told(context: Context, event: e.ToolCalled | e.ToolStarted, at: float) -> None:
    _note_call(context, event.call, event.name, event.agent, context.run, context.turn)
    if isinstance(event, e.ToolStarted):
        context.began[event.call] = at


def _call_ended(context: Context, event: e.ToolEnded, at: float) -> None:
    context.took = event.duration if event.duration is not None else _since(context.began.get(event.call), at)


def _note_call(context: Context, call: str, name: str, agent: str, run: int, turn: int) -> None:
    known = context.calls.get(call)
    if known is None:
        context.calls[call] = _Call(name, agent or context.agents.get((run, turn), context.agent), run, turn)
    elif agent and agent != known.agent:
        context.calls[call] = known._replace(agent=agent)


_STEPS: Final[dict[type, Any]] = {
    e.SessionStarted: _session_started,
    e.RunStarted: _run_started,
    e.RunEnded: _run_ended,
    e.AgentChanged: _agent_changed,
    e.ModelRequested: _requested,
    e.ResponseEnded: _response_ended,
    e.ToolCallStarted: _call_begun,
    e.ToolCalled: _call_told,
    e.ToolStarted: _call_told,
    e.ToolEnded: _call_ended,
}


def _since(began: float | None, at: float) -> float | None:
    return None if began is None else at - began
