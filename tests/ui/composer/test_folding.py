"""What is pasted into the input, and that nothing in it is ever lost."""

import pytest

from tests.ui.composer.typist import at_work
from tui.ui.composer.input import Composer

LONG = "x" * 3_000
LABEL = "[pasted 3,000 characters #1]"


# Pasting


async def test_a_paste_is_text_and_sends_nothing() -> None:
    async with at_work() as typist:
        await typist.paste("line one\r\nline two\rthree\n")
        assert (typist.text, typist.host.sent) == ("line one\nline two\nthree\n", [])


async def test_control_characters_in_a_paste_become_visible() -> None:
    async with at_work() as typist:
        await typist.paste("a\x1b[31mb\x00\u202ec")
        assert typist.text == "a␛[31mb␀\ufffdc"


async def test_a_pasted_command_opens_no_list_and_runs_only_as_it_stands() -> None:
    async with at_work() as typist:
        await typist.paste("/st")
        assert (typist.composer.completing, typist.host.commands) == (False, [])
        await typist.press("enter")
        assert typist.host.commands == ["/st"]


async def test_a_long_paste_is_a_label_until_it_is_sent() -> None:
    async with at_work() as typist:
        await typist.type("sum up: ")
        await typist.paste(LONG)
        assert (typist.text, typist.composer.draft) == (f"sum up: {LABEL}", f"sum up: {LONG}")
        await typist.press("enter")
        assert typist.host.sent == [f"sum up: {LONG}"]


@pytest.mark.parametrize("keys", [("backspace",), ("ctrl+w",), ("left", "delete")])
async def test_a_label_goes_as_a_whole_and_undo_brings_it_back(keys: tuple[str, ...]) -> None:
    async with at_work() as typist:
        await typist.type("a ")
        await typist.paste(LONG)
        await typist.press(*keys)
        assert typist.text == "a "
        await typist.press("ctrl+underscore")
        assert typist.composer.draft == f"a {LONG}"


async def test_the_cursor_steps_over_a_label() -> None:
    async with at_work() as typist:
        await typist.paste(LONG)
        await typist.press("left")
        assert typist.composer.cursor_location == (0, 0)
        await typist.press("right")
        assert typist.composer.cursor_location == (0, len(LABEL))


async def test_a_click_into_a_label_puts_the_cursor_beside_it() -> None:
    async with at_work() as typist:
        await typist.paste(LONG)
        await typist.pilot.click(Composer, offset=(2 + 5, 1))
        assert typist.composer.cursor_location == (0, 0)


async def test_pasting_the_same_again_shows_the_whole_text() -> None:
    async with at_work() as typist:
        await typist.paste(LONG)
        await typist.paste(LONG)
        assert typist.text == LONG


async def test_two_clicks_on_a_label_show_the_whole_text() -> None:
    async with at_work() as typist:
        await typist.paste(LONG)
        await typist.pilot.click(Composer, offset=(2 + 5, 1), times=2)
        assert typist.text == LONG


async def test_a_label_is_cut_and_copied_as_what_it_stands_for() -> None:
    async with at_work() as typist:
        await typist.paste(LONG)
        await typist.press("f7", "ctrl+c")
        assert typist.host.clipboard == LONG
        await typist.press("ctrl+x")
        assert (typist.text, typist.host.clipboard) == ("", LONG)
        await typist.press("ctrl+v")
        assert typist.text == LABEL


async def test_a_prompt_with_a_label_comes_back_from_the_history_with_it() -> None:
    async with at_work() as typist:
        await typist.type("sum up: ")
        await typist.paste(LONG)
        await typist.press("enter", "up")
        assert (typist.text, typist.composer.draft) == (f"sum up: {LABEL}", f"sum up: {LONG}")


# Nothing is lost


async def test_what_could_not_be_taken_comes_back_as_it_stood() -> None:
    async with at_work() as typist:
        await typist.type("sum up: ")
        await typist.paste(LONG)
        await typist.press("enter")
        typist.composer.restore(typist.host.sent[0])
        assert typist.text == f"sum up: {LABEL}"


async def test_what_was_typed_since_follows_what_comes_back() -> None:
    async with at_work() as typist:
        await typist.type("//help\nand")
        typist.composer.restore("/help")
        assert typist.text == "//help\nand"


async def test_a_command_that_comes_back_opens_no_list() -> None:
    async with at_work() as typist:
        await typist.press("slash", "escape", "enter")
        typist.composer.restore("/he")
        assert (typist.text, typist.composer.completing) == ("/he", False)


async def test_a_draft_can_be_set_cleared_and_undone() -> None:
    async with at_work() as typist:
        typist.composer.set_draft("from the editor\x07")
        assert typist.composer.draft == "from the editor␇"
        typist.composer.clear_draft()
        assert typist.composer.draft == ""
        await typist.press("ctrl+underscore")
        assert typist.composer.draft == "from the editor␇"
