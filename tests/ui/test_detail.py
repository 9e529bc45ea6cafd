"""The details of an event: what they tell, and that foreign text in them stays text."""

import pytest
from textual.app import App
from textual.widgets import Static

from tests.test_fold import folded
from tests.ui.state_app import BEGIN, NASTY, SIZES
from tui import events as e
from tui.ui.detail import DetailScreen, as_text, details, pretty


class Screens(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.copied: list[str] = []

    def on_detail_screen_copy_requested(self, message: DetailScreen.CopyRequested) -> None:
        self.copied.append(message.text)


@pytest.mark.parametrize("size", SIZES)
async def test_details_are_literal_scrollable_and_close(size: tuple[int, int]) -> None:
    app = Screens()
    async with app.run_test(size=size) as pilot:
        screen = DetailScreen(NASTY, [("arguments", '{"a":[1,2]}'), (NASTY, NASTY), ("long", "word\n" * 200)])
        app.push_screen(screen)
        await pilot.pause()
        frame = screen.query_one("#detail")
        assert screen.region.contains_region(frame.region)
        shown = [str(each.content) for each in screen.query(Static)]
        assert '{\n  "a": [\n    1,\n    2\n  ]\n}' in shown
        assert any(text.startswith("[/b][@click=app.quit]x␛]52") for text in shown)
        assert all(line.isprintable() for text in shown for line in text.split("\n"))
        await pilot.press("end", "y")
        await pilot.pause()
        assert app.copied[0].endswith("word\n" * 200)
        await pilot.press("q")
        assert app.screen is not screen


def test_details_of_a_tool_call_tell_all_of_it() -> None:
    call = (
        e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
        e.ToolStarted("c1", "roll_dice"),
        e.ToolEnded("c1", "roll_dice", "no luck", failed=True, duration=0.5, error="ValueError: sides"),
    )
    state = folded(*BEGIN, *call)
    fields = dict(details(state, state.rows[-1]))
    assert fields["tool"] == "roll_dice #1"
    assert fields["arguments"] == '{"sides":20}'
    assert fields["output"] == "no luck"
    assert fields["error"] == "ValueError: sides"
    assert fields["duration"] == "500 ms"
    assert fields["agent"] == "Guide"
    assert fields["state"] == "failed"


def test_details_of_a_row_do_not_borrow_from_its_neighbours() -> None:
    state = folded(*BEGIN, e.OutputCaptured("stdout", "printed"))
    assert dict(details(state, state.rows[-1]))["summary"] == "stdout: printed"
    assert dict(details(state, state.rows[2]))["text"] == "hello"


def test_only_json_objects_and_arrays_are_set_out() -> None:
    assert pretty("[1]") == "[\n  1\n]"
    assert pretty("{not json") == "{not json"
    assert pretty("17") == "17"
    assert as_text([("a", "[]"), ("b", "x")]) == "a\n[]\n\nb\nx"
