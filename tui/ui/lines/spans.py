"""Styles laid over part of a finished line."""

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.ui.themes.palette import Palette


def overlaid(found: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` over its cells from `start` to before `end`."""
    if start >= end:
        return found
    middle = [Segment(segment.text, (segment.style or Style.null()) + style) for segment in found.crop(start, end)]
    return Strip.join([found.crop(0, start), Strip(middle), found.crop(end)])


def with_hits(found: Strip, pattern: re.Pattern[str] | None, first: int, palette: Palette) -> Strip:
    """The strip with all that the pattern finds from the character `first` on made to stand out."""
    if pattern is None:
        return found
    text, style = found.text.rstrip(), palette.selection + Style(bold=True, underline=True)
    for hit in pattern.finditer(text, first):
        found = overlaid(found, cell_len(text[: hit.start()]), cell_len(text[: hit.end()]), style)
    return found
