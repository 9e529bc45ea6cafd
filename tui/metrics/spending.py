"""Where the tokens and the money of a session went: by agent, by model, by what the requests were for."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from tui.metrics.cost import Cost, cost_of
from tui.state import Request, State, Tool

ANSWERS = ""
"""In place of a tool's name: requests that called none."""


class Share(NamedTuple):
    """What one agent, model or tool took. `name` is foreign text."""

    name: str
    tokens: float
    """In and out; a request that called several tools counts for each in part."""
    cost: Cost


class Spending(NamedTuple):
    """Each sums up to the same; the greatest first, by cost where all costs are known, else by tokens."""

    agents: list[Share]
    models: list[Share]
    tools: list[Share]
    priced: bool
    """The cost of every request is known."""


def spending(state: State, *, priced: bool = True) -> Spending:
    """Of the requests whose tokens are known. `priced`: false takes no price as known."""
    told = [(index, request) for index, request in enumerate(state.requests) if request.output is not None]
    costs = {index: cost_of(request) if priced else None for index, request in told}
    purposes, callers = _purposes(state), _callers(state)
    agents: dict[str, Share] = {}
    models: dict[str, Share] = {}
    tools: dict[str, Share] = {}
    for index, request in told:
        cost = costs[index]
        _add(agents, [request.agent], request, cost)
        _add(models, [request.model], request, cost)
        _add(tools, _tools_of(index, request, purposes, callers), request, cost)
    known = bool(told) and None not in costs.values()
    by_agent, by_model, by_tool = (_ordered(each.values(), by_cost=known) for each in (agents, models, tools))
    return Spending(by_agent, by_model, by_tool, known)


def _callers(state: State) -> dict[str, str]:
    """The names of the tools by the ids of their calls."""
    return {entry.call: entry.name for entry in state.entries if isinstance(entry, Tool)}


def _purposes(state: State) -> dict[int, list[str]]:
    """The names of the tools that each request called, by its index; a call that a fork shows anew counts once."""
    found: dict[int, list[str]] = {}
    for call, name in _callers(state).items():
        index = state.request_of.get(call)
        if index is not None:
            found.setdefault(index, []).append(name)
    return found


def _tools_of(
    index: int, request: Request, purposes: Mapping[int, Sequence[str]], callers: Mapping[str, str]
) -> Sequence[str]:
    """What a request was for: the tool it was made within, else the tools it called, in equal parts, else an answer."""
    if request.parent:
        return [callers.get(request.parent, ANSWERS)]
    return purposes.get(index) or [ANSWERS]


def _add(shares: dict[str, Share], names: Sequence[str], request: Request, cost: Decimal | None) -> None:
    tokens = ((request.input or 0) + (request.output or 0)) / len(names)
    for name in names:
        before = shares.get(name) or Share(name, 0.0, Cost())
        part = Cost(unknown=1) if cost is None else Cost(cost / len(names), 1)
        shares[name] = Share(name, before.tokens + tokens, before.cost.with_(part))


def _ordered(shares: Iterable[Share], *, by_cost: bool) -> list[Share]:
    return sorted(shares, key=lambda share: -(float(share.cost.known) if by_cost else share.tokens))
