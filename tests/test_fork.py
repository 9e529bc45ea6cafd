"""Going back to an earlier prompt: what followed leaves the conversation and the screen, and stays on record."""

from tests.model_server import ModelServer, Text
from tests.test_link import linked
from tests.test_queue import agent as agent  # noqa: PLC0414 - a fixture
from tests.test_queue import asked
from tui import events as e
from tui.conversation import Conversation
from tui.fold import fold
from tui.state import Answer, Note, Prompt, State, Tool
from tui.wire import Record


def said(number: int) -> tuple[e.Event, ...]:
    """A prompt, a tool call, a message in the middle, an answer."""
    user, answer = {"role": "user", "content": f"prompt {number}"}, {"role": "assistant", "content": f"answer {number}"}
    return (
        e.PromptSent(f"prompt {number}"),
        e.RunStarted(number),
        e.ConversationExtended((user,)),
        e.ToolCalled(f"c{number}", "dig", "{}"),
        e.ToolEnded(f"c{number}", "dig", "gold"),
        e.Steered(number, f"deeper {number}"),
        e.TextDelta(f"{number}.1.0", f"answer {number}"),
        e.ConversationExtended((answer,)),
        e.RunEnded(number, "completed"),
    )


def folded(*happened: e.Event) -> State:
    state = State()
    for seq, event in enumerate(happened, 1):
        fold(state, Record(seq, float(seq), event))
    return state


def conversation(*happened: e.Event) -> Conversation:
    it = Conversation()
    for event in happened:
        it.apply(event)
    return it


def shown(state: State) -> list[str]:
    return [str(entry.text) for entry in state.entries[state.cleared :] if isinstance(entry, Prompt | Answer)]


def test_the_conversation_is_cut_before_the_prompt() -> None:
    it = conversation(*said(1), *said(2), *said(3))
    assert it.before(2) == 2
    it.apply(e.ConversationRewound(2, it.before(2)))
    assert [item["content"] for item in it.items] == ["prompt 1", "answer 1"]
    for event in said(4):
        it.apply(event)
    assert it.before(4) == 2
    assert [item["content"] for item in it.items] == ["prompt 1", "answer 1", "prompt 4", "answer 4"]


def test_the_screen_shows_the_branch_and_keeps_all_entries() -> None:
    before = folded(*said(1), *said(2), *said(3))
    state = folded(*said(1), *said(2), *said(3), e.ConversationRewound(2, 2), *said(4))
    assert shown(state) == ["prompt 1", "deeper 1", "answer 1", "prompt 4", "deeper 4", "answer 4"]
    assert state.entries[: len(before.entries)] == before.entries
    assert [entry.id for entry in state.entries] == list(range(len(state.entries)))
    notes = [entry.text for entry in state.entries[state.cleared :] if isinstance(entry, Note)]
    assert len(notes) == 1
    assert "forked here" in notes[0]
    tool = state.entries[state.entry_of["c1"]]
    assert isinstance(tool, Tool)
    assert tool.id >= state.cleared, "a call is found where it is shown"


def test_a_branch_can_fork_again_and_from_its_very_beginning() -> None:
    twice = folded(*said(1), *said(2), e.ConversationRewound(2, 2), *said(3), e.ConversationRewound(3, 2), *said(4))
    assert shown(twice) == ["prompt 1", "deeper 1", "answer 1", "prompt 4", "deeper 4", "answer 4"]
    anew = folded(*said(1), e.ConversationRewound(1, 0), *said(2))
    assert shown(anew) == ["prompt 2", "deeper 2", "answer 2"]


def test_what_was_cleared_stays_so() -> None:
    state = folded(*said(1), e.ConversationCleared(), *said(2), *said(3), e.ConversationRewound(3, 2))
    assert shown(state) == ["prompt 2", "deeper 2", "answer 2"]
    it = conversation(*said(1), e.ConversationCleared(), *said(2), *said(3))
    assert (it.before(2), it.before(3)) == (0, 2)


async def test_the_model_hears_nothing_of_the_branch_that_was_left(agent: str) -> None:
    async with ModelServer([[Text(text)] for text in "abcd"]) as server, linked(server, agent) as (link, watcher):
        for text in ("one", "two", "three"):
            link.queue.submit(text)
            await watcher.until(e.RunEnded)
        link.rewind(2)
        link.queue.submit("other")
        await watcher.until(e.RunEnded)
        assert await asked(server, 3) == ["one", "other"]


async def test_a_new_engine_goes_on_with_the_branch(agent: str) -> None:
    async with ModelServer([[Text(text)] for text in "abc"]) as server, linked(server, agent) as (link, watcher):
        for text in ("one", "two"):
            link.queue.submit(text)
            await watcher.until(e.RunEnded)
        link.rewind(2)
        await link.restart()
        await watcher.until(e.SessionStarted)
        link.queue.submit("other")
        await watcher.until(e.RunEnded)
        assert await asked(server, 2) == ["one", "other"]
