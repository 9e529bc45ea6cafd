"""An event as a subject of a filter, with what the events before it imply: its run, turn, agent and tool."""

import json
from functools import cache
from typing import Any, Final, get_args, get_origin

import msgspec

from tui import events as e
from tui.query.context import Context
from tui.query.kinds import kinds_of_event
from tui.query.subjects import Subject
from tui.wire import Record

_UNSAID: Final = frozenset(
    {"item", "call", "agent", "response", "session", "api", "sdk", "origin", "kind", "dropped", "base"}
)
"""Text fields that name something and say nothing."""
_SAY_AGENT: Final = (e.SessionStarted, e.AgentChanged)


_TOLD_BY: Final = {
    event: name
    for event in get_args(e.Event)
    for name in ("call", "item", "run", "turn")
    if name in event.__struct_fields__
}
"""Which field of an event tells its run and turn: the last of these that it has."""


class RecordSubject(Subject):
    """One event."""

    __slots__ = ("_agent", "_context", "_run", "_took", "_turn", "event", "record")

    def __init__(self, record: Record, context: Context) -> None:
        self.record = record
        self.event: Any = record.event
        self._context = context
        self._run, self._turn = context.run, context.turn
        self._agent, self._took = context.agent, context.took

    @property
    def seq(self) -> int:
        return self.record.seq

    @property
    def at(self) -> float:
        return self.record.at

    @property
    def kinds(self) -> frozenset[str]:
        return kinds_of_event(self.event)

    @property
    def type(self) -> str:
        return e.name_of(self.event)

    @property
    def call(self) -> str:
        return getattr(self.event, "call", "")

    @property
    def item(self) -> str:
        return getattr(self.event, "item", "")

    @property
    def tool(self) -> str:
        match self.event:
            case e.RunStuck(tool=tool):
                return tool
            case e.ArgumentsDelta(call=call):
                known = self._context.calls.get(call)
                return known.name if known is not None else ""
            case _:
                return self.event.name if self.call else ""

    @property
    def agent(self) -> str:
        own: str = getattr(self.event, "agent", "")
        if own:
            return own
        known = self._context.calls.get(self.call)
        return known.agent if known is not None else self._context.agents.get(self._place(), self._agent)

    @property
    def run(self) -> int:
        return self._place()[0]

    @property
    def turn(self) -> int:
        return self._place()[1]

    def _place(self) -> tuple[int, int]:
        """Its run and its turn: as it says itself, as its item's id tells, as of its call, else the newest.

        A prompt belongs to the run that it begins.
        """
        event = self.event
        newest = (self._run, self._turn)
        match _TOLD_BY.get(type(event)):
            case "turn":
                return event.run, event.turn
            case "run":
                return event.run, self._turn
            case "item":
                return e.place_of(event.item) or newest
            case "call":
                known = self._context.calls.get(event.call)
                return (known.run, known.turn) if known is not None else newest
            case _:
                return (self._run + 1, 0) if isinstance(event, e.PromptSent | e.RetryRequested) else newest

    @property
    def duration(self) -> float | None:
        return self._took

    @property
    def tokens(self) -> int | None:
        event = self.event
        return event.input + event.output if isinstance(event, e.UsageReported) else None

    @property
    def status(self) -> str:
        match self.event:
            case e.RunEnded(status=status) | e.ResponseEnded(status=status):
                return status
            case e.ToolEnded(failed=failed):
                return "failed" if failed else "ok"
            case e.MessageCompleted() | e.ReasoningCompleted() | e.AttemptSucceeded():
                return "ok"
            case e.AttemptFailed() | e.RunStuck() | e.Notice(level="error"):
                return "failed"
            case e.EngineEnded(error=error) if error:
                return "failed"
            case _:
                return ""

    def text(self) -> str:
        event = self.event
        said: list[str] = []
        for name in _spoken(type(self.record.event)):
            value = getattr(event, name)
            if isinstance(value, str):
                said.append(value)
            elif isinstance(value, tuple) and all(isinstance(part, str) for part in value):
                said.extend(value)
            else:
                said.append(json.dumps(value, ensure_ascii=False))
        return said[0] if len(said) == 1 else "\n".join(said)

    def field(self, name: str) -> object:
        return getattr(self.event, name, None)


@cache
def _spoken(event: type[e.Event]) -> tuple[str, ...]:
    """The fields of an event class that hold what was said."""
    return tuple(
        field.name
        for field in msgspec.structs.fields(event)
        if (field.name not in _UNSAID or (field.name == "agent" and issubclass(event, _SAY_AGENT)))
        and (field.type is str or get_origin(field.type) in (tuple, dict))
    )


def of_record(record: Record, context: Context) -> RecordSubject:
    """The next event of a session, in order; to be asked while its run goes on, of which alone the context knows.

    A context is for one session from its beginning.
    """
    context.feed(record)
    return RecordSubject(record, context)
