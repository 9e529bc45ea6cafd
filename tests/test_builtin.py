import asyncio
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest
from agents import Agent, FunctionTool, Handoff
from agents.tool_context import ToolContext

from tui.engine.arithmetic import evaluate
from tui.engine.builtin import BUILTIN, DESCRIPTIONS, INSTRUCTIONS, demo, friendly, game_master
from tui.engine.builtin_tools import MAGIC_ANSWERS, NOTES, Chance, Everyday, Notebook, calculate


async def call(agent: Agent[Any], tool_name: str, **arguments: Any) -> str:
    tool = next(tool for tool in agent.tools if tool.name == tool_name)
    assert isinstance(tool, FunctionTool)
    text = json.dumps(arguments)
    context = ToolContext(None, tool_name=tool_name, tool_call_id="call", tool_arguments=text)
    return str(await tool.on_invoke_tool(context, text))


def test_every_built_in_has_a_builder_a_line_and_instructions() -> None:
    assert list(BUILTIN) == list(DESCRIPTIONS) == list(INSTRUCTIONS)
    assert next(iter(BUILTIN)) == "demo"
    assert [build().name for build in BUILTIN.values()] == ["Demo", "Storyteller", "Game Master", "Friendly Assistant"]


def test_naming_the_built_ins_does_not_load_the_sdk() -> None:
    code = "import sys, tui.engine.builtin; sys.exit('agents' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_demo_hands_over_to_the_storyteller_and_back() -> None:
    guide = demo()
    (teller,) = guide.handoffs
    assert not isinstance(teller, Handoff)
    assert teller.name == "Storyteller"
    assert teller.handoffs == [guide]


async def test_the_tools_of_an_agent_run_and_the_same_seed_gives_the_same_game() -> None:
    async def play(seed: int) -> list[str]:
        master = game_master(random.Random(seed))
        rolls = await asyncio.gather(*(call(master, "roll_dice", sides=20) for _ in range(20)))
        return [*rolls, await call(master, "flip_coin"), await call(master, "magic_answer")]

    first = await play(7)
    assert first == await play(7)
    assert first != await play(8)
    assert {int(roll) for roll in first[:20]} <= set(range(1, 21))
    assert first[20] in ("heads", "tails")
    assert first[21] in MAGIC_ANSWERS


async def test_every_face_of_a_die_and_every_answer_comes_up() -> None:
    chance = Chance(random.Random(1))
    assert {await chance.roll_dice() for _ in range(200)} == set("123456")
    assert {await chance.flip_coin() for _ in range(50)} == {"heads", "tails"}
    assert {await chance.magic_answer() for _ in range(100)} == set(MAGIC_ANSWERS)
    assert len(MAGIC_ANSWERS) == 6


@pytest.mark.parametrize("sides", [-6, 0, 1, 1001])
async def test_impossible_dice_are_refused(sides: int) -> None:
    with pytest.raises(ValueError, match="2 to 1000 sides"):
        await Chance(random.Random(1)).roll_dice(sides)


async def test_a_failing_tool_is_told_to_the_model_and_does_not_raise() -> None:
    assert "error" in await call(game_master(), "roll_dice", sides=1)


async def test_notes_are_found_by_singular_and_plural() -> None:
    notebook = Notebook(random.Random(1), pause=0)
    assert await notebook.look_up("Tokens ") == NOTES["token"]
    assert "The notebook knows: streaming" in await notebook.look_up("weather")


async def test_a_look_up_takes_about_its_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("tui.engine.builtin_tools.asyncio.sleep", sleep)
    await call(demo(random.Random(1), pause=1.0), "look_up", topic="event")
    assert 0.7 <= slept[0] <= 1.3


async def test_the_friendly_tools_answer() -> None:
    agent = friendly(random.Random(1))
    assert await call(agent, "calculate", expression="2 + 2") == "4"
    assert await call(agent, "pick", options=["tea", "coffee"]) in ("tea", "coffee")
    assert (await call(agent, "tell_time", timezone="UTC")).endswith(" UTC")


def test_the_time_is_told_in_the_zone_asked_for() -> None:
    noon = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

    def now(zone: tzinfo) -> datetime:
        return noon.astimezone(zone)

    everyday = Everyday(random.Random(1), now)
    assert everyday.tell_time("Asia/Ho_Chi_Minh") == "Saturday 31 January 2026, 19:00 Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("zone", ["Nowhere/Town", "", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone is called"):
        Everyday(random.Random(1)).tell_time(zone)


def test_a_choice_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two"):
        Everyday(random.Random(1)).pick(["tea"])


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("17 * 23", "391"),
        ("(1 + 2) * -3", "-9"),
        ("7 / 2", "3.5"),
        ("7 // 2 + 7 % 2", "4"),
        ("2 ** 10", "1024"),
        ("0.1 + 0.2", "0.3"),
        ("2 ** -1", "0.5"),
        (" 4 ", "4"),
    ],
)
def test_arithmetic(expression: str, result: str) -> None:
    assert calculate(expression) == result


@pytest.mark.parametrize(
    "expression",
    ["__import__('os')", "x + 1", "'a' * 3", "True + 1", "[1]", "1 if 1 else 2", "1 +", "", "1 << 9", "2j", "1;2"],
)
def test_only_arithmetic_is_worked_out(expression: str) -> None:
    with pytest.raises(ValueError, match=r"only numbers|not an arithmetic expression"):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 / 0", "division by zero"),
        ("9 ** 9 ** 9", "too large"),
        ("1e308 * 10", "too large"),
        ("2 ** 4000 * 1.5", "too large"),
        ("(-8) ** 0.5", "not real"),
        ("1" * 201, "longer than"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_at_once(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        evaluate(expression)
