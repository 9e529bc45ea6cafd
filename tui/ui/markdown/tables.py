"""Tables in the width there is: columns shrink and wrap; where they cannot, each row becomes a list of its cells."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, TypeAlias

from rich.cells import cell_len

from tui.ui.lines.line import Page, Runs, Styles, breaks, cut_runs

Cell: TypeAlias = tuple[str, Runs]

_BAR: Final = " │ "
_NARROW: Final = 6
"""Cells below which a column that must wrap is no longer readable."""
_PIPE: Final = re.compile(r"(?<!\\)\|")


def split_row(line: str) -> list[str]:
    """The Markdown of a row's cells."""
    bare = line.strip().removeprefix("|")
    cells = [cell.replace("\\|", "|").strip() for cell in _PIPE.split(bare)]
    return cells[:-1] if cells and not cells[-1] and len(cells) > 1 else cells


def alignments(delimiters: str) -> list[str]:
    """`left`, `right` or `center` of each column."""
    kinds = {(False, True): "right", (True, True): "center"}
    return [kinds.get((cell.startswith(":"), cell.endswith(":")), "left") for cell in split_row(delimiters)]


def natural_widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Cells each column needs to wrap nowhere."""
    return [max(cell_len(text) for text, _ in column) for column in zip_longest(*rows, fillvalue=("", ()))]


def put_table(
    page: Page,
    styles: Styles,
    header: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    aligns: Sequence[str],
    naturals: Sequence[int],
    *,
    headless: bool = False,
) -> None:
    """Add a table. `naturals`: the widths of its columns if there were room; `headless`: it goes on from one above."""
    widths = _fit(naturals, page.room - len(_BAR) * (len(naturals) - 1))
    if not widths:
        _put_records(page, styles, header, rows, headless=headless)
        return
    border = styles.number("border_blurred")
    if not headless:
        _put_row(page, border, header, widths, aligns)
        rule = "─┼─".join("─" * width for width in widths)
        page.put(rule, (len(rule), border))
    for row in rows:
        _put_row(page, border, row, widths, aligns)


def _fit(naturals: Sequence[int], room: int) -> list[int]:
    """Widths that fit: columns up to their fair share keep what they need. None if that leaves too little."""
    if sum(naturals) <= room:
        return [max(1, width) for width in naturals]
    widths = [0] * len(naturals)
    order = sorted(range(len(naturals)), key=naturals.__getitem__)
    for done, column in enumerate(order):
        share = room // (len(order) - done)
        widths[column] = max(1, min(naturals[column], share))
        room -= widths[column]
        if naturals[column] > share and share < _NARROW:
            return []
    return widths


def _put_row(page: Page, border: int, row: Sequence[Cell], widths: Sequence[int], aligns: Sequence[str]) -> None:
    columns = [
        [(text[left:right].rstrip(), cut_runs(runs, left, right)) for left, right in breaks(text, width)]
        for (text, runs), width in zip(row, widths, strict=False)
    ]
    for parts in zip_longest(*columns, fillvalue=("", ())):
        line = ""
        out: list[int] = []
        for at, (text, runs) in enumerate(parts):
            if at:
                line += _BAR
                out += (len(line), border)
            blank = widths[at] - cell_len(text)
            before = {"right": blank, "center": blank // 2}.get(aligns[at], 0) if at < len(aligns) else 0
            out += (len(line) + before, 0)
            shift = len(line) + before
            out += (value if place % 2 else min(value, len(text)) + shift for place, value in enumerate(runs))
            line += " " * before + text
            line += " " * (blank - before) if at + 1 < len(parts) else ""
            out += (len(line), 0)
        page.put(line, out)


def _put_records(
    page: Page, styles: Styles, header: Sequence[Cell], rows: Sequence[Sequence[Cell]], *, headless: bool
) -> None:
    border = styles.number("border_blurred")
    for at, row in enumerate(rows):
        if at or headless:
            page.put("─" * page.room, (page.room, border))
        for (name, name_runs), (text, runs) in zip(header, row, strict=False):
            if text:
                lead = f"{name}: " if name else ""
                shifted = (value if place % 2 else value + len(lead) for place, value in enumerate(runs))
                first = (*name_runs, len(lead), border) if lead else ()
                page.flow(lead + text, (*first, *shifted))
