"""Events become state here and nowhere else.

`fold` never reads a clock: the record carries the time. So a replay is the same code, and state folded live equals
state folded from a journal. It accepts the events of one tool call in any order. Its parts are independent of each
other: each reads the event and writes its own share of the state.
"""

from tui import events as e
from tui.fold import metrics, phase, requests, rows, runs, transcript
from tui.state import State
from tui.wire import Record

__all__ = ["fold"]

_LINES = (e.OutputCaptured, e.RawReceived)
"""Lines of the log that say nothing else; there may be a million of them."""


def fold(state: State, record: Record) -> None:
    """Bring `state` up to `record`. Records come in order of `seq`; one already folded in changes nothing."""
    if record.seq <= state.seq:
        return
    state.seq = record.seq
    state.at = record.at
    if isinstance(record.event, _LINES):
        rows.fold(state, record)
        metrics.fold(state, record)
        return
    phase.fold(state, record)
    transcript.fold(state, record)
    rows.fold(state, record)
    metrics.fold(state, record)
    requests.fold(state, record)  # last: to the figures a request that ends now is still open
    runs.fold(state, record)  # after the parts whose beginnings of a run it notes
