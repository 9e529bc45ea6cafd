"""The sections of the dashboard that are lists: models side by side, where the money went, the slowest tools."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len

from tui import figures
from tui.metrics.cost import Cost
from tui.metrics.models import ModelFigures, models
from tui.metrics.spending import Share, spending
from tui.metrics.tools import ordered, tool_statistics
from tui.safety import one_line
from tui.state import State
from tui.ui.lines.line import cut_text
from tui.ui.lines.pieces import Line, below, muted
from tui.ui.metrics.arrange import rule

_MOST: Final = 5
"""Names in each list of what things cost."""
_SLOWEST: Final = 8
_NAME: Final = 80
"""Characters of a name that are cleaned."""
_LABEL: Final = 14
_COLUMN: Final = 11
"""Cells of a model's column, at least."""
_WIDEST: Final = 22
_LONGEST: Final = 30
"""Cells for names in a list, at most."""
_FIGURE: Final = 9


def models_section(state: State, width: int, *, priced: bool) -> list[Line]:
    """A column for each, as many side by side as there is room for. `priced`: the price list is loaded."""
    found = models(state, priced=priced)
    title = rule("models side by side", width)
    if not found:
        return [title, muted("no model was asked yet")]
    most = max(1, (width - _LABEL) // _COLUMN)
    return [title, *below([_block(found[at : at + most], width) for at in range(0, len(found), most)])]


def _block(found: Sequence[ModelFigures], width: int) -> list[Line]:
    """A figure a line: what one compares stands side by side."""
    column = min(_WIDEST, (width - _LABEL) // len(found))
    names = "".join(f" {_fitted(_name(model.name), column - 1, right=True)}" for model in found)
    lines: list[Line] = [((" " * _LABEL + names, "bold"),)]
    for label, value in _MODEL_FIGURES:
        cells = "".join(f"{value(model):>{column}}" for model in found)
        lines.append(((f"{label:<{_LABEL}}", "muted"), (cells, "text")))
    return lines


def _money(cost: Cost) -> str:
    return figures.money(*cost)


def _failed(model: ModelFigures) -> str:
    return f"✗ {figures.count(model.failed)} of {figures.count(model.tries)}" if model.failed else "0"


_MODEL_FIGURES: Final[tuple[tuple[str, Callable[[ModelFigures], str]], ...]] = (
    ("runs", lambda model: figures.count(model.runs)),
    ("requests", lambda model: figures.count(model.requests)),
    ("1st token p50", lambda model: figures.latency(model.first_token)),
    ("1st token p95", lambda model: figures.latency(model.first_token_p95)),
    ("tokens/s p50", lambda model: figures.rate(model.tokens_per_second)),
    ("tokens in", lambda model: figures.count(model.tokens.input)),
    ("tokens out", lambda model: figures.count(model.tokens.output)),
    ("cost", lambda model: _money(model.cost)),
    ("failed tries", _failed),
)


def spending_section(state: State, width: int, *, priced: bool) -> list[Line]:
    """By agent, model and tool, the greatest first."""
    found = spending(state, priced=priced)
    title = "where the money went" if found.priced else "where the tokens went"
    if not found.agents:
        return [rule(title, width), muted("no model has told its tokens yet")]
    lines = [rule(title if found.priced else f"{title} (not every price is known)", width)]
    for what, shares in (("by agent", found.agents), ("by model", found.models), ("by tool called", found.tools)):
        lines.append(_row(width, (what, "muted"), "", ("share", "cost", "tokens")))
        whole = sum(_weight(share, by_cost=found.priced) for share in shares)
        for share in shares[:_MOST]:
            part = _weight(share, by_cost=found.priced) / whole if whole else 0.0
            cells = f"{100 * part:.0f} %", _money(share.cost), figures.count(round(share.tokens))
            name = _name(share.name) if share.name or shares is not found.tools else "(none: answers)"
            lines.append(_row(width, (name, "text"), figures.gauge(part, _bar(width)), cells))
        if len(shares) > _MOST:
            lines.append(muted(f"and {len(shares) - _MOST:,} more"))
    return lines


def _weight(share: Share, *, by_cost: bool) -> float:
    return float(share.cost.known) if by_cost else share.tokens


def tools_section(state: State, width: int) -> list[Line]:
    """Those that took longest, by the p95 of their calls."""
    title, called = rule("slowest tools", width), tool_statistics(state)
    timed = [tool for tool in ordered(called, "p95") if tool.p95 is not None]
    if not timed:
        return [title, muted("no tool call has ended yet" if called else "no tool was called yet")]
    slowest = timed[0].p95 or 0.0
    lines = [title, _row(width, ("by p95", "muted"), "", ("p95", "longest", "calls"))]
    for tool in timed[:_SLOWEST]:
        gauge = figures.gauge((tool.p95 or 0.0) / slowest if slowest else 0.0, _bar(width))
        cells = figures.duration(tool.p95), figures.duration(tool.longest), figures.count(tool.calls)
        lines.append(_row(width, (_name(tool.name), "text"), gauge, cells))
    if len(timed) > _SLOWEST:
        lines.append(muted(f"and {len(timed) - _SLOWEST:,} more: /tools lists all"))
    return lines


def _bar(width: int) -> int:
    """Cells of the bars in a list: a fifth of a line, and what names have no need of."""
    return max(width // 5, width - _LONGEST - 1 - 3 * _FIGURE)


def _row(width: int, name: tuple[str, str], gauge: str, cells: tuple[str, str, str]) -> Line:
    """A name with its role, a bar and three figures in columns."""
    text, role = name
    room = max(1, width - _bar(width) - 1 - len(cells) * _FIGURE)
    values = "".join(f"{cell:>{_FIGURE}}" for cell in cells)
    return (f"{_fitted(text, room)} ", role), (_fitted(gauge, _bar(width)), "spark"), (values, role)


def _name(foreign: str) -> str:
    return one_line(foreign, _NAME) or figures.UNKNOWN


def _fitted(text: str, width: int, *, right: bool = False) -> str:
    """In exactly that many cells."""
    text = cut_text(text, width)
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank
