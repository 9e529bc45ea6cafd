"""A journal that is cut at any byte, as by a kill, and gone on with, again and again: nothing is lost or doubled."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import events
from tui import events as e
from tui.bus import Bus
from tui.fold import fold
from tui.journal.file import Header, hold, read
from tui.journal.restore import restore
from tui.journal.writer import JournalWriter
from tui.state import State
from tui.wire import Record, decode_record, encode

HEADER = Header("abcd", "demo", 1_763_900_000.0)

rounds = st.lists(st.tuples(st.lists(events, min_size=1, max_size=8), st.floats(0, 1)), min_size=1, max_size=4)


@given(rounds=rounds)
@settings(max_examples=80, deadline=None)
async def test_each_time_it_is_cut_it_goes_on_after_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[e.Event], float]]
) -> None:
    path = tmp_path_factory.mktemp("cuts") / "abcd.jsonl"
    kept: list[Record] = []
    for happened, share in rounds:
        before = path.stat().st_size if path.exists() else 0
        written = _go_on(path, len(kept), happened)
        size = path.stat().st_size
        assert list(read(path)) == kept + written
        with path.open("rb+") as file:
            file.truncate(before + int((size - before) * share))
        found = list(read(path))
        assert found == (kept + written)[: len(found)]
        assert len(found) >= len(kept)
        kept = found
        _check(path, kept)


def _go_on(path: Path, seq: int, happened: list[e.Event]) -> list[Record]:
    """Write more, as a program does that takes up a session; the records."""
    bus = Bus(lambda: 1_763_900_000.0)
    bus.resume(seq)
    descriptor = hold(path) if path.exists() else None
    journal = JournalWriter(bus, path, HEADER, str, resumed=True, descriptor=descriptor)
    records = []
    for event in happened:
        records.append(decode_record(encode(bus.publish(event))))
        journal.flush()
    journal.close()
    return records


def _check(path: Path, kept: list[Record]) -> None:
    assert [record.seq for record in kept] == list(range(1, len(kept) + 1))
    state = State()
    for record in kept:
        fold(state, record)
    if path.exists():
        assert restore(path).state == state
