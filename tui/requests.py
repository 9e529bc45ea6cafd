"""Bodies of model requests: recorded without what an earlier one holds already, and put together again.

A conversation is sent whole with every request. Recorded so, it would take space that grows with the square of its
length; recorded as what is new, with the name of the request that the rest is in, it takes as much as it is long.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from tui import events as e
from tui.state import Request, State
from tui.wire import Record

Key = Literal["input", "messages"]

_encoder = msgspec.json.Encoder()


class Records(Protocol):
    """The records of a session, of which one at a time is wanted; `tui.journal.recording.History` is such."""

    def record(self, seq: int) -> Record:
        """The record of this number. Raises LookupError."""


class Packed(NamedTuple):
    """A body as `events.RequestSent` holds it, and `entries`: its whole list, each entry as JSON."""

    body: dict[str, Any]
    key: Key
    items: tuple[dict[str, Any], ...]
    kept: int
    entries: list[bytes]


def compress(previous: Sequence[bytes], body: dict[str, Any]) -> Packed:
    """Take out of a body what its list has in common with the `entries` of an earlier one, from their beginning on.

    The body is made of JSON's own types; one whose list is empty or holds anything but objects stays as it is.
    """
    key: Key = "messages" if "messages" in body and "input" not in body else "input"
    listed = body.get(key)
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, dict) for entry in listed):
        return Packed(body, key, (), 0, [])
    entries = [_encoder.encode(entry) for entry in listed]
    kept = 0
    for old, new in zip(previous, entries, strict=False):
        if old != new:
            break
        kept += 1
    return Packed({**body, key: None}, key, tuple(listed[kept:]), kept, entries)


def body_of(records: Records, state: State, request: Request, attempt: int = -1) -> dict[str, Any]:
    """The whole body of a request, of the try at this index of `Request.sent_seqs`.

    Raises LookupError, with one line for the user, where nothing was recorded, or not all of it is to be had.
    """
    if not request.sent_seqs:
        raise LookupError("what was sent is not on record")
    seq = request.sent_seqs[attempt]
    sent = _sent(records, seq)
    if not sent.items and not sent.kept:
        return sent.body
    return {**sent.body, sent.key: _entries(records, state, seq, sent)}


def _entries(records: Records, state: State, seq: int, sent: e.RequestSent) -> list[dict[str, Any]]:
    chain = [sent]
    while chain[-1].kept:
        seq, base = _base(records, state, seq, chain[-1])
        chain.append(base)
    entries: list[dict[str, Any]] = []
    for each in reversed(chain):
        if each.kept > len(entries):
            raise LookupError(f"what request {each.name} has in common with {each.base} is not on record")
        entries[each.kept :] = each.items
    return entries


def _base(records: Records, state: State, before: int, sent: e.RequestSent) -> tuple[int, e.RequestSent]:
    """The request that holds what this one keeps, with its record's number; sent before it, so that this ends."""
    index = state.request_of.get(sent.base.rpartition(".")[0])
    for seq in reversed(state.requests[index].sent_seqs if index is not None else ()):
        if seq < before and (base := _sent(records, seq)).name == sent.base:
            return seq, base
    raise LookupError(f"request {sent.base}, in which a part of this one is, is not on record")


def _sent(records: Records, seq: int) -> e.RequestSent:
    event = records.record(seq).event
    if not isinstance(event, e.RequestSent):
        raise LookupError(f"record {seq} is no request")  # a damaged journal
    return event
