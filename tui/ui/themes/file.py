"""One theme file, read strictly: TOML to a Textual theme that is known to work.

The keys are those of `textual.theme.Theme`, plus an optional `description`; `[variables]` may set any theme
variable, Textual's own or one of `palette.SEMANTIC`. The file's stem is the theme's name.
"""

import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from textual.color import BLACK, Color, ColorParseError
from textual.css.constants import VALID_STYLE_FLAGS
from textual.theme import Theme

from tui.ui.themes.errors import ThemeError, did_you_mean
from tui.ui.themes.palette import CODE_THEME, Palette, resolve, theme_variables

_COLORS: Final = (
    "primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface", "panel",
    "boost",
)  # fmt: skip
_Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _ThemeFile(msgspec.Struct):
    """What a theme file may hold. Defaults are those of `textual.theme.Theme`."""

    primary: str
    secondary: str | None = None
    warning: str | None = None
    error: str | None = None
    success: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    boost: str | None = None
    dark: bool = True
    luminosity_spread: _Share = 0.15
    text_alpha: _Share = 0.95
    ansi: bool = False
    variables: dict[str, Any] = {}
    description: str = ""


def read_theme(path: Path) -> tuple[Theme, str]:
    """The theme of a file and its description; raises `ThemeError`."""
    name = path.stem
    if "," in name or not name.isprintable() or name != name.strip():  # Textual takes "a, b" for two names
        raise ThemeError(f"{name!r} cannot name a theme: no commas, control characters or outer spaces")
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ThemeError(error.strerror) from None
    except ValueError as error:  # both of TOML, which tells the line, and of UTF-8
        raise ThemeError(str(error)) from None
    _known(table, _ThemeFile.__struct_fields__, "key")
    try:
        file = msgspec.convert(table, _ThemeFile)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).rpartition(" - at `$.")
        raise ThemeError(f"{where.removesuffix('`')}: {problem}" if problem else where) from None
    fields = msgspec.structs.asdict(file)
    description = fields.pop("description")
    return _checked(Theme(name=name, **fields)), description


def _checked(theme: Theme) -> Theme:
    """The theme, once Textual is known to take every value of it; raises `ThemeError`."""
    for key in _COLORS:
        value = getattr(theme, key)
        if not (value is None or _is_color(value)):
            raise ThemeError(f"{key}: {value!r} is not a colour")
    plain = dataclasses.replace(theme, variables={})
    _known(theme.variables, theme_variables(plain), "variable")
    for key, value in theme.variables.items():
        kind, accepts = _expected(key)
        if not (isinstance(value, str) and accepts(value)):
            raise ThemeError(f"{key}: {value!r} is not a {kind}")
    try:
        Palette.from_variables(theme_variables(theme))
    except ColorParseError as error:  # a base colour given as a variable, in a form that only CSS knows
        raise ThemeError(str(error)) from None
    return theme


def _expected(variable: str) -> tuple[str, Callable[[str], bool]]:
    """What the values of a variable are called, and the test for them."""
    if variable == CODE_THEME:
        return "code style", lambda value: value.replace("-", "_").isidentifier()
    if variable.endswith(("-style", "-style-hover")):
        return "text style", lambda value: bool(words := value.split()) and VALID_STYLE_FLAGS.issuperset(words)
    return "colour", _is_variable_color


def _is_color(value: str) -> bool:
    try:
        Color.parse(value)
    except ColorParseError:
        return False
    return True


def _is_variable_color(value: str) -> bool:
    try:
        resolve(value, BLACK)
    except ColorParseError:
        return False
    return True


def _known(given: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    for key in given:
        if key not in known:
            raise ThemeError(f"no such {what} {key!r}{did_you_mean(key, known)}")
