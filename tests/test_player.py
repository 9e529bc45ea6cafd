"""A recording plays at the pace it was made in, can be moved through both ways, and folds to the same state."""

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import events as e
from tui.bus import Bus
from tui.fold import fold
from tui.journal.history import LiveHistory
from tui.journal.player import LONGEST_GAP, SPEEDS, Player
from tui.state import State
from tui.wire import Record, Stamped

START = 1_763_900_000.0
RUN: Sequence[tuple[float, e.Event]] = (
    (0.0, e.EngineStarted(1)),
    (0.0, e.SessionStarted("0badcafe", "Guide", "gpt-x", "chat", ("roll_dice",))),
    (1.0, e.PromptSent("hello")),
    (1.0, e.RunStarted(1)),
    (1.5, e.ModelRequested(1, 1, "Guide", "gpt-x", 1)),
    (3.0, e.TextDelta("1.1.0", "The ")),
    (3.1, e.TextDelta("1.1.0", "quick ")),
    (3.2, e.TextDelta("1.1.0", "fox")),
    (3.3, e.ToolCallStarted("1.1.1", "c1", "roll_dice")),
    (3.4, e.ArgumentsDelta("c1", "{}")),
    (3.5, e.ToolCalled("c1", "roll_dice", "{}")),
    (63.5, e.ToolEnded("c1", "roll_dice", "17", duration=60.0)),
    (64.0, e.RunEnded(1, "completed")),
)
RECORDS = [Record(seq, START + at, event) for seq, (at, event) in enumerate(RUN, 1)]


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def held(records: Sequence[Record]) -> LiveHistory:
    """The records as a history."""
    bus = Bus(lambda: START)
    history = LiveHistory(bus.reader(), None)
    bus.extend(Stamped(record.at, record.event) for record in records)
    history.refresh()
    return history


def made(records: Sequence[Record] = RECORDS, speed: float = 1.0) -> tuple[Player, Clock]:
    clock = Clock()
    return Player(held(records), clock, speed), clock


def seqs(batch: list[Record]) -> list[int]:
    return [record.seq for record in batch]


def folded(records: Sequence[Record], state: State | None = None) -> State:
    state = state or State()
    for record in records:
        fold(state, record)
    return state


def test_records_come_as_they_are_when_their_time_has_come() -> None:
    player, clock = made()
    assert player.take() == RECORDS[:2]
    assert player.take() == []
    clock.now += 0.9
    assert player.take() == []
    clock.now += 0.2
    assert player.take() == RECORDS[2:4]


@pytest.mark.parametrize("speed", [0.25, 4.0, 64.0])
def test_speed_divides_the_time_between(speed: float) -> None:
    player, clock = made(speed=speed)
    player.take()
    clock.now += 0.99 / speed
    assert player.take() == []
    clock.now += 0.02 / speed
    assert seqs(player.take()) == [3, 4]


def test_a_change_of_speed_does_not_move_the_head() -> None:
    player, clock = made()
    clock.now += 1.2
    player.faster()
    assert player.speed == 2.0
    assert player.head == pytest.approx(1.2)
    clock.now += 1.0
    assert player.head == pytest.approx(3.2)


def test_speeds_end_at_both_ends_of_the_list() -> None:
    player, _ = made()
    player.faster(-len(SPEEDS))
    assert player.speed == SPEEDS[0]
    for _ in SPEEDS:
        player.faster()
    assert math.isinf(player.speed)
    player.faster(-1)
    assert player.speed == SPEEDS[-2]


def test_max_gives_all_at_once_in_batches_no_larger_than_asked() -> None:
    player, _ = made(speed=math.inf)
    assert seqs(player.take(5)) == [1, 2, 3, 4, 5]
    assert seqs(player.take()) == list(range(6, 14))
    assert player.ended


def test_a_long_silence_is_pressed_and_the_time_of_day_runs_through_it() -> None:
    player, clock = made()
    player.seek(3.5)
    assert player.now() == pytest.approx(START + 3.5)
    clock.now += LONGEST_GAP / 2
    assert player.now() == pytest.approx(START + 33.5)
    clock.now += LONGEST_GAP / 2
    player.take()
    assert player.position == 12
    assert player.now() == pytest.approx(START + 63.5, abs=0.01)
    assert player.length == pytest.approx(6.0)


def test_a_clock_that_jumped_back_in_the_recording_costs_no_time() -> None:
    back = [Record(1, START, RUN[0][1]), Record(2, START - 3600, RUN[1][1]), Record(3, START - 3599, RUN[2][1])]
    player, clock = made(back)
    assert seqs(player.take()) == [1, 2]
    clock.now += 1.0
    assert seqs(player.take()) == [3]


def test_paused_nothing_comes_and_nothing_is_skipped_afterwards() -> None:
    player, clock = made()
    clock.now += 1.2
    player.toggle()
    clock.now += 100
    assert seqs(player.take()) == [1, 2, 3, 4]
    assert player.now() == pytest.approx(START + 1.2)
    player.toggle()
    clock.now += 0.4
    assert seqs(player.take()) == [5]


def test_a_step_is_one_record_or_all_deltas_of_an_item_that_follow_each_other() -> None:
    player, _ = made()
    player.take()
    steps = []
    while not player.ended:
        player.step()
        steps.append(seqs(player.take()))
    assert steps == [[3], [4], [5], [6, 7, 8], [9], [10], [11], [12], [13]]
    player.step()
    assert player.take() == []


def test_a_step_pauses() -> None:
    player, clock = made()
    player.take()
    player.step()
    clock.now += 100
    assert seqs(player.take()) == [3]


def test_going_on_after_a_step_repeats_and_skips_nothing() -> None:
    player, clock = made()
    player.take()
    player.step()  # to one of two records of the same moment
    player.take()
    player.toggle()
    clock.now += 0.01
    assert seqs(player.take()) == [4]


def test_a_seek_forward_brings_all_between() -> None:
    player, _ = made()
    player.take()
    player.seek(3.15)
    assert seqs(player.take()) == [3, 4, 5, 6, 7]


def test_a_seek_backward_begins_again_and_shows_in_the_position() -> None:
    player, _ = made()
    player.seek(math.inf)
    state = folded(player.take())
    player.seek(1.2)
    assert state.seq > player.position == 0
    assert folded(player.take()) == folded(RECORDS[:4])


def test_a_seek_backward_from_the_end_stays_there_even_at_full_speed() -> None:
    player, clock = made(speed=math.inf)
    player.take()
    player.seek(1.2)
    clock.now += 10
    assert seqs(player.take()) == [1, 2, 3, 4]


def test_going_on_at_the_end_plays_it_again() -> None:
    player, clock = made()
    player.seek(math.inf)
    player.take()
    was = player.playing
    player.toggle()
    assert (was, player.playing) == (False, True)
    assert seqs(player.take()) == [1, 2]
    clock.now += 1.1
    assert seqs(player.take()) == [3, 4]


CONTROLS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 5)),
    st.tuples(st.just("seek"), st.floats(-1, 8)),
    st.tuples(st.just("faster"), st.sampled_from((-1, 1))),
    st.tuples(st.just("step"), st.just(0)),
    st.tuples(st.just("toggle"), st.just(0)),
    st.tuples(st.just("take"), st.integers(1, 4)),
)


@given(st.lists(CONTROLS, max_size=40))
def test_however_it_is_moved_the_state_is_that_of_the_records_passed(controls: list[tuple[str, float]]) -> None:
    player, clock = made()
    state = State()

    def take(most: int | None = None) -> None:
        nonlocal state
        if state.seq > player.position:
            state = State()
        folded(player.take(most), state)

    for name, value in controls:
        match name:
            case "wait":
                clock.now += value
            case "seek":
                player.seek(value)
            case "faster":
                player.faster(int(value))
            case "step":
                player.step()
            case "toggle":
                player.toggle()
            case _:
                take(int(value))
        assert 0 <= player.head <= player.length
        assert START <= player.now() <= RECORDS[-1].at
    take()
    assert state == folded(RECORDS[: player.position])
    player.seek(math.inf)
    take()
    assert state == folded(RECORDS)


async def test_a_wait_ends_at_once_when_records_are_due() -> None:
    player, _ = made()
    async with asyncio.timeout(5):
        assert await player.wait()


async def test_paused_a_wait_lasts_until_the_user_does_something() -> None:
    player, _ = made()
    player.toggle()
    player.take()
    await player.wait()  # of the pause itself
    waiting = asyncio.ensure_future(player.wait())
    done, _ = await asyncio.wait([waiting], timeout=0)
    assert not done
    player.step()
    async with asyncio.timeout(5):
        assert await waiting
    assert seqs(player.take()) == [3]


async def test_what_the_user_does_between_two_waits_is_not_lost() -> None:
    player, _ = made()
    player.toggle()
    player.take()
    async with asyncio.timeout(5):
        await player.wait()
        player.faster()
        await player.wait()


async def test_playing_a_wait_ends_without_news_so_that_the_clock_is_painted() -> None:
    player, _ = made()
    player.take()
    async with asyncio.timeout(5):
        await player.wait()
    assert player.take() == []


def test_while_the_recording_is_taken_on_its_end_is_not_the_end() -> None:
    bus = Bus(lambda: START)
    history = LiveHistory(bus.reader(), None)
    bus.extend(Stamped(record.at, record.event) for record in RECORDS[:4])
    history.refresh()
    player = Player(history, Clock(), math.inf, growing=True)
    assert seqs(player.take()) == [1, 2, 3, 4]
    assert player.playing
    bus.extend(Stamped(record.at, record.event) for record in RECORDS[4:])
    history.refresh()
    player.grow(whole=True)
    assert seqs(player.take()) == list(range(5, 14))
    assert player.due == len(player) == 13
    assert player.length == made()[0].length
