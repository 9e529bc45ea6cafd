"""The runs of a session: one for each prompt, with its bounds, and what is its own."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import events
from tests.test_fold import folded
from tui import events as e


def test_each_prompt_begins_a_run_that_knows_what_is_its_own() -> None:
    state = folded(
        e.PromptSent("one"), e.RunStarted(1), e.ModelRequested(1, 1, "A"), e.TextDelta("1.1.0", "x"),
        e.RunEnded(1, "completed"), e.RetryRequested(), e.RunStarted(2), e.ModelRequested(2, 1, "A"),
    )  # fmt: skip
    first, second = state.runs
    assert (first.number, first.seq, first.at, first.started, first.ended) == (1, 1, 0.0, 1.0, 4.0)
    assert (first.status, first.entry, first.request) == ("completed", 0, 0)
    assert (second.number, second.seq, second.at, second.started, second.ended) == (2, 6, 5.0, 6.0, None)
    assert (second.status, second.entry, second.request) == ("live", 2, 1)


def test_a_run_stopped_before_it_began_has_no_number() -> None:
    (run,) = folded(e.PromptSent("one"), e.CancelRequested(), e.RunEnded(0, "cancelled")).runs
    assert (run.number, run.started, run.ended, run.status) == (0, None, 2.0, "cancelled")


def test_a_run_without_an_end_on_record_is_over_with_its_engine_or_the_next_prompt() -> None:
    first, second = folded(e.PromptSent("one"), e.PromptSent("two"), e.EngineEnded(1, "gone")).runs
    assert (first.ended, first.status) == (1.0, "failed")
    assert (second.ended, second.status) == (2.0, "failed")


def test_an_end_that_comes_twice_changes_nothing() -> None:
    (run,) = folded(e.PromptSent("one"), e.RunEnded(1, "completed"), e.EngineEnded(0), e.RunEnded(1, "failed")).runs
    assert (run.ended, run.status) == (1.0, "completed")


@given(st.lists(events, max_size=30))
def test_runs_do_not_overlap_and_only_the_newest_is_live(happened: list[e.Event]) -> None:
    state = folded(*happened)
    for run, following in zip(state.runs, state.runs[1:], strict=False):
        assert run.ended is not None
        assert run.status != "live"
        assert run.at <= run.ended <= following.at
        assert run.entry <= following.entry <= len(state.entries)
        assert run.request <= following.request <= len(state.requests)
