"""Whatever is pressed, clicked, said and resized, many at once: the app goes on, and the terminal shows what it holds.

`SEEDS=200 pytest tests/ui/test_monkey.py` for more than CI takes.
"""

import os
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from textual._compositor import Compositor, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tests.ui.app_driver import Screen as Driven
from tests.ui.app_driver import running
from tests.ui.test_compositing import Emulator, watch
from tui import events as e
from tui.ui.app import AgentsApp
from tui.ui.terminal import compositing, internals, scrolling

_SEEDS = int(os.environ.get("SEEDS", "6"))
_BATCHES = 25
_SIZE = (120, 40)
_SIZES = [_SIZE, (80, 24), (60, 16), (200, 60), (79, 25), (20, 5), (8, 3), (1, 1)]

_KEYS = (
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[1;5H", "\x1b[1;5F"),
    *("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[19~", "\x1b[20~", "\x1b[Z", "\x1b[1;2B", "\x1b", "\t", "\r"),
    *("\n", "\x7f", "\x0f", "\x14", "\x10", "a", "ế", "gG", "jj", "n", "/", "f", "e", "S", "T", "123", "y", "?", "m"),
    *("v", "r", "+-", "JK", " ", "[]"),
)  # fmt: skip
_LINES = (
    *("/help", "/stats", "/history", "/timeline", "/tools", "/dashboard", "/theme daylight", "/theme", "/level 1"),
    *("/level 3", "/find the", "/find ~[a", "/filter kind:tool", "/filter", "/clear", "/nonsense", "/edit", "/back"),
    *("/branches", "hello"),
)  # fmt: skip
_TEXT = "The **quick** fox 日本 🎲\n\n| a | b |\n|---|---|\n"


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a terminal; all is put back."""
    for owner, name in (
        (Compositor, "render_partial_update"),
        (Compositor, "render_full_update"),
        (ScrollBar, "render_lines"),
        (Screen, "get_widget_and_offset_at"),
        (Strip, "divide"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    compositing.patch_compositor()
    scrolling.patch_scroll_bars()
    internals.patch_clicks_on_removed()
    yield
    compositing.forget()


class Monkey:
    """Does something; `did` tells what."""

    def __init__(self, seed: int, screen: Driven) -> None:
        self._pick = random.Random(seed)
        self._screen = screen
        self._parser = internals.XTermParser()
        self._run = self._ended = 0
        self.did: list[str] = []

    def types(self, text: str) -> None:
        """As the terminal sends it, all at once."""
        driver = self._screen.app._driver
        assert driver is not None
        for message in [*self._parser.feed(text), *self._parser.tick()]:
            driver.process_message(message)

    def presses(self) -> None:
        keys = "".join(self._pick.choices(_KEYS, k=self._pick.randint(1, 4)))
        self.types(keys)
        self.did.append(f"pressed {keys!r}")

    def enters(self) -> None:
        line = self._pick.choice(_LINES)
        self.types(f"{line}\r")
        self.did.append(f"entered {line}")

    def points(self) -> None:
        width, height = self._screen.app.size
        at, to = (f"{self._pick.randint(1, width)};{self._pick.randint(1, height)}" for _ in range(2))
        click = f"\x1b[<0;{at}M\x1b[<0;{at}m"
        gesture = self._pick.choice(
            [click, click * 2, f"\x1b[<64;{at}M", f"\x1b[<65;{at}M", f"\x1b[<0;{at}M\x1b[<32;{to}M\x1b[<0;{to}m"]
        )
        self.types(gesture)
        self.did.append(f"pointed {gesture!r}")

    def says(self) -> None:
        """A run of an agent; the one before has ended by then."""
        link = self._screen.link
        self._end()
        self._run += 1
        item, call = f"{self._run}.1.0", f"c{self._run}"
        link.say(
            e.PromptSent("go"),
            e.RunStarted(self._run),
            e.ModelRequested(self._run, 1, "Guide", "gpt-x", 1),
            e.TextDelta(item, _TEXT + "| 1 | ế |\n" * self._pick.randint(0, 30)),
            e.ToolCalled(call, "roll_dice", '{"sides":20}', "Guide"),
            e.ToolStarted(call, "roll_dice", "Guide"),
        )
        if self._pick.random() < 0.7:
            self._end()
        self.did.append("said")

    def _end(self) -> None:
        if self._run > self._ended:
            self._ended = self._run
            self._screen.link.say(
                e.ToolEnded(f"c{self._run}", "roll_dice", "17", duration=0.01), e.RunEnded(self._run, "completed")
            )
            self._screen.link.busy = False

    async def acts(self) -> None:
        """A few things before the screen gets to any of them, and now and then another size."""
        ways: list[Callable[[], None]] = [self.presses, self.presses, self.enters, self.points, self.says]
        for way in self._pick.choices(ways, k=self._pick.randint(1, 4)):
            way()
        if self._pick.random() < 0.15:
            size = self._pick.choice(_SIZES)
            self.did.append(f"resized {size}")
            await self._screen.pilot.resize_terminal(*size)
        await self._screen.settle()


class Terminal(Emulator):
    """One that is made larger and smaller."""

    def feed(self, update: CompositorUpdate) -> None:
        size = self.app.size
        self._screen.resize(size.height, size.width)
        super().feed(update)

    def __init__(self, app: AgentsApp) -> None:
        super().__init__(_SIZE)
        self.app = app

    def assert_true(self) -> None:
        """It shows what the screen holds, if the screen has written all of that.

        While a run is live the times on the screen are those of some tenths of a second ago.
        """
        if self.app.state.busy or any(map(_pending, self.app.screen_stack)):
            return
        whole = Terminal(self.app)
        lines: list[Iterable[Strip]] = [[line] for line in self.app.screen._compositor.render_strips()]
        whole.feed(LayoutUpdate(lines, Region(0, 0, *self.app.size)))
        for y, (shown, held) in enumerate(zip(self.cells, whole.cells, strict=True)):
            texts = ["".join(cell.data for cell in cells) for cells in (shown, held)]
            assert shown == held, f"line {y} below {self.app.screen}: {texts}"


def _pending(screen: Screen[Any]) -> bool:
    """Something is still to be written."""
    changed = screen._dirty_widgets or screen._compositor._dirty_regions
    return bool(screen._layout_required or screen._repaint_required or screen._scroll_required or changed)


@pytest.mark.parametrize("seed", range(_SEEDS))
async def test_nothing_ends_the_app_or_leaves_anything_on_the_terminal(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(_SIZE) as screen:
        terminal = Terminal(screen.app)
        watch(monkeypatch, terminal)
        screen.app.refresh(layout=True)
        await screen.settle()
        monkey = Monkey(seed, screen)
        monkeypatch.setattr(screen.app, "action_leave", lambda: None)
        for _ in range(_BATCHES):
            await monkey.acts()
            assert screen.app.is_running, monkey.did
            try:
                terminal.assert_true()
            except AssertionError as error:
                raise AssertionError(f"{error.args[0].splitlines()[0]}, after {monkey.did}") from None
