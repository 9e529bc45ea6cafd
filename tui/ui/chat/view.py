"""A transcript in a scroll view: what is in view is rendered first, the end is followed, lines can be selected."""

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.selection import Selection
from textual.strip import Strip

from tui.ui.chat.looks import Looks
from tui.ui.chat.transcript import Transcript
from tui.ui.lines.line import Line, Styles, copied, cut_line, strip
from tui.ui.lines.spans import overlaid
from tui.ui.lines.view import LineView
from tui.ui.terminal.scrolling import grow, scroll
from tui.ui.themes.palette import Palette

_BAR: Final = "▎"


class TranscriptView(LineView):
    """Shows a `Transcript`. It follows the end until scrolled up, and does not move what is read meanwhile."""

    ALLOW_SELECT = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._styles = Styles()
        self._transcript = Transcript()
        self._wrapped = 0
        """The width that sections are rendered at."""
        self._cursor = -1
        self._following = True
        self._seen = 0
        """The height when following ended: what is below is new."""
        self._told = ""
        """What the marker at the bottom said last."""
        self._looks: Looks | None = None
        self._strips: LRUCache[Line | None, Strip] = LRUCache(512)
        """None: a line below the end."""
        self._working = False
        self._calm = True
        """No run is under way, so that there is time to render what is out of view."""

    @property
    def following(self) -> bool:
        """The end is in view and stays there as it grows."""
        return self._following

    @property
    def _width(self) -> int:
        return max(12, self.lines_width - 1)

    # Layout

    def _settle(self, changed: int) -> None:
        """Render what is in view, take on the new height, repaint from line `changed` on."""
        transcript, height = self._transcript, self.size.height
        top = self.scroll_offset.y
        if self._following:
            transcript.show_end(height, self._width)
            target = transcript.height - height
        else:
            target = transcript.show(top, height, self._width)
        size = Size(self.size.width, transcript.height)
        if size != self.virtual_size:
            grow(self, size)
        if max(0, target) != top:
            scroll(self, max(0, target))
        self._refresh_from(changed)
        self._tell_anew()
        self._arm()

    def _refresh_from(self, y: int) -> None:
        row = max(0, y - self.scroll_offset.y)
        if row < self.size.height:
            self.refresh(Region(0, row, self.size.width, self.size.height - row))

    def _tell_anew(self) -> None:
        """Repaint the marker at the bottom if it has another thing to say."""
        chip = self._chip()
        if chip != self._told:
            self._told = chip
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def _arm(self) -> None:
        """See to it that what is out of view is rendered too, once nothing else is going on."""
        if self._calm and not self._working and self._transcript.backlog:
            self._working = True
            self.set_timer(0.01, self._work)

    def _work(self) -> None:
        """Render a slice of what is out of view, without moving what is in view."""
        self._working = False
        if not self._calm:
            return
        place = self._transcript.place(self.scroll_offset.y)
        self._transcript.work(self._width)
        height = self._transcript.height
        if height != self.virtual_size.height:
            grow(self, Size(self.size.width, height))
            target = height - self.size.height if self._following else self._transcript.y(place)
            self.scroll_to(y=max(0, target), animate=False, immediate=True)
            self._tell_anew()
        self._arm()

    def on_resize(self) -> None:
        """Wrap anew what is in view; the rest follows when there is time."""
        if self._width != self._wrapped:
            self._wrapped = self._width
            self._transcript.invalidate()
            self._strips.clear()
            self.screen.clear_selection()
        self._settle(0)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks = None
        self._strips.clear()

    # Scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value):
            return
        following = round(new_value) >= self.max_scroll_y
        if self._following and not following:
            self._seen = self._transcript.height
        self._following = following
        if not following:
            self._settle(self.scroll_offset.y)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._following = True
        self._settle(0)

    def action_scroll_end(self) -> None:
        self.follow()

    # Lines on screen

    def strips(self, first: int, end: int) -> list[Strip]:
        looks, top, size = self._current_looks(), self.scroll_offset.y, self.size
        width, marking, lines = size.width, self._marking, self._transcript.lines_at
        found = []
        for row, line in enumerate(lines(top + first, top + end), top + first):
            strip = self._strip(line, width, looks)
            found.append(self._marked(strip, line, row, looks) if marking and line is not None else strip)
        if end == size.height and (chip := self._chip()):
            at = max(0, width - cell_len(chip) - 1)
            style = looks.base + looks.palette.chip
            last = found[-1]
            found[-1] = Strip.join([last.crop(0, at), Strip([Segment(chip, style)]), last.crop(at + cell_len(chip))])
        return found

    def _strip(self, line: Line | None, width: int, looks: Looks) -> Strip:
        found = self._strips.get(line)
        if found is None:
            found = Strip.blank(width, looks.base) if line is None else strip(line, width, looks.all(), looks.base)
            self._strips[line] = found
        return found

    def _current_looks(self) -> Looks:
        if self._looks is None:
            self._looks = Looks(self._styles, Palette.from_variables(self.app.theme_variables), self.rich_style)
        return self._looks

    @property
    def _marking(self) -> bool:
        """Something may be marked in the lines in view."""
        return self.text_selection is not None or (self._cursor >= 0 and self.has_focus)

    def _marked(self, found: Strip, line: Line, row: int, looks: Looks) -> Strip:
        """With the selection and the cursor's bar on it."""
        if (selection := self.text_selection) is not None and (span := selection.get_span(row)) is not None:
            start, end = span
            text = line[0]
            end = len(text) if end < 0 else min(end, len(text))
            start = min(max(start, line[2]), end)
            found = overlaid(found, cell_len(text[:start]), cell_len(text[:end]), looks.palette.selection)
        if self.has_focus and self._cursor >= 0 and self._transcript.section_at(row) == self._cursor and line[0]:
            bar = Strip([Segment(_BAR, looks.base + looks.palette.accent)])
            found = Strip.join([bar, found.crop(1)])
        return found

    def _chip(self) -> str:
        """What the marker at the bottom says while the end is out of view."""
        below = self._transcript.height - self.scroll_offset.y - self.size.height
        if self._following or below <= 0:
            return ""
        new = self._transcript.height - self._seen
        return f" ↓ {new:,} new lines " if new > 0 else " ↓ more below "

    def on_chip(self, x: int, y: int) -> bool:
        """The marker stands at this place of the widget."""
        chip = self._chip()
        at = self.size.width - cell_len(chip) - 1
        return bool(chip) and y == self.size.height - 1 and at <= x < at + cell_len(chip)

    # Selection

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as one would have written it: wrapped lines whole, without margins."""
        height = self._transcript.height
        first = min(selection.start.y if selection.start is not None else 0, height)
        last = min(selection.end.y if selection.end is not None else height - 1, height - 1)
        lines = self._transcript.lines(first, last + 1, self._width)
        if not lines:
            return None
        start = selection.start.x if selection.start is not None else 0
        end = selection.end.x if selection.end is not None and selection.end.y == last else len(lines[-1][0])
        if len(lines) > 1:
            lines[0] = cut_line(lines[0], start, len(lines[0][0]))
            start = 0
        lines[-1] = cut_line(lines[-1], start, end)
        return copied(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
