"""The list of sessions on the screen: search, open, rename, delete, bring back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ui.app_driver import Screen, running
from tui import events as e
from tui.journal.file import Header, header_line, hold
from tui.journal.sessions import Sessions
from tui.wire import Record, encode_many

HERE = "0badcafe"
"""The session that the driver's link is of."""


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    for number, (session, prompt) in enumerate(
        {
            "aaaa1111": "Where is the key?",
            "bbbb2222": "[b]Roll[/b] a \x1b[31mdie",
            HERE: "what is on the screen",
        }.items()
    ):
        records = [Record(1, 1000.0 + number, e.PromptSent(prompt)), Record(2, 1001.0 + number, e.RunStarted(1))]
        path = tmp_path / f"{session}.jsonl"
        path.write_bytes(header_line(Header(session, "demo", 1000.0)) + encode_many(records))
    return Sessions(tmp_path)


@asynccontextmanager
async def listed(sessions: Sessions, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screen]:
    async with running(size) as screen:
        screen.app.sessions = sessions
        await screen.press("f5")
        await screen.until(lambda: "Where is the key?" in screen.text)
        yield screen


@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_f5_lists_them_with_foreign_text_as_text(sessions: Sessions, size: tuple[int, int]) -> None:
    async with listed(sessions, size) as screen:
        if size[0] > 80:
            assert "[b]Roll[/b] a ␛[31mdie" in screen.text
            assert re.search(r"aaaa1111  \d{4}-\d\d-\d\d \d\d:\d\d  demo +1 +– +–  Where is the key\?", screen.text)
        assert "\x1b" not in screen.text
        await screen.press("escape")
        assert "Where is the key?" not in screen.text


async def test_typing_searches_and_enter_opens(sessions: Sessions) -> None:
    async with listed(sessions) as screen:
        await screen.type("roll")
        assert "Where is the key?" not in screen.text
        await screen.press("enter")
        await screen.until(lambda: screen.app.chosen == "bbbb2222")
        assert "close" in screen.link.wanted


async def test_the_session_on_the_screen_is_neither_opened_nor_deleted(sessions: Sessions) -> None:
    async with listed(sessions) as screen:
        await screen.type("screen")
        await screen.press("down", "d")
        assert sessions.path(HERE).exists()
        await screen.press("enter")
        assert screen.app.chosen == ""


async def test_r_renames_and_esc_leaves_the_name_as_it_was(sessions: Sessions) -> None:
    async with listed(sessions) as screen:
        await screen.type("key")
        await screen.press("down", "r")
        await screen.type("x")
        await screen.press("escape")
        assert {summary.title for summary in sessions.all()} >= {"Where is the key?"}
        await screen.press("r", "ctrl+u")
        await screen.type("mykey")
        await screen.press("enter")
        assert "mykey" in {summary.title for summary in sessions.all()}
        assert "mykey" in screen.text


async def test_d_deletes_u_brings_back_and_closing_makes_it_final(sessions: Sessions, tmp_path: Path) -> None:
    async with listed(sessions) as screen:
        await screen.type("key")
        await screen.press("down", "d")
        assert "Where is the key?" not in screen.text
        assert not sessions.path("aaaa1111").exists()
        await screen.press("u")
        assert "Where is the key?" in screen.text
        await screen.press("d", "escape")
        await screen.until(lambda: not list(tmp_path.rglob("aaaa1111*")))


async def test_a_session_open_elsewhere_is_not_deleted(sessions: Sessions) -> None:
    held = hold(sessions.path("aaaa1111"))
    async with listed(sessions) as screen:
        await screen.type("key")
        await screen.press("down", "d")
        await screen.until(lambda: any("program has it open" in note.message for note in screen.app._notifications))
    assert held
    assert sessions.path("aaaa1111").exists()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_columns_stand_under_their_headings(sessions: Sessions, size: tuple[int, int]) -> None:
    async with listed(sessions, size) as screen:
        lines = screen.text.splitlines()
        head = next(line for line in lines if "TOKENS" in line)
        rows = [line for line in lines if "demo  " in line]
        assert len(rows) == 3
        assert {row.index("demo") for row in rows} == {head.index("AGENT")}
        assert {row.index("–") for row in rows} == {head.index("TOKENS") + len("TOKENS") - 1}
        assert next(row for row in rows if "Where" in row).index("Where is the key?") == head.index("TITLE")
        assert all("…" not in row for row in rows)
