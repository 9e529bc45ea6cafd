"""Jumps, marks and the search in the log; on one session with all that can happen."""

import asyncio

import pytest

from tests.ui.log.log_app import RETRIED, Log, log_of
from tui import events as e
from tui.ui.actions.table import ACTIONS, clashes
from tui.ui.log.keys import LOG_KEYS
from tui.ui.log.pane import LogPane
from tui.ui.search.line_bar import LineBar

LINES = tuple(e.OutputCaptured("stdout", f"line {number}") for number in range(100))


async def places(log: Log, keys: str) -> list[str]:
    """The kinds and beginnings of the rows that keys lead to, one by one."""
    found = []
    for key in keys:
        await log.type(key)
        found.append(log.at.split("  ✗")[0][:60])
    return found


async def test_errors_forth_and_back_and_around_the_end() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("g")
        assert [at[:9].strip() for at in await places(log, "eee")] == ["⚙ tool", "✗ error", "✗ error"]
        await log.type("E")
        assert "503" in log.at
        await log.type("ee")
        assert log.at.startswith("▶ run")
        assert "from the top" not in log.title
        await log.type("e")
        assert "roll_dice" in log.at
        assert "from the top" in log.title
        await log.type("E")
        assert "from the bottom" in log.title
        await log.press("up")
        assert "from" not in log.title


async def test_tool_calls_forth_and_back() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("g")
        assert ['"sides":20' in at for at in await places(log, "ttT")] == [True, False, True]


async def test_slow_rows_by_the_rule() -> None:
    calls = [e.ToolEnded(f"q{n}", "quick", "", duration=0.01) for n in range(5)]
    async with log_of(*RETRIED[:6], *calls, e.ToolEnded("x", "dig", "", duration=0.4)) as log:
        await log.type("gs")
        assert "dig" in log.at
        await log.type("s")
        assert "no other slow row" in log.title


async def test_rows_of_one_call_at_both_levels() -> None:
    async with log_of(*RETRIED, size=(100, 60)) as log:
        await log.type("g")
        await log.type("ttt")
        assert "ask_oracle" in log.at
        await log.type("}")
        assert "Because of fate" in log.at
        await log.type("]")
        assert "ask_oracle" in log.at
        assert "from the top" in log.title
        await log.type("3")
        assert "tool_called" in log.at
        await log.type("{")
        assert "tool_ended" in log.at
        await log.type("g")
        await log.type("}")
        assert "no row of it" in log.title


async def test_marks_show_and_are_gone_round() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("gt")
        await log.type("m")
        assert "⚙ tool   ◆" in "\n".join(log.lines)
        await log.type("tm")
        await log.type("g")
        first, second, again = await places(log, "'''")
        assert first == again != second
        await log.type("m")
        assert "1 marked" in log.title
        await log.type("m")
        await log.type("mm")
        assert "\n".join(log.lines).count("◆") == 2


def test_every_key_has_one_action_and_every_action_a_method() -> None:
    assert clashes(LOG_KEYS, {}) == []
    assert not [key.id for key in LOG_KEYS if not hasattr(LogPane, f"action_{key.action.partition('(')[0]}")]
    taken = {letter for action in ACTIONS for letter in action.letters}
    assert not taken & {each for key in LOG_KEYS for each in key.keys}


async def test_nothing_to_jump_to_is_said_in_a_word() -> None:
    async with log_of(*LINES) as log:
        for key, word in (("e", "no error"), ("t", "no tool call"), ("'", "no mark"), ("s", "no slow row")):
            await log.type(key)
            assert word in log.title
        assert log.pane.following


async def test_enter_opens_a_row_and_shows_its_place_in_the_chat_and_o_only_that() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("gt")
        await log.press("enter", "o")
        entry = log.app.state.entry_of["a"]
        assert log.app.entries == [entry, entry]
        assert [type(message) for message in log.app.told][-1] is LogPane.RowOpened
        await log.type("go")
        assert "not in the chat" in log.title
        await log.type("3")
        await log.type("t")
        await log.type("o")
        assert log.app.entries[-1] == entry


async def test_a_search_goes_to_the_first_and_n_on() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("g/")
        await log.type("table")
        assert "roll_dice" in log.at, "the output says it"
        assert "1/1 /table" in log.title
        for _ in "table":
            await log.press("backspace")
        await log.type("dice")
        assert "1/" in log.title
        await log.press("enter")
        await log.type("n")
        assert "2/" in log.title
        await log.type("NN")
        assert "from the bottom" in log.title


async def test_hits_stand_out_in_the_rows() -> None:
    async with log_of(*RETRIED) as log:
        log.pane.look_for("roll")
        await log.done()
        place = log.app.state.row_of["a"] - log.pane.scroll_offset.y
        marked = [each.text for each in log.pane.render_line(place)._segments if each.style and each.style.underline]
        assert marked == ["roll"]


async def test_esc_leaves_the_view_as_it_was() -> None:
    async with log_of(*RETRIED, *LINES, size=(100, 14)) as log:
        await log.type("/")
        await log.type("oracle")
        assert "paused" in log.title
        await log.press("escape")
        assert "paused" not in log.title
        assert "line 99" in log.app.lines[-1]
        await log.press("home", "down")
        top, at = log.pane.scroll_offset.y, log.at
        await log.type("/")
        await log.type("line 5")
        assert log.at != at
        await log.press("escape")
        assert (log.pane.scroll_offset.y, log.at) == (top, at)
        assert "/line" not in log.title
        assert log.app.focused is log.pane


async def test_a_regex_and_one_that_is_none() -> None:
    async with log_of(*RETRIED, *LINES) as log:
        await log.type("/")
        await log.type("~^output|line [1-3]$")
        assert "/3 " in log.title
        await log.type("(")
        assert "^" in log.text.splitlines()[-1]
        assert "not a regular expression" in log.text


async def test_a_search_is_in_what_the_filter_shows_and_sees_what_comes() -> None:
    async with log_of(*RETRIED, *LINES) as log:
        log.pane.set_filter("kind:output")
        log.pane.look_for("line 9")
        await log.done()
        assert "/11 /line 9" in log.title
        log.app.happen(e.OutputCaptured("stdout", "line 9 again"), e.Notice("info", "line 9 too"))
        await log.done()
        log.pane._show_title()
        assert "/12 /line 9" in log.title
        log.pane.set_filter("")
        await log.done()
        assert "/13 /line 9" in log.title


async def test_a_long_search_is_cut_short_by_the_next_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with log_of(*LINES * 30) as log:
        monkeypatch.setattr("tui.ui.search.slices.SLICE", 0.0)
        log.pane.look_for("line 5")
        await asyncio.sleep(0)
        log.pane._show_title()
        assert "…" in log.title
        log.pane.look_for("line 77")
        await log.done()
        assert "/30 /line 77" in log.title


async def test_n_without_a_search_says_how_to_begin_one() -> None:
    async with log_of(*RETRIED) as log:
        await log.type("n")
        assert "/ does" in log.title
        log.pane.look_for("nowhere to be found")
        await log.done()
        await log.type("n")
        assert "not found" in log.title


async def test_keys_typed_at_once_go_into_the_line() -> None:
    async with log_of(*RETRIED) as log:
        await log.press("f", "d", "t", "1", "x")
        assert log.pane.level == 2
        assert log.app.query_one(LineBar)._input.value == "dt1x"


async def test_keys_do_nothing_while_there_is_no_row() -> None:
    async with log_of() as log:
        await log.type("eEtTsS}{m'dc1n")
        await log.press("enter", "slash", "x", "escape")
        assert not log.app.told


@pytest.mark.parametrize(("size", "theme"), [((60, 16), "midnight"), ((100, 30), "daylight")])
async def test_the_line_fits_the_pane(size: tuple[int, int], theme: str) -> None:
    async with log_of(*RETRIED, size=size, theme=theme) as log:
        await log.type("gt")
        await log.type("f")
        await log.type("kind:tool (")
        shown = log.text.splitlines()
        assert len(shown) == size[1]
        assert all(len(line) <= size[0] for line in shown)
        assert shown[-2].startswith("filter kind:tool (")
        await log.press("escape", "slash")
        assert log.text.rstrip().splitlines()[-1].startswith("search")
