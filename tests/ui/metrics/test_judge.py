"""Limits on the whole screen: a breach is on the bus once, in the log and in the sidebar, and never said again."""

import pytest

from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.config import Settings, Thresholds
from tui.fold import fold
from tui.state import State
from tui.ui.metrics.judge import Judge
from tui.ui.metrics.pane import MetricsPane
from tui.wire import Record

STRICT = Settings(thresholds=Thresholds((("*", {"first_token": 0.05}),)))
RUN: tuple[e.Event, ...] = (
    e.ModelRequested(1, 1, "Guide", "gpt-x", 1),
    e.TextDelta("1.1.0", "The quick fox"),
    e.RunEnded(1, "completed"),
)


async def run_of(screen: Screen) -> None:
    screen.link.send("go")
    await screen.say(*RUN)
    screen.link.busy = False
    await screen.settle()


@pytest.mark.parametrize("theme", ["midnight", "daylight"])
async def test_a_breach_is_named_once_in_the_log_and_marked_in_the_sidebar(theme: str) -> None:
    settings = Settings(thresholds=STRICT.thresholds, theme=theme)
    async with running((140, 40), settings) as screen:
        await run_of(screen)
        await screen.until(lambda: bool(screen.app.state.breaches))
        await screen.settle()
        await screen.settle()
        (breach,) = screen.app.state.breaches
        assert (breach.metric, breach.run, breach.turn, breach.limit) == ("first_token", 1, 1, 0.05)
        assert "⚠ slow first token" in screen.text
        assert "first token slow" in screen.app.query_one(MetricsPane).text()
        assert screen.app.state.rows[-1].kind == "notice"


async def test_a_healthy_run_is_not_talked_about() -> None:
    async with running((120, 40)) as screen:
        await run_of(screen)
        assert screen.app.state.breaches == []
        assert "⚠" not in screen.text


def test_what_had_ended_before_is_not_judged_again() -> None:
    state = State()
    happened: list[e.Event] = [e.PromptSent("x"), e.RunStarted(1), *RUN]
    for seq, event in enumerate(happened, 1):
        fold(state, Record(seq, float(seq), event))
    published: list[e.Event] = []
    judge = Judge(state, STRICT.thresholds, published.append)
    judge.look()
    assert published == []
    begun: list[e.Event] = [e.PromptSent("y"), e.RunStarted(2)]
    for seq, event in enumerate(begun, 10):
        fold(state, Record(seq, float(seq), event))
    judge.look()
    later: tuple[e.Event, ...] = (
        e.ModelRequested(2, 1, "Guide", "gpt-x"),
        e.TextDelta("2.1.0", "a"),
        e.RunEnded(2, "completed"),
    )
    for seq, event in enumerate([*later, e.PromptSent("the next is under way already")], 20):
        fold(state, Record(seq, float(seq), event))
    judge.look()
    judge.look()
    assert [(event.metric, event.run) for event in published if isinstance(event, e.ThresholdBreached)] == [
        ("first_token", 2)
    ]  # fmt: skip
