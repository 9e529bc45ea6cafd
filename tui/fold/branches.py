"""Which branch of the conversation is shown. What is shown again is so after all that has been: entries never leave
their places, and a branch that was left stays where it was shown last."""

from collections.abc import Sequence
from itertools import takewhile

from msgspec.structs import replace

from tui.state import Entry, Prompt, State


def rewind(state: State, prompt: int) -> None:
    """Show what was before a prompt; the note of it follows."""
    _keep(state)
    shown = state.entries[state.cleared :]
    _show(state, list(takewhile(lambda entry: not (isinstance(entry, Prompt) and entry.number == prompt), shown)))


def choose(state: State, prompt: int) -> None:
    """Show the branch that ends with what followed a prompt, or, if it was not left, what is shown already."""
    _keep(state)
    start, end = state.branches.get(prompt, (state.cleared, len(state.entries)))
    _show(state, state.entries[start:end])


def clear(state: State) -> None:
    """Show nothing; what was shown is of the past and its branches with it."""
    if state.cleared < len(state.entries):
        state.past.append((state.cleared, len(state.entries)))
    state.branches = {}
    state.forked = -1
    state.cleared = state.live = len(state.entries)


def _keep(state: State) -> None:
    """Remember where the branch on screen stands, if anything happened on it since it was shown."""
    shown = reversed(state.entries[state.cleared :])
    tip = next((entry.number for entry in shown if isinstance(entry, Prompt) and entry.number), 0)
    if tip and len(state.entries) - 1 > state.forked:
        state.branches[tip] = state.cleared, len(state.entries)


def _show(state: State, kept: Sequence[Entry]) -> None:
    state.cleared = len(state.entries)
    place = {entry.seq: state.cleared + offset for offset, entry in enumerate(kept)}
    state.entry_of = {key: place.get(state.entries[index].seq, index) for key, index in state.entry_of.items()}
    state.entries += [replace(entry, id=state.cleared + offset) for offset, entry in enumerate(kept)]
    state.live = state.forked = len(state.entries)
