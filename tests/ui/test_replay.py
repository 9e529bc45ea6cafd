"""A recording on the whole screen: keys and bar move it, every pane follows both ways, and no engine is asked."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from tests.test_player import RECORDS, RUN, Clock, folded, held
from tests.ui.app_driver import running
from tui.journal.player import Player
from tui.ui.actions.table import ACTIONS, clashes
from tui.ui.log.pane import LogPane
from tui.ui.replay.app import REPLAY_ACTIONS, ReplayApp, ReplayHelp
from tui.ui.replay.seek_bar import SeekBar
from tui.wire import Record

SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


class Screen:
    """The replay as a test sees it; its time stands still until the test moves it."""

    def __init__(self, app: ReplayApp, player: Player, clock: Clock, pilot: Pilot[int]) -> None:
        self.app, self.player, self.clock, self.pilot = app, player, clock, pilot

    @property
    def text(self) -> str:
        strips: list[Strip] = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def notified(self) -> str:
        return " ".join(str(notification.message) for notification in self.app._notifications)

    async def settle(self) -> None:
        """Until what is due is folded and on the screen."""
        player = self.player
        await self.until(lambda: self.app.state.seq == player.position == player._advance())
        self.app._pump.paint()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(200):
            await self.pilot.pause()
            if holds():
                return
        raise AssertionError(f"it did not happen; the screen:\n{self.text}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()


@asynccontextmanager
async def replaying(
    size: tuple[int, int] = (120, 40), records: Sequence[Record] = RECORDS, problem: str = ""
) -> AsyncIterator[Screen]:
    clock = Clock()
    player = Player(held(records), clock)
    app = ReplayApp(player, name="recorded", problem=lambda: problem)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, player, clock, pilot)
        await screen.until(lambda: app.state.seq > 0)
        await screen.settle()
        yield screen


@pytest.mark.parametrize("size", SIZES)
async def test_the_end_looks_like_the_live_session_at_every_size(size: tuple[int, int]) -> None:
    async with replaying(size) as screen:
        await screen.press("end")
        assert screen.app.state == folded(RECORDS)
        assert "event 13 of 13" in screen.text
        for key, mark in (("f2", "The quick fox"), ("f3", "roll_dice {}"), ("f4", "first token")):
            await screen.press(key)
            assert mark in screen.text, key
        assert "ask, or /" not in screen.text
        assert all(len(line) <= size[0] for line in screen.text.splitlines())


async def test_two_replays_and_the_live_session_end_in_one_state() -> None:
    async with running() as live:
        await live.type("hi")
        await live.press("enter")
        await live.say(*(event for _, event in RUN[4:]))
        records = live.link.bus.reader().take()
        state = live.app.state
    for _ in range(2):
        async with replaying(records=records) as screen:
            await screen.press("end", "left", "right")
            assert screen.app.state == state


async def test_where_it_is_narrow_the_figures_are_more_than_the_bar() -> None:
    async with replaying((38, 16)) as screen:
        await screen.press("end")
        assert "00:06 / 00:06" in screen.text
        assert "event 13 of 13" in screen.text
        assert "━" not in screen.text.splitlines()[-2]


async def test_before_the_conversation_nothing_asks_for_input() -> None:
    async with replaying() as screen:
        assert "has not begun" in screen.text
        assert "Ask something" not in screen.text


async def test_it_plays_by_the_clock_of_the_recording() -> None:
    async with replaying() as screen:
        assert "event 2 of 13" in screen.text
        assert "hello" not in screen.text
        screen.clock.now += 1.2
        await screen.press("space")
        assert "hello" in screen.text
        assert "‖ 1× 00:01 / 00:06" in screen.text
        assert "0.2 s" in screen.text.splitlines()[0], "the run's time, not the wall's"


async def test_steps_follow_the_log() -> None:
    async with replaying() as screen:
        await screen.press("full_stop", "full_stop", "full_stop")
        assert screen.app.state == folded(RECORDS[:5])
        await screen.press("full_stop")
        assert "The quick fox" in screen.text
        assert screen.app.state == folded(RECORDS[:8])


async def test_backwards_every_pane_shows_what_was_then() -> None:
    async with replaying() as screen:
        await screen.press("end")
        await screen.press("left")
        assert screen.app.state == folded(RECORDS[:4])
        assert "event 4 of 13" in screen.text
        assert "quick" not in screen.text
        assert "roll_dice" not in screen.text
        await screen.press("right")
        assert screen.app.state == folded(RECORDS)
        assert "The quick fox" in screen.text
        await screen.press("home")
        assert screen.app.state == folded(RECORDS[:2])


async def test_a_hidden_log_is_not_asked_for_rows_of_another_time() -> None:
    async with replaying((60, 16)) as screen:
        await screen.press("end", "f3", "f2")
        await screen.press("home", "ctrl+t")
        assert screen.app.is_running
        assert len(screen.app.state.rows) <= 2


async def test_space_at_the_end_plays_again() -> None:
    async with replaying() as screen:
        await screen.press("end", "space")
        assert screen.player.playing
        assert "event 2 of 13" in screen.text


async def test_brackets_change_the_speed() -> None:
    async with replaying() as screen:
        await screen.press("right_square_bracket", "right_square_bracket")
        assert "▶ 4×" in screen.text
        await screen.press(*["left_square_bracket"] * 4)
        assert "▶ 0.25×" in screen.text


async def test_a_click_on_the_bar_goes_there() -> None:
    async with replaying() as screen:
        bar = screen.app.query_one(SeekBar)
        left, passed, ahead, _ = bar._shown
        await screen.pilot.click(SeekBar, offset=(len(left) + (passed + ahead) // 2, 0))
        await screen.settle()
        assert screen.player.head == pytest.approx(3.0, abs=0.1)
        await screen.pilot.click(SeekBar, offset=(len(left) + passed + ahead - 1, 0))
        await screen.settle()
        assert screen.player.ended


async def test_the_keys_belong_to_the_replay_whatever_pane_has_the_focus() -> None:
    async with replaying() as screen:
        for pane in ("f2", "f3", "f4"):
            await screen.press(pane, "space")
            was = screen.player.playing
            await screen.press("space")
            assert screen.player.playing is not was


async def test_tab_goes_through_the_panes_in_a_ring() -> None:
    async with replaying() as screen:
        seen = []
        for _ in range(4):
            await screen.press("tab")
            assert screen.app.focused is not None
            seen.append(screen.app.focused.id)
        assert seen == ["log", "metrics", "chat", "log"]
        await screen.press("shift+tab")
        assert screen.app.focused is screen.app.query_one("#chat")


async def test_details_zoom_and_scrolling_work() -> None:
    async with replaying() as screen:
        await screen.press("end", "f3", "up", "enter")
        await screen.until(lambda: "tool · roll_dice {} · event 9" in screen.text)
        await screen.press("escape")
        assert screen.app.screen is screen.app.screen_stack[0], "Esc closes what is on top first"
        await screen.press("f8")
        assert screen.app.query_one(LogPane).size.width > 110


async def test_help_names_the_keys_of_the_replay_and_none_that_need_an_engine() -> None:
    async with replaying((100, 60)) as screen:
        await screen.press("f1")
        assert isinstance(screen.app.screen, ReplayHelp)
        assert "Pause or go on" in screen.text
        assert "Restart the engine" not in screen.text
        assert "/zoom" not in screen.text
        assert "paste" not in screen.text


@pytest.mark.parametrize("action", ["restart", "clear", "finish", "editor"])
async def test_what_only_an_engine_could_do_is_refused_with_a_way_on(action: str) -> None:
    async with replaying() as screen:
        await screen.app.run_action(action)
        await screen.pilot.pause()
        assert "this is a replay" in screen.notified
        assert "--session 0badcafe" in screen.notified


async def test_a_moment_can_be_kept_as_a_picture(tmp_path: Path) -> None:
    async with replaying() as screen:
        await screen.press("end")
        await screen.app.run_action(f"capture({str(tmp_path / 'moment.svg')!r})")
        await screen.until(lambda: "moment.svg" in screen.notified)
    assert "quick" in (tmp_path / "moment.svg").read_text()


async def test_a_paste_goes_nowhere() -> None:
    from textual.events import Paste

    async with replaying() as screen:
        screen.app.post_message(Paste("rm -rf"))
        await screen.settle()
        assert "rm -rf" not in screen.text
        assert screen.app.focused is screen.app.query_one("#chat")


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_quitting(key: str) -> None:
    async with replaying() as screen:
        await screen.pilot.press(key)
        await screen.pilot.pause()
        assert screen.app.return_code == 0
        assert screen.app._exit


async def test_what_could_not_be_read_is_told() -> None:
    async with replaying(problem="2 records of [b]x[/b] could not be read") as screen:
        assert "2 records of [b]x[/b]" in screen.notified


def test_every_action_of_the_replay_exists_and_no_two_want_one_key() -> None:
    assert not [
        action.id for action in REPLAY_ACTIONS if not hasattr(ReplayApp, f"action_{action.action.partition('(')[0]}")
    ]
    assert clashes(REPLAY_ACTIONS, {}) == []


def test_no_key_of_the_replay_hides_one_of_the_live_app_but_those_it_replaces() -> None:
    taken = {key for action in REPLAY_ACTIONS for key in action.keys}
    hidden = {each.id for each in ACTIONS if each.action and taken & {*each.keys, *each.letters}}
    assert hidden == {"cancel"}
