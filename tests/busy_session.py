"""A session of many runs: three models, three agents, three tools, and errors that pass. The same one every time."""

import random
from collections.abc import Iterator
from typing import Final

from tui import events as e

START: Final = 1_763_900_000.0
_OPENAI: Final = "https://api.openai.com/v1/responses"
_MODELS: Final = (("gpt-4.1-mini", _OPENAI), ("gpt-4.1", _OPENAI), ("local/llama-3", "http://127.0.0.1:8080/v1"))
_TOOLS: Final = ("roll_dice", "search_the_archives", "draw_map")


def busy_session(runs: int) -> list[tuple[float, e.Event]]:
    """Its events, each with the moment of it in seconds since the epoch."""
    return list(_Teller(random.Random(1)).session(runs))


class _Teller:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._at = START

    def _after(self, seconds: float, event: e.Event) -> tuple[float, e.Event]:
        self._at += seconds
        return self._at, event

    def session(self, runs: int) -> Iterator[tuple[float, e.Event]]:
        for run in range(1, runs + 1):
            yield self._after(self._chance.uniform(1, 40), e.PromptSent("hi"))
            yield self._after(0.01, e.RunStarted(run))
            yield from self._request(run, 1)
            yield from self._tool(run)
            yield from self._request(run, 2)
            yield self._after(0.01, e.RunEnded(run, "completed", turns=2))

    def _request(self, run: int, turn: int) -> Iterator[tuple[float, e.Event]]:
        model, url = self._chance.choice(_MODELS)
        yield self._after(0.01, e.ModelRequested(run, turn, self._chance.choice(("Guide", "Teller", "Oracle")), model))
        yield self._after(0.01, e.RequestSent(run, turn, 1, {"input": None}, (), url=url))
        if self._chance.random() < 0.2:
            kind = self._chance.choice(("network", "rate_limit", "server"))
            yield self._after(0.3, e.AttemptFailed(run, turn, 1, 3, kind, "x", 0.5))
            yield self._after(0.5, e.AttemptStarted(run, turn, 2, 3))
            yield self._after(0.01, e.RequestSent(run, turn, 2, {"input": None}, (), url=url))
        yield self._after(self._chance.lognormvariate(-0.6, 0.7), self._first(run, turn))
        for _ in range(20):
            yield self._after(self._chance.uniform(0.01, 0.05), self._delta(run, turn))
        counted = self._chance.randint(300, 4000), 100, self._chance.randint(40, 300)
        yield self._after(0.01, e.UsageReported(run, turn, *counted, 0, model))
        yield self._after(0.01, e.ResponseEnded(run, turn))

    def _first(self, run: int, turn: int) -> e.Event:
        name = _TOOLS[run % 3]
        return (
            e.ToolCallStarted(f"{run}.1.0", f"call{run}", name) if turn == 1 else e.TextDelta(f"{run}.{turn}.0", "a ")
        )

    def _delta(self, run: int, turn: int) -> e.Event:
        return e.ArgumentsDelta(f"call{run}", "{}") if turn == 1 else e.TextDelta(f"{run}.{turn}.0", "word ")

    def _tool(self, run: int) -> Iterator[tuple[float, e.Event]]:
        call, name, spent = f"call{run}", _TOOLS[run % 3], self._chance.lognormvariate(-1, 1.2)
        failed = self._chance.random() < 0.1
        yield self._after(0.01, e.ToolStarted(call, name))
        yield self._after(
            spent, e.ToolEnded(call, name, "out", failed=failed, duration=spent, error="no" if failed else "")
        )
