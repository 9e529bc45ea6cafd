from typing import ClassVar

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input, OptionList, Static

from tui.state import State
from tui.ui.actions.keys import keys_in_use
from tui.ui.actions.table import ACTIONS, BY_ID, bindings
from tui.ui.composer.input import Composer
from tui.ui.dialogues.help import HelpScreen, TextScreen, help_text
from tui.ui.dialogues.palette import PaletteScreen, ThemePicker
from tui.ui.footer import FooterBar

SIZES = [(60, 16), (120, 40)]


class Host(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = bindings()
    CSS = "#pane { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.helped = 0

    def compose(self) -> ComposeResult:
        yield Pane("pane", id="pane")
        yield Composer(id="composer")
        yield FooterBar(id="footer")

    def on_mount(self) -> None:
        self.query_one(Composer).focus()

    def action_help(self) -> None:
        self.helped += 1


class Pane(Static, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "nothing", "Previous block", show=False, id="pane.previous"),
        Binding("up", "nothing", "Up", show=False, id="pane.up"),
        Binding("x", "nothing", "Not for a keymap", show=False),
    ]


def lines(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


def footer(app: App[None]) -> str:
    return app.query_one(FooterBar).render_line(0).text


def state(phase: str) -> State:
    found = State()
    found.phase = phase  # type: ignore[assignment]
    return found


# The footer


@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_names_the_keys_of_the_input(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size):
        line = footer(app)
        assert "Enter send · Ctrl+J newline · F1 help" in line
        assert ("Ctrl+D quit" in line) == (size[0] > 60)
        assert len(line) == size[0]


async def test_the_footer_follows_the_run() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)):
        bar = app.query_one(FooterBar)
        bar.paint(state("writing"), 0.0)
        assert footer(app).startswith(" Esc stop · ")
        bar.paint(state("cancelling"), 0.0)
        assert footer(app).startswith(" Esc again ends a stuck engine · ")
        bar.paint(state("done"), 0.0)
        assert footer(app).startswith(" Enter send · ")


async def test_the_footer_names_the_keys_of_the_pane_that_has_the_focus() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        app.query_one(Pane).focus()
        await pilot.pause()
        assert lines(app)[-1].startswith(" F1 help · [ previous block · Tab next pane")


async def test_the_footer_names_the_keys_that_the_user_chose() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        app.set_keymap({"help": "f12", "newline": "f11"})
        await pilot.pause()
        assert "F12 help" in footer(app)
        assert "F11 newline" in footer(app)


async def test_a_click_on_the_footer_does_what_it_says() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click(FooterBar, offset=(footer(app).index("help"), 0))
        assert app.helped == 1


async def test_a_footer_with_no_room_shows_whole_hints_only() -> None:
    app = Host()
    async with app.run_test(size=(20, 16)):
        assert footer(app).strip() == "Enter send"


# Help and texts


@pytest.mark.parametrize("size", SIZES)
async def test_help_lists_every_action_and_scrolls(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.pause()
        text = help_text(keys_in_use(app), 200)
        for action in ACTIONS:
            assert action.title in text
            assert not action.slash or f"/{action.slash[0]}" in text
        frame = app.screen.query_one("#frame")
        assert app.screen.region.contains_region(frame.region)
        scroll = app.screen.query_one("#scroll")
        await pilot.press("end")
        await pilot.pause()
        assert scroll.scroll_y == scroll.max_scroll_y > 0


@pytest.mark.parametrize("width", [40, 52, 69, 70, 112])
def test_no_line_of_the_help_is_wider_than_its_room(width: int) -> None:
    keys = {action.id: action.keys for action in ACTIONS}
    assert max(map(len, help_text(keys, width).splitlines())) <= width


@pytest.mark.parametrize("key", ["escape", "q", "f1"])
async def test_help_closes(key: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.press(key)
        assert not isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("key", ["escape", "q", "enter"])
async def test_a_text_closes(key: str) -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await app.push_screen(TextScreen("T", "text"))
        await pilot.press(key)
        assert not isinstance(app.screen, TextScreen)


async def test_a_text_is_shown_as_it_is_and_copied() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await app.push_screen(TextScreen("[/b] title", "[@click=app.quit]x[/]\n\x1b[31mred"))
        await pilot.pause()
        shown = "\n".join(lines(app))
        assert "[/b] title" in shown
        assert "[@click=app.quit]x[/]" in shown
        assert "\u241b[31mred" in shown
        await pilot.press("y")
        assert app.clipboard == "[@click=app.quit]x[/]\n\u241b[31mred"


# The palette


async def palette(app: Host, pilot: Pilot[None]) -> list[str | None]:
    chosen: list[str | None] = []
    await app.push_screen(PaletteScreen(), chosen.append)
    await pilot.pause()
    return chosen


@pytest.mark.parametrize("size", SIZES)
async def test_the_palette_offers_every_action_of_the_app(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await palette(app, pilot)
        choices = app.screen.query_one(OptionList)
        assert choices.option_count == sum(bool(action.action) for action in ACTIONS) - 1
        assert app.screen.region.contains_region(app.screen.query_one("#frame").region)
        assert any("Stop the run" in line and "Esc" in line for line in lines(app))


async def test_the_palette_filters_and_enter_gives_the_action() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        await pilot.press(*"stats")
        await pilot.press("enter")
        assert chosen == ["stats"]


async def test_the_palette_finds_by_scattered_letters() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        await pilot.press(*"zmpn")
        await pilot.press("enter")
        assert chosen == ["zoom"]


async def test_the_palette_moves_with_the_arrows_and_takes_a_click() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        await pilot.press("down", "down", "up")
        assert app.screen.query_one(OptionList).highlighted == 1
        await pilot.click(OptionList, offset=(3, 2))
        assert len(chosen) == 1
        assert chosen[0]


async def test_enter_with_nothing_found_stays_and_escape_gives_nothing() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        await pilot.press(*"qqqqq", "enter")
        assert chosen == []
        await pilot.press("escape")
        assert chosen == [None]
        assert not app.screen.query(Input)


async def test_what_is_chosen_twice_counts_once_and_takes_no_other_screen_away() -> None:
    """A double click, or Enter and a click, that come before the palette is gone."""
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        choices = app.screen.query_one(OptionList)
        base = app.screen_stack[0]
        choices.action_select()
        choices.action_select()
        await pilot.pause()
        assert len(chosen) == 1
        assert app.screen is base


async def test_a_click_gives_what_was_clicked_though_the_list_has_changed_since() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        choices = app.screen.query_one(OptionList)
        choices.highlighted = choices.option_count - 1
        clicked = BY_ID[str(choices.get_option_at_index(choices.option_count - 1).id)]
        choices.action_select()
        app.screen.query_one(Input).value = "stats"
        await pilot.pause()
        assert chosen == [clicked.action]


async def test_a_click_on_an_option_that_there_is_no_more_does_nothing() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        chosen = await palette(app, pilot)
        choices = app.screen.query_one(OptionList)
        click = Click(choices, 3, 2, 0, 0, 1, False, False, False)
        click.style = Style(meta={"option": 999})
        choices.post_message(click)
        await pilot.pause()
        assert chosen == []
        assert app.screen.query(Input)


# The theme picker


async def picker(app: Host, pilot: Pilot[None]) -> tuple[list[str], list[str | None]]:
    shown: list[str] = []
    kept: list[str | None] = []
    themes = [("nord", "cold [b]"), ("gruvbox", "warm"), ("dracula", "")]
    assert {name for name, _ in themes} <= set(BUILTIN_THEMES)
    await app.push_screen(ThemePicker(themes, "gruvbox", shown.append), kept.append)
    await pilot.pause()
    return shown, kept


async def test_the_picker_shows_each_theme_at_once_and_enter_keeps_it() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        shown, kept = await picker(app, pilot)
        assert app.screen.query_one(OptionList).highlighted == 1
        await pilot.press("right_square_bracket", "left_square_bracket", "up", "enter")
        assert shown == ["dracula", "gruvbox", "nord"]
        assert kept == ["nord"]


async def test_escape_restores_the_theme() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        shown, kept = await picker(app, pilot)
        await pilot.press("down", "escape")
        assert shown == ["dracula", "gruvbox"]
        assert kept == [None]


async def test_descriptions_are_no_markup() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await picker(app, pilot)
        assert any("cold [b]" in line for line in lines(app))


async def test_keys_in_use_are_the_tables_where_nothing_was_changed() -> None:
    app = Host()
    async with app.run_test():
        keys = keys_in_use(app)
        assert keys["newline"][0] == "Ctrl+J"
        assert keys.keys() == BY_ID.keys()
