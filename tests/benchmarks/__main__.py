"""Prints the table of measures; see the package."""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.compare import Move, kept, move
from tests.benchmarks.figures import REACHES, Figure
from tests.benchmarks.suite import everything, names

_ROW = "{:<56} {:>13} {:>11} {:>10} {:>8}  {}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in under three minutes")
    parser.add_argument("--only", default="", metavar="NAME", help=f"a part of the name of: {', '.join(names())}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="what moved since those figures were kept")
    options = parser.parse_args()
    if not any(options.only in name for name in names()):
        parser.error(f"no measure has {options.only!r} in its name: {', '.join(names())}")
    began = time.monotonic()
    before = kept(options.compare) if options.compare else {}
    figures: list[Figure] = []
    moves: dict[str, Move] = {}
    print(_ROW.format("measure", "value", "reach", "floor", "× floor", "× before" if before else ""))
    for figure in everything(quick=options.quick, only=options.only):
        figures.append(figure)
        if figure.name in before:
            moves[figure.name] = move(before[figure.name], figure)
        print(_line(figure, moves.get(figure.name)), flush=True)
        if options.json:
            options.json.write_text(json.dumps([asdict(each) for each in figures], indent=1))
    print(f"{len(figures)} figures in {time.monotonic() - began:.0f} s")
    if not options.only:
        for name in REACHES.keys() - {figure.name for figure in figures}:
            print(f"not measured: {name}")
    if before:
        print(*_summary(moves), sep="\n")


def _line(figure: Figure, moved: Move | None) -> str:
    reach = ""
    if figure.reach:
        bound, of_ratio, at_least = figure.reach
        sign, times = "≥" if at_least else "≤", " ×" if of_ratio else ""
        reach = f"{sign} {bound:,g}{times} {'✔' if figure.reached else '✗'}"
    floor = "" if figure.floor is None else _number(figure.floor)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return _ROW.format(figure.name, f"{_number(figure.value)} {figure.unit}", reach, floor, ratio, moved or "").rstrip()


def _number(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def _summary(moves: dict[str, Move]) -> list[str]:
    """What a reader of the last column looks for."""
    real = {name: each for name, each in moves.items() if each.real}
    if not real:
        return ["nothing moved by more than its repeats differ"]
    return [
        "moved by more than repeats differ (ratios to the floor where there is one):",
        *(f"  {each.factor:5.2f} ×  {name}, of which ± {each.noise:.0%} is noise" for name, each in real.items()),
    ]


if __name__ == "__main__":
    main()
