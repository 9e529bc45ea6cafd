"""Cutting Markdown into blocks: the same text in any pieces, and no block too dear to render in a frame."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.markdown.blocks import CODE_LINES, LIMIT, TABLE_ROWS, Block
from tui.ui.markdown.splitter import Splitter

_LINES = st.sampled_from(
    [
        "", "", "text", "more  ", "# head", "===", "---", "***", "- a", "- ", "  - b", "    deep", "1. one", "2) two",
        "> q", ">", "```py", "```", "~~~", "| a | b |", "|---|--:|", "a | b", "[x]: http://y.z", "\ttab", "-\ttab",
        "Tiếng Việt **đậm**", "日本語", "word " * 900, "x" * 5000,
    ]
)  # fmt: skip
_TEXTS = st.lists(_LINES, max_size=30).map("\n".join)


def blocks(text: str) -> list[Block]:
    splitter = Splitter()
    return splitter.feed(text) + splitter.finish()


@given(_TEXTS, st.data())
def test_any_chunking_gives_the_same_blocks(text: str, data: st.DataObject) -> None:
    splitter, found, at = Splitter(), [], 0
    while at < len(text):
        size = data.draw(st.integers(1, 2000))
        found += splitter.feed(text[at : at + size])
        at += size
    assert found + splitter.finish() == blocks(text)


@given(_TEXTS)
def test_the_tail_is_what_finishing_would_give_and_changes_nothing(text: str) -> None:
    splitter = Splitter()
    done = splitter.feed(text)
    tail = splitter.tail()
    assert splitter.tail() == tail
    assert all(block.open for block in tail)
    assert [block.text for block in done + tail] == [block.text for block in blocks(text)]


@given(_TEXTS)
def test_no_block_is_larger_than_its_limit(text: str) -> None:
    for block in blocks(text):
        assert len(block.text) <= LIMIT * 2 if block.kind == "table" else len(block.text) <= LIMIT + 100


@given(_TEXTS)
def test_no_visible_character_is_lost(text: str) -> None:
    joined = "".join(block.text for block in blocks(text))
    for word in ("Việt", "日本語", "deep", "q"):
        assert joined.count(word) >= text.count(word)


def test_paragraphs_headings_and_items_are_blocks() -> None:
    found = blocks("para\nmore\n\n# head\ntext\n- a\n  b\n- c\n\n\n9. d\n9. e")
    assert [(b.kind, b.text, b.gap, b.number) for b in found] == [
        ("prose", "para\nmore", False, -1),
        ("prose", "# head", True, -1),
        ("prose", "text", True, -1),
        ("item", "- a\n  b", True, -1),
        ("item", "- c", False, -1),
        ("item", "9. d", True, 9),
        ("item", "9. e", False, 10),
    ]


def test_what_belongs_to_an_item_stays_with_it() -> None:
    item = "1. do\n\n   ```py\n   x\n\n   - no item\n   ```\n   - nested\n\n   para"
    assert [b.text for b in blocks(f"{item}\nlazy\n2. next")] == [f"{item}\nlazy", "2. next"]


def test_loose_items_keep_the_gap_between_them() -> None:
    assert [b.gap for b in blocks("- a\n- b\n\n- c\n* d")] == [False, False, True, True]


def test_code_comes_in_chunks_with_its_language() -> None:
    code = "\n".join(f"line {n}" for n in range(CODE_LINES * 2 + 1))
    found = blocks(f"~~~ py title\n{code}\n~~~\nafter")
    assert [(b.kind, b.language, b.joined) for b in found] == [
        ("code", "py", False), ("code", "py", True), ("code", "py", True), ("prose", "", False),
    ]  # fmt: skip
    assert "\n".join(b.text for b in found[:3]) == code


def test_a_table_goes_on_with_its_header_in_every_chunk() -> None:
    head = "| a | b |\n|---|---|"
    found = blocks("intro\n" + head + "".join(f"\n| {n} | x |" for n in range(TABLE_ROWS + 5)))
    assert [(b.kind, b.joined, b.table) for b in found] == [
        ("prose", False, 0), ("table", False, 1), ("table", True, 1),
    ]  # fmt: skip
    assert found[1].text.startswith(head)
    assert found[2].text.startswith(f"{head}\n| {TABLE_ROWS} | x |")


def test_a_long_paragraph_is_cut_at_a_space() -> None:
    text = "word " * 2000
    found = blocks(text)
    assert "".join(b.text for b in found) == text
    assert [b.cut for b in found] == [True, True, False]
    assert [b.joined for b in found] == [False, True, True]


def test_the_rest_of_a_cut_quote_is_a_quote() -> None:
    assert all(b.text.startswith(">") for b in blocks("> " + "word " * 2000))


def test_code_within_a_cut_item_goes_on_as_code() -> None:
    lines = [f"  line {n} " + "x" * 50 for n in range(100)]
    found = blocks("- ```py\n" + "\n".join(lines) + "\n  ```\n- next")
    assert found[1].text.startswith("```py\nline ")
    assert (found[1].joined, found[1].indent) == (True, 2)
    assert found[-1].text == "- next"


def test_a_reference_definition_is_noticed_and_shows_nothing() -> None:
    splitter = Splitter()
    splitter.feed("[a]: http://x.y\n\ntext")
    assert not splitter.finish()[-1].gap
    assert splitter.defines


@pytest.mark.parametrize("unit", ["word ", "x", "- item\n", "| a | b |\n", "> q\n", "line\n", "`", "* ", "[", "#"])
def test_the_cost_is_linear_in_the_text(unit: str) -> None:
    def cost(size: int) -> float:
        text = ("```\n" if unit == "line\n" else "| a | b |\n|---|---|\n" if "|" in unit else "") + unit * (
            size // len(unit)
        )
        splitter, start = Splitter(), time.process_time()
        for at in range(0, len(text), 50):
            splitter.feed(text[at : at + 50])
        return time.process_time() - start

    cost(1000)
    small = max(0.001, min(cost(20_000) for _ in range(3)))
    assert cost(200_000) < small * 60
