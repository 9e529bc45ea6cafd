"""Telling a terminal what differs of a look is the same as telling it the whole."""

from itertools import chain

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyte.screens import Char

from tui.ui.terminal import sgr

ATTRIBUTES = st.lists(st.sampled_from(["1", "3", "4", "5", "7", "9"]), unique=True, max_size=3).map(sorted)
COLORS = st.sampled_from([[], ["31"], ["97"], ["39"], ["38", "5", "208"], ["38", "2", "1", "20", "200"]])
BACKGROUNDS = st.sampled_from([[], ["44"], ["103"], ["49"], ["48", "5", "17"], ["48", "2", "9", "9", "90"]])
PARAMETERS = st.tuples(ATTRIBUTES, COLORS, BACKGROUNDS).map(lambda parts: ";".join(chain(*parts)))


def shown(written: str) -> Char:
    """The last cell of what was written on a line."""
    screen = pyte.Screen(80, 1)
    pyte.Stream(screen).feed(written)
    cell: Char = screen.buffer[0][screen.cursor.x - 1]
    return cell


@given(PARAMETERS, PARAMETERS)
def test_what_follows_a_change_looks_as_if_all_had_been_told(before: str, now: str) -> None:
    change = sgr.change(sgr.look(before), sgr.look(now))
    assert shown(f"\x1b[0;{before}mx{change}y") == shown(f"\x1b[0;{now}my")
    assert len(change) <= len(f"\x1b[0;{now}m"), "no more is written than before there were changes"


@given(PARAMETERS, PARAMETERS)
def test_blanks_show_the_background_and_what_can_be_seen_on_them(before: str, now: str) -> None:
    look = sgr.for_blanks(sgr.look(before), sgr.look(now))
    cell, whole = shown(f"\x1b[0;{before}mx{sgr.change(sgr.look(before), look)} "), shown(f"\x1b[0;{now}m ")
    assert cell.bg == whole.bg
    for sign in ("underscore", "reverse", "strikethrough"):
        assert getattr(cell, sign) == getattr(whole, sign)
    if whole.reverse:
        assert cell.fg == whole.fg


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("", ("", "", "")),
        ("1;38;2;215;222;238;48;2;15;20;32", ("1", "38;2;215;222;238", "48;2;15;20;32")),
        ("2;3;91;105", ("2;3", "91", "105")),
        ("38;5;9;49", ("", "38;5;9", "49")),
    ],
)
def test_a_look_is_its_attributes_and_its_colours(parameters: str, look: tuple[str, str, str]) -> None:
    assert sgr.look(parameters) == look
