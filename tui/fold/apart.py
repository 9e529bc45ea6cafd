"""Each run folded on its own, with nothing of the runs before it: the memory of one run, and the same figures."""

from tui import events as e
from tui.fold import fold
from tui.state import State
from tui.wire import Record


def fold_apart(state: State, record: Record) -> State:
    """Bring the state of the newest run up to a record; a prompt begins the next one.

    Returns the state to go on with.
    """
    match record.event:
        case e.PromptSent() | e.RetryRequested():
            state = following(state)
        case e.ConversationRewound() | e.BranchChosen() | e.ConversationCleared():
            return state  # about what is shown, and of entries that are not kept here
        case _:
            pass
    fold(state, record)
    return state


def following(state: State) -> State:
    """Where the next run begins."""
    return State(session=state.session, agent=state.agent, root=state.root, model=state.model, api=state.api,
                 run=state.run)  # fmt: skip
