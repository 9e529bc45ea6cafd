"""An earlier prompt edited and sent anew, and the way back."""

import pytest

from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.ui.chat.pane import ChatPane
from tui.ui.composer.input import Composer


def draft(screen: Screen) -> str:
    return screen.app.query_one(Composer).draft


def chat(screen: Screen) -> str:
    return screen.app.query_one(ChatPane).text()


async def exchange(screen: Screen, number: int) -> None:
    await screen.type(f"prompt {number}")
    await screen.press("enter")
    await screen.say(e.TextDelta(f"{number}.1.0", f"answer {number}"), e.RunEnded(number, "completed"))


async def test_the_marked_prompt_is_edited_and_the_conversation_cut_when_it_is_sent() -> None:
    async with running() as screen:
        for number in (1, 2, 3):
            await exchange(screen, number)
        await screen.press("f2", *["left_square_bracket"] * 4, "e")
        assert draft(screen) == "prompt 2"
        assert "in place of the earlier prompt" in screen.text
        assert "answer 3" in chat(screen), "nothing is cut before it is sent"
        await screen.type("b")
        await screen.press("enter")
        assert screen.link.wanted[-1] == "send prompt 2b"
        assert "answer 1" in chat(screen)
        assert "prompt 2b" in chat(screen)
        assert "answer 2" not in chat(screen)
        assert "prompt 3" not in chat(screen)
        assert "forked here" in screen.text
        assert "in place of the earlier prompt" not in screen.text


async def test_escape_keeps_all_as_it_is() -> None:
    async with running() as screen:
        await exchange(screen, 1)
        await screen.type("/edit")
        await screen.press("enter")
        assert draft(screen) == "prompt 1"
        await screen.press("escape")
        assert draft(screen) == ""
        await exchange(screen, 2)
        assert "answer 1" in chat(screen)
        assert "forked" not in chat(screen)


async def test_back_takes_the_last_prompt_and_its_answer_away() -> None:
    async with running() as screen:
        for number in (1, 2):
            await exchange(screen, number)
        await screen.type("/back")
        await screen.press("enter")
        assert "answer 1" in chat(screen)
        assert "answer 2" not in chat(screen)
        await screen.type("/back")
        await screen.press("enter")
        assert "answer 1" not in chat(screen)
        await screen.type("/back")
        await screen.press("enter")
        said = " ".join(str(notification.message) for notification in screen.app._notifications)
        assert "nothing to go back to" in said


async def test_nothing_is_cut_during_a_run() -> None:
    async with running() as screen:
        await exchange(screen, 1)
        await screen.type("prompt 2")
        await screen.press("enter")
        for command in ("/edit", "/back"):
            await screen.type(command)
            await screen.press("enter")
        assert draft(screen) == ""
        assert "answer 1" in chat(screen)
        assert screen.link.conversation.runs == 2


async def fork(screen: Screen) -> None:
    """Two branches: 1 2, and 1 3 on the screen."""
    for number in (1, 2):
        await exchange(screen, number)
    await screen.type("/back")
    await screen.press("enter")
    await exchange(screen, 3)


def told(screen: Screen) -> str:
    return " ".join(str(notification.message) for notification in screen.app._notifications)


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_a_branch_is_chosen_from_the_list(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await fork(screen)
        await screen.type("/branches")
        await screen.press("enter")
        rows = [line for line in screen.text.splitlines() if "prompts" in line]
        assert len(rows) == 2
        assert "●" in rows[1]
        assert "└⑂1 prompt 3" in rows[1]
        await screen.press("up", "enter")
        assert "answer 2" in chat(screen)
        assert "answer 3" not in chat(screen)
        assert "back on the branch of prompt 2" in chat(screen)
        await screen.type("/branches 3")
        await screen.press("enter")
        assert "answer 3" in chat(screen)
        assert "answer 2" not in chat(screen)


async def test_escape_and_the_current_branch_change_nothing() -> None:
    async with running() as screen:
        await fork(screen)
        published = screen.link.bus.seq
        for key in ("escape", "enter"):
            await screen.type("/branches")
            await screen.press("enter")
            await screen.press(key)
        assert screen.link.bus.seq == published
        assert "answer 3" in chat(screen)


async def test_where_there_is_nothing_to_choose_it_is_said() -> None:
    async with running() as screen:
        await exchange(screen, 1)
        await screen.type("/branches")
        await screen.press("enter")
        assert "one branch only" in told(screen)
        await exchange(screen, 2)
        await screen.type("/back")
        await screen.press("enter")
        await screen.type("/branches 7")
        await screen.press("enter")
        assert "no other branch ends with prompt 7" in told(screen)


async def test_during_a_run_no_branch_is_chosen() -> None:
    async with running() as screen:
        await fork(screen)
        await screen.type("more")
        await screen.press("enter")
        await screen.type("/branches 2")
        await screen.press("enter")
        assert "a run is under way" in told(screen)
        assert "answer 3" in chat(screen)
