"""What a line of Markdown can be, by CommonMark 0.31 and, for tables, GitHub's extension of it."""

import re
from typing import Final

FENCE: Final = re.compile(r" {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$")
"""Groups: backticks and info, or tildes and info."""
HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
RULE: Final = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
MARKER: Final = re.compile(r"( {0,3}(?:[-+*]|(\d{1,9})([.)])))(?:([ \t]+)(?=\S)|[ \t]*$)")
"""Groups: the marker with its indent, an ordered item's number and delimiter, the spaces before its text."""
DELIMITERS: Final = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
QUOTE: Final = re.compile(r" {0,3}>")
UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
"""Makes a heading of the paragraph above it."""
DEFINITION: Final = re.compile(r" {0,3}\[(?:[^\]\\]|\\.)+\]:")
"""May be the start of a link reference definition."""
BARE_DEFINITION: Final = re.compile(
    DEFINITION.pattern + r"""[ \t]*\S+(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^)]*\)))?[ \t]*$"""
)
"""Is a whole one, on one line."""
_PREFIX: Final = re.compile(r"^[ \t]*(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+)*")
"""Where a tab counts as spaces up to the next multiple of 4."""


def indent(line: str) -> int:
    """Spaces at its start."""
    return len(line) - len(line.lstrip(" "))


def untabbed(line: str) -> str:
    """With spaces for the tabs that decide what the line belongs to."""
    return _PREFIX.sub(lambda prefix: prefix[0].expandtabs(4), line)


def closes(line: str, fence: str) -> bool:
    """It ends code that began with `fence`."""
    bare = line.strip()
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def interrupts(line: str) -> bool:
    """It may break into a paragraph: a list not with an empty item, and an ordered one only from 1."""
    if not starts_block(line):
        return False
    marker = None if RULE.match(line) else MARKER.match(line)
    return marker is None or bool(marker[4] and marker[2] in (None, "1"))


def starts_block(line: str) -> bool:
    """It is the start of something other than a paragraph."""
    return any(pattern.match(line) for pattern in (FENCE, HEADING, RULE, QUOTE, MARKER))


def is_quote(line: str) -> bool:
    """It has a quote's mark."""
    return bool(QUOTE.match(line))


def is_paragraph(lines: list[str]) -> bool:
    """The last line is text that a line further left may continue."""
    bare = lines[-1].lstrip(" >-+*") if lines else ""
    return bool(bare) and not FENCE.match(bare) and not HEADING.match(bare)


def is_header(line: str, delimiters: str) -> bool:
    """With the line of delimiters below it begins a table."""
    return "|" in line and _columns(line) == _columns(delimiters)


def _columns(row: str) -> int:
    bare = re.sub(r"\\.", "", row.strip())
    return bare.removeprefix("|").removesuffix("|").count("|") + 1
