"""What is offered while a filter is typed fits where it is put, and makes a filter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import SESSION, recorded
from tui.fold import fold
from tui.query import Completion, Vocabulary, complete, parse
from tui.query.fields import COMMON
from tui.state import State

SESSION_WORDS = Vocabulary(("Game Master", 'The "Bard"'), ("roll_dice", "roll_coin"), ("gpt-x",))


def offered(text: str) -> list[Completion]:
    """At the place of the `|`, or at the end."""
    before, _, after = text.partition("|")
    return complete(before + after, len(before), SESSION_WORDS)


def becomes(text: str) -> list[str]:
    """The filter after each of what is offered."""
    whole = text.replace("|", "")
    return [whole[: one.start] + one.insert + whole[one.end :] for one in offered(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ki", ["kind:"]),
        ("du", ["dur:", "duration:"]),
        ("kind", ["kind:", "kind=", "kind!="]),
        ("dur", ["dur:", "dur=", "dur!=", "dur>", "dur>=", "dur<", "dur<=", "duration:"]),
        ("failed:", ["failed:true", "failed:false"]),
        ("level:w", ["level:warning"]),
        ("kind:handoff_", ["kind:handoff_occurred"]),
        ("kind:tool,hando", ["kind:tool,handoff", "kind:tool,handoff_occurred"]),
        ("tool:roll_", ["tool:roll_dice", "tool:roll_coin"]),
        ("tool:ROLL_D", ["tool:roll_dice"]),
        ("agent:g", ['agent:"Game Master"']),
        ('agent:"Game M', ['agent:"Game Master"']),
        ('agent:"Game Master","The', [r'agent:"Game Master","The \"Bard\""']),
        ("agent=g", ['agent="Game Master"']),
        ("model:", ["model:gpt-x"]),
        ("status:fail", ["status:failed"]),
        ("not -sta", ["not -status:"]),
        ("(kin", ["(kind:"]),
        ("sta| kind:tool", ["status: kind:tool"]),
        ("kind:hand|x kind:tool", ["kind:handoff kind:tool", "kind:handoff_occurred kind:tool"]),
        ("tool:x an", ["tool:x and "]),
    ],
)
def test_what_fits_is_offered(text: str, first: list[str]) -> None:
    assert becomes(text) == first


@pytest.mark.parametrize(
    "text", ["text:x", '"kin', "nothing:x", "turn~", "kind>", "tool~roll", "dur>fast", "::", "x-y"]
)
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert offered(text) == []


def test_all_fields_of_the_log_are_offered_at_first_each_with_a_word_about_it() -> None:
    assert [one.insert for one in offered("")] == [f"{name}:" for name in COMMON]
    assert all(one.about and "\n" not in one.about for one in offered(""))


def test_after_a_term_the_next_may_be_joined_in_other_ways() -> None:
    assert [one.insert for one in offered("kind:tool ")][-3:] == ["and ", "not ", "or "]


def test_values_that_are_offered_make_a_filter() -> None:
    for text in (
        "kind:",
        "type:",
        "agent:",
        "tool:",
        "status:",
        "failed:",
        "dur>",
        "tokens>",
        "since:",
        "level:",
        "mode:",
    ):
        assert becomes(text)
        for whole in becomes(text):
            parse(whole)


def test_the_words_of_a_session_are_those_that_occur_in_it() -> None:
    state = State()
    for record in recorded(*SESSION):
        fold(state, record)
    words = Vocabulary.of_state(state)
    assert set(words.agents) == {"Guide", "Teller", "Oracle"}
    assert set(words.tools) == {"roll_dice", "ask_oracle"}
    assert words.models == ("gpt-x",)


@given(st.text(st.sampled_from('kind:tool"\\ ()-,~>agent='), max_size=16), st.integers(0, 16))
def test_what_is_offered_is_within_the_text(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for one in complete(text, cursor, SESSION_WORDS):
        assert 0 <= one.start <= cursor <= one.end <= len(text)
