"""A session as a Markdown document: to read, to keep, to paste into an issue.

What agents said stands as they wrote it. All else that is foreign is quoted, fenced or escaped, so that it cannot pass
for a part of the document.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, assert_never

import msgspec

from tui.export.outline import Block, Outline, Section, ending
from tui.safety import one_line, visible
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Tool

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~&])")
_FOLDING: Final = re.compile(r"<(?=/?(?:details|summary)\b|!--)", re.IGNORECASE)
_OPENED: Final = re.compile(r"<details\b", re.IGNORECASE)
_CLOSED: Final = re.compile(r"</details\b", re.IGNORECASE)
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_BACKTICKS: Final = re.compile("`+")
_MARKER: Final = "end-of-answer"
_LEVELS: Final = {"info": "Note", "warning": "Warning", "error": "Error"}


def render_markdown(session: Outline) -> str:
    """The document."""
    parts = [f"# {_inline(session.title)}", "\n".join(f"- {name}: {_inline(value)}" for name, value in session.about)]
    day: date | None = None
    for section in session.sections:
        moment = session.moment(section.at)
        parts += _section(section, f"{moment:%H:%M:%S}" if moment.date() == day else f"{moment:%Y-%m-%d %H:%M:%S}")
        day = moment.date()
    figures = (f"| {name} | {_inline(value)} |" for name, value in session.figures)
    parts += ["## Figures", "\n".join(("| figure | value |", "| --- | --- |", *figures))]
    return visible("\n\n".join(part for part in parts if part) + "\n")


def _section(section: Section, time: str) -> Iterator[str]:
    if section.cleared:
        yield "---"
        yield "*The conversation was cleared here.*"
    if section.speaker:
        yield f"## {_inline(section.speaker)} · {time}"
    yield from _blocks(section.blocks)


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for entry, inside in blocks:
        yield from _entry(entry)
        if inside:
            yield _quoted("\n\n".join(_blocks(inside)))


def _entry(entry: Entry) -> Iterator[str]:
    match entry:
        case Prompt(text=text):
            yield _quoted(_tame(text))
        case Answer():
            yield from _answer(entry)
        case Reasoning(text=text):
            words = " · ".join(filter(None, ("Reasoning", ending(entry))))
            yield f"<details><summary>{words}</summary>"
            yield _quoted(_tame(str(text)))
            yield "</details>"
        case Tool():
            yield from _tool(entry)
        case Handoff(source=source, target=target):
            yield f"*Handoff: {_inline(source)} → {_inline(target)}*"
        case Note(level=level, text=text, hint=hint, detail=detail):
            yield f"**{_LEVELS[level]}:** {_inline(text)}" + (f" ({_inline(hint)})" if hint else "")
            if detail:
                yield _fenced(detail)
        case _:
            assert_never(entry)


def _answer(answer: Answer) -> Iterator[str]:
    if answer.parent:
        yield f"**{_inline(answer.agent or 'Agent')}**"
    text = _closed(visible(str(answer.text)))
    yield _fenced(text, "markdown") if _swallows(text) else text
    if words := ending(answer):
        yield f"*({words})*"


def _tool(tool: Tool) -> Iterator[str]:
    yield " · ".join(filter(None, (f"**⚙ {_inline(tool.name or 'tool')}**", _inline(tool.agent), ending(tool))))
    if arguments := str(tool.arguments):
        yield _fenced(_indented(arguments), "json")
    if tool.error:
        yield f"**Error:** {_inline(tool.error)}"
    if tool.output:
        yield _fenced(tool.output)


def _indented(arguments: str) -> str:
    """JSON over several lines where it is JSON and one line would be long."""
    try:
        return msgspec.json.format(arguments, indent=2) if len(arguments) > 80 else arguments
    except (msgspec.DecodeError, RecursionError):
        return arguments


# Foreign text in its place


def _inline(text: str) -> str:
    """On one line, with nothing in it that Markdown reads."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _fenced(text: str, language: str = "text") -> str:
    """In a fence longer than any run of backticks within."""
    text = visible(text).strip("\n")
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _quoted(text: str) -> str:
    """As a block quote: whatever is opened in it ends with it."""
    return "\n".join(f"> {line}".rstrip() for line in visible(text).split("\n"))


def _tame(text: str) -> str:
    """Without tags that would fold or hide what follows, within a block quote too."""
    return _FOLDING.sub("&lt;", text)


def _closed(text: str) -> str:
    """With an end to a fence that has none, as in an answer cut off within code."""
    open_fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            continue
        fence, rest = found.groups()
        if not open_fence:
            open_fence = "" if fence[0] == "`" and "`" in rest else fence
        elif fence[0] == open_fence[0] and len(fence) >= len(open_fence) and not rest.strip():
            open_fence = ""
    return f"{text}\n{open_fence}" if open_fence else text


def _swallows(text: str) -> bool:
    """What comes after the text would be folded away or be a part of it, as after the start of an HTML comment."""
    if "<" not in text:
        return False
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(f"{text}\n\n{_MARKER}")
    parted = len(tokens) > 2 and tokens[-3].level == 0 and tokens[-2].content == _MARKER
    return not parted or len(_OPENED.findall(text)) != len(_CLOSED.findall(text))
