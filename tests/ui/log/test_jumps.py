"""The rules of what a jump in the log goes to, and how times are told there."""

import pytest

from tui.state import Row
from tui.ui.log.clocks import offset
from tui.ui.log.jumps import is_error, medians, related, seek, slow_from
from tui.ui.search.seeking import PatternError, pattern_of


def row(kind: str = "tool", duration: float | None = None, key: str = "", status: str = "ok") -> Row:
    made = Row(1, 0.0, kind, "", "", duration=duration, key=key)
    made.status = "live" if status == "live" else "failed" if status == "failed" else "ok"
    return made


def found(rows: list[Row], start: int, by: int) -> int | None:
    return next((place for place in seek(rows.__getitem__, len(rows), start, by, is_error) if place is not None), None)


def slow(*rows: Row) -> list[bool]:
    usual = [found for found in medians(rows.__getitem__, len(rows)) if found is not None][-1]
    return [slow_from(usual, each) for each in rows]


def test_a_jump_goes_on_around_the_end_and_comes_back_to_where_it_was() -> None:
    rows = [row(status="failed"), row(), row(status="failed"), row()]
    assert [found(rows, start, 1) for start in range(4)] == [2, 2, 0, 0]
    assert [found(rows, start, -1) for start in range(4)] == [2, 0, 0, 2]
    assert found([row(), row(status="failed")], 1, 1) == 1
    assert found([row(), row()], 0, 1) is None


def test_a_long_way_gives_others_a_turn() -> None:
    rows = [row() for _ in range(1000)]
    assert list(seek(rows.__getitem__, 1000, 0, 1, is_error)) == [None] * 3


def test_slow_is_over_two_seconds_or_three_times_the_median_of_its_kind() -> None:
    assert slow(row(duration=0.1), row(duration=0.1), row(duration=0.31)) == [False, False, True]
    assert slow(row(duration=0.01), row(duration=0.01), row(duration=0.19)) == [False, False, False]
    assert slow(row(duration=2.1), row(duration=2.2)) == [True, True]
    assert slow(row(duration=0.01), row("model", 0.3), row("model", 0.3)) == [False, False, False]
    assert slow(row(duration=9.0, status="live"), row(duration=None)) == [False, False]


def test_rows_of_a_nested_agent_belong_to_its_call() -> None:
    call, inner, other, none = row(key="c"), row(key="c/1.1.0"), row(key="cc"), row()
    assert related(call, inner)
    assert related(inner, call)
    assert related(call, row(key="c"))
    assert not related(call, other)
    assert not related(none, none)


@pytest.mark.parametrize(
    ("seconds", "cells", "told"),
    [
        (0.1254, 12, "+0.125"), (65.25, 12, "+1:05.250"), (7384.5, 12, "+2:03:04.500"), (-0.5, 12, "-0.500"),
        (65.25, 8, "+1:05.2"), (0.1, 5, "+0.1"), (75.0, 5, "+1:15"), (7384.5, 5, "+2h"), (59.9996, 12, "+1:00.000"),
    ],
)  # fmt: skip
def test_an_offset_is_as_exact_as_fits(seconds: float, cells: int, told: str) -> None:
    assert offset(seconds, cells) == told.rjust(cells)


def test_case_counts_where_there_is_a_capital() -> None:
    small, large, regex = pattern_of("dice"), pattern_of("Dice"), pattern_of(r"~\Wdi.e")
    assert small is not None
    assert small.search("DICE")
    assert large is not None
    assert not large.search("dice")
    assert regex is not None
    assert regex.search(" DICE")
    assert pattern_of("~") is None
    dots = pattern_of("a.b")
    assert dots is not None
    assert not dots.search("axb")


def test_a_bad_pattern_is_pointed_at() -> None:
    with pytest.raises(PatternError) as caught:
        pattern_of("~a(b")
    assert caught.value.position == 2
