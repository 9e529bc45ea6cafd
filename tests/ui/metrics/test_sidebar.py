"""The sidebar as text at the widths it is shown at: where time and money went, limits, the program itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import ANY

import pytest
from rich.cells import cell_len

from tests.ui.state_app import BEGIN, THEMES, StateApp
from tui import events as e
from tui.config import Thresholds
from tui.metrics import prices
from tui.metrics.requests import Breakdown
from tui.ui.metrics import breakdown
from tui.ui.metrics.own_speed import Frame, OwnSpeed
from tui.ui.metrics.pane import MetricsPane

URL = "https://api.openai.com/v1/responses"
RUN: tuple[e.Event, ...] = (
    *BEGIN,
    e.RequestSent(1, 1, 1, {"input": None}, (), url=URL),
    e.ResponseReceived(1, 1, 1, 200, "req_1", 0.05),
    *(e.TextDelta("1.1.0", "word ") for _ in range(21)),
    e.UsageReported(1, 1, 12_345, 1_024, 412, 120, "gpt-5-mini"),
    e.ToolCallStarted("1.1.1", "c1", "roll_dice"),
    e.ToolStarted("c1", "roll_dice"),
    e.ToolEnded("c1", "roll_dice", "4", duration=0.125),
    e.ResponseEnded(1, 1),
)
"""Sent after 125 ms, connected in 50 ms, first token 250 ms after that; 21 deltas in 2.5 s; a tool for 125 ms."""

DONE = e.RunEnded(1, "completed", turns=1)


@asynccontextmanager
async def sidebar(
    *events: e.Event,
    size: tuple[int, int],
    theme: str = "midnight",
    thresholds: Thresholds | None = None,
    own: OwnSpeed | None = None,
) -> AsyncIterator[StateApp[MetricsPane]]:
    await asyncio.to_thread(prices.load)
    app = StateApp(MetricsPane(thresholds, own), theme)
    async with app.run_test(size=size) as pilot:
        app.happen(*events)
        await pilot.pause()
        yield app


@pytest.mark.parametrize("theme", THEMES)
async def test_in_24_columns_and_11_rows(theme: str) -> None:
    async with sidebar(*RUN, DONE, size=(26, 11), theme=theme) as app:
        assert (
            app.lines
            == [
                "✔ done             4.0 s",
                "first token ✔     0.75 s",
                "= tok/s   117 ██████████",
                "q·cw░g████████████████t▓",
            ]
            + [ANY] * 6
        )
        assert [line.split() for line in app.lines[4:]] == [
            ["wait", "200", "ms", "gen", "2.5", "s"],
            ["conn", "50", "ms", "tool", "125", "ms"],
            ["context", "3", "%", "▇░░░░░░░░"],
            ["run", "$0.0037", "Σ", "$0.0037"],
            ["errors", "0", "in", "12.3k"],
            ["cache", "1,024", "out", "412"],
        ]


@pytest.mark.parametrize("theme", THEMES)
async def test_stacked_under_the_log(theme: str) -> None:
    async with sidebar(*RUN, DONE, size=(48, 11), theme=theme) as app:
        assert app.lines == [
            "✔ done           4.0 s  ─ session ────────────",
            "first token ✔   0.75 s  cost           $0.0037",
            "first text      0.75 s  errors               0",
            "= tokens/s         117  tokens in        12.3k",
            "▅██████████               cached         1,024",
            "q·cw░g██████████████t▓  tokens out         412",
            "wait 200ms  gen  2.5 s    reasoning        120",
            "conn 50 ms  tool 125ms  runs                 1",
            "context    3 % ▇░░░░░░    with issues        0",
            "cost           $0.0037  interruptions        0",
        ]


async def test_in_60_columns_as_a_tab() -> None:
    async with sidebar(*RUN, DONE, size=(60, 12)) as app:
        text = "\n".join(app.lines)
        for piece in (
            "✔ done",
            "first token ✔",
            "= tokens/s",
            "wait ",
            "context    3 %",
            "cost ",
            "errors ",
            "elapsed",
        ):
            assert piece in text


@pytest.mark.parametrize("height", [16, 34, 60])
async def test_in_27_columns_nothing_is_left_out(height: int) -> None:
    async with sidebar(*RUN, DONE, size=(29, height)) as app:
        said = app.pane.text()
        for words in ("queue", "retry", "text", "stalls", "issues", "reason", "handoff", "events"):
            assert words in said
        assert all(cell_len(line) <= 27 for line in said.splitlines())


async def test_a_run_over_its_limits_is_marked_in_words() -> None:
    strict = Thresholds((("gpt-5*", {"first_token": 0.2, "tokens_per_second": 500.0}),))
    async with sidebar(*RUN, DONE, size=(30, 44), thresholds=strict) as app:
        assert "first token slow" in app.lines[1]
        assert "tokens/s slow" in app.lines[3]
    async with sidebar(*RUN, DONE, size=(26, 11), thresholds=strict) as app:
        assert "first token slow" in app.lines[1]
        assert "slow" in app.lines[2]


async def test_a_sum_with_a_request_of_unknown_price_is_a_lower_bound_and_one_of_nothing_else_is_unknown() -> None:
    local = (e.PromptSent("b"), e.RunStarted(2), e.ModelRequested(2, 1, "Guide", "qwen3"))
    sent = e.RequestSent(2, 1, 1, {"input": None}, (), url="http://127.0.0.1:11434/v1/chat/completions")
    told = (e.UsageReported(2, 1, 10, 0, 10, 0, "qwen3"), e.ResponseEnded(2, 1), e.RunEnded(2, "completed"))
    async with sidebar(*RUN, DONE, *local, sent, *told, size=(30, 44)) as app:
        costs = [line.split()[-1] for line in app.lines if line.strip().startswith("cost")]
        assert costs == ["?", "≥$0.0037"]
        assert any(line.split() == ["context", "20", "tok"] for line in app.lines), "nobody knows its window"


async def test_keys_and_rows_of_the_log_break_down_an_older_request() -> None:
    second = (e.ModelRequested(1, 2, "Guide", "gpt-5-mini"), e.TextDelta("1.2.0", "x"), DONE)
    async with sidebar(*RUN, *second, size=(29, 44)) as app:
        assert any("request 1.2" in line for line in app.lines)
        app.pane.action_request(-1)
        assert any("request 1.1" in line for line in app.lines)
        app.pane.action_request(-1)
        assert any("request 1.1" in line for line in app.lines)
        app.pane.action_request(1)
        assert any("request 1.2" in line for line in app.lines)
        for kind, shown in (("model", "1.1"), ("prompt", "1.1"), ("tool", "1.1")):
            app.pane.show_request(next(row for row in app.state.rows if row.kind == kind))
            assert any(f"request {shown}" in line for line in app.lines)
        app.pane.show_request(app.state.rows[[row.kind for row in app.state.rows].index("text", -3)])
        assert any("request 1.2" in line for line in app.lines)


async def test_the_program_itself_on_demand() -> None:
    own = OwnSpeed()
    for number in range(40):
        own.note(Frame(number / 20, 0.001, 0.004 if number < 37 else 0.03, 7, 0.012))
    async with sidebar(*RUN, size=(26, 11), own=own) as app:
        app.pane.action_program()
        text = " ".join(app.pane.text().split())
        assert "the program itself" in text
        assert "fps 20" in text
        assert "paint 30 ms" in text
        assert "lag 12 ms" in text
        app.pane.action_program()
        assert "the program itself" not in app.pane.text()


async def test_the_lines_keep_their_places_while_a_run_goes_on() -> None:
    async with sidebar(size=(29, 44)) as app:
        before = len(app.pane.text().splitlines())
        for event in (*RUN, DONE):
            app.happen(event)
            assert len(app.pane.text().splitlines()) == before


@pytest.mark.parametrize("width", [6, 22, 24, 27, 60])
def test_a_bar_fills_its_width_and_shows_each_part(width: int) -> None:
    times = Breakdown(0.0005, 0.02, 1.0, 0.4, 12.0, 3.0)
    text = "".join(piece for piece, _ in breakdown.bar(times, width))
    assert len(text) == width
    assert [letter for letter in text if letter.isalpha()] == list("qcrwgt")
    assert "".join(piece for piece, _ in breakdown.bar(Breakdown(0, 0, 0, 0, 1.0, 0), 5)) == "g████"
    assert "".join(piece for piece, _ in breakdown.bar(Breakdown(0, 0, 0, 0, 0, 0), 5)) == " " * 5


def test_the_own_speed_of_nothing_is_unknown() -> None:
    own = OwnSpeed()
    assert (own.frames_per_second, own.paint, own.fold, own.lag, own.batch) == (None,) * 5
