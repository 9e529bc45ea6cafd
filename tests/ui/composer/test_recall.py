"""Going back through what was entered, without a screen."""

from tui.ui.composer.recall import Recall


def test_the_walk_goes_back_to_the_oldest_and_stays_there() -> None:
    recall = Recall(["one", "two"])
    assert recall.older("") == "two"
    assert recall.older("two") == "one"
    assert recall.older("one") is None


def test_the_way_forward_ends_at_the_draft() -> None:
    recall = Recall(["so it goes", "some", "other"])
    assert recall.older("so") == "some"
    assert recall.older("some") == "so it goes"
    assert recall.newer("so it goes") == "some"
    assert recall.newer("some") == "so"
    assert recall.newer("so") is None


def test_the_draft_selects_entries_that_begin_with_it() -> None:
    recall = Recall(["alpha", "beta", "alpine"])
    assert recall.older("al") == "alpine"
    assert recall.older("alpine") == "alpha"
    assert recall.older("alpha") is None


def test_an_entry_that_was_changed_is_the_new_draft() -> None:
    recall = Recall(["one", "two"])
    assert recall.older("") == "two"
    assert recall.newer("two, but changed") is None
    assert recall.older("o") == "one"
    assert recall.newer("one") == "o"


def test_repeats_are_kept_once_and_skipped() -> None:
    recall = Recall([])
    for entry in ("same", "same", "other", "same"):
        recall.add(entry)
    assert recall.entries == ["same", "other", "same"]
    assert recall.older("same") is None
    assert recall.older("o") == "other"


def test_adding_ends_a_walk() -> None:
    recall = Recall(["one", "two"])
    recall.older("")
    recall.add("three")
    assert recall.newer("two") is None
    assert recall.older("") == "three"
