"""What can be typed next in a filter: fields, comparisons, values that are known or that occur."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tui.query.comparison import operators
from tui.query.fields import COMMON, NAMED, Field, UnknownFieldError, find
from tui.query.kinds import EVENT_TYPES, GROUPS, ROW_KINDS
from tui.query.lexer import KEYWORDS, quote, quoted_value
from tui.state import State, Tool

_CHUNK = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^\s()"])+', re.DOTALL)
"""A term, or the beginning of one: its last text in quotes may be open."""
_TERM = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)(!=|>=|<=|[:=<>~])")
_LAST_VALUE = re.compile(r'(?:(?:"(?:[^"\\]|\\.)*"|[^",])*,)*', re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_REST = re.compile(r'[^\s()",]*"?')

_SIGNS: Final = {
    ":": "is, whatever the case; a,b one of them; * any text",
    "=": "is exactly",
    "!=": "is another",
    "~": "a regular expression is found in it",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
}
_WORDS: Final = {
    "and": "both must match; the same as a blank",
    "or": "one of both must match",
    "not": "the next must not match; the same as -",
}
_LENGTHS: Final = {
    "dur": ("100ms", "1s", "10s", "1m"),
    "tokens": ("100", "1000", "10000"),
    "since": ("-30s", "-5m", "-1h"),
    "until": ("-30s", "-5m", "-1h"),
}
"""Values to begin with, of fields that can have any."""


class Vocabulary(msgspec.Struct, frozen=True):
    """What occurs in a session; foreign text."""

    agents: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @classmethod
    def of_state(cls, state: State) -> "Vocabulary":
        """All that the state knows of."""
        agents = dict.fromkeys((state.root, state.agent, *(row.agent for row in state.rows)))
        used = (entry.name for entry in state.entries if isinstance(entry, Tool))
        tools = dict.fromkeys((*state.tools, *used))
        return cls(tuple(filter(None, agents)), tuple(filter(None, tools)), tuple(filter(None, (state.model,))))


class Completion(msgspec.Struct, frozen=True):
    """`insert` goes in the place of the characters from `start` to `end`; `about` says what it is, in one line."""

    insert: str
    start: int
    end: int
    about: str


def complete(text: str, cursor: int, vocabulary: Vocabulary) -> list[Completion]:
    """What fits at the cursor, the likeliest first; nothing inside a text to look for."""
    start, chunk = _chunk_before(text, cursor)
    term = _TERM.match(chunk)
    if term is None:
        return list(_names(text, start, cursor, chunk))
    try:
        field = find(term[1])
    except UnknownFieldError:
        return []
    if term[2] not in operators(field) or term[2] == "~":
        return []
    values = _LAST_VALUE.match(chunk, term.end()) if term[2] == ":" else None
    begin = term.end() if values is None else values.end()
    return list(_values(field, vocabulary, text, start + begin, cursor))


def _chunk_before(text: str, cursor: int) -> tuple[int, str]:
    """Where the term that the cursor is in, or at the end of, begins; and what of it is before the cursor."""
    for found in _CHUNK.finditer(text[:cursor]):
        if found.end() == cursor:
            minus = len(found[0]) - len(found[0].lstrip("-"))
            return found.start() + minus, found[0][minus:]
    return cursor, ""


def _names(text: str, start: int, cursor: int, chunk: str) -> Iterator[Completion]:
    if chunk and not _NAME.fullmatch(chunk):
        return
    end = _end(text, cursor)
    typed = chunk.lower()
    for name, field in NAMED.items():
        if name == typed:
            for sign in operators(field):
                yield Completion(name + sign, start, end, _SIGNS[sign])
        elif name.startswith(typed) and (typed or name in COMMON):
            yield Completion(f"{name}{operators(field)[0]}", start, end, field.about)
    for word in sorted(KEYWORDS):
        if word.startswith(typed) and (typed or text[:start].strip()):
            yield Completion(f"{word} ", start, end, _WORDS[word])


def _values(field: Field, vocabulary: Vocabulary, text: str, start: int, cursor: int) -> Iterator[Completion]:
    typed = text[start:cursor].lstrip('"').lower()
    end = _end(text, cursor)
    in_quotes = text.startswith('"', start)
    for value, about in _known(field, vocabulary):
        if value.lower().startswith(typed) and value.lower() != typed:
            yield Completion(quote(value) if in_quotes else quoted_value(value), start, end, about)


def _known(field: Field, vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    match field.name:
        case "kind":
            yield from ((kind, "rows of this kind") for kind in ROW_KINDS)
            yield from GROUPS.items()
            yield from ((kind, "events of this type") for kind in EVENT_TYPES if kind not in ROW_KINDS)
        case "agent" | "source" | "target":
            yield from ((agent, "an agent of this session") for agent in vocabulary.agents)
        case "tool" | "name":
            yield from ((tool, "a tool of this session") for tool in vocabulary.tools)
        case "model":
            yield from ((model, "a model of this session") for model in vocabulary.models)
        case name if name in _LENGTHS:
            yield from ((value, field.about) for value in _LENGTHS[name])
        case _:
            yield from ((choice, field.about) for choice in field.choices)


def _end(text: str, cursor: int) -> int:
    """Where the word that the cursor is in ends."""
    rest = _REST.match(text, cursor)
    assert rest is not None
    return rest.end()
