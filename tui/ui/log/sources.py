"""What the log can show: the rows of the state at two levels of detail, or every event of the history as a row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

import msgspec

from tui import events as e
from tui.journal.recording import History
from tui.state import Row, State
from tui.ui.search.sieve import Items
from tui.wire import Record

if TYPE_CHECKING:
    from tui.query import Query, RecordSubject

Level: TypeAlias = Literal[1, 2, 3]
LEVELS: Final[dict[Level, str]] = {1: "story", 2: "", 3: "every event"}
"""How a level is called in the title."""

STORY: Final = frozenset(("session", "prompt", "run", "model", "tool", "handoff", "cancel", "error"))
"""The kinds of rows of level 1."""

_BLOCK: Final = 512
"""Events decoded in one go where all are looked at."""
_NEAR: Final = 64
"""Events decoded in one go where one is wanted: its neighbours will be too."""
_SUMMARY: Final = 400
_VALUE: Final = 120
"""Characters of a field's value in the summary of an event."""


class Source(Items, Protocol):
    """Rows by their place."""

    def row(self, index: int) -> Row: ...

    def place_of(self, seq: int) -> int:
        """The place of the row that an event is in, or of the last one before it."""

    def text(self, index: int) -> str:
        """All that was said in it."""

    def test(self, level: Level, query: Query | None) -> Callable[[int], bool] | None:
        """Whether a row is of a level and passes a filter; asked in ascending order. None: all are and do."""


class StateRows:
    """`State.rows`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def __len__(self) -> int:
        return len(self._state.rows)

    def row(self, index: int) -> Row:
        return self._state.rows[index]

    def live(self, index: int) -> bool:
        return self._state.rows[index].status == "live"

    def stamp(self, index: int) -> Hashable:
        row = self._state.rows[index]
        return row.last, row.status, row.duration

    def place_of(self, seq: int) -> int:
        return max(0, bisect_right(self._state.rows, seq, key=attrgetter("seq")) - 1)

    def text(self, index: int) -> str:
        from tui.query import of_row

        row = self._state.rows[index]
        return f"{row.summary}\n{of_row(self._state, row).text()}"

    def test(self, level: Level, query: Query | None) -> Callable[[int], bool] | None:
        state, rows = self._state, self._state.rows
        story = level == 1
        if query is not None:
            from tui.query import of_row

            matches = query.matches
            return lambda index: (not story or rows[index].kind in STORY) and matches(of_row(state, rows[index]))
        return (lambda index: rows[index].kind in STORY) if story else None


class EventRows:
    """Every event up to the state's newest as a row of its own, decoded when it is asked for."""

    def __init__(self, history: History, state: State) -> None:
        self._history = history
        self._state = state
        self.row = lru_cache(1024)(self._row)
        self._near = lru_cache(64)(self._decoded)

    def __len__(self) -> int:
        return min(len(self._history), self._state.seq)

    def live(self, index: int) -> bool:
        return False

    def stamp(self, index: int) -> Hashable:
        return None

    def place_of(self, seq: int) -> int:
        return max(0, min(seq, len(self)) - 1)

    def text(self, index: int) -> str:
        record = self._record(index)
        if record is None:
            return ""
        from tui.query import Context, RecordSubject

        return f"{event_summary(record.event)}\n{RecordSubject(record, Context()).text()}"

    def test(self, level: Level, query: Query | None) -> Callable[[int], bool] | None:
        if query is None:
            return None
        from tui.query import Context, of_record

        context, ahead, matches = Context(), _Ahead(self._history), query.matches

        def wanted(index: int) -> bool:
            record = ahead.record(index + 1)
            return record is not None and matches(of_record(record, context))

        return wanted

    def state_row(self, index: int) -> int:
        """The place in `State.rows` of the row that an event is in, or of the last one before it."""
        record = self._record(index)
        named = None if record is None else self._state.row_of.get(key_of(record.event))
        return max(0, bisect_right(self._state.rows, index + 1, key=attrgetter("seq")) - 1) if named is None else named

    def _record(self, index: int) -> Record | None:
        block = index // _NEAR
        if (block + 1) * _NEAR <= len(self._history):
            return self._near(block).get(index + 1)
        found = self._history.records(index + 1, index + 1)
        return found[0] if found else None

    def _decoded(self, block: int) -> dict[int, Record]:
        """The events of a block that will not grow, by number."""
        first = block * _NEAR + 1
        return {record.seq: record for record in self._history.records(first, first + _NEAR - 1)}

    def _row(self, index: int) -> Row:
        record = self._record(index)
        if record is None:
            return Row(index + 1, self._state.at, "raw", "", "no longer held", type="gone")
        row = row_of_record(record)
        if self._state.rows:
            around = self._state.rows[self.state_row(index)]
            row.agent, row.run, row.depth = row.agent or around.agent, around.run, row.key.count("/")
            if around.seq == row.seq or (row.key and around.key == row.key):
                row.entry = around.entry
        return row


class OfRows:
    """Whether an event is one of those that some rows are made of; which these are is found out when first asked."""

    def __init__(self, rows: Sequence[Row], places: Iterable[int]) -> None:
        self._rows = rows
        self._places = places

    @cached_property
    def _made_of(self) -> tuple[frozenset[int], frozenset[str]]:
        rows = [self._rows[place] for place in self._places]
        return frozenset(row.seq for row in rows), frozenset(row.key for row in rows if row.key)

    def __call__(self, subject: RecordSubject) -> bool:
        seqs, keys = self._made_of
        return subject.seq in seqs or key_of(subject.record.event) in keys


class _Ahead:
    """The events of a history one after another, decoded in blocks."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._end = 0
        self._block: dict[int, Record] = {}

    def record(self, seq: int) -> Record | None:
        if seq > self._end:
            self._end = min(seq + _BLOCK, max(seq, len(self._history)))
            self._block = {record.seq: record for record in self._history.records(seq, self._end)}
        return self._block.get(seq)


def row_of_record(record: Record) -> Row:
    """An event as a row; its texts are foreign."""
    event = record.event
    from tui.query.kinds import ROW_KINDS, kinds_of_event

    kinds = kinds_of_event(event)
    row = Row(record.seq, record.at, next((kind for kind in ROW_KINDS if kind in kinds), "raw"), "", "", count=0)
    row.type, row.last, row.summary = e.name_of(event), record.seq, event_summary(event)
    row.agent = str(getattr(event, "agent", ""))
    row.key = key_of(event)
    row.duration = getattr(event, "duration", None)
    row.status = "failed" if "error" in kinds else ""
    return row


def key_of(event: e.Event) -> str:
    """The key of the row that gathers an event: its call, item, request or run; empty where it is of none."""
    key = str(getattr(event, "call", "") or getattr(event, "item", ""))
    run, turn = getattr(event, "run", None), getattr(event, "turn", None)
    if key or run is None:
        return key
    return f"run {run}" if turn is None else f"run {run} turn {turn}"


def event_summary(event: e.Event) -> str:
    """The fields of an event that say something, as `name=value`."""
    return " ".join(_fields(event))[:_SUMMARY]


def _fields(event: e.Event) -> Iterator[str]:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value in ("", None, (), False):
            continue
        if isinstance(value, str):
            yield f"{name}={value[:_VALUE]}"
        else:
            yield f"{name}={msgspec.json.encode(value)[:_VALUE].decode('utf-8', 'replace')}"
