"""What a run, from prompt to end, tells about time and tokens: formulas, each with its definition.

Times are seconds; None where it has not happened or nobody told. `now`, in seconds since the epoch, ends what goes on.
"""

from bisect import bisect_left

from tui.metrics import requests as of_request
from tui.metrics.gaps import gaps_of
from tui.metrics.requests import Rate
from tui.state import Request, Run, State
from tui.timeline import run_requests


def newest(state: State) -> Run | None:
    """The run of the newest prompt."""
    return state.runs[-1] if state.runs else None


def requests_of(state: State, run: Run | None) -> list[Request]:
    """The model requests of a run, those of agents used as tools among them."""
    return [] if run is None else run_requests(state, bisect_left(state.runs, run.seq, key=lambda each: each.seq))


def model_of(state: State, run: Run | None) -> str:
    """The model of the run's first request; the session's before there is one."""
    return next((request.model for request in requests_of(state, run) if request.model), state.model)


def first_token(state: State, run: Run | None) -> float | None:
    """From the prompt to the first text, reasoning or tool-call delta: what the user waits for a sign of life."""
    times = [request.first for request in requests_of(state, run) if request.first is not None]
    return None if run is None or not times else max(0.0, min(times) - run.at)


def first_text(state: State, run: Run | None) -> float | None:
    """From the prompt to the first delta of an answer, not of an agent used as a tool."""
    found = requests_of(state, run)
    times = [each.first_text for each in found if each.first_text is not None and not each.parent]
    return None if run is None or not times else max(0.0, min(times) - run.at)


def elapsed(run: Run | None, now: float) -> float | None:
    """From the prompt to the run's end, or to `now` while it is live."""
    return None if run is None else max(0.0, (now if run.ended is None else run.ended) - run.at)


def generation_time(state: State, run: Run | None) -> float:
    """Time in which the model generated: Σ `requests.generation_time`; waiting, tools and approvals are not in it."""
    return sum(of_request.generation_time(request) for request in requests_of(state, run))


def tokens_per_second(state: State, run: Run | None) -> Rate:
    """The rate of all its requests together, exact once the run has ended."""
    return of_request.tokens_per_second(requests_of(state, run), over=run is not None and run.ended is not None)


def run_gaps(state: State, run: Run | None) -> dict[int, int]:
    """The gaps between deltas in all of the run's requests."""
    return gaps_of(requests_of(state, run))


def tool_time(state: State, run: Run | None, now: float) -> float:
    """Time in which tools ran, parallel ones counted once."""
    end = now if run is None or run.ended is None else run.ended
    return of_request.tool_time(of_request.tools_of(state, run), end)


def failed_tools(state: State, run: Run | None) -> int:
    """Tool calls that failed."""
    return sum(tool.status == "failed" for tool in of_request.tools_of(state, run))


def retries(state: State, run: Run | None) -> int:
    """Tries of model requests beyond the first of each."""
    return sum(request.attempt - 1 for request in requests_of(state, run))


def error_rate(state: State, run: Run | None) -> float | None:
    """Failed tries of model requests ÷ tries of them; None before the first."""
    found = requests_of(state, run)
    tries = sum(request.attempt for request in found)
    failed = sum(request.attempt - 1 + (request.status == "failed") for request in found)
    return failed / tries if tries else None


def phase_elapsed(state: State, now: float) -> float | None:
    """Of the phase so far while a run is live, of the whole newest run once it ended, else None.

    None too while the next try is waited for: what counts then is the time that is left.
    """
    if state.phase == "retrying":
        return None
    if state.busy:
        return max(0.0, now - state.phase_since)
    return elapsed(newest(state), now) if state.phase in ("done", "stopped", "failed") else None
