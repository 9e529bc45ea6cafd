"""The fault lab's language: what it reads, what it prints, and where it points when it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.faultspec import IN_STREAM, MOST_TIMES, NAMES, Fault, FaultSpecError, parse_spec, print_spec

TIMES = st.integers(1, MOST_TIMES)
FAULTS = (
    st.builds(Fault, st.sampled_from(sorted(IN_STREAM)), st.just(0), st.integers(0, 10**9 - 1), TIMES)
    | st.builds(Fault, st.sampled_from(sorted(set(NAMES.values()) - IN_STREAM)), st.just(0), st.just(0), TIMES)
    | st.builds(Fault, st.just("status"), st.integers(400, 599), st.just(0), TIMES)
)


@given(st.lists(FAULTS).map(tuple))
def test_what_is_printed_is_read_as_it_was(faults: tuple[Fault, ...]) -> None:
    assert parse_spec(print_spec(faults)) == faults


@given(st.text("cutresalbdjonx@0123459-, ") | st.text())
def test_any_text_is_either_read_or_refused_in_one_line(spec: str) -> None:
    try:
        printed = print_spec(parse_spec(spec))
    except FaultSpecError as error:
        printed = str(error)
    else:
        assert parse_spec(printed) == parse_spec(spec)
    assert len(printed.splitlines()) == 1


def test_every_form_of_an_item_is_read() -> None:
    assert parse_spec(
        "cut@50, 429x2 ,stall@20,badjson@10,slowfirst,500x1,drop-tool,reset@30x3,401,Cut,slowfirstx2"
    ) == (
        Fault("cut", after=50),
        Fault("status", 429, times=2),
        Fault("stall", after=20),
        Fault("badjson", after=10),
        Fault("slowfirst"),
        Fault("status", 500),
        Fault("drop-tool"),
        Fault("reset", after=30, times=3),
        Fault("status", 401),
        Fault("cut"),
        Fault("slowfirst", times=2),
    )


@pytest.mark.parametrize("spec", ["", "  ", "off", " OFF "])
def test_nothing_and_off_are_no_fault(spec: str) -> None:
    assert parse_spec(spec) == ()


@pytest.mark.parametrize(
    ("spec", "place", "words"),
    [
        ("429, cutt@5", "'cutt@5' at character 6", "did you mean cut?"),
        ("drop_tool", "'drop_tool' at character 1", "did you mean drop-tool?"),
        ("cut@", "'cut@' at character 1", "cut[@DELTAS][xTIMES]"),
        ("cut@5y3", "'cut@5y3' at character 1", "cut[@DELTAS][xTIMES]"),
        ("429@3", "'429@3' at character 1", "429 takes no @DELTAS"),
        ("429x", "'429x' at character 1", "429[xTIMES]"),
        ("200", "'200' at character 1", "200 is no HTTP status of an error"),
        ("cutx0", "'cutx0' at character 1", "1 to 1000 times, not 0"),
        ("cut,,429", "character 5", "no fault between the commas"),
        ("cut,", "character 5", "no fault between the commas"),
        ("zzz", "'zzz' at character 1", "choose refused, slowfirst"),
        ("²99", "'²99' at character 1", "there is no '²99'"),
    ],
)
def test_an_error_points_to_its_place_and_says_what_was_meant(spec: str, place: str, words: str) -> None:
    with pytest.raises(FaultSpecError) as raised:
        parse_spec(spec)
    assert place in str(raised.value)
    assert words in str(raised.value)
