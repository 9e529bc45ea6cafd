"""A recording has by number what reading the file gives in order, whatever the file holds and however it grows."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import events
from tui import events as e
from tui.bus import Bus
from tui.journal.file import Header, header_line, read, title_line
from tui.journal.history import LiveHistory
from tui.journal.recording import EVENT_TYPES, Recording
from tui.wire import Record, encode, encode_many

HEADER = header_line(Header("0badcafe", "demo", 5.0))
RECORDS = [Record(seq, 5.0 + seq, e.TextDelta("1.1.0", f"word {seq} ")) for seq in range(1, 41)]


def recording(path: Path, *lines: bytes) -> Recording:
    path.write_bytes(b"".join(lines))
    found = Recording(path)
    found.refresh()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.jsonl"


def agrees(found: Recording) -> None:
    reading = read(found.path)
    records = list(reading)
    assert list(found) == records == found[:]
    assert [found.record(seq) for seq in range(1, len(found) + 1)] == records
    assert list(found.times) == [record.at for record in records]
    assert [EVENT_TYPES[code] for code in found.types] == [e.name_of(record.event) for record in records]
    assert (found.skipped, found.reason, found.problem) == (reading.skipped, reading.reason, reading.problem)
    assert found.header == reading.header


_junk = st.sampled_from((
    b"garbage\n", b"\n", b" \n", b"{}\n", b"{}{}\n", b"{\n}\n", b"\xff\xfe\n", title_line("other"),
    b'{"seq":3,"at":1e300,"event":{"type":"prompt_sent","text":"x"}}\n',
    b'{"seq":3,"at":7.0,"event":{"type":"thought_shared","with":"all"}}\n',
    b'  {"seq": 3, "at": 7.0, "event": {"type": "prompt_sent", "text": "x"}}  \n',
    b'{"seq":3,"at":7.0,"event":{"type":"conversation_cleared"}}{"seq":4,"at":7.0,"event":{"type":"conversation_cleared"}}\n',
))  # fmt: skip


@given(
    happened=st.lists(events, max_size=8),
    junk=st.lists(st.tuples(st.integers(0, 8), _junk), max_size=4),
    headed=st.booleans(),
    cut=st.integers(0, 40),
)
@settings(max_examples=150, deadline=None)
def test_it_agrees_with_reading_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    happened: list[e.Event],
    junk: list[tuple[int, bytes]],
    headed: bool,
    cut: int,
) -> None:
    lines = [encode(Record(seq, 5.0 + seq, event)) for seq, event in enumerate(happened, 1)]
    for at, line in junk:
        lines.insert(at, line)
    whole = (HEADER if headed else b"") + b"".join(lines)
    agrees(recording(tmp_path_factory.mktemp("r") / "s.jsonl", whole[: len(whole) - cut]))


def test_many_chunks_are_one_recording(path: Path) -> None:
    text = "x" * 5000
    many = [Record(seq, 5.0 + seq, e.OutputCaptured("stdout", f"{seq} {text}")) for seq in range(1, 301)]
    lines = [encode(record) for record in many]
    lines.insert(120, b"garbage\n")
    lines[200] = lines[200].replace(b'{"seq"', b' { "seq"')
    lines.append(encode(Record(301, 600.0, e.OutputCaptured("stdout", "y" * 1_000_000))))
    found = recording(path, HEADER, *lines)
    agrees(found)
    assert len(found) == 301
    assert found.records(119, 123) == list(read(path))[118:123]
    assert found.line(200) in lines


def test_a_file_is_taken_on_in_slices(path: Path) -> None:
    path.write_bytes(HEADER + encode_many([Record(seq, 5.0, e.Notice("info", "x" * 900)) for seq in range(1, 2000)]))
    found = Recording(path)
    sizes = []
    while not found.advance(0.0):
        sizes.append(len(found))
        assert found.passed <= found.size
    assert len(sizes) > 3
    assert sizes == sorted(set(sizes))
    assert len(found) == 1999


def test_what_is_appended_is_taken_on_line_by_line(path: Path) -> None:
    lines = HEADER + encode_many(RECORDS)
    path.write_bytes(b"")
    found = Recording(path)
    with path.open("ab", buffering=0) as file:
        for start in range(0, len(lines), 37):
            file.write(lines[start : start + 37])
            found.refresh()
    assert list(found) == RECORDS
    assert not found.problem
    assert found.refresh() == 0


def test_a_torn_line_is_told_until_its_end_has_come(path: Path) -> None:
    lines = encode_many(RECORDS)
    found = recording(path, HEADER, lines[:-9])
    assert (len(found), found.skipped) == (39, 1)
    assert "the last line is torn" in found.problem
    path.write_bytes(HEADER + lines)
    assert found.refresh() == 1
    assert not found.problem


def test_a_file_that_lost_its_records_gives_empty_ones(path: Path) -> None:
    found = recording(path, HEADER, encode_many(RECORDS))
    path.write_bytes(HEADER)
    assert found.record(7) == Record(7, 12.0, e.RawReceived("unreadable"))


@pytest.mark.parametrize("seq", [0, 41, -1])
def test_a_number_that_there_is_not_is_a_lookup_error(path: Path, seq: int) -> None:
    with pytest.raises(LookupError):
        recording(path, HEADER, encode_many(RECORDS)).record(seq)


# The session that is going on


def test_without_a_file_the_newest_are_had_and_it_says_which_are_gone() -> None:
    bus = Bus(lambda: 5.0)
    history = LiveHistory(bus.reader(), None, most=100)
    for number in range(10_000):
        bus.publish(e.Notice("info", str(number)))
        if number % 50 == 0:
            history.refresh()
    history.refresh()
    assert len(history) == len(history.times) == len(history.types) == 10_000
    assert 1 < history.first <= 9_901
    assert history.record(10_000).event == e.Notice("info", "9999")
    assert [record.seq for record in history.records(1, 10_000)] == list(range(history.first, 10_001))
    with pytest.raises(LookupError):
        history.record(history.first - 1)


def test_what_the_file_has_is_had_from_there(path: Path) -> None:
    bus = Bus(lambda: 5.0)
    history, journal = LiveHistory(bus.reader(), path, most=100), bus.reader()
    path.write_bytes(HEADER)
    for number in range(10_000):
        bus.publish(e.Notice("info", str(number)))
        if number % 1000 == 0:
            with path.open("ab") as file:
                file.write(encode_many(journal.take()))
            history.refresh()
    history.refresh()
    assert history.first == 1
    assert [record.event for record in history.records(1, 10_000)] == [
        e.Notice("info", str(number)) for number in range(10_000)
    ]


@pytest.mark.parametrize("growing", [True, False])
def test_a_resumed_session_goes_on_counting(path: Path, growing: bool) -> None:
    path.write_bytes(HEADER + encode_many(RECORDS))
    bus = Bus(lambda: 50.0)
    bus.resume(40)
    history = LiveHistory(bus.reader(), path, growing=growing)
    new = bus.publish(e.Notice("info", "again"))
    assert history.refresh() == 1
    assert history.records(39, 41) == [*RECORDS[38:], new]
    assert (history.first, history.times[40], EVENT_TYPES[history.types[40]]) == (1, 50.0, "notice")
