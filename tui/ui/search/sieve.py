"""Which items of a growing list pass a test, kept up as items are added and change. Each settled one is asked once."""

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Final, Protocol

_AFTER: Final = 64
"""Items that are still looked after once they have settled: figures of a request come after its end."""


class Items(Protocol):
    """A list that only grows. An item may change while it is live, and for a short while after."""

    def __len__(self) -> int: ...

    def live(self, index: int) -> bool:
        """It is not settled yet."""

    def stamp(self, index: int) -> Hashable:
        """Another value whenever the item has changed."""


class Sieve:
    """The items that pass, as a sequence of their indices; without a test all of them, at no cost.

    `step` looks at items that were not looked at yet, in order; `update` again at those that may have changed.
    """

    def __init__(self, items: Items, wanted: Callable[[int], bool] | None = None) -> None:
        self._items = items
        self._wanted = wanted
        self._found = array("Q")
        self._looked = 0
        self._stamps: dict[int, Hashable] = {}
        """Of the items looked after."""
        self._settled: deque[int] = deque()

    @property
    def looked(self) -> int:
        """Items looked at so far."""
        return self._looked

    @property
    def behind(self) -> int:
        """Items not looked at yet."""
        return len(self._items) - self._looked

    def __len__(self) -> int:
        return self._looked if self._wanted is None else len(self._found)

    def __getitem__(self, place: int) -> int:
        return range(self._looked)[place] if self._wanted is None else self._found[place]

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._looked) if self._wanted is None else self._found)

    def place(self, index: int) -> int:
        """Where an item stands among those that pass, or the next one that does; may be beyond the last."""
        return min(index, self._looked) if self._wanted is None else bisect_left(self._found, index)

    def __contains__(self, index: object) -> bool:
        if not isinstance(index, int):
            return False
        place = self.place(index)
        return place < len(self) and self[place] == index

    def now(self) -> "Sieve":
        """As it is now, whatever comes."""
        found = Sieve(self._items, self._wanted)
        found._found, found._looked = self._found[:], self._looked
        return found

    def step(self, most: int) -> bool:
        """Look at up to `most` more items; whether there are more."""
        end = len(self._items) if self._wanted is None else min(len(self._items), self._looked + most)
        if self._wanted is not None:
            for index in range(self._looked, end):
                if self._wanted(index):
                    self._found.append(index)
                if self._items.live(index):
                    self._stamps[index] = self._items.stamp(index)
        self._looked = end
        return end < len(self._items)

    def update(self) -> bool:
        """Ask again for the items that changed; whether one came or went in the midst of the others."""
        changed = False
        for index, before in list(self._stamps.items()):
            stamp = self._items.stamp(index)
            if stamp == before:
                continue
            self._stamps[index] = stamp
            changed = self._ask_again(index) or changed
            if not self._items.live(index) and index not in self._settled:
                self._settled.append(index)
        while len(self._settled) > _AFTER:
            self._stamps.pop(self._settled.popleft(), None)
        return changed

    def _ask_again(self, index: int) -> bool:
        assert self._wanted is not None
        was, passes, place = index in self, self._wanted(index), self.place(index)
        if passes and not was:
            self._found.insert(place, index)
        elif was and not passes:
            self._found.pop(place)
        return was != passes
