"""What waits to be sent: shown above the input, sent in its turn, and never lost."""

import pytest
from rich.cells import cell_len

from tests.payloads import ALL, PAYLOADS
from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.ui.composer.input import Composer
from tui.ui.composer.queue import QueueBar

ANSWER = (e.ModelRequested(1, 1, "Guide", "gpt-x", 1), e.TextDelta("1.1.0", "The quick fox"))


def draft(screen: Screen) -> str:
    return screen.app.query_one(Composer).draft


def notified(screen: Screen) -> str:
    return " ".join(str(notification.message) for notification in screen.app._notifications)


def bar(screen: Screen) -> list[str]:
    """The lines of the bar."""
    region = screen.app.query_one(QueueBar).region
    return [line.strip() for line in screen.text.splitlines()[region.y : region.bottom]]


async def enter(screen: Screen, text: str) -> None:
    await screen.type(text)
    await screen.press("enter")


async def answering(screen: Screen) -> None:
    """A run is under way."""
    await enter(screen, "go")
    await screen.say(*ANSWER)


async def test_what_is_sent_during_a_run_waits_in_a_line_of_its_own_each() -> None:
    async with running() as screen:
        await answering(screen)
        assert bar(screen) == []
        await enter(screen, "second")
        await enter(screen, "third")
        one, two = bar(screen)
        assert one == "queued 1/2: second"
        assert two.startswith("queued 2/2: third")
        assert "Esc stops" in two
        assert screen.link.wanted == ["send go"]


async def test_each_completed_run_sends_the_next() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await enter(screen, "third")
        await screen.say(e.RunEnded(1, "completed"))
        assert screen.link.wanted == ["send go", "send second"]
        assert [line.split("  ")[0] for line in bar(screen)] == ["queued 1/1: third"]
        await screen.say(e.RunEnded(2, "completed"))
        assert screen.link.wanted == ["send go", "send second", "send third"]
        assert bar(screen) == []


@pytest.mark.parametrize("end", [e.RunEnded(1, "cancelled"), e.RunEnded(1, "failed", "no network")])
async def test_after_a_stop_or_a_failure_the_queue_waits_for_enter(end: e.RunEnded) -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await screen.press("escape")
        assert screen.link.wanted[-1] == "cancel immediate"
        await screen.say(end)
        assert "not sent: Enter sends" in bar(screen)[0]
        assert screen.link.wanted[-1] == "cancel immediate"
        await screen.press("enter")
        assert screen.link.wanted[-1] == "send second"
        assert bar(screen) == []


async def test_up_takes_the_newest_back_and_does_not_recall_it_as_well() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await enter(screen, "third")
        await screen.press("up")
        assert draft(screen) == "third"
        assert bar(screen)[0].startswith("queued 1/1: second")
        await screen.type(" one")
        await screen.press("enter")
        assert [line.split("  ")[0] for line in bar(screen)] == ["queued 1/2: second", "queued 2/2: third one"]


async def test_escape_takes_back_when_nothing_runs_and_nothing_is_typed() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await screen.press("escape")
        assert draft(screen) == ""
        await screen.say(e.RunEnded(1, "cancelled"))
        await screen.press("escape")
        assert draft(screen) == "second"
        assert bar(screen) == []


async def test_enter_again_sends_the_oldest_into_the_run() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await enter(screen, "third")
        await screen.press("enter")
        assert screen.link.wanted == ["send go", "steer second"]
        assert bar(screen)[0] == "steering: second"
        await screen.say(e.Steered(1, "second"))
        assert [line.split("  ")[0] for line in bar(screen)] == ["queued 1/1: third"]
        chat = screen.text
        assert chat.index("The quick fox") < chat.index("second")


async def test_steer_by_command_with_a_text_of_any_signs() -> None:
    async with running() as screen:
        await answering(screen)
        await screen.app.run_command('/steer it\'s ("so"), [b]you[/b] \\ see')
        assert screen.link.wanted[-1] == 'steer it\'s ("so"), [b]you[/b] \\ see'
        await screen.settle()
        assert "[b]you[/b]" in bar(screen)[0]
        assert "heard after this turn" in bar(screen)[0]


async def test_steer_without_a_text_takes_the_newest_of_the_queue() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await enter(screen, "/steer")
        assert screen.link.wanted[-1] == "steer second"
        await enter(screen, "/steer")
        assert "what to say?" in notified(screen)


async def test_steer_without_a_run_sends() -> None:
    async with running() as screen:
        await enter(screen, "/steer hello")
        assert screen.link.wanted == ["send hello"]


async def test_a_message_that_came_too_late_is_the_next_prompt() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "/steer and the dog?")
        await screen.say(e.RunEnded(1, "completed"))
        assert screen.link.wanted == ["send go", "steer and the dog?", "send and the dog?"]


async def test_stop_lets_the_turn_end_and_cancel_does_not() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "/stop")
        assert screen.link.wanted[-1] == "cancel after_turn"
        assert "this turn" in notified(screen)
        await enter(screen, "/cancel")
        assert screen.link.wanted[-1] == "cancel immediate"


async def test_quitting_with_a_queue_that_no_journal_keeps_asks_once() -> None:
    async with running() as screen:
        await answering(screen)
        await enter(screen, "second")
        await screen.press("ctrl+q")
        assert "1 queued prompt was not sent" in notified(screen)
        assert "close" not in screen.link.wanted
        await screen.pilot.press("ctrl+q")
        await screen.pilot.pause()
        assert "close" in screen.link.wanted


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_the_bar_takes_three_lines_at_most_and_fits(size: tuple[int, int]) -> None:
    async with running(size) as screen:
        await answering(screen)
        for number in range(5):
            screen.link.queue.submit(f"{number} {'語' * 90}")
        await screen.settle()
        lines = bar(screen)
        assert len(lines) == 3
        assert lines[0].startswith("queued 1/5: 0 語")
        assert lines[2].startswith("and 3 more, the last: 4 語")
        assert all(cell_len(line) <= size[0] for line in lines)
        assert "…" in lines[0]
        assert screen.app.query_one(Composer).region.height > 0
        assert "↑" in lines[2]


async def test_what_waits_is_neither_markup_nor_control() -> None:
    async with running((160, 40)) as screen:
        await answering(screen)
        screen.link.queue.submit("[/b] [@click=app.leave]x[/]\nnext line " + ALL)
        await screen.settle()
        assert "[/b] [@click=app.leave]x[/]⏎next line" in bar(screen)[0]
        assert not [text for text in PAYLOADS.values() if text in screen.text]
