"""The figures and words that panes show, computed from state: formulas, units, and how a value is written.

Everything here is pure: the time comes in as `now`, seconds since the epoch. A figure nobody knows is None, and None is
written `–`: never 0, never a guess.
"""

import math
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from tui.safety import one_line
from tui.state import Metrics, Request, State, Tool

UNKNOWN: Final = "–"

FIRST_TOKEN_TARGET: Final = 2.0
"""Seconds until the first token that still feel responsive: the project's threshold for a healthy run."""

PASSING: Final = ("network", "timeout", "rate_limit", "server")
"""The kinds of failure that may pass and are tried again."""

SHORTEST_GENERATION: Final = 0.05
"""Seconds of generation below which a rate says more about buffers than about the model."""

_SHORTEST_BAR: Final = 0.001
"""Seconds at which a duration's bar begins."""

_BARS: Final = "▁▂▃▄▅▆▇█"
_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_NAME: Final = 40
"""Characters of a tool's name in a phase."""


# Formulas


class Rate(NamedTuple):
    """Tokens per second; `exact` if from tokens the provider counted, else from deltas."""

    value: float | None
    exact: bool


def run_requests(state: State) -> list[Request]:
    """The model requests of the newest run, those of agents used as tools among them."""
    return state.requests[state.run_requests :]


def generation_time(state: State) -> float:
    """Seconds in which the model generated in the newest run: Σ (last delta − first delta) over its requests.

    Waiting for the model and the time of tools are not in it.
    """
    return sum(
        max(0.0, request.last - request.first)
        for request in run_requests(state)
        if request.first is not None and request.last is not None
    )


def tokens_per_second(state: State) -> Rate:
    """Tokens of the newest run ÷ `generation_time`.

    Tokens are the provider's count once the run has ended and all of its requests were counted; until then, and for a
    run cut off, deltas, which are about a token each. Unknown below `SHORTEST_GENERATION`.
    """
    metrics, requests = state.metrics, run_requests(state)
    exact = metrics.run_ended is not None and bool(requests) and all(each.output is not None for each in requests)
    tokens = metrics.run_output if exact else metrics.run_deltas
    spent = generation_time(state)
    return Rate(tokens / spent if tokens and spent >= SHORTEST_GENERATION else None, exact)


def verdict(first_token: float | None) -> str:
    """`✔` within `FIRST_TOKEN_TARGET`, `slow` beyond, empty while unknown."""
    if first_token is None:
        return ""
    return "✔" if first_token <= FIRST_TOKEN_TARGET else "slow"


def run_elapsed(state: State, now: float) -> float | None:
    """Seconds from the newest prompt to the end of its run, or to `now` while it is live; None before the first prompt.

    A run whose engine went away without a word ended when that was seen.
    """
    metrics = state.metrics
    if metrics.run_started is None:
        return None
    end = now if state.busy else state.phase_since
    return max(0.0, (end if metrics.run_ended is None else metrics.run_ended) - metrics.run_started)


def phase_elapsed(state: State, now: float) -> float | None:
    """Seconds of the phase so far while a run is live, of the whole run once it ended, else None.

    None too while the next try is waited for: what counts then is the time that is left.
    """
    if state.phase == "retrying":
        return None
    if state.busy:
        return max(0.0, now - state.phase_since)
    return run_elapsed(state, now) if state.phase in ("done", "stopped", "failed") else None


def failed_tools(state: State) -> int:
    """Tool calls of the newest run that failed."""
    return sum(isinstance(entry, Tool) and entry.status == "failed" for entry in state.entries[state.live :])


def failures(metrics: Metrics) -> list[tuple[str, int]]:
    """Kinds of errors and how many of each, the most first; those of tools are counted with the tools."""
    kinds = [(kind, number) for kind, number in metrics.failures.items() if kind != "tool"]
    return sorted(kinds, key=lambda each: (-each[1], each[0]))


def error_rate(metrics: Metrics) -> float | None:
    """Failed tries of model requests ÷ tries of them; None before the first. Other failures are not in it."""
    failed = sum(metrics.failures.get(kind, 0) for kind in PASSING)
    return failed / metrics.tries if metrics.tries else None


def recovery_rate(metrics: Metrics) -> float | None:
    """Requests answered whole after a failed try ÷ those and the ones given up; None before the first."""
    troubled = metrics.recoveries + metrics.given_up
    return metrics.recoveries / troubled if troubled else None


def usage_known(state: State) -> bool:
    """The provider has told the tokens of at least one request: requests made − not told − those under way > 0."""
    under_way = sum(request.ended is None and request.output is None for request in run_requests(state))
    return state.metrics.turns - state.metrics.unknown_usage - under_way > 0


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
