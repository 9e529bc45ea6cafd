"""Every formula of `tui.metrics` on an example worked by hand."""

import random
from statistics import quantiles

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import events
from tests.test_fold import BEGIN, folded
from tui import events as e
from tui.fold import fold
from tui.metrics import gaps, requests, runs, session
from tui.metrics.report import report
from tui.state import State
from tui.wire import Record, decode_record, encode


def timed(*happened: tuple[float, e.Event]) -> State:
    state = State()
    for number, (at, event) in enumerate(happened):
        fold(state, Record(number + 1, at, event))
    return state


TWO_REQUESTS = (
    (100.0, e.PromptSent("hi")),
    (100.1, e.RunStarted(1)),
    (100.2, e.ModelRequested(1, 1, "Guide")),
    (101.0, e.ReasoningDelta("1.1.0", "a")),
    (101.5, e.ToolCallStarted("1.1.1", "c1", "dice")),
    (102.0, e.ArgumentsDelta("c1", "{}")),
    (102.0, e.UsageReported(1, 1, 50, 10, 6, 1)),
    (102.1, e.ToolStarted("c1", "dice")),
    (112.1, e.ToolEnded("c1", "dice", "4", duration=10.0)),
    (112.2, e.ModelRequested(1, 2, "Guide")),
    (113.0, e.TextDelta("1.2.0", "a")),
    (114.0, e.TextDelta("1.2.0", "b")),
    (116.0, e.TextDelta("1.2.0", "c")),
)
"""Generates from 101 to 102 and from 113 to 116: 4 s. Deltas: 2 + 3."""

DONE = (
    *TWO_REQUESTS,
    (116.0, e.UsageReported(1, 2, 60, 0, 14, 0)),
    (116.5, e.RunEnded(1, "completed", turns=2)),
)


def rate(state: State) -> requests.Rate:
    return runs.tokens_per_second(state, runs.newest(state))


def test_the_first_token_of_a_run_counts_from_the_prompt_to_the_first_delta_of_any_kind() -> None:
    state = timed(*TWO_REQUESTS)
    assert runs.first_token(state, runs.newest(state)) == pytest.approx(1.0)
    assert runs.first_text(state, runs.newest(state)) == pytest.approx(13.0)
    assert runs.first_token(State(), None) is None


def test_a_tool_call_without_arguments_is_a_first_token() -> None:
    state = timed(*TWO_REQUESTS[:3], (101.4, e.ToolCallStarted("1.1.0", "c1", "dice")))
    assert runs.first_token(state, runs.newest(state)) == pytest.approx(1.4)


def test_generation_time_leaves_out_waiting_and_tools() -> None:
    for events_, seconds in ((13, 4.0), (5, 0.0), (9, 1.0)):
        state = timed(*TWO_REQUESTS[:events_])
        assert runs.generation_time(state, runs.newest(state)) == pytest.approx(seconds)


def test_the_rate_of_a_live_run_is_deltas_by_generation_time() -> None:
    assert not rate(timed(*TWO_REQUESTS)).exact
    assert rate(timed(*TWO_REQUESTS)).value == pytest.approx(5 / 4)


def test_the_rate_of_a_finished_run_is_what_the_provider_counted() -> None:
    assert rate(timed(*DONE)).exact
    assert rate(timed(*DONE)).value == pytest.approx((6 + 14) / 4)


def test_the_rate_of_a_run_cut_off_stays_an_estimate() -> None:
    found = rate(timed(*TWO_REQUESTS, (116.5, e.RunEnded(1, "cancelled"))))
    assert not found.exact
    assert found.value == pytest.approx(5 / 4)


def test_a_rate_over_next_to_no_time_is_unknown() -> None:
    assert rate(State()).value is None
    burst = timed(*TWO_REQUESTS[:3], (101.0, e.TextDelta("1.1.0", "a")), (101.04, e.TextDelta("1.1.0", "b")))
    assert rate(burst).value is None


def test_reasoning_that_was_not_streamed_is_no_part_of_the_rate() -> None:
    """1,000 tokens of hidden thought before the first token, then 20 tokens in 2 s: 10 a second, not 510."""
    state = timed(
        (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)), (0.0, e.ModelRequested(1, 1, "A")),
        (30.0, e.TextDelta("1.1.0", "a")), (32.0, e.TextDelta("1.1.0", "b")),
        (32.0, e.UsageReported(1, 1, 9, 0, 1_020, 1_000)), (32.0, e.RunEnded(1, "completed")),
    )  # fmt: skip
    assert rate(state) == (10.0, True)


RETRIED = (
    (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)), (1.0, e.ModelRequested(1, 1, "A", "gpt-x")),
    (1.5, e.RequestSent(1, 1, 1, {"input": None}, (), url="https://api.openai.com/v1/responses")),
    (2.0, e.ResponseReceived(1, 1, 1, 200, "req_1", 0.2)),
    (3.0, e.TextDelta("1.1.0", "a")), (4.0, e.TextDelta("1.1.0", "b")),
    (4.5, e.AttemptFailed(1, 1, 1, 3, "network", "cut", 2.0)), (6.5, e.AttemptStarted(1, 1, 2, 3, continued=True)),
    (6.5, e.RequestSent(1, 1, 2, {"input": None}, (), url="https://api.openai.com/v1/responses")),
    (6.75, e.ResponseReceived(1, 1, 2, 200, "req_2", 0.1)),
    (7.0, e.TextDelta("1.1.0", "c")), (9.0, e.TextDelta("1.1.0", "d")),
    (9.0, e.UsageReported(1, 1, 100, 40, 12, 0)), (9.0, e.ResponseEnded(1, 1)), (9.5, e.RunEnded(1, "completed")),
)  # fmt: skip
"""Queued 0.5 s, connected 0.3 s, waited 2 s for the next try, generated 1 + 2 s."""


def test_where_the_time_of_a_request_with_two_tries_went() -> None:
    state = timed(*RETRIED)
    (request,) = state.requests
    assert requests.first_token(request) == pytest.approx(1.5)
    assert requests.first_text(request) == pytest.approx(1.5)
    assert requests.generation_time(request) == pytest.approx(3.0)
    assert requests.total_time(request, 99.0) == pytest.approx(8.0)
    parts = requests.breakdown(state, 0, 99.0)
    assert parts._replace(wait=0.0) == pytest.approx((0.5, 0.3, 2.0, 0.0, 3.0, 0.0))
    assert parts.total == pytest.approx(8.0), "nothing is lost and nothing counts twice"
    assert rate(state).value == pytest.approx(4.0)
    assert (runs.retries(state, state.runs[0]), runs.error_rate(state, state.runs[0])) == (1, 0.5)


def test_the_gap_between_two_tries_is_no_gap_between_tokens() -> None:
    (request,) = timed(*RETRIED).requests
    assert sum(request.gaps.values()) == 2
    assert gaps.percentile(request.gaps, 1.0) == pytest.approx(2.0, rel=0.025)


def test_tools_side_by_side_take_their_time_once() -> None:
    """c1 runs from 3 to 6, c2 from 4 to 8, c3 from 9 on: 5 s, and what c3 took so far."""
    calls = [(2.0, e.ToolCallStarted(f"1.1.{n}", f"c{n}", "dig")) for n in (1, 2, 3)]
    state = timed(
        (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)), (1.0, e.ModelRequested(1, 1, "A")), *calls,
        (3.0, e.ToolStarted("c1", "dig")), (4.0, e.ToolStarted("c2", "dig")),
        (6.0, e.ToolEnded("c1", "dig", "", duration=3.0)),
        (8.0, e.ToolEnded("c2", "dig", "", failed=True, duration=4.0)), (9.0, e.ToolStarted("c3", "dig")),
    )  # fmt: skip
    assert runs.tool_time(state, state.runs[0], 10.0) == pytest.approx(6.0)
    assert requests.breakdown(state, 0, 10.0).tools == pytest.approx(6.0)
    fold(state, Record(99, 11.0, e.RunEnded(1, "cancelled")))
    assert runs.tool_time(state, state.runs[0], 50.0) == pytest.approx(7.0), "the run's end cut it off"


def test_the_run_takes_from_the_prompt_to_its_end() -> None:
    assert runs.elapsed(None, 9.0) is None
    assert runs.elapsed(timed(*TWO_REQUESTS).runs[0], 120.0) == pytest.approx(20.0)
    ended = timed(*TWO_REQUESTS, (117.0, e.RunEnded(1, "completed")))
    assert runs.elapsed(ended.runs[0], 999.0) == pytest.approx(17.0)
    lost = timed(*TWO_REQUESTS, (118.0, e.EngineEnded(1, "gone")))
    assert runs.elapsed(lost.runs[0], 999.0) == pytest.approx(18.0)


def test_a_phase_takes_since_it_began_and_an_ended_run_as_long_as_it_took() -> None:
    assert runs.phase_elapsed(timed(*TWO_REQUESTS), 115.0) == pytest.approx(2.0)
    assert runs.phase_elapsed(timed(*TWO_REQUESTS, (117.0, e.RunEnded(1, "completed"))), 999.0) == pytest.approx(17)
    assert runs.phase_elapsed(folded(*BEGIN[:2]), 99.0) is None


def test_an_earlier_run_keeps_its_figures() -> None:
    later = ((200.0, e.PromptSent("b")), (200.0, e.RunStarted(2)), (200.5, e.ModelRequested(2, 1, "Guide", "gpt-y")))
    state = timed(*DONE, *later, (203.0, e.TextDelta("2.1.0", "x")))
    first, second = state.runs
    assert [runs.first_token(state, run) for run in state.runs] == pytest.approx([1.0, 3.0])
    assert runs.tokens_per_second(state, first).value == pytest.approx(5.0)
    assert (runs.model_of(state, second), len(runs.requests_of(state, first))) == ("gpt-y", 2)
    assert runs.tool_time(state, first, 999.0) == pytest.approx(10.0)
    assert runs.tool_time(state, second, 999.0) == 0.0


def test_usage_is_unknown_until_a_provider_told_it() -> None:
    assert not session.usage_known(State())
    assert not session.usage_known(timed(*TWO_REQUESTS[:6]))
    assert session.usage_known(timed(*TWO_REQUESTS[:7]))
    assert session.usage_known(timed(*TWO_REQUESTS))
    assert not session.usage_known(timed(*TWO_REQUESTS[:6], (102.0, e.RunEnded(1, "cancelled"))))


def test_failed_tools_are_those_of_the_run() -> None:
    fails = (*BEGIN, e.ToolStarted("c1", "dice"), e.ToolEnded("c1", "dice", "no", failed=True))
    state = folded(*fails, e.RunEnded(1, "completed"), e.PromptSent("again"))
    assert [runs.failed_tools(state, run) for run in state.runs] == [1, 0]


FAILING = (*BEGIN, e.AttemptFailed(1, 1, 1, 3, "network", "connection reset", 1.5))


def test_rates_of_errors_and_recoveries() -> None:
    assert session.error_rate(folded().metrics) is None
    assert session.recovery_rate(folded(*BEGIN).metrics) is None
    won = (*FAILING, e.AttemptStarted(1, 1, 2, 3), e.AttemptSucceeded(1, 1, 2))
    lost = (e.ModelRequested(1, 2, "Guide"), e.AttemptFailed(1, 2, 3, 3, "server", "500"))
    state = folded(*won, *lost, e.RunEnded(1, "failed", "500", "server"))
    assert (state.metrics.tries, state.metrics.errors) == (3, 2)
    assert state.metrics.failures == {"network": 1, "server": 1}
    assert session.error_rate(state.metrics) == pytest.approx(2 / 3)
    assert session.recovery_rate(state.metrics) == pytest.approx(1 / 2)
    assert session.runs_with_issues(state) == 1


def test_failures_of_runs_and_tools_have_their_kinds_too() -> None:
    tool = e.ToolEnded("c1", "dig", "", failed=True)
    metrics = folded(*BEGIN, tool, e.RunEnded(1, "failed", "no", "guardrail"), e.PromptSent("x")).metrics
    assert metrics.failures == {"tool": 1, "guardrail": 1}
    assert session.failures(metrics) == [("guardrail", 1)]


# Gaps


def answered(*waits: float) -> dict[int, int]:
    """The gaps of an answer whose deltas come after these seconds."""
    at, happened = 1.0, [e.TextDelta("1.1.0", "a")]
    moments = [at]
    for wait in waits:
        at += wait
        moments.append(at)
    begin: list[tuple[float, e.Event]] = [(0.0, e.PromptSent("x")), (0.0, e.ModelRequested(1, 1, "A"))]
    return timed(*begin, *((moment, happened[0]) for moment in moments)).requests[0].gaps


def test_percentiles_by_nearest_rank() -> None:
    counted = answered(*(number / 100 for number in range(1, 101)))  # 10 ms to 1 s
    for share, seconds in ((0.5, 0.50), (0.95, 0.95), (0.99, 0.99), (1.0, 1.0), (0.0, 0.01)):
        assert gaps.percentile(counted, share) == pytest.approx(seconds, rel=0.026)
    assert gaps.percentile({}, 0.5) is None
    assert gaps.percentile(answered(0.0, 0.0), 0.5) == 0.0


def test_percentiles_of_many_gaps_are_exact_to_five_percent() -> None:
    source = random.Random(7)
    waits = [source.lognormvariate(-4, 1.2) for _ in range(5_000)]
    cuts = quantiles(waits, n=100)
    counted = answered(*waits)
    assert len(counted) < 250
    for share in (50, 95, 99):
        assert gaps.percentile(counted, share / 100) == pytest.approx(cuts[share - 1], rel=0.05)


def test_a_stall_is_a_silence_that_a_slow_model_does_not_make() -> None:
    assert gaps.stalls(answered(*[0.02] * 50)) == (0, 0.0)
    assert gaps.stalls(answered(*[0.02] * 50, 0.95)) == (0, 0.0)
    found = gaps.stalls(answered(*[0.02] * 50, 1.01, 3.0))
    assert found.number == 2
    assert found.longest == pytest.approx(3.0, rel=0.026)
    assert gaps.stalls(answered(*[0.5] * 50, 3.0)) == (0, 0.0), "10 × 0.5 s is 5 s"
    assert gaps.stalls(answered(*[0.5] * 50, 6.0)).number == 1


def test_the_gaps_of_several_requests_are_counted_together() -> None:
    both = gaps.gaps_of(timed(*TWO_REQUESTS).requests)
    assert sum(both.values()) == 3
    assert gaps.percentile(both, 1.0) == pytest.approx(2.0, rel=0.025)


@given(st.lists(events, max_size=40))
def test_a_replay_of_any_events_gives_the_same_figures_to_the_digit(happened: list[e.Event]) -> None:
    records = [Record(number + 1, number / 10, event) for number, event in enumerate(happened)]
    live, replayed = State(), State()
    for record in records:
        fold(live, record)
        fold(replayed, decode_record(encode(record)))
    assert msgspec.json.encode(report(live)) == msgspec.json.encode(report(replayed))
