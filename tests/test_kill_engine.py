"""`kill -9` of the engine at random bytes of what it says: told, the partial kept, and the session goes on.

MOMENTS=300 in the environment makes it 300 moments instead of the usual; SEED=n begins with that seed, so that
`SEED=n MOMENTS=1` is the moment of a failure again.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.forked_engine import AGENT, STORY, ForkedEngine
from tests.forks import Forks
from tests.test_link import Watcher
from tui import events as e
from tui.bus import Bus, steady_clock
from tui.conversation import FAILED_NOTE
from tui.fold import fold
from tui.journal.file import Header
from tui.journal.restore import restore
from tui.journal.writer import JournalWriter
from tui.link import handle as link_module
from tui.link.handle import Launch, Link
from tui.state import State

MOMENTS = int(os.environ.get("MOMENTS", "100"))
FIRST = int(os.environ.get("SEED", "0"))
_CHUNKS = 5
_BYTES = 20_000
"""About what a run says."""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks("tests.engine.fork_body:run") as forks:
        yield forks


class Session:
    """A link to forked engines, with its journal."""

    def __init__(self, forks: Forks, folder: Path) -> None:
        self.engines: list[ForkedEngine] = []
        self.link = Link(Bus(steady_clock()), Launch("abcd", str(folder / "teller.py")))
        self.journal = JournalWriter(self.link.bus, folder / "abcd.jsonl", Header("abcd", "teller.py", 1.0), str)
        self._reader = self.link.bus.reader()
        self.watcher = Watcher(self.link.bus.reader())

    def engine(self, forks: Forks) -> ForkedEngine:
        self.engines.append(ForkedEngine(forks))
        return self.engines[-1]

    def state(self) -> State:
        state = State()
        for record in self._reader.take():
            fold(state, record)
        return state


@pytest.mark.parametrize("chunk", range(_CHUNKS))
async def test_killed_at_any_byte_the_partial_is_kept_and_the_next_engine_has_it(
    forks: Forks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    (tmp_path / "teller.py").write_text(AGENT)
    it = Session(forks, tmp_path)
    monkeypatch.setattr(link_module, "Child", lambda: it.engine(forks))
    await it.link.start()
    await it.watcher.until(e.SessionStarted)
    cut, seeds = 0, range(FIRST + chunk, FIRST + MOMENTS, _CHUNKS)
    for seed in seeds:
        cut += await _killed(it, seed)
        it.journal.flush()
    await it.link.close()
    it.journal.close()
    restored = restore(tmp_path / "abcd.jsonl")
    assert restored.state == it.state()
    assert restored.conversation.items == it.link.conversation.items
    assert not restored.unfinished
    assert cut >= len(seeds) // 2, "most were killed within their answer"


async def _killed(it: Session, seed: int) -> bool:
    """Let an engine be killed, and the next be asked for what it has; whether the run was cut."""
    moment = random.Random(seed).randrange(1, _BYTES)
    it.engines[-1].left = moment
    it.link.send(f"story {seed}")
    begun = len(it.watcher.seen)
    end = await it.watcher.until(e.RunEnded)
    if end.status == "completed":
        it.engines[-1].kill()
    ended = await it.watcher.until(e.EngineEnded)
    assert (ended.code, "\n" in ended.error) == (-9, False), f"seed {seed}"
    told = "".join(event.text for event in it.watcher.seen[begun:] if isinstance(event, e.TextDelta))
    assert f"I look.{STORY}".startswith(told), f"seed {seed}"
    items = list(it.link.conversation.items)
    if end.status == "failed":
        assert (end.kind, bool(end.hint)) == ("engine", True), f"seed {seed}"
        last = _plain(items[-1])[1]
        whole = STORY in told  # saved maybe, its run not ended
        assert told.removeprefix("I look.") in last, f"seed {seed}"
        assert last.endswith(FAILED_NOTE) or whole, f"seed {seed}"
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    assert calls == [item["call_id"] for item in items if item.get("type") == "function_call_output"], f"seed {seed}"
    errors = [event for event in it.watcher.seen[begun:] if isinstance(event, e.Notice) and event.level == "error"]
    assert not errors, f"seed {seed}"
    await _has(it, items, seed)
    return end.status == "failed"


async def _has(it: Session, items: list[dict[str, Any]], seed: int) -> None:
    """The next request carries the conversation as it is."""
    await it.watcher.until(e.SessionStarted)
    it.link.send("items")
    sent = json.loads((await it.watcher.until(e.MessageCompleted)).text)
    await it.watcher.until(e.RunEnded)
    it.link.clear()
    await it.watcher.until(e.ConversationCleared)
    assert [_plain(item) for item in sent[:-1]] == [_plain(item) for item in items], f"seed {seed}"


def _plain(item: dict[str, Any]) -> tuple[str, str]:
    """What it is and says, in whichever of the API's shapes."""
    content = item.get("content") or item.get("output") or item.get("arguments")
    text = content if isinstance(content, str) else "".join(part["text"] for part in content or ())
    return str(item.get("type", "message")), text
