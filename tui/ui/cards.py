"""How each kind of entry looks: its header line, what stands under it, and what more there is when expanded."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, assert_never

import msgspec
from rich.cells import cell_len

from tui.safety import one_line, visible
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Tool
from tui.ui.code import put_code
from tui.ui.lines import Line, Page, Styles, cut_text

SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARGIN: Final = 1
_PREVIEW: Final = 3
"""Lines of a tool's output, and of thinking, while collapsed."""
_PROMPT: Final = 24
"""Lines of a prompt while collapsed."""
_CHUNK: Final = 40
"""Lines of plain text rendered in one go."""
_LONGEST: Final = 4096
_ARGUMENT: Final = 48
"""Characters of one argument on the header line."""

Renderer = Callable[[int], list[Line]]


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
            _tool(page, styles, entry, now, expanded=expanded)
        case Handoff(source=source, target=target):
            _row(page, styles, ("⇢ ", "handoff"), (f"{one_line(source)} → {one_line(target)}", "handoff"))
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
            yield from _texts(visible(text), styles, indent)
        case Reasoning(text=text):
            yield from _texts(visible(str(text)), styles, indent, "reasoning")
        case Note(detail=detail) if detail:
            yield from _texts(visible(detail), styles, indent, "muted")
        case Tool():
            yield from _labelled("arguments", str(entry.arguments), styles, indent)
            if entry.error:
                yield from _labelled("error", entry.error, styles, indent)
            if entry.output:
                yield from _labelled("output", entry.output, styles, indent)
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


def duration(seconds: float) -> str:
    """A time span in the unit that suits it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"


def _depth(entry: Entry) -> int:
    return entry.parent.count("/") + 1 if entry.parent else 0


def _row(page: Page, styles: Styles, *pieces: tuple[str, str]) -> None:
    """One line of pieces in their roles, cut to the width."""
    text, room = "", page.room
    runs: list[int] = []
    for piece, role in pieces:
        text += piece
        runs += (len(text), styles.number(role) if role else 0)
    page.put(cut_text(text, room), runs)


def _prompt(page: Page, styles: Styles, prompt: Prompt, *, expanded: bool) -> None:
    _row(page, styles, ("You", "user"), (time.strftime("  %H:%M", time.localtime(prompt.at)), "muted"))
    if not expanded:
        page.enter("  ", "  ", 0, bare=True)
        _preview(page, styles, prompt.text.strip("\n"), _PROMPT)


def _answer(page: Page, styles: Styles, answer: Answer, *, named: bool) -> None:
    if named:
        _row(page, styles, (one_line(answer.agent) or "Assistant", "assistant"))
    if answer.refusal:
        _row(page, styles, ("  ⊘ the model refused", "stopped"))


def _reasoning(page: Page, styles: Styles, thought: Reasoning, now: float, *, expanded: bool) -> None:
    if thought.status == "streaming":
        spinner = SPINNER[int(now * 8) % len(SPINNER)]
        _row(page, styles, (f"{spinner} thinking ", "reasoning"), (duration(max(0.0, now - thought.at)), "muted"))
        if not expanded:
            page.enter("  ", "  ", 0, bare=True)
            _last(page, styles, visible(thought.text.since(max(0, thought.text.length - 800))))
        return
    cut = {"stopped": ", stopped", "failed": ", cut off"}.get(thought.status, "")
    span = f" for {duration(thought.ended - thought.at)}" if thought.ended is not None else ""
    _row(page, styles, ("▾ " if expanded else "▸ ", "muted"), (f"thought{span}{cut}", "reasoning"))


def _last(page: Page, styles: Styles, text: str) -> None:
    scratch = Page(page.room)
    style = styles.number("reasoning")
    scratch.flow(text.strip(), (len(text), style))
    for line, runs, _, soft in [line for line in scratch.lines if line[0].strip()][-_PREVIEW:]:
        page.put(line, runs, soft=soft)


def _tool(page: Page, styles: Styles, tool: Tool, now: float, *, expanded: bool) -> None:
    state, role = _tool_state(tool, now)
    result = one_line(tool.output) if tool.status == "done" and "\n" not in tool.output.strip() else ""
    name = f"#{tool.number} {one_line(tool.name)}"
    call = f"{name}({_compact(tool)})"
    room = page.room - cell_len("⚙ ") - cell_len(state) - 3
    fits = not expanded and len(result) < room and cell_len(f"{call} → {result}") <= room
    shown = f" → {result}" if result and fits else ""
    call = cut_text(call, room - cell_len(shown))
    _row(page, styles, ("⚙ ", role), (call, ""), (shown, "tool_ok"), (f"   {state}", role if role != "tool_ok" else "muted"))
    if expanded:
        return
    page.enter("  ", "  ", 0, bare=True)
    if tool.status == "failed":
        _preview(page, styles, tool.error or tool.output, _PREVIEW, "error")
    elif tool.output and not shown:
        _preview(page, styles, tool.output.strip("\n"), _PREVIEW, "muted")


def _tool_state(tool: Tool, now: float) -> tuple[str, str]:
    spinner = SPINNER[int(now * 8) % len(SPINNER)]
    span = "" if tool.duration is None else duration(tool.duration)
    match tool.status:
        case "writing":
            return f"{spinner} writing", "tool_running"
        case "called":
            return f"{spinner} waiting", "tool_running"
        case "running":
            return f"{spinner} running {duration(max(0.0, now - (tool.started or now)))}", "tool_running"
        case "done":
            return span or "✔", "tool_ok"
        case "failed":
            return f"✘ failed {span}".rstrip(), "tool_failed"
        case "cancelled":
            return "⊘ cancelled", "stopped"
        case _:
            assert_never(tool.status)


def _compact(tool: Tool) -> str:
    """The arguments as one would write a call: `sides=20, label="x"`."""
    source = str(tool.arguments)
    if tool.status == "writing" or len(source) > _LONGEST:
        return one_line(source[:_LONGEST])
    try:
        arguments: Any = msgspec.json.decode(source)
    except msgspec.DecodeError:
        return one_line(source)
    if not isinstance(arguments, dict):
        return one_line(source)
    return ", ".join(f"{one_line(str(key))}={_value(value)}" for key, value in arguments.items())


def _value(value: object) -> str:
    text = one_line(msgspec.json.encode(value).decode())
    return text if len(text) <= _ARGUMENT else f"{text[: _ARGUMENT - 1]}…"


def _note(page: Page, styles: Styles, note: Note, *, expanded: bool) -> None:
    mark, role = {"info": ("ℹ ", "notice"), "warning": ("⚠ warning: ", "warning"), "error": ("✘ error: ", "error")}[
        note.level
    ]
    page.enter("", "  ", 0)
    text = mark + visible(note.text).strip()
    page.flow(text, (len(text), styles.number(role)))
    page.leave()
    page.enter("  ", "  ", 0)
    if note.hint:
        hint = f"→ {visible(note.hint)}"
        page.flow(hint, (len(hint), styles.number("muted")))
    if note.detail and not expanded:
        _row(page, styles, ("▸ details", "muted"))


def _preview(page: Page, styles: Styles, text: str, most: int, role: str = "") -> None:
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
        _row(page, styles, (f"… {left:,} more lines" if left > 0 else "… more", "muted"))


def _labelled(label: str, text: str, styles: Styles, indent: int) -> Iterator[tuple[Renderer, int]]:
    def title(width: int) -> list[Line]:
        page = Page(width, indent)
        _row(page, styles, (label, "muted"))
        return page.lines

    yield title, 1
    if len(text) <= _LONGEST and (pretty := _pretty(text)):
        yield partial(_code, pretty, styles, indent), pretty.count("\n") + 1
    else:
        yield from _texts(visible(_pretty(text) or text), styles, indent)


def _pretty(text: str) -> str:
    """JSON objects and arrays indented; empty for anything else."""
    if not text.lstrip().startswith(("{", "[")):
        return ""
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return ""


def _code(text: str, styles: Styles, indent: int, width: int) -> list[Line]:
    page = Page(width, indent)
    put_code(page, styles, visible(text), "json")
    return page.lines


def _texts(text: str, styles: Styles, indent: int, role: str = "") -> Iterator[tuple[Renderer, int]]:
    """Plain text in pieces of bounded size."""
    lines = text.split("\n")
    for at in range(0, len(lines), _CHUNK):
        chunk = "\n".join(lines[at : at + _CHUNK])
        for start in range(0, max(1, len(chunk)), _LONGEST):
            piece = chunk[start : start + _LONGEST]
            joined = start + _LONGEST < len(chunk)
            yield partial(_plain, piece, styles, indent, role, joined), piece.count("\n") + 1 + len(piece) // 100


def _plain(text: str, styles: Styles, indent: int, role: str, soft: bool, width: int) -> list[Line]:
    page = Page(width, indent)
    plain = text.expandtabs(4)
    page.flow(plain, (len(plain), styles.number(role) if role else 0), soft=soft)
    return page.lines
