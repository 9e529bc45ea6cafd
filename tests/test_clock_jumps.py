"""A clock that is set back or forward in a session: its records keep their order, and no figure becomes absurd."""

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import HEADER, NOON, SESSION
from tests.test_player import held
from tui import events as e
from tui.bus import Bus
from tui.export import FORMATS, export
from tui.fold import fold
from tui.journal.file import Header, read
from tui.journal.player import LONGEST_GAP, Player
from tui.journal.restore import restore
from tui.journal.writer import JournalWriter
from tui.metrics import runs
from tui.metrics.requests import breakdown
from tui.state import State
from tui.wire import Record

jumps = st.lists(st.floats(-1e6, 1e6), min_size=len(SESSION), max_size=len(SESSION))


def _records(times: list[float]) -> list[Record]:
    return [
        Record(seq, NOON + time, event) for seq, (time, event) in enumerate(zip(times, SESSION, strict=True), 1)
    ]  # fmt: skip


@given(jumps)
def test_no_span_is_negative_whatever_the_clock_did(times: list[float]) -> None:
    state = State()
    for record in _records(times):
        fold(state, record)
        run = runs.newest(state)
        parts = [part for index in range(len(state.requests)) for part in breakdown(state, index, record.at)]
        spans = [runs.first_token(state, run), runs.generation_time(state, run), runs.elapsed(run, record.at), *parts]
        assert [span for span in spans if span is not None and span < 0] == []
    assert [row for row in state.rows if row.duration is not None and row.duration < 0] == []
    assert state.seq == len(SESSION)


@given(jumps)
def test_a_replay_takes_no_longer_than_its_records_allow(times: list[float]) -> None:
    now = [0.0]
    player = Player(held(_records(times)), lambda: now[0])
    assert 0.0 <= player.length <= LONGEST_GAP * len(SESSION)
    taken: list[Record] = []
    while not player.ended:
        now[0] += 1.0
        taken += player.take()
        assert math.isfinite(player.now())
    assert [record.seq for record in taken] == list(range(1, len(SESSION) + 1))


async def test_a_journal_keeps_what_was_and_when(tmp_path: Path) -> None:
    clock = [NOON]
    bus = Bus(lambda: clock[0])
    journal = JournalWriter(bus, tmp_path / "s.jsonl", Header("s", "demo", NOON), str)
    for number, event in enumerate(SESSION):
        clock[0] = NOON - 3600 * (number % 3)
        bus.publish(event)
        journal.flush()
    journal.close()
    reading = read(journal.path)
    assert [record.event for record in reading] == list(SESSION)
    assert [record.at for record in reading][:4] == [NOON, NOON - 3600, NOON - 7200, NOON]
    assert not reading.problem
    assert restore(journal.path).state.seq == len(SESSION)
    for kind in FORMATS:
        assert "You rolled" in export(list(reading), HEADER, kind)


async def test_a_disk_that_failed_is_tried_again_after_the_clock_was_set_back(tmp_path: Path) -> None:
    clock = [NOON]
    bus = Bus(lambda: clock[0])
    journal = JournalWriter(bus, tmp_path / "folder" / "s.jsonl", Header("s", "demo", NOON), str)
    journal.path.parent.write_text("in the way")
    bus.publish(e.PromptSent("hi"))
    journal.flush()
    journal.path.parent.unlink()
    clock[0] = NOON - 3600
    bus.publish(e.RunEnded(1, "completed"))
    journal.flush()  # the end of a run does not wait for the clock
    assert journal.kept
    journal.close()
