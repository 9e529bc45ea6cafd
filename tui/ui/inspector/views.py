"""Which views a row of the log has."""

from tui.requests import Records
from tui.state import Row, State, Tool
from tui.ui.inspector.fields import details, record_nodes
from tui.ui.inspector.request_views import Bodies, request_views
from tui.ui.inspector.tool_view import tool_views
from tui.ui.inspector.view import View


def views_of(state: State, history: Records, bodies: Bodies, row: Row, now: float) -> list[View]:
    """By the kind of thing that the row is about; the record itself is always the last."""
    if not _of_state(state, row):  # one event of many, in a log of all events
        return [View("Event", lambda: record_nodes(history, row.seq))]
    return [*_by_kind(state, bodies, row, now), *_records(history, row)]


def _of_state(state: State, row: Row) -> bool:
    index = state.row_of.get(row.key, -1) if row.key else -1
    return not row.key or (index >= 0 and state.rows[index] is row)


def _by_kind(state: State, bodies: Bodies, row: Row, now: float) -> list[View]:
    if row.kind == "model" and (index := _request_index(state, row.key)) is not None:
        return request_views(state, bodies, index)
    tool = state.entries[row.entry] if row.kind == "tool" and 0 <= row.entry < len(state.entries) else None
    if isinstance(tool, Tool):
        return tool_views(state, tool, now)
    return [View("Details", lambda: details(state, row))]


def _request_index(state: State, key: str) -> int | None:
    """Of the row `run N turn M`."""
    match key.split():
        case ["run", run, "turn", turn]:
            return state.request_of.get(f"{run}.{turn}")
        case _:
            return None


def _records(history: Records, row: Row) -> list[View]:
    first = View("Record", lambda: record_nodes(history, row.seq))
    if row.last in (0, row.seq):
        return [first]
    return [first, View("Last record", lambda: record_nodes(history, row.last))]
