"""HTML made of elements, escaped where it is put together: only what these functions made is taken as markup."""

import html
from typing import Final

_EMPTY: Final = frozenset({"meta"})
"""Elements without content and end tag."""


class Markup(str):
    """A piece of HTML that is safe as it stands."""

    __slots__ = ()


def tag(name: str, /, *inside: str, **attributes: str) -> Markup:
    """An element. Text inside and the values of attributes are escaped; `class_` is `class`, `_` in names is `-`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items() if value
    )
    if name in _EMPTY:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*pieces: str) -> Markup:
    """Pieces one after the other; text is escaped."""
    return Markup("".join(piece if isinstance(piece, Markup) else html.escape(piece, quote=False) for piece in pieces))
