"""What a pane answers to the line that is typed under it, and what the line shows of that."""

from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

Mode: TypeAlias = Literal["filter", "search", "export"]


class Offer(NamedTuple):
    """`insert` goes in the place of the characters from `start` to `end`; `word` is shown, `about` explains."""

    word: str
    insert: str
    start: int
    end: int
    about: str


class Problem(NamedTuple):
    """What is wrong with what is typed, in one line, and at which character."""

    text: str
    position: int


@runtime_checkable
class LineOwner(Protocol):
    """The pane that a line is typed for."""

    def line_begun(self, mode: Mode) -> str:
        """A line is open; what stands in it."""

    def line_typed(self, mode: Mode, text: str) -> Problem | None:
        """Act on what is typed so far."""

    def line_ended(self, mode: Mode, *, kept: bool) -> None:
        """The line is closed: what was typed is kept, or all is to be as it was."""

    def line_offers(self, mode: Mode, text: str, cursor: int) -> list[Offer]:
        """What could be typed next, the likeliest first."""
