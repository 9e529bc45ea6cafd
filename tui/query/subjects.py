"""What a filter may ask, and a row of the log as a subject of it."""

from bisect import bisect_right
from typing import Final

from tui.query.kinds import kinds_of_row
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Request, Row, State, Tool

_NO_KINDS: Final[frozenset[str]] = frozenset()


class Subject:
    """One event, or one row, as a filter sees it; everything is found only when it is asked for.

    Texts are foreign. What it does not have is "", 0 (`run`, `turn`) or None.
    """

    __slots__ = ()

    @property
    def seq(self) -> int:
        """Number of the event; of a row its first one's."""
        return 0

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return 0.0

    @property
    def kinds(self) -> frozenset[str]:
        """All that `kind:` finds it by."""
        return _NO_KINDS

    @property
    def type(self) -> str:
        """The event's type; of a row its first one's."""
        return ""

    @property
    def agent(self) -> str:
        return ""

    @property
    def tool(self) -> str:
        return ""

    @property
    def call(self) -> str:
        return ""

    @property
    def item(self) -> str:
        return ""

    @property
    def run(self) -> int:
        return 0

    @property
    def turn(self) -> int:
        return 0

    @property
    def duration(self) -> float | None:
        """Seconds."""
        return None

    @property
    def tokens(self) -> int | None:
        """In and out."""
        return None

    @property
    def status(self) -> str:
        """live, ok, completed, failed, cancelled; "" for what can have none."""
        return ""

    def text(self) -> str:
        """All that was said in it. Dear: may be megabytes."""
        return ""

    def field(self, name: str) -> object:
        """A field of the event by its own name; None where it has none of that name."""
        return None


class RowSubject(Subject):
    """A row, with all that the state knows of it."""

    __slots__ = ("_row", "_state")

    def __init__(self, state: State, row: Row) -> None:
        self._state = state
        self._row = row

    @property
    def seq(self) -> int:
        return self._row.seq

    @property
    def at(self) -> float:
        return self._row.at

    @property
    def kinds(self) -> frozenset[str]:
        return kinds_of_row(self._row)

    @property
    def type(self) -> str:
        return self._row.type

    @property
    def agent(self) -> str:
        return self._row.agent

    @property
    def tool(self) -> str:
        entry = self._entry()
        return entry.name if isinstance(entry, Tool) else ""

    @property
    def call(self) -> str:
        return self._row.key if self._row.kind == "tool" else ""

    @property
    def item(self) -> str:
        return self._row.key if self._row.kind in ("text", "think") else ""

    @property
    def run(self) -> int:
        """A prompt belongs to the run that it begins."""
        return self._row.run + (self._row.type in ("prompt_sent", "retry_requested"))

    @property
    def turn(self) -> int:
        request = self._request()
        return 0 if request is None else request.turn

    @property
    def duration(self) -> float | None:
        return self._row.duration

    @property
    def tokens(self) -> int | None:
        request = self._request() if self._row.kind == "model" else None
        if request is None or request.input is None or request.output is None:
            return None
        return request.input + request.output

    @property
    def status(self) -> str:
        whole = self._row.kind in ("run", "model") and self._row.status == "ok"
        return "completed" if whole else self._row.status

    def text(self) -> str:
        said: tuple[object, ...]
        match self._entry():
            case Tool() as tool:
                said = (tool.name, tool.arguments, tool.output, tool.error)
            case Answer(text=text) | Reasoning(text=text) | Prompt(text=text):
                said = (text,)
            case Note() as note:
                said = (self._row.summary, note.text, note.hint, note.detail)
            case _:
                said = (self._row.summary,)
        return "\n".join(map(str, said))

    def field(self, name: str) -> object:
        if name in ("agent", "run", "turn", "call", "item", "status"):
            return getattr(self, name) or None
        if self._row.kind == "model":
            return _request_fields(self._request()).get(name)
        return _fields(self._entry()).get(name)

    def _request(self) -> Request | None:
        """The model request that it is, or belongs to, or the newest of its run before it."""
        row, state = self._row, self._state
        key = row.key
        if row.kind == "model":
            run, turn = key.split()[1::2]
            key = f"{run}.{turn}"
        index = state.request_of.get(key)
        if index is None:
            index = bisect_right(state.requests, row.at, key=lambda request: request.at) - 1
        if index < 0 or state.requests[index].run != self.run:
            return None
        return state.requests[index]

    def _entry(self) -> Entry | None:
        index = self._row.entry
        return self._state.entries[index] if 0 <= index < len(self._state.entries) else None


def of_row(state: State, row: Row) -> RowSubject:
    """A row of `state.rows`."""
    return RowSubject(state, row)


def _request_fields(request: Request | None) -> dict[str, object]:
    """The fields of the events of a model request, as far as the state knows them."""
    if request is None:
        return {}
    return {
        "model": request.model,
        "attempt": request.attempt,
        "connect": request.connect,
        "request_id": request.request_id,
        "response": request.response,
        "error": request.error,
        "input": request.input,
        "cached": request.cached,
        "output": request.output,
        "reasoning": request.reasoning,
    }


def _fields(entry: Entry | None) -> dict[str, object]:
    """The fields of the events that made an entry, as far as it still knows them."""
    match entry:
        case Tool() as tool:
            return {
                "name": tool.name,
                "arguments": str(tool.arguments),
                "output": tool.output,
                "error": tool.error,
                "failed": tool.status == "failed",
                "duration": tool.duration,
                "origin": tool.origin,
            }
        case Handoff(source=source, target=target):
            return {"source": source, "target": target}
        case Note(level=level, text=text, detail=detail, hint=hint):
            return {"level": level, "text": text, "detail": detail, "hint": hint}
        case Answer(text=text) | Reasoning(text=text):
            return {"text": str(text)}
        case Prompt(text=text):
            return {"text": text}
        case _:
            return {}
