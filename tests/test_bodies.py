"""Bodies of requests: what is recorded of each and the ones before it gives all of it back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import events as e
from tui.fold import fold
from tui.requests import body_of, compress
from tui.state import State
from tui.wire import Record, decode_record, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.dictionaries(st.sampled_from(["role", "content", "type"]), VALUES, max_size=3)


@st.composite
def conversations(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Bodies that mostly go on from the one before, as those of a conversation do; or not at all."""
    key = draw(st.sampled_from(["input", "messages"]))
    bodies: list[dict[str, Any]] = []
    entries: list[Any] = []
    for _ in range(draw(st.integers(1, 6))):
        kept = draw(st.integers(0, len(entries)))
        entries = [*entries[:kept], *draw(st.lists(ENTRIES, max_size=3))]
        odd = draw(st.integers(0, 9)) == 0
        value = draw(VALUES | st.lists(VALUES, max_size=2)) if odd else entries
        before = draw(st.dictionaries(st.sampled_from(["model", "tools"]), VALUES, max_size=2))
        bodies.append({**before, key: value, "stream": True} if draw(st.booleans()) else {key: value, **before})
    return bodies


class Recorded:
    def __init__(self, bodies: list[dict[str, Any]]) -> None:
        self.state = State()
        self.records: list[Record] = []
        entries: list[bytes] = []
        for turn, body in enumerate(bodies, 1):
            packed = compress(entries, body)
            base = f"1.{turn - 1}.1" if packed.kept else ""
            self.add(e.ModelRequested(1, turn, "A"))
            self.add(e.RequestSent(1, turn, 1, packed.body, packed.items, packed.key, base, packed.kept))
            entries = packed.entries

    def add(self, event: e.Event) -> None:
        seq = len(self.records) + 1
        self.records.append(decode_record(encode(Record(seq, float(seq), event))))
        fold(self.state, self.records[-1])

    def record(self, seq: int) -> Record:
        return self.records[seq - 1]

    def bodies(self) -> list[dict[str, Any]]:
        return [body_of(self, self.state, request) for request in self.state.requests]


@given(conversations())
def test_what_is_recorded_gives_back_every_body_with_its_order(bodies: list[dict[str, Any]]) -> None:
    assert json.dumps(Recorded(bodies).bodies()) == json.dumps(bodies)


def test_values_that_python_takes_for_equal_are_told_apart() -> None:
    bodies = [{"input": [{"a": each}]} for each in (1, True, 1.0)]
    assert json.dumps(Recorded(bodies).bodies()) == json.dumps(bodies)


def test_a_long_conversation_takes_space_in_proportion_to_its_length() -> None:
    bodies = [{"input": [{"role": "user", "content": "x" * 1000}] * turn} for turn in range(1, 101)]
    recorded = Recorded(bodies)
    assert sum(len(encode(record)) for record in recorded.records) < 140_000, "100 entries of 1 kB"
    assert recorded.bodies() == bodies


def test_a_base_that_is_not_on_record_is_said() -> None:
    recorded = Recorded([{"input": [{"a": 1}]}, {"input": [{"a": 1}, {"b": 2}]}])
    first, second = recorded.state.requests
    recorded.state.request_of.pop("1.1")
    with pytest.raises(LookupError, match=r"request 1\.1\.1, in which a part of this one is"):
        body_of(recorded, recorded.state, second)
    assert body_of(recorded, recorded.state, first) == {"input": [{"a": 1}]}
    first.sent_seqs.clear()
    with pytest.raises(LookupError, match="what was sent is not on record"):
        body_of(recorded, recorded.state, first)


def test_requests_that_a_damaged_file_bases_on_each_other_come_to_an_end() -> None:
    recorded = Recorded([])
    for turn, base in ((1, "1.2.1"), (2, "1.1.1")):
        recorded.add(e.ModelRequested(1, turn, "A"))
        recorded.add(e.RequestSent(1, turn, 1, {"input": None}, ({"a": 1},), base=base, kept=1))
    for request in recorded.state.requests:
        with pytest.raises(LookupError):
            body_of(recorded, recorded.state, request)
