"""One comparison: whether its field's type can have it, and the test of a value that it becomes."""

import operator
import re
import warnings
from collections.abc import Callable
from typing import Final, TypeAlias

from tui.query.fields import Field, FieldType, nearest
from tui.query.moments import moment, number, seconds

Test: TypeAlias = Callable[[object], bool]

LONGEST_REGEX: Final = 500

_EQUAL: Final = (":", "=", "!=")
_ORDER: Final = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_OPERATORS: Final[dict[FieldType, tuple[str, ...]]] = {
    "word": _EQUAL,
    "text": (*_EQUAL, "~"),
    "number": (*_EQUAL, *_ORDER),
    "duration": (*_EQUAL, *_ORDER),
    "flag": _EQUAL,
    "moment": (":",),
    "any": (*_EQUAL, *_ORDER, "~"),
}
_MEANT: Final[dict[FieldType, str]] = {
    "word": "one of a set of words",
    "text": "a text",
    "number": "a number",
    "duration": "a length of time such as 200ms, 1.5s or 2m",
    "flag": "true or false",
    "moment": "a time such as -30s or 12:01:30",
    "any": "a value",
}
_WILD = re.compile(r"[*?]")


def operators(field: Field) -> tuple[str, ...]:
    """The comparisons that the field's type can have."""
    return tuple(sign for sign in _OPERATORS["any"] if any(sign in _OPERATORS[kind] for kind in field.types))


def problem_of_operator(field: Field, sign: str) -> str:
    """Why the field cannot be compared so; empty if it can."""
    able = operators(field)
    return "" if sign in able else f"{field.name} is {_meant(field)}, which goes with {' '.join(able)}"


def problem_of_value(field: Field, sign: str, value: str) -> tuple[str, str]:
    """Why the field can never have this value, and what was meant; empty if it can."""
    if sign == "~":
        return _problem_of_regex(value), "see the syntax of Python's re"
    if field.closed:
        able = any(_wild(value)(choice) if sign == ":" else value == choice for choice in field.choices)
        hint = nearest(value, field.choices) or "it can be " + ", ".join(field.choices[:15])
        return ("" if able else f"{field.name} is never {value or 'empty'}"), hint
    kinds = field.types
    fits = (
        bool(kinds & {"text", "word", "any"} and sign not in _ORDER)
        or ("moment" in kinds and moment(value) is not None)
        or (bool(kinds & {"duration", "any"}) and seconds(value) is not None)
        or ("number" in kinds and number(value) is not None)
    )
    return ("" if fits else f"{field.name} is {_meant(field)}, not {value or 'empty'}"), ""


def _meant(field: Field) -> str:
    return " or ".join(_MEANT[kind] for kind in _MEANT if kind in field.types)


def _problem_of_regex(text: str) -> str:
    if len(text) > LONGEST_REGEX:
        return f"the regular expression is longer than {LONGEST_REGEX} characters"
    try:
        _regex(text)
    except re.error as error:
        return f"the regular expression is wrong, {error.msg}"
    except (OverflowError, RecursionError):
        return "the regular expression is too large"
    return ""


def _regex(text: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what may mean something else in a later Python
        return re.compile(text, 0 if _has_capital(re.sub(r"\\.", "", text, flags=re.DOTALL)) else re.IGNORECASE)


def _has_capital(text: str) -> bool:
    return any(character.isupper() for character in text)


# Tests


def contains(words: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text contains one of these; case counts where a word has a capital."""
    exact = tuple(word for word in words if _has_capital(word))
    folded = tuple(word.lower() for word in words if not _has_capital(word))
    if len(words) == 1 and folded:
        only = folded[0]
        return lambda text: only in text.lower()

    def found(text: str) -> bool:
        if any(word in text for word in exact):
            return True
        lower = text.lower() if folded else ""
        return any(word in lower for word in folded)

    return found


def test_of(field: Field, sign: str, values: tuple[str, ...]) -> Test:
    """The test of a value of the field, which may be None or a tuple: then of each in it."""
    one = _one(field, sign, values)
    if sign == "!=":
        return lambda value: value is not None and not _holds(one, value)
    return lambda value: _holds(one, value)


def _holds(test: Test, value: object) -> bool:
    return any(map(test, value)) if isinstance(value, tuple | list) else test(value)


def _one(field: Field, sign: str, values: tuple[str, ...]) -> Test:
    if sign == "~":
        search = _regex(values[0]).search
        return lambda value: isinstance(value, str) and search(value) is not None
    if sign in _ORDER:
        compare, limit = _ORDER[sign], seconds(values[0]) or 0.0
        return lambda value: isinstance(value, int | float) and value is not True and compare(value, limit)
    return _equal(field, sign, values)


def _equal(field: Field, sign: str, values: tuple[str, ...]) -> Test:
    texts = tuple(map(_wild if sign == ":" else _exact, values))
    numbers = frozenset(found for found in map(seconds, values) if found is not None)
    flags = frozenset(value.lower() == "true" for value in values if value.lower() in ("true", "false"))

    def equal(value: object) -> bool:
        if isinstance(value, str):
            return any(test(value) for test in texts)
        if isinstance(value, bool):
            return value in flags
        return isinstance(value, int | float) and value in numbers

    return equal


def _exact(value: str) -> Callable[[str], bool]:
    return lambda text: text == value


def _wild(value: str) -> Callable[[str], bool]:
    """The whole text, whatever its case; `*` is any text and `?` any character."""
    lower = value.lower()
    if not _WILD.search(value):
        return lambda text: text.lower() == lower
    parts = {"*": ".*", "?": "."}
    shape = "".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*+|\?)", re.sub(r"\*+", "*", lower)))
    match = re.compile(shape, re.DOTALL).fullmatch
    return lambda text: match(text.lower()) is not None
