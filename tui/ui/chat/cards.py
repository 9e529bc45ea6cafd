"""How each kind of entry looks: its header line, what stands under it, and what more there is when expanded."""

import time
from collections.abc import Iterator
from typing import Final, assert_never

from tui.safety import one_line, visible
from tui.state import SEAM, Answer, Entry, Handoff, Note, Prompt, Reasoning, Tool
from tui.ui.chat.plain_text import Renderer, preview, row, texts
from tui.ui.chat.tool_card import duration, put_tool, spinner, tool_parts
from tui.ui.lines.line import Line, Page, Styles

_MARGIN: Final = 1
_THOUGHT: Final = 3
"""Lines of thinking shown while it streams."""
_PROMPT: Final = 24
"""Lines of a prompt while collapsed."""


def head(entry: Entry, styles: Styles, width: int, now: float, *, gap: bool, expanded: bool) -> list[Line]:
    """The lines an entry always shows. For an answer `expanded` says whether its agent is named."""
    page = Page(width, _MARGIN + 2 * _depth(entry))
    if gap:
        page.lines.append(("", (), 0, False))
    match entry:
        case Prompt():
            _prompt(page, styles, entry, expanded=expanded)
        case Answer():
            _answer(page, styles, entry, named=expanded)
        case Reasoning():
            _reasoning(page, styles, entry, now, expanded=expanded)
        case Tool():
            put_tool(page, styles, entry, now, expanded=expanded)
        case Handoff(source=source, target=target):
            row(page, styles, ("⇢ ", "handoff"), (f"{one_line(source)} → {one_line(target)}", "handoff"))
        case Note():
            _note(page, styles, entry, expanded=expanded)
        case _:
            assert_never(entry)
    return page.lines


def plain_parts(entry: Entry, styles: Styles) -> Iterator[tuple[Renderer, int]]:
    """What an expanded entry shows under its head: renderers with a guess of their lines."""
    indent = _MARGIN + 2 + 2 * _depth(entry)
    match entry:
        case Prompt(text=text):
            yield from texts(visible(text), styles, indent)
        case Reasoning(text=text):
            yield from texts(visible(str(text)), styles, indent, "reasoning")
        case Note(detail=detail) if detail:
            yield from texts(visible(detail), styles, indent, "muted")
        case Tool():
            yield from tool_parts(entry, styles, indent)
        case _:
            pass


def quiet(entry: Entry) -> bool:
    """Nothing about it changes with time."""
    match entry:
        case Tool(status=status):
            return status in ("done", "failed", "cancelled")
        case Reasoning(status=status) | Answer(status=status):
            return status != "streaming"
        case _:
            return True


def _depth(entry: Entry) -> int:
    return entry.parent.count("/") + 1 if entry.parent else 0


def _prompt(page: Page, styles: Styles, prompt: Prompt, *, expanded: bool) -> None:
    row(page, styles, ("You", "user"), (time.strftime("  %H:%M", time.localtime(prompt.at)), "muted"))
    if not expanded:
        page.enter("  ", "  ", 0, bare=True)
        preview(page, styles, prompt.text.strip("\n"), _PROMPT)


def _answer(page: Page, styles: Styles, answer: Answer, *, named: bool) -> None:
    if named:
        row(page, styles, (one_line(answer.agent) or "Assistant", "assistant"))
    if answer.refusal:
        row(page, styles, ("  ⊘ the model refused", "stopped"))


def _reasoning(page: Page, styles: Styles, thought: Reasoning, now: float, *, expanded: bool) -> None:
    if thought.status == "streaming":
        row(page, styles, (f"{spinner(now)} thinking ", "reasoning"), (duration(max(0.0, now - thought.at)), "muted"))
        if not expanded:
            page.enter("  ", "  ", 0, bare=True)
            _last(page, styles, visible(thought.text.since(max(0, thought.text.length - 800))))
        return
    cut = {"stopped": ", stopped", "failed": ", cut off"}.get(thought.status, "")
    span = f" for {duration(thought.ended - thought.at)}" if thought.ended is not None else ""
    row(page, styles, ("▾ " if expanded else "▸ ", "muted"), (f"thought{span}{cut}", "reasoning"))


def _last(page: Page, styles: Styles, text: str) -> None:
    scratch = Page(page.room)
    style = styles.number("reasoning")
    scratch.flow(text.strip(), (len(text), style))
    for line, runs, _, soft in [line for line in scratch.lines if line[0].strip()][-_THOUGHT:]:
        page.put(line, runs, soft=soft)


def _note(page: Page, styles: Styles, note: Note, *, expanded: bool) -> None:
    mark, role = {"info": ("ℹ ", "notice"), "warning": ("⚠ warning: ", "warning"), "error": ("✘ error: ", "error")}[
        note.level
    ]
    page.enter("", "  ", 0)
    words = visible(note.text).strip()
    text = words if words.startswith(SEAM) else mark + words
    page.flow(text, (len(text), styles.number(role)))
    page.leave()
    page.enter("  ", "  ", 0)
    if note.hint:
        hint = f"→ {visible(note.hint)}"
        page.flow(hint, (len(hint), styles.number("muted")))
    if note.detail and not expanded:
        row(page, styles, ("▸ details", "muted"))
