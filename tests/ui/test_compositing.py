"""What is written is what is on the screen: random changes through Textual's compositor, ours, and an emulator."""

from collections.abc import Iterator
from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyte.screens import Char
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widgets import Static

from tui.ui.lines.view import LineView
from tui.ui.terminal import compositing, frames, scrolling

CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = [
    Style.parse(text)
    for text in (
        "red",
        "bold green on blue",
        "dim",
        "underline on #102030",
        "#ff0010 on #102030",
        "reverse",
        "bold italic",
    )
]
WORDS = st.sampled_from(["a", "word", "日本", "🎲", "ế", "x" * 9, " ", "e\u0301"])
LINE = st.lists(st.tuples(WORDS, st.sampled_from(STYLES)), max_size=6)


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for owner, name in ((Compositor, "render_partial_update"), (Compositor, "render_full_update")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # so that they are put back
    monkeypatch.setattr(ScrollBar, "render_lines", ScrollBar.render_lines)
    compositing.patch_compositor()
    scrolling.patch_scroll_bars()
    yield
    compositing.forget()


class Lines(LineView):
    """Lines of random text, the last of them in view."""

    DEFAULT_CSS = "Lines { overflow-y: scroll; overflow-x: hidden; scrollbar-size-vertical: 1; border-top: solid red; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Strip] = []

    def add(self, line: Strip) -> None:
        self.lines.append(line.adjust_cell_length(self.size.width))
        scrolling.grow(self, Size(self.size.width, len(self.lines)))
        scrolling.scroll(self, len(self.lines))
        self.refresh(Region(0, len(self.lines) - 1 - self.scroll_offset.y, self.size.width, 1))

    def change(self, row: int, line: Strip) -> None:
        if self.lines:
            row %= len(self.lines)
            self.lines[row] = line.adjust_cell_length(self.size.width)
            self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))

    def strips(self, first: int, end: int) -> list[Strip]:
        top, blank = self.scroll_offset.y, Strip.blank(self.size.width)
        return [self.lines[row] if row < len(self.lines) else blank for row in range(top + first, top + end)]


class Over(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static(Content("on top"))


class Panes(App[None]):
    CSS = "Lines { width: 1fr; } #head { height: 1; } Over { align: center middle; } Over Static { width: 8; }"

    def compose(self) -> ComposeResult:
        yield Static(Content("head"), id="head")
        with Horizontal():
            yield Lines()
            yield Lines()


def seen(cell: Char) -> Char:
    """Of a blank's looks the background alone can be seen, unless it is underlined or the like."""
    if cell.data != " " or cell.underscore or cell.reverse or cell.strikethrough:
        return cell
    return Char(" ", bg=cell.bg)


class Emulator:
    """A terminal that is given all that is written."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self._screen)

    def feed(self, update: CompositorUpdate) -> None:
        self._stream.feed("\x1b[H" * isinstance(update, LayoutUpdate) + update.render_segments(CONSOLE))

    @property
    def cells(self) -> list[list[Char]]:
        """Each line's cells, with the looks that can be seen."""
        return [
            [seen(self._screen.buffer[y][x]) for x in range(self._screen.columns)] for y in range(self._screen.lines)
        ]


def watch(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """Give an emulator what Textual would write."""
    update = Compositor.render_update

    def render_update(compositor: Compositor, *arguments: Any, **options: Any) -> Any:
        found: Any = update(compositor, *arguments, **options)
        if isinstance(found, CompositorUpdate):
            emulator.feed(found)
        return found

    monkeypatch.setattr(Compositor, "render_update", render_update)


def strip(line: list[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, style) for text, style in line])


STEP = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 1), LINE),
    st.tuples(st.just("change"), st.integers(0, 9), LINE),
    st.tuples(st.just("head"), st.integers(0, 1), st.sampled_from(["one", "two longer", ""])),
    st.tuples(st.just("scroll"), st.integers(0, 5), st.none()),
    st.tuples(st.just("over"), st.integers(0, 0), st.none()),
)


def assert_true(app: App[None], emulator: Emulator, about: object = "") -> None:
    """What was written is what the screen holds."""
    whole = Emulator((40, 12))
    whole.feed(LayoutUpdate([[line] for line in app.screen._compositor.render_strips()], Region(0, 0, 40, 12)))
    assert emulator.cells == whole.cells, about


async def test_random_changes_show_what_the_compositor_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis chooses the steps; one app takes them all, since what was shown before is what matters."""
    taken: list[list[tuple[str, int, object]]] = []

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.lists(STEP, min_size=1, max_size=8))
    def collect(steps: list[tuple[str, int, object]]) -> None:
        taken.append(steps)

    collect()
    app = Panes()
    emulator = Emulator((40, 12))
    watch(monkeypatch, emulator)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        for steps in taken:
            with frames.frame(app):
                for step in steps:
                    take(app, step)
            await pilot.pause()
            assert_true(app, emulator, steps)


async def test_what_is_gone_is_gone_from_the_terminal_whatever_was_asked_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Panes()
    emulator = Emulator((40, 12))
    watch(monkeypatch, emulator)
    async with app.run_test(size=(40, 12)) as pilot:
        note = Static(Content("a note"))
        note.styles.layer, note.styles.dock, note.styles.width = "_toastrack", "bottom", 10
        await app.mount(note)
        await pilot.pause()
        assert "a note" in "".join(cell.data for cell in emulator.cells[-1])
        compositor = app.screen._compositor
        compositor.update_widgets({Static()})  # one that is not placed yet: from now on a place is looked up anew
        note.display = False
        assert note not in compositor.full_map
        await pilot.pause()
        assert_true(app, emulator)


async def test_lines_that_were_hidden_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Panes()
    emulator = Emulator((40, 12))
    watch(monkeypatch, emulator)
    async with app.run_test(size=(40, 12)) as pilot:
        lines = app.query(Lines).first()
        lines.add(Strip([Segment("before")]))
        lines.display = False
        await pilot.pause()
        lines.notify_style_update()  # its width is looked up anew
        assert lines.lines_width == 0
        lines.display = True
        await pilot.pause()
        assert lines.lines_width > 0
        with frames.frame(app):
            lines.change(0, Strip([Segment("after")]))
        await pilot.pause()
        assert_true(app, emulator)
        assert "after" in "".join(cell.data for cell in emulator.cells[2])


def take(app: Panes, step: tuple[str, int, object]) -> None:
    kind, number, what = step
    panes = list(app.screen_stack[0].query(Lines))
    match kind:
        case "add":
            panes[number].add(strip(what))  # type: ignore[arg-type]
        case "change":
            panes[number % 2].change(number, strip(what))  # type: ignore[arg-type]
        case "head":
            app.screen_stack[0].query_one("#head", Static).update(Content(str(what)))
        case "scroll":
            scrolling.scroll(panes[0], number)
        case _:
            if len(app.screen_stack) > 1:
                app.pop_screen()
            else:
                app.push_screen(Over())
