"""One section of the chat for each entry of state, in parts that are rendered when they are needed."""

from collections.abc import Callable, Sequence
from typing import Final

from tui.pace import Pacing, whole_words
from tui.safety import VisibleStream
from tui.state import SEAM, Answer, Entry, Handoff, Prompt
from tui.ui.chat.cards import head, plain_parts, quiet
from tui.ui.lines.line import Line, Styles
from tui.ui.markdown.blocks import Block
from tui.ui.markdown.layout import Message
from tui.ui.markdown.splitter import Splitter

PART_LINES: Final = 60
"""Lines after which an answer goes on in a new part: what is rendered in one go after a resize."""

INDENT: Final = 3
"""Columns left of text: one for the cursor's bar, two for the indent under a header."""

CARET: Final = "▍"


class Part:
    """Some lines of a section. Until rendered at the width in use its height is a guess."""

    __slots__ = ("_render", "height", "lines", "width")

    def __init__(self, render: Callable[[int], list[Line]], guess: int = 1) -> None:
        self._render = render
        self.lines: list[Line] = []
        self.height = guess
        self.width = 0
        """What it was rendered at; 0: not yet."""

    def render(self, width: int) -> None:
        self.set(self._render(width), width)

    def set(self, lines: list[Line], width: int) -> None:
        self.lines, self.height, self.width = lines, len(lines), width


class Section:
    """What is shown of one entry. `speaker` is the agent of the answer before it in the same exchange."""

    def __init__(self, entry: Entry, styles: Styles, *, gap: bool, speaker: str = "") -> None:
        self.entry = entry
        self.speaker = speaker
        self.expanded = False
        self.rev = -1
        self.live = True
        self.gap = gap
        self.styles = styles
        self.parts: list[Part] = []
        self.height = 0

    def measure(self) -> None:
        """Bring `height` up to its parts."""
        self.height = sum(part.height for part in self.parts)

    def update(self, now: float, width: int, *, shown: bool) -> int:
        """Bring the parts up to the entry. `shown`: they are in view and worth rendering.

        Returns the first of its lines that is another, -1 for none.
        """
        if self.rev == self.entry.rev and not (self.live and shown):
            return -1
        self.live = not quiet(self.entry)
        lines = self._head(now, width)
        if self.rev == self.entry.rev:
            if self.parts[0].lines == lines:
                return -1
        else:
            self.parts = [Part(lambda width: self._head(now, width)), *self._details()]
        self.rev = self.entry.rev
        self.parts[0].set(lines, width)
        self.measure()
        return 0

    def _head(self, now: float, width: int) -> list[Line]:
        return head(self.entry, self.styles, width, now, gap=self.gap, expanded=self.expanded)

    def _details(self) -> list[Part]:
        if not self.expanded:
            return []
        return [Part(render, guess) for render, guess in plain_parts(self.entry, self.styles)]

    def toggle(self, now: float, width: int) -> None:
        """Expand or collapse."""
        self.expanded = not self.expanded
        self.rev = -1
        self.update(now, width, shown=True)

    @property
    def expandable(self) -> bool:
        return True


class AnswerSection(Section):
    """A message of an agent: its Markdown grows by blocks, of which only the last is rendered again."""

    def __init__(self, entry: Answer, styles: Styles, *, gap: bool, speaker: str) -> None:
        super().__init__(entry, styles, gap=gap, speaker=speaker)
        self.answer = entry
        self._splitter: Splitter | None = Splitter()
        self._message = Message(styles, INDENT)
        self._clean = VisibleStream()
        self._had = 0
        """Characters of the answer taken so far."""
        self.pacing: Pacing | None = None
        """How fast it is shown; None: as it comes."""
        self._blocks: list[Block] = []
        """Of the part under way."""

    @property
    def expandable(self) -> bool:
        return False

    def update(self, now: float, width: int, *, shown: bool) -> int:
        answer = self.answer
        stale = shown and bool(self.parts) and self.parts[-1].width != width
        news = self._news(now)
        if self.rev == answer.rev and not stale and not news:
            return -1
        self.rev = answer.rev
        done = answer.status != "streaming" and not self.ahead
        if not self.parts:
            self.parts = [Part(self._header, 2), Part(self._tail)]
        first = self.height - self.parts[-1].height if self.parts[0].width == width else 0
        if self._splitter is not None:
            self._add(self._splitter.feed(self._clean.feed(news)), width, shown=shown)
            if done:
                self._end(self._splitter, width, shown=shown)
        if done:
            self.parts[0].width = 0
        if shown:
            header = self.parts[0].lines
            self.parts[0].render(width)
            first = first if self.parts[0].lines == header else 0
            self.parts[-1].render(width)
        else:
            self.parts[-1].width = 0
        self.live = not done
        self.measure()
        return max(0, first)

    @property
    def ahead(self) -> str:
        """The text that has come and is not shown yet."""
        return self.answer.text.since(self._had)

    def _news(self, now: float) -> str:
        """The text that came since, or as much of it as its pace shows, each seam in it marked."""
        news, begin, text = self.ahead, self._had, self.answer.text
        if self.pacing is not None:
            end = self.pacing.shown(text.length, now, over=self.answer.status != "streaming")
            news = news if end == text.length else whole_words(news[: max(0, end - begin)])
        self._had = begin + len(news)
        for seam in reversed(self.answer.seams):
            if begin <= seam < self._had:
                news = f"{news[: seam - begin]}{SEAM}{news[seam - begin :]}"
        return news

    def _end(self, splitter: Splitter, width: int, *, shown: bool) -> None:
        self._add(splitter.finish(), width, shown=shown)
        self._splitter = None
        if splitter.defines:
            for part in self.parts:
                part.width = 0

    def _add(self, blocks: Sequence[Block], width: int, *, shown: bool) -> None:
        """Take on blocks; of more than a screen of them those in view are rendered by whoever shows them."""
        shown = shown and sum(guess(block.text, width) for block in blocks) <= 2 * PART_LINES
        for block in blocks:
            part = self.parts[-2] if self._blocks else None
            if part is None or part.height >= PART_LINES:
                self._blocks = []
                part = Part(self._body(self._blocks), 0)
                self.parts.insert(-1, part)
            self._blocks.append(block)
            if shown and part.width in (0, width) and (part.width or len(self._blocks) == 1):
                part.set(part.lines + self._message.render(block, width), width)
            else:
                part.width = 0
                part.height += guess(block.text, width)

    def _body(self, blocks: list[Block]) -> Callable[[int], list[Line]]:
        return lambda width: [line for block in blocks for line in self._message.render(block, width)]

    def _header(self, width: int) -> list[Line]:
        named = not self.speaker or self.answer.agent != self.speaker
        return head(self.answer, self.styles, width, 0.0, gap=self.gap, expanded=named)

    def _tail(self, width: int) -> list[Line]:
        answer = self.answer
        if self._splitter is None:
            return ending(answer, self.styles)
        lines = [line for block in self._splitter.tail() for line in self._message.render(block, width)]
        text, runs, skip, soft = lines.pop() if lines else (" " * INDENT, (), INDENT, False)
        fill = runs[-2:] if runs and runs[-2] > len(text) else ()
        kept = runs[: len(runs) - len(fill)]
        caret = (len(text), 0, len(text) + len(CARET), self.styles.number("caret"))
        lines.append((text + CARET, (*kept, *caret, *fill), skip, soft))
        return lines


def ending(answer: Answer, styles: Styles) -> list[Line]:
    """What stands under a message that did not come to its end by itself."""
    marks = {"stopped": ("■ stopped by you", "stopped"), "failed": ("✗ cut off by an error", "error")}
    if answer.status not in marks:
        return []
    mark, role = marks[answer.status]
    text = " " * INDENT + mark
    return [(text, (len(text), styles.number(role)), INDENT, False)]


def guess(text: str, width: int) -> int:
    """About how many lines a text takes."""
    return text.count("\n") + 1 + len(text) // max(20, width)


def make(entries: Sequence[Entry], index: int, base: int, styles: Styles) -> Section:
    """The section of the entry at `index`; the first that is shown is at `base`."""
    entry, gap = entries[index], gapped(entries, index, base)
    if not isinstance(entry, Answer):
        return Section(entry, styles, gap=gap)
    speaker = ""
    for at in range(index - 1, base - 1, -1):
        before = entries[at]
        if isinstance(before, Answer):
            speaker = before.agent
        if isinstance(before, Answer | Prompt | Handoff):
            break
    return AnswerSection(entry, styles, gap=gap, speaker=speaker)


def gapped(entries: Sequence[Entry], index: int, base: int) -> bool:
    """A blank line stands before it: between entries of different kinds, and before each answer."""
    if index == base:
        return False
    entry = entries[index]
    return isinstance(entry, Answer) or type(entries[index - 1]) is not type(entry)


def likely_height(entry: Entry, width: int, *, gap: bool) -> int:
    """About how many lines an entry takes, told without making its section."""
    match entry:
        case Answer(text=text):
            return gap + 2 + text.length // max(20, width)
        case Prompt(text=text):
            return gap + 1 + guess(text, width)
        case _:
            return gap + 1
