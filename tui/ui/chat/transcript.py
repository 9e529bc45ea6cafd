"""Where each line of the chat is: sections under one another, found by line number whatever their count."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, islice
from typing import Final, NamedTuple

from tui.state import Entry, Tool
from tui.ui.chat.sections import Part, Section, gapped, likely_height, make
from tui.ui.lines.line import Line, Styles

_SLICE: Final = 80
"""Lines rendered in one go while nobody waits for them: about 4 ms."""


MADE: Final = 2000
"""Sections that are kept; others are made again when they come into view."""
_AHEAD: Final = 500
"""Sections before the end that are rendered while nobody waits for them."""
_FRESH: Final = 60
"""Sections that are made as their entries come."""


class Place(NamedTuple):
    """A line by where it belongs; stays true when lines above it come and go."""

    section: int
    part: int
    line: int


class Sections:
    """The section of each entry from `base` on, made when it is asked for; what is long out of use is let go."""

    def __init__(
        self, entries: list[Entry], base: int, styles: Styles, begin: Callable[[Section], None] = lambda section: None
    ) -> None:
        """`begin` gets each section that is made, before it is brought up to its entry."""
        self._entries = entries
        self._base = base
        self._styles = styles
        self._begin = begin
        self.made: dict[int, Section] = {}
        self.heights: array[int] = array("L")
        """Lines of each; a guess until it was made."""
        self.now, self.width = 0.0, 80
        """What a section is made at."""
        self.expanded = False
        """All tool calls are; those to be made too."""

    def __len__(self) -> int:
        return len(self.heights)

    def __iter__(self) -> Iterator[Section]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Section:
        index = range(len(self))[index]
        found = self.made.get(index)
        if found is None:
            found = self.made[index] = make(self._entries, self._base + index, self._base, self._styles)
            found.expanded = self.expanded and isinstance(found.entry, Tool)
            self._begin(found)
            found.update(self.now, self.width, shown=False)
        return found

    def entry(self, index: int) -> Entry:
        """The entry of a section, which need not be made for it."""
        return self._entries[self._base + range(len(self))[index]]

    def grow(self) -> int:
        """Take on the entries that are new; how many."""
        first, last = self._base + len(self), len(self._entries)
        for index in range(first, last):
            gap = gapped(self._entries, index, self._base)
            self.heights.append(likely_height(self._entries[index], self.width, gap=gap))
        return last - first

    def let_go(self, first: int, last: int) -> None:
        """Keep no more than `MADE`, among them those from `first` to `last`, what goes on and what the user changed."""
        if len(self.made) <= 2 * MADE:
            return
        for index in list(islice(self.made, len(self.made) - MADE)):
            section = self.made[index]
            changed = section.expanded != (self.expanded and isinstance(section.entry, Tool))
            if not (first <= index <= last or section.live or changed):
                del self.made[index]


class Transcript:
    """Sections and their line numbers. After a change to one, tell `changed`."""

    def __init__(self, sections: Sections | None = None) -> None:
        self.sections = Sections([], 0, Styles()) if sections is None else sections
        self._starts = array("Q", [0])
        self._dirty = 0
        self._memo: tuple[int, int, list[Line]] = (0, 0, [])
        self._backlog = -1
        """Sections up to this index may have parts to render."""

    def grow(self) -> int:
        """Take on the entries that are new; how many. The last of them are rendered when there is time."""
        known, new = len(self.sections), self.sections.grow()
        if new:
            self._dirty = min(self._dirty, known)
            self._backlog = len(self.sections) - 1
            for index in range(max(known, len(self.sections) - _FRESH), len(self.sections)):
                self.changed(index, stale=True)
        return new

    def changed(self, index: int, *, stale: bool = False) -> None:
        """The section may be another; `stale`: it has parts that are not rendered."""
        height = self.sections[index].height
        if height != self.sections.heights[index]:
            self.sections.heights[index] = height
            self._dirty = min(self._dirty, index)
        self._memo = (0, 0, [])
        if stale:
            self._backlog = max(self._backlog, index)

    @property
    def height(self) -> int:
        """Lines in all."""
        return self._index()[-1]

    def top(self, index: int) -> int:
        """The line number of a section's first line."""
        return self._index()[index]

    def section_at(self, y: int) -> int:
        """The index of the section that line `y` is in, or the nearest."""
        return max(0, min(len(self.sections), bisect_right(self._index(), y)) - 1)

    def place(self, y: int) -> Place:
        """Where line `y` belongs."""
        index = self.section_at(y)
        line = max(0, y - self._starts[index])
        for at, part in enumerate(self.sections[index].parts if self.sections else ()):
            if line < part.height:
                return Place(index, at, line)
            line -= part.height
        return Place(index, 0, 0)

    def y(self, place: Place) -> int:
        """The line number of a place."""
        if place.section >= len(self.sections):
            return 0
        parts = self.sections[place.section].parts
        above = sum(part.height for part in parts[: place.part])
        height = parts[place.part].height if place.part < len(parts) else 1
        return self.top(place.section) + above + max(0, min(place.line, height - 1))

    def line(self, y: int) -> Line | None:
        """Line `y`; None where there is none, or none yet."""
        start, end, lines = self._memo
        if not start <= y < end:
            if not 0 <= y < self.height:
                return None
            place = self.place(y)
            part = self.sections[place.section].parts[place.part]
            start, lines = y - place.line, part.lines
            self._memo = (start, start + part.height, lines)
        return lines[y - start] if y - start < len(lines) else None

    def lines_at(self, first: int, end: int) -> list[Line | None]:
        """The lines from `first` to before `end`, as `line` gives them."""
        found: list[Line | None] = []
        for y in range(first, end):
            start, stop, lines = self._memo
            found.append(lines[y - start] if start <= y < stop and y - start < len(lines) else self.line(y))
        return found

    def lines(self, first: int, last: int, width: int) -> list[Line]:
        """The lines from `first` to before `last`, rendered if they were not."""
        self.show(first, last - first, width)
        return [line for y in range(first, last) if (line := self.line(y)) is not None]

    def show(self, y: int, height: int, width: int) -> int:
        """Render what `height` lines from `y` on need; returns the number that line `y` then has."""
        if not self.sections:
            return 0
        place = self.place(y)
        first = self.sections[place.section].parts[place.part]
        below = first.height - place.line
        seen = 0
        for index, part in self._parts_from(place):
            self._render(index, part, width)
            seen += below if part is first else part.height
            if seen >= height:
                break
        line = place.line if below > height else max(0, first.height - below)
        return self.y(place._replace(line=line))

    def show_end(self, height: int, width: int) -> None:
        """Render what the last `height` lines need."""
        seen = 0
        for index in range(len(self.sections) - 1, -1, -1):
            for part in reversed(self.sections[index].parts):
                self._render(index, part, width)
                seen += part.height
                if seen >= height:
                    return

    def invalidate(self) -> None:
        """The width is another: everything is to be rendered again, when there is time for it."""
        self._backlog = len(self.sections) - 1

    @property
    def backlog(self) -> bool:
        """There may be something for `work`."""
        return self._backlog >= 0

    def work(self, width: int) -> None:
        """Render a few lines of what is not rendered, from the end up."""
        done = 0
        while self._backlog >= max(0, len(self.sections) - _AHEAD):
            for part in self.sections[self._backlog].parts:
                if part.width != width:
                    if done >= _SLICE:
                        return
                    self._render(self._backlog, part, width)
                    done += part.height
            self._backlog -= 1
        self._backlog = -1

    def _parts_from(self, place: Place) -> Iterator[tuple[int, Part]]:
        start = place.part
        for index in range(place.section, len(self.sections)):
            for part in self.sections[index].parts[start:]:
                yield index, part
            start = 0

    def _render(self, index: int, part: Part, width: int) -> None:
        if part.width != width:
            part.render(width)
            self.sections[index].measure()
            self.changed(index)

    def _index(self) -> "array[int]":
        if self._dirty < len(self.sections):
            heights = self.sections.heights[self._dirty :]
            self._starts[self._dirty :] = array("Q", accumulate(heights, initial=self._starts[self._dirty]))
            self._dirty = len(self.sections)
        return self._starts
