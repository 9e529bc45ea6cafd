"""What stands within a paragraph, heading or table cell: its text and the styles of it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tui.safety import visible
from tui.ui.lines.line import Runs, Styles

if TYPE_CHECKING:
    from markdown_it.token import Token

_SPANS: Final = {"em": "em", "strong": "strong", "s": "strike"}
_URL: Final = re.compile(r"https?://[^\s<>\"'`\u201c\u201d]*[^\s<>\"'`\u201c\u201d.,;:!?)\]}*_]")
_SAFE: Final = ("http://", "https://", "mailto:")


class Inline:
    """Text and style runs of inline Markdown."""

    def __init__(self, styles: Styles, roles: tuple[str, ...]) -> None:
        self._styles = styles
        self._roles = list(roles)
        self._links: list[tuple[str, int]] = []
        self._text = ""
        self._runs: list[int] = []

    def run(self, tokens: Sequence["Token"]) -> tuple[str, Runs]:
        for token in tokens:
            self._take(token)
        return self._text, tuple(self._runs)

    def _take(self, token: "Token") -> None:
        kind, _, edge = token.type.partition("_")
        if kind in _SPANS:
            if edge == "open":
                self._roles.append(_SPANS[kind])
            else:
                self._roles.pop()
            return
        match token.type:
            case "softbreak":
                self._add(" ")
            case "hardbreak":
                self._add("\n")
            case "code_inline":
                self._add(visible(token.content), "inline_code")
            case "link_open":
                self._links.append((visible(str(token.attrs.get("href", ""))), len(self._text)))
            case "link_close":
                href, start = self._links.pop()
                if not href.startswith(_SAFE) and href and self._text[start:] != href:
                    self._add(f" ({href})", "muted")
            case "image":
                target = visible(str(token.attrs.get("src", "")))
                self._add(f"[image: {visible(token.content) or target}]", "muted", link=target)
            case _:
                self._add_text(visible(token.content).replace("\t", " "))

    def _add_text(self, text: str) -> None:
        start = 0
        for url in _URL.finditer(text) if "://" in text and not self._links else ():
            self._add(text[start : url.start()])
            self._add(url[0], link=url[0])
            start = url.end()
        self._add(text[start:])

    def _add(self, text: str, *roles: str, link: str = "") -> None:
        if not text:
            return
        target = self._links[-1][0] if self._links and not link else link
        target = target if target.startswith(_SAFE) else ""
        style = self._styles.number(*dict.fromkeys(self._roles), *roles, *(("link",) if target else ()), link=target)
        self._text += text
        if self._runs and self._runs[-1] == style:
            self._runs[-2] = len(self._text)
        else:
            self._runs += (len(self._text), style)
