"""What is typed into the input: sent, kept, run as a command, or left to the app."""

import pytest
from textual import events

from tests.ui.composer.typist import SIZES, at_work

# Sending


async def test_enter_sends_what_is_typed_and_empties_the_input() -> None:
    async with at_work() as typist:
        await typist.type("hello there\n")
        assert (typist.host.sent, typist.text) == (["hello there"], "")


@pytest.mark.parametrize("blank", ["", "   "])
async def test_nothing_is_sent_while_nothing_is_typed(blank: str) -> None:
    async with at_work() as typist:
        await typist.type(f"{blank}\n")
        assert typist.host.sent == []


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter", "shift+\r", "ctrl+\r", "\r"])
async def test_a_modified_enter_begins_a_new_line(key: str) -> None:
    async with at_work() as typist:
        await typist.type("one")
        await typist.event(events.Key(key, "\n" if key == "ctrl+j" else None))
        await typist.type("two\n")
        assert typist.host.sent == ["one\ntwo"]


async def test_enter_after_a_backslash_begins_a_new_line_in_its_place() -> None:
    async with at_work() as typist:
        await typist.type("one\\\ntwo\n")
        assert typist.host.sent == ["one\ntwo"]


async def test_two_backslashes_are_text() -> None:
    async with at_work() as typist:
        await typist.type("one\\\\\n")
        assert typist.host.sent == ["one\\\\"]


@pytest.mark.parametrize("size", SIZES)
async def test_it_grows_to_eight_lines_then_scrolls_and_shrinks_when_sent(size: tuple[int, int]) -> None:
    async with at_work(size) as typist:
        assert typist.composer.size.height == 1
        await typist.press("ctrl+j")
        assert typist.composer.size.height == 2
        await typist.paste("a line\n" * 12)
        assert typist.composer.size.height == 8
        assert typist.composer.scroll_offset.y > 0
        await typist.press("enter")
        assert typist.composer.size.height == 1


async def test_a_long_line_wraps_instead_of_scrolling_sideways() -> None:
    async with at_work() as typist:
        await typist.paste("word " * 30)
        assert typist.composer.size.height == 3
        assert typist.composer.scroll_offset.x == 0


async def test_the_prompt_glyph_stands_before_the_first_line_only() -> None:
    async with at_work() as typist:
        await typist.press("a", "ctrl+j", "b")
        lines = [typist.composer.render_line(y).text for y in range(2)]
        assert [line.rstrip() for line in lines] == ["› a", "  b"]


async def test_the_placeholder_tells_what_to_do() -> None:
    async with at_work() as typist:
        assert typist.composer.render_line(0).text.startswith("› ask, or / for commands")


@pytest.mark.parametrize("typed", ["Tiếng Việt e\u0302\u0301", "日本語 한국어", "👩\u200d💻 ok"])
async def test_text_of_any_script_is_sent_as_it_was_typed(typed: str) -> None:
    async with at_work() as typist:
        for word in typed.partition(" "):
            await typist.event(events.Key("phrase", word))
        await typist.press("enter")
        assert typist.host.sent == [typed]


async def test_the_terminal_cursor_is_where_an_input_method_opens_its_window() -> None:
    async with at_work() as typist:
        await typist.event(events.Key("phrase", "日本"))
        assert typist.host.cursor_position == (len("› ") + 4, typist.composer.region.y + 1)


async def test_decomposed_letters_typed_one_key_each_stay_together() -> None:
    async with at_work() as typist:
        for character in "e\u0302\u0301n":
            await typist.event(events.Key("key", character))
        await typist.press("enter")
        assert typist.host.sent == ["e\u0302\u0301n"]


# Commands


@pytest.mark.parametrize("typed", ["/stats", "/theme nord", "/hlep"])
async def test_a_slash_and_a_word_are_a_command(typed: str) -> None:
    async with at_work() as typist:
        await typist.type(f"{typed}\n")
        assert (typist.host.commands, typist.host.sent) == ([typed], [])


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("//help", "/help"),
        ("// a comment", "// a comment"),
        ("/usr/bin/env is what?", "/usr/bin/env is what?"),
        (" /help", " /help"),
        ("/2 of 3", "/2 of 3"),
    ],
)
async def test_what_only_looks_like_a_command_is_a_prompt(typed: str, sent: str) -> None:
    async with at_work() as typist:
        await typist.type(f"{typed}\n")
        assert (typist.host.sent, typist.host.commands) == ([sent], [])


async def test_a_text_of_more_lines_is_never_a_command() -> None:
    async with at_work() as typist:
        await typist.paste("/quit\nplease")
        await typist.press("enter")
        assert (typist.host.sent, typist.host.commands) == (["/quit\nplease"], [])


# What was entered before


async def test_up_and_down_walk_through_what_was_entered_and_keep_the_draft() -> None:
    async with at_work(history=("first", "second")) as typist:
        await typist.press("up")
        assert typist.text == "second"
        await typist.press("up", "up")
        assert typist.text == "first"
        await typist.press("down", "down")
        assert typist.text == ""


async def test_what_is_typed_selects_what_begins_with_it() -> None:
    async with at_work(history=("alpha", "beta")) as typist:
        await typist.type("al")
        await typist.press("up")
        assert typist.text == "alpha"
        await typist.press("down")
        assert typist.text == "al"


async def test_in_a_text_of_more_lines_up_and_down_move_first() -> None:
    async with at_work(history=("one\ntwo", "last")) as typist:
        await typist.press("up", "up")
        assert (typist.text, typist.composer.cursor_location) == ("one\ntwo", (1, 3))
        await typist.press("up")
        assert (typist.text, typist.composer.cursor_location) == ("one\ntwo", (0, 3))
        await typist.press("down", "down")
        assert typist.text == "last"


async def test_prompts_and_commands_can_be_entered_again() -> None:
    async with at_work() as typist:
        await typist.type("a prompt\n/stats\n")
        await typist.press("up")
        assert (typist.text, typist.composer.completing) == ("/stats", False)
        await typist.press("up")
        assert typist.text == "a prompt"


# Keys that are the app's


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("escape", "cancel"), ("ctrl+c", "interrupt"), ("ctrl+q", "leave"), ("ctrl+z", "suspend_process"),
        ("pageup", "scroll_chat"), ("pagedown", "scroll_chat"), ("ctrl+home", "chat_top"), ("ctrl+end", "chat_end"),
        ("tab", "next_pane"), ("shift+tab", "next_pane"), ("f1", "help"), ("f2", "pane"), ("f8", "zoom"),
        ("f9", "mouse"), ("ctrl+p", "palette"), ("ctrl+g", "editor"), ("ctrl+o", "expand"), ("ctrl+t", "detail"),
        ("ctrl+l", "redraw"),
    ],
)  # fmt: skip
async def test_the_app_gets_its_keys_while_something_is_typed(key: str, action: str) -> None:
    async with at_work() as typist:
        await typist.type("draft")
        await typist.press(key)
        assert (typist.host.reached, typist.text) == ([action], "draft")


@pytest.mark.parametrize("letter", ["question_mark", "colon"])
async def test_letters_are_typed_here_and_act_elsewhere(letter: str) -> None:
    async with at_work() as typist:
        await typist.press(letter)
        assert typist.text in ("?", ":")
        assert typist.host.reached == []
        typist.host.screen.set_focus(None)
        await typist.press(letter)
        assert typist.host.reached in (["help"], ["palette"])


async def test_ctrl_c_copies_a_selection_first() -> None:
    async with at_work() as typist:
        await typist.type("word")
        await typist.press("f7", "ctrl+c")
        assert (typist.host.clipboard, typist.host.reached) == ("word", [])


async def test_ctrl_d_quits_only_with_nothing_typed() -> None:
    async with at_work() as typist:
        await typist.type("ab")
        await typist.press("home", "ctrl+d")
        assert (typist.text, typist.host.reached) == ("b", [])
        await typist.press("ctrl+d", "ctrl+d")
        assert typist.host.reached == ["leave"]


async def test_a_keymap_moves_the_keys_of_the_input_too() -> None:
    async with at_work() as typist:
        typist.host.set_keymap({"send": "ctrl+s", "newline": "enter"})
        await typist.type("one\ntwo")
        await typist.press("ctrl+s")
        assert typist.host.sent == ["one\ntwo"]
