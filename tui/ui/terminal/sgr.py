"""How a terminal is told the looks of a text: only what differs from those in force."""

from functools import lru_cache
from typing import Final, NamedTuple


class Look(NamedTuple):
    """Parameters of SGR (ECMA-48, 8.3.117), joined by semicolons; empty: the terminal's own."""

    attributes: str
    color: str
    background: str


PLAIN: Final = Look("", "", "")
_SEEN_ON_BLANKS: Final = frozenset(["4", "7", "9", "21", "53"])
"""Underlined, reversed, struck, doubly underlined, overlined."""


@lru_cache(4096)
def look(parameters: str) -> Look:
    """The look that such parameters give to a text that has none."""
    kinds: dict[str, list[str]] = {"attribute": [], "color": [], "background": []}
    left = iter(parameters.split(";"))
    for code in filter(None, left):
        depth = [next(left)] if code in ("38", "48") else []
        rest = [next(left) for _ in range(3 if depth == ["2"] else len(depth))]
        kinds[_kind(code)].append(";".join((code, *depth, *rest)))
    attributes, colors, backgrounds = kinds.values()
    return Look(";".join(attributes), ";".join(colors[-1:]), ";".join(backgrounds[-1:]))


def _kind(code: str) -> str:
    tens = code[:-1]
    if tens in ("3", "9"):
        return "color"
    return "background" if tens in ("4", "10") else "attribute"


@lru_cache(4096)
def for_blanks(before: Look, now: Look) -> Look:
    """What to write blanks in that are to look like `now`: where nothing of it can be seen, the look in force."""
    if _seen_on_blanks(before) or _seen_on_blanks(now):
        return now
    return before._replace(background=now.background)


def _seen_on_blanks(look: Look) -> bool:
    return not _SEEN_ON_BLANKS.isdisjoint(look.attributes.split(";"))


@lru_cache(4096)
def change(before: Look, now: Look) -> str:
    """The sequence that has what follows look like `now`; empty where it does."""
    if before == now:
        return ""
    anew = ";".join(filter(None, ("0" if before != PLAIN else "", *now)))
    if before.attributes and before.attributes != now.attributes:
        return f"\x1b[{anew}m"
    changes = (
        now.attributes if now.attributes != before.attributes else "",
        (now.color or "39") if now.color != before.color else "",
        (now.background or "49") if now.background != before.background else "",
    )
    return f"\x1b[{min(anew, ';'.join(filter(None, changes)), key=len)}m"
