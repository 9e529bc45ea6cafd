"""The events' way out: order, pace, a reader that does not read, one that is gone."""

import contextlib
import itertools
import os
import select
import threading
import time
from collections.abc import Iterator

import pytest

from tui import events as e
from tui.engine import outbox as outbox_module
from tui.engine.outbox import FRAME, SOON, Outbox, is_awaited
from tui.wire import Stamped, decode_stamped


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        with contextlib.suppress(OSError):  # the test may have closed it
            os.close(fd)


def read_all(reader: int) -> list[Stamped]:
    with os.fdopen(reader, "rb", closefd=False) as lines:
        return [decode_stamped(line) for line in lines]


def test_everything_arrives_in_order_with_times_that_never_go_back(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    got: list[Stamped] = []
    collector = threading.Thread(target=lambda: got.extend(read_all(reader)))
    collector.start()
    outbox = Outbox(writer)
    for number in range(5000):
        outbox.emit(e.TextDelta("1.1.0", str(number)))
    assert outbox.close(within=10)
    os.close(writer)
    collector.join(10)
    assert [stamped.event for stamped in got] == [e.TextDelta("1.1.0", str(number)) for number in range(5000)]
    assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(got))


def test_an_event_after_a_quiet_moment_is_written_at_once(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    outbox = Outbox(writer)
    outbox.emit(e.RunStarted(1))
    assert decode_stamped(os.read(reader, 4096)).event == e.RunStarted(1)
    outbox.emit(e.RunEnded(1, "completed"))
    assert decode_stamped(os.read(reader, 4096)).event == e.RunEnded(1, "completed")
    assert outbox.close(within=10)


def test_a_reader_that_does_not_read_holds_up_nobody_but_the_writer(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    outbox = Outbox(writer)
    for _ in range(2000):
        outbox.emit(e.TextDelta("1.1.0", "x" * 100))
    assert not outbox.close(within=0.01)
    os.close(reader)


def test_a_reader_that_is_gone_ends_the_writer(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    os.close(reader)
    outbox = Outbox(writer)
    outbox.emit(e.RunStarted(1))
    assert outbox.close(within=10)


def test_what_cannot_be_sent_is_told_and_the_rest_goes_on(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    outbox = Outbox(writer)
    outbox.emit(e.ConversationExtended(({"odd": object()},)))
    outbox.emit(e.RunStarted(1))
    assert outbox.close(within=10)
    os.close(writer)
    notice, started = [stamped.event for stamped in read_all(reader)]
    assert isinstance(notice, e.Notice)
    assert "conversation_extended" in notice.text
    assert started == e.RunStarted(1)


def test_what_comes_within_a_frame_is_one_write(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = pipe
    writes: list[int] = []
    write = os.write

    def count(fd: int, data: bytes) -> int:
        writes.append(fd)
        return write(fd, data)

    monkeypatch.setattr(os, "write", count)
    outbox, began = Outbox(writer), time.perf_counter()
    for number in range(500):
        outbox.emit(e.TextDelta("1.1.0", str(number)))
    assert outbox.close(within=10)
    os.close(writer)
    assert len(read_all(reader)) == 500
    assert writes.count(writer) <= 2 + (time.perf_counter() - began) / FRAME


@pytest.mark.parametrize(
    ("now", "newest", "before", "awaited"),
    [
        (24, 20, 10, True),
        (29, 20, 10, True),
        (30, 20, 10, False),  # it is late: perhaps there is none
        (24, 20, 0, False),  # not for so long
        (24, 23, 22.5, False),
        (24, 24, 24, False),  # both came at once
        (24, 24, 1e9, False),
    ],
)
def test_an_event_is_awaited_if_those_before_it_came_at_a_pace(
    now: float, newest: float, before: float, awaited: bool
) -> None:
    assert is_awaited(now / 1e3, newest / 1e3, before / 1e3) is awaited
    assert 0.006 < SOON < FRAME / 2


def test_a_frame_ends_with_the_event_that_is_about_to_come(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = pipe
    time_is = [0.0]
    monkeypatch.setattr("tui.engine.clock.now", lambda: time_is[0])
    monkeypatch.setattr(outbox_module, "FRAME", 0.0)
    monkeypatch.setattr(outbox_module, "SOON", 10.0)
    outbox = Outbox(writer)
    outbox.emit(e.TextDelta("1.1.0", "A" * 200_000))  # more than a pipe holds: the writer waits
    first = os.read(reader, 1)
    for second, text in ((1.0, "B"), (2.0, "C")):
        time_is[0] = second
        outbox.emit(e.TextDelta("1.1.0", text))
    while not first.endswith(b"\n"):
        first += os.read(reader, 1 << 16)
    assert not select.select([reader], [], [], 0.05)[0], "D is due at 3"
    time_is[0] = 3.0
    outbox.emit(e.TextDelta("1.1.0", "D"))
    assert [decode_stamped(line).at for line in os.read(reader, 1 << 16).splitlines()] == [1, 2, 3]
    assert outbox.close(within=10)
