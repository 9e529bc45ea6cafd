"""Prints the table of measures; see the package."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.suite import everything, names, timed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in under three minutes")
    parser.add_argument("--only", default="", metavar="NAME", help=f"a part of the name of: {', '.join(names())}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="what moved since those figures were kept")
    options = parser.parse_args()
    if not any(options.only in name for name in names()):
        parser.error(f"no measure has {options.only!r} in its name: {', '.join(names())}")
    before = {row["name"]: row["value"] for row in json.loads(options.compare.read_text())} if options.compare else {}
    kept = []
    print(f"{'measure':<44} {'value':>12}  {'floor':>10}  {'× floor':>8}  {'× before' if before else ''}")
    for figure, _ in timed(everything(quick=options.quick, only=options.only)):
        kept.append(asdict(figure))
        floor = f"{figure.floor:,.1f}" if figure.floor is not None else ""
        ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
        moved = f"{figure.value / before[figure.name]:.2f}" if before.get(figure.name) else ""
        value = f"{figure.value:,.1f} {figure.unit}"
        print(f"{figure.name:<44} {value:>12}  {floor:>10}  {ratio:>8}  {moved}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
