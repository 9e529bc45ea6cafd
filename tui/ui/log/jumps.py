"""Where the keys of the log can jump to: which rows are errors, slow, or of one call.

Slow is a settled row that took over 2 s, or at least 200 ms and three times the median of its kind.
"""

from collections.abc import Callable, Iterator
from typing import Final

from tui.state import Row

_SLOW: Final = 2.0
_SLOW_FROM: Final = 0.2
_TIMES: Final = 3
_TURN: Final = 256
"""Rows looked at before others get a turn."""

Rows = Callable[[int], Row]
"""The row at a place."""


def is_error(row: Row) -> bool:
    """It failed, or tells of an error."""
    return row.status == "failed" or row.kind == "error"


def is_tool(row: Row) -> bool:
    """A tool call, or an event of one."""
    return row.kind == "tool"


def related(row: Row, other: Row) -> bool:
    """Both are of the same call, item or request, or one happened within the other."""
    if not row.key or not other.key:
        return False
    return row.key == other.key or row.key.startswith(f"{other.key}/") or other.key.startswith(f"{row.key}/")


def took(row: Row) -> float | None:
    """The seconds that a settled row took; None while it is live, or where that says nothing."""
    return None if row.status == "live" else row.duration


def slow_from(medians: dict[str, float], row: Row) -> bool:
    """Whether a row is slow among those of its kind."""
    spent = took(row)
    if spent is None:
        return False
    return spent > _SLOW or (spent >= _SLOW_FROM and spent >= _TIMES * medians.get(row.kind, 0.0))


def medians(rows: Rows, count: int) -> Iterator[dict[str, float] | None]:
    """The median duration of each kind of row; None, to give others a turn, until it is known."""
    from statistics import median_low

    spent: dict[str, list[float]] = {}
    for place in range(count):
        row = rows(place)
        seconds = took(row)
        if seconds is not None:
            spent.setdefault(row.kind, []).append(seconds)
        if place % _TURN == _TURN - 1:
            yield None
    yield {kind: median_low(values) for kind, values in spent.items()}


def seek(rows: Rows, count: int, start: int, by: int, wanted: Callable[[Row], bool]) -> Iterator[int | None]:
    """The next place from `start` on, by steps of 1 or -1 and around the end, that is wanted; None before: a turn."""
    for looked in range(1, count + 1):
        place = (start + by * looked) % count
        if wanted(rows(place)):
            yield place
            return
        if looked % _TURN == 0:
            yield None
