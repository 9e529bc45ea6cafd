"""The timeline and the tools on the whole app: keys, live runs, the way to the log, replay, foreign text."""

import asyncio
import re

import pytest

from tests.ui.app_driver import Screen, running
from tests.ui.state_app import NASTY, SIZES
from tests.ui.test_replay import replaying
from tui import events as e
from tui.config import Settings
from tui.ui.dialogues.tools import ToolsScreen
from tui.ui.log.pane import LogPane
from tui.ui.timeline.screen import TimelineScreen
from tui.ui.timeline.view import WaterfallView

FIRST = (
    e.PromptSent("roll the dice"), e.RunStarted(1), e.ModelRequested(1, 1, "Guide", "gpt-x"),
    e.ToolCalled("a", "roll_dice", "{}"), e.ResponseEnded(1, 1), e.ToolStarted("a", "roll_dice"),
    e.ToolStarted("b", "flip_coin"), e.ToolEnded("b", "flip_coin", "no", failed=True, duration=0.1, error="no coin"),
    e.ToolEnded("a", "roll_dice", "4", duration=0.3), e.RunEnded(1, "completed"),
)  # fmt: skip
SECOND = (e.PromptSent("and now?"), e.RunStarted(2), e.ModelRequested(2, 1, "Teller", "gpt-x"))


async def opened(screen: Screen, command: str = "timeline") -> None:
    await screen.app.run_action(command)
    await screen.settle()


def view(screen: Screen) -> WaterfallView:
    return screen.app.screen.query_one(WaterfallView)


def chosen(screen: Screen) -> str:
    span = view(screen).selected
    return "" if span is None else span.label


@pytest.mark.parametrize(
    ("size", "theme"), [*((size, "midnight") for size in SIZES), ((80, 24), "daylight"), ((80, 24), "ansi")]
)
async def test_a_run_is_a_waterfall_at_every_size(size: tuple[int, int], theme: str) -> None:
    async with running(size, Settings(theme=theme)) as screen:
        await screen.say(*FIRST)
        await opened(screen)
        lines = screen.text.splitlines()
        assert lines[0].startswith("run 1 of 1 · completed · 900 ms · 1 request · 2 tools")
        assert "│0" in lines[1]
        assert [line.split()[:2] for line in lines[2:5]] == [["↳", "Guide"], ["⚙", "roll_dice"], ["⚙", "flip_coin"]]
        assert "▓" in lines[3]
        assert "✗ 100 ms" in lines[4]
        assert "at 0.20 s · turn 1" in screen.text
        assert "░ waits" in screen.text
        assert "Esc" in lines[-1]
        await screen.press("escape")
        assert not isinstance(screen.app.screen, TimelineScreen)


async def test_before_the_first_run_there_is_nothing_to_see() -> None:
    async with running() as screen:
        await opened(screen)
        assert screen.text.startswith("no run yet")
        await screen.press("up", "down", "left", "right", "plus", "minus", "0", "less_than_sign", "enter", "v")
        assert not isinstance(screen.app.screen, TimelineScreen)


async def test_v_opens_it_in_a_pane_and_closes_it() -> None:
    async with running() as screen:
        await screen.say(*FIRST)
        await screen.press("f3", "v")
        assert isinstance(screen.app.screen, TimelineScreen)
        await screen.press("v")
        assert not isinstance(screen.app.screen, TimelineScreen)


async def test_the_cursor_goes_by_spans_and_tells_of_each() -> None:
    async with running() as screen:
        await screen.say(*FIRST)
        await opened(screen)
        assert chosen(screen) == "Guide"
        await screen.press("down", "down", "down")
        assert chosen(screen) == "flip_coin"
        assert "flip_coin #2 failed · ran 100 ms · no coin" in screen.text
        await screen.press("up")
        assert "roll_dice #1 done" in screen.text
        await screen.press("end", "home")
        assert chosen(screen) == "Guide"
        await screen.pilot.click(WaterfallView, offset=(3, 1))
        assert chosen(screen) == "roll_dice"


async def test_zoom_and_pan_move_the_axis_and_0_shows_all() -> None:
    async with running() as screen:
        await screen.say(*FIRST)
        await opened(screen)
        everything = view(screen).window
        await screen.press("left", "right", "minus")
        assert view(screen).window == everything, "there is nothing beyond all of it"
        await screen.press("end", "plus", "plus")
        closer = view(screen).window
        assert closer.step == pytest.approx(everything.step / 4)
        assert closer.left > 0
        await screen.press("left")
        cells = view(screen).columns.bar
        assert view(screen).window.left == pytest.approx(closer.left - cells * closer.step / 4)
        await screen.press(*["right"] * 9)
        assert view(screen).window.left == pytest.approx((everything.step - closer.step) * cells)
        await screen.press("minus")
        assert view(screen).window.step == pytest.approx(everything.step / 2)
        await screen.press("0")
        assert view(screen).window == everything


async def test_zooming_keeps_the_selected_span_where_it_is() -> None:
    async with running() as screen:
        await screen.say(*FIRST)
        await opened(screen)
        await screen.press("down", "down")
        span, run = view(screen).selected, screen.app.state.runs[0]
        assert span is not None
        assert span.end is not None
        middle = (span.start + span.end) / 2 - run.at
        before = view(screen).window.cell(middle)
        await screen.press("plus", "equals_sign", "plus")
        assert abs(view(screen).window.cell(middle) - before) <= 1


async def test_runs_before_and_after() -> None:
    async with running() as screen:
        await screen.say(*FIRST, *SECOND)
        await opened(screen)
        assert screen.text.startswith("run 2 of 2 · live")
        await screen.press("less_than_sign")
        assert screen.text.startswith("run 1 of 2 · completed")
        assert "roll_dice" in screen.text
        await screen.press("pageup")
        assert screen.text.startswith("run 1 of 2")
        await screen.press("greater_than_sign", "pagedown")
        assert screen.text.startswith("run 2 of 2")
        assert "roll_dice" not in screen.text


async def test_a_live_run_grows_and_the_next_one_takes_its_place() -> None:
    async with running() as screen:
        await screen.say(*FIRST, *SECOND)
        await opened(screen)
        before = screen.text
        screen.link.now += 2.0
        await screen.settle()
        assert screen.text != before
        assert re.match(r"run 2 of 2 · live · 2\.[12] s", screen.text)
        await screen.say(e.ToolStarted("c", "look"), e.ToolEnded("c", "look", ""), e.ModelRequested(2, 2, "Bard"))
        assert chosen(screen) == "Bard", "the cursor follows"
        await screen.press("up")
        await screen.say(e.ToolStarted("d", "again"))
        assert chosen(screen) == "look", "until it is moved"
        await screen.say(e.RunEnded(2, "cancelled"))
        assert "cancelled" in screen.text
        await screen.say(e.PromptSent("third"), e.RunStarted(3))
        assert screen.text.startswith("run 3 of 3 · live")


async def test_an_inner_request_that_moves_under_its_call_does_not_move_the_cursor() -> None:
    async with running() as screen:
        await screen.say(
            e.PromptSent("x"), e.RunStarted(1), e.ToolStarted("c", "ask"), e.ToolStarted("d", "beside"),
            e.ModelRequested(1, 1, "Oracle"),
        )  # fmt: skip
        await opened(screen)
        await screen.press("up")
        assert chosen(screen) == "beside"
        await screen.say(e.TextDelta("c/1.1.0", "fate"))
        assert [span.label for span in (view(screen).timeline or pytest.fail("none")).spans] == [
            "ask", "Oracle", "beside",
        ]  # fmt: skip
        assert chosen(screen) == "beside"


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_enter_goes_to_the_row_in_the_log(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await screen.say(*FIRST)
        await opened(screen)
        await screen.press("down", "enter")
        log = screen.app.query_one(LogPane)
        assert screen.app.focused is log
        assert log.selected == screen.app.state.row_of["a"]


async def test_the_tools_are_counted_sorted_and_lead_to_the_log() -> None:
    async with running() as screen:
        await screen.say(*FIRST, *SECOND, e.ToolStarted("c", "roll_dice"))
        await opened(screen, "tools")
        lines = screen.text.splitlines()
        at = next(index for index, line in enumerate(lines) if "▾calls" in line)
        assert lines[at + 1].split("│")[-2].split() == [
            "roll_dice", "2", "0", "●", "1", "300", "ms", "300", "ms", "300", "ms",
        ]  # fmt: skip
        assert "✗ 1" in lines[at + 2]
        assert "last error: none" in screen.text
        await screen.press("s")
        assert "▾failed" in screen.text
        await screen.press("home")
        assert "last error: no coin" in screen.text
        await screen.press("end")
        await screen.say(e.ToolEnded("c", "roll_dice", "5", duration=0.9))
        assert "900 ms" in screen.text, "it is live"
        await screen.press("enter")
        log = screen.app.query_one(LogPane)
        assert log.selected == screen.app.state.row_of["c"]
        assert log.filter == 'kind:tool tool="roll_dice"'


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_tool_call_that_is_said(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await opened(screen, "tools")
        assert "no tool was called yet" in screen.text
        await screen.press("s", "enter", "q")
        assert not isinstance(screen.app.screen, ToolsScreen)


async def test_foreign_text_stays_text() -> None:
    async with running((60, 16)) as screen:
        await screen.say(
            e.PromptSent(NASTY), e.RunStarted(1), e.ModelRequested(1, 1, NASTY), e.ToolStarted("a", NASTY),
            e.ToolEnded("a", NASTY, NASTY, failed=True, error=NASTY), e.RunEnded(1, "failed", NASTY),
        )  # fmt: skip
        for command in ("timeline", "tools"):
            await opened(screen, command)
            await screen.press("down")
            assert "[/b][@click" in screen.text
            assert all(line.isprintable() for line in screen.text.splitlines())
            await screen.press("escape")


async def test_both_work_in_a_replay_and_follow_it_back() -> None:
    async with replaying() as screen:
        await screen.press("end", "f3", "v")
        assert screen.text.startswith("run 1 of 1 · completed")
        assert "roll_dice" in screen.text
        await screen.press("escape")
        await screen.press("home", "v")
        assert screen.text.startswith("no run yet")
        await screen.press("escape", "end", "colon")
        await screen.press(*"tools", "enter")
        assert isinstance(screen.app.screen, ToolsScreen)
        assert "roll_dice" in screen.text


async def test_thousands_of_spans_draw_only_those_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [(e.ToolStarted(f"c{n}", f"tool{n}"), e.ToolEnded(f"c{n}", "", "", duration=0.1)) for n in range(3000)]
    async with running((80, 24)) as screen:
        await screen.say(e.PromptSent("go"), e.RunStarted(1), *(event for call in calls for event in call))
        await opened(screen)
        drawn = 0
        line = WaterfallView.render_line

        def counted(self: WaterfallView, y: int) -> object:
            nonlocal drawn
            drawn += 1
            return line(self, y)

        monkeypatch.setattr(WaterfallView, "render_line", counted)
        await screen.press("home")
        assert chosen(screen) == "tool0"
        assert 0 < drawn < 200


@pytest.mark.parametrize("view", [TimelineScreen, ToolsScreen])
async def test_a_frame_while_a_view_comes_or_goes_does_no_harm(view: type[TimelineScreen] | type[ToolsScreen]) -> None:
    async with running((80, 24)) as screen:
        await screen.say(*FIRST, *SECOND)
        app = screen.app
        opening = asyncio.ensure_future(app.push_screen(view(app.state), wait_for_dismiss=False))
        while not opening.done():
            app._pump.paint()
            await asyncio.sleep(0)
        assert isinstance(app.screen, view)
        closing = app.screen.dismiss()
        while isinstance(app.screen, view):
            app._pump.paint()
            await asyncio.sleep(0)
        app._pump.paint()
        await closing
