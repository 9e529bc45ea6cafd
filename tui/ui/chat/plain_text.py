"""Plain text as lines: one row cut to fit, a preview, or all of it in pieces of bounded size."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from tui.safety import visible
from tui.ui.lines.line import Line, Page, Styles, cut_text

LONGEST: Final = 4096
"""Characters rendered in one go."""
_CHUNK: Final = 40
"""Lines rendered in one go."""

Renderer = Callable[[int], list[Line]]
"""From a width to the lines in it."""


def row(page: Page, styles: Styles, *pieces: tuple[str, str]) -> None:
    """One line of pieces in their roles, cut to the width."""
    text, room = "", page.room
    runs: list[int] = []
    for piece, role in pieces:
        text += piece
        runs += (len(text), styles.number(role) if role else 0)
    page.put(cut_text(text, room), runs)


def preview(page: Page, styles: Styles, text: str, most: int, role: str = "") -> None:
    """The first lines of a text, and how many more there are."""
    style = styles.number(role) if role else 0
    start = visible(text[: most * 400])
    scratch = Page(page.room)
    for line in start.split("\n", most)[:most]:
        plain = line.rstrip("\r").expandtabs(4)
        scratch.flow(plain, (len(plain), style))
    whole = len(scratch.lines) <= most and text.count("\n") < most and len(text) <= most * 400
    for line, runs, _, soft in scratch.lines[:most]:
        page.put(line, runs, soft=soft)
    if not whole:
        left = text.count("\n") + 1 - most
        row(page, styles, (f"… {left:,} more lines" if left > 0 else "… more", "muted"))


def texts(text: str, styles: Styles, indent: int, role: str = "") -> Iterator[tuple[Renderer, int]]:
    """Plain text in pieces of bounded size."""
    lines = text.split("\n")
    for at in range(0, len(lines), _CHUNK):
        chunk = "\n".join(lines[at : at + _CHUNK])
        for start in range(0, max(1, len(chunk)), LONGEST):
            piece = chunk[start : start + LONGEST]
            joined = start + LONGEST < len(chunk)
            yield partial(_plain, piece, styles, indent, role, joined), piece.count("\n") + 1 + len(piece) // 100


def _plain(text: str, styles: Styles, indent: int, role: str, soft: bool, width: int) -> list[Line]:
    page = Page(width, indent)
    plain = text.expandtabs(4)
    page.flow(plain, (len(plain), styles.number(role) if role else 0), soft=soft)
    return page.lines
