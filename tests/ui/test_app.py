"""The whole screen: what keys and commands do, and that every pane shows what the bus brings."""

import pytest
from textual.widget import Widget
from textual.widgets import Input, Static

from tests.payloads import ALL, PAYLOADS
from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.config import Settings
from tui.conversation import FAILED_NOTE
from tui.ui.actions.table import ACTIONS
from tui.ui.app import AgentsApp
from tui.ui.chat.pane import ChatPane
from tui.ui.composer.input import Composer
from tui.ui.log.pane import LogPane

SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]
ANSWER = (e.ModelRequested(1, 1, "Guide", "gpt-x", 1), e.TextDelta("1.1.0", "The **quick** fox"))


def focused(screen: Screen) -> str | None:
    return screen.app.focused.id if screen.app.focused else None


def draft(screen: Screen) -> str:
    return screen.app.query_one(Composer).draft


def notified(screen: Screen) -> str:
    return " ".join(str(notification.message) for notification in screen.app._notifications)


def test_every_action_of_the_table_exists() -> None:
    names = {action.action.partition("(")[0] for action in ACTIONS if action.action}
    assert not [name for name in names if not hasattr(AgentsApp, f"action_{name}")]


@pytest.mark.parametrize("theme", ["midnight", "daylight"])
@pytest.mark.parametrize("size", SIZES)
async def test_a_run_fills_every_pane_at_every_size(size: tuple[int, int], theme: str) -> None:
    async with running(size, Settings(theme=theme)) as screen:
        assert "ask, or / for commands" in screen.text
        await screen.type("hi")
        await screen.press("enter")
        assert screen.link.wanted == ["send hi"]
        await screen.say(
            *ANSWER,
            e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
            e.ToolStarted("c1", "roll_dice", "Guide"),
        )
        assert "running roll_dice" in screen.text
        assert "quick" in screen.text
        await screen.say(e.ToolEnded("c1", "roll_dice", "17", duration=0.012), e.RunEnded(1, "completed"))
        assert "done" in screen.text
        for key, mark in (("f2", "roll_dice(sides=20)"), ("f3", "roll_dice {"), ("f4", "first token")):
            await screen.press(key)
            assert mark in screen.text, key
        assert all(len(line) <= size[0] for line in screen.text.splitlines())


async def test_escape_stops_the_run_and_then_leads_back_to_the_input() -> None:
    async with running() as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(*ANSWER)
        await screen.press("f3", "escape")
        assert screen.link.wanted[-1] == "cancel immediate"
        assert "cancelling" in screen.text
        await screen.say(e.RunEnded(1, "cancelled"))
        assert "■ stopped" in screen.text
        await screen.press("escape")
        assert focused(screen) == "composer"


async def test_what_is_typed_while_an_answer_streams_is_kept() -> None:
    async with running() as screen:
        await screen.type("first")
        await screen.press("enter")
        await screen.say(*ANSWER)
        await screen.type("second")
        await screen.press("enter")
        assert screen.link.wanted == ["send first"]
        assert "queued 1/1: second" in screen.text
        await screen.say(e.RunEnded(1, "completed"))
        assert screen.link.wanted == ["send first", "send second"]
        assert "queued 1/1" not in screen.text


async def test_the_ladder_of_ctrl_c() -> None:
    async with running() as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(*ANSWER)
        await screen.type("draft")
        await screen.press("ctrl+c")
        assert screen.link.wanted[-1] == "cancel immediate"
        await screen.say(e.RunEnded(1, "cancelled"))
        assert draft(screen) == "draft"
        await screen.press("ctrl+c")
        assert draft(screen) == ""
        await screen.press("up")
        assert draft(screen) == "draft", "what was cleared can be had back"
        await screen.press("ctrl+c", "ctrl+c")
        assert "again" in notified(screen)
        assert "close" not in screen.link.wanted
        await screen.pilot.press("ctrl+c")
        await screen.pilot.pause()
        assert "close" in screen.link.wanted


async def test_ctrl_c_copies_what_is_selected_before_it_stops_anything() -> None:
    async with running() as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(ANSWER[0], e.TextDelta("1.1.0", "copy these words"))
        y = next(y for y, line in enumerate(screen.text.splitlines()) if "copy these words" in line)
        await screen.pilot.mouse_down(offset=(3, y))
        await screen.pilot.hover(offset=(9, y))
        await screen.pilot.mouse_up(offset=(9, y))
        await screen.press("ctrl+c")
        assert screen.app.clipboard.startswith("copy t")
        assert "copied" in notified(screen)
        assert screen.link.wanted == ["send go"]
        await screen.press("ctrl+c")
        assert screen.link.wanted[-1] == "cancel immediate"


async def test_scrolled_up_stays_put_and_says_that_there_is_more() -> None:
    async with running((100, 24)) as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(ANSWER[0], *(e.TextDelta("1.1.0", f"line {number}\n\n") for number in range(60)))
        chat = screen.app.query_one(ChatPane)
        assert "line 59" in screen.text
        await screen.press("pageup", "pageup")
        top = chat.scroll_offset.y
        assert not chat.following
        await screen.say(*(e.TextDelta("1.1.0", f"line {number}\n\n") for number in range(60, 90)))
        assert chat.scroll_offset.y == top
        assert "line 89" not in screen.text
        assert "↓" in screen.text
        await screen.press("ctrl+end")
        assert "line 89" in screen.text


@pytest.mark.parametrize(
    ("command", "shown"),
    [("/help", "Keys and commands"), ("/history", "History"), ("/stats", "Statistics"), ("/commands", "Commands")],
)
async def test_commands_open_their_screens_and_escape_closes_them(command: str, shown: str) -> None:
    async with running() as screen:
        await screen.type(command)
        await screen.press("enter")
        await screen.until(lambda: len(screen.app.screen_stack) == 2)
        await screen.settle()
        assert shown in screen.text
        await screen.press("escape")
        assert len(screen.app.screen_stack) == 1
        assert screen.link.wanted == []


async def test_an_unknown_command_names_the_nearest_and_stays_typed() -> None:
    async with running() as screen:
        await screen.type("/histry")
        await screen.press("enter")
        assert "/history?" in notified(screen)
        assert draft(screen) == "/histry"


async def test_clear_hides_the_chat_and_keeps_the_log() -> None:
    async with running() as screen:
        await screen.type("hello")
        await screen.press("enter")
        await screen.say(*ANSWER, e.RunEnded(1, "completed"))
        await screen.type("/clear")
        await screen.press("enter")
        assert screen.link.wanted[-1] == "clear"
        assert "quick" not in screen.app.query_one(ChatPane).text()
        assert "prompt" in screen.text


async def test_quit_ends_the_engine_first() -> None:
    async with running() as screen:
        await screen.type("/quit")
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        assert screen.link.wanted[-1] == "close"
        assert screen.app.return_code == 0


async def test_a_theme_by_name_and_the_nearest_for_a_wrong_one() -> None:
    async with running() as screen:
        await screen.type("/theme nord")
        await screen.press("enter")
        assert screen.app.theme == "nord"
        await screen.type("/theme nrod")
        await screen.press("enter")
        assert "'nord'" in notified(screen)
        assert screen.app.theme == "nord"


async def test_zoom_and_tabs_show_one_pane_at_a_time() -> None:
    async with running() as screen:
        await screen.press("f3", "f8")
        assert screen.app.query_one("#log", Widget).size.width > 100
        assert not screen.app.query_one("#chat", Widget).is_on_screen
        await screen.press("f2")
        assert screen.app.query_one("#chat", Widget).size.width > 100
        await screen.press("f8")
        assert screen.app.query_one("#log", Widget).is_on_screen


async def test_tab_goes_round_the_panes() -> None:
    async with running() as screen:
        seen = []
        for _ in range(4):
            await screen.press("tab")
            seen.append(focused(screen))
        assert seen == ["chat", "log", "metrics", "composer"]
        await screen.press("shift+tab")
        assert focused(screen) == "metrics"


async def test_keys_of_the_users_choice() -> None:
    async with running(settings=Settings(keys={"help": "f10", "hlep": "f9"})) as screen:
        assert "no action 'hlep'" in screen.text
        await screen.press("f10")
        assert len(screen.app.screen_stack) == 2


async def test_keys_of_the_log_of_the_users_choice() -> None:
    async with running(settings=Settings(keys={"log.filter": "w,ctrl+w", "log.level": "w"})) as screen:
        assert "config.toml: w is wanted by log.filter and log.level" in [row.summary for row in screen.app.state.rows]
        await screen.press("f3", "f")
        assert not isinstance(screen.app.focused, Input)
        await screen.press("f1")
        lines = str(screen.app.screen.query_one("#text", Static).content).splitlines()
        assert any("Ctrl+W" in line and "Tab takes what is offered" in line for line in lines)


async def test_details_of_the_selected_row() -> None:
    async with running() as screen:
        await screen.type("hi")
        await screen.press("enter")
        await screen.say(*ANSWER, e.ToolCalled("c1", "dig", '{"deep": true}'), e.ToolEnded("c1", "dig", "gold"))
        await screen.press("ctrl+t")
        assert "gold" in screen.text
        assert '"deep": true' in screen.text


async def test_a_click_on_a_tool_call_selects_its_row() -> None:
    async with running() as screen:
        await screen.say(e.ToolCalled("c1", "dig", "{}"), e.PromptSent("x"), e.Notice("info", "later"))
        screen.app.query_one(ChatPane).post_message(ChatPane.ToolSelected("c1"))
        log = screen.app.query_one(LogPane)
        await screen.until(lambda: log.selected is not None and screen.app.state.rows[log.selected].kind == "tool")


async def test_retry_goes_on_with_what_was_cut_off_and_ends_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as screen:
        asked: list[str] = []
        monkeypatch.setattr(screen.link, "retry", lambda: asked.append(screen.app.state.phase))
        await screen.type("/retry")
        await screen.press("enter")
        assert "nothing was cut off" in screen.text
        await screen.type("go")
        await screen.press("enter", "f2")
        await screen.say(e.ModelRequested(1, 1, "Guide"), e.AttemptFailed(1, 1, 1, 3, "network", "reset", 2.0))
        assert "try 2 of 3: reset" in screen.text
        await screen.press("r")
        cut = {"role": "assistant", "content": f"Once {FAILED_NOTE}"}
        await screen.say(e.ConversationExtended((cut,)), e.RunEnded(1, "failed", "reset", "network"))
        await screen.press("r")
        assert asked == ["retrying", "failed"]


async def test_foreign_text_is_neither_markup_nor_control_anywhere() -> None:
    markup = "[/b] [@click=app.leave]x[/] [link=http://x]y"
    async with running((160, 60)) as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(
            e.SessionStarted("s", f"A {markup}", f"m {ALL}"),
            e.ReasoningDelta("1.1.0", markup + ALL),
            e.TextDelta("1.1.1", markup + ALL),
            e.ToolCalled("c1", markup, markup, ALL),
            e.ToolEnded("c1", markup, ALL, failed=True, error=markup),
            e.HandoffOccurred(markup, ALL),
            e.OutputCaptured("stdout", markup + ALL),
            e.RawReceived(markup, ALL),
            e.RunStuck(1, markup, ALL, 2.0),
            e.RunEnded(1, "failed", markup + ALL, "network", markup),
        )
        await screen.press("ctrl+t", "escape", "f1", "escape")
        painted = screen.text
        assert "[/b] [@click=app.leave]x" in painted
        controls = {text for text in PAYLOADS.values() if text in painted}
        assert controls == set()
        assert screen.link.wanted == ["send go"]
