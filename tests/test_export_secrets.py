"""Secrets in documents: planted in every place that an event has for text, also a letter at a time."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_session import BEGIN, HEADER, exported, hostile, recorded
from tests.strategies import events
from tui import events as e
from tui.export import FORMATS, Format, export
from tui.export.masking import masked, masked_records
from tui.safety import Secrets, redact

KEY = "sk-proj-Zk3vQ8w1Xy5mTn7Rb2Lc9Hd4"
PASSWORD = "correct horse battery"


def planted(secret: str) -> tuple[e.Event, ...]:
    text = f"use {secret} now"
    item = {"role": "assistant", "content": [{"type": "output_text", "text": text}]}
    return (
        *BEGIN,
        *hostile(text),
        e.PromptSent(text),
        e.RunStarted(2),
        *(e.TextDelta("2.1.0", letter) for letter in text),
        *(e.ReasoningDelta("2.1.1", letter) for letter in text),
        *(e.RefusalDelta("2.1.2", letter) for letter in text),
        *(e.ArgumentsDelta("d", letter) for letter in json.dumps({"q": text})),
        e.ToolCalled("d", "use", json.dumps({"q": text})),
        e.MessageCompleted("2.1.0", "Guide", text),
        e.ConversationExtended((item, {secret: secret})),
        e.RunEnded(2, "completed"),
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("secret", [KEY, PASSWORD])
def test_a_secret_is_in_no_document(format: Format, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    text = exported(format, *planted(secret), title=f"with {secret}")
    assert secret not in text
    assert "now" in text
    if format == "json":
        told = json.loads(text)["records"]
        assert len(told) == len(planted(secret))
        streamed = "".join(record["event"].get("text", "") for record in told if record["event"].get("item") == "2.1.0")
        assert secret not in streamed


@pytest.mark.parametrize("format", FORMATS)
def test_secrets_stay_where_that_is_wanted(format: Format) -> None:
    assert KEY in export(recorded(*planted(KEY)), HEADER, format, mask=False)


def test_a_key_that_came_in_pieces_is_masked_the_same_as_the_whole() -> None:
    deltas = [
        e.TextDelta("1", piece) for piece in ("my key is sk-", "proj-Zk3vQ8w1Xy", "5mTn7Rb2Lc9Hd4, ", "keep it", "")
    ]
    shown = masked_records(recorded(*deltas, e.MessageCompleted("1", "A", f"my key is {KEY}, keep it")), redact)
    texts = [record.event.text for record in shown if isinstance(record.event, e.TextDelta | e.MessageCompleted)]
    assert "".join(texts[:-1]) == texts[-1] == "my key is sk-proj-…9Hd4, keep it"


def test_a_private_key_printed_line_by_line_is_masked() -> None:
    lines = (
        "-----BEGIN PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0BAQ",
        "EFAASCBKcwggSjAgEAAoIBAQD",
        "-----END PRIVATE KEY-----",
    )
    captured = [e.OutputCaptured("stdout", line) for line in ("before", *lines, "after")]
    shown = masked_records(recorded(*captured, e.Notice("info", "x"), e.OutputCaptured("stdout", "later")), redact)
    told = [record.event.text for record in shown if isinstance(record.event, e.OutputCaptured)]
    assert "MIIE" not in "".join(told)
    assert "ASCB" not in "".join(told)
    assert (told[0], told[-1], len(told)) == ("before", "later", len(lines) + 3)


def test_a_value_whose_name_speaks_of_a_secret_is_left_out() -> None:
    data = {"password": "hunter2", "nested": [{"api_key": "k1", "name": "n"}], "token": "", "tokens": "many", "n": 3}
    assert masked(data, redact) == {
        "password": "…", "nested": [{"api_key": "…", "name": "n"}], "token": "", "tokens": "many", "n": 3,
    }  # fmt: skip


@given(st.lists(events, max_size=10))
def test_masking_keeps_count_order_times_and_types(happened: list[e.Event]) -> None:
    records = recorded(*happened)
    shown = masked_records(records, Secrets(["immediate", "completed", "responses"]).redact)
    assert [(record.seq, record.at, type(record.event)) for record in shown] == [
        (record.seq, record.at, type(record.event)) for record in records
    ]


def test_words_of_the_format_are_no_secrets() -> None:
    happened = recorded(e.CancelRequested("immediate"), e.RunEnded(1, "completed"))
    assert masked_records(happened, Secrets(["immediate", "completed"]).redact) == happened
