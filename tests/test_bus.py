import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tui.bus import Bus, steady_clock
from tui.events import TextDelta
from tui.wire import Stamped


def _bus() -> Bus:
    return Bus(lambda: 12.5)


def _texts(batch: list[object]) -> list[str]:
    return [record.event.text for record in batch]  # type: ignore[attr-defined]


def test_records_are_numbered_from_one_and_stamped() -> None:
    bus = _bus()
    first = bus.publish(TextDelta("i", "a"))
    second = bus.append(Stamped(3.0, TextDelta("i", "b")))
    assert (first.seq, first.at) == (1, 12.5)
    assert (second.seq, second.at) == (2, 3.0)
    assert bus.seq == 2


@given(st.lists(st.integers(1, 30), max_size=12), st.lists(st.integers(1, 7), max_size=60))
def test_slow_and_late_readers_see_every_record_once_in_order(publishing: list[int], reading: list[int]) -> None:
    bus = _bus()
    slow, fast = bus.reader(), bus.reader()
    seen: list[int] = []
    fast_seen: list[int] = []
    reads = iter(reading)
    for count in publishing:
        bus.extend([Stamped(0.0, TextDelta("i", "x"))] * count)
        fast_seen += [record.seq for record in fast.take()]
        seen += [record.seq for record in slow.take(next(reads, 3))]
    late = bus.reader()
    while batch := slow.take(5):
        seen += [record.seq for record in batch]
    expected = list(range(1, sum(publishing) + 1))
    assert seen == fast_seen == expected
    assert [record.seq for record in late.take()] == expected


def test_what_every_reader_has_taken_is_dropped() -> None:
    bus = _bus()
    slow, fast = bus.reader(), bus.reader()
    bus.extend(Stamped(0.0, TextDelta("i", "x")) for _ in range(10_000))
    fast.take()
    assert len(bus.after(0)) == 10_000
    slow.take()
    assert bus.after(0) == []
    assert bus.seq == 10_000
    assert bus.publish(TextDelta("i", "y")).seq == 10_001
    assert _texts([*slow.take()]) == ["y"]


def test_a_closed_reader_holds_nothing_back() -> None:
    bus = _bus()
    idle, active = bus.reader(), bus.reader()
    idle.close()
    bus.extend(Stamped(0.0, TextDelta("i", "x")) for _ in range(5_000))
    active.take()
    assert bus.after(0) == []


async def test_a_waiting_reader_wakes_on_news_and_on_the_end() -> None:
    bus = _bus()
    reader = bus.reader()
    waiting = asyncio.ensure_future(reader.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    bus.publish(TextDelta("i", "a"))
    assert await waiting is True
    assert await reader.wait() is True, "still there: nothing was taken"
    assert _texts([*reader.take()]) == ["a"]
    ending = asyncio.ensure_future(reader.wait())
    await asyncio.sleep(0)
    bus.close()
    assert await ending is False
    assert await reader.wait() is False


async def test_closing_a_reader_ends_its_wait() -> None:
    reader = _bus().reader()
    waiting = asyncio.ensure_future(reader.wait())
    await asyncio.sleep(0)
    reader.close()
    assert await waiting is False


def test_the_steady_clock_never_goes_back() -> None:
    clock = steady_clock()
    times = [clock() for _ in range(1000)]
    assert times == sorted(times)
