"""Outcomes compared: medians, their spread, and how each model and manner stands to the first one."""

from collections.abc import Callable, Iterable
from statistics import median

import msgspec

from tui.bench.trials import Outcome
from tui.metrics.percentiles import percentile


class Spread(msgspec.Struct, frozen=True):
    """Of values of runs that completed: the median, and the range that the middle half of them lies in."""

    median: float | None
    p25: float | None
    p75: float | None
    ratio: float | None
    """To the median of the first line; None where one of the two is not known."""


class Line(msgspec.Struct, frozen=True):
    """A model, streamed or asked for the whole answer at once. Times are seconds."""

    model: str
    streaming: bool
    runs: int
    completed: int
    perceived: Spread
    total: Spread
    rate: float | None
    """Median of tokens a second."""
    cost: float | None
    unpriced: int


def lines(outcomes: Iterable[Outcome]) -> list[Line]:
    """One for each model and manner, in the order of their first outcomes."""
    groups: dict[tuple[str, bool], list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault((each.trial.model, each.trial.streaming), []).append(each)
    found: list[Line] = []
    for (model, streaming), group in groups.items():
        whole = [each for each in group if each.status == "completed"]
        first = found[0] if found else None
        costs = [each.cost for each in group if each.cost is not None]
        rates = [each.rate for each in whole if each.rate is not None]
        found.append(Line(
            model, streaming, len(group), len(whole),
            _spread(whole, lambda each: each.perceived, first.perceived.median if first else None),
            _spread(whole, lambda each: each.total, first.total.median if first else None),
            median(rates) if rates else None, sum(costs) if costs else None, sum(each.unpriced for each in group),
        ))  # fmt: skip
    return found


def _spread(outcomes: Iterable[Outcome], figure: Callable[[Outcome], float | None], first: float | None) -> Spread:
    values = [value for each in outcomes if (value := figure(each)) is not None]
    if not values:
        return Spread(None, None, None, None)
    middle = median(values)
    base = middle if first is None else first
    return Spread(middle, percentile(values, 0.25), percentile(values, 0.75), middle / base if base else None)
