"""Recorded sessions in columns that line up, for the list on the screen and for the one in the shell; the title, whose
width nobody knows, comes last."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from rich.cells import cell_len, set_cell_size

from tui import figures
from tui.journal.summary import Summary
from tui.safety import one_line

WIDE: Final = 100
"""Cells from which on there is room for whole dates and whole numbers."""
_PRICED: Final = 76
"""Cells from which on there is room for the cost."""
_MEDIUM: Final = 64
"""Cells from which on there is room for more than time and title."""

_ROOMY: Final = {"WHEN": 16, "AGENT": -16, "RUNS": 5, "TOKENS": 11, "COST": 9}
"""Cells of each column by its heading, negative where it is set to the left."""
_NARROW: Final = {"WHEN": 11, "AGENT": -12, "RUNS": 4, "TOKENS": 6}
_NARROW_PRICED: Final = {**_NARROW, "COST": 8}
_TINY: Final = {"WHEN": 11}
_RECENT: Final = 300 * 86_400.0
"""Seconds in which a day is told without its year."""


def headings(width: int) -> str:
    """What stands above `facts`."""
    return "  ".join(_set(heading, cells) for heading, cells in _columns(width).items())


def facts(summary: Summary, width: int, now: float) -> str:
    """All but the title, in a line of a list that is `width` cells wide; `now` in seconds since the epoch."""
    tokens = summary.input + summary.output
    moment = datetime.fromtimestamp(summary.changed)
    if width >= WIDE:
        when, many = moment.strftime("%Y-%m-%d %H:%M"), f"{tokens:,}"
    else:
        when = moment.strftime("%m-%d %H:%M" if abs(now - summary.changed) < _RECENT else "%Y-%m-%d")
        many = figures.count(tokens)
    told = {
        "WHEN": when,
        "AGENT": one_line(summary.name or summary.agent),
        "RUNS": figures.count(summary.turns),
        "TOKENS": many if tokens else figures.UNKNOWN,
        "COST": figures.money(Decimal(repr(summary.cost or 0)), summary.cost is not None, summary.unpriced),
    }
    return "  ".join(_set(told[heading], cells) for heading, cells in _columns(width).items())


def _columns(width: int) -> Mapping[str, int]:
    if width < _MEDIUM:
        return _TINY
    if width >= WIDE:
        return _ROOMY
    return _NARROW_PRICED if width >= _PRICED else _NARROW


def _set(text: str, cells: int) -> str:
    room = abs(cells)
    used = cell_len(text)
    if used > room:
        return set_cell_size(text, room - 1) + "…"
    return text + " " * (room - used) if cells < 0 else " " * (room - used) + text
