"""The runs of the session: where each begins in entries and requests, and when and how it ended."""

from typing import Literal

from tui import events as e
from tui.state import Run, State
from tui.wire import Record


def fold(state: State, record: Record) -> None:
    match record.event:
        case e.PromptSent() | e.RetryRequested():
            _end(state, record.at, "failed")
            state.runs.append(Run(record.seq, record.at, state.live, state.run_requests))
        case e.RunStarted(run=number):
            if state.runs and state.runs[-1].status == "live":
                state.runs[-1].number, state.runs[-1].started = number, record.at
        case e.RunEnded(status=status):
            _end(state, record.at, status)
        case e.EngineEnded(error=error):
            _end(state, record.at, "failed" if error else "cancelled")
        case _:
            pass


def _end(state: State, at: float, status: Literal["completed", "cancelled", "failed"]) -> None:
    """Ends the newest run, if it is under way: the program may have ended first, with no end of it on record."""
    if state.runs and state.runs[-1].status == "live":
        state.runs[-1].ended, state.runs[-1].status = at, status
