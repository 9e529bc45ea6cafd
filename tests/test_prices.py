"""What requests cost, by the price list that comes with the program; a price nobody knows is never 0."""

from decimal import Decimal

import msgspec
import pytest

from tests.test_metrics import RETRIED, timed
from tui import events as e
from tui.metrics import cost, prices
from tui.metrics.report import report
from tui.state import Request, State

OPENAI = "https://api.openai.com/v1/responses"
AT = 1_763_900_000.0


def request(
    model: str = "gpt-5-mini", url: str = OPENAI, tokens: tuple[int, int, int] | None = (1_000, 0, 500)
) -> Request:
    found = Request(1, 1, AT, "A", model, url=url, ended=AT + 1)
    if tokens is not None:
        found.input, found.cached, found.output = tokens
    return found


def test_a_request_by_hand() -> None:
    """gpt-5-mini: $0.25 for a million tokens in, $0.025 for cached ones, $2 for a million out."""
    assert cost.cost_of(request()) == Decimal("0.00025") + Decimal("0.001")
    assert cost.cost_of(request(tokens=(1_000, 400, 0))) == Decimal("0.00015") + Decimal("0.00001")
    assert cost.cost_of(request("gpt-5-mini-2025-08-07")) == cost.cost_of(request())


@pytest.mark.parametrize(
    ("model", "url"),
    [
        ("gpt-5-mini", "http://127.0.0.1:1234/v1/responses"), ("qwen3", "http://localhost:11434/v1/chat/completions"),
        ("gpt-5-mini", "https://models.example.org/v1"), ("no-such-model", OPENAI), ("", OPENAI),
        ("demo", ""), ("scripted", ""), ("nobody/gpt-5-mini", ""),
    ],
)  # fmt: skip
def test_an_unknown_model_or_server_has_no_price(model: str, url: str) -> None:
    assert prices.price_of(model, url, AT, 1_000, 0, 500) is None
    assert prices.context_window(model, url) is None


def test_a_model_that_is_sent_nowhere_tells_whose_it_is_by_its_name() -> None:
    assert prices.price_of("gpt-5-mini", "", AT, 1_000, 0, 500) == Decimal("0.00125")
    assert prices.price_of("openai/gpt-5-mini", "", AT, 1_000, 0, 500) == Decimal("0.00125")
    assert prices.price_of("anthropic/claude-3-5-haiku-latest", "", AT, 1_000_000, 0, 0) == Decimal("0.8")


def test_other_providers_are_known_by_their_address() -> None:
    assert prices.price_of("llama-3.3-70b-versatile", "https://api.groq.com/openai/v1", AT, 1_000, 0, 0) is not None


def test_context_windows() -> None:
    assert prices.context_window("gpt-4o", OPENAI) == 128_000


def test_a_sum_knows_what_it_does_not_know() -> None:
    under_way = request(tokens=None)
    under_way.ended = None
    found = cost.Cost().plus([request(), request("qwen3"), request(tokens=None), under_way])
    assert found == (Decimal("0.00125"), 1, 2)


def test_the_ledger_reckons_each_request_once_and_follows_a_change_of_session() -> None:
    ledger, state = cost.Ledger(), State()
    assert ledger.total(state) == cost.Cost()
    state.requests += [request(), request()]
    live = request(tokens=None)
    live.ended = None
    state.requests.append(live)
    assert ledger.total(state) == ledger.total(state) == (Decimal("0.0025"), 2, 0)
    live.input, live.cached, live.output, live.ended = 1_000, 0, 500, AT
    state.requests.append(request("qwen3"))
    assert ledger.total(state) == (Decimal("0.00375"), 3, 1)
    assert ledger.total(State()) == cost.Cost()


def test_the_context_is_that_of_the_conversation() -> None:
    state = timed(*RETRIED)
    assert cost.context(State()) is None
    assert cost.context(state) == (112, None), "gpt-x is on no list"
    state.requests[0].model = "gpt-4o"
    inner = request(tokens=(9_999, 0, 1))
    inner.parent = "call_1"
    state.requests.append(inner)
    found = cost.context(state)
    assert found is not None
    assert found.share == pytest.approx(112 / 128_000)


def test_the_report_says_null_where_it_does_not_know() -> None:
    told = msgspec.json.decode(msgspec.json.encode(report(timed(*RETRIED))))
    assert told["cost"] == {"known": None, "unknown": 1}
    assert told["tokens"] == {"input": 100, "cached": 40, "output": 12, "reasoning": 0, "untold": 0}
    assert told["by_run"][0]["requests"][0]["generate"] == pytest.approx(3.0)
    assert told["median_first_token"] == pytest.approx(3.0)
    empty = msgspec.json.decode(msgspec.json.encode(report(timed((0.0, e.EngineStarted(1))))))
    assert (empty["runs"], empty["cost"]["known"], empty["error_rate"]) == (0, None, None)
