"""The dashboard on the whole app: sizes and themes, keys, live runs, what is missing, foreign names, replay."""

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.busy_session import busy_session
from tests.payloads import PAYLOADS
from tests.test_metrics import timed
from tests.ui.app_driver import Screen, running
from tests.ui.state_app import NASTY
from tests.ui.test_replay import replaying
from tui import events as e
from tui.config import Limits, Settings, Thresholds
from tui.metrics import prices
from tui.state import State
from tui.ui.dashboard.screen import DashboardScreen, DashboardView
from tui.ui.dashboard.sections import dashboard
from tui.ui.lines.pieces import cells
from tui.ui.metrics.pane import MetricsPane
from tui.wire import Record

PICTURES = Path(__file__).parent / "snapshots"
SIZES = [(60, 16), (120, 40), (200, 60)]

RUN = (
    e.PromptSent("hi"), e.RunStarted(1), e.ModelRequested(1, 1, "Guide", "gpt-x"), e.TextDelta("1.1.0", "a"),
    e.TextDelta("1.1.0", "b"), e.UsageReported(1, 1, 100, 0, 20, 0), e.ResponseEnded(1, 1), e.RunEnded(1, "completed"),
)  # fmt: skip


def busy() -> list[Record]:
    return [Record(number, at, event) for number, (at, event) in enumerate(busy_session(30), 1)]


def view(screen: Screen) -> DashboardView:
    return screen.app.screen.query_one(DashboardView)


def is_open(screen: Screen) -> bool:
    return isinstance(screen.app.screen, DashboardScreen)


async def opened(screen: Screen) -> None:
    await screen.app.run_action("dashboard")
    await screen.settle()


@pytest.mark.parametrize(
    ("size", "theme"), [*((size, theme) for size in SIZES for theme in ("midnight", "daylight")), (SIZES[1], "ansi")]
)
async def test_the_dashboard_looks_as_it_did(size: tuple[int, int], theme: str) -> None:
    """A picture that is to change is deleted; the next run draws it anew, and fails once."""
    prices.load()
    async with running(size, Settings(theme=theme)) as screen:
        for at, event in busy_session(30):
            screen.link.now = at
            screen.link._publish(event)
        await screen.settle()
        await opened(screen)
        lines = screen.text.splitlines()
        assert lines[0].startswith(" Dashboard · session 0badcafe · 30 runs · 60 requests")
        assert "F4 or Esc closes" in lines[-1]
        assert all(cell_len(line) <= size[0] for line in lines)
        drawn = view(screen).text() + "\n"
    path = PICTURES / f"dashboard_{size[0]}.txt"
    if not path.exists():
        path.write_text(drawn, "utf-8")
        pytest.fail(f"{path.name} was drawn anew: look at it")
    assert drawn == path.read_text("utf-8")


@pytest.mark.parametrize("size", SIZES)
async def test_f4_goes_to_the_figures_then_to_the_dashboard_and_back(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await screen.press("f4")
        assert isinstance(screen.app.focused, MetricsPane)
        assert not is_open(screen)
        await screen.press("f4")
        assert is_open(screen)
        await screen.press("f4")
        assert not is_open(screen)
        assert isinstance(screen.app.focused, MetricsPane)
        await screen.press("enter")
        assert is_open(screen)
        await screen.press("escape")
        assert not is_open(screen)


async def test_the_command_opens_it_and_other_keys_for_f4_close_it() -> None:
    async with running(settings=Settings(keys={"metrics": "f12"})) as screen:
        await screen.type("/dashboard")
        await screen.press("enter")
        assert is_open(screen)
        await screen.press("f12")
        assert not is_open(screen)
        await screen.press("f12", "f12")
        assert is_open(screen)
        assert "F12 or Esc closes" in screen.text


@pytest.mark.parametrize("size", SIZES)
async def test_before_the_first_run_it_says_what_is_missing(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await opened(screen)
        said = view(screen).text()
        assert said.count("no run has ended yet") == 2
        for words in (
            "no model was asked yet",
            "no model has told its tokens yet",
            "no error so far",
            "no tool was called",
        ):
            assert words in said


async def test_what_a_run_that_was_cut_off_leaves_unknown_is_said() -> None:
    async with running() as screen:
        await screen.say(*RUN[:3], e.ToolStarted("a", "dice"), e.RunEnded(1, "failed", "x", "server"))
        await opened(screen)
        said = view(screen).text()
        assert "no run that ended had a first token" in said
        assert "no run that ended generated long enough to tell" in said
        assert "no tool call has ended yet" in said
        assert "█ server 1" in said


async def test_it_scrolls() -> None:
    async with running((60, 16)) as screen:
        await screen.say(*RUN)
        await opened(screen)
        assert "first token of the runs" in screen.text
        await screen.press("G")
        assert "slowest tools" in screen.text
        await screen.press("g")
        assert "first token of the runs" in screen.text
        await screen.press("pagedown")
        assert "first token of the runs" not in screen.text


async def test_two_columns_where_there_is_room_and_the_limits_of_the_model() -> None:
    thresholds = Thresholds((("gpt-x", {"first_token": 0.1, "tokens_per_second": float("inf")}),))
    async with running((110, 30), Settings(thresholds=thresholds)) as screen:
        await screen.say(*RUN)
        await opened(screen)
        first = view(screen).text().splitlines()[0]
        assert "first token of the runs" in first
        assert "models side by side" in first
        assert "║ limit 0.10 s" in screen.text
        assert "1 over the limit" in screen.text
        assert "limit inf" not in screen.text


async def test_a_live_run_is_counted_anew_now_and_then_and_at_its_end() -> None:
    async with running() as screen:
        await screen.say(*RUN[:3])
        await opened(screen)
        before = view(screen).text()
        await screen.say(e.AttemptFailed(1, 1, 1, 3, "network", "x", 1.0))
        assert view(screen).text() == before
        screen.link.now += 60.0
        await screen.settle()
        assert "network 1" in view(screen).text()
        await screen.say(e.RunEnded(1, "failed", "x", "network"))
        assert "no run that ended" in view(screen).text()


async def test_without_news_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as screen:
        await screen.say(*RUN)
        await opened(screen)
        counted: list[None] = []
        monkeypatch.setattr(DashboardScreen, "_show", lambda _: counted.append(None))
        await screen.settle()
        assert counted == []


@pytest.mark.parametrize("foreign", [NASTY, *PAYLOADS.values()])
def test_foreign_names_stay_text(foreign: str) -> None:
    state = timed(
        (1.0, e.PromptSent(foreign)), (1.0, e.RunStarted(1)), (2.0, e.ModelRequested(1, 1, foreign, foreign)),
        (3.0, e.AttemptFailed(1, 1, 1, 3, foreign, foreign, 1.0)), (4.0, e.AttemptStarted(1, 1, 2, 3)),
        (5.0, e.ToolCallStarted("1.1.0", "c", foreign)), (6.0, e.UsageReported(1, 1, 9, 0, 9, 0)),
        (6.0, e.ToolEnded("c", foreign, foreign, failed=True, duration=1.0)), (9.0, e.RunEnded(1, "completed")),
    )  # fmt: skip
    for width in (58, 118):
        for line in dashboard(state, Limits(), width, 30, priced=False):
            assert all(text.isprintable() for text, _ in line)
            assert cells(line) <= width


async def test_foreign_names_neither_act_nor_crash_on_the_screen() -> None:
    async with running((60, 16)) as screen:
        await screen.say(
            e.PromptSent(NASTY), e.RunStarted(1), e.ModelRequested(1, 1, NASTY, NASTY), e.TextDelta("1.1.0", "a"),
            e.ToolEnded("c", NASTY, "", duration=1.0), e.UsageReported(1, 1, 9, 0, 9, 0),
            e.RunEnded(1, "failed", NASTY, NASTY),
        )  # fmt: skip
        await opened(screen)
        for _ in range(8):
            assert all(line.isprintable() for line in screen.text.splitlines())
            await screen.press("pagedown")
        assert "[/b][@click" in view(screen).text()


@pytest.mark.parametrize("height", [1, 14, 58])
def test_it_fits_any_width_from_the_smallest_on_and_none_breaks_it(height: int) -> None:
    state = timed(*busy_session(5))
    for width in (2, 9, 20, 36, 37, 58, 107, 108, 118, 198):
        lines = dashboard(state, Limits(), width, height, priced=False)
        assert max(map(cells, lines)) <= max(36, width)
    assert dashboard(State(), Limits(), 58, height, priced=False)


async def test_it_works_in_a_replay_and_follows_it_back() -> None:
    async with replaying((120, 40), busy()) as screen:
        await screen.press("end", "f4", "f4")
        assert isinstance(screen.app.screen, DashboardScreen)
        assert "30 runs" in screen.text
        assert re.search(r"║ limit 2.00 s · 30 runs", screen.text)
        await screen.press("f4", "home", "f4")
        assert isinstance(screen.app.screen, DashboardScreen)
        assert "no run has ended yet" in screen.text
