"""What model requests cost, in US dollars: reckoned when it is looked at, from what the provider counted.

A request whose price or tokens nobody knows makes a sum a lower bound; it never counts as free.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.metrics import prices
from tui.state import Request, State


class Cost(NamedTuple):
    """The sum of what is known; `unknown` counts the requests whose cost is not."""

    known: Decimal = Decimal(0)
    priced: int = 0
    """Requests in the sum."""
    unknown: int = 0

    def with_(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.known + other.known, self.priced + other.priced, self.unknown + other.unknown)

    def plus(self, requests: Iterable[Request]) -> "Cost":
        """The requests added; those under way are left out until their tokens are told."""
        known, priced, unknown = self
        for request in requests:
            cost = cost_of(request)
            if cost is not None:
                known, priced = known + cost, priced + 1
            elif request.output is not None or request.ended is not None:
                unknown += 1
        return Cost(known, priced, unknown)


class Context(NamedTuple):
    """How much of a model's context the conversation takes; `window` is None if nobody knows it."""

    tokens: int
    window: int | None

    @property
    def share(self) -> float | None:
        return self.tokens / self.window if self.window else None


def cost_of(request: Request) -> Decimal | None:
    """Input × its price + cached input × its own + output (reasoning in it) × its price; None if one is not known."""
    if request.input is None or request.output is None:
        return None
    return prices.price_of(
        request.model, request.url, request.at, request.input, request.cached or 0, request.output
    )  # fmt: skip


class Ledger:
    """The cost of a session, each request reckoned once after its end however often the sum is looked at."""

    def __init__(self) -> None:
        self._requests: Sequence[Request] = ()
        self._settled = 0
        self._cost = Cost()

    def total(self, state: State) -> Cost:
        requests = state.requests
        if requests is not self._requests:
            self._requests, self._settled, self._cost = requests, 0, Cost()
        first = self._settled
        while self._settled < len(requests) and requests[self._settled].ended is not None:
            self._settled += 1
        self._cost = self._cost.plus(requests[first : self._settled])
        return self._cost.plus(requests[self._settled :])


def context(state: State) -> Context | None:
    """Input + output of the conversation's newest request ÷ the context window of its model.

    That is what the next request begins with. Agents used as tools have contexts of their own. None before the first
    usage is told.
    """
    for request in reversed(state.requests):
        if request.input is not None and request.output is not None and not request.parent:
            return Context(request.input + request.output, prices.context_window(request.model, request.url))
    return None
