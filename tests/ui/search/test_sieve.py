"""What a filter lets through, kept up step by step, is what it would let through from scratch."""

from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from tui.ui.search.sieve import Sieve


class Numbers:
    """Items that a test adds, changes and settles. Counts how often it was asked for each."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.unsettled: set[int] = set()
        self.revs: list[int] = []
        self.asked: list[int] = []

    def __len__(self) -> int:
        return len(self.values)

    def live(self, index: int) -> bool:
        return index in self.unsettled

    def stamp(self, index: int) -> Hashable:
        return self.revs[index], index in self.unsettled

    def add(self, value: int, *, live: bool = False) -> None:
        if live:
            self.unsettled.add(len(self.values))
        self.values.append(value)
        self.revs.append(0)
        self.asked.append(0)

    def change(self, index: int, value: int) -> None:
        self.values[index] = value
        self.revs[index] += 1

    def even(self, index: int) -> bool:
        self.asked[index] += 1
        return self.values[index] % 2 == 0


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 3)),
        st.tuples(st.just("begin"), st.integers(0, 3)),
        st.tuples(st.just("change"), st.integers(0, 50)),
        st.tuples(st.just("settle"), st.integers(0, 50)),
        st.tuples(st.just("step"), st.integers(1, 4)),
        st.tuples(st.just("update"), st.just(0)),
    ),
    max_size=60,
)


@given(ACTS)
def test_step_by_step_is_from_scratch(acts: list[tuple[str, int]]) -> None:
    items = Numbers()
    sieve = Sieve(items, items.even)
    for act, number in acts:
        live = sorted(items.unsettled)
        match act:
            case "add":
                items.add(number)
            case "begin":
                items.add(number, live=True)
            case "change" if live:
                items.change(live[number % len(live)], number)
            case "settle" if live:
                items.unsettled.discard(live[number % len(live)])
                items.change(live[number % len(live)], number)
            case "step":
                sieve.step(number)
            case "update":
                sieve.update()
    sieve.update()
    while sieve.step(1):
        pass
    fresh = Sieve(items, items.even)
    fresh.step(len(items))
    wanted = [index for index, value in enumerate(items.values) if value % 2 == 0]
    assert [sieve[place] for place in range(len(sieve))] == wanted
    assert [fresh[place] for place in range(len(fresh))] == wanted
    assert [sieve.place(index) for index in wanted] == list(range(len(wanted)))
    assert [index for index in range(len(items)) if index in sieve] == wanted


def test_a_settled_item_is_asked_once() -> None:
    items = Numbers()
    sieve = Sieve(items, items.even)
    for value in range(500):
        items.add(value)
        sieve.update()
        sieve.step(10)
    assert set(items.asked) == {1}


def test_an_item_that_settles_is_asked_again_and_then_left_alone() -> None:
    items = Numbers()
    sieve = Sieve(items, items.even)
    items.add(1, live=True)
    items.add(2)
    sieve.step(10)
    assert list(sieve) == [1]
    items.unsettled.clear()
    items.change(0, 4)
    assert sieve.update()
    assert list(sieve) == [0, 1]
    assert not sieve.update()
    assert items.asked[0] == 2


def test_without_a_test_all_pass_and_nothing_is_kept() -> None:
    items = Numbers()
    sieve = Sieve(items)
    for value in range(10):
        items.add(value, live=True)
    assert not sieve.step(1)
    assert (len(sieve), sieve[3], sieve[-1], sieve.place(7), 9 in sieve, 10 in sieve) == (10, 3, 9, 7, True, False)
    assert not sieve._stamps
    assert not len(sieve._found)
