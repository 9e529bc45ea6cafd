"""The inspector on the whole app: each view, its keys, hostile text, small screens, and what comes while it is open."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests import payloads
from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.requests import compress
from tui.ui.inspector.json_view import JsonView
from tui.ui.inspector.screen import InspectorScreen
from tui.wire import Record

BODY: dict[str, Any] = {
    "model": "gpt-x", "instructions": "Be brief.",
    "input": [{"role": "user", "content": "hello"}],
    "tools": [{"type": "function", "name": "roll", "description": "Rolls dice.", "parameters": {"type": "object"}}],
    "temperature": 0.5, "stream": True,
}  # fmt: skip
CALL = {"type": "function_call", "call_id": "c1", "name": "roll", "arguments": '{"sides": 6}'}
NEXT = {**BODY, "input": [*BODY["input"], CALL], "temperature": 0.7}


def gone(seq: int) -> Record:
    """The record of a history of which nothing is left."""
    raise LookupError(seq)


def requested(turn: int, body: dict[str, Any], before: dict[str, Any] | None = None) -> tuple[e.Event, ...]:
    entries = [] if before is None else compress([], before).entries
    packed = compress(entries, body)
    base = f"1.{turn - 1}.1" if packed.kept else ""
    return (
        e.ModelRequested(1, turn, "Guide", "gpt-x", len(body["input"])),
        e.RequestSent(1, turn, 1, packed.body, packed.items, packed.key, base, packed.kept, "http://h/v1"),
        e.ResponseReceived(1, turn, 1, 200, "req_7", 0.25),
        e.ResponseStarted(1, turn, "resp_1", "gpt-x-1"),
    )


TOOL = (
    e.ToolCalled("c1", "roll", '{"sides": 6, "note": "a"}', "Guide"), e.ToolStarted("c1", "roll"),
    e.ToolEnded("c1", "roll", '{"rolled": [6]}', duration=0.5),
)  # fmt: skip


@asynccontextmanager
async def inspecting(size: tuple[int, int], *happened: e.Event) -> AsyncIterator[Screen]:
    """The app with the inspector open on the newest row."""
    async with running(size) as screen:
        screen.link.send("hello")
        await screen.say(*happened)
        await screen.press("ctrl+t")
        await screen.until(lambda: isinstance(screen.app.screen, InspectorScreen))
        await screen.settle()
        yield screen


async def test_a_request_shows_its_input_instructions_tools_and_settings() -> None:
    async with inspecting((120, 40), *requested(1, BODY)) as screen:
        assert "1 entry, ≈ 8 tokens (characters ÷ 4)" in screen.text
        assert "user  ≈ 8 tok  hello" in screen.text
        assert "req_7" not in screen.text
        await screen.press("2")
        assert "Be brief." in screen.text
        await screen.press("tab")
        assert "roll" in screen.text
        assert "Rolls dice." in screen.text
        await screen.press("down", "enter")
        await screen.press("4")
        assert "temperature: 0.5" in screen.text
        assert "stream: true" in screen.text


async def test_a_request_shows_its_response_and_its_body() -> None:
    usage = e.UsageReported(1, 1, 1200, 1000, 30, 5)
    async with inspecting((120, 40), *requested(1, BODY), usage, e.ResponseEnded(1, 1)) as screen:
        assert "the provider counted 1,200 of the whole request" in screen.text
        await screen.press("6")
        for line in ("HTTP status: 200", "request id: req_7", "response id: resp_1", "of them cached: 1000",
                     "of them reasoning: 5", "connecting: 250 ms", "state: completed", "tries: 1"):  # fmt: skip
            assert line in screen.text
        await screen.press("7")
        view = screen.app.screen.query_one(JsonView)
        assert json.loads(view.text) == BODY
        assert list(json.loads(view.text)) == list(BODY)


async def test_the_difference_to_the_request_before_is_told_in_words_and_signs() -> None:
    async with inspecting((120, 40), *requested(1, BODY), *requested(2, NEXT, BODY)) as screen:
        await screen.press("5")
        assert "against the request before it of Guide, run 1 turn 1" in screen.text
        assert "input: 1 as before, 1 new, 0 gone" in screen.text
        assert "+ new 1  function_call roll" in screen.text
        assert "tools: unchanged" in screen.text
        assert "settings: 1 line new, 1 gone" in screen.text
        assert '-   "temperature": 0.5' in screen.text
        assert '+   "temperature": 0.7' in screen.text


async def test_a_tool_call_is_shown_with_what_it_holds() -> None:
    async with inspecting((120, 40), *requested(1, BODY), *TOOL) as screen:
        assert "arguments: JSON in a text, 2 keys" in screen.text
        assert "sides: 6" in screen.text
        assert "rolled" in screen.text
        await screen.press("r")
        assert '{"sides": 6, "note": "a"}' in screen.text
        await screen.press("2")
        assert "duration: 500 ms" in screen.text
        assert "origin: function" in screen.text
        await screen.press("3")
        assert "tool_called" in screen.text


async def test_other_rows_are_reached_without_leaving_and_escape_closes() -> None:
    async with inspecting((120, 40), *requested(1, BODY), *TOOL) as screen:
        await screen.press("K")
        assert "≈ 8 tok" in screen.text
        await screen.press("J")
        assert "arguments" in screen.text
        await screen.press("K", "K", "K")
        assert "text: hello" in screen.text
        await screen.press("slash", "h", "escape")
        assert isinstance(screen.app.screen, InspectorScreen)
        await screen.press("escape")
        assert not isinstance(screen.app.screen, InspectorScreen)


async def test_what_comes_while_it_is_open_is_shown() -> None:
    async with inspecting((120, 40), *requested(1, BODY), *TOOL[:2]) as screen:
        assert "state: running" in screen.text
        await screen.say(TOOL[2])
        assert "state: done" in screen.text
        assert "rolled" in screen.text


async def test_a_search_unfolds_what_it_finds() -> None:
    async with inspecting((120, 40), *requested(1, BODY)) as screen:
        await screen.press("7", "minus")
        assert "description: Rolls dice." not in screen.text
        await screen.press("slash")
        await screen.press(*"rolls", "enter")
        view = screen.app.screen.query_one(JsonView)
        assert view.at is not None
        assert view.at.path == "tools[0].description"
        assert "description: Rolls dice." in screen.text
        await screen.press("slash", *"nowhere", "enter")
        await screen.until(lambda: "nowhere is not in this view" in screen.text)


async def test_values_paths_and_all_can_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with inspecting((120, 40), *requested(1, BODY)) as screen:
        copied: list[str] = []
        monkeypatch.setattr(screen.app, "copy_to_clipboard", copied.append)
        await screen.press("down", "enter", "down", "down", "p", "y")
        assert copied == ["input[0].content", "hello"]
        await screen.press("7", "Y")
        assert json.loads(copied[2]) == BODY


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_hostile_text_reaches_no_view_raw(size: tuple[int, int]) -> None:
    nasty = payloads.ALL
    body: dict[str, Any] = {
        "model": nasty, "instructions": nasty,
        "input": [{"role": nasty, "content": nasty, nasty: json.dumps({nasty: [nasty]})}],
        "tools": [{"type": "function", "name": nasty, "description": nasty}],
        nasty: nasty,
    }  # fmt: skip
    tool = e.ToolCalled("c1", nasty, json.dumps({nasty: nasty}), nasty), e.ToolEnded("c1", nasty, nasty, error=nasty)
    changed = {**body, "instructions": nasty + "x"}
    happened = (*requested(1, body), *requested(2, changed, body), *tool)
    async with inspecting(size, *happened) as screen:
        for _ in range(2):
            for number in "123456789":
                await screen.press(number, "plus")
                for line in screen.text.split("\n"):
                    assert line.isprintable()
                    assert len(line) <= size[0] * 2
            await screen.press("K")


async def test_of_five_megabytes_only_what_is_in_view_is_laid_out() -> None:
    big = {**BODY, "input": [{"role": "user", "content": f"{number} " + "x" * 50_000} for number in range(100)]}
    async with inspecting((120, 40), *requested(1, big)) as screen:
        view = screen.app.screen.query_one(JsonView)
        assert len(view._rows) == 101
        await screen.press("7")
        assert "input: 100 entries" in screen.text
        assert len(view._rows) < 30


async def test_without_records_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as screen:
        screen.link.send("hello")
        await screen.say(*requested(1, BODY))
        monkeypatch.setattr(screen.app.history, "record", gone)
        await screen.press("ctrl+t")
        await screen.settle()
        assert "what was sent is not on record" in screen.text
        await screen.press("6")
        assert "HTTP status: 200" in screen.text


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_the_mouse_folds_and_chooses_views(size: tuple[int, int]) -> None:
    async with inspecting(size, *requested(1, BODY)) as screen:
        view = screen.app.screen.query_one(JsonView)
        await screen.pilot.click(JsonView, offset=(3, 1))
        await screen.settle()
        assert "content: hello" in screen.text
        assert view.at is not None
        tabs = screen.app.screen.query_one("#views")
        await screen.pilot.click("#views", offset=(12, 0))
        await screen.settle()
        assert "Be brief." in screen.text
        assert tabs.size.width <= size[0]


async def test_tries_and_waits_of_a_request_are_told() -> None:
    """Times count from when the runner asked, so that one of the first try is none of the second."""
    failed = e.AttemptFailed(1, 1, 1, 3, "network", "gone", 9.0), e.AttemptStarted(1, 1, 2, 3)
    again = requested(1, BODY)[1:]
    again = (e.RequestSent(1, 1, 2, {**BODY, "input": None}, (*BODY["input"], CALL)), *again[1:])
    async with inspecting((120, 40), *requested(1, BODY), e.TextDelta("1.1.0", "x"), *failed, *again) as screen:
        await screen.press("K", "K", "K", "1")
        assert "2 entries" in screen.text
        await screen.press("6")
        assert "tries: 2" in screen.text
        assert "wait 1: from " in screen.text
        assert "first token after: 400 ms" in screen.text
        await screen.press("8")
        assert "input: 1 entry" in screen.text
