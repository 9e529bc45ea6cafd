"""A filter's text as tokens, each with its place, and the error that points at one."""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

LONGEST: Final = 4000
"""Characters of a whole filter."""

TokenKind: TypeAlias = Literal["open", "close", "minus", "field", "operator", "value", "word", "phrase", "end"]

_BLANKS = re.compile(r"\s*")
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)(!=|>=|<=|[:=<>~])")
_WORD = re.compile(r'[^\s()"]+')
_ONE_OF = re.compile(r'[^\s()",]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\([\\"])')
_TO_ESCAPE = re.compile(r'\\(?=[\\"]|\Z)|"')
_OPERATOR = re.compile(r"[:=<>!~]")

KEYWORDS: Final = frozenset({"and", "or", "not"})


class QueryError(ValueError):
    """A filter that cannot be understood; as text one plain line.

    `position` and `length` are characters of the filter, both within it; `hint` says what to do, or is empty.
    """

    def __init__(self, problem: str, position: int, length: int = 1, hint: str = "") -> None:
        super().__init__(f"{problem}: {hint}" if hint else problem)
        self.position = position
        self.length = length
        self.hint = hint


class Token(NamedTuple):
    """`text` is what is meant, without quotes; `start` and `end` are its place in the filter, with them."""

    kind: TokenKind
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """All tokens, the last of the kind `end`. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"the filter is longer than {LONGEST:,} characters", LONGEST, len(text) - LONGEST)
    at = _skip(text, 0)
    while at < len(text):
        for token in _next(text, at):
            yield token
            at = token.end
        at = _skip(text, at)
    yield Token("end", "", len(text), len(text))


def quote(value: str) -> str:
    """A value in quotes, as `tokens` reads it back."""
    return '"' + _TO_ESCAPE.sub(lambda found: "\\" + found[0], value) + '"'


def quoted_value(value: str) -> str:
    """A value of a field, in quotes where it needs them."""
    return value if _ONE_OF.fullmatch(value) else quote(value)


def quoted_word(word: str) -> str:
    """A word to look for, in quotes where it would mean something else without."""
    plain = (
        _WORD.fullmatch(word)
        and word[0] != "-"
        and word.lower() not in KEYWORDS
        and not _OPERATOR.match(word)
        and not _FIELD.match(word)
    )
    return word if plain else quote(word)


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    assert blanks is not None
    return blanks.end()


def _next(text: str, at: int) -> Iterator[Token]:
    """The token here; a comparison gives all of its own."""
    match text[at]:
        case "(":
            yield Token("open", "(", at, at + 1)
        case ")":
            yield Token("close", ")", at, at + 1)
        case "-" if text[at + 1 : at + 2].strip():
            yield Token("minus", "-", at, at + 1)
        case '"':
            yield _closed(text, _phrase(text, at, "phrase"), ")")
        case _:
            field = _FIELD.match(text, at)
            if field is not None:
                yield from _comparison(text, field)
                return
            operator = _OPERATOR.match(text, at)
            if operator is not None and text[at] != "~":
                hint = 'write it without blanks, as in dur>200ms, or in "quotes" to look for it'
                raise QueryError(f"{text[at]} stands for itself here", at, 1, hint)
            if operator is not None:
                yield Token("field", "text", at, at)
                yield Token("operator", "~", at, at + 1)
                yield _value(text, at + 1, "~", _WORD)
                return
            word = _WORD.match(text, at)
            assert word is not None
            yield _closed(text, Token("word", word[0], at, word.end()), ")")


def _comparison(text: str, found: re.Match[str]) -> Iterator[Token]:
    yield Token("field", found[1], found.start(1), found.end(1))
    yield Token("operator", found[2], found.start(2), found.end(2))
    if found[2] != ":":
        yield _value(text, found.end(), found[0], _WORD)
        return
    value = _value(text, found.end(), found[0], _ONE_OF)
    yield value
    while text.startswith(",", value.end):
        value = _value(text, value.end + 1, "the comma", _ONE_OF)
        yield value


def _value(text: str, at: int, after: str, shape: re.Pattern[str]) -> Token:
    may_follow = ")," if shape is _ONE_OF else ")"
    if text.startswith('"', at):
        return _closed(text, _phrase(text, at, "value"), may_follow)
    found = shape.match(text, at)
    if found is None:
        raise QueryError(f"a value must follow {after}", at - 1, 1, "without a blank between")
    return _closed(text, Token("value", found[0], at, found.end()), may_follow)


def _phrase(text: str, at: int, kind: TokenKind) -> Token:
    found = _QUOTED.match(text, at)
    if found is None:
        raise QueryError('a " is not closed', at, len(text) - at, 'end the text with another "')
    return Token(kind, _ESCAPED.sub(r"\1", found[1]), at, found.end())


def _closed(text: str, token: Token, may_follow: str) -> Token:
    """What comes without a blank after a value was most likely meant to be part of it."""
    after = text[token.end : token.end + 1]
    if after.strip() and after not in may_follow:
        hint = 'a text with blanks, quotes or parentheses goes into "quotes" as a whole'
        raise QueryError(f"{after} cannot follow here", token.end, 1, hint)
    return token
