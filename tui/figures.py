"""The words that panes show for a state, and how a value is written. What a figure means is in `tui.metrics`.

Everything here is pure: the time comes in as `now`, seconds since the epoch. A figure nobody knows is None, and None is
written `–`: never 0, never a guess.
"""

import math
import time
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from tui.safety import one_line
from tui.state import State, Tool

UNKNOWN: Final = "–"

_SHORTEST_BAR: Final = 0.001
"""Seconds at which a duration's bar begins."""

_BARS: Final = "▁▂▃▄▅▆▇█"
_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_SMALLEST: Final = Decimal("0.0001")
"""US dollars below which nobody reads digits."""
_NAME: Final = 40
"""Characters of a tool's name in a phase."""


# Words


def phase_words(state: State, now: float) -> str:
    """What is going on, in a few words: always something, never empty. One line, safe to show."""
    if state.stuck:
        return f"stuck: {one_line(state.stuck, 120)}"
    name = one_line(state.phase_detail, _NAME)
    match state.phase:
        case "starting":
            return "starting the engine"
        case "sending":
            return "starting the engine" if state.engine == "starting" else "sending"
        case "waiting":
            return "waiting for the model"
        case "retrying":
            left = elapsed(max(0.0, (state.retry_at or now) - now))
            return f"retrying in {left} · try {state.attempt} of {state.attempts}: {one_line(state.phase_detail, 120)}"
        case "calling":
            return f"calling {name or 'a tool'}"
        case "running":
            return _running(state)
        case "cancelling":
            return "cancelling…"
        case "ended":
            return "no engine" if state.phase_detail else "ended"
        case phase:
            return phase


def _running(state: State) -> str:
    """The tool started last of those that run, and how many run beside it."""
    tools = [tool for tool in state.entries[state.live :] if isinstance(tool, Tool) and tool.status == "running"]
    newest = max(tools, key=lambda tool: tool.started or 0.0, default=None)
    name = one_line(newest.name if newest is not None else state.phase_detail, _NAME)
    return f"running {name or 'a tool'}" + (f" +{len(tools) - 1}" if len(tools) > 1 else "")


def phase_mark(state: State) -> str:
    """One cell for the phase, another one for each way a run can end; `●` while one is live."""
    if state.busy:
        return "!" if state.stuck else "●"
    if state.phase == "ended" and state.phase_detail:
        return "✗"
    return {"done": "✔", "failed": "✗", "stopped": "■"}.get(state.phase, "○")


def spinner(now: float) -> str:
    """One cell that turns ten times a second."""
    return _SPINNER[int(now * 10) % len(_SPINNER)]


# How a value is written


def duration(seconds: float | None) -> str:
    """A measured time, rounded: `12 ms`, `3.2 s`, from a minute on `1:05`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 0.9995:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 59.95 else elapsed(round(seconds))


def elapsed(seconds: float | None) -> str:
    """A running time in tenths, cut and not rounded: `0.4 s`, `59.9 s`, `1:05`, `2:03:04`."""
    if seconds is None:
        return UNKNOWN
    whole = int(seconds := max(0.0, seconds))
    if whole < 60:
        return f"{math.floor(seconds * 10 + 1e-6) / 10:.1f} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def latency(seconds: float | None) -> str:
    """A time to first token: `0.44 s`, from ten seconds on like `duration`."""
    if seconds is None:
        return UNKNOWN
    return f"{max(0.0, seconds):.2f} s" if seconds < 9.995 else duration(seconds)


def count(value: int | None) -> str:
    """A whole number in at most five cells up to 999 billion: `9,999`, `12.3k`, `123k`, `1.2M`; cut and not rounded."""
    if value is None:
        return UNKNOWN
    if value < 10_000:
        return f"{value:,}"
    for unit, size in (("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)):
        tenths = value * 10 // size
        if tenths < 1_000:
            return f"{tenths / 10:.1f}{unit}"
        if tenths < 10_000 or unit == "G":
            return f"{tenths // 10}{unit}"
    raise AssertionError


def several(number: int, name: str) -> str:
    """`1 run`, `2 runs`, `1,200 runs`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def rate(value: float | None) -> str:
    """Tokens a second: one decimal below 100."""
    if value is None:
        return UNKNOWN
    return f"{value:.1f}" if value < 99.95 else count(round(value))


def spark(values: Sequence[int], width: int) -> str:
    """The newest `width` values as bars, the greatest of them full height; the lowest bar is 0 and nothing else."""
    shown = values[-width:] if width > 0 else ()
    top = max(shown, default=0)
    return "".join(_BARS[math.ceil(7 * value / top)] if value > 0 else _BARS[0] for value in shown)


def percent(share: float | None) -> str:
    """A share of one in hundredths: `7.1 %`."""
    return UNKNOWN if share is None else f"{100 * share:.1f} %"


def money(dollars: Decimal, priced: int, unknown: int) -> str:
    """A sum of US dollars over `priced` parts: `$0.0031`, `$1.24`, `$1,240`.

    `≥` in front where there are `unknown` parts beside them, `?` where there are no others.
    """
    if not priced:
        return "?" if unknown else UNKNOWN
    if 0 < dollars < _SMALLEST:
        return "≥$0" if unknown else f"<${_SMALLEST}"
    places = 0 if dollars >= 1000 or not dollars else 2 if dollars >= 1 else 4
    return f"{'≥' if unknown else ''}${dollars:,.{places}f}"


def gauge(share: float, width: int) -> str:
    """A share of one as a bar over `width` cells, `▇▇░░░`; at least a cell of it where it is not 0."""
    full = min(width, max(share > 0, round(share * width)))
    return "▇" * full + "░" * (width - full)


def bar(seconds: float | None, width: int) -> str:
    """A time as a bar of at most `width` cells: log10(seconds ÷ 1 ms), a cell for each tenfold, in eighths.

    1 s is three cells. Logarithmic, since tools take from milliseconds to minutes. At least an eighth; empty while
    unknown.
    """
    if seconds is None or width < 1:
        return ""
    eighths = math.floor(8 * math.log10(max(seconds, _SHORTEST_BAR) / _SHORTEST_BAR) + 1e-6)
    whole, rest = divmod(min(max(1, eighths), 8 * width), 8)
    return "█" * whole + _EIGHTHS[rest]


@lru_cache(maxsize=2048)
def clock(second: int) -> str:
    """The local time of day `HH:MM:SS` of a whole second since the epoch."""
    return time.strftime("%H:%M:%S", time.localtime(second))


def clock_ms(at: float) -> str:
    """The local time of day `HH:MM:SS.mmm` of a moment, to the nearest millisecond."""
    second, thousandths = divmod(round(at * 1000), 1000)
    return f"{clock(second)}.{thousandths:03}"
