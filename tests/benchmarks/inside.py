"""The program as it is, with the figures of its frames written to a file: `python -m tests.benchmarks.inside FILE …`.

A line a frame that had news: when it ended (`time.monotonic`), seconds of folding, seconds of painting.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from tui.cli import main
from tui.ui.metrics.own_speed import Frame, OwnSpeed


class Seen(NamedTuple):
    """One frame, as it stands in the file."""

    at: float
    fold: float
    paint: float


def seen(path: Path) -> list[Seen]:
    """What is in the file so far."""
    whole = path.read_text().rpartition("\n")[0]
    return [Seen(*map(float, line.split())) for line in whole.splitlines()]


def _note_in(path: Path) -> None:
    file, note = path.open("w", buffering=1), OwnSpeed.note

    def noted(own: OwnSpeed, frame: Frame) -> None:
        note(own, frame)
        if frame.records:
            file.write(f"{frame.at} {frame.fold} {frame.paint}\n")

    OwnSpeed.note = noted  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    _note_in(Path(sys.argv.pop(1)))
    sys.exit(main())
