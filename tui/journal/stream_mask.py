"""Secrets out of texts that come in pieces, none of which need look like one.

What was given out cannot be taken back, so a secret loses all but its first few characters. Nothing is held back but
what is, letter for letter, the beginning of a secret whose end is known: it follows with the next piece as soon as the
text turns out to be another.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from tui import events as e
from tui.safety import KEY_SHAPES, hide, may_hold_key
from tui.wire import Record

_SHOWN: Final = 8
"""Characters of a secret of known length that are given out before the rest is held back; never more than half."""

_REACH: Final = 80
"""Characters of a text that are looked at again with its next piece: more than what announces a key takes."""

_RESTS: Final = (r"[^-]*", r"[\w.~+/=-]*", r"[\w-]*", r"[\w.-]*", None)
"""How a secret of each of `KEY_SHAPES` goes on once it is recognised; None where its length is known."""
_SHAPES: Final = tuple(
    (shape, None if rest is None else re.compile(rest)) for shape, rest in zip(KEY_SHAPES, _RESTS, strict=True)
)
_BEGUN: Final = re.compile(r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{4,15}|AIza[\w-]{4,34})\Z", re.IGNORECASE)
"""A key whose length is known, as far as it has come."""

_OWNERS: Final[dict[type[e.Event], str]] = {
    e.TextDelta: "item",
    e.RefusalDelta: "item",
    e.ReasoningDelta: "item",
    e.ArgumentsDelta: "call",
    e.OutputCaptured: "stream",
}
"""The events whose `text` is a piece of a longer one, and the field that says of which."""


class _Secret(NamedTuple):
    """Where in a text one stands."""

    start: int
    end: int
    rest: re.Pattern[str] | None = None
    """How it may go on, where it ends with the text so far."""


class _Text:
    """What is known of a text so far."""

    def __init__(self) -> None:
        self.seen = ""
        """Its end."""
        self.held = 0
        """Characters at the end of `seen` that were not given out."""
        self.inside: re.Pattern[str] | None = None
        """How the secret goes on that the text stands in."""


class StreamMask:
    """Of one session. `known` are values that are secret whatever they look like."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = sorted(known, key=len, reverse=True)
        self._starts = {value: value[: min(_SHOWN, len(value) // 2)] for value in self._known}
        self._exact = re.compile("|".join(map(re.escape, self._known)) or r"(?!)")
        self._texts: dict[tuple[type[e.Event], str], _Text] = {}

    def records(self, batch: list[Record]) -> list[Record]:
        """The next records in order; pieces of texts are without secrets."""
        shown = batch
        found = _pieces(batch)
        for place, indexes in found.items():
            text = self._texts.setdefault(place, _Text())
            parted = "\n" if place[0] is e.OutputCaptured else ""
            seen = text.seen + "".join([batch[index].event.text + parted for index in indexes])  # type: ignore[union-attr]
            if text.inside is None and not text.held and not self._found(seen, len(text.seen)):
                text.seen = seen[-_REACH:]
                continue
            shown = list(batch) if shown is batch else shown
            for index in indexes:
                shown[index] = self._masked(text, batch[index], parted)
        if any(type(record.event) is e.RunEnded for record in batch):
            self._texts = {place: text for place, text in self._texts.items() if place in found}
        return shown

    def _found(self, window: str, done: int) -> bool:
        """Whether a secret, or the beginning of one, stands in what was not given out."""
        if not may_hold_key(window) and not any(start in window for start in self._starts.values()):
            return False
        if self._begun(window)[0] < len(window):
            return True
        return any(done < secret.end for secret in self._secrets(window, int(done >= _REACH)))

    def _masked(self, text: _Text, record: Record, parted: str) -> Record:
        event: Any = record.event
        shown = self._feed(text, event.text + parted).removesuffix(parted)
        return record if shown == event.text else Record(record.seq, record.at, replace(event, text=shown))

    def _feed(self, text: _Text, piece: str) -> str:
        """What is given out with the next piece."""
        if text.inside is not None:
            rest = text.inside.match(piece)
            piece = piece[rest.end() :] if rest else piece
            if not piece:
                return ""
            text.inside = None
        window, done = text.seen + piece, len(text.seen) - text.held
        begun, hold = self._begun(window)
        shown, at, rest_of_last = "", done, None
        for secret in self._secrets(window, int(len(text.seen) >= _REACH)):
            if done < secret.end and secret.start < begun:
                shown += window[at : secret.start] + _stand_in(window, secret, done)
                at, rest_of_last = secret.end, secret.rest
        if rest_of_last is not None:
            text.seen, text.held, text.inside = "", 0, rest_of_last
            return shown
        end = max(at, hold)
        text.held = len(window) - end
        text.seen = window[-_REACH - text.held :]
        return shown + window[at:end]

    def _begun(self, window: str) -> tuple[int, int]:
        """Where a secret of known length begins that is not whole yet, and from where on it is held back."""
        shape = _BEGUN.search(window)
        found = [(shape.start(), shape.start() + _SHOWN)] if shape else []
        for value, start in self._starts.items():
            at = window.find(start, max(0, len(window) - len(value) + 1))
            while at >= 0 and not value.startswith(window[at:]):
                at = window.find(start, at + 1)
            if at >= 0:
                found.append((at, at + len(start)))
        return min(found, default=(len(window), len(window)))

    def _secrets(self, window: str, first: int) -> Iterator[_Secret]:
        """All in the window, where none begins before `first`; such as overlap are one."""
        found = [_Secret(*match.span()) for match in self._exact.finditer(window, first)]
        for shape, rest in _SHAPES:
            for match in shape.finditer(window, first):
                start, end = match.span("value")
                found.append(_Secret(start, end, rest if end == len(window) else None))
        last: _Secret | None = None
        for secret in sorted(found, key=lambda secret: secret[:2]):
            if last is not None and secret.start < last.end:
                longer = secret if secret.end > last.end else last
                last = _Secret(last.start, longer.end, longer.rest)
                continue
            if last is not None:
                yield last
            last = secret
        if last is not None:
            yield last


def _pieces(batch: list[Record]) -> dict[tuple[type[e.Event], str], list[int]]:
    """Where in the batch the pieces of each text are."""
    found: dict[tuple[type[e.Event], str], list[int]] = {}
    for index, record in enumerate(batch):
        kind = type(record.event)
        if kind in _OWNERS:
            found.setdefault((kind, getattr(record.event, _OWNERS[kind])), []).append(index)
    return found


def _stand_in(window: str, secret: _Secret, done: int) -> str:
    """What is given out for a secret, of which what stands before `done` has been."""
    kind, _, end = hide(window[secret.start : secret.end]).partition("…")
    return f"{kind if secret.start >= done else ''}…{end if secret.rest is None else ''}"
