"""Lines of the waterfall: labels, bars on the axis, ticks, figures, at any width and of any text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.test_timeline import NESTED, TOOLS, at
from tests.ui.state_app import NASTY
from tui import events as e
from tui.state import State
from tui.timeline import timeline
from tui.ui.timeline import waterfall
from tui.ui.timeline.waterfall import Columns, Window

NESTED_AT_120 = """\
                                   │0        │2 s       │4 s       │6 s       │8 s       │10 s
↳ Guide                                 ░░░░░░                                                           1.0 s
⚙ ask_oracle                                       ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓                     6.0 s
  ↳ Oracle                                              ░░░░░░██████                                     2.0 s
  ⚙ stars                                                          ▓▓▓▓▓▓                                1.0 s
⚙ beside                                           ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓                          5.0 s
⇄ Teller                                                                           ⇄
› be brief                                                                               ›
↳ Teller                                                                                      ░░░░░░     1.0 s
"""


def drawn(state: State, width: int, now: float, left: float = 0.0, step: float = 0.0) -> list[str]:
    """Axis and lines of the newest run as the screen sets them out; without a step all of it."""
    found, columns = timeline(state, len(state.runs) - 1), Columns.of(width)
    window = Window(left, step or found.length(now) / columns.bar)
    lines = [" " * (columns.label + 1) + waterfall.axis(window, columns.bar)]
    for span in found.spans:
        bar = waterfall.bar(span, found.run, window, columns.bar, now)
        end = f"{waterfall.time(span, now):>{columns.time}}"
        end += f"{waterfall.tokens(span):>{columns.tokens}}" if columns.tokens else ""
        lines.append(f"{waterfall.label(span, columns.label)} {bar} {end}")
        assert cell_len(lines[-1]) == width
    return [line.rstrip() for line in lines]


def test_two_tools_side_by_side_at_60_columns() -> None:
    assert drawn(TOOLS, 60, 99.0) == [
        "                   │0        │2 s      │4 s",
        "↳ Guide              ░░░██████                         1.5 s",
        "⚙ roll_dice                  ▓▓▓▓▓▓                   900 ms",
        "⚙ flip_coin                   ▓▓                      300 ms",
        "↳ Guide                            ░░░░█████████       2.4 s",
    ]


def test_agents_in_tools_and_a_handoff_at_120_columns() -> None:
    assert drawn(NESTED, 120, 12.0) == NESTED_AT_120.splitlines()


def test_waits_between_tries_are_dots() -> None:
    state = at(
        (0, e.PromptSent("hi")), (0, e.RunStarted(1)), (1, e.ModelRequested(1, 1, "A")),
        (2, e.AttemptFailed(1, 1, 1, 3, "network", "gone", 4.0)), (6, e.AttemptStarted(1, 1, 2, 3)),
        (7, e.TextDelta("1.1.0", "one")),
    )  # fmt: skip
    assert drawn(state, 60, 10.0)[1].split()[2] == "░░░·············░░██████████"


def test_a_wait_that_is_announced_is_drawn_as_far_as_it_has_come() -> None:
    state = at(
        (0, e.PromptSent("hi")), (0, e.ModelRequested(1, 1, "A")),
        (1, e.AttemptFailed(1, 1, 1, 3, "network", "gone", 60.0)),
    )  # fmt: skip
    assert drawn(state, 60, 2.0)[1].split()[2] == "░" * 15 + "·" * 16


def test_what_lies_outside_of_the_window_is_pointed_at() -> None:
    axis, before, _, _, after = drawn(TOOLS, 60, 99.0, left=2.45, step=0.01)
    assert axis.split("│")[1:] == ["2.5 s    ", "2.6 s    ", "2.7 s"]
    assert before[19] == waterfall.BEFORE
    assert after.split()[2] == waterfall.AFTER


@pytest.mark.parametrize(
    ("step", "left", "labels"),
    [
        (0.0005, 0.0, ["0", "5 ms", "10 ms"]),
        (0.02, 0.9, ["1 s", "1.2 s", ""]),
        (0.0625, 0.0, ["0", "0.5 s", "1 s"]),
        (7.5, 0.0, ["0", "1:00", "2:00"]),
        (90.0, 3600.0, ["1:00:00", "1:30:00"]),
        (20000.0, 0.0, ["0", "48:00:00"]),
    ],
)
def test_ticks_stand_at_round_times(step: float, left: float, labels: list[str]) -> None:
    found = waterfall.axis(Window(left, step), 30).split("│")[1:]
    assert [label.strip() for label in found][: len(labels)] == labels


def test_a_request_in_words() -> None:
    found = timeline(TOOLS, 0)
    assert waterfall.in_words(found.spans[3], found.run, 99.0) == (
        "at 3.10 s · turn 2 · first token 0.90 s · generating 1.50 s · ≈ 2.0 tok/s"
    )
    assert waterfall.in_words(found.spans[2], found.run, 99.0) == "at 2.20 s · flip_coin #2 done · ran 300 ms"
    found = timeline(NESTED, 0)
    assert waterfall.in_words(found.spans[5], found.run, 20.0) == "at 9.00 s · handoff Guide → Teller"
    assert waterfall.in_words(found.spans[6], found.run, 20.0) == "at 10.0 s · said in the middle: be brief"
    assert waterfall.in_words(found.spans[7], found.run, 20.0) == (
        "at 11.0 s · turn 3 · first token – · waiting 9.00 s"
    )


@given(st.integers(20, 200), st.floats(0, 20), st.floats(1e-5, 10.0))
@example(72, 1.0, 2.0**-14)  # names longer than the way from tick to tick
def test_every_line_is_as_wide_as_its_column_wherever_the_window_is(width: int, left: float, step: float) -> None:
    state = at(
        (0, e.PromptSent("hi")), (1, e.ModelRequested(1, 1, NASTY)), (2, e.ToolStarted("a", "世界 👩‍👩‍👧" * 30)),
        (3, e.ToolEnded("a", NASTY, NASTY, failed=True, error=NASTY)), (4, e.HandoffOccurred(NASTY, NASTY)),
    )  # fmt: skip
    columns, found = Columns.of(width), timeline(state, 0)
    assert len(waterfall.axis(Window(left, step), columns.bar)) == columns.bar
    for span in found.spans:
        assert cell_len(waterfall.label(span, columns.label)) == columns.label
        assert len(waterfall.bar(span, found.run, Window(left, step), columns.bar, 20.0)) == columns.bar
        assert waterfall.in_words(span, found.run, 20.0).replace("\u200d", "").isprintable()
