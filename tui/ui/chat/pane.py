"""The conversation on screen: one line-API widget that paints what changed."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual

from tui.state import Answer, Prompt, State, Tool
from tui.ui.chat.entry_text import body, plain
from tui.ui.chat.paced_view import PacedView
from tui.ui.chat.sections import AnswerSection
from tui.ui.chat.transcript import Sections, Transcript
from tui.ui.lines.line import style_at


class ChatPane(PacedView, can_focus=True):
    """The whole conversation. `welcome` stands in its place while it is empty."""

    DEFAULT_CSS = """
    ChatPane {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        border-top: solid $border-blurred;
        border-title-color: $foreground-muted;
        &:focus {
            border-top: solid $border;
            border-title-color: $foreground;
            border-title-style: bold reverse;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "move_cursor(-1)", "Previous block", show=False, id="chat.previous"),
        Binding("right_square_bracket", "move_cursor(1)", "Next block", show=False, id="chat.next"),
        Binding("enter,space", "expand", "Expand or collapse", show=False, id="chat.toggle"),
        Binding("y", "copy", "Copy block", show=False, id="chat.copy"),
        Binding("e", "edit", "Edit prompt", show=False, id="chat.edit"),
        Binding("slash,ctrl+f", "ask('search')", "Search", show=False, id="chat.search"),
        Binding("n", "next_hit(1)", "Next found", show=False, id="chat.found"),
        Binding("N", "next_hit(-1)", "Previous found", show=False, id="chat.found-back"),
        Binding("escape", "clear", "End the search", show=False, id="chat.clear"),
    ]

    class LinkClicked(Message):
        """A link was clicked; what to do with its target is the app's decision."""

        def __init__(self, href: str) -> None:
            super().__init__()
            self.href = href

    class CopyRequested(Message):
        """The user wants `text` on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class EditRequested(Message):
        """The user wants to send a prompt anew: the marked one's `number`; 0: the last."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class ToolSelected(Message):
        """A tool call was clicked."""

        def __init__(self, call: str) -> None:
            super().__init__()
            self.call = call

    def __init__(self, welcome: Content | str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._welcome = welcome if isinstance(welcome, Content) else Content(welcome)

    def paint(self, state: State, now: float) -> None:
        """Show what changed in `state`; `now` is in seconds since the epoch."""
        self._now = now
        self._calm = not state.busy
        if state is not self._state or state.cleared != self._base:
            self._reset(state)
        if self._wrapped:
            changed = self._update_sections(state, now)
            if changed is not None:
                self._settle(changed)
            self._flow()
            self._arm()
            self._search.take_on()

    def _reset(self, state: State) -> None:
        self._state, self._base, self._live = state, state.cleared, state.cleared
        self._transcript = Transcript(Sections(state.entries, state.cleared, self._styles, self._begin_pace))
        self._cursor, self._following = -1, True
        self._settle(0)
        self._search_again()

    def _update_sections(self, state: State, now: float) -> int | None:
        """Bring sections up to their entries; returns the first line that is another."""
        transcript, width = self._transcript, self._width
        sections = transcript.sections
        sections.now, sections.width = now, width
        first: int | None = None
        bottom = self.scroll_offset.y + self.size.height
        oldest = min(self._live, state.live) - self._base
        for index in sorted(index for index in sections.made if index >= oldest):
            section = sections[index]
            if index + self._base < state.live and isinstance(section, AnswerSection):
                section.pacing = None  # another prompt was sent
            if section.rev == section.entry.rev and not section.live:
                continue
            end = transcript.top(index) + section.height
            offset = section.update(now, width, shown=self._following or end <= bottom)
            if offset >= 0:
                y = transcript.top(index) + offset
                first = y if first is None else min(first, y)
                transcript.changed(index, stale=True)
        height = transcript.height
        if transcript.grow():
            first = height if first is None else first
        sections.let_go(transcript.section_at(self.scroll_offset.y), transcript.section_at(bottom))
        self._live = state.live
        return first

    def on_resize(self) -> None:
        super().on_resize()
        self.paint(self._state, self._now)

    def on_show(self) -> None:
        """Catch up with what came while hidden."""
        self.paint(self._state, self._now)

    def strips(self, first: int, end: int) -> list[Strip]:
        if self._transcript.sections:
            return super().strips(first, end)
        width = self.size.width
        strips = Visual.to_strips(self, self._welcome, width, None, self.visual_style) if self._welcome else []
        blank = Strip.blank(width, self.base_style)
        return [
            strips[y].adjust_cell_length(width, self.base_style) if y < len(strips) else blank
            for y in range(first, end)
        ]

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Follow a link or the marker, or expand what was clicked; a double click does not select everything."""
        event.prevent_default()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if self.on_chip(*offset):
            self.follow()
            return
        row = offset.y + self.scroll_offset.y
        line = self._transcript.line(row)
        if line is None or self.text_selection is not None:
            return
        if href := self._styles.link(style_at(line, offset.x)):
            self.post_message(self.LinkClicked(href))
            return
        place = self._transcript.place(row)
        section = self._transcript.sections[place.section]
        if place.part == 0 and line[0]:
            if isinstance(section.entry, Tool):
                self.post_message(self.ToolSelected(section.entry.call))
            self._cursor = place.section
            self._toggle(place.section)

    # Sections

    def action_move_cursor(self, by: int) -> None:
        """Move the mark of the section that keys act on."""
        count = len(self._transcript.sections)
        if not count:
            return
        if self._cursor < 0:
            bottom = self.scroll_offset.y + self.size.height - 1
            start = self._transcript.section_at(min(bottom, self._transcript.height - 1))
        else:
            start = self._cursor + by
        self._select(max(0, min(count - 1, start)))

    def _select(self, index: int) -> None:
        self._cursor = index
        top, height = self._transcript.top(index), self._transcript.sections[index].height
        view, rows = self.scroll_offset.y, self.size.height
        if top < view or top + height > view + rows:
            target = top if height >= rows or top < view else top + height - rows
            self.scroll_to(y=target, animate=False, immediate=True)
        self.refresh()

    def action_expand(self) -> None:
        """Show what is ahead, else expand or collapse the marked section."""
        if self._ahead:
            self.hurry()
        elif self._cursor >= 0:
            self._toggle(self._cursor)

    def _toggle(self, index: int) -> None:
        section = self._transcript.sections[index]
        if section.expandable:
            section.toggle(self._now, self._width)
            self._after_toggle(index)

    def _after_toggle(self, index: int) -> None:
        self._transcript.changed(index, stale=True)
        at_end = index == len(self._transcript.sections) - 1
        self._following = self._following and (at_end or self._state.busy)
        self._settle(0)

    def action_toggle_all(self) -> None:
        """Expand all tool calls, or collapse them if all are expanded."""
        transcript, sections = self._transcript, self._transcript.sections
        tools = [(index, section) for index, section in sections.made.items() if isinstance(section.entry, Tool)]
        sections.expanded = expand = not all(section.expanded for _, section in tools)
        place = transcript.place(self.scroll_offset.y)
        for index, section in tools:
            if section.expanded != expand:
                section.toggle(self._now, self._width)
                transcript.changed(index, stale=True)
        if not self._following:
            self.scroll_to(y=transcript.y(place), animate=False, immediate=True)
        self._settle(0)

    def action_copy(self) -> None:
        """Ask for the marked section's text, else the newest answer, on the clipboard."""
        sections = self._transcript.sections
        text = body(sections.entry(self._cursor)) if self._cursor >= 0 else self.last_answer()
        if text:
            self.post_message(self.CopyRequested(text))

    def action_edit(self) -> None:
        """Ask to edit the marked prompt, else the last."""
        entry = self._transcript.sections.entry(self._cursor) if self._cursor >= 0 else None
        self.post_message(self.EditRequested(entry.number if isinstance(entry, Prompt) else 0))

    def select_call(self, call: str) -> None:
        """Mark a tool call and bring it into view."""
        index = self._state.entry_of.get(call)
        if index is not None:
            self.jump_to_entry(index)

    def jump_to_entry(self, entry: int) -> None:
        """Mark an entry (by its id) and bring it into view."""
        index = entry - self._base
        if 0 <= index < len(self._transcript.sections):
            self._select(index)

    def last_answer(self) -> str:
        """The newest answer as the model wrote it; empty if there is none."""
        answers = (entry for entry in reversed(self._state.entries[self._base :]) if isinstance(entry, Answer))
        return next((str(answer.text) for answer in answers), "")

    def text(self) -> str:
        """The conversation as plain text."""
        return "\n\n".join(plain(entry) for entry in self._state.entries[self._base :])
