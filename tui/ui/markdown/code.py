"""Source code in colours. What it takes is imported with the first piece of code, not before."""

from functools import lru_cache
from typing import Any

from tui.ui.lines.line import FILL, Page, Styles, chop, cut_runs

CONTINUED = "↳"
"""Before what does not fit on a line of code."""


def put_code(page: Page, styles: Styles, code: str, language: str, *, plain: bool = False, cut: bool = False) -> None:
    """Add code on its own background. `plain`: no colours; `cut`: its last line goes on in the code that follows."""
    ground = styles.number("code")
    text = code.expandtabs(4)
    runs = [len(text), ground] if plain else _runs(text, language, styles)
    page.enter(" ", " ", ground, bare=True)
    mark = styles.number("code", "muted")
    start = 0
    for line in text.split("\n"):
        last = start + len(line) == len(text)
        for left, right in chop(line, page.room - 1):
            if left:
                page.enter(CONTINUED, CONTINUED, mark, bare=True)
            piece = (*cut_runs(runs, start + left, start + right), FILL, ground)
            page.put(line[left:right], piece, soft=right < len(line) or (last and cut), bare=True)
            if left:
                page.leave()
        start += len(line) + 1
    page.leave()


def _runs(text: str, language: str, styles: Styles) -> list[int]:
    lexer = _lexer(language.lower())
    if lexer is None:
        return [len(text), styles.number("code")]
    runs: list[int] = []
    end = 0
    for at, kind, value in lexer.get_tokens_unprocessed(text):
        end = at + len(value)
        style = styles.number("code", kind)
        if runs and runs[-1] == style:
            runs[-2] = end
        else:
            runs += (end, style)
    return runs


@lru_cache(64)
def _lexer(language: str) -> Any:
    """The Pygments lexer of a language by its name; None for plain text. Never a guess: that costs 100 ms."""
    if not language:
        return None
    from rich.syntax import Syntax

    return Syntax("", language, theme="ansi_dark").lexer
