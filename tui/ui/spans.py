"""Styles laid over part of a finished line."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def overlaid(found: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` over its cells from `start` to before `end`."""
    if start >= end:
        return found
    middle = [Segment(segment.text, (segment.style or Style.null()) + style) for segment in found.crop(start, end)]
    return Strip.join([found.crop(0, start), Strip(middle), found.crop(end)])
