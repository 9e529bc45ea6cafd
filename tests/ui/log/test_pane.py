"""The event log on real records: rows, following, the cursor, widths, foreign text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from rich.color import Color
from textual.events import MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot

from tests.ui.state_app import BEGIN, NASTY, SIZES, THEMES, StateApp
from tui import events as e
from tui.ui.log.pane import LogPane

LINES = tuple(e.OutputCaptured("stdout", f"line {number}") for number in range(100))


@asynccontextmanager
async def logged(
    *events: e.Event, size: tuple[int, int] = (80, 24), theme: str = "midnight"
) -> AsyncIterator[tuple[StateApp[LogPane], Pilot[None]]]:
    app = StateApp(LogPane(), theme)
    async with app.run_test(size=size) as pilot:
        app.happen(*events)
        await pilot.pause()
        yield app, pilot


def told(app: StateApp[LogPane], kind: type[LogPane.RowSelected] | type[LogPane.RowOpened]) -> list[int]:
    return [message.index for message in app.told if isinstance(message, kind)]


def background(pane: LogPane, y: int) -> Color | None:
    style = pane.render_line(y)._segments[0].style
    assert style is not None
    return style.bgcolor


@pytest.mark.parametrize("theme", [*THEMES, "ansi"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_one_line_as_wide_as_the_pane(size: tuple[int, int], theme: str) -> None:
    wide = e.TextDelta("1.1.0", "xin chào 👩‍👩‍👧 世界 " * 30)
    async with logged(*BEGIN, *LINES, wide, e.ToolStarted("c1", "roll_dice"), size=size, theme=theme) as (app, _):
        width = app.pane.scrollable_content_region.width
        for y in range(app.pane.size.height):
            strip = app.pane.render_line(y)
            assert strip.cell_length == width == cell_len(strip.text)
        assert "tool" in app.lines[-1]
        assert "roll_dice" in app.lines[-1]


async def test_rows_show_time_kind_summary_and_how_they_stand() -> None:
    tool = (
        e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
        e.ToolEnded("c1", "roll_dice", "17", duration=0.012),
        e.ToolEnded("c2", "look", "no", failed=True, duration=1.5),
    )
    async with logged(*BEGIN, *tool, size=(120, 20)) as (app, _):
        ok, failed = app.lines[len(app.state.rows) - 2 : len(app.state.rows)]
        assert ":20.875" in ok
        assert "⚙ tool" in ok
        assert " Guide " in ok
        assert 'roll_dice {"sides":20}' in ok
        assert ok.endswith("✔ 12 ms")
        assert failed.endswith("✗ failed 1.5 s")


async def test_a_live_row_spins_and_settles_in_place() -> None:
    async with logged(*BEGIN, e.ToolStarted("c1", "roll_dice"), size=(100, 20)) as (app, _):
        place = len(app.state.rows) - 1
        app.frame(after=1.25)
        first = app.lines[place]
        assert first.endswith(" 1.2 s")
        app.frame(after=0.1)
        assert app.lines[place] != first
        app.happen(e.ToolEnded("c1", "roll_dice", "4", duration=2.0))
        settled = app.lines[place]
        assert settled.endswith("✔ 2.0 s")
        app.frame(after=5)
        assert app.lines[place] == settled


async def test_a_cancelled_call_says_so() -> None:
    async with logged(*BEGIN, e.ToolStarted("c1", "roll_dice"), e.RunEnded(1, "cancelled")) as (app, _):
        assert any("roll_dice" in line and "■ cancelled" in line for line in app.lines)


async def test_deltas_of_an_item_are_one_row_that_counts() -> None:
    async with logged(*BEGIN, *(e.TextDelta("1.1.0", f"w{n} ") for n in range(312)), size=(100, 20)) as (app, _):
        assert sum("✎ text" in line for line in app.lines) == 1
        assert "312 deltas  w0 w1" in app.lines[len(app.state.rows) - 1]


async def test_rows_of_a_nested_agent_are_indented() -> None:
    nested = (e.ToolStarted("c1", "ask"), e.ToolStarted("c1/c2", "deep"))
    async with logged(*BEGIN, *nested) as (app, _):
        outer, inner = app.lines[len(app.state.rows) - 2 : len(app.state.rows)]
        assert inner.index("deep") == outer.index("ask") + 2


@pytest.mark.parametrize(
    ("width", "shown", "missing"),
    [
        (24, ("⚙ tool", "roll"), (":20", "Guide")),
        (40, ("⚙ tool", ":20"), (":20.", ":13:20", "Guide")),
        (60, ("⚙ tool", ":13:20"), (".750", "Guide")),
        (80, ("⚙ tool", ":20.750"), ("Guide",)),
        (200, ("⚙ tool", ":20.750", "Guide"), ()),
    ],
)
async def test_columns_give_way_as_the_pane_narrows(
    width: int, shown: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    call = e.ToolCalled("c1", "roll_dice", "{}", "Guide")
    async with logged(*BEGIN, size=(width, 16)) as (app, _):
        app.happen(call, step=0.0)
        line = app.lines[len(app.state.rows) - 1]
        assert all(piece in line for piece in shown), line
        assert not any(piece in line for piece in missing), line


async def test_a_resize_lays_the_rows_out_anew() -> None:
    async with logged(*BEGIN, *LINES, size=(120, 40)) as (app, pilot):
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert app.pane.following
        assert "line 99" in app.lines[-1]
        assert all(cell_len(line) <= 50 for line in app.lines)


async def test_new_rows_are_followed_until_the_cursor_moves() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        assert "line 99" in app.lines[-1]
        await pilot.press("up")
        assert not app.pane.following
        top = app.lines[0]
        app.happen(*LINES[:7])
        assert app.lines[0] == top
        assert app.lines[-1].endswith("↓ 7 new")
        await pilot.press("F")
        assert "line 6" in app.lines[-1]
        assert "new" not in app.lines[-1]


@pytest.mark.parametrize("key", ["up", "pageup", "home", "g"])
async def test_keys_that_stop_following(key: str) -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press(key)
        assert not app.pane.following


@pytest.mark.parametrize("key", ["F", "G", "end"])
async def test_keys_that_follow_again(key: str) -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press("home")
        assert "engine started" in app.lines[0]
        await pilot.press(key)
        assert app.pane.following
        assert "line 99" in app.lines[-1]


async def test_scrolling_up_stops_following_and_reaching_the_end_follows() -> None:
    async with logged(*BEGIN, *LINES) as (app, _):
        app.pane.scroll_relative(y=-3, animate=False, immediate=True)
        assert not app.pane.following
        app.happen(*LINES[:5])
        assert app.lines[-1].endswith("↓ 5 new")
        app.pane.scroll_to(y=app.pane.max_scroll_y, animate=False, immediate=True)
        assert app.pane.following


async def test_the_wheel_stops_following() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot._post_mouse_events([MouseScrollUp], LogPane, (5, 5))
        await pilot.pause()
        assert not app.pane.following


async def test_the_marker_follows_when_clicked() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press("up")
        app.happen(*LINES[:7])
        await pilot.pause()
        await pilot.click(LogPane, offset=(app.pane.size.width - 6, app.pane.outer_size.height - 1))
        assert app.pane.following


async def test_the_cursor_moves_by_rows_and_pages_and_tells() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        last, page = len(app.state.rows) - 1, app.pane.size.height - 1
        await pilot.press("up", "pageup", "down", "home", "up", "pagedown")
        await pilot.pause()
        assert told(app, LogPane.RowSelected) == [last - 1, last - 1 - page, last - page, 0, 0, page]
        assert app.pane.selected == page


async def test_the_cursor_is_seen_while_the_pane_has_the_focus() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press("up")
        row = app.pane.size.height - 2
        assert background(app.pane, row) != background(app.pane, row - 1)
        app.set_focus(None)
        await pilot.pause()
        assert background(app.pane, row) == background(app.pane, row - 1)


async def test_enter_opens_the_row_and_y_copies_it() -> None:
    async with logged(*BEGIN, e.OutputCaptured("stdout", "found " + "x" * 150)) as (app, pilot):
        await pilot.press("enter", "y")
        await pilot.pause()
        opened, copied = app.told
        assert isinstance(opened, LogPane.RowOpened)
        assert opened.row is app.state.rows[-1]
        assert isinstance(copied, LogPane.CopyRequested)
        assert copied.text.endswith("x" * 150)
        assert app.pane.following


async def test_a_click_selects_and_a_double_click_opens() -> None:
    async with logged(*BEGIN) as (app, pilot):
        await pilot.click(LogPane, offset=(10, 3))
        await pilot.pause()
        assert told(app, LogPane.RowSelected) == [2]
        await pilot.click(LogPane, offset=(10, 3), times=2)
        await pilot.pause()
        assert told(app, LogPane.RowOpened) == [2]


async def test_keys_do_nothing_while_there_is_no_row() -> None:
    async with logged() as (app, pilot):
        await pilot.press("up", "down", "home", "end", "enter", "y")
        await pilot.pause()
        assert app.told == []
        assert app.pane.selected is None


async def test_foreign_text_is_shown_as_it_is_without_its_controls() -> None:
    events = (
        *BEGIN, e.OutputCaptured("stdout", NASTY), e.ToolCalled("c1", NASTY, NASTY, NASTY), e.TextDelta("1", NASTY),
        e.RawReceived(NASTY, NASTY), e.Notice("error", NASTY), e.HandoffOccurred(NASTY, NASTY),
    )  # fmt: skip
    async with logged(*events, size=(200, 30)) as (app, pilot):
        text = "\n".join(app.lines)
        assert "[/b][@click=app.quit]x␛]52;c;eA==␇" in text
        assert all(line.isprintable() for line in app.lines)
        await pilot.press("y")
        await pilot.pause()
        copied = app.told[-1]
        assert isinstance(copied, LogPane.CopyRequested)
        assert copied.text.isprintable()


async def test_selected_text_is_what_stands_in_the_pane() -> None:
    async with logged(*BEGIN, *LINES[:3]) as (app, _):
        app.pane.text_select_all()
        selected = app.screen.get_selected_text()
        assert selected is not None
        assert selected.splitlines() == [line for line in app.lines if line]


async def test_a_theme_switch_repaints() -> None:
    async with logged(*BEGIN) as (app, pilot):
        before = app.pane.render_line(0)._segments
        app.theme = "daylight"
        await pilot.pause()
        assert app.pane.render_line(0)._segments != before


async def test_another_session_replaces_the_rows() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press("home")
        app.state = type(app.state)()
        app.happen(*BEGIN[:2])
        assert app.pane.following
        assert len([line for line in app.lines if line]) == 2


async def test_nothing_is_repainted_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with logged(*BEGIN, e.RunEnded(1, "completed")) as (app, _):
        refreshed: list[tuple[Region, ...]] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: refreshed.append(regions))
        app.frame()
        app.frame(after=1.0)
        assert refreshed == []
        app.happen(e.OutputCaptured("stdout", "x"))
        assert refreshed


async def test_a_frame_draws_only_the_rows_in_view() -> None:
    async with logged(*BEGIN, *LINES * 20, size=(80, 24)) as (app, _):
        assert len(app.pane._strips) <= 2 * app.pane.size.height


async def test_a_settled_row_has_a_bar_for_its_duration_where_there_is_room() -> None:
    tool = (e.ToolEnded("c1", "dig", "", duration=1.0), e.ToolStarted("c2", "look"))
    async with logged(*BEGIN, *tool, size=(80, 20)) as (app, pilot):
        settled, live = app.lines[len(app.state.rows) - 2 : len(app.state.rows)]
        assert settled.endswith("███   ✔ 1.0 s")
        assert "█" not in live
        await pilot.press("up", "y")
        await pilot.pause()
        copied = app.told[-1]
        assert isinstance(copied, LogPane.CopyRequested)
        assert "█" not in copied.text
        await pilot.resize_terminal(50, 20)
        await pilot.pause()
        assert "█" not in "".join(app.lines)


async def test_a_double_click_selects_no_text() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.click(LogPane, offset=(10, 3), times=2)
        await pilot.pause()
        assert told(app, LogPane.RowOpened)
        assert app.screen.get_selected_text() is None


async def test_a_summary_that_changes_without_growing_is_drawn_anew() -> None:
    async with logged(*BEGIN, size=(100, 20)) as (app, _):
        assert "gpt-x" in app.lines[len(app.state.rows) - 1]
        app.happen(e.ResponseStarted(1, 1, "", "gpt-y"), step=0.0)
        assert "gpt-y" in app.lines[len(app.state.rows) - 1]


async def test_an_empty_session_in_place_of_a_long_one_leaves_nothing_to_scroll() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        await pilot.press("home")
        app.state = type(app.state)()
        app.frame()
        assert app.pane.max_scroll_y == 0
        assert app.pane.following
        assert not any(app.lines)


async def test_where_there_is_room_for_the_title_alone_that_is_all() -> None:
    async with logged(*BEGIN, *LINES) as (app, pilot):
        app.pane.focus()
        await pilot.press("g")  # so that a marker tells of new rows
        await pilot.resize_terminal(80, 1)
        assert app.pane.size.height == 0
        app.happen(*LINES)
        app.pane.render_lines(Region(0, 0, 80, 1))
        await pilot.resize_terminal(80, 24)
        assert app.lines
