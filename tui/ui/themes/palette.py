"""The theme in use as Rich styles, for widgets that paint their own lines: Rich colours follow no `$variables`."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

SEMANTIC: Final[Mapping[str, str]] = {
    "user": "text-accent",
    "assistant": "text-primary",
    "reasoning": "text-muted",
    "tool-running": "text-warning",
    "tool-ok": "text-success",
    "tool-failed": "text-error",
    "handoff": "text-secondary",
    "notice": "text-muted",
    "code-background": "surface",
    "quote": "text-muted",
    "link": "text-primary",
    "heading": "text-primary",
    "inline-code": "text-accent",
    "stopped": "text-warning",
    "spark": "text-primary",
    "chip": "panel",
}
"""The client's own colour variables, each with the Textual variable that stands in where a theme leaves it out."""

CODE_THEME: Final = "code-theme"
"""The variable that names the Pygments style (or Rich's `ansi_dark`, `ansi_light`) for code."""

_ANSI_GAPS: Final = ("ansi-background", "ansi-foreground", "surface-active", "foreground-disabled")
"""Variables that Textual 8.2 uses or generates for other themes, but not for one with `ansi = true`."""

_SHARE: Final = re.compile(r"(.+?)(?: +(100|\d{1,2})%)?")


def variable_defaults(theme: Theme) -> dict[str, str]:
    """What `App.get_theme_variable_defaults` returns for any theme: the variables that Textual does not generate."""
    return _defaults(theme, theme.to_color_system().generate())


def theme_variables(theme: Theme) -> dict[str, str]:
    """All variables of a theme, as `App.theme_variables` has them while it is in use."""
    colors = theme.to_color_system().generate()
    return _defaults(theme, colors) | colors | theme.variables


def _defaults(theme: Theme, colors: Mapping[str, str]) -> dict[str, str]:
    background = Color.parse(colors["background"])
    found = {name: resolve(colors[stand_in], background)[0].hex for name, stand_in in SEMANTIC.items()}
    if theme.ansi:
        found |= dict.fromkeys(_ANSI_GAPS, "ansi_default")
        found[CODE_THEME] = "ansi_dark" if theme.dark else "ansi_light"
    else:
        found[CODE_THEME] = "monokai" if theme.dark else "xcode"
    return found


class Palette(msgspec.Struct, frozen=True, kw_only=True):
    """One style for each role. `error`, `tool_failed` and the like differ in more than colour, for `NO_COLOR`.

    Take a new one and drop cached strips when the style changes (`notify_style_update`). Fields add up:
    `palette.code_background + palette.text`.
    """

    background: Style
    surface: Style
    panel: Style
    code_background: Style
    text: Style
    muted: Style
    bold: Style
    primary: Style
    accent: Style
    success: Style
    warning: Style
    error: Style
    border: Style
    border_blurred: Style
    user: Style
    assistant: Style
    reasoning: Style
    tool_running: Style
    tool_ok: Style
    tool_failed: Style
    handoff: Style
    notice: Style
    quote: Style
    link: Style
    heading: Style
    inline_code: Style
    """On its own background."""
    stopped: Style
    spark: Style
    chip: Style
    """A label on its own background, as are `selection` and `cursor`; in ANSI themes all three are reverse video."""
    selection: Style
    cursor: Style
    """The chosen row of a list."""
    code_theme: str

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> "Palette":
        """The palette of `App.theme_variables`, in an app whose variable defaults are `variable_defaults`."""
        look = _Look(variables, Color.parse(variables["background"]))
        fore, back, label = look.fore, look.back, look.label
        return cls(
            background=back("background"),
            surface=back("surface"),
            panel=back("panel"),
            code_background=back("code-background"),
            text=fore("text"),
            muted=fore("text-muted"),
            bold=fore("text", bold=True),
            primary=fore("text-primary"),
            accent=fore("text-accent"),
            success=fore("text-success"),
            warning=fore("text-warning"),
            error=fore("text-error", bold=True),
            border=fore("border"),
            border_blurred=fore("border-blurred"),
            user=fore("user", bold=True),
            assistant=fore("assistant", bold=True),
            reasoning=fore("reasoning", italic=True),
            tool_running=fore("tool-running"),
            tool_ok=fore("tool-ok"),
            tool_failed=fore("tool-failed", bold=True),
            handoff=fore("handoff"),
            notice=fore("notice"),
            quote=fore("quote", italic=True),
            link=fore("link") + Style(underline=True),
            heading=fore("heading", bold=True),
            inline_code=fore("inline-code") + back("code-background"),
            stopped=fore("stopped", italic=True),
            spark=fore("spark"),
            chip=label("text", "chip"),
            selection=label("screen-selection-foreground", "screen-selection-background"),
            cursor=label("block-cursor-foreground", "block-cursor-background"),
            code_theme=variables[CODE_THEME],
        )


class _Look(NamedTuple):
    """Variables as Rich styles, laid on the background `base`."""

    variables: Mapping[str, str]
    base: Color

    def fore(self, name: str, *, bold: bool | None = None, italic: bool | None = None) -> Style:
        color, faint = resolve(self.variables[name], self.base)
        return Style(color=color.rich_color, bold=bold, italic=italic, dim=faint or None)

    def back(self, name: str) -> Style:
        return Style(bgcolor=resolve(self.variables[name], self.base)[0].rich_color)

    def label(self, foreground: str, background: str) -> Style:
        if self.base.ansi is not None:
            return Style(reverse=True)
        under = resolve(self.variables[background], self.base)[0]
        text = self.variables[foreground]
        over = resolve(self.variables["text"] if text == "transparent" else text, under)[0]
        return Style(color=over.rich_color, bgcolor=under.rich_color)


def resolve(value: str, background: Color) -> tuple[Color, bool]:
    """A variable's value (`#hex`, name, `ansi_*`, `auto`; each may end in ` NN%`) laid on a background; second: faint.

    ANSI colours cannot be blended: a share of one is the colour itself, faint. Raises `ColorParseError`.
    """
    match = _SHARE.fullmatch(value)
    if match is None:
        raise ColorParseError(f"{value!r} is not a colour")
    name, share = match[1], int(match[2] or 100) / 100
    if name == "auto":
        color = Color.parse("ansi_default") if background.ansi is not None else background.get_contrast_text(1.0)
    else:
        color = Color.parse(name)
    if color.ansi is not None:
        return color, share < 1.0
    if background.ansi is not None and color.a == 0.0:
        return background, False
    return background + color.with_alpha(color.a * share), False
