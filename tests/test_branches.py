"""Branches of the conversation: each can be gone on with, for the model and on the screen, live and from a file."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.model_server import ModelServer, Text
from tests.sample_session import exported
from tests.test_fork import conversation, folded, said, shown
from tests.test_link import Watcher, linked
from tests.test_queue import agent as agent  # noqa: PLC0414 - a fixture
from tests.test_queue import asked
from tui import events as e
from tui.branches import Branch
from tui.bus import Bus, steady_clock
from tui.conversation import Conversation
from tui.fold import fold
from tui.journal.file import Header, header_line
from tui.journal.restore import restore
from tui.link.handle import Launch, Link
from tui.state import Answer, Note, Prompt, State, Tool
from tui.wire import Record, encode_many

FORKED = (*said(1), *said(2), *said(3), e.ConversationRewound(2, 2), *said(4))
"""Two ways: 1 2 3 and 1 4."""


def texts(it: Conversation) -> list[str]:
    return [item["content"] for item in it.items]


def told(*numbers: int) -> list[str]:
    return [f"{who} {number}" for number in numbers for who in ("prompt", "answer")]


def on_screen(state: State) -> list[str]:
    return [text for text in shown(state) if not text.startswith("deeper")]


def notes(state: State) -> list[str]:
    return [entry.text for entry in state.entries[state.cleared :] if isinstance(entry, Note)]


# What the model will see


def test_the_branch_that_was_left_comes_back_and_so_does_the_other() -> None:
    it = conversation(*FORKED)
    assert texts(it) == told(1, 4)
    it.apply(e.BranchChosen(3))
    assert texts(it) == told(1, 2, 3)
    it.apply(e.BranchChosen(4))
    assert texts(it) == told(1, 4)
    for event in (e.BranchChosen(3), *said(5)):
        it.apply(event)
    assert texts(it) == told(1, 2, 3, 5)
    assert it.before(5) == 6


def test_what_was_added_to_a_shared_part_after_the_fork_is_of_its_own_branch() -> None:
    again = (e.RetryRequested(), e.ConversationExtended(({"role": "assistant", "content": "more 1"},)))
    it = conversation(*said(1), *said(2), e.ConversationRewound(2, 2), *again, e.RunEnded(3, "completed"))
    assert [branch.prompts for branch in it.branches.all()] == [(1,), (1, 2)]
    it.apply(e.BranchChosen(2))
    assert texts(it) == told(1, 2)
    it.apply(e.BranchChosen(1))
    assert texts(it) == [*told(1), "more 1"]


def test_a_prompt_that_there_is_not_changes_nothing() -> None:
    for prompt in (0, 5, 2**40):
        it = conversation(*FORKED, e.BranchChosen(prompt))
        assert texts(it) == told(1, 4)
        assert on_screen(folded(*FORKED, e.BranchChosen(prompt))) == told(1, 4)
    it = conversation(*said(1), e.ConversationCleared(), *said(2), e.BranchChosen(1))
    assert texts(it) == told(2)


def test_the_list_hangs_each_branch_below_the_one_it_left() -> None:
    assert Conversation().branches.all() == []
    assert conversation(*said(1), *said(2)).branches.all() == [Branch((1, 2), 0, 0)]
    forks = (e.ConversationRewound(4, 2), *said(5), e.ConversationRewound(1, 0), *said(6))
    it = conversation(*FORKED, *forks, e.BranchChosen(4), *said(7), e.ConversationRewound(7, 4), *said(8))
    assert it.branches.all() == [
        Branch((1, 2, 3), 0, 0),
        Branch((1, 4, 7), 1, 1),
        Branch((1, 4, 8), 2, 4),
        Branch((1, 5), 1, 1),
        Branch((6,), 1, 0),
    ]
    it.apply(e.ConversationCleared())
    assert it.branches.all() == []


def test_a_place_gone_back_to_is_in_the_list_while_it_is_the_current_one() -> None:
    it = conversation(*said(1), *said(2), e.ConversationRewound(2, 2))
    assert [branch.prompts for branch in it.branches.all()] == [(1,), (1, 2)]
    it.apply(e.BranchChosen(2))
    assert [branch.prompts for branch in it.branches.all()] == [(1, 2)]


STEPS = st.lists(st.tuples(st.sampled_from(["prompt", "add", "back", "choose", "clear"]), st.integers(0, 30)))


@given(STEPS)
def test_items_are_those_of_a_model_that_copies_everything(steps: list[tuple[str, int]]) -> None:
    """The model keeps the whole conversation as it stood at the end of each branch; the screen's prompts fit it."""
    it, state = Conversation(), State()
    items: list[str] = []
    path: list[int] = []
    ends: dict[int, tuple[list[int], list[str]]] = {}
    starts: dict[int, int] = {}
    sent = seq = 0

    def happen(event: e.Event) -> None:
        nonlocal seq
        seq += 1
        it.apply(event)
        fold(state, Record(seq, float(seq), event))

    for step, number in steps:
        if step == "prompt":
            sent += 1
            path, starts[sent] = [*path, sent], len(items)
            happen(e.PromptSent(str(sent)))
        elif step == "add" and path:
            items = [*items, f"item {seq}"]
            happen(e.MessageCompleted(f"i{seq}", "A", items[-1]))
            happen(e.ConversationExtended(({"role": "assistant", "content": items[-1]},)))
        elif step == "back" and path:
            prompt = path[number % len(path)]
            path, items = path[: path.index(prompt)], items[: starts[prompt]]
            happen(e.ConversationRewound(prompt, it.before(prompt)))
        elif step == "choose":
            others = [branch.tip for branch in it.branches.all() if branch.tip != it.branches.here]
            if others:
                tip = others[number % len(others)]
                path, items = ends[tip]
                happen(e.BranchChosen(tip))
        elif step == "clear":
            path, items, ends = [], [], {}
            happen(e.ConversationCleared())
        if path:
            ends[path[-1]] = path, items
        assert texts(it) == items
        current = state.entries[state.cleared :]
        assert [entry.number for entry in current if isinstance(entry, Prompt)] == path
        assert [str(entry.text) for entry in current if isinstance(entry, Answer)] == items
        assert [entry.id for entry in state.entries] == list(range(len(state.entries)))
        listed = {branch.tip for branch in it.branches.all()}
        assert all(any(set(have) <= set(ends[tip][1]) for tip in listed) for _, have in ends.values() if have)


# On the screen


def test_the_screen_shows_the_branch_again() -> None:
    state = folded(*FORKED, e.BranchChosen(3))
    assert on_screen(state) == told(1, 2, 3)
    assert notes(state) == ["⑂ back on the branch of prompt 3: /branches brings back the others"]
    assert on_screen(folded(*FORKED, e.BranchChosen(3), e.BranchChosen(4))) == told(1, 4)
    assert "/branches brings it back" in notes(folded(*FORKED))[0]
    tool = state.entries[state.entry_of["c3"]]
    assert isinstance(tool, Tool)
    assert tool.id >= state.cleared, "a call is found where it is shown"


def test_there_and_back_many_times_leaves_one_note() -> None:
    state = folded(*FORKED, *[e.BranchChosen(3), e.BranchChosen(4)] * 5)
    assert on_screen(state) == told(1, 4)
    assert len(notes(state)) == 2, "where it forked, and that it is back"


def test_what_goes_on_in_a_branch_stays_in_it() -> None:
    state = folded(*FORKED, e.BranchChosen(3), *said(5), e.BranchChosen(4), *said(6), e.BranchChosen(5))
    assert on_screen(state) == told(1, 2, 3, 5)


def test_an_export_has_the_branch_that_is_shown_and_what_was_cleared() -> None:
    text = exported("md", *said(1), e.ConversationCleared(), *said(2), *said(3), e.ConversationRewound(3, 2), *said(4))
    assert [text.count(f"> prompt {number}\n") for number in (1, 2, 3, 4)] == [1, 1, 0, 1]
    assert text.count("*The conversation was cleared here.*") == 1
    back = exported("md", *FORKED, e.BranchChosen(3))
    assert [back.count(f"> prompt {number}\n") for number in (1, 2, 3, 4)] == [1, 1, 1, 0]


# From a file, and to an engine


def test_from_the_file_it_is_the_same_and_can_be_switched(tmp_path: Path) -> None:
    happened = (*FORKED, e.BranchChosen(3), *said(5))
    records = [Record(seq, float(seq), event) for seq, event in enumerate(happened, 1)]
    path = tmp_path / "abcd1234.jsonl"
    path.write_bytes(header_line(Header("abcd1234", "demo", 1.0)) + encode_many(records))
    restored = restore(path)
    assert restored.state == folded(*happened)
    assert texts(restored.conversation) == told(1, 2, 3, 5)
    link = Link(Bus(lambda: 100.0), Launch("abcd1234", "demo"))
    link.resume(restored.conversation, unfinished=restored.unfinished)
    link.choose(4)
    assert texts(link.conversation) == told(1, 4)


async def _say(link: Link, watcher: Watcher, *prompts: str) -> None:
    for text in prompts:
        link.queue.submit(text)
        await watcher.until(e.RunEnded)


async def test_the_next_request_carries_the_branch(agent: str) -> None:
    async with ModelServer([[Text(text)] for text in "abcde"]) as server, linked(server, agent) as (link, watcher):
        await _say(link, watcher, "one", "two")
        link.rewind(2)
        await _say(link, watcher, "other")
        link.choose(2)
        await _say(link, watcher, "three")
        assert await asked(server, 3) == ["one", "two", "three"]
        link.choose(3)
        await link.restart()
        await watcher.until(e.SessionStarted)
        await _say(link, watcher, "four")
        assert await asked(server, 4) == ["one", "other", "four"]


async def test_a_resumed_session_asks_with_the_branch_chosen_while_the_engine_loads(agent: str) -> None:
    async with ModelServer([[Text("x")]]) as server:
        bus = Bus(steady_clock())
        link, watcher = Link(bus, Launch("s1", agent, base_url=server.base_url)), Watcher(bus.reader())
        link.resume(conversation(*FORKED), unfinished=False)
        await link.start()
        try:
            link.choose(3)
            await _say(link, watcher, "next")
            assert await asked(server, 0) == ["prompt 1", "prompt 2", "prompt 3", "next"]
        finally:
            await link.close()
