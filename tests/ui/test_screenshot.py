"""What `/export` and `/screenshot` write: where, for whom, and what is not in it."""

import json
import re
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.payloads import ALL
from tests.ui.app_driver import Screen, StillLink
from tui import events as e
from tui.export.file import save, save_in
from tui.export.file import written as document_of
from tui.journal.file import Header
from tui.journal.writer import JournalWriter
from tui.safety import redact
from tui.ui.actions import saving
from tui.ui.actions.saving import Wish, WishError, picture, understand
from tui.ui.app import AgentsApp

KEY = "sk-proj-Zk3vQ8w1Xy5mTn7Rb2Lc9Hd4"


@pytest.fixture(autouse=True)
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folder, which is not there yet."""
    monkeypatch.setattr(saving, "exports_folder", lambda: tmp_path / "data" / "exports")
    return tmp_path / "data" / "exports"


@asynccontextmanager
async def running(journal: Path | None) -> AsyncIterator[Screen]:
    link = StillLink()
    header = Header("0badcafe", "demo", link.now)
    writer = JournalWriter(link.bus, journal, header, lambda text: text) if journal else None
    app = AgentsApp(link, link.clock, journal=writer)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = Screen(app, link, pilot)
        await screen.until(lambda: app.state.engine == "up")
        answer = e.MessageCompleted("1", "Guide", "Done.")
        await screen.say(e.PromptSent(f"use {KEY}"), e.RunStarted(1), answer, e.RunEnded(1, "completed"))
        yield screen


async def told(screen: Screen, command: str) -> str:
    """What the program says to a command."""
    before = len(screen.app._notifications)
    await screen.app.run_command(command)
    for work in [worker for worker in screen.app.workers if worker.name == "saving"]:
        await work.wait()
    await screen.until(lambda: len(screen.app._notifications) > before)
    return list(screen.app._notifications)[-1].message


def written(message: str) -> Path:
    path = Path(message.removeprefix("saved: "))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path


READERS: dict[str, Callable[[str], object]] = {"md": str, "json": json.loads, "html": str}


@pytest.mark.parametrize("format", READERS)
async def test_the_session_is_exported_from_its_journal(format: str, tmp_path: Path, exports: Path) -> None:
    async with running(tmp_path / "0badcafe.jsonl") as screen:
        path = written(await told(screen, f"/export {format}"))
    assert (path.parent, path.suffix) == (exports, f".{format}")
    assert path.name.startswith("0badcafe-2025")
    text = path.read_text("utf-8")
    assert "Done." in str(READERS[format](text))
    assert KEY not in text


async def test_a_file_of_choice_tells_the_format(tmp_path: Path) -> None:
    async with running(tmp_path / "0badcafe.jsonl") as screen:
        path = written(await told(screen, f"/export {tmp_path}/my talk.html"))
        assert path == tmp_path / "my talk.html"
        again = await told(screen, f"/export {tmp_path}/my talk.html")
        nowhere = await told(screen, f"/export md {tmp_path}/no/such/x.md")
        inside = written(await told(screen, f"/export md {tmp_path}"))
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert again == f"{tmp_path}/my talk.html is there already: choose another name"
    assert nowhere == f"{tmp_path}/no/such/x.md cannot be written: No such file or directory"
    assert inside.parent == tmp_path


async def test_a_session_that_is_not_recorded_cannot_be_exported() -> None:
    async with running(None) as screen:
        assert await told(screen, "/export md") == "this session is not recorded: there is nothing to export"


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("", Wish("md", "")),
        ("json", Wish("json", "")),
        ("HTML", Wish("html", "")),
        ("html talk.txt", Wish("html", "talk.txt")),
        (" ~/my talk.json ", Wish("json", "~/my talk.json")),
    ],
)
def test_a_wish_is_understood(typed: str, wish: Wish) -> None:
    assert understand(typed) == wish


def test_a_wish_without_a_known_format_is_asked_about() -> None:
    with pytest.raises(WishError, match=r"^which format\? /export md\|json\|html talk\.txt$"):
        understand("talk.txt")


def test_the_home_of_nobody_is_no_place(tmp_path: Path) -> None:
    with pytest.raises(WishError, match="home"):
        saving.saved(document_of("x"), "~nobody-of-this-name/x.md", "s", datetime(2026, 1, 2), "md")


async def test_the_screen_becomes_a_picture_of_its_own(exports: Path) -> None:
    async with running(None) as screen:
        await screen.say(e.PromptSent(ALL + " \uffff"), e.RunStarted(2), e.TextDelta("2", f"your key: {KEY} <b>"))
        path = written(await told(screen, "/screenshot"))
    assert path.parent == exports
    text = path.read_text("utf-8")
    root = ET.fromstring(text)
    assert {node.tag.rpartition("}")[2] for node in root.iter()} <= {
        "svg", "style", "defs", "clipPath", "rect", "g", "text", "circle",
    }  # fmt: skip
    assert set(re.findall(r"url\((.)|@(?:font-face|import)", text)) == {"#"}  # nothing is loaded from anywhere
    words = "".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")).replace("\xa0", " ")
    assert "METRICS" in words.upper()
    assert "Done." in words
    assert "<b>" in words
    assert KEY not in words
    assert "sk-proj-…9Hd4" in words


def test_what_is_masked_in_a_picture_keeps_its_place() -> None:
    line = '<text class="r1" x="0" textLength="9">use&#160;{}&#160;&lt;now&gt;</text>'
    shown = picture(line.format(KEY), redact)
    masked = "sk-proj-…9Hd4&#160;&lt;now&gt;" + "&#160;" * (len(KEY) - len("sk-proj-…9Hd4"))
    assert shown == f'<text class="r1" x="0" textLength="9">use&#160;{masked}</text>'
    assert picture(line.format("it"), redact) == line.format("it")


def test_files_of_one_second_are_told_apart(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5)
    paths = [save_in(tmp_path / "new", "../s", moment, "md", document_of(text)) for text in ("one", "two")]
    assert [path.name for path in paths] == ["___s-20260102-030405.md", "___s-20260102-030405-2.md"]
    assert [path.read_text() for path in paths] == ["one", "two"]
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept.md"
    kept.write_text("mine")
    with pytest.raises(FileExistsError):
        save("yours", kept)
    assert kept.read_text() == "mine"


def test_a_document_that_the_disk_does_not_take_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.export.file.os.fdopen", full)
    with pytest.raises(OSError, match="No space"):
        save("text", tmp_path / "half.md")
    assert list(tmp_path.iterdir()) == []
