"""Markdown to lines: blocks one by one give what the whole text gives, in any width and script."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.lines.line import FILL, Line, Styles, copied
from tui.ui.markdown.blocks import Block
from tui.ui.markdown.layout import Message
from tui.ui.markdown.splitter import Splitter

CORPUS = [
    "para one\nline two", "para | pipe", "# Head", "Setext\n===", "Two\n---", "- a\n- b", "- a\n\n- b",
    "* x\n  y\n* z", "1. one\n2. two", "3) three\n4) four", "- a\n  - b\n    - c\n- d",
    "1. do\n   ```py\n   x = 1\n\n   y\n   ```\n2. next", "- a\n\n  para in a\n- b", "> q\n> r",
    "> - l\n> - m\nlazy", "```py\ndef f():\n\n    pass\n```", "~~~\na\n```\nb\n~~~", "    code\n\n    more",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| x", "text\n| a | b |\n|---|--:|\n| 1 | 2 |", "***", "- ", "-\n  foo",
    "10. ten\n11. eleven", "- [ ] task\n- [x] done", "see [ref] and [that][ref]", "<div>\nhtml\n</div>",
    "a  \nb\\\nc", "- a\nlazy\n- b", "1. a\n- b\n2. c", "Tiếng Việt **đậm**\nxin chào", "+ p\n+ q\n\n  r\n\ns",
    "  - indented\n  - list", "- # h\ntext", "- > q\n  > r\n- ```\n  c\n  ```", "para\n- x", "para\n2. x",
    "para\n1. x", "para\n```\nc\n```\nafter", "para\n# h\nafter", "&amp; &copy;", "- a\n\n\n  b", "-\n\n  c",
    "| a |\n|---|", "a\n    b", "\tcode tab", "-\ttab item\n\n\tcont", "1. a\n\n   b\n1. c",
    "![img](http://a/b.png) <http://auto.link>", "- a\n - b\n  - c\n   - d\n    - e", "## h ##\n## i",
    "- x\n***\n- y", '```py title="x"\n1\n```', "日本語のテキスト、とても長い文章です。",
    "😀👍🏽 Tiếng Việt: ả ệ **ữ**",
    "a *b **c** d* `e` ~~f~~ [g](http://h.i)",
]  # fmt: skip


def split(text: str) -> list[Block]:
    splitter = Splitter()
    return splitter.feed(text) + splitter.finish()


def by_blocks(text: str, width: int, styles: Styles) -> list[Line]:
    message, blocks = Message(styles), split(text)
    for block in blocks:
        message.render(block, width)  # link targets may come after their use
    return [line for block in blocks for line in message.render(block, width)]


def as_a_whole(text: str, width: int, styles: Styles) -> list[Line]:
    return Message(styles).render(Block("prose", text), width)


def texts(text: str, width: int = 40) -> list[str]:
    return [line[0].rstrip() for line in by_blocks(text, width, Styles())]


@pytest.mark.parametrize("text", CORPUS)
def test_blocks_give_the_lines_of_the_whole(text: str) -> None:
    styles = Styles()
    assert by_blocks(text, 30, styles) == as_a_whole(text, 30, styles)


@pytest.mark.parametrize("seed", range(150))
def test_blocks_give_the_lines_of_the_whole_in_any_company(seed: int) -> None:
    choice = random.Random(seed)
    text = "\n\n".join(choice.choices(CORPUS, k=8)) + "\n\n[ref]: http://x.y\n"
    styles = Styles()
    assert by_blocks(text, 40, styles) == as_a_whole(text, 40, styles)


@given(st.lists(st.sampled_from(CORPUS), max_size=6).map("\n\n".join), st.integers(8, 60))
def test_no_line_is_wider_than_there_is_room_but_for_spaces(text: str, width: int) -> None:
    for line, *_ in by_blocks(text, width, Styles()):
        if "│" not in line:
            assert cell_len(line.rstrip()) <= width


@given(st.text(st.sampled_from("aé漢👍🏽\u0301\u200d 😀ả.")), st.integers(4, 30))
def test_wrapped_text_is_whole_again_when_copied(text: str, width: int) -> None:
    plain = " ".join(text.split(" ")).strip()
    lines = Message(Styles()).render(Block("prose", plain), width)
    assert copied(lines).split() == plain.split()


def test_code_is_copied_as_it_is_though_it_wraps() -> None:
    code = "def f(x):\n\n    return '" + "long " * 20 + "'"
    lines = by_blocks(f"- item\n\n  ```python\n  {code.replace(chr(10), chr(10) + '  ')}\n  ```", 30, Styles())
    assert copied(lines[2:]) == code
    assert any("↳" in text for text, *_ in lines)


def test_code_fills_its_background_and_has_colours() -> None:
    styles = Styles()
    (line,) = by_blocks("```python\nx = 1\n```", 30, styles)
    assert line[1][-2] == FILL
    assert len(set(line[1][1::2])) > 2


def test_untagged_and_unknown_code_is_plain() -> None:
    styles = Styles()
    for fence in ("```", "```no-such-language"):
        assert len(set(by_blocks(f"{fence}\nx = 1\n```", 30, styles)[0][1][1::2])) == 1


def test_a_long_quote_is_copied_as_one_line_without_its_bars() -> None:
    text = "some words to wrap " * 6
    lines = by_blocks(f"> {text}", 30, Styles())
    assert len(lines) > 3
    assert copied(lines).strip() == text.strip()


def test_lists_are_numbered_and_indented() -> None:
    assert texts("7. a\n1. b\n\n   c\n   - d\n1. e") == ["7. a", "8. b", "", "   c", "   ◦ d", "9. e"]


def test_tables_align_shrink_and_become_lists() -> None:
    table = "| Name | N |\n|:--|--:|\n| **x** y | 1 |\n| z\\|w | 22 |"
    assert texts(table) == ["Name │  N", "─────┼───", "x y  │  1", "z|w  │ 22"]
    wide = "| a | b | c |\n|-|-|-|\n| some words here | more words there | and even more words |"
    assert all(cell_len(line) <= 30 for line in texts(wide, 30))
    assert texts(wide, 16)[:3] == ["a: some words", "here", "b: more words"]


def test_later_rows_of_a_table_keep_the_columns_of_the_first() -> None:
    rows = "".join(f"| {n} | {'x' * n} |\n" for n in range(100))
    lines = texts(f"| n | v |\n|---|---|\n{rows}", 200)
    assert len({line.index("│") for line in lines if "│" in line}) == 1


def test_links_keep_their_target_and_only_safe_ones_are_links() -> None:
    styles = Styles()
    text = "[a](https://x.y/z) [b](src/app.py) [c](javascript:alert) https://bare.url/p. <me@x.y> [d](file:///etc)"
    lines = by_blocks(text, 200, styles)
    targets = {styles.link(style) for line in lines for style in line[1][1::2]}
    assert targets == {"", "https://x.y/z", "https://bare.url/p", "mailto:me@x.y"}
    assert "b (src/app.py)" in lines[0][0]


def test_images_are_named_and_not_fetched() -> None:
    assert texts("![alt](http://x.y/z.png)") == ["[image: alt]"]


def test_entities_cannot_bring_in_control_characters() -> None:
    assert texts("a &#x202e; b &#27; c &#x9b; d &#x200f; &amp;") == ["a � b � c � d � &"]


def test_styles_stay_few_whatever_the_text_nests() -> None:
    styles = Styles()
    by_blocks("".join("**_~~" for _ in range(50)) + "x" + "".join("~~_**" for _ in range(50)), 40, styles)
    by_blocks("\n\n".join("> " * n + "*a* **b**" for n in range(20)), 40, styles)
    assert len(styles.roles) < 40
