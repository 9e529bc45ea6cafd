"""The figures and the header on real records: what they say, how they fit, how often they repaint."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.pilot import Pilot

from tests.ui.state_app import BEGIN, SIZES, THEMES, StateApp
from tui import events as e
from tui.ui.header import HeaderBar
from tui.ui.metrics.pane import MetricsPane

ANSWER = tuple(e.TextDelta("1.1.0", "word ") for _ in range(21))
USAGE = e.UsageReported(1, 1, 12_345, 1_024, 412, 120, "gpt-x")
DONE = e.RunEnded(1, "completed", turns=1)


@asynccontextmanager
async def measured(
    *events: e.Event, size: tuple[int, int] = (30, 44), theme: str = "midnight"
) -> AsyncIterator[tuple[StateApp[MetricsPane], Pilot[None]]]:
    app = StateApp(MetricsPane(), theme)
    async with app.run_test(size=size) as pilot:
        app.happen(*events)
        await pilot.pause()
        yield app, pilot


@asynccontextmanager
async def headed(
    *events: e.Event, width: int = 120, theme: str = "midnight"
) -> AsyncIterator[tuple[StateApp[HeaderBar], Pilot[None]]]:
    app = StateApp(HeaderBar(), theme)
    async with app.run_test(size=(width, 5)) as pilot:
        app.happen(*events)
        await pilot.pause()
        yield app, pilot


def value(app: StateApp[MetricsPane], label: str, *, last: bool = False) -> str:
    """The value of the first (or last) line that begins with a label."""
    lines = [line.strip() for line in app.lines if line.strip().startswith(label)]
    return lines[-1 if last else 0].removeprefix(label).strip()


async def test_what_nobody_knows_is_a_dash() -> None:
    async with measured() as (app, _):
        assert "starting the engine" in app.lines[0]
        for label in (
            "first token",
            "≈ tokens/s",
            "elapsed",
            "turns",
            "tokens in",
            "cached",
            "tokens out",
            "reasoning",
        ):
            assert value(app, label) == "–", label
        assert value(app, "errors") == "0"


async def test_a_live_run() -> None:
    tools = (e.ToolStarted("c1", "dice"), e.ToolStarted("c2", "map"), e.ToolEnded("c2", "map", "", failed=True))
    async with measured(*BEGIN, *ANSWER, *tools) as (app, _):
        assert "running dice" in app.lines[0]
        assert value(app, "first token") == "✔" + "0.50 s".rjust(len(value(app, "first token")) - 1)
        assert value(app, "≈ tokens/s") == "8.4"  # 21 deltas in 2.5 s
        assert value(app, "turns") == "1"
        assert value(app, "tool calls") == "2"
        assert value(app, "failed") == "1"
        assert value(app, "tokens in") == "–"
        assert any(set("▂▃▄▅▆▇█") & set(line) for line in app.lines)


async def test_a_finished_run_has_exact_figures() -> None:
    async with measured(*BEGIN, *ANSWER, USAGE, DONE) as (app, _):
        assert app.lines[0].startswith("✔ done")
        assert value(app, "= tokens/s") == "117"  # 412 tokens in 2.5 s, but 120 were thought before the first
        assert value(app, "tokens in") == "12.3k"
        assert value(app, "cached") == "1,024"
        assert value(app, "tokens out") == "412"
        assert value(app, "reasoning") == "120"
        assert value(app, "runs") == "1"


async def test_sums_that_leave_out_an_untold_request_say_at_least() -> None:
    again = (e.PromptSent("b"), e.RunStarted(2), e.ModelRequested(2, 1, "Guide"), e.RunEnded(2, "cancelled"))
    async with measured(*BEGIN, *ANSWER, USAGE, DONE, *again) as (app, _):
        assert value(app, "tokens out") == "≥412"
        assert value(app, "interruptions") == "1"
        assert value(app, "first token") == "–"


async def test_a_slow_first_token_is_called_slow() -> None:
    async with measured(*BEGIN) as (app, _):
        app.happen(ANSWER[0], step=2.5)
        app.frame(after=1)
        assert value(app, "first token").startswith("slow")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(24, 11), (27, 24), *SIZES])
async def test_lines_fit_and_the_important_ones_come_first(size: tuple[int, int], theme: str) -> None:
    async with measured(*BEGIN, *ANSWER, size=size, theme=theme) as (app, _):
        width = app.pane.scrollable_content_region.width
        assert all(app.pane.render_line(y).cell_length == app.pane.size.width for y in range(size[1] - 1))
        assert all(cell_len(line) <= width for line in app.lines)
        assert "writing" in app.lines[0]
        top = "\n".join(app.lines[: 9 if size[1] < 40 else 11])
        for piece in ("first token", "0.50 s", "tok", "██", "wait", "gen", "context"):
            assert piece in top


async def test_values_keep_their_place() -> None:
    async with measured(*BEGIN, *ANSWER, size=(60, 16)) as (app, _):
        before = [cell_len(line) for line in app.lines]
        app.happen(*ANSWER, USAGE, DONE)
        assert [cell_len(line) for line in app.lines] == before


async def test_what_does_not_fit_can_be_scrolled_to() -> None:
    async with measured(*BEGIN, size=(26, 9)) as (app, pilot):
        assert "handoff" not in "\n".join(app.lines)
        await pilot.press("G")
        await pilot.pause()
        assert "handoff" in "\n".join(app.lines)
        await pilot.press("g")
        await pilot.pause()
        assert "waiting" in app.lines[0]


async def test_a_live_run_repaints_at_most_four_times_a_second_and_once_at_its_end() -> None:
    async with measured(*BEGIN) as (app, _):
        app.frame(after=1.0)
        before = app.lines
        for _ in range(7):
            app.happen(ANSWER[0], step=0.03)
            assert app.lines == before
        app.happen(ANSWER[0], step=0.05)
        assert app.lines != before
        app.happen(USAGE, DONE, step=0.01)
        assert "done" in app.lines[0]
        assert value(app, "tokens out") == "412"


async def test_nothing_is_repainted_while_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    async with measured(*BEGIN, *ANSWER, DONE) as (app, _):
        refreshed: list[tuple[Region, ...]] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: refreshed.append(regions))
        app.frame(after=5)
        assert refreshed == []


async def test_a_resize_arranges_the_figures_anew() -> None:
    async with measured(*BEGIN, *ANSWER, size=(30, 40)) as (app, pilot):
        await pilot.resize_terminal(24, 11)
        await pilot.pause()
        assert any(line.strip().startswith("run ") for line in app.lines), "the run's cost, two figures a line"
        assert len(app.lines) == 10


# The header


async def test_the_header_names_what_runs_and_what_goes_on() -> None:
    async with headed(*BEGIN, *ANSWER) as (app, _):
        line = app.lines[0]
        assert line.startswith(" agents-tui · Guide · gpt-x · session 7f3a ")
        assert line.endswith("writing 2.5 s")
        app.frame(after=1.25)
        assert app.lines[0].endswith("writing 3.7 s")


async def test_the_header_counts_down_to_the_next_try() -> None:
    async with headed(*BEGIN, e.AttemptFailed(1, 1, 1, 3, "network", "connection reset", 2.0)) as (app, _):
        app.frame(after=1.25)
        assert app.lines[0].endswith("retrying in 0.7 s · try 2 of 3: connection reset")


async def test_errors_name_the_recoveries() -> None:
    tried = (e.AttemptFailed(1, 1, 1, 3, "network", "reset", 1.0), e.AttemptStarted(1, 1, 2, 3))
    async with measured(*BEGIN, *tried, e.AttemptSucceeded(1, 1, 2)) as (app, _):
        assert value(app, "errors") == "1 · recovered 1"


async def test_the_header_marks_the_demo() -> None:
    demo = e.SessionStarted("s", "Guide", "demo", "demo")
    async with headed(e.EngineStarted(1), demo) as (app, _):
        assert "demo model (scripted, no AI)" in app.lines[0]
        assert app.lines[0].endswith("○ ready")


@pytest.mark.parametrize("theme", [*THEMES, "ansi"])
@pytest.mark.parametrize("width", [1, 10, 24, 40, 50, 60, 80, 120, 200])
async def test_the_header_keeps_the_phase_and_drops_the_rest_in_order(width: int, theme: str) -> None:
    async with headed(*BEGIN, *ANSWER, width=width, theme=theme) as (app, _):
        strip = app.pane.render_line(0)
        assert strip.cell_length == cell_len(strip.text) == width
        line = app.lines[0]
        assert width < 24 or "writing 2.5 s" in line
        assert ("session" in line) == (width >= 60)
        assert ("agents-tui" in line) == (width >= 50)
        assert ("gpt-x" in line) == (width >= 40)


async def test_the_header_shows_a_stuck_tool_and_a_cancel() -> None:
    stuck = e.RunStuck(1, "roll_dice", "app.py:12 in roll", 2.0)
    async with headed(*BEGIN, e.CancelRequested()) as (app, _):
        assert "cancelling…" in app.lines[0]
        app.happen(stuck)
        assert "! stuck: roll_dice at app.py:12 in roll" in app.lines[0]


async def test_the_header_shows_foreign_names_as_they_are() -> None:
    nasty = "[/b][@click=app.quit]x\x1b]0;t\x07\u202e\n"
    started = e.SessionStarted(nasty, nasty, nasty)
    async with headed(e.EngineStarted(1), started, width=200) as (app, _):
        assert "[/b][@click=app.quit]x␛]0;t␇" in app.lines[0]
        assert app.lines[0].isprintable()


async def test_the_header_rests_when_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with headed(*BEGIN, DONE) as (app, pilot):
        await pilot.pause()
        refreshed: list[tuple[Region, ...]] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: refreshed.append(regions))
        app.frame(after=5)
        assert refreshed == []
