"""Secrets out of a session's records: each text is masked as a whole, also one that came in pieces."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_origin

import msgspec

from tui import events as e
from tui.wire import Record

Redact: TypeAlias = Callable[[str], str]
"""A text without its secrets, such as `tui.safety.redact`."""

_Data = TypeVar("_Data")

_HIDDEN: Final = "…"


def masked_records(records: Sequence[Record], redact: Redact) -> list[Record]:
    """The records with every text in them masked; count, order, times and types stay.

    A secret may come in several deltas, none of which looks like one: the deltas of an item are masked joined, then
    cut again where they were, in proportion. Likewise lines of output that follow each other.
    """
    pieces = dict(_masked_pieces(records, redact))
    return [
        Record(record.seq, record.at, _masked_event(record.event, redact, pieces.get(index)))
        for index, record in enumerate(records)
    ]


def masked(data: _Data, redact: Redact) -> _Data:
    """Plain data with every string in it masked, and values whose keys speak of secrets left out."""
    found: Any = data
    match data:
        case str():
            found = redact(data)
        case Mapping():
            found = {_masked_key(key, redact): _masked_value(key, value, redact) for key, value in data.items()}
        case list():
            found = [masked(item, redact) for item in data]
        case tuple():
            found = tuple(masked(item, redact) for item in data)
        case _:
            pass
    return found  # type: ignore[no-any-return]


def _masked_key(key: object, redact: Redact) -> object:
    return redact(key) if isinstance(key, str) else key


def _masked_value(key: object, value: object, redact: Redact) -> object:
    """What `redact` would hide in `key="value"` has no shape of its own: `{"password": "hunter2"}`."""
    if isinstance(value, str) and isinstance(key, str) and value:
        probe = f'{key}="{"x" * 8}"'
        if redact(probe) != probe:
            return _HIDDEN
    return masked(value, redact)


# Events

_PIECES: Final = (e.TextDelta, e.RefusalDelta, e.ReasoningDelta, e.ArgumentsDelta, e.OutputCaptured)
"""Events whose `text` is a piece of a longer one."""


@cache
def _texts(event: type[e.Event]) -> tuple[str, ...]:
    """The fields that may hold a whole foreign text: not those with a fixed set of words."""
    names = [field.name for field in msgspec.structs.fields(event) if get_origin(field.type) is not Literal]
    return tuple(name for name in names if name != "text" or event not in _PIECES)


def _masked_event(event: e.Event, redact: Redact, piece: str | None) -> e.Event:
    """`piece` is the new text of a piece, where it has one."""
    changes: dict[str, Any] = {} if piece is None else {"text": piece}
    for name in _texts(type(event)):
        value = getattr(event, name)
        shown = masked(value, redact)
        if shown != value:
            changes[name] = shown
    return msgspec.structs.replace(event, **changes) if changes else event


# Texts in pieces


def _masked_pieces(records: Sequence[Record], redact: Redact) -> Iterator[tuple[int, str]]:
    """The index and the new text of each piece of a text that changes."""
    for (joint, _), stream in _streams(records).items():
        pieces = list(stream.values())
        joined = joint.join(pieces)
        shown = redact(joined)
        if shown != joined:
            yield from zip(stream, _by_line(shown, pieces) if joint else _in_proportion(shown, pieces), strict=True)


def _streams(records: Sequence[Record]) -> dict[tuple[str, str], dict[int, str]]:
    """The pieces of each text by their index, under what stands between them and a name."""
    found: dict[tuple[str, str], dict[int, str]] = {}
    before, first = "", 0
    for index, record in enumerate(records):
        now = ""
        match record.event:
            case e.TextDelta(item=owner, text=text) | e.RefusalDelta(item=owner, text=text):
                key = ("", f"text {owner}")
            case e.ReasoningDelta(item=owner, text=text):
                key = ("", f"reasoning {owner}")
            case e.ArgumentsDelta(call=owner, text=text):
                key = ("", f"call {owner}")
            case e.OutputCaptured(stream=now, text=text):
                first = first if now == before else index
                key = ("\n", f"lines from {first}")
            case _:
                before = now
                continue
        before = now
        found.setdefault(key, {})[index] = text
    return found


def _in_proportion(text: str, pieces: Sequence[str]) -> Iterator[str]:
    length = sum(map(len, pieces))
    start = had = 0
    for piece in pieces:
        had += len(piece)
        end = had * len(text) // length
        yield text[start:end]
        start = end


def _by_line(text: str, pieces: Sequence[str]) -> Iterator[str]:
    """Lines that a secret took up together are one now: empty ones make up for them, at the end."""
    lines = text.split("\n", len(pieces) - 1)
    yield from lines
    yield from [""] * (len(pieces) - len(lines))
