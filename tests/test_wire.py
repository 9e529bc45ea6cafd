import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import EVENT_CLASSES, events, events_of
from tui import commands as c
from tui import events as e
from tui.wire import Record, Stamped, WireError, decode_command, decode_record, decode_stamped, encode


@pytest.mark.parametrize("kind", EVENT_CLASSES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_event_round_trips(kind: type[e.Event], data: st.DataObject) -> None:
    event = data.draw(events_of(kind))
    record = Record(7, 1763900000.125, event)
    assert decode_record(encode(record)) == record
    assert decode_stamped(encode(Stamped(2.5, event))) == Stamped(2.5, event)


@given(events)
def test_a_record_is_one_line_of_json_with_a_snake_case_type(event: e.Event) -> None:
    line = encode(Record(1, 0.5, event))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    plain = json.loads(line)
    assert plain["seq"] == 1
    assert plain["at"] == 0.5
    assert plain["event"]["type"] == e.name_of(event)
    assert plain["event"]["type"] == plain["event"]["type"].lower()


def test_the_documented_shape_of_a_delta() -> None:
    line = encode(Record(1, 1763900000.123, e.TextDelta("1.1.0", "xin chào")))
    assert json.loads(line) == {
        "seq": 1,
        "at": 1763900000.123,
        "event": {"type": "text_delta", "item": "1.1.0", "text": "xin chào"},
    }


@pytest.mark.parametrize(
    "command",
    [
        c.Open("s", "demo", items=({"role": "user", "content": "hi"},)),
        c.Send("a\nb"),
        c.Retry(),
        c.RetryNow(),
        c.Cancel("after_turn"),
        c.Clear(),
        c.Close(),
    ],
)
def test_every_command_round_trips(command: c.Command) -> None:
    assert decode_command(encode(command)) == command


def test_lone_surrogates_do_not_break_a_line() -> None:
    line = encode(Stamped(1.0, e.TextDelta("i", "a\ud800b \ud83d\ude00 é")))
    assert decode_stamped(line).event == e.TextDelta("i", "a\ufffdb 😀 é")


def test_an_event_type_from_the_future_becomes_a_raw_event() -> None:
    record = decode_record(b'{"seq":4,"at":2.0,"event":{"type":"mind_read","thought":"tea"}}')
    assert record == Record(4, 2.0, e.RawReceived("mind_read", '{"type":"mind_read","thought":"tea"}'))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"not json",
        b'{"seq":1,"at":2.0,"event":{"type":"text_delta","item":3}}',
        b"[1,2]",
        b"\xff",
        b'{"seq":1,"at":2.0,"event":' + b"[" * 9999,
    ],
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(WireError):
        decode_record(line)


def test_what_is_no_command_is_refused() -> None:
    with pytest.raises(WireError):
        decode_command(b'{"type":"launch_missiles"}')
