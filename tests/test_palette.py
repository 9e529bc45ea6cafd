from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from rich.syntax import RICH_SYNTAX_THEMES
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Button, Footer, Input, OptionList

from tests.test_theme_contrast import contrast
from tests.test_themes import ANSI, COLOURED, SHIPPED, shipped, written
from tui.ui.themes.catalogue import load_themes
from tui.ui.themes.palette import SEMANTIC, Palette, theme_variables, variable_defaults


def styles_of(palette: Palette) -> Iterator[tuple[str, Style]]:
    for field in palette.__struct_fields__:
        value = getattr(palette, field)
        if isinstance(value, Style):
            yield field, value


@pytest.mark.parametrize("name", SHIPPED)
def test_the_palette_has_every_semantic_colour_of_the_theme(name: str) -> None:
    variables = theme_variables(shipped(name))
    palette = Palette.from_variables(variables)
    for variable in SEMANTIC:
        style = getattr(palette, variable.replace("-", "_"))
        expected = Color.parse(variables[variable]).rich_color
        assert expected in (style.color, style.bgcolor) or style.reverse


def test_shares_and_automatic_colours_are_blended_with_the_background() -> None:
    variables = theme_variables(Theme("plain", primary="#0178D4", background="#000000"))
    palette = Palette.from_variables(variables | {"border": "#ffffff 50%", "spark": "#ffffff80"})
    assert variables["text-muted"] == "auto 60%"
    assert palette.muted.color == Color(153, 153, 153).rich_color
    assert palette.border.color == Color(127, 127, 127).rich_color
    assert palette.spark.color == Color(128, 128, 128).rich_color


@pytest.mark.parametrize("name", ANSI)
def test_ansi_palettes_use_only_the_terminals_own_colours(name: str) -> None:
    palette = Palette.from_variables(theme_variables(shipped(name)))
    for field, style in styles_of(palette):
        for color in (style.color, style.bgcolor):
            assert color is None or color.type in (ColorType.DEFAULT, ColorType.STANDARD), field
    assert palette.selection.reverse
    assert palette.cursor.reverse
    assert palette.muted.dim
    assert palette.code_theme in RICH_SYNTAX_THEMES


@pytest.mark.parametrize("name", SHIPPED)
def test_failure_and_speakers_show_without_colour(name: str) -> None:
    palette = Palette.from_variables(theme_variables(shipped(name)))

    def attributes(style: Style) -> Style:
        return style.without_color

    assert attributes(palette.tool_failed) != attributes(palette.tool_ok)
    assert attributes(palette.error) != attributes(palette.text)
    assert attributes(palette.stopped) != attributes(palette.text)
    assert attributes(palette.user) != attributes(palette.text)
    assert attributes(palette.link) != attributes(palette.text)


def test_a_theme_that_sets_only_its_primary_gets_a_whole_palette(tmp_path: Path) -> None:
    written(tmp_path, "bare", 'primary = "#3366cc"')
    written(tmp_path, "bare-ansi", 'primary = "ansi_blue"\nansi = true\nbackground = "ansi_default"\ndark = false')
    found = load_themes(tmp_path)
    assert found.problems == ()
    for name, code_theme in (("bare", "monokai"), ("bare-ansi", "ansi_light")):
        palette = Palette.from_variables(theme_variables(found.themes[name]))
        assert palette.code_theme == code_theme
        assert palette.tool_failed.color is not None
    assert theme_variables(found.themes["bare"])["tool-failed"].startswith("#")


class Painted(Widget):
    """Paints every style of the palette, one a line."""

    DEFAULT_CSS = "Painted { height: auto; min-height: 40; background: $background; color: $reasoning; }"

    def render_line(self, y: int) -> Strip:
        palette = Palette.from_variables(self.app.theme_variables)
        styles = [
            palette.background + palette.text + style
            for field, style in styles_of(palette)
            if not field.startswith("border")
        ]
        return Strip([Segment("text", styles[y % len(styles)])])


class Gallery(App[None]):
    CSS = """
    OptionList { height: 3; border: round $border; color: $user; }
    Input { background: $code-background; color: $stopped; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("f1", "help", "Help")]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield OptionList("one", "two")
        yield Input("typed")
        yield Button("Allow", variant="success", flat=True)
        yield Painted()
        yield Footer()


def screen_strips(app: App[None]) -> list[Strip]:
    return app.screen._compositor.render_strips()


def is_grey(color: RichColor) -> bool:
    return color.triplet is not None and len(set(color.triplet)) == 1


def colours_on_screen(app: App[None]) -> set[ColorType]:
    colors = {
        color
        for strip in screen_strips(app)
        for _, style, _ in strip
        if style
        for color in (style.color, style.bgcolor)
    }
    return {color.type for color in colors if color is not None}


async def test_an_app_switches_through_all_themes() -> None:
    app = Gallery()
    for theme in load_themes().themes.values():
        app.register_theme(theme)
    async with app.run_test(size=(60, 60)) as pilot:
        seen = set()
        for name in SHIPPED:
            app.theme = name
            await pilot.pause()
            assert app.theme_variables == theme_variables(shipped(name))
            background = Color.parse(app.theme_variables["background"])
            assert app.query_one(Painted).styles.background == background
            seen.add(app.query_one(Painted).styles.color)
            if name in ANSI:
                assert colours_on_screen(app) <= {ColorType.DEFAULT, ColorType.STANDARD}, name
        assert len(seen) > len(COLOURED)


@pytest.mark.parametrize("name", SHIPPED)
async def test_text_reads_without_colour(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    app = Gallery(ansi_color=shipped(name).ansi or None)
    app.register_theme(shipped(name))
    async with app.run_test(size=(60, 60)) as pilot:
        app.theme = name
        await pilot.pause()
        words = [part for strip in screen_strips(app) for part in strip if any(map(str.isalnum, part.text))]
    assert len(words) > 30
    for part in words:
        assert part.style is not None
        color, under = part.style.color, part.style.bgcolor
        assert color is not None
        assert under is not None
        if shipped(name).ansi:
            assert color.is_default
            assert under.is_default
        else:
            assert is_grey(color)
            assert is_grey(under)
            assert contrast(Color.from_rich_color(color), Color.from_rich_color(under)) >= 4.5, part
