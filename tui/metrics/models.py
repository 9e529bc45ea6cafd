"""The models of a session side by side, each figure over the requests that went to one of them."""

from collections.abc import Sequence
from typing import NamedTuple

from tui.metrics import requests as of_request
from tui.metrics.cost import Cost
from tui.metrics.percentiles import percentile
from tui.metrics.report import Tokens, tokens
from tui.state import Request, State


class ModelFigures(NamedTuple):
    """Times are seconds; None: not known of any request."""

    name: str
    """Foreign text; empty: the engine did not tell it."""
    runs: int
    """Runs with a request to it."""
    requests: int
    first_token: float | None
    """Median over its requests, from sending; by nearest rank, as the p95."""
    first_token_p95: float | None
    tokens_per_second: float | None
    """Median of the requests' rates."""
    tokens: Tokens
    cost: Cost
    failed: int
    """Tries that failed."""
    tries: int


def models(state: State, *, priced: bool = True) -> list[ModelFigures]:
    """One for each, in the order of their first requests. `priced`: false leaves the costs out."""
    by_name: dict[str, list[Request]] = {}
    for request in state.requests:
        by_name.setdefault(request.model, []).append(request)
    return [_figures(name, found, priced=priced) for name, found in by_name.items()]


def _figures(name: str, found: Sequence[Request], *, priced: bool) -> ModelFigures:
    firsts = [seconds for request in found if (seconds := of_request.first_token(request)) is not None]
    rates = [rate for request in found if (rate := _rate(request)) is not None]
    return ModelFigures(
        name,
        len({request.run for request in found}),
        len(found),
        percentile(firsts, 0.5),
        percentile(firsts, 0.95),
        percentile(rates, 0.5),
        tokens(found),
        Cost().plus(found) if priced else Cost(),
        sum(request.attempt - 1 + (request.status == "failed") for request in found),
        sum(request.attempt for request in found),
    )


def _rate(request: Request) -> float | None:
    return of_request.tokens_per_second([request], over=request.ended is not None).value
