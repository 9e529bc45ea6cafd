"""Labels of long pasted texts, without a screen."""

import pytest

from tui.ui.composer.pastes import Pastes


@pytest.mark.parametrize("text", ["", "short", "x" * 2_000, "\n" * 19])
def test_short_texts_stand_for_themselves(text: str) -> None:
    assert Pastes().fold(text) == text


@pytest.mark.parametrize("text", ["x" * 2_001, "line\n" * 20])
def test_long_texts_and_many_lines_get_a_label_that_tells_their_length(text: str) -> None:
    assert Pastes().fold(text) == f"[pasted {len(text):,} characters #1]"


def test_labels_expand_wherever_they_stand() -> None:
    pastes = Pastes()
    first, second = pastes.fold("a" * 3_000), pastes.fold("b" * 3_000)
    assert second == "[pasted 3,000 characters #2]"
    assert pastes.expand(f"{second}, then {first}!") == f"{'b' * 3_000}, then {'a' * 3_000}!"


def test_one_text_has_one_label() -> None:
    pastes = Pastes()
    assert pastes.fold("a" * 3_000) == pastes.fold("a" * 3_000)


def test_a_label_nothing_stands_behind_is_plain_text() -> None:
    pastes = Pastes()
    pastes.fold("a" * 3_000)
    foreign = "[pasted 9 characters #7]"
    assert pastes.expand(foreign) == foreign
    assert pastes.spans(foreign) == []


def test_a_pasted_text_that_looks_like_a_label_is_not_expanded_again() -> None:
    pastes = Pastes()
    first = pastes.fold("a" * 3_000)
    outer = f"{first}{'b' * 3_000}"
    assert pastes.expand(pastes.fold(outer)) == outer


def test_spans_are_where_labels_stand() -> None:
    pastes = Pastes()
    label = pastes.fold("a" * 3_000)
    assert pastes.spans(f"ab{label}c{label}") == [(2, 2 + len(label)), (3 + len(label), 3 + 2 * len(label))]
