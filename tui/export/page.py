"""A session as one web page: everything in one file, no script, nothing loaded from anywhere.

All foreign text is escaped by `tui.export.markup`, or rendered from Markdown by a parser that knows no HTML, no images
and only links that a reader can judge. The page's own policy forbids the rest once more.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, assert_never

import msgspec
from markdown_it import MarkdownIt

from tui import figures
from tui.export.markup import Markup, joined, tag
from tui.export.outline import Block, Outline, Section, ending
from tui.safety import one_line, visible
from tui.state import Answer, Entry, Handoff, Note, Prompt, Reasoning, Row, Tool

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LINKS: Final = ("http://", "https://", "mailto:")


def render_page(session: Outline) -> str:
    """The document."""
    title = one_line(session.title)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(_style())),
    )
    body = tag(
        "body",
        tag("header", tag("h1", title), _pairs(session.about)),
        tag("main", *(_section(session, section) for section in session.sections)),
        tag("section", tag("h2", "Figures"), _pairs(session.figures), class_="figures"),
        tag("section", tag("h2", "Event log"), _log(session), class_="log"),
    )
    return visible(f"<!doctype html>\n{tag('html', head, body, lang='en')}\n")


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text("utf-8")


def _pairs(pairs: Iterable[tuple[str, str]]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", one_line(value))) for name, value in pairs))


def _section(session: Outline, section: Section) -> Markup:
    moment = session.moment(section.at)
    time = tag("time", f"{moment:%Y-%m-%d %H:%M:%S}", datetime=moment.isoformat(timespec="seconds"))
    return joined(
        tag("p", "The conversation was cleared here.", class_="cleared") if section.cleared else "",
        tag(
            "section",
            tag("h2", one_line(section.speaker), " ", time) if section.speaker else "",
            *_blocks(section.blocks),
            class_="you" if section.own else "agent",
        ),
    )


def _blocks(blocks: Iterable[Block]) -> Iterator[Markup]:
    for entry, inside in blocks:
        yield _entry(entry)
        if inside:
            yield tag("div", *_blocks(inside), class_="inside")


# Entries


def _entry(entry: Entry) -> Markup:
    place = f"e{entry.id}"
    match entry:
        case Prompt(text=text):
            return tag("div", visible(text), class_="prompt", id=place)
        case Answer():
            who = tag("p", one_line(entry.agent or "Agent"), class_="who") if entry.parent else ""
            said = tag("div", _prose(str(entry.text)), class_="prose")
            return tag("div", who, said, _state(entry), class_="answer", id=place)
        case Reasoning(text=text):
            words = " · ".join(filter(None, ("Reasoning", ending(entry))))
            return tag("details", tag("summary", words), tag("div", _prose(str(text)), class_="prose"), id=place)
        case Tool():
            return _tool(entry, place)
        case Handoff(source=source, target=target):
            return tag("p", f"Handoff: {one_line(source)} → {one_line(target)}", class_="handoff", id=place)
        case Note(level=level, text=text, hint=hint, detail=detail):
            words = tag("p", one_line(text), tag("small", one_line(hint)) if hint else "")
            more = tag("details", tag("summary", "Details"), _listing(detail)) if detail else ""
            return tag("div", words, more, class_=f"note {level}", id=place)
        case _:
            assert_never(entry)


def _state(entry: Answer) -> Markup:
    words = ending(entry)
    return tag("p", words, class_="state") if words else Markup()


def _tool(tool: Tool, place: str) -> Markup:
    agent = f"{one_line(tool.agent)} · " if tool.agent and tool.parent else ""
    head = tag("summary", tag("code", f"⚙ {one_line(tool.name or 'tool')}"), f" {agent}{ending(tool)}")
    arguments, output = str(tool.arguments), tool.output
    return tag(
        "details",
        head,
        joined(tag("h3", "Arguments"), _listing(_indented(arguments))) if arguments else "",
        tag("p", one_line(tool.error), class_="note error") if tool.error else "",
        joined(tag("h3", "Result"), _listing(output)) if output else "",
        class_=f"tool {tool.status}",
        id=place,
    )


def _indented(arguments: str) -> str:
    try:
        return msgspec.json.format(arguments, indent=2)
    except (msgspec.DecodeError, RecursionError):
        return arguments


def _listing(text: str) -> Markup:
    return tag("pre", visible(text).strip("\n"))


# The event log


def _log(session: Outline) -> Markup:
    names = ("time", "kind", "agent", "event", "took")
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    rows = tag("tbody", *(_row(session, row) for row in session.rows))
    table = tag("div", tag("table", tag("thead", head), rows), class_="wide")
    return tag("details", tag("summary", f"{len(session.rows):,} rows"), table)


def _row(session: Outline, row: Row) -> Markup:
    moment = session.moment(row.at)
    summary: str = one_line(row.summary)
    took = "" if row.duration is None else figures.duration(row.duration)
    return tag(
        "tr",
        tag("td", f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"),
        tag("td", row.kind),
        tag("td", one_line(row.agent)),
        tag("td", tag("a", summary, href=f"#e{row.entry}") if row.entry >= 0 and summary else summary),
        tag("td", took),
        class_=row.status,
    )


# Markdown


class _Parser(MarkdownIt):
    """Without HTML and images, and with links to the web and to mail only."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["strikethrough", "table"]).disable("image")
        self.add_render_rule("link_open", _open_link)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser asks by this name
        return url.lower().startswith(_LINKS)


def _open_link(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    tokens[index].attrSet("target", "_blank")
    return str(renderer.renderToken(tokens, index, options, env))


@cache
def _parser() -> _Parser:
    return _Parser()


def _prose(text: str) -> Markup:
    return Markup(_parser().render(visible(text)))
