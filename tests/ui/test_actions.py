"""The table of actions: what the user can do has one place, and every name in it leads somewhere."""

import pytest
from textual.app import App
from textual.binding import Binding

from tui.ui.actions.table import (
    ACTIONS,
    BY_ID,
    UnknownCommandError,
    bindings,
    clashes,
    input_bindings,
    key_name,
    matching,
    nearest,
    resolve,
    unimplemented,
)
from tui.ui.app import AgentsApp
from tui.ui.composer.input import Composer


def test_ids_and_command_words_are_unique() -> None:
    words = [word for action in ACTIONS for word in action.slash]
    assert len(BY_ID) == len(ACTIONS)
    assert len(set(words)) == len(words)


def test_no_two_actions_want_one_key() -> None:
    assert clashes(ACTIONS, {}) == []


def test_a_keymap_that_takes_a_key_of_another_action_is_named() -> None:
    assert clashes(ACTIONS, {"zoom": "f7, f2"}) == ["f2 is wanted by chat and zoom"]


def test_a_keymap_can_swap_two_keys() -> None:
    assert clashes(ACTIONS, {"chat": "f3", "log": "f2"}) == []


def test_no_key_is_one_that_terminals_cannot_tell_from_another() -> None:
    same_as_another = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+left_square_bracket"}
    assert not same_as_another & {key for action in ACTIONS for key in action.keys}


def test_a_letter_is_no_priority_key() -> None:
    assert not [action.id for action in ACTIONS if action.priority and action.letters]


def test_every_action_can_be_reached_without_a_key_that_terminals_may_keep() -> None:
    """Besides the input's own and what a ladder or a pane does, everything with a key has a command too."""
    without = {action.id for action in ACTIONS if action.action and not action.slash}
    assert without == {
        "interrupt", "next_pane", "previous_pane", "page_up", "page_down", "top", "follow", "suspend",
    }  # fmt: skip


def test_bindings_carry_the_ids_that_a_keymap_names() -> None:
    made = [*bindings(), *input_bindings()]
    ids = {binding.id for binding in made if isinstance(binding, Binding) and binding.id is not None}
    assert ids == {action.id for action in ACTIONS if action.keys}


def test_the_app_and_the_input_have_a_method_for_each_action() -> None:
    assert unimplemented(AgentsApp, Composer) == []


def test_an_action_without_a_method_is_named() -> None:
    assert "cancel" in unimplemented(App, Composer)


@pytest.mark.parametrize(
    ("typed", "action", "argument"),
    [
        ("/help", "help", ""),
        ("/HELP", "help", ""),
        ("/q", "quit", ""),
        ("/theme nord", "theme", "nord"),
        ("/theme  two words ", "theme", "two words"),
        ("/theme ", "theme", ""),
    ],
)
def test_a_command_is_understood(typed: str, action: str, argument: str) -> None:
    assert resolve(typed) == (BY_ID[action], argument)


def test_an_unknown_command_gets_the_nearest() -> None:
    with pytest.raises(UnknownCommandError, match=r"^there is no command /hlep: did you mean /help\?$"):
        resolve("/hlep me")


def test_a_command_like_no_other_is_told_where_they_are_listed() -> None:
    assert nearest("zzzzzz") is None
    with pytest.raises(UnknownCommandError, match="/help lists them all"):
        resolve("/zzzzzz")


def test_a_prefix_finds_commands_in_table_order() -> None:
    assert [action.id for action in matching("st")] == ["finish", "steer", "stats"]
    assert matching("zzz") == []


def test_a_whole_word_comes_before_what_it_begins() -> None:
    assert matching("q")[0].id == "quit"
    assert [action.id for action in matching("log")] == ["log"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+j", "Ctrl+J"),
        ("shift+enter", "Shift+Enter"),
        ("pageup", "PgUp"),
        ("f1", "F1"),
        ("escape", "Esc"),
        ("question_mark", "?"),
        ("ctrl+underscore", "Ctrl+_"),
        ("y", "y"),
    ],
)
def test_keys_are_named_as_people_write_them(key: str, name: str) -> None:
    assert key_name(key) == name
