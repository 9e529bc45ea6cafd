"""What the user says in the middle of a run: held until the turn under way is complete, then handed to the model."""

from collections.abc import Callable
from typing import Any

from agents import RunResultStreaming, RunState, UserError

from tui import events as e


class Steering:
    """Of one run, which may go through the SDK in several stretches: each but the last ends to take messages in.

    A stretch that is told to end before its first request would end without one, so it is told only then.
    """

    def __init__(self, run: int, emit: Callable[[e.Event], None]) -> None:
        self._run, self._emit = run, emit
        self._texts: list[str] = []
        self._result: RunResultStreaming | None = None
        self._requested = False

    def add(self, text: str) -> None:
        """Hand this over at the next safe point."""
        self._texts.append(text)
        self._end_turn()

    def begin(self, result: RunResultStreaming) -> None:
        """A stretch begins."""
        self._result, self._requested = result, False

    def requested(self) -> None:
        """A request goes to the model."""
        self._requested = True
        self._end_turn()

    def _end_turn(self) -> None:
        if self._texts and self._requested and self._result is not None:
            self._result.cancel("after_turn")

    def state(self) -> RunState[Any] | None:
        """Where the run goes on, with what was said; None where it has come to its end or nothing was said."""
        if not self._texts or self._result is None:
            return None
        state = self._result.to_state()
        try:
            state.add_input([{"role": "user", "content": text} for text in self._texts])
        except UserError:  # no turn is left that could take it in
            return None
        for text in self._texts:
            self._emit(e.Steered(self._run, text))
        self._texts.clear()
        return state
