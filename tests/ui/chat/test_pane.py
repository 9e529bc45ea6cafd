"""The chat pane on real records: streaming, scrolling, toggling, selecting; narrow and wide, dark and light."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tui import events as e
from tui.fold import fold
from tui.state import State
from tui.ui.chat.pane import ChatPane
from tui.ui.themes.catalogue import load_theme
from tui.ui.themes.palette import Palette, variable_defaults
from tui.wire import Record

SIZES = [(60, 16), (120, 40)]
THEMES = ["midnight", "daylight"]


class ChatApp(App[None]):
    """A chat pane alone, what it tells, and a session to feed it with."""

    def __init__(self, theme: str = "midnight") -> None:
        super().__init__()
        self.register_theme(load_theme("daylight")[0])
        self.register_theme(load_theme("midnight")[0])
        self._wanted = theme
        self.chat = ChatPane("Welcome, ask something.")
        self.state = State()
        self.told: list[object] = []
        self.now = 1763900000.0
        self._seq = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.chat

    def on_mount(self) -> None:
        self.theme = self._wanted
        self.chat.focus()

    def on_chat_pane_link_clicked(self, message: ChatPane.LinkClicked) -> None:
        self.told.append(message.href)

    def on_chat_pane_copy_requested(self, message: ChatPane.CopyRequested) -> None:
        self.told.append(message.text)

    def on_chat_pane_tool_selected(self, message: ChatPane.ToolSelected) -> None:
        self.told.append(message.call)

    def feed(self, *events: e.Event, after: float = 0.01) -> None:
        """Fold events that come one after another, then paint one frame."""
        for event in events:
            self._seq += 1
            self.now += after
            fold(self.state, Record(self._seq, self.now, event))
        self.chat.paint(self.state, self.now)

    def stream(self, text: str, item: str = "m1", step: int = 7) -> None:
        """Text in small deltas, a frame for each."""
        for at in range(0, len(text), step):
            self.feed(e.TextDelta(item=item, text=text[at : at + step]))

    @property
    def lines(self) -> list[str]:
        """What the pane shows, line by line."""
        return [_text(self.chat.render_line(y)) for y in range(self.chat.size.height)]

    @property
    def shown(self) -> str:
        return "\n".join(self.lines)


def _text(strip: Strip) -> str:
    return strip.text.rstrip()


def start(text: str = "go", run: int = 1) -> Iterator[e.Event]:
    yield e.PromptSent(text=text)
    yield e.RunStarted(run=run)
    yield e.AgentChanged(run=run, agent="Guide")


def tool(
    call: str, name: str, arguments: str, output: str = "", *, failed: bool = False, error: str = ""
) -> list[e.Event]:
    return [
        e.ToolCalled(call=call, name=name, arguments=arguments),
        e.ToolStarted(call=call, name=name),
        e.ToolEnded(call=call, name=name, output=output, failed=failed, duration=0.012, error=error),
    ]


Started = tuple[ChatApp, Pilot[None]]


@asynccontextmanager
async def running(size: tuple[int, int] = (60, 16), theme: str = "midnight") -> AsyncIterator[Started]:
    app = ChatApp(theme)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.feed(e.SessionStarted(session="s", agent="Guide", model="m"))
        yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("did not happen")


LONG = "\n\n".join(f"Paragraph number {n} of a long answer." for n in range(40))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
async def test_a_whole_exchange(size: tuple[int, int], theme: str) -> None:
    async with running(size, theme) as (app, _):
        app.feed(*start("climb\nslowly"), e.ReasoningDelta(item="r", text="I wonder."))
        assert "thinking" in app.shown
        assert "   I wonder." in app.lines
        app.feed(e.ReasoningCompleted(item="r"))
        app.stream("You **grip** the rock.")
        assert "   You grip the rock.▍" in app.lines
        app.feed(e.MessageCompleted(item="m1", agent="Guide", text="You **grip** the rock."))
        app.feed(*tool("c1", "roll_dice", '{"sides":20}', "17"), e.RunEnded(run=1, status="completed"))
        shown = [line for line in app.lines if line]
        assert shown[0].startswith(" You  ")
        assert shown[1:3] == ["   climb", "   slowly"]
        assert shown[3] == " ▸ thought for 10 ms"
        assert shown[4:] == [" Guide", "   You grip the rock.", " ⚙ #1 roll_dice(sides=20) → 17   12 ms"]
        palette = Palette.from_variables(app.theme_variables)
        row = app.lines.index(" Guide")
        assert any(
            s.style and s.style.color == palette.assistant.color for s in app.chat.render_line(row) if s.text.strip()
        )


async def test_the_welcome_stands_until_something_is_said() -> None:
    async with running() as (app, _):
        assert app.lines[0] == "Welcome, ask something."
        app.feed(*start())
        assert "Welcome" not in app.shown


async def test_streamed_and_whole_text_show_the_same() -> None:
    text = "# T\n\n- a\n- b **c**\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nTiếng Việt, 日本語."
    async with running((60, 40)) as (app, _), running((60, 40)) as (other, _):
        app.feed(*start())
        app.stream(text, step=3)
        app.feed(e.MessageCompleted(item="m1", agent="Guide", text=text))
        other.feed(*start(), e.MessageCompleted(item="m1", agent="Guide", text=text))
        assert app.lines[1:] == other.lines[1:]


async def test_it_follows_the_end_until_scrolled_up_and_then_stays_put() -> None:
    async with running() as (app, pilot):
        app.feed(*start())
        app.stream(LONG, step=200)
        assert app.lines[-1] == "   Paragraph number 39 of a long answer.▍"
        await pilot.press("pageup")
        await until(pilot, lambda: not app.chat.is_scrolling and not app.chat.following)
        reading = app.lines[:-1]
        app.stream("\n\nand on and on" * 20)
        await pilot.pause()
        assert app.lines[:-1] == reading
        assert "↓ " in app.lines[-1]
        assert "new lines" in app.lines[-1]


@pytest.mark.parametrize("how", ["end", "click", "follow", "scroll"])
async def test_following_comes_back(how: str) -> None:
    async with running() as (app, pilot):
        app.feed(*start())
        app.stream(LONG, step=200)
        app.chat.scroll_to(y=3, animate=False, immediate=True)
        app.stream("\n\nlast words")
        was_following = app.chat.following
        if how == "end":
            await pilot.press("end")
        elif how == "click":
            await pilot.click(ChatPane, offset=(app.lines[-1].index("↓"), app.chat.size.height))
        elif how == "follow":
            app.chat.follow()
        else:
            app.chat.scroll_to(y=10_000, animate=False, immediate=True)
            app.stream("!")
        await pilot.pause()
        assert (was_following, app.chat.following) == (False, True)
        assert "last words" in app.lines[-1]


async def test_what_came_while_away_is_whole_once_scrolled_to() -> None:
    async with running() as (app, _):
        app.feed(*start())
        app.stream(LONG, step=200)
        app.chat.scroll_to(y=0, animate=False, immediate=True)
        more = "\n\n".join(f"- item {n}" for n in range(100))
        app.stream("\n\n" + more, step=50)
        app.feed(
            e.MessageCompleted(item="m1", agent="Guide", text=f"{LONG}\n\n{more}"),
            e.RunEnded(run=1, status="completed"),
        )
        seen: list[str] = []
        while not app.chat.following:
            seen += app.lines[:-1]
            app.chat.scroll_to(y=app.chat.scroll_offset.y + 10, animate=False, immediate=True)
        seen += app.lines
        for n in range(100):
            assert any(line.endswith(f"item {n}") for line in seen)


async def test_the_place_where_another_try_went_on_is_marked() -> None:
    async with running((60, 30)) as (app, _):
        app.feed(*start(), e.TextDelta(item="1.1.0", text="Once up"))
        app.feed(e.AttemptStarted(1, 1, 2, 3, "connection reset", continued=True))
        app.feed(e.TextDelta(item="1.1.0", text="on a time."))
        app.feed(e.MessageCompleted("1.1.0", "Guide", "Once upon a time."))
        assert "   Once up↻on a time." in app.lines
        assert " ↻ connection reset: try 2 of 3 goes on here" in app.lines
        assert app.chat.last_answer() == "Once upon a time."


async def test_a_stopped_answer_is_marked_and_so_is_one_cut_off() -> None:
    async with running((60, 30)) as (app, _):
        app.feed(*start(), e.TextDelta(item="m1", text="Half a"), e.RunEnded(run=1, status="cancelled"))
        assert app.lines[-24:][0] is not None
        assert "   ■ stopped by you" in app.lines
        app.feed(*start(run=2), e.TextDelta(item="m2", text="Half b"))
        app.feed(e.RunEnded(run=2, status="failed", error="the network is gone", hint="try again"))
        assert "   ✗ cut off by an error" in app.lines
        assert " ✘ error: the network is gone" in app.lines
        assert "   → try again" in app.lines
        assert "▍" not in app.shown


async def test_tools_tell_their_state_in_words() -> None:
    async with running((70, 30)) as (app, _):
        app.feed(*start(), e.ToolCallStarted(item="i", call="c1", name="look"), e.ArgumentsDelta(call="c1", text='{"a'))
        assert "writing" in app.shown
        app.feed(e.ToolCalled(call="c1", name="look", arguments='{"at":"x"}'), e.ToolStarted(call="c1", name="look"))
        app.now += 2
        app.chat.paint(app.state, app.now)
        assert "running 2.0 s" in app.shown
        app.feed(*tool("c2", "boom", "{}", "told", failed=True, error="ValueError: bad"))
        app.feed(*tool("c3", "list", "[]", "\n".join(f"row {n}" for n in range(15))))
        app.feed(e.RunEnded(run=1, status="cancelled"))
        assert ' ⚙ #1 look(at="x")   ⊘ cancelled' in app.lines
        at = app.lines.index(" ⚙ #2 boom()   ✘ failed 12 ms")
        assert app.lines[at + 1] == "   ValueError: bad"
        assert app.lines[at + 3 : at + 7] == ["   row 0", "   row 1", "   row 2", "   … 12 more lines"]


async def test_cards_expand_by_key_by_click_and_all_at_once() -> None:
    async with running((70, 30)) as (app, pilot):
        app.feed(*start(), *tool("c1", "look", '{"at":{"x":1}}', "seen"), *tool("c2", "go", "{}", "gone"))
        app.feed(e.RunEnded(run=1, status="completed"))
        assert "arguments" not in app.shown
        await pilot.press("left_square_bracket")
        assert app.lines[app.shown.count("\n", 0, app.shown.index("#2"))].startswith("▎")
        await pilot.press("left_square_bracket", "enter")
        assert app.shown.count("arguments") == 1
        assert any(line.endswith('  "x": 1') for line in app.lines)
        await pilot.press("space")
        assert "arguments" not in app.shown
        app.chat.action_toggle_all()
        assert app.shown.count("arguments") == 2
        app.chat.action_toggle_all()
        assert "arguments" not in app.shown
        row = next(y for y, line in enumerate(app.lines) if "#2" in line)
        await pilot.click(ChatPane, offset=(5, row + 1))
        assert app.shown.count("arguments") == 1
        assert app.told == ["c2"]


async def test_thinking_collapses_and_can_be_read_again() -> None:
    async with running((60, 30)) as (app, pilot):
        app.feed(*start(), e.ReasoningDelta(item="r", text="first thought. " * 30))
        assert sum("first thought" in line for line in app.lines) == 3
        app.feed(e.ReasoningCompleted(item="r"), after=2.1)
        assert " ▸ thought for 2.1 s" in app.lines
        assert "first thought" not in app.shown
        await pilot.press("left_square_bracket", "enter")
        assert sum("first thought" in line for line in app.lines) > 3


async def test_selected_text_is_unwrapped_and_without_margins() -> None:
    async with running((40, 30)) as (app, pilot):
        app.feed(*start())
        text = "one two three four five six seven eight nine ten eleven"
        app.feed(e.MessageCompleted(item="m1", agent="Guide", text=f"{text}\n\n```py\ndef f():\n    pass\n```"))
        top = next(y for y, line in enumerate(app.lines) if "one two" in line)
        end = next(y for y, line in enumerate(app.lines) if "pass" in line)
        await pilot.mouse_down(ChatPane, offset=(3, top + 1))
        await pilot.hover(ChatPane, offset=(30, end + 1))
        await pilot.mouse_up(ChatPane, offset=(30, end + 1))
        assert app.screen.get_selected_text() == f"{text}\n\ndef f():\n    pass"
        await pilot.mouse_down(ChatPane, offset=(7, top + 1))
        await pilot.hover(ChatPane, offset=(15, top + 1))
        await pilot.mouse_up(ChatPane, offset=(15, top + 1))
        assert app.screen.get_selected_text() == "two three"


async def test_link_targets_that_come_late_make_links_of_what_is_shown() -> None:
    async with running() as (app, _):
        app.feed(*start())
        text = "see [this]\n\nmore\n\n[this]: https://x.y/z\n"
        app.stream(text)
        assert "   see [this]" in app.lines
        app.feed(e.MessageCompleted(item="m1", agent="Guide", text=text))
        assert "   see this" in app.lines


async def test_a_long_prompt_is_cut_and_can_be_expanded() -> None:
    async with running((60, 60)) as (app, pilot):
        app.feed(*start("\n".join(f"row {n}" for n in range(40))))
        assert "   row 23" in app.lines
        assert "   … 16 more lines" in app.lines
        await pilot.press("left_square_bracket", "enter")
        assert any(line.endswith("row 39") for line in app.lines)


async def test_links_are_told_and_not_opened() -> None:
    async with running() as (app, pilot):
        app.feed(*start(), e.MessageCompleted(item="m1", agent="Guide", text="see [here](https://x.y/z) now"))
        row = app.lines.index("   see here now")
        await pilot.click(ChatPane, offset=(8, row + 1))
        await pilot.click(ChatPane, offset=(13, row + 1))
        assert app.told == ["https://x.y/z"]


async def test_markup_and_escapes_in_foreign_text_do_nothing() -> None:
    bad = "[/b] [@click=app.quit]x[/] \x1b[31mred\x1b]52;c;eA==\x07 \x9b2J \u202eabc \x00"
    async with running((120, 40)) as (app, pilot):
        app.feed(*start(bad), e.ReasoningDelta(item="r", text=bad))
        app.feed(e.TextDelta(item="m1", text=f"{bad}\n\n```\n{bad}\n```\n\n| {bad} |\n|---|\n| {bad} |\n"))
        app.feed(*tool("c1", bad, f'{{"a":"{"[/b]"}"}}', bad), *tool("c2", "x", bad, "", failed=True, error=bad))
        app.feed(e.HandoffOccurred(source=bad, target=bad), e.Notice(level="error", text=bad, detail=bad))
        app.chat.action_toggle_all()
        app.chat.scroll_home(animate=False)
        await pilot.pause()
        everything = "".join(line[0] for line in app.chat._transcript.lines(0, app.chat._transcript.height, 119))
        assert everything.count("[/b]") >= 10
        assert "[@click=app.quit]" in everything
        assert not set(everything) & set("\x1b\x07\x9b\u202e\x00\r\n\t")
        assert app.is_running


async def test_clearing_empties_the_pane() -> None:
    async with running() as (app, _):
        app.feed(
            *start("old"),
            e.MessageCompleted(item="m1", agent="Guide", text="old answer"),
            e.RunEnded(run=1, status="completed"),
        )
        app.feed(e.ConversationCleared())
        assert app.lines[0] == "Welcome, ask something."
        assert (app.chat.text(), app.chat.last_answer()) == ("", "")
        app.feed(*start("new", run=2))
        assert "old" not in app.shown
        assert "   new" in app.lines


@pytest.mark.parametrize("following", [True, False])
async def test_resizing_wraps_anew_and_keeps_the_place(following: bool) -> None:
    async with running((100, 20)) as (app, pilot):
        for run in range(1, 60):
            text = f"answer {run} " + "with some words to wrap " * 12
            app.feed(*start(f"q {run}", run), e.MessageCompleted(item=f"m{run}", agent="Guide", text=text))
            app.feed(e.RunEnded(run=run, status="completed"))
        if not following:
            app.chat.scroll_to(y=app.chat._transcript.top(60), animate=False, immediate=True)
        await until(pilot, lambda: not app.chat._working)
        before = app.lines[0]
        await pilot.resize_terminal(50, 20)
        await until(pilot, lambda: app.chat._wrapped == 48 and not app.chat._working)
        assert app.chat.following is following
        assert all(cell_len(line) <= 50 for line in app.lines)
        if following:
            assert app.chat.scroll_offset.y == app.chat.max_scroll_y
        else:
            assert app.lines[0][:12] == before[:12]
        assert all(part.width == 48 for section in app.chat._transcript.sections for part in section.parts)


async def test_a_replayed_session_is_shown_at_once_and_filled_in_later() -> None:
    async with running() as (app, pilot):
        events = [
            event
            for run in range(1, 300)
            for event in (
                *start(f"q {run}", run),
                e.MessageCompleted(item=f"m{run}", agent="A", text=f"# a {run}\n\n{LONG}"),
            )
        ]
        app.feed(*events, e.RunEnded(run=299, status="completed"))
        assert app.lines[-1] == "   Paragraph number 39 of a long answer."
        parts = [part for section in app.chat._transcript.sections for part in section.parts]
        assert sum(part.width > 0 for part in parts) < len(parts) / 2
        app.chat.jump_to_entry(0)
        await pilot.pause()
        assert app.lines[1] == "▎  q 1"


async def test_of_a_great_many_entries_few_sections_are_made() -> None:
    async with running() as (app, pilot):
        app.feed(*start(), *(e.ToolEnded(f"c{number}", "look", f"found {number}.") for number in range(1, 20_001)))
        sections = app.chat._transcript.sections
        assert len(sections) == 20_001
        assert len(sections.made) < 1_000
        assert any("found 20000." in line for line in app.lines)
        app.chat.jump_to_entry(1)
        await pilot.pause()
        assert any("found 1." in line for line in app.lines)
        assert len(sections.made) < 1_000


async def test_theme_changes_repaint() -> None:
    async with running() as (app, pilot):
        app.feed(*start(), e.MessageCompleted(item="m1", agent="Guide", text="hello `code`"))
        before = app.chat.render_line(0)
        app.theme = "daylight"
        await pilot.pause()
        assert [s.style for s in app.chat.render_line(0)] != [s.style for s in before]


async def test_entries_as_text_and_to_copy() -> None:
    async with running() as (app, pilot):
        app.feed(
            *start("hi"), e.MessageCompleted(item="m1", agent="Guide", text="**hello**"), *tool("c1", "f", "{}", "out")
        )
        assert app.chat.last_answer() == "**hello**"
        assert app.chat.text() == "You:\nhi\n\nGuide:\n**hello**\n\nTool call #1: done\nf({})\nout"
        app.chat.select_call("c1")
        await pilot.press("y")
        await pilot.pause()
        assert app.told == ["f({})\nout"]


async def test_a_frame_does_not_depend_on_history_or_the_length_of_the_answer() -> None:
    async with running() as (app, _):
        for run in range(1, 50):
            app.feed(*start(f"q {run}", run), e.MessageCompleted(item=f"m{run}", agent="A", text=LONG))
        app.feed(*start("last", 50))
        counts: list[int] = []
        rendered = 0

        def count(block: object, width: int, render: Callable[..., object]) -> object:
            nonlocal rendered
            rendered += 1
            return render(block, width)

        app.feed(e.TextDelta(item="x", text="start"))
        message = app.chat._transcript.sections[-1]._message  # type: ignore[attr-defined]
        whole = message.render
        message.render = lambda block, width: count(block, width, whole)
        for _ in range(200):
            rendered = 0
            app.feed(e.TextDelta(item="x", text="word word\n\n- item\n"))
            counts.append(rendered)
        assert max(counts[100:]) <= 4
