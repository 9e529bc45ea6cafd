"""Terminals of hardly any size, as a pane that is dragged shut makes them: nothing ends, and all is back with room."""

import pytest

from tests.ui.app_driver import running
from tui import events as e
from tui.ui.actions.table import ACTIONS

SHUT = [(20, 5), (8, 3), (2, 1), (1, 1), (1, 30), (120, 2)]
OPENS = [
    "help", "palette", "theme", "timeline", "tools", "dashboard", "sessions", "stats", "history", "branches", "filter",
    "find", "export_log",
]  # fmt: skip
RUN = (
    e.ModelRequested(1, 1, "Guide", "gpt-x", 1),
    e.TextDelta(
        "1.1.0", "The **quick** fox\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n- one\n- two"
    ),
    e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
    e.ToolStarted("c1", "roll_dice", "Guide"),
    e.ToolEnded("c1", "roll_dice", "17", duration=0.012),
)
MORE = (e.OutputCaptured("stdout", "line"), e.TextDelta("1.1.0", " and more"))


@pytest.mark.parametrize("name", ["", *OPENS, "inspector"])
async def test_no_size_is_too_small(name: str) -> None:
    async with running() as screen:
        await screen.type("go")
        await screen.press("enter")
        await screen.say(*RUN)
        await screen.press("f3", "up", "up")
        if name == "inspector":
            await screen.press("enter")
        elif name:
            await screen.app.run_action(next(action.action for action in ACTIONS if action.id == name))
        for size in SHUT:
            await screen.pilot.resize_terminal(*size)
            await screen.say(*MORE)
            await screen.press("down", "pagedown", "end")
        await screen.pilot.resize_terminal(120, 40)
        await screen.settle()
        await screen.press("escape")
        await screen.say(e.RunEnded(1, "completed"))
        assert "roll_dice" in screen.text


async def test_a_size_that_is_too_small_from_the_start_is_too_small_for_no_longer_than_that() -> None:
    async with running((3, 2)) as screen:
        await screen.say(*MORE)
        await screen.pilot.resize_terminal(120, 40)
        await screen.settle()
        assert "ask, or / for commands" in screen.text
