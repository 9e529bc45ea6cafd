"""What of the log is shown: levels, filters, the time column, exports; on one session with all that can happen."""

import asyncio
import csv
import io
from collections.abc import Callable

import pytest

from tests.ui.log.log_app import RETRIED, Log, LogApp, log_of
from tui import events as e
from tui.query import parse
from tui.ui.actions.log_intents import write_events
from tui.ui.log.sources import StateRows
from tui.ui.search.line_bar import LineBar, OfferRow
from tui.ui.search.pane_box import PaneBox
from tui.ui.search.sieve import Sieve

LINES = tuple(e.OutputCaptured("stdout", f"line {number}") for number in range(100))


def kinds(log: Log) -> list[str]:
    return [log.pane._row(place).kind for place in range(log.pane._count)]


async def test_levels_show_the_story_the_items_and_every_event() -> None:
    async with log_of(*RETRIED, size=(100, 60)) as log:
        assert len(log.lines) == len(log.app.state.rows)
        await log.type("1")
        assert set(kinds(log)) == {"session", "prompt", "run", "model", "tool", "handoff", "cancel", "error"}
        assert "story" in log.title
        await log.type("d")
        assert len(log.lines) == len(log.app.state.rows)
        await log.type("d")
        assert len(log.lines) == len(RETRIED)
        assert "reasoning_delta" in log.text
        assert "every event" in log.title
        assert any("tool_ended" in line and "output=4" in line and "12 ms" in line for line in log.lines)
        await log.type("d")
        assert "story" in log.title


async def test_the_cursor_stays_on_its_event_from_level_to_level() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("gtt")
        assert '"sides":6' in log.at
        seq = log.pane._row(log.pane._at).seq
        await log.type("3")
        assert log.pane._row(log.pane._at).seq == seq
        await log.type("2")
        assert '"sides":6' in log.at
        assert log.pane.selected == log.app.state.row_of["b"]


async def test_only_the_events_in_view_are_decoded() -> None:
    async with log_of(*LINES * 30, size=(100, 20)) as log:
        await log.type("3")
        assert log.app.history.decoded < 200
        await log.press("home", "pagedown")
        assert log.app.history.decoded < 300


async def test_without_a_history_there_is_no_third_level() -> None:
    async with log_of(*RETRIED) as log:
        log.pane.history = None
        await log.type("3")
        assert log.pane.level == 2
        assert "no events at hand" in log.title
        await log.type("d")
        assert "story" in log.title


async def test_a_filter_acts_while_it_is_typed_and_enter_keeps_it() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("f")
        await log.type("kind:tool")
        assert set(kinds(log)) == {"tool"}
        assert f"3 of {len(log.app.state.rows)} f:kind:tool" in log.title
        await log.type(" dur>1s")
        assert len(log.lines) == 1
        await log.press("enter")
        assert log.app.focused is log.pane
        assert not log.app.query_one(LineBar).display
        assert "f:kind:tool dur>1s" in log.title


async def test_a_filter_that_cannot_be_understood_is_pointed_at_and_the_last_good_one_stays() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("f")
        await log.type("kind:tool dur>")
        note = log.text.splitlines()[-1]
        assert "^" in note
        assert set(kinds(log)) == {"tool"}
        assert note.index("^") >= len("filter kind:tool ")


async def test_a_word_that_may_become_a_field_does_not_hide_all_meanwhile() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("f")
        await log.type("kind:tool du")
        assert set(kinds(log)) == {"tool"}
        await log.press("enter")
        assert log.pane.filter == "kind:tool du"
        assert not log.lines


async def test_esc_takes_a_filter_back_with_the_view_as_it_was() -> None:
    async with log_of(*RETRIED, *LINES) as log:
        await log.press("home", "down", "down")
        top, at = log.pane.scroll_offset.y, log.at
        await log.type("f")
        await log.type("kind:output")
        assert log.at != at
        await log.press("escape")
        assert log.pane.filter == ""
        assert (log.pane.scroll_offset.y, log.at, log.pane.following) == (top, at, False)
        assert log.app.focused is log.pane


async def test_esc_in_the_rows_clears_the_filter_and_only_then_is_the_apps() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("f")
        await log.type("kind:tool")
        await log.press("enter")
        assert log.pane.check_action("clear", ())
        await log.press("escape")
        assert log.pane.filter == ""
        assert not log.pane.check_action("clear", ())


async def test_offers_are_taken_by_tab_by_choice_and_by_click() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("f")
        offers = log.app.query_one(OfferRow)
        assert [offer.word for offer in offers.offers][:4] == ["errors", "tools", "model", "slow"]
        await log.press("down", "down", "enter")
        assert log.pane.filter == "kind:tool"
        await log.type(" ag")
        await log.press("tab")
        assert log.text.splitlines()[-2].startswith("filter kind:tool agent:")
        await log.press("escape", "f")
        await log.pilot.click(OfferRow, offset=(2, 0))
        await log.done()
        assert log.pane.filter == "kind:error"
        assert log.app.focused is not log.pane


async def test_saved_filters_are_offered_by_name_and_the_row_suggests_its_own() -> None:
    async with log_of(*RETRIED) as log:
        log.pane.saved = {"slow-tools": "kind:tool dur>1s"}
        await log.type("gt")
        await log.type("f")
        words = [offer.word for offer in log.app.query_one(OfferRow).offers]
        assert words[0] == "@slow-tools"
        assert {"this agent", "this call"} <= set(words)
        await log.type("@sl")
        await log.press("tab")
        assert log.pane.filter == "kind:tool dur>1s"


async def test_rows_come_and_go_as_they_change_and_the_tail_is_followed() -> None:
    async with log_of(*RETRIED[:9], size=(100, 12)) as log:
        log.pane.set_filter("kind:error")
        await log.done()
        assert not log.lines
        log.app.happen(e.ToolStarted("x", "dig"), *LINES, e.ToolEnded("x", "dig", "no", failed=True, duration=1.0))
        assert len(log.lines) == 1
        assert "dig" in log.lines[0]
        log.app.happen(*(e.Notice("error", f"bad {number}") for number in range(40)))
        assert "bad 39" in log.lines[-1]
        await log.press("up")
        log.app.happen(*LINES, e.Notice("error", "new one"))
        assert "↓ 1 new" in log.lines[-1]
        assert "paused, F follows" in log.title
        await log.press("F")
        assert "new one" in log.lines[-1]


async def test_what_is_read_does_not_move_when_a_row_above_comes_in() -> None:
    async with log_of(*RETRIED[:6], e.ToolStarted("x", "dig"), *LINES, size=(100, 12)) as log:
        log.pane.set_filter("kind:error or line")
        await log.done()
        await log.press("up", "pageup")
        top, at = log.app.lines[0], log.at
        log.app.happen(e.ToolEnded("x", "dig", "no", failed=True))
        assert (log.app.lines[0], log.at) == (top, at)


@pytest.mark.parametrize("filter", ["kind:tool", "not kind:story", "agent:Guide or dur>100ms", "status:live"])
@pytest.mark.parametrize("level", [1, 2])
async def test_step_by_step_the_log_shows_what_it_would_from_scratch(filter: str, level: int) -> None:
    async with log_of() as log:
        log.pane.action_level(level)
        log.pane.set_filter(filter)
        await log.done()
        for event in RETRIED:
            log.app.happen(event)
            source = StateRows(log.app.state)
            fresh = Sieve(source, source.test(log.pane.level, parse(filter)))
            fresh.step(len(source))
            assert list(log.pane._shown) == list(fresh), event


async def test_a_long_filtering_tells_its_progress_and_the_next_key_takes_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with log_of(*LINES * 30) as log:
        monkeypatch.setattr("tui.ui.search.slices.SLICE", 0.0)
        log.pane.set_filter('text~"line 1.$"')
        await asyncio.sleep(0)
        assert "filtering 6 %" in log.title
        assert log.pane._count == 3000, "the rows shown stay until the filter is done"
        log.pane.set_filter("text:nothing")
        await log.done()
        assert log.pane._count == 0
        assert "filtering" not in log.title


async def test_another_time_of_the_session_is_filtered_too() -> None:
    async with log_of(*RETRIED) as log:
        log.pane.set_filter("kind:tool")
        await log.done()
        log.app.state = type(log.app.state)()
        log.app.history.all.clear()
        log.app.happen(*RETRIED[:12])
        assert set(kinds(log)) == {"tool"}
        assert log.pane.following


async def test_the_time_column_goes_from_the_day_to_the_run_to_the_gap() -> None:
    async with log_of(*RETRIED) as log:
        place = log.app.state.row_of["b"]
        assert ":" in log.lines[place][:12]
        await log.type("c")
        assert log.lines[place].lstrip().startswith("+0.875 ")
        assert "since the run began" in log.title
        await log.type("c")
        assert log.lines[place].lstrip().startswith("+0.125 ")
        log.pane.set_filter("kind:tool,run")
        await log.done()
        assert log.lines[1].lstrip().startswith("+0.750 "), "the gap is to the row before that is shown"
        await log.type("c")
        assert log.lines[0][2] == ":"


def lines_of(log: Log, format: str) -> Callable[[], str]:
    (wanted,) = log.app.exports
    assert wanted.format == format

    def lines() -> str:
        file = io.BytesIO()
        write_events(log.app.history.all, wanted.format, wanted.keep, file)
        return file.getvalue().decode()

    return lines


async def test_x_and_a_letter_ask_for_a_file_of_the_rows_shown() -> None:
    async with log_of(*RETRIED) as log:
        log.pane.set_filter("call:b")
        await log.done()
        await log.type("x")
        assert "j JSON lines" in log.text
        await log.type("j")
        assert log.app.focused is log.pane
        text = lines_of(log, "jsonl")().splitlines()
        assert [line.split('"type":"')[1].split('"')[0] for line in text] == [
            "tool_called",
            "tool_started",
            "tool_ended",
        ]


async def test_all_rows_are_all_events_and_the_third_level_gives_single_ones() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("xc")
        assert len(list(csv.reader(io.StringIO(lines_of(log, "csv")())))) == len(RETRIED) + 1
        log.app.exports.clear()
        await log.type("3")
        log.pane.set_filter("kind:tool_ended")
        await log.done()
        await log.type("xj")
        assert len(lines_of(log, "jsonl")().splitlines()) == 3


async def test_no_format_of_that_letter() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("xq")
        assert "one of j c h" in log.text
        await log.press("escape")
        assert not log.app.exports
        assert log.app.focused is log.pane


async def test_a_line_that_is_asked_for_before_the_first_paint_opens_after_it() -> None:
    class Hasty(LogApp):
        def on_mount(self) -> None:
            self.query_one(PaneBox).ask("filter")

    app = Hasty()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        bar = app.query_one(LineBar)
        assert bar.display
        assert app.focused is bar._input
