"""The time column of the log: time of day, since the run began, or since the row before."""

from typing import Final, Literal, TypeAlias

from tui import figures

Clock: TypeAlias = Literal["day", "run", "gap"]
CLOCKS: Final[tuple[Clock, ...]] = ("day", "run", "gap")
WORDS: Final[dict[Clock, str]] = {
    "day": "time of day",
    "run": "time since the run began",
    "gap": "time since the row before",
}


def time_of_day(at: float, cells: int) -> str:
    """`HH:MM:SS.mmm` of a moment in 12, 8 or 5 cells: the milliseconds go first, then the hours."""
    text = figures.clock_ms(at)
    return text[:cells] if cells >= 8 else text[3:8]


def offset(seconds: float, cells: int) -> str:
    """A time since something, as exactly as fits: `+0.125`, `+1:05.2`, `+2:03:04`; right in its cells."""
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    for decimals in (3, 1, 0):
        text = sign + _told(round(seconds, decimals), decimals)
        if len(text) <= cells:
            return text.rjust(cells)
    return (f"{sign}{seconds / 3600:.0f}h" if seconds >= 3600 else f"{sign}{seconds / 60:.0f}m")[:cells].rjust(cells)


def _told(seconds: float, decimals: int) -> str:
    width = decimals + 3 if decimals else 2
    if seconds < 60:
        return f"{seconds:.{decimals}f}"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes:.0f}:{rest:0{width}.{decimals}f}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:.0f}:{minutes:02.0f}:{rest:0{width}.{decimals}f}"
