"""The chat's search, and filter and search in the whole app: commands, keys, a replay."""

from collections.abc import Iterator
from typing import ClassVar, cast

import pytest

from tests.sample_session import SESSION
from tests.ui.app_driver import Screen, running
from tests.ui.log.log_app import KEYS, RETRIED
from tests.ui.test_replay import replaying
from tui import events as e
from tui.config import Settings
from tui.ui.chat.pane import ChatPane
from tui.ui.log.pane import LogPane
from tui.ui.search.line_bar import LineBar
from tui.ui.search.seeking import Search
from tui.ui.search.slices import Slices

LONG = tuple(
    event
    for number in range(40)
    for event in (
        e.TextDelta(f"1.1.{number}", f"Part {number}\n\n" + "words and words\n\n" * 10),
        e.MessageCompleted(f"1.1.{number}", "Guide", f"Part {number}\n\n" + "words and words\n\n" * 10),
    )
)


def chat(screen: Screen) -> ChatPane:
    return screen.app.query_one(ChatPane)


async def typed(screen: Screen, text: str) -> None:
    await screen.press(*(KEYS.get(key, key) for key in text))


def title(pane: ChatPane | LogPane) -> str:
    return str(pane.border_title)


async def test_the_chat_finds_what_was_said_and_n_goes_on() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:])
        await screen.press("f2", "slash")
        await typed(screen, "fate")
        assert "/2 /fate" in title(chat(screen))
        await screen.press("enter", "n")
        first = chat(screen)._cursor
        await screen.press("n")
        assert chat(screen)._cursor != first
        assert screen.app.focused is chat(screen)


class _Thousand:
    """A thousand items; the work is done when the test says so."""

    jobs: ClassVar[list[Iterator[object]]] = []

    def __len__(self) -> int:
        return 1000

    def live(self, index: int) -> bool:
        return False

    def stamp(self, index: int) -> None:
        return None

    def start(self, name: str, job: Iterator[object]) -> None:
        self.jobs.append(job)

    def stop(self, name: str) -> None:
        pass


@pytest.mark.parametrize(("origin", "goal"), [(501, 700), (701, 0)])
def test_one_arrives_before_all_are_counted_also_around_the_end(origin: int, goal: int) -> None:
    rows, arrived, asked = _Thousand(), list[int](), list[int]()
    search = Search(cast("Slices", rows), arrived.append, lambda: None)

    def said(index: int) -> str:
        asked.append(index)
        return "here" if index % 700 == 0 else ""

    search.look("here", rows, said, origin)
    (job,) = rows.jobs
    rows.jobs.clear()
    while not arrived:
        next(job)
    assert arrived == [goal]
    assert len(asked) < 400
    list(job)
    assert arrived == [goal], "and once"


async def test_the_chat_finds_what_is_not_rendered_and_brings_it_into_view() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:6], *LONG)
        await screen.press("f2", "slash")
        await typed(screen, "~part 3$")
        assert "1/1 /~part 3$" in title(chat(screen))
        hits = [
            segment.text
            for y in range(chat(screen).size.height)
            for segment in chat(screen).render_line(y)._segments
            if segment.style and segment.style.underline
        ]
        assert hits == ["Part 3"]


async def test_esc_leaves_the_chat_as_it_was() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:6], *LONG)
        assert chat(screen).following
        await screen.press("f2", "slash")
        await typed(screen, "part 3")
        assert not chat(screen).following
        await screen.press("escape")
        assert chat(screen).following
        assert "/part" not in title(chat(screen))
        assert screen.app.focused is chat(screen)


async def test_esc_ends_a_kept_search_before_it_is_the_apps() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:6], *LONG[:4])
        await screen.press("f2", "slash")
        await typed(screen, "part")
        await screen.press("enter", "escape")
        assert "/part" not in title(chat(screen))
        assert screen.link.wanted == []
        assert screen.app.focused is chat(screen)


async def test_what_streams_in_is_found_too() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:6])
        await screen.press("f2")
        chat(screen).look_for("dragon")
        await screen.say(e.TextDelta("1.1.0", "a drag"))
        assert "/0 " in title(chat(screen))
        await screen.say(e.TextDelta("1.1.0", "on"))
        assert "/1 " in title(chat(screen))


async def test_commands_filter_find_level_and_go_to_an_error() -> None:
    async with running() as screen:
        await screen.say(*RETRIED[2:])
        log = screen.app.query_one(LogPane)
        await screen.app.run_command("/filter kind:tool")
        await screen.settle()
        assert log.filter == "kind:tool"
        assert screen.app.focused is log
        await screen.app.run_command("/error")
        await screen.settle()
        assert log.selected == screen.app.state.row_of["a"]
        await screen.app.run_command("/level 1")
        assert log.level == 1
        await screen.press("escape")
        assert log.filter == ""
        await screen.press("f2")
        await screen.app.run_command("/find fate")
        await screen.settle()
        assert "/2 /fate" in title(chat(screen))
        await screen.app.run_command("/find")
        await screen.settle()
        await typed(screen, "dice")
        assert "/3 /dice" in title(chat(screen))
        await screen.app.run_command("/filter")
        await typed(screen, "kind:tool")
        assert log.filter == "kind:tool"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/filter dur>", "filter, at character"),
        ("/find ~(", "search, at character"),
        ("/level 9", "which level? /level 1|2|3"),
        ("/export-log doc", "which format? /export-log jsonl|csv|har"),
    ],
)
async def test_a_command_that_cannot_be_is_told_in_a_line(command: str, told: str) -> None:
    async with running() as screen:
        await screen.app.run_command(command)
        await screen.settle()
        assert any(told in str(each.message) for each in screen.app._notifications)


async def test_saved_filters_come_from_the_settings_and_a_bad_one_is_told() -> None:
    settings = Settings(filters={"tools": "kind:tool", "bad": "kind:tool dur>"})
    async with running(settings=settings) as screen:
        assert "config.toml: filter 'bad', at character" in screen.text
        await screen.say(*RETRIED[2:])
        log = screen.app.query_one(LogPane)
        assert log.saved == {"tools": "kind:tool"}
        await screen.app.run_command("/filter @tools")
        assert log.filter == "kind:tool"


async def test_enter_on_a_row_shows_it_in_the_chat() -> None:
    async with running() as screen:
        await screen.say(*SESSION[2:6], *LONG, e.ToolEnded("z", "dig", "gold"))
        await screen.press("f3", "g")
        await screen.app.run_command("/filter Part")
        await screen.press("g", "enter")
        section = chat(screen)._transcript.sections[chat(screen)._cursor].entry
        assert section.id == screen.app.state.entry_of["1.1.0"]


@pytest.mark.parametrize("pane", ["f2", "f3"])
async def test_in_a_replay_what_is_typed_goes_into_the_line(pane: str) -> None:
    async with replaying() as screen:
        await screen.press("end", pane, "slash")
        playing, position = screen.player.playing, screen.player.position
        await screen.press("q", "space", "full_stop", "left_square_bracket", "left", "home", "end")
        bars = [bar for bar in screen.app.query(LineBar) if bar.display]
        assert bars[0]._input.value == "q .["
        assert (screen.player.playing, screen.player.position) == (playing, position)
        await screen.press("escape")
        assert screen.app.is_running
        assert not any(bar.display for bar in screen.app.query(LineBar))


async def test_in_a_replay_esc_clears_the_filter_and_only_then_quits() -> None:
    async with replaying() as screen:
        await screen.press("end", "f3", "f", *"run", "enter")
        log = screen.app.query_one(LogPane)
        assert log.filter == "run"
        await screen.press("escape")
        assert log.filter == ""
        assert screen.app.is_running
        await screen.press("f", *"run", "enter", "home")
        assert log.filter == "run"
        assert all("run" in log._source.text(index) for index in log._shown)


async def test_brackets_are_the_replays_and_braces_the_logs() -> None:
    async with replaying() as screen:
        await screen.press("end", "f3", "g", "right_square_bracket")
        assert "2×" in screen.text
        await screen.press("right_curly_bracket")
        assert "2×" in screen.text
