"""Roles of chat text to Rich styles, in the theme in use."""

from collections.abc import Hashable, Sequence
from typing import Final

from rich.style import Style

from tui.ui.lines.line import Styles
from tui.ui.themes.palette import Palette

_PLAIN: Final = {
    "strong": Style(bold=True),
    "em": Style(italic=True),
    "strike": Style(strike=True),
    "h1": Style(bold=True, underline=True),
    "h2": Style(bold=True),
    "h3": Style(bold=True, italic=True),
    "h4": Style(italic=True),
    "h5": Style(italic=True),
    "h6": Style(italic=True),
}
_NAMED: Final = {"code": "code_background", "caret": "primary", "bullet": "muted"}


class Looks:
    """The Rich style of each style number, for one palette, and the `base` that they are laid on."""

    def __init__(self, styles: Styles, palette: Palette, base: Style) -> None:
        self.palette = palette
        self.base = base
        self._styles = styles
        self._known: list[Style] = []

    def all(self) -> Sequence[Style]:
        """By index into `Styles.roles`."""
        roles = self._styles.roles
        if len(self._known) < len(roles):
            self._known += map(self._look, roles[len(self._known) :])
        return self._known

    def _look(self, roles: tuple[Hashable, ...]) -> Style:
        return Style.combine([self._role(role) for role in roles]) if roles else Style.null()

    def _role(self, role: Hashable) -> Style:
        if not isinstance(role, str):
            return self._token(role)
        if role in _PLAIN:
            return _PLAIN[role]
        look = getattr(self.palette, _NAMED.get(role, role))
        assert isinstance(look, Style)
        return look

    def _token(self, token: Hashable) -> Style:
        """Of a Pygments token, without the background of its theme."""
        from rich.syntax import Syntax

        assert isinstance(token, tuple)
        style = Syntax.get_theme(self.palette.code_theme).get_style_for_token(token)
        return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
