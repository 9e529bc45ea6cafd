"""A recorded session brought back: the state of the screen and the conversation of the model, by the same folds."""

from pathlib import Path

import msgspec

from tui import events as e
from tui.conversation import Conversation
from tui.fold import fold
from tui.journal.file import read
from tui.state import State


class Restored(msgspec.Struct):
    state: State
    conversation: Conversation
    unfinished: bool
    """A prompt was sent whose run has no end on record: the program ended first."""
    problem: str
    """What could not be read, for the user; empty if all could."""


def restore(path: Path) -> Restored:
    """Fold a session's file. Raises OSError where it cannot be read."""
    state, conversation, unfinished = State(), Conversation(), False
    reading = read(path)
    for record in reading:
        fold(state, record)
        conversation.apply(record.event)
        match record.event:
            case e.PromptSent() | e.RetryRequested():
                unfinished = True
            case e.RunEnded():
                unfinished = False
            case _:
                pass
    return Restored(state, conversation, unfinished, reading.problem)
