"""What the user has sent and no run has taken up: prompts for the runs to come, and messages for the run under way."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tui import events as e


class Runs(Protocol):
    """Who runs prompts: the link."""

    busy: bool

    def send(self, text: str) -> None:
        """Run a prompt; only while not busy."""

    def hand_over(self, text: str) -> None:
        """Say this in the middle of the run, if it can already hear."""


class PromptQueue:
    """Nothing typed is lost: a message that its run did not take up is the next prompt.

    `waiting` goes out one by one, each when the run before has completed. After a stop or a failure it stays until the
    user sends something: the next prompt may depend on what was cut. Every change is published, whole.
    """

    def __init__(self, runs: Runs, publish: Callable[[e.Event], object]) -> None:
        self.waiting: list[str] = []
        self.steering: list[str] = []
        self._runs, self._publish = runs, publish
        self._told = e.QueueChanged()
        self._due = False
        """The run has just completed."""

    def restore(self, waiting: Sequence[str], steering: Sequence[str]) -> None:
        """Take up the queue of a recorded session: all of it waits for the user."""
        self._told = e.QueueChanged(tuple(waiting), tuple(steering))
        self.waiting = [*steering, *waiting]
        self.tell()

    # What the user wants

    def submit(self, text: str) -> None:
        """Send a prompt, or queue it behind the run under way."""
        if self._runs.busy:
            self.waiting.append(text)
            self.tell()
        else:
            self._runs.send(text)

    def steer(self, text: str) -> None:
        """Say this to the run under way, between two of its turns; without a run it is a prompt."""
        if self._runs.busy:
            self.steering.append(text)
            self._runs.hand_over(text)
            self.tell()
        else:
            self._runs.send(text)

    def send_next(self) -> None:
        """Do not let the oldest prompt wait: send it, or steer the run under way with it."""
        if self.waiting:
            self.steer(self.waiting.pop(0))
            self.tell()

    def take_back(self) -> str | None:
        """Remove the newest prompt; None if there is none."""
        text = self.waiting.pop() if self.waiting else None
        self.tell()
        return text

    # What happens

    def apply(self, event: e.Event) -> None:
        """Take in one event, in bus order."""
        match event:
            case e.Steered(text=text) if text in self.steering:
                self.steering.remove(text)
            case e.RunEnded(status=status):
                self.waiting[:0] = self.steering
                self.steering.clear()
                self._due = status == "completed"
            case _:
                pass

    def go_on(self) -> None:
        """After news: send what waited for the end of the run."""
        due, self._due = self._due, False
        if due and self.waiting and not self._runs.busy:
            self._runs.send(self.waiting.pop(0))
        self.tell()

    def tell(self) -> None:
        """Publish how it stands, if that is another than the last time."""
        now = e.QueueChanged(tuple(self.waiting), tuple(self.steering))
        if now != self._told:
            self._told = now
            self._publish(now)
