"""The pace of what is shown: never back, never more than there is, in the end all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.pace import READING, PaceError, Pacing, parse, whole_words

STEPS = st.lists(st.tuples(st.integers(0, 400), st.floats(-1.0, 20.0)), max_size=60)
"""Characters that come, and seconds that pass."""


@given(STEPS, st.floats(30, 6000))
def test_shown_grows_within_what_came_and_reaches_all_of_it(steps: list[tuple[int, float]], speed: float) -> None:
    pacing, length, now, before = Pacing(speed), 0, 1000.0, 0
    for more, passed in steps:
        length, now = length + more, now + passed
        shown = pacing.shown(length, now, over=False)
        assert before <= shown <= length
        before = shown
    newest = max(now, 1000.0) + 20 * len(steps)
    assert before <= pacing.shown(length, newest, over=True) <= length
    assert pacing.shown(length, newest + 3.01, over=True) == length


def test_the_speed_is_what_was_asked_for() -> None:
    pacing = Pacing(240)  # four words, 24 characters, a second
    assert pacing.shown(1000, 0.0, over=False) == 12
    assert pacing.shown(1000, 10.0, over=False) == 12 + 240
    assert pacing.shown(2000, 5.0, over=False) == 12 + 240, "a clock that goes back stands"


def test_silence_is_not_made_up_for() -> None:
    pacing = Pacing(240)
    pacing.shown(10, 0.0, over=False)
    assert pacing.shown(10, 100.0, over=False) == 10
    assert pacing.shown(1000, 101.0, over=False) == 10 + 24


def test_the_rest_is_shown_soon_and_never_slower_than_the_pace() -> None:
    pacing = Pacing(240)
    pacing.shown(3012, 0.0, over=False)
    assert pacing.shown(3012, 0.0, over=True) == 12
    assert pacing.shown(3012, 1.5, over=True) == pytest.approx(1512, abs=1)
    short = Pacing(6000)
    short.shown(100, 0.0, over=True)
    assert short.shown(100, 0.2, over=True) == 100


def test_what_the_user_may_ask_for() -> None:
    assert parse("live") is None
    assert parse(" Reading") == READING
    assert parse("500") == 500.0
    for wrong in ("", "fast", "29", "6001", "-5", "1e3", "５００"):
        with pytest.raises(PaceError, match="/pace takes reading, live"):
            parse(wrong)


@given(st.text())
def test_words_are_not_cut(text: str) -> None:
    shown = whole_words(text)
    assert text.startswith(shown)
    assert not shown or shown[-1] in " \n" or shown == text


def test_a_text_without_blanks_is_not_held_back() -> None:
    assert whole_words("one two thr") == "one two "
    assert whole_words("東京" * 30) == "東京" * 30
    assert whole_words("東京") == ""
