"""How each tool of the session did: calls, failures, durations."""

from typing import Final, Literal, NamedTuple, TypeAlias

from tui.metrics.percentiles import percentile
from tui.state import State, Tool

SortKey: TypeAlias = Literal["calls", "failures", "p95", "total", "name"]

SORT_KEYS: Final[tuple[SortKey, ...]] = ("calls", "failures", "p95", "total", "name")


class ToolFigures(NamedTuple):
    """All calls of one tool. Times are seconds; None: no call has ended with a known duration."""

    name: str
    calls: int
    running: int
    failures: int
    p50: float | None
    p95: float | None
    longest: float | None
    total: float | None
    """The sum of all durations; calls side by side each count."""
    error: str
    """Of the newest call that failed, as foreign text; empty: none did."""
    last: str
    """The newest call."""


def tool_statistics(state: State) -> list[ToolFigures]:
    """One for each tool that was called, in the order of their first calls."""
    # A fork shows entries anew: a call counts once.
    calls = {entry.call: entry for entry in state.entries if isinstance(entry, Tool)}
    by_name: dict[str, list[Tool]] = {}
    for tool in calls.values():
        by_name.setdefault(tool.name, []).append(tool)
    return [_figures(name, tools) for name, tools in by_name.items()]


def _figures(name: str, tools: list[Tool]) -> ToolFigures:
    spent = [seconds for tool in tools if (seconds := _duration(tool)) is not None]
    failed = [tool for tool in tools if tool.status == "failed"]
    return ToolFigures(
        name,
        len(tools),
        sum(tool.status == "running" for tool in tools),
        len(failed),
        percentile(spent, 0.5),
        percentile(spent, 0.95),
        max(spent, default=None),
        sum(spent) if spent else None,
        (failed[-1].error or failed[-1].output) if failed else "",
        tools[-1].call,
    )


def _duration(tool: Tool) -> float | None:
    """As the engine measured it, else by the times of its events."""
    if tool.duration is not None or tool.started is None or tool.ended is None:
        return tool.duration
    return max(0.0, tool.ended - tool.started)


def ordered(tools: list[ToolFigures], by: SortKey) -> list[ToolFigures]:
    """The greatest first, unknown ones last, equal ones as they were; by name from A to Z."""
    if by == "name":
        return sorted(tools, key=lambda tool: tool.name.casefold())
    return sorted(tools, key=lambda tool: -(getattr(tool, by) or 0.0))
