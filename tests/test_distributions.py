"""How values are spread, what models, agents and tools took, when errors came."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_metrics import DONE, TWO_REQUESTS, timed
from tui import events as e
from tui.metrics import distributions, prices
from tui.metrics.cost import Cost
from tui.metrics.distributions import distribution
from tui.metrics.errors import errors_over_time
from tui.metrics.models import models
from tui.metrics.spending import spending
from tui.metrics.tools import tool_statistics
from tui.state import State

URL = "https://api.openai.com/v1/responses"


# Bins


def test_values_by_hand() -> None:
    """10 bins up to 0.9: 0.09 each, and the next of 1, 2 and 5 × a power of ten is 0.1. 0.3 begins a bin."""
    found = distribution([0.1, 0.15, 0.3, 0.9], 10)
    assert found is not None
    assert found.width == pytest.approx(0.1)
    assert found.counts == (0, 2, 0, 1, 0, 0, 0, 0, 0, 1)
    assert (found.values, found.p50, found.p95, found.least, found.greatest) == (4, 0.15, 0.9, 0.1, 0.9)
    assert found.beyond == 0


@pytest.mark.parametrize(
    ("greatest", "most", "width"),
    [
        (0.9, 10, 0.1),
        (1.0, 10, 0.2),
        (19.0, 10, 2.0),
        (20.0, 10, 5.0),
        (49.0, 10, 5.0),
        (51.0, 10, 10.0),
        (0.0, 10, 1.0),
    ],
)
def test_a_bin_is_one_two_or_five_times_a_power_of_ten_wide(greatest: float, most: int, width: float) -> None:
    found = distribution([greatest], most)
    assert found is not None
    assert found.width == pytest.approx(width)


def test_a_value_far_out_is_told_and_not_drawn() -> None:
    """Of 40 values the p95 is the 38th, 1: drawn is what is up to 3."""
    found = distribution([*[1.0] * 38, 3.0, 60.0], 10)
    assert found is not None
    assert found.beyond == 1
    assert sum(found.counts) == 39
    assert found.greatest == 60.0
    assert 3.0 < found.end < 4.0


def test_a_limit_that_is_near_is_on_the_axis_and_one_far_away_is_not() -> None:
    near, far = distribution([1.2], 10, 2.0), distribution([0.2], 10, 2.0)
    assert near is not None
    assert far is not None
    assert near.end > 2.0
    assert far.end < 1.0


def test_without_values_there_is_no_distribution() -> None:
    assert distribution([], 10) is None


@given(
    st.lists(st.floats(0, 1e12, allow_subnormal=False), min_size=1, max_size=60),
    st.integers(1, 80),
    st.sampled_from((0.0, 2.0, 10.0, math.inf)),
)
def test_every_value_is_counted_once_and_the_bins_reach(values: list[float], most: int, limit: float) -> None:
    found = distribution(values, most, limit)
    assert found is not None
    assert sum(found.counts) + found.beyond == found.values == len(values)
    assert 1 <= len(found.counts) <= most
    assert found.least <= found.p50 <= found.p95 <= found.greatest
    assert found.end >= found.p95 * (1 - 1e-9)
    assert found.end >= min(found.greatest, distributions.FAR * found.p95) * (1 - 1e-9) or found.beyond


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(2, 40))
def test_a_value_lies_in_the_bin_that_counts_it(values: list[float], most: int) -> None:
    for value in values:
        found = distribution([value], most)
        assert found is not None
        index = found.counts.index(1)
        slack = 1e-6 * found.width
        assert index * found.width - slack <= value <= (index + 1) * found.width + slack


def test_only_runs_that_are_over_are_looked_at() -> None:
    assert distributions.first_tokens(timed(*TWO_REQUESTS)) == []
    assert distributions.first_tokens(timed(*DONE)) == pytest.approx([1.0])
    assert distributions.rates(timed(*DONE)) == pytest.approx([5.0])
    cut = timed(*TWO_REQUESTS[:2], (100.5, e.RunEnded(1, "failed")))
    assert distributions.first_tokens(cut) == distributions.rates(cut) == []


# Models


def asked(
    run: int, turn: int, at: float, model: str, agent: str = "Guide", out: int = 10
) -> list[tuple[float, e.Event]]:
    """A request that has its first token after 1 s, 3 deltas in 2 s, and 100 tokens in."""
    return [
        (at, e.ModelRequested(run, turn, agent, model)),
        (at, e.RequestSent(run, turn, 1, {"input": None}, (), url=URL)),
        *((at + 1 + each, e.TextDelta(f"{run}.{turn}.0", "a")) for each in range(3)),
        (at + 3, e.UsageReported(run, turn, 100, 0, out, 0)),
        (at + 3, e.ResponseEnded(run, turn)),
    ]


def test_models_side_by_side() -> None:
    state = timed(
        (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)), *asked(1, 1, 1.0, "gpt-4.1"),
        *asked(1, 2, 5.0, "mine", out=40), (9.0, e.RunEnded(1, "completed")), (9.0, e.PromptSent("hi")),
        (9.0, e.RunStarted(2)),
        (10.0, e.ModelRequested(2, 1, "Guide", "gpt-4.1")),
        (11.0, e.AttemptFailed(2, 1, 1, 3, "network", "cut", 1.0)), (12.0, e.AttemptStarted(2, 1, 2, 3)),
        (13.5, e.TextDelta("2.1.0", "a")),
    )  # fmt: skip
    openai, mine = models(state)
    assert (openai.name, openai.runs, openai.requests) == ("gpt-4.1", 2, 2)
    assert openai.first_token == pytest.approx(1.0)
    assert openai.first_token_p95 == pytest.approx(3.5)
    assert openai.tokens_per_second == pytest.approx(5.0)
    assert (openai.tokens.input, openai.tokens.output) == (100, 10)
    assert (openai.failed, openai.tries) == (1, 3)
    assert openai.cost.priced == 1
    assert (mine.name, mine.runs, mine.requests, mine.failed, mine.tries) == ("mine", 1, 1, 0, 1)
    assert mine.tokens_per_second == pytest.approx(20.0)
    assert (mine.cost.priced, mine.cost.unknown) == (0, 1)
    assert models(state, priced=False)[0].cost == Cost()
    assert models(State()) == []


# Spending


def spent() -> State:
    """Guide calls two tools at once; one of them asks Oracle; Teller answers."""
    return timed(
        (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)),
        (1.0, e.ModelRequested(1, 1, "Guide", "gpt-4.1")), (1.0, e.RequestSent(1, 1, 1, {"input": None}, (), url=URL)),
        (2.0, e.ToolCallStarted("1.1.0", "a", "dice")), (2.1, e.ToolCallStarted("1.1.1", "b", "oracle")),
        (3.0, e.UsageReported(1, 1, 90, 0, 10, 0)), (3.0, e.ResponseEnded(1, 1)),
        (3.1, e.ToolStarted("a", "dice")), (3.1, e.ToolStarted("b", "oracle")),
        (3.2, e.ModelRequested(1, 2, "Oracle", "gpt-4.1")), (3.2, e.RequestSent(1, 2, 1, {"input": None}, (), url=URL)),
        (3.5, e.TextDelta("b/1.2.0", "fate")), (3.6, e.UsageReported(1, 2, 25, 0, 5, 0)), (3.6, e.ResponseEnded(1, 2)),
        (3.7, e.ToolEnded("b", "oracle", "fate")), (3.7, e.ToolEnded("a", "dice", "4")),
        *asked(1, 3, 4.0, "gpt-4.1", "Teller"), (8.0, e.RunEnded(1, "completed")),
    )  # fmt: skip


def test_tokens_by_agent_model_and_tool() -> None:
    """100 by Guide, half for each call; 30 by Oracle within its call; 110 for the answer."""
    found = spending(spent(), priced=False)
    assert not found.priced
    assert [(each.name, each.tokens) for each in found.agents] == [("Teller", 110), ("Guide", 100), ("Oracle", 30)]
    assert [(each.name, each.tokens) for each in found.models] == [("gpt-4.1", 240)]
    assert [(each.name, each.tokens) for each in found.tools] == [("", 110), ("oracle", 80), ("dice", 50)]


def test_the_costs_of_all_three_sum_up_to_the_same() -> None:
    state = spent()
    found = spending(state)
    whole = Cost().plus(state.requests).known
    assert found.priced
    assert whole > 0
    for shares in (found.agents, found.models, found.tools):
        assert float(sum(share.cost.known for share in shares)) == pytest.approx(float(whole))
    assert prices.price_of("gpt-4.1", URL, 1.0, 100, 0, 10) == found.agents[0].cost.known


def test_a_cost_nobody_knows_orders_by_tokens() -> None:
    state = timed(
        (0.0, e.PromptSent("hi")), (0.0, e.RunStarted(1)), *asked(1, 1, 1.0, "gpt-4.1"),
        *asked(1, 2, 5.0, "nobody-knows", "Local", out=900),
    )  # fmt: skip
    found = spending(state)
    assert not found.priced
    assert [each.name for each in found.models] == ["nobody-knows", "gpt-4.1"]
    assert (found.models[0].cost.priced, found.models[0].cost.unknown) == (0, 1)
    assert spending(State()) == ([], [], [], False)


# Errors and tools


def test_errors_over_time() -> None:
    """Over 40 s in at most 10 slots: 5 s each."""
    state = timed(
        (100.0, e.PromptSent("hi")), (100.0, e.RunStarted(1)), (101.0, e.ModelRequested(1, 1, "Guide")),
        (102.0, e.AttemptFailed(1, 1, 1, 3, "network", "x", 1.0)), (103.0, e.AttemptStarted(1, 1, 2, 3)),
        (106.0, e.AttemptFailed(1, 1, 2, 3, "server", "x", 1.0)), (107.0, e.AttemptStarted(1, 1, 3, 3)),
        (109.0, e.AttemptFailed(1, 1, 3, 3, "network", "x", None)), (110.0, e.RunEnded(1, "failed", "x", "network")),
        (138.0, e.ToolEnded("c", "dice", "no", failed=True)), (140.0, e.PromptSent("again")),
    )  # fmt: skip
    found = errors_over_time(state, 10)
    assert found is not None
    assert found.width == 5.0
    assert found.slots == 9
    assert found.kinds == [
        ("network", [1, 1, 0, 0, 0, 0, 0, 0, 0]), ("server", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
        ("tool", [0, 0, 0, 0, 0, 0, 0, 1, 0]),
    ]  # fmt: skip
    assert {kind: sum(counts) for kind, counts in found.kinds} == state.metrics.failures
    assert errors_over_time(State(), 10) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(1, 60))
def test_every_error_is_counted_once_also_where_a_clock_was_set_back(times: list[float], most: int) -> None:
    state = timed(*((at, e.ToolEnded(str(index), "x", "", failed=True)) for index, at in enumerate(times)))
    found = errors_over_time(state, most)
    assert found is not None
    assert 1 <= found.slots <= most
    assert sum(map(sum, (counts for _, counts in found.kinds))) == len(times)


def test_the_longest_call_of_a_tool() -> None:
    calls = [(float(at), e.ToolEnded(str(at), "x", "", duration=at / 10)) for at in range(1, 41)]
    (tool,) = tool_statistics(timed(*calls, (50.0, e.ToolStarted("y", "x"))))
    assert (tool.p95, tool.longest) == (3.8, 4.0)
