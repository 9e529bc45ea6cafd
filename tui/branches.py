"""The conversation as a tree of prompts: what was said on each of its branches, so that any can be gone on with.

Prompts have the session's numbers, from 1; 0 stands for the beginning.
"""

from typing import Any, NamedTuple, TypeAlias

Item: TypeAlias = dict[str, Any]


class Branch(NamedTuple):
    """A way through the tree that nothing goes on from, or the one the conversation is on."""

    prompts: tuple[int, ...]
    """From the first to the last."""
    depth: int
    """How deep it hangs below the first one of the list: each below the one it left."""
    after: int
    """The prompt after which it left the one it hangs below."""

    @property
    def tip(self) -> int:
        """Its last prompt, which names it."""
        return self.prompts[-1]


class _Step:
    """A prompt and what followed it; `before` counts the items that the conversation had until then."""

    __slots__ = ("before", "items", "parent")

    def __init__(self, parent: int, before: int) -> None:
        self.parent, self.before = parent, before
        self.items: list[Item] = []


class Branches:
    """Items are kept once, by the prompt they followed; `here` is the prompt that the next one follows."""

    def __init__(self) -> None:
        self._steps = [_Step(0, 0)]
        self._first = 1
        """The first prompt since the conversation was cleared."""
        self.here = 0

    def begin(self, items: int) -> None:
        """A prompt was sent, when the conversation had so many items."""
        self._steps.append(_Step(self.here, items))
        self.here = len(self._steps) - 1

    def extend(self, items: tuple[Item, ...]) -> None:
        """The conversation has these too."""
        self._steps[self.here].items.extend(items)

    def clear(self) -> None:
        """Begin anew; what was before cannot be gone back to."""
        self._first, self.here = len(self._steps), 0
        self._steps[0] = _Step(0, 0)

    def before(self, prompt: int) -> int:
        """How many items there were before this prompt."""
        return self._steps[prompt].before

    def leave(self, prompt: int) -> None:
        """Go to before this prompt. One that there is not, as in a damaged file, changes nothing."""
        if self._known(prompt):
            self.here = self._steps[prompt].parent

    def choose(self, prompt: int) -> list[Item] | None:
        """Go to the end of what followed this prompt; all items up to there, None if there is no such prompt."""
        if not self._known(prompt):
            return None
        self.here = prompt
        items: list[Item] = []
        for step in map(self._steps.__getitem__, (0, *self._path(prompt))):
            del items[step.before :]
            items += step.items
        return items

    def all(self) -> list[Branch]:
        """Each branch, those that share most next to each other and the older first."""
        ends = set(range(self._first, len(self._steps)))
        for step in self._steps[self._first :]:
            if self._length(step.parent) == step.before:
                ends.discard(step.parent)
        depths: dict[int, int] = {}
        found = []
        for path in sorted(map(self._path, ends | ({self.here} - {0}))):
            after = next((prompt for prompt in reversed(path) if prompt in depths), 0)
            depth = depths.get(after, 0) + 1 if depths else 0
            depths |= {prompt: depth for prompt in path if prompt not in depths}
            found.append(Branch(path, depth, after))
        return found

    def _known(self, prompt: int) -> bool:
        return self._first <= prompt < len(self._steps)

    def _length(self, prompt: int) -> int:
        """How many items there are up to what followed a prompt."""
        return self._steps[prompt].before + len(self._steps[prompt].items)

    def _path(self, prompt: int) -> tuple[int, ...]:
        path = []
        while prompt:
            path.append(prompt)
            prompt = self._steps[prompt].parent
        return tuple(reversed(path))
