"""`agents-tui stats`: how fast, how dear and how reliable all recorded runs were."""

import argparse
import csv
import io
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from tui import figures
from tui.cli.options import Parser
from tui.ledger.figures import Choice, Figures, ToolSums, by, by_tool, over_all
from tui.ledger.index import ask
from tui.ledger.prometheus import text as prometheus
from tui.places import sessions_folder
from tui.safety import one_line, visible

_AGO: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_OFTEN: Final = 0.2
"""Seconds between two tellings of how far it is."""
_NAME: Final = 11
"""Cells of a group's name in 80 of a line."""


def main(arguments: list[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.prometheus and options.by:
        parser.error("--prometheus tells all by model, agent and tool already: leave out --by")
    choice = Choice(options.since, options.model, options.agent)
    told = ask(sessions_folder(), lambda db: _told(db, choice, options), _Reading() if sys.stderr.isatty() else _silent)
    try:
        sys.stdout.write(visible(told) if sys.stdout.isatty() else told)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()  # so that nothing is said of it at exit
        return 141
    return 0


class _Reading:
    """On a terminal: how far the reading of journals is, where it takes its time."""

    def __init__(self) -> None:
        self._shown = time.monotonic()

    def __call__(self, read: int, of: int) -> None:
        if read == of - 1 or time.monotonic() - self._shown > _OFTEN:
            self._shown = time.monotonic()
            sys.stderr.write("\r\x1b[K" if read == of - 1 else f"\rreading sessions: {read:,} of {of:,}")
            sys.stderr.flush()


def _silent(read: int, of: int) -> None:
    pass


def _parser() -> Parser:
    parser = Parser(
        prog="agents-tui stats",
        description="Figures over all recorded runs: times, tokens, cost, errors.",
        epilog="By model and agent it is model requests that are counted, by tool calls, else runs. "
        "Cost: ? where no price is known, ≥ where some are not. Exit status: 0, or 2 for wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument("--since", metavar="WHEN", type=_since, help="from then on: 7d, 12h, 2w ago, or 2026-01-31")
    parser.add_argument("--model", metavar="GLOB", help="runs that asked such a model, e.g. 'gpt-5*'")
    parser.add_argument("--agent", metavar="GLOB", help="runs in which such an agent asked")
    parser.add_argument("--by", choices=("model", "agent", "tool", "day"), help="a line for each")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object, with --by one a line: seconds, US dollars")
    form.add_argument("--csv", action="store_true", help="comma-separated, with a line of headings")
    form.add_argument("--prometheus", action="store_true", help="the text format that Prometheus scrapes")
    return parser


def _since(text: str) -> float:
    """Seconds since the epoch."""
    ago = re.fullmatch(r"(\d{1,6})([hdw])", text)
    try:
        return (
            time.time() - int(ago[1]) * _AGO[ago[2]].total_seconds()
            if ago
            else datetime.fromisoformat(text).timestamp()
        )
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is neither like 7d, 12h, 2w nor a date like 2026-01-31") from None


def _told(db: sqlite3.Connection, choice: Choice, options: argparse.Namespace) -> str:
    if options.prometheus:
        return prometheus(db, choice)
    found: list[Figures] | list[ToolSums]
    match options.by:
        case None:
            found = [over_all(db, choice)]
        case "tool":
            found = by_tool(db, choice)
        case grouping:
            found = by(db, choice, grouping)
    if options.json:
        return "".join(f"{msgspec.json.encode(_plain(each)).decode()}\n" for each in found)
    if options.csv:
        return _csv(found)
    if not found or (isinstance(found[0], Figures) and not found[0].number):
        return f"no runs {'like that ' if choice != Choice() else ''}in {sessions_folder()}\n"
    if options.by is None:
        return _all(*(each for each in found if isinstance(each, Figures)))
    return _table(_rows(found, options.by))


def _plain(each: Figures | ToolSums) -> dict[str, object]:
    return msgspec.structs.asdict(each)


def _csv(found: Iterable[Figures | ToolSums]) -> str:
    """One line each; unknown is empty. Kinds of errors have no column of their own."""
    out = io.StringIO()
    for number, each in enumerate(found):
        fields = {name: value for name, value in _plain(each).items() if name != "errors_by_kind"}
        if not number:
            csv.writer(out, lineterminator="\n").writerow(fields)
        csv.writer(out, lineterminator="\n").writerow(fields.values())
    return out.getvalue()


def _all(found: Figures) -> str:
    """A line each, name and value."""
    kinds = ", ".join(f"{number:,} {one_line(kind).replace('_', ' ')}" for kind, number in found.errors_by_kind.items())
    unpriced = f", {found.unpriced:,} requests have no known price" if found.unpriced else ""
    untold = f", {found.untold:,} requests not counted" if found.untold else ""
    recovered = f"{found.recoveries:,} of the requests with a failed try, {figures.percent(found.recovery_rate)}"
    lines = {
        "runs": f"{found.number:,}, {found.failed:,} failed, {found.interrupted:,} interrupted",
        "with issues": f"{found.with_issues:,}: failed, a failed try, or over a limit",
        "first token": f"{figures.latency(found.first_token_median)} median, "
        f"{figures.latency(found.first_token_mean)} mean",
        "total time": f"{figures.duration(found.total_mean)} mean",
        "tokens/s": f"{figures.rate(found.tokens_per_second_mean)} mean",
        "tokens in": f"{found.input:,}, {found.cached:,} of them cached",
        "tokens out": f"{found.output:,}, {found.reasoning:,} of them reasoning{untold}",
        "cost": f"{_cost(found)}{unpriced}",
        "errors": f"{found.errors:,}{f': {kinds}' if kinds else ''}",
        "error rate": f"{figures.percent(found.error_rate)} of the model's tries",
        "retries": f"{found.retries:,}",
        "recovered": recovered if found.recovery_rate is not None else figures.UNKNOWN,
        "last updated": figures.UNKNOWN
        if found.updated is None
        else datetime.fromtimestamp(found.updated).strftime("%Y-%m-%d %H:%M"),
    }
    return "".join(f"{name:<14}{value}\n" for name, value in lines.items())


def _cost(found: Figures) -> str:
    known = Decimal(repr(found.cost)) if found.cost is not None else Decimal(0)
    return figures.money(known, found.cost is not None, found.unpriced)


def _rows(found: Iterable[Figures | ToolSums], group: str) -> list[list[str]]:
    """Cells, the headings first."""
    if group == "tool":
        rows = [["TOOL", "CALLS", "FAILED", "P50", "P95", "LONGEST", "TOTAL"]]
    else:
        unit = "RUNS" if group == "day" else "REQS"
        rows = [[group.upper(), unit, "FIRST", "TOTAL", "TOK/S", "IN", "OUT", "COST", "ERR %", "REC %", "ISSUES"]]
    for each in found:
        if isinstance(each, ToolSums):
            times = [figures.duration(seconds) for seconds in (each.p50, each.p95, each.longest, each.total)]
            rows.append([each.group, figures.count(each.calls), figures.count(each.failed), *times])
            continue
        rows.append([
            each.group, figures.count(each.number), figures.latency(each.first_token_median),
            figures.duration(each.total_mean), figures.rate(each.tokens_per_second_mean), figures.count(each.input),
            figures.count(each.output), _cost(each), _share(each.error_rate), _share(each.recovery_rate),
            figures.count(each.with_issues),
        ])  # fmt: skip
    return rows


def _share(share: float | None) -> str:
    return figures.percent(share).removesuffix(" %")


def _table(rows: list[list[str]]) -> str:
    """Names to the left, the rest to the right; names have what the terminal leaves them, in a pipe all they want."""
    from rich.cells import cell_len, set_cell_size

    names = [one_line(row[0]) or figures.UNKNOWN for row in rows]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[1:]]
    room = max(map(cell_len, names))
    if sys.stdout.isatty():
        room = min(room, max(_NAME, shutil.get_terminal_size().columns - sum(widths) - len(widths)))
    lines = []
    for name, row in zip(names, rows, strict=True):
        cut = name if cell_len(name) <= room else f"{set_cell_size(name, room - 1)}…"
        cells = " ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths, strict=True))
        lines.append(f"{set_cell_size(cut, room)} {cells}\n")
    return "".join(lines)
