"""The colours of the skeleton, by theme: what Textual makes of each, worked out beforehand.

A test compares the skeleton with the app's own first frame, cell by cell, in every theme.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_COLOURS = (
    *("background", "panel", "title", "bar", "phase", "rule", "name"),
    *("typed", "border", "prompt", "placeholder", "hint", "under cursor", "cursor", "track"),
)
THEMES = {
    "ansi": "",
    "ansi-light": "",
    "daylight": "fbfbf9 e9eae8 202020 1d2430 4b4b4a c9ccd1 545d6b "
    "1d2430 1f5fbf 5e2e00 4b4b4a 454645 efeff0 5f646c e5e5e3",
    "dracula": "282a36 343746 e3e3e4 f8f8f2 b9c0da 44475a b9c0da "
    "f8f8f2 c9a6fb ffb5df b9c0da b9c0da 282a36 f8f8f2 181a25",
    "gruvbox": "282828 383432 e3e3e3 ebdbb2 bdae93 504945 bdae93 "
    "ebdbb2 a9c4b6 fbd375 bdae93 bdae93 282828 ebdbb2 181818",
    "high-contrast": "000000 141414 dddddd ffffff c4c4c4 8c8c8c c4c4c4 "
    "ffffff 7ab8ff ffe187 c4c4c4 c4c4c4 000000 ffffff 000000",
    "high-contrast-light": "ffffff f0f0f0 212121 000000 3d3d3d 6e6e6e 3d3d3d "
    "000000 003f9e 461c00 3d3d3d 3d3d3d ededed 4c4c4c e9e9e9",
    "midnight": "0f1420 1c2436 dfe0e2 d7deee 9fa1a5 2b354c 878d9b "
    "d7deee 82aaff ffd8b1 9fa1a5 a4a7ae 0f1420 d7deee 000010",
    "nord": "2e3440 3b4252 e3e4e6 e5e9f0 bcc6d6 4c566a bcc6d6 e5e9f0 8fc7d6 e7cde1 bcc6d6 bcc6d6 2e3440 e5e9f0 1e242f",
    "solarized-dark": "002b36 0a3d4a dde3e4 c3ced0 a3b4b7 1d5260 a3b4b7 "
    "c3ced0 57aee8 edc3a9 a3b4b7 a3b4b7 002b36 c3ced0 001b25",
    "solarized-light": "fdf6e3 eee8d5 201f1d 2f464e 4d6067 cfc8b2 4d6067 "
    "2f464e 135f99 5f2105 4d6067 4d6067 f0f1f1 6c7a7a e7e0cd",
}
"""Of each shipped theme the colours, in hex and the order of `_COLOURS`; empty: the terminal's own."""

_ANSI = {
    "ansi": {"rule": "90", "border": "94", "prompt": "95", "key": "95", "track": "40"},
    "ansi-light": {"rule": "37", "border": "34", "prompt": "35", "key": "35", "track": "47"},
}
"""What the themes made of the terminal's own colours take of them."""
_ON_PANEL = ("title", "bar", "phase", "key", "hint")
_BOLD = ("title", "tab", "prompt", "key")
_SAME = {"key": "prompt", "tab": "title"}
"""Roles without a colour of their own."""


class Look:
    """How each role is written to this terminal: in the theme's colours, or else in the terminal's own."""

    def __init__(self, theme: str) -> None:
        """A theme that is not shipped is not known here."""
        self._code = _code_for_terminal()
        colours = THEMES.get(theme, "") if self._code is not None else ""
        self._ansi = {} if "NO_COLOR" in os.environ else _ANSI.get(theme, {})
        self._colours = dict(zip(_COLOURS, colours.split(), strict=False))

    def paint(self, text: str, role: str) -> str:
        """The text with the codes before it; each sets everything anew."""
        codes = ["0", "1"] if role in _BOLD else ["0"]
        code = self._code
        if not self._colours or code is None:
            codes += ["7"] if role == "cursor" else [self._ansi[role]] if role in self._ansi else []
        elif role == "cursor":
            codes += [code(38, self._colours["under cursor"]), code(48, self._colours["cursor"])]
        elif role == "track":
            codes.append(code(48, self._colours["track"]))
        else:
            ground = "panel" if role in _ON_PANEL else "background"
            codes += [code(38, self._colours[_SAME.get(role, role)]), code(48, self._colours[ground])]
        return f"\x1b[{';'.join(codes)}m{text}"


def _code_for_terminal() -> "Callable[[int, str], str] | None":
    """How this terminal takes colours, told as Rich tells it; None where they are under 256 or not wanted."""
    if "NO_COLOR" in os.environ:
        return None
    if os.environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return _true_colour
    term = os.environ.get("TERM", "").strip().lower()
    return _one_of_256 if term.endswith(("-256color", "kitty")) else None


def _true_colour(ground: int, colour: str) -> str:
    red, green, blue = bytes.fromhex(colour)
    return f"{ground};2;{red};{green};{blue}"


def _one_of_256(ground: int, colour: str) -> str:
    """The one that Rich takes for it."""
    parts = bytes.fromhex(colour)
    least, most = min(parts) / 255, max(parts) / 255
    light = (least + most) / 2
    spread = most - least
    if spread == 0 or spread / (most + least if light <= 0.5 else 2 - most - least) < 0.15:
        grey = round(light * 25)
        number = 16 if grey == 0 else 231 if grey == 25 else 231 + grey
    else:
        red, green, blue = (round(part / 95 if part < 95 else 1 + (part - 95) / 40) for part in parts)
        number = 16 + 36 * red + 6 * green + blue
    return f"{ground};5;{number}"
