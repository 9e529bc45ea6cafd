"""A session driven by commands in this process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from agents import Agent
from agents.testing import ScriptedModel, assistant_message

from tests.engine.driver import DEADLINE, Driver
from tests.model_server import ModelServer, Stall, Text
from tui import commands as c
from tui import events as e
from tui.engine.serve import ProtocolError, serve


def agent(*answers: str) -> Agent[Any]:
    return Agent(name="Mine", model=ScriptedModel([[assistant_message(answer)] for answer in answers]))


class Commands:
    """Commands given one by one."""

    def __init__(self, *commands: c.Command) -> None:
        self._queue: asyncio.Queue[c.Command | None] = asyncio.Queue()
        self.give(*commands)

    def give(self, *commands: c.Command | None) -> None:
        for command in commands:
            self._queue.put_nowait(command)

    async def __aiter__(self) -> AsyncIterator[c.Command]:
        while (command := await self._queue.get()) is not None:
            yield command


async def test_prompts_run_one_after_another_and_clear_makes_the_next_start_anew() -> None:
    driver = Driver()
    commands = Commands(c.Open("s", ""), c.Send("one"), c.Send("two"))
    serving = asyncio.create_task(serve(aiter(commands), driver.emit, agent("1", "2", "3")))
    await driver.until(e.RunEnded, lambda end: end.run == 2)
    commands.give(c.Clear(), c.Send("three"))
    await driver.until(e.RunEnded, lambda end: end.run == 3)
    commands.give(c.Close())
    await asyncio.wait_for(serving, DEADLINE)
    assert [end.status for end in driver.all(e.RunEnded)] == ["completed"] * 3
    assert [request.items for request in driver.all(e.ModelRequested)] == [1, 3, 1]
    assert len(driver.all(e.ConversationCleared)) == 1


async def test_a_server_that_falls_silent_for_longer_than_the_limit_is_asked_again() -> None:
    driver = Driver()
    async with ModelServer([[Text("half "), Stall()], [Text("whole")]]) as server:
        commands = Commands(c.Open("s", "", base_url=server.base_url, model="m", stall_limit=0.5), c.Send("one"))
        serving = asyncio.create_task(serve(aiter(commands), driver.emit, Agent(name="Mine")))
        failed = await driver.until(e.AttemptFailed)
        commands.give(c.RetryNow())
        end = await driver.until(e.RunEnded)
        commands.give(None)
        await asyncio.wait_for(serving, DEADLINE)
    assert (failed.kind, failed.error) == ("timeout", "nothing came from the model server for 0.5 s")
    assert (end.status, driver.text) == ("completed", "half whole")


async def test_a_clear_during_a_run_waits_for_its_end() -> None:
    driver = Driver()
    commands = Commands(c.Open("s", ""), c.Send("one"), c.Clear(), c.Send("two"))
    serving = asyncio.create_task(serve(aiter(commands), driver.emit, agent("1", "2")))
    await driver.until(e.RunEnded, lambda end: end.run == 2)
    commands.give(None)
    await asyncio.wait_for(serving, DEADLINE)
    assert [request.items for request in driver.all(e.ModelRequested)] == [1, 1]


async def test_a_second_open_and_a_missing_one_are_refused() -> None:
    for commands in (Commands(c.Open("s", ""), c.Open("s", "")), Commands(c.Send("hello")), Commands()):
        commands.give(None)
        with pytest.raises(ProtocolError, match="open"):
            await asyncio.wait_for(serve(aiter(commands), Driver().emit, agent()), DEADLINE)
