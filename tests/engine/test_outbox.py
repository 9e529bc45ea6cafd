"""The events' way out: order, pace, a reader that does not read, one that is gone."""

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Iterator

import pytest

from tui import events as e
from tui.engine.outbox import FRAME, Outbox
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
