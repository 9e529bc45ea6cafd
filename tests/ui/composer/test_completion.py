"""The list of commands above the input."""

import pytest

from tests.ui.composer.typist import SIZES, at_work
from tui.ui.actions.table import ACTIONS
from tui.ui.composer.completion import CompletionList


@pytest.mark.parametrize("size", SIZES)
async def test_a_slash_lists_commands_right_above_the_input_without_moving_it(size: tuple[int, int]) -> None:
    async with at_work(size) as typist:
        before = typist.composer.region
        await typist.press("slash")
        assert typist.composer.completing
        assert typist.list.region.bottom == typist.composer.region.y
        assert typist.list.region.width <= size[0]
        assert typist.composer.region == before


async def test_the_list_stays_above_the_input_when_the_terminal_changes_its_size() -> None:
    async with at_work((120, 40)) as typist:
        await typist.press("slash")
        await typist.pilot.resize_terminal(60, 16)
        await typist.pilot.pause()
        assert typist.list.region.bottom == typist.composer.region.y
        assert typist.list.region.right <= 60


async def test_the_list_follows_what_is_typed() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        assert [line.split()[0] for line in typist.listed().splitlines()[:-1]] == ["/stop", "/steer", "/stats"]
        await typist.type("a")
        assert [line.split()[0] for line in typist.listed().splitlines()[:-1]] == ["/stats"]
        await typist.type("x")
        assert not typist.composer.completing
        assert not typist.list.display
        await typist.press("backspace")
        assert typist.composer.completing


async def test_enter_runs_the_chosen_command() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.press("down", "enter")
        assert (typist.host.commands, typist.text, typist.composer.completing) == (["/steer"], "", False)


async def test_the_arrows_go_round_the_list_and_scroll_it() -> None:
    async with at_work() as typist:
        await typist.press("slash", "up")
        last = [action for action in ACTIONS if action.slash][-1]
        assert f"/{last.slash[0]}" in typist.listed()
        await typist.press("down", "enter")
        assert typist.host.commands == [f"/{next(action for action in ACTIONS if action.slash).slash[0]}"]


async def test_the_chosen_row_looks_other_than_the_rest() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        chosen, other = (next(iter(typist.list.render_line(y))).style for y in range(2))
        assert chosen is not None
        assert other is not None
        assert chosen.bgcolor != other.bgcolor
        assert chosen.color != chosen.bgcolor


async def test_tab_completes_without_running() -> None:
    async with at_work() as typist:
        await typist.type("/th")
        await typist.press("tab")
        assert (typist.text, typist.host.commands, typist.host.reached) == ("/theme ", [], [])
        await typist.type("nord\n")
        assert typist.host.commands == ["/theme nord"]


async def test_escape_closes_the_list_first_and_reaches_the_app_next() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.press("escape")
        assert (typist.composer.completing, typist.text, typist.host.reached) == (False, "/st", [])
        await typist.press("escape")
        assert typist.host.reached == ["cancel"]


async def test_a_closed_list_opens_again_when_the_text_changes() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.press("escape", "a")
        assert typist.composer.completing


async def test_a_click_in_the_list_runs_the_command() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.pilot.click(CompletionList, offset=(3, 1))
        await typist.pilot.pause()
        assert typist.host.commands == ["/steer"]
        assert typist.host.focused is typist.composer


async def test_a_click_on_the_hint_of_the_list_runs_nothing() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.pilot.click(CompletionList, offset=(3, 3))
        await typist.pilot.pause()
        assert (typist.host.commands, typist.text) == ([], "/st")


async def test_the_list_closes_when_the_input_loses_the_focus() -> None:
    async with at_work() as typist:
        await typist.press("slash")
        typist.host.screen.set_focus(None)
        await typist.pilot.pause()
        assert not typist.composer.completing


async def test_a_slash_inside_a_text_lists_nothing() -> None:
    async with at_work() as typist:
        await typist.type("a /")
        assert not typist.composer.completing
