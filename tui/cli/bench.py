"""`agents-tui bench`: the same prompts to several models, streamed and not."""

import argparse
import asyncio
import math
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from tui import figures
from tui.bench.engines import BenchError, run_all
from tui.bench.table import Line, Spread, lines
from tui.bench.trials import Outcome, Results, ResultsError, Trial, plan, spent
from tui.cli.opening import launch_of
from tui.cli.options import Parser, server_options, settings_of
from tui.config import Settings
from tui.link.handle import Launch
from tui.safety import one_line

INTERRUPTED: Final = 130
_MANNERS: Final = {"both": (False, True), "on": (True,), "off": (False,)}
_BAR: Final = 20
"""Cells."""


def main(arguments: list[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    options.model = None
    settings = settings_of(parser, options)
    prompts = _prompts(parser, options.prompts)
    models = options.models or [settings.model or ""]
    trials = plan(settings.agent or "", models, _MANNERS[options.streaming], prompts, options.repeats)
    results = _results(parser, options.json)
    bench = _Bench(trials, results, options.budget)
    try:
        stopped = asyncio.run(_until_signal(bench, settings, options.parallel))
    except BenchError as error:
        bench.clear()
        parser.exit(1, f"{parser.prog}: {one_line(str(error))}\n")
    except OSError as error:
        bench.clear()
        parser.exit(1, f"{parser.prog}: {error.filename or options.json}: {error.strerror}\n")
    bench.clear()
    _tell(parser, bench, options.output)
    return INTERRUPTED if stopped else 0 if all(each.status == "completed" for each in bench.outcomes) else 1


def _parser() -> Parser:
    parser = Parser(
        prog="agents-tui bench",
        description="The same prompts to several models, streamed and asked for the whole answer at once.",
        epilog="SEEN is until there is something to read, × what it is of the first line's. Exit status: 0, 1 if a run "
        "failed, 2 for wrong usage, 130 if stopped: the same --json FILE then goes on where it was.",
        allow_abbrev=False,
    )
    parser.add_argument("--agent", metavar="AGENT", help="which agent to ask (default: demo)")
    parser.add_argument("--prompts", metavar="FILE", required=True, help="one prompt a line")
    parser.add_argument("-n", dest="repeats", metavar="N", type=_positive, default=5, help="runs of each (default: 5)")
    parser.add_argument("--models", metavar="A,B", type=_names, help="(default: the agent's own)")
    parser.add_argument("--parallel", metavar="N", type=_positive, default=1, help="runs at once (default: 1)")
    parser.add_argument("--streaming", choices=tuple(_MANNERS), default="both", help="(default: both)")
    parser.add_argument("--budget", metavar="USD", type=_dollars, help="begin no run once that much is spent")
    parser.add_argument("--json", metavar="FILE", type=Path, help="keep each result there, a JSON object a line")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the table there too; as JSON if so named")
    server_options(parser)
    return parser


def _positive(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return int(text)


def _dollars(text: str) -> float:
    try:
        value = float(text.removeprefix("$"))
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of US dollars, like 0.50")
    return value


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of different models, like a,b")
    return names


def _prompts(parser: Parser, name: str) -> list[str]:
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"{name}: cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}")
    prompts = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not prompts:
        parser.error(f"{name}: holds no prompt: write one a line")
    return prompts


def _results(parser: Parser, path: Path | None) -> Results | None:
    try:
        return None if path is None else Results(path)
    except OSError as error:
        parser.error(f"{path}: cannot be written: {error.strerror}")
    except ResultsError as error:
        parser.error(str(error))


class _Bench:
    """What is to be done and what has been, and how far that is."""

    def __init__(self, trials: Sequence[Trial], results: Results | None, budget: float | None) -> None:
        wanted = set(trials)
        known = [] if results is None else [each for each in results.outcomes if each.trial in wanted]
        self._results, self.budget = results, budget
        self.outcomes: list[Outcome] = known
        done = {each.trial for each in known}
        self.left = [trial for trial in trials if trial not in done]
        self.number = len(trials)
        self.order = {trial: place for place, trial in enumerate(trials)}
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()

    @property
    def over_budget(self) -> bool:
        return self.budget is not None and spent(self.outcomes) >= self.budget

    def done(self, found: Outcome) -> bool:
        """Keep an outcome; whether there is money for another."""
        self.outcomes.append(found)
        if self._results is not None:
            self._results.add(found)
        self.show()
        return not self.over_budget

    def show(self) -> None:
        """The progress, on a terminal."""
        if self._terminal:
            made = len(self.outcomes)
            bar = figures.gauge(made / self.number, _BAR)
            took = figures.elapsed(time.monotonic() - self._began)
            text = f"{bar} {made}/{self.number} · {_money(self.outcomes)} · {took}"
            sys.stderr.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


async def _until_signal(bench: _Bench, settings: Settings, parallel: int) -> bool:
    """Run what is left; whether a signal ended it."""

    def launch(trial: Trial) -> Launch:
        wanted = launch_of(replace(settings, model=trial.model or None))
        return replace(wanted, streaming=trial.streaming)

    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(run_all([] if bench.over_budget else bench.left, launch, parallel, bench.done))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    bench.show()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


def _tell(parser: Parser, bench: _Bench, output: Path | None) -> None:
    if not bench.outcomes:
        sys.stdout.write("no runs\n")
        return
    # in the order of the plan, whatever came first
    found = lines(sorted(bench.outcomes, key=lambda each: bench.order[each.trial]))
    table = _table(found) + _foot(bench)
    sys.stdout.write(table)
    sys.stdout.flush()
    if output is not None:
        try:
            plain = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
            output.write_bytes(plain if output.suffix == ".json" else table.encode())
        except OSError as error:
            parser.exit(1, f"{parser.prog}: {output}: {error.strerror}\n")


def _foot(bench: _Bench) -> str:
    failed = sum(each.status != "completed" for each in bench.outcomes)
    parts = [
        f"{len(bench.outcomes):,} of {bench.number:,} runs",
        f"{failed:,} failed",
        f"cost {_money(bench.outcomes)}",
    ]
    error = next((each.error for each in bench.outcomes if each.error), "")
    stop = ""
    if bench.over_budget and len(bench.outcomes) < bench.number:
        stop = "the budget is spent\n"
    elif bench.budget is not None and any(each.unpriced for each in bench.outcomes):
        stop = "the budget did not count requests whose price nobody knows\n"
    return f"{' · '.join(parts)}\n{f'failed: {error}{chr(10)}' if error else ''}{stop}"


def _money(outcomes: Sequence[Outcome]) -> str:
    priced = sum(each.cost is not None for each in outcomes)
    known = sum((Decimal(repr(each.cost)) for each in outcomes if each.cost is not None), Decimal(0))
    return figures.money(known, priced, sum(each.unpriced for each in outcomes))


def _table(found: Sequence[Line]) -> str:
    """In 80 cells, unless a model's name is longer than 15."""
    rows = [("MODEL", "ANSWER", "RUNS", "SEEN", "P25–P75", "×", "TOTAL", "P25–P75", "×", "TOK/S")]
    for line in found:
        manner = "streamed" if line.streaming else "whole"
        runs = str(line.runs) if line.completed == line.runs else f"{line.completed}/{line.runs}"
        rows.append((
            one_line(line.model) or "agent's own", manner, runs, *_cells(line.perceived), *_cells(line.total),
            figures.rate(line.rate),
        ))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told = (
        " ".join(
            f"{cell:<{width}}" if at < 2 else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in told)


def _cells(spread: Spread) -> tuple[str, str, str]:
    ratio = figures.UNKNOWN if spread.ratio is None else f"{spread.ratio:.2f}"
    between = f"{_seconds(spread.p25)}–{_seconds(spread.p75)}"
    return figures.latency(spread.median), between, ratio


def _seconds(value: float | None) -> str:
    return figures.latency(value).removesuffix(" s")
