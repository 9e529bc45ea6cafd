"""What a paced answer costs the screen, in counts that no machine's speed changes: each with a ceiling near today's.

A thousand deltas of mixed Markdown, 400 writes of an engine; each is folded, kept and painted before the next comes.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tests.ui.streamed_app import DELTAS, FRAMES, Recorded, Streamed, streaming
from tui.ui.terminal import compositing

FIRST: Final = 10
"""Number of the first answer that is measured."""
LONG: Final = 20_000
"""Deltas of the answer that comes at once before the last is measured again."""


class Costs(NamedTuple):
    """Of a paced answer."""

    unwritten: int
    """Frames that were not on the terminal at their end."""
    writes: float
    """To the terminal, a frame."""
    written: float
    """Bytes to the terminal, a delta."""
    lines: float
    """Lines that widgets render, a frame."""
    kept: float
    """Writes of the journal, a frame."""
    recorded: float
    """Bytes in the journal, a delta."""
    blocks: float
    """Blocks of memory that stay allocated, a delta."""
    calls: float
    """Calls of Python functions, a delta: folding, painting and keeping."""
    again: float
    """The same after a long answer, to what it was before."""


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Costs]:
    with pytest.MonkeyPatch.context() as patches:
        yield asyncio.run(measured(tmp_path_factory.mktemp("costs") / "journal.jsonl", patches))
    compositing.forget()


def test_every_frame_is_on_the_terminal_at_its_end(costs: Costs) -> None:
    assert costs.unwritten == 0, "what panes change within a frame waits for a timer of Textual's: see `frames`"


@pytest.mark.parametrize(
    ("what", "ceiling", "meaning"),
    [
        ("writes", 1.05, "a frame is no longer one write: something refreshes a widget outside of `frames.frame`"),
        ("written", 640, "more is written than what differs: see `compositing`, and what a pane repaints"),
        ("lines", 47, "a pane renders lines that did not change: see what it refreshes, and the log's own scrolling"),
        ("kept", 1.05, "the journal is written more than once a frame"),
        ("recorded", 120, "a delta's record has grown: a field is written that could be left out"),
        ("blocks", 57, "more stays in memory: a cache without bounds, or an object a delta in the state"),
        ("calls", 1_260, "a frame does more work: profile `python -m tests.benchmarks --only on_history`"),
        ("again", 1.03, "a frame's work grows with the history: something walks all entries, rows or records"),
    ],
)
def test_a_paced_answer_costs_no_more_than(costs: Costs, what: str, ceiling: float, meaning: str) -> None:
    seen = getattr(costs, what)
    assert seen > 0, "it is no longer counted"
    assert seen <= ceiling, f"{what} grew to {seen:,.2f}: {meaning}"


async def measured(path: Path, patches: pytest.MonkeyPatch) -> Costs:
    """Each cost in an answer of its own, after short ones that fill the caches and the rows of the log."""
    async with streaming(path, patches) as it:
        for run in range(1, FIRST):
            await it.answer(run, 4, 50)
            await it.end(run)
        lines, kept = noted(patches)
        Recorded.writes.clear()
        await it.answer(FIRST)
        writes, written, rendered = len(Recorded.writes), sum(Recorded.writes), sum(lines)
        times, recorded = len(kept), sum(kept)
        await it.end(FIRST)
        gc.collect()
        blocks = sys.getallocatedblocks()
        await it.answer(FIRST + 1)
        gc.collect()
        blocks = sys.getallocatedblocks() - blocks
        await it.end(FIRST + 1)
        before = await called(it, FIRST + 2)
        await it.answer(FIRST + 3, 20, LONG)
        await it.end(FIRST + 3)
        again = await called(it, FIRST + 4)
    return Costs(
        unwritten=it.unwritten,
        writes=writes / FRAMES,
        written=written / DELTAS,
        lines=rendered / FRAMES,
        kept=times / FRAMES,
        recorded=recorded / DELTAS,
        blocks=blocks / DELTAS,
        calls=before / DELTAS,
        again=again / before,
    )


async def called(it: Streamed, run: int) -> int:
    """Python functions called while an answer comes."""
    seen = 0

    def note(frame: object, what: str, argument: object) -> None:
        nonlocal seen
        seen += what == "call"

    sys.setprofile(note)
    try:
        await it.answer(run)
    finally:
        sys.setprofile(None)
    await it.end(run)
    return seen


def noted(patches: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """How many lines each widget's rendering is asked for, and how many bytes each write of a file has, from now on."""
    lines: list[int] = []
    kept: list[int] = []
    kinds: set[type[Widget]] = {Widget, *_kinds(Widget)}
    for kind in kinds:
        if "render_lines" in vars(kind):
            patches.setattr(kind, "render_lines", _noting_lines(kind.render_lines, lines))
    write = os.write

    def noting(descriptor: int, data: bytes) -> int:
        kept.append(len(data))
        return write(descriptor, data)

    patches.setattr(os, "write", noting)
    return lines, kept


def _noting_lines(render: Any, lines: list[int]) -> Any:
    def noting(widget: Widget, crop: Region) -> list[Strip]:
        lines.append(crop.height)
        found: list[Strip] = render(widget, crop)
        return found

    return noting


def _kinds(kind: type[Widget]) -> set[type[Widget]]:
    return {each for below in kind.__subclasses__() for each in {below, *_kinds(below)}}
