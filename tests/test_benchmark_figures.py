"""The benchmarks' own sums: what is reached, what moved and what is noise. No measuring."""

import json
from dataclasses import asdict
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.compare import kept, move
from tests.benchmarks.figures import REACHES, Figure, p95


def test_a_figure_of_repeats_has_their_spread() -> None:
    figure = Figure.of("x", "ms", [30.0, 10.0, 20.0], [5.0, 15.0])
    assert (figure.value, figure.floor, figure.ratio) == (20.0, 10.0, 2.0)
    assert (figure.low, figure.high) == (10.0, 30.0)
    once = Figure.of("x", "ms", [1.0])
    assert (once.low, once.high, once.ratio) == (None, None, None)


def test_a_figure_of_a_stretch_of_time_has_the_spread_of_its_quarters() -> None:
    figure = Figure.over("x", "ms", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], median)
    assert (figure.value, figure.low, figure.high) == (4.5, 1.5, 7.5)


def test_the_95th_percentile_is_a_value_that_was_seen() -> None:
    assert p95([float(number) for number in range(1, 101)]) == 95.0
    assert p95([3.0]) == 3.0


@pytest.mark.parametrize(
    ("name", "value", "floor", "reached"),
    [
        ("exec to first paint (skeleton)", 999.0, 800.0, True),
        ("exec to first paint (skeleton)", 10.0, 7.0, False),
        ("idle output", 0.0, None, True),
        ("idle output", 1.0, None, False),
        ("10 answers at once: the least of them, of its share", 90.0, None, True),
        ("10 answers at once: the least of them, of its share", 89.0, None, False),
        ("of which nothing is asked", 1e9, None, True),
    ],
)
def test_what_is_reached(name: str, value: float, floor: float | None, reached: bool) -> None:
    figure = Figure(name, "", value, floor)
    assert figure.reached is reached
    assert (figure.reach is not None) is (name in REACHES)


def test_ratios_are_compared_where_both_runs_have_a_floor() -> None:
    slow_machine = Figure("x", "ms", 200.0, 100.0, 198.0, 202.0)
    moved = move(Figure("x", "ms", 100.0, 50.0, 99.0, 101.0), slow_machine)
    assert (moved.factor, moved.real) == (1.0, False)
    assert move(Figure("x", "ms", 100.0, None, 99.0, 101.0), slow_machine).factor == 2.0


@pytest.mark.parametrize(
    ("before", "now", "real"),
    [
        ((100.0, 98.0, 102.0), (104.0, 103.0, 105.0), False),  # no two runs are closer
        ((100.0, 98.0, 102.0), (110.0, 109.0, 111.0), True),
        ((100.0, 98.0, 102.0), (90.0, 89.0, 91.0), True),
        ((100.0, 60.0, 140.0), (130.0, 129.0, 131.0), False),  # repeats were that far apart
        ((100.0, None, None), (120.0, None, None), False),  # taken once
        ((100.0, None, None), (130.0, None, None), True),
        ((0.0, None, None), (1.0, None, None), True),
        ((0.0, None, None), (0.0, None, None), False),
        ((1.0, None, None), (0.0, None, None), True),
    ],
)
def test_a_move_is_real_beyond_the_spread(
    before: tuple[float, float | None, float | None], now: tuple[float, float | None, float | None], real: bool
) -> None:
    first, second = (Figure("x", "ms", value, None, low, high) for value, low, high in (before, now))
    assert move(first, second).real is real


def test_kept_figures_are_read_back_also_those_of_before_there_was_a_spread(tmp_path: Path) -> None:
    figure, old = Figure("x", "ms", 2.0, 1.0, 1.5, 2.5), {"name": "y", "unit": "s", "value": 1.0, "floor": None}
    path = tmp_path / "kept.json"
    path.write_text(json.dumps([asdict(figure), old]))
    assert kept(path) == {"x": figure, "y": Figure("y", "s", 1.0)}
