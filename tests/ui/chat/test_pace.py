"""Answers at the pace of a reader: what is held back, what shows it at once, and that nothing else is held back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.ui.app_driver import Screen, running
from tests.ui.chat.test_pane import ChatApp, Started
from tests.ui.chat.test_pane import running as alone
from tui import events as e

WORDS = " ".join(f"word{number}" for number in range(200))
BEGIN = (e.PromptSent("hello"), e.RunStarted(1), e.AgentChanged(1, "Guide"), e.ModelRequested(1, 1, "Guide"))


@asynccontextmanager
async def _paced(words_per_minute: float = 240) -> AsyncIterator[Started]:
    """An answer of 200 words that came at once."""
    async with alone((100, 30)) as (app, pilot):
        app.chat.set_pace(words_per_minute)
        app.feed(*BEGIN, e.TextDelta("1.1.0", WORDS))
        yield app, pilot


def _shown(app: ChatApp) -> int:
    return app.shown.count("word") - app.shown.count("words ahead")


async def test_a_few_words_a_second_and_the_rest_ahead() -> None:
    async with _paced() as (app, _):
        assert 1 <= _shown(app) <= 3
        assert f" {200 - _shown(app)} words ahead · End shows all" in app.lines[-1]
        app.feed(after=0.0)
        for seconds in (1, 2, 3):
            app.now += 1
            app.feed()
            assert _shown(app) == pytest.approx(2 + 24 * seconds / 7, abs=2)
        assert app.chat.last_answer() == WORDS, "copied whole"
        assert "word199" in app.chat.text()


@pytest.mark.parametrize("key", ["end", "space"])
async def test_a_key_shows_all(key: str) -> None:
    async with _paced() as (app, pilot):
        await pilot.press(key)
        assert "ahead" not in app.shown


async def test_the_rest_follows_soon_after_the_end() -> None:
    async with _paced(30) as (app, _):
        app.feed(e.MessageCompleted("1.1.0", "Guide", WORDS), e.RunEnded(1, "completed"))
        assert "words ahead" in app.shown
        app.now += 1.5
        app.feed()
        assert 80 < _shown(app) < 120
        app.now += 1.6
        app.feed()
        assert _shown(app) == 200
        assert "ahead" not in app.shown
        assert app.chat._flowing is None


async def test_it_flows_while_nothing_else_happens() -> None:
    async with _paced(6000) as (app, _):
        app.feed(e.MessageCompleted("1.1.0", "Guide", WORDS), e.RunEnded(1, "completed"))
        assert app.chat._flowing is not None
        app.chat._painted -= 10.0
        app.chat._go_on()
        assert _shown(app) == 200


async def test_another_prompt_shows_all_of_the_answer_before() -> None:
    async with _paced(30) as (app, _):
        app.feed(e.RunEnded(1, "completed"), e.PromptSent("next"), e.RunStarted(2))
        assert _shown(app) == 200


async def test_seams_and_pieces_give_the_same_text_as_without_a_pace() -> None:
    text = "A **bold** word\n\n- an item\n- another 👩‍👩‍👧 one\n\n```\ncode here\n```\nthe end, at last.\n"
    shown = []
    for pace in (None, 90.0):
        async with alone((100, 30)) as (app, _):
            app.chat.set_pace(pace)
            app.feed(*BEGIN)
            for at in range(0, len(text), 5):
                app.feed(e.TextDelta("1.1.0", text[at : at + 5]), after=0.2)
            app.feed(e.MessageCompleted("1.1.0", "Guide", text), e.RunEnded(1, "completed"))
            app.now += 3.1
            app.feed()
            shown.append(app.shown)
    assert shown[0] == shown[1]


async def _stream(screen: Screen) -> None:
    await screen.type("hi")
    await screen.press("enter")
    await screen.say(e.ModelRequested(1, 1, "Guide"), e.TextDelta("1.1.0", WORDS))


async def test_the_command_the_keys_and_a_send() -> None:
    async with running((120, 40)) as screen:
        await screen.type("/pace 30")
        await screen.press("enter")
        await screen.until(lambda: "30 words a minute" in _said(screen))
        await _stream(screen)
        assert "words ahead · End shows all" in screen.text
        await screen.press("end")  # the input has the keys and nothing typed
        await screen.until(lambda: "ahead" not in screen.text)
        await screen.say(e.TextDelta("1.1.1", WORDS))
        await screen.until(lambda: "words ahead" in screen.text)
        await screen.type("one more")
        await screen.press("enter")  # it is queued
        await screen.until(lambda: "ahead" not in screen.text)


async def test_an_unknown_pace_is_named_and_stays_in_the_input() -> None:
    async with running((120, 40)) as screen:
        await screen.type("/pace fast")
        await screen.press("enter")
        await screen.until(lambda: "/pace takes reading, live" in _said(screen))
        assert "/pace fast" in screen.text


def _said(screen: Screen) -> str:
    return "\n".join(note.message for note in screen.app._notifications)
