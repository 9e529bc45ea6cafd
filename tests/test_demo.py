import random
from typing import Any, Literal

import pytest
from agents import Agent, ModelSettings, RunConfig, RunContextWrapper, Runner, function_tool, handoff
from agents.items import TResponseInputItem
from pydantic import BaseModel

from tests.demo_run import asked, run
from tui.conversation import CUT_NOTE, NO_RESULT
from tui.engine.builtin import BUILTIN, demo, friendly, game_master, storyteller
from tui.engine.demo import demo_model


class Ticket(BaseModel):
    number: int


class TestTools:
    async def test_parallel_calls_really_run_and_their_results_are_told(self) -> None:
        told = await run(demo(random.Random(2), pause=0), "roll two dice, flip a coin and work out 17 * 23")
        assert told.calls == [
            ("roll_dice", {"sides": 6}),
            ("roll_dice", {"sides": 6}),
            ("flip_coin", {}),
            ("calculate", {"expression": "17 * 23"}),
        ]
        assert told.requests == 2
        assert told.outputs[3] == "391"
        for output in told.outputs:
            assert f"**{output}**" in told.final
        assert f"**{int(told.outputs[0]) + int(told.outputs[1])}**" in told.final

    @pytest.mark.parametrize(
        ("name", "prompt", "calls"),
        [
            ("game-master", "Roll 3d20", [("roll_dice", {"sides": 20})] * 3),
            ("game-master", "roll a 12-sided die", [("roll_dice", {"sides": 12})]),
            ("game-master", "tung hai con xúc xắc", [("roll_dice", {"sides": 6})] * 2),
            ("game-master", "flip three coins", [("flip_coin", {})] * 3),
            ("game-master", "Will I be rich?", [("magic_answer", {})]),
            ("game-master", "I open the door", [("roll_dice", {"sides": 20})]),
            ("game-master", "help", []),
            ("friendly", "2+2", [("calculate", {"expression": "2+2"})]),
            ("friendly", "What is (2 + 3) × 4?", [("calculate", {"expression": "(2 + 3) * 4"})]),
            ("friendly", "mấy giờ rồi?", [("tell_time", {"timezone": "UTC"})]),
            ("friendly", "pick tea or coffee", [("pick", {"options": ["tea", "coffee"]})]),
            ("friendly", "hello", []),
            ("storyteller", "roll two dice", []),
            (
                "demo",
                "What time is it in Hanoi and Tokyo?",
                [("tell_time", {"timezone": "Asia/Ho_Chi_Minh"}), ("tell_time", {"timezone": "Asia/Tokyo"})],
            ),
            ("demo", "roll 2d6 + 3", [("roll_dice", {"sides": 6})] * 2),
            ("demo", "roll 500 dice", [("roll_dice", {"sides": 6})] * 10),
        ],
    )
    async def test_words_suggest_calls(self, name: str, prompt: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
        told = await run(BUILTIN[name](), prompt)
        assert told.calls == calls
        assert told.final

    async def test_what_comes_after_then_is_called_in_a_later_turn(self) -> None:
        told = await run(game_master(), "roll 2d20, then flip a coin")
        assert [name for name in told.names if name.startswith("tool_")] == [
            *["tool_called"] * 2,
            *["tool_output"] * 2,
            "tool_called",
            "tool_output",
        ]
        assert told.requests == 3

    async def test_a_failed_tool_is_told(self) -> None:
        told = await run(game_master(), "roll a 1-sided die")
        assert "`roll_dice` failed" in told.final

    async def test_the_tour_shows_slow_tools_a_table_and_code(self) -> None:
        told = await run(demo(random.Random(1), pause=0), "tour")
        assert [name for name, _ in told.calls] == ["look_up", "look_up", "roll_dice"]
        assert "|---|" in told.final
        assert "```python" in told.final

    async def test_call_ids_are_unique_also_after_a_restart_with_the_same_seed(self) -> None:
        first = await run(game_master(), "roll 3d20, then flip a coin")
        second = await run(game_master(), "roll 3d20, then flip a coin", before=first.items)
        assert len(set(first.call_ids)) == len(first.call_ids) == 4
        assert len(set(second.call_ids)) == len(second.call_ids) == 4
        assert not set(first.call_ids) & set(second.call_ids)


class TestHandoff:
    async def test_a_story_is_handed_to_the_storyteller_once(self) -> None:
        told = await run(demo(pause=0), "tell me a story about a fox")
        assert told.names.count("handoff_requested") == told.names.count("handoff_occured") == 1
        assert told.agent == "Storyteller"
        assert told.final.startswith("# The Ferry and the Fox")

    async def test_tools_come_before_the_handoff(self) -> None:
        told = await run(demo(random.Random(1), pause=0), "roll a die, then tell me a story")
        assert told.names.index("tool_output") < told.names.index("handoff_requested")
        assert f"**{told.outputs[0]}**" in told.final

    async def test_the_storyteller_hands_back_what_is_not_a_story(self) -> None:
        (teller,) = demo(pause=0).handoffs
        assert isinstance(teller, Agent)
        told = await run(teller, "roll two dice")
        assert told.agent == "Demo"
        assert len(told.outputs) == 2

    async def test_an_agent_of_the_users_own_hands_over_when_the_other_is_named(self) -> None:
        agent = Agent(name="Desk", handoffs=[Agent(name="Billing")])
        assert (await run(agent, "get me billing please")).agent == "Billing"
        assert (await run(agent, "tell me a story")).agent == "Desk"

    async def test_a_handoff_gets_the_input_it_asks_for(self) -> None:
        got: list[Ticket] = []

        def note(context: RunContextWrapper[Any], ticket: Ticket) -> None:
            got.append(ticket)

        agent = Agent(name="Desk", handoffs=[handoff(Agent(name="Billing"), on_handoff=note, input_type=Ticket)])
        assert (await run(agent, "ticket 42 to billing")).agent == "Billing"
        assert got == [Ticket(number=42)]

    async def test_two_agents_that_could_hand_over_forever_do_so_once(self) -> None:
        desk, billing = Agent(name="Desk"), Agent(name="Billing")
        desk.handoffs.append(billing)
        billing.handoffs.append(desk)
        told = await run(desk, "is this for the desk or for billing?")
        assert told.agent == "Billing"
        assert told.names.count("handoff_occured") == 1


class TestConversation:
    async def test_it_knows_what_was_said_before(self) -> None:
        first = await run(friendly(), "my cat is called Mèo")
        second = await run(friendly(), "what did I say before?", before=first.items)
        assert "my cat is called Mèo" in second.final

    async def test_it_knows_that_it_was_stopped_and_goes_on_where_it_was(self) -> None:
        whole = (await run(storyteller(), "a long story")).final
        cut = whole[:900]
        before: list[TResponseInputItem] = [
            *asked("a long story"),
            {"role": "assistant", "content": f"{cut}\n\n{CUT_NOTE}"},
        ]
        told = await run(storyteller(), "continue", before=before)
        assert cut.rstrip() + told.final.removeprefix("…") == whole
        assert "You stopped me at “a long story”" in (await run(friendly(), "hello", before=before)).final

    async def test_it_goes_on_with_a_partial_answer_given_back_to_it(self) -> None:
        whole = (await run(storyteller(), "a long story")).final
        partial: list[TResponseInputItem] = [*asked("a long story"), {"role": "assistant", "content": whole[:500]}]
        config = RunConfig(model=demo_model(1, 0), tracing_disabled=True)
        result = await Runner.run(storyteller(), partial, run_config=config)
        assert whole[:500] + result.final_output == whole

    async def test_a_run_stopped_before_its_first_word_counts_as_stopped(self) -> None:
        told = await run(friendly(), "hello", before=asked("2+2"))
        assert "You stopped me at “2+2”" in told.final

    async def test_a_run_stopped_in_a_tool_counts_as_stopped(self) -> None:
        before: list[TResponseInputItem] = [
            *asked("2+2"),
            {"role": "assistant", "content": "One moment."},
            {"type": "function_call", "call_id": "c", "name": "calculate", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": NO_RESULT},
        ]
        assert "You stopped me at “2+2”" in (await run(friendly(), "hello", before=before)).final

    async def test_a_finished_answer_does_not_count_as_stopped(self) -> None:
        first = await run(friendly(), "2+2")
        assert "stopped" not in (await run(friendly(), "hello", before=first.items)).final

    async def test_a_long_story_is_long(self) -> None:
        assert len((await run(storyteller(), "tell me a long story")).final.split()) > 400

    async def test_vietnamese_is_answered_in_vietnamese(self) -> None:
        assert "Cơn mưa biết lắng nghe" in (await run(demo(pause=0), "kể cho tôi một câu chuyện")).final
        assert "Tôi là **mô hình demo**" in (await run(friendly(), "xin chào")).final

    @pytest.mark.parametrize("name", BUILTIN)
    async def test_help_says_what_to_try_and_that_it_is_no_ai(self, name: str) -> None:
        told = await run(BUILTIN[name](), "help")
        assert "script, no AI" in told.final
        assert told.final.count("\n- ") >= 3

    @pytest.mark.parametrize("prompt", ["", " ", "?", "🎲", "[red]x[/]", "then then", "0d0", "roll 99d999999"])
    @pytest.mark.parametrize("name", BUILTIN)
    async def test_odd_prompts_are_answered(self, name: str, prompt: str) -> None:
        assert (await run(BUILTIN[name](), prompt)).final

    async def test_text_to_say_is_said_unchanged(self) -> None:
        text = "a | b\n\n\x1b[31m **đỏ** 👩‍👩‍👧"
        assert (await run(friendly(), f"say {text}")).final == text


class Report(BaseModel):
    title: str
    level: Literal["low", "high"]
    pages: int
    tags: list[str]
    parent: "Report | None"


class TestAgentsOfTheUsersOwn:
    def agent(self, ran: list[tuple[str, int]]) -> Agent[Any]:
        @function_tool
        def send_parcel(address: str, weight: int = 3) -> str:
            ran.append((address, weight))
            return "sent ```ok```"

        @function_tool
        def roll_dice() -> str:
            raise AssertionError("called without being named")

        return Agent(name="Post", instructions="You run a post office.", tools=[send_parcel, roll_dice])

    async def test_a_tool_is_called_when_named_with_values_of_the_prompt(self) -> None:
        ran: list[tuple[str, int]] = []
        told = await run(self.agent(ran), 'please send parcel of 7 kg to "Huế"')
        assert ran == [("Huế", 7)]
        assert "````text\nsent ```ok```\n````" in told.final

    async def test_words_alone_call_nothing_and_the_answer_explains(self) -> None:
        ran: list[tuple[str, int]] = []
        told = await run(self.agent(ran), "throw two dice and a parcel")
        assert told.calls == []
        assert "script, no AI" in told.final
        assert "use send_parcel" in told.final

    async def test_an_output_type_gets_a_value_that_fits(self) -> None:
        told = await run(Agent(name="Writer", output_type=Report), 'a report called "Rain" of 12 pages')
        assert isinstance(told.final, Report)
        assert (told.final.title, told.final.level, told.final.pages) == ("Rain", "low", 12)

    async def test_a_tool_choice_of_none_is_respected(self) -> None:
        agent = game_master().clone(model_settings=ModelSettings(tool_choice="none"))
        assert (await run(agent, "roll a die")).calls == []
