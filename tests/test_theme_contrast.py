import pytest
from rich.syntax import PygmentsSyntaxTheme, Syntax
from textual.color import Color

from tests.test_themes import COLOURED, SHIPPED, shipped
from tui.ui.themes.palette import SEMANTIC, Palette, resolve, theme_variables

INKS = (
    *(name for name in SEMANTIC if name not in ("code-background", "chip")),
    "text", "text-muted", "foreground", "foreground-muted", "primary", "accent", "text-primary", "text-secondary",
    "text-accent", "text-success", "text-warning", "text-error", "footer-key-foreground",
    "footer-description-foreground", "markdown-h1-color", "markdown-h2-color", "markdown-h3-color",
    "markdown-h4-color", "markdown-h5-color", "markdown-h6-color",
)  # fmt: skip
PAPERS = ("background", "surface", "panel")
PAIRS = (
    ("text", "code-background"),
    ("inline-code", "code-background"),
    ("text", "chip"),
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("input-selection-foreground", "input-selection-background"),
    ("screen-selection-foreground", "screen-selection-background"),
    ("link-color-hover", "link-background-hover"),
    ("footer-foreground", "footer-background"),
    ("button-foreground", "surface"),
    ("button-color-foreground", "primary"),
    ("button-color-foreground", "success"),
    ("button-color-foreground", "warning"),
    ("button-color-foreground", "error"),
    *((f"text-{name}", f"{name}-muted") for name in ("primary", "success", "warning", "error")),
    *(("text", name) for name in ("primary", "success", "warning", "error")),
)


def luminance(color: Color) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""

    def linear(part: float) -> float:
        return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def wanted(name: str) -> float:
    return 7.0 if name.startswith("high-contrast") else 4.5


def measured(name: str, ink: str, paper: str) -> float:
    variables = theme_variables(shipped(name))
    under, _ = resolve(variables[paper], Color.parse(variables["background"]))
    over, _ = resolve(variables[ink], under)
    return contrast(over, under)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21.0)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.005)


def test_there_are_dark_and_light_themes_of_each_kind() -> None:
    dark = {name for name in SHIPPED if shipped(name).dark}
    assert {"midnight", "high-contrast", "ansi", "solarized-dark"} <= dark
    assert dark.isdisjoint({"daylight", "high-contrast-light", "ansi-light", "solarized-light"})
    for name in COLOURED:
        assert (luminance(Color.parse(theme_variables(shipped(name))["background"])) < 0.18) is (name in dark)


@pytest.mark.parametrize("name", COLOURED)
def test_text_reads_on_every_background(name: str) -> None:
    pairs = [*PAIRS, *((ink, paper) for ink in INKS for paper in PAPERS)]
    ratios = {pair: round(measured(name, *pair), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < wanted(name)} == {}


@pytest.mark.parametrize("name", COLOURED)
def test_the_focused_border_stands_out(name: str) -> None:
    assert min(measured(name, "border", paper) for paper in PAPERS) >= 3.0  # WCAG 1.4.11


@pytest.mark.parametrize("name", COLOURED)
def test_code_reads_on_its_background(name: str) -> None:
    variables = theme_variables(shipped(name))
    palette = Palette.from_variables(variables)
    highlighter = Syntax.get_theme(palette.code_theme)
    assert isinstance(highlighter, PygmentsSyntaxTheme)
    pygments_style = highlighter._pygments_style_class
    assert pygments_style.name == palette.code_theme  # Rich paints in another style where it knows no such name
    paper = Color.parse(variables["code-background"])
    ratios = {
        str(token): contrast(Color.from_rich_color(highlighter.get_style_for_token(token).color), paper)
        for token, _ in pygments_style
        if not str(token).startswith(("Token.Generic", "Token.Error"))
    }
    assert {token: round(ratio, 2) for token, ratio in ratios.items() if ratio < wanted(name)} == {}
