"""Events of a session as records, as a table and as an archive that viewers of network logs open."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import NOON, SESSION, hostile, recorded
from tests.strategies import events
from tui import events as e
from tui.export.events import COLUMNS, EVENT_FORMATS, EventFormat, write
from tui.query import parse
from tui.wire import decode_record


def written(format: EventFormat, *happened: e.Event, keep: str = "") -> tuple[int, str]:
    file = io.BytesIO()
    count = write(recorded(*happened), format, file, parse(keep).matches)
    return count, file.getvalue().decode()


def table(*happened: e.Event, keep: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("csv", *happened, keep=keep)[1], newline="")))


def entries(*happened: e.Event, keep: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written("har", *happened, keep=keep)[1])["log"]["entries"]
    return found


def test_records_are_written_as_they_are() -> None:
    count, text = written("jsonl", *SESSION, keep="kind:tool_ended")
    records = recorded(*SESSION)
    assert [decode_record(line.encode()) for line in text.splitlines()] == [records[at - 1] for at in (14, 15, 26)]
    assert count == 3


def test_a_table_has_a_row_an_event() -> None:
    rows = table(*SESSION)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(SESSION)
    ended = rows[14]
    assert (ended["seq"], ended["type"], ended["agent"], ended["call"]) == ("15", "tool_ended", "Guide", "a")
    assert (ended["run"], ended["turn"], ended["duration"], ended["tokens"]) == ("1", "1", "0.5", "")
    assert "the table broke" in ended["text"]
    assert datetime.fromisoformat(ended["time"]).timestamp() == NOON + 14
    assert rows[15]["tokens"] == "120"


def test_what_is_left_out_of_a_table_still_tells_of_what_is_in_it() -> None:
    (row,) = table(*SESSION, keep="kind:message_completed turn:2")
    assert (row["agent"], row["run"], row["turn"]) == ("Guide", "1", "2")


def test_an_archive_has_an_entry_a_request_and_a_call() -> None:
    found = entries(*SESSION)
    assert [entry["request"]["url"] for entry in found] == [
        "http://model.invalid/gpt-x",
        "http://tool.invalid/roll_dice",
        "http://tool.invalid/roll_dice",
        "http://model.invalid/gpt-x",
        "http://model.invalid/gpt-x",
        "http://tool.invalid/ask_oracle",
    ]
    assert [entry["response"]["status"] for entry in found] == [200, 500, 200, 500, 500, 200]
    failed = found[1]
    assert failed["request"]["postData"]["text"] == '{"sides":20}'
    assert failed["response"]["content"]["text"] == "the table broke"
    assert failed["_error"] == "ValueError: no table"
    assert found[0]["_tokens"] == {"input": 100, "output": 20}
    assert found[3]["_error"] == "cut off"


def test_an_archive_tells_what_went_over_http() -> None:
    (entry,) = entries(
        e.RunStarted(1),
        e.ModelRequested(1, 1, "Guide", "gpt-x"),
        e.RequestSent(
            1, 1, 1, {"model": "gpt-x", "input": None}, ({"role": "user"},), url="http://localhost/v1/responses"
        ),
        e.ResponseReceived(1, 1, 1, 200, "req_1", 0.25),
        e.TextDelta("1.1.0", "Hel"),
        e.TextDelta("1.1.0", "lo"),
        e.UsageReported(1, 1, 5, 0, 2, 0),
        e.ResponseEnded(1, 1),
        e.MessageCompleted("1.1.0", "Guide", "Hello"),
        e.RunEnded(1, "completed"),
    )
    assert entry["request"]["url"] == "http://localhost/v1/responses"
    assert json.loads(entry["request"]["postData"]["text"]) == {"model": "gpt-x", "input": [{"role": "user"}]}
    assert entry["timings"] == {"connect": 250, "send": 0, "wait": 1750, "receive": 4000}
    assert entry["time"] == 6000
    assert entry["response"]["content"]["text"] == "Hello"
    assert entry["_request_id"] == "req_1"


def _asked(turn: int, items: list[int], base: str = "", kept: int = 0) -> tuple[e.Event, ...]:
    sent = e.RequestSent(1, turn, 1, {"input": None}, tuple({"n": item} for item in items), base=base, kept=kept)
    return e.ModelRequested(1, turn, "Guide", "gpt-x", 1), sent, e.ResponseEnded(1, turn)


def test_a_request_in_an_archive_has_the_whole_body() -> None:
    happened = (
        *_asked(1, [1, 2]),
        *_asked(2, [3], "1.1.1", 1),
        *_asked(3, [4], "1.2.1", 2),
        *_asked(4, [5], "9.1.1", 2),
    )
    requests = [entry["request"] for entry in entries(*happened)]
    bodies = [[item["n"] for item in json.loads(request["postData"]["text"])["input"]] for request in requests]
    assert bodies == [[1, 2], [1, 3], [1, 3, 4], [5]]
    assert [request.get("_base") for request in requests] == [None, None, None, "9.1.1"], (
        "of the last a part is missing"
    )


def test_an_archive_keeps_what_an_event_that_is_kept_belongs_to() -> None:
    assert [entry["_kind"] for entry in entries(*SESSION, keep="kind:tool_ended failed:true")] == ["tool"]
    assert [entry["_kind"] for entry in entries(*SESSION, keep="kind:model")] == ["model"] * 3
    assert entries(*SESSION, keep="kind:prompt") == []


@given(st.lists(events, max_size=12))
def test_an_archive_has_the_shape_of_its_format(happened: list[e.Event]) -> None:
    count, text = written("har", *happened)
    log = json.loads(text)["log"]
    assert log["version"] == "1.2"
    assert log["creator"]["name"] == "agents-tui"
    assert len(log["entries"]) == count
    pages = {page["id"] for page in log["pages"]}
    for entry in log["entries"]:
        assert entry["pageref"] in pages
        assert entry["time"] == pytest.approx(sum(max(0, part) for part in entry["timings"].values()), abs=0.01)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString"} <= set(entry["request"])
        assert {"status", "statusText", "httpVersion", "cookies", "headers", "content"} <= set(entry["response"])


@pytest.mark.parametrize("format", EVENT_FORMATS)
@pytest.mark.parametrize("text", ['a "quoted", line\nand another', "\ud800", "=1+1"])
def test_any_text_can_be_written(format: EventFormat, text: str) -> None:
    count, said = written(format, *hostile(text))
    assert count
    if format == "csv":
        assert len(table(*hostile(text))) == len(hostile(text))
    else:
        assert said
