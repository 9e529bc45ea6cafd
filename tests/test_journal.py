"""What is on disk is what was on the bus; what the disk or a hand did to a file costs only what it hit."""

import asyncio
import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model_server import Call, ModelServer, Reply, Status, Text, Wait
from tests.strategies import events
from tui import events as e
from tui.bus import Bus, steady_clock
from tui.fold import fold
from tui.journal.file import Header, HeldError, copy, header_line, hold, read, title_line
from tui.journal.restore import restore
from tui.journal.writer import JournalWriter
from tui.link.handle import Launch, Link
from tui.state import State
from tui.wire import VERSION, Record, encode, encode_many

HEADER = Header("abcd", "demo", 1_763_900_000.0, "1.2", "/somewhere")
ANSWER = (e.PromptSent("hi"), e.RunStarted(1), e.TextDelta("m1", "hello"), e.RunEnded(1, "completed"))


def _same(text: str) -> str:
    return text


class Clock:
    now = 1_763_900_000.0

    def __call__(self) -> float:
        return self.now


def _records(*happened: e.Event) -> list[Record]:
    return [Record(seq, 1_763_900_000.0 + seq, event) for seq, event in enumerate(happened, 1)]


def _file(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def bus() -> Bus:
    return Bus(Clock())


@pytest.fixture
def journal(bus: Bus, tmp_path: Path) -> JournalWriter:
    return JournalWriter(bus, tmp_path / "sessions" / "abcd.jsonl", HEADER, _same)


def _publish(bus: Bus, *happened: e.Event) -> None:
    for event in happened:
        bus.publish(event)


# Writing


async def test_a_file_is_a_header_and_the_records_as_json_prints_them(bus: Bus, journal: JournalWriter) -> None:
    reader = bus.reader()
    _publish(bus, *ANSWER)
    journal.flush()
    records = reader.take()
    first, _, rest = journal.path.read_bytes().partition(b"\n")
    assert rest == encode_many(records)
    assert msgspec.json.decode(first) == {
        "agents_tui": VERSION, "session": "abcd", "agent": "demo", "created": 1_763_900_000.0, "program": "1.2",
        "cwd": "/somewhere",
    }  # fmt: skip
    assert read(journal.path).header == HEADER
    assert list(read(journal.path)) == records
    journal.close()


async def test_only_the_user_may_read_it(bus: Bus, journal: JournalWriter) -> None:
    _publish(bus, *ANSWER)
    journal.close()
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


async def test_all_that_is_new_is_one_write_and_the_end_of_a_run_is_synced(
    bus: Bus, journal: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    synced: list[int] = []
    real = os.write

    def counted(descriptor: int, data: bytes) -> int:
        writes.append(len(data))
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", counted)
    monkeypatch.setattr(os, "fsync", synced.append)
    _publish(bus, *ANSWER[:3])
    journal.flush()
    assert (len(writes), synced) == (1, [])
    journal.flush()
    assert len(writes) == 1
    _publish(bus, ANSWER[3])
    journal.flush()
    _join("fsync")
    assert (len(writes), len(synced)) == (2, 1)
    journal.close()
    assert len(synced) == 2


def _join(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(10)


async def test_a_session_in_which_nothing_was_asked_leaves_no_file(bus: Bus, journal: JournalWriter) -> None:
    _publish(bus, e.EngineStarted(1))
    journal.flush()
    assert journal.path.exists()
    journal.close()
    assert not journal.path.exists()
    assert not journal.kept


async def test_secrets_are_masked_and_the_lines_stay_whole(bus: Bus, tmp_path: Path) -> None:
    secret = 'pass"word\\with quotes'
    written = msgspec.json.encode(secret).decode()[1:-1]
    journal = JournalWriter(
        bus, tmp_path / "s.jsonl", HEADER, lambda text: text.replace(secret, "…").replace(written, "…")
    )
    item = {"role": "user", "content": [{"text": f"it is {secret}!"}]}
    _publish(bus, e.PromptSent(f"my key: {secret}"), e.ConversationExtended((item,)), e.TextDelta("m", "plain"))
    journal.close()
    found = [record.event for record in read(journal.path)]
    assert found[0] == e.PromptSent("my key: …")
    assert found[1] == e.ConversationExtended(({"role": "user", "content": [{"text": "it is …!"}]},))
    assert found[2] == e.TextDelta("m", "plain")


# A disk that fails


def _full(*_: Any) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_full_disk_is_told_once_and_nothing_is_lost_when_it_has_room_again(
    bus: Bus, journal: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = bus.reader()
    _publish(bus, *ANSWER[:2])
    journal.flush()
    real = os.write
    room = [30]

    def nearly_full(descriptor: int, data: bytes) -> int:
        if not room[0]:
            _full()
        taken, room[0] = min(room[0], len(data)), 0
        return real(descriptor, bytes(data[:taken]))

    monkeypatch.setattr(os, "write", nearly_full)
    for event in (*ANSWER[2:], *ANSWER[:2]):
        _publish(bus, event)
        journal.flush()
    records = reader.take()
    (notice,) = [record.event for record in records if isinstance(record.event, e.Notice)]
    assert notice.level == "warning"
    assert "No space left" in notice.text
    assert str(journal.path) in notice.text
    assert not journal.kept
    monkeypatch.setattr(os, "write", real)
    _publish(bus, ANSWER[3])
    journal.flush()  # the end of a run tries at once
    journal.close()
    on_disk = list(read(journal.path))
    assert on_disk[: len(records)] == records
    assert [r.event.level for r in on_disk if isinstance(r.event, e.Notice)] == ["warning", "info"]
    assert journal.kept


async def test_after_a_failure_it_is_tried_again_in_a_while(bus: Bus, journal: JournalWriter) -> None:
    clock = bus.now
    assert isinstance(clock, Clock)
    journal.path.parent.write_text("in the way")
    _publish(bus, ANSWER[0])
    journal.flush()
    journal.path.parent.unlink()
    _publish(bus, ANSWER[1])
    journal.flush()
    assert not journal.path.exists()
    clock.now += 6
    _publish(bus, ANSWER[2])
    journal.flush()
    texts = [record.event for record in read(journal.path)]
    assert [event for event in texts if not isinstance(event, e.Notice)] == list(ANSWER[:3])
    journal.close()


async def test_a_file_that_was_deleted_is_made_again_with_all_it_held(bus: Bus, journal: JournalWriter) -> None:
    _publish(bus, *ANSWER)
    journal.flush()
    before = journal.path.read_bytes()
    journal.path.unlink()
    journal.path.parent.rmdir()
    _publish(bus, e.PromptSent("again"))
    journal.flush()
    assert journal.path.read_bytes().startswith(before)
    assert [record.event for record in read(journal.path)] == [*ANSWER, e.PromptSent("again")]
    journal.close()


# Two programs


async def test_a_session_is_written_by_one_program_at_a_time(bus: Bus, journal: JournalWriter) -> None:
    _publish(bus, *ANSWER)
    journal.flush()
    with pytest.raises(HeldError):
        hold(journal.path)
    journal.close()
    os.close(hold(journal.path))


def test_a_copy_has_the_same_records_under_its_own_header(tmp_path: Path) -> None:
    source = _file(tmp_path / "a.jsonl", header_line(HEADER), encode_many(_records(*ANSWER)))
    other = msgspec.structs.replace(HEADER, session="b", parent="a")
    copy(source, tmp_path / "b.jsonl", other)
    assert read(tmp_path / "b.jsonl").header == other
    assert list(read(tmp_path / "b.jsonl")) == list(read(source))


# Reading what was damaged


def test_a_torn_last_line_costs_that_line(tmp_path: Path) -> None:
    records = _records(*ANSWER)
    path = _file(tmp_path / "s.jsonl", header_line(HEADER), encode_many(records)[:-5])
    reading = read(path)
    assert list(reading) == records[:-1]
    assert reading.skipped == 1
    assert "line 5: the last line is torn" in reading.problem


def test_going_on_after_a_torn_line_leaves_no_trace_of_it(tmp_path: Path) -> None:
    records = _records(*ANSWER)
    path = _file(tmp_path / "s.jsonl", header_line(HEADER), encode_many(records)[:-5])
    descriptor = hold(path)
    os.write(descriptor, encode(records[-1]))
    os.close(descriptor)
    reading = read(path)
    assert list(reading) == records
    assert not reading.problem


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path: Path) -> None:
    records = _records(*ANSWER)
    path = _file(tmp_path / "s.jsonl", header_line(HEADER), encode_many(records)[:-1])
    os.close(hold(path))
    assert list(read(path)) == records


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\n", b"\n", b"{}\n", b"\xff\xfe\x00\n", b'{"seq":2,"at":1.0\n', b"[" * 100_000 + b"\n",
        b'{"seq":2,"at":1e300,"event":{"type":"prompt_sent","text":"x"}}\n',
        b'{"seq":2,"at":1.0,"event":{"type":"prompt_sent","text":7}}\n',
    ],
)  # fmt: skip
def test_garbage_in_the_middle_costs_only_itself(tmp_path: Path, garbage: bytes) -> None:
    records = _records(*ANSWER)
    lines = [encode(record) for record in records]
    reading = read(_file(tmp_path / "s.jsonl", header_line(HEADER), *lines[:2], garbage, *lines[2:]))
    assert list(reading) == records
    assert reading.skipped == 1
    assert reading.reason.startswith("line 4: ")


def test_an_event_of_a_newer_version_is_kept_raw(tmp_path: Path) -> None:
    line = b'{"seq":1,"at":5.0,"event":{"type":"thought_shared","with":"all"}}\n'
    (record,) = read(_file(tmp_path / "s.jsonl", header_line(HEADER), line))
    assert isinstance(record.event, e.RawReceived)
    assert record.event.name == "thought_shared"
    assert '"with":"all"' in record.event.data


def test_without_a_header_the_records_are_there_and_the_file_names_the_session(tmp_path: Path) -> None:
    records = _records(*ANSWER)
    reading = read(_file(tmp_path / "cafe.jsonl", encode_many(records)))
    assert list(reading) == records
    assert reading.header.session == "cafe"


def test_missing_and_repeated_records_are_told_and_the_rest_is_numbered_anew(tmp_path: Path) -> None:
    lines = [encode(record) for record in _records(*ANSWER)]
    reading = read(_file(tmp_path / "s.jsonl", header_line(HEADER), lines[0], lines[0], lines[3]))
    assert [(record.seq, record.event) for record in reading] == [(1, ANSWER[0]), (2, ANSWER[3])]
    assert reading.skipped == 3


def test_the_newest_name_counts(tmp_path: Path) -> None:
    lines = [encode(record) for record in _records(*ANSWER)]
    path = _file(tmp_path / "s.jsonl", header_line(HEADER), lines[0], title_line("one"), *lines[1:], title_line("two"))
    reading = read(path)
    assert len(list(reading)) == 4
    assert reading.header.title == "two"
    assert not reading.problem


@given(happened=st.lists(events, max_size=12), data=st.data())
@settings(max_examples=60, deadline=None)
def test_cut_anywhere_the_records_before_the_cut_are_read(
    tmp_path_factory: pytest.TempPathFactory, happened: list[e.Event], data: st.DataObject
) -> None:
    records = _records(*happened)
    whole = header_line(HEADER) + encode_many(records)
    cut = data.draw(st.integers(0, len(whole)))
    path = _file(tmp_path_factory.mktemp("cut") / "s.jsonl", whole[:cut])
    found = list(read(path))
    assert found == list(read(_file(path, whole)))[: len(found)]
    complete = max(0, whole[:cut].count(b"\n") - 1)
    assert complete <= len(found) <= complete + 1
    restored = restore(_file(path, whole[:cut]))
    assert restored.state.seq == len(found)


@given(happened=st.lists(events, max_size=10), junk=st.binary(max_size=40), data=st.data())
@settings(max_examples=60, deadline=None)
def test_overwritten_anywhere_a_file_can_be_read_and_gone_on_with(
    tmp_path_factory: pytest.TempPathFactory, happened: list[e.Event], junk: bytes, data: st.DataObject
) -> None:
    whole = header_line(HEADER) + encode_many(_records(*happened))
    at = data.draw(st.integers(0, len(whole)))
    path = _file(tmp_path_factory.mktemp("junk") / "s.jsonl", whole[:at], junk, whole[at + len(junk) :])
    before = len(list(read(path)))
    descriptor = hold(path)
    os.write(descriptor, encode(Record(before + 1, 5.0, e.PromptSent("next"))))
    os.close(descriptor)
    found = list(read(path))
    assert found[-1].event == e.PromptSent("next")
    assert [record.seq for record in found] == list(range(1, len(found) + 1))
    assert len(found) >= before


@given(happened=st.lists(events, max_size=30), cuts=st.sets(st.integers(0, 30)))
@settings(max_examples=60, deadline=None)
def test_state_folded_from_the_file_is_the_state_folded_live(
    tmp_path_factory: pytest.TempPathFactory, happened: list[e.Event], cuts: set[int]
) -> None:
    async def live() -> tuple[State, Path]:
        bus = Bus(Clock())
        journal = JournalWriter(bus, tmp_path_factory.mktemp("live") / "s.jsonl", HEADER, _same, resumed=True)
        state, reader = State(), bus.reader()
        for index, event in enumerate(happened):
            bus.publish(event)
            if index in cuts:
                journal.flush()
        journal.close()
        for record in reader.take():
            fold(state, record)
        return state, journal.path

    state, path = asyncio.run(live())
    if happened:
        assert restore(path).state == state


@pytest.mark.parametrize("began", [e.PromptSent("hi"), e.RetryRequested()])
def test_a_run_without_an_end_on_record_is_unfinished(tmp_path: Path, began: e.Event) -> None:
    path = _file(tmp_path / "s.jsonl", encode_many(_records(*ANSWER, began, e.RunStarted(2), e.EngineEnded(9))))
    assert restore(path).unfinished
    assert not restore(_file(path, encode_many(_records(*ANSWER)))).unfinished


TOOLS = """
from agents import Agent, function_tool

@function_tool
def look() -> str:
    "Looks."
    return "a door"

@function_tool
def fail() -> str:
    "Fails."
    raise ValueError("no luck")

agent = Agent("Looker", tools=[look, fail])
"""


async def test_real_runs_with_tools_a_stop_and_a_failure_are_the_same_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "looker.py").write_text(TOOLS)
    monkeypatch.chdir(tmp_path)
    script: list[Reply] = [
        [Text("Let me look. "), Call("look", "{}", "c1"), Call("fail", "{}", "c2")],
        [Text(["I see ", "a door."])],
        [Text("to be stopped "), Wait("never")],
        [Status(401, {}, '{"error": {"message": "no"}}')],
    ]
    async with ModelServer(script) as server:
        link = Link(Bus(steady_clock()), Launch("abcd", "looker.py", base_url=server.base_url))
        journal = JournalWriter(link.bus, tmp_path / "abcd.jsonl", HEADER, _same)
        reader, state = link.bus.reader(), State()

        async def until(holds: Callable[[], bool]) -> None:
            async with asyncio.timeout(30):
                while not holds():
                    await reader.wait()
                    journal.flush()
                    for record in reader.take():
                        fold(state, record)

        await link.start()
        for prompt in ("look", "stop", "fail"):
            link.send(prompt)
            if prompt == "stop":
                await until(lambda: state.phase == "writing")
                link.cancel()
            await until(lambda: not (link.busy or state.busy))
        await link.close()
        journal.close()
        for record in reader.take():
            fold(state, record)
    restored = restore(tmp_path / "abcd.jsonl")
    assert restored.state == state
    assert restored.conversation.items == link.conversation.items
    assert (state.metrics.runs, state.metrics.interruptions, state.metrics.tool_calls) == (3, 1, 2)
    assert not restored.unfinished
