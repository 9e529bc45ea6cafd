"""The input in a small app: every key, pastes, commands and their completion, at two sizes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from tui.ui.actions import ACTIONS, bindings
from tui.ui.completion import CompletionList
from tui.ui.composer import Composer

SIZES = [(60, 16), (120, 40)]
LONG = "x" * 3_000
LABEL = "[pasted 3,000 characters #1]"


class Bare(Screen[None], inherit_bindings=False):
    """Leaves Tab and Ctrl+C to the app."""


class Host(App[None]):
    """Writes down which actions of the app were reached, and what the input said."""

    CSS = "#above { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, history: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.history = history
        self.reached: list[str] = []
        self.sent: list[str] = []
        self.commands: list[str] = []

    def get_default_screen(self) -> Screen[None]:
        return Bare()

    def compose(self) -> ComposeResult:
        yield Static("", id="above")
        yield Composer(self.history, id="composer")

    def on_mount(self) -> None:
        self.query_one(Composer).focus()

    @on(Composer.Submitted)
    def _submitted(self, message: Composer.Submitted) -> None:
        self.sent.append(message.text)

    @on(Composer.CommandEntered)
    def _entered(self, message: Composer.CommandEntered) -> None:
        self.commands.append(message.text)


def _recorder(name: str) -> Callable[..., None]:
    return lambda host, *parameters: host.reached.append(name)


for _action in ACTIONS:
    if _action.action:
        _name = _action.action.partition("(")[0]
        setattr(Host, f"action_{_name}", _recorder(_name))


class Typist:
    """Hands on the keyboard of a running host."""

    def __init__(self, host: Host, pilot: Pilot[None]) -> None:
        self.host = host
        self.pilot = pilot
        self.composer = host.query_one(Composer)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*("enter" if character == "\n" else character for character in text))

    async def event(self, event: events.Event) -> None:
        self.composer.post_message(event)
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        await self.event(events.Paste(text))

    @property
    def text(self) -> str:
        return self.composer.text

    @property
    def list(self) -> CompletionList:
        return self.host.query_one(CompletionList)

    def listed(self) -> str:
        return self.list.render().plain


@asynccontextmanager
async def at_work(size: tuple[int, int] = (60, 16), history: tuple[str, ...] = ()) -> AsyncIterator[Typist]:
    host = Host(history)
    async with host.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Typist(host, pilot)


# Sending and new lines


async def test_enter_sends_what_is_typed_and_empties_the_input() -> None:
    async with at_work() as typist:
        await typist.type("hello there\n")
        assert (typist.host.sent, typist.text) == (["hello there"], "")


@pytest.mark.parametrize("blank", ["", "   "])
async def test_nothing_is_sent_while_nothing_is_typed(blank: str) -> None:
    async with at_work() as typist:
        await typist.type(f"{blank}\n")
        assert typist.host.sent == []


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter", "shift+\r", "alt+\r", "ctrl+\r"])
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
        for number in range(12):
            await typist.press(str(number % 10), "ctrl+j")
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


# Completion


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
        assert [line.split()[0] for line in typist.listed().splitlines()[:-1]] == ["/stop", "/stats"]
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
        assert (typist.host.commands, typist.text, typist.composer.completing) == (["/stats"], "", False)


async def test_the_arrows_go_round_the_list_and_scroll_it() -> None:
    async with at_work() as typist:
        await typist.press("slash", "up")
        last = [action for action in ACTIONS if action.slash][-1]
        assert f"/{last.slash[0]}" in typist.listed()
        await typist.press("down", "enter")
        assert typist.host.commands == [f"/{next(action for action in ACTIONS if action.slash).slash[0]}"]


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
        assert typist.host.commands == ["/stats"]
        assert typist.host.focused is typist.composer


async def test_a_click_on_the_hint_of_the_list_runs_nothing() -> None:
    async with at_work() as typist:
        await typist.type("/st")
        await typist.pilot.click(CompletionList, offset=(3, 2))
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
