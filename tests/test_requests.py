"""Model requests by run and turn: what belongs to which, whatever overlaps."""

from tui import events as e
from tui.fold import fold
from tui.state import Request, State
from tui.wire import Record


def requests(*happened: e.Event) -> list[Request]:
    """The requests after events a second apart, the first at 1 s."""
    state = State()
    for seq, event in enumerate(happened, 1):
        fold(state, Record(seq, float(seq), event))
    return state.requests


def test_the_steps_of_one_request_by_hand() -> None:
    (found,) = requests(
        e.PromptSent("hi"), e.ModelRequested(1, 1, "A", "gpt-x", 1), e.RequestSent(1, 1, 1, {"input": None}, ()),
        e.ResponseReceived(1, 1, 1, 200, "req_1", 0.25), e.ResponseStarted(1, 1, "resp_1", "gpt-x-1"),
        e.ReasoningDelta("1.1.0", "hm"), e.TextDelta("1.1.1", "a"), e.TextDelta("1.1.1", "b"),
        e.UsageReported(1, 1, 10, 4, 30, 5), e.ResponseEnded(1, 1), e.TextDelta("1.1.1", "late"),
    )  # fmt: skip
    assert (found.at, found.sent, found.received, found.first, found.first_text, found.last) == (2, 3, 4, 6, 7, 8)
    assert (found.ended, found.status, found.deltas) == (10, "completed", 3)
    assert (found.http_status, found.request_id, found.response, found.connect) == (200, "req_1", "resp_1", 0.25)
    assert (found.input, found.cached, found.output, found.reasoning) == (10, 4, 30, 5)
    assert (found.model, found.sent_seqs) == ("gpt-x-1", [3])


def test_requests_of_agents_used_as_tools_overlap() -> None:
    outer, left, right = requests(
        e.PromptSent("hi"), e.ModelRequested(1, 1, "A"), e.ToolCallStarted("1.1.0", "l", "ask"),
        e.ModelRequested(1, 2, "L"), e.ModelRequested(1, 3, "R"), e.TextDelta("l/1.2.0", "x"),
        e.TextDelta("r/1.3.0", "y"), e.ToolCallStarted("l/1.2.1", "in", "deep"), e.ArgumentsDelta("in", "{}"),
        e.UsageReported(1, 2, 1, 0, 2, 0), e.ResponseEnded(1, 2), e.RunEnded(1, "cancelled"),
    )  # fmt: skip
    assert (outer.parent, left.parent, right.parent) == ("", "l", "r")
    assert (left.deltas, left.last, right.deltas) == (2, 9, 1)
    assert (outer.status, left.status, right.status) == ("cancelled", "completed", "cancelled")
    assert (left.output, right.output) == (2, None)


def test_tries_and_waits_are_of_their_request() -> None:
    (found,) = requests(
        e.ModelRequested(1, 1, "A"), e.AttemptFailed(1, 1, 1, 3, "network", "gone", 9.0), e.AttemptStarted(1, 1, 2, 3),
        e.AttemptFailed(1, 1, 2, 3, "network", "gone again", None), e.RunEnded(1, "failed", "gone again"),
    )  # fmt: skip
    assert (found.attempt, found.waits) == (2, [(2.0, 3.0)]), "it was tried sooner than announced"
    assert (found.status, found.error) == ("failed", "gone again")
