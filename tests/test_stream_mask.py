"""Secrets that come in pieces: any cutting leaves no more of them than their beginning, and other text as it was."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sample_session import recorded
from tests.strategies import events
from tui import events as e
from tui.bus import Bus
from tui.journal.file import Header, read
from tui.journal.restore import restore
from tui.journal.stream_mask import StreamMask
from tui.journal.writer import JournalWriter
from tui.safety import Secrets, redact_keys

KEYS = {
    "sk-proj-Zk3vQ8w1Xy5mTn7Rb2Lc9Hd4": "sk-proj-",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789": "ghp_",
    "github_pat_11ABCDEFG0123456789_abcdefghij": "github_pat_",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N": "eyJhbGciOiJIUzI",
    "AKIAIOSFODNN7EXAMPLE": "AKIAIOSF",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv": "AIzaSyA1",
}
"""By shape; the most of each that may be left before its last secret-looking seven."""
KNOWN = ("correct horse battery", 'pass"word\\with quotes', "production-database", "hunter22", "zeta-zeta-zebra")
"""By value; the first half or 8 characters may be left."""
PLAIN = (
    "", " ", "a task-based disk-", "Asian bearer of news", "sk-short", "production-data is not it", "correct horse",
    "zeta-zeta-", "\n", "mask risk-averse", "hunter2", "eyJ", "AKIA12", "the correct horses", ": ",
)  # fmt: skip
"""No secrets, though some begin like one."""


def shown(pieces: list[str], known: tuple[str, ...] = KNOWN) -> str:
    """The pieces masked one batch each, joined."""
    mask = StreamMask(known)
    batches = [mask.records(recorded(e.TextDelta("1", piece))) for piece in pieces]
    return "".join(record.event.text for batch in batches for record in batch if isinstance(record.event, e.TextDelta))


def cut(text: str, places: set[int]) -> list[str]:
    edges = [0, *sorted(place for place in places if place < len(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def left_of(secret: str) -> str:
    """A pattern of what may stand in the place of a secret."""
    most = len(KEYS[secret]) + 7 if secret in KEYS else min(8, len(secret) // 2)
    begin = "|".join(re.escape(secret[:length]) for length in range(most, -1, -1))
    return f"(?:{begin})….{{0,4}}"


@given(
    parts=st.lists(st.tuples(st.sampled_from(PLAIN), st.sampled_from((*KEYS, *KNOWN))), min_size=1, max_size=4),
    places=st.sets(st.integers(0, 200), max_size=200),
)
@example(parts=[("", "sk-proj-Zk3vQ8w1Xy5mTn7Rb2Lc9Hd4")], places=set(range(200)))
@example(parts=[(" ", secret) for secret in KEYS], places=set(range(600)))
def test_however_it_is_cut_only_the_beginning_of_a_secret_is_left(
    parts: list[tuple[str, str]], places: set[int]
) -> None:
    text = "".join(f"{plain} {secret} " for plain, secret in parts) + "end"
    wanted = "".join(f"{re.escape(plain)} {left_of(secret)} " for plain, secret in parts) + "end"
    assert re.fullmatch(wanted, shown(cut(text, places))), shown(cut(text, places))


@given(words=st.lists(st.sampled_from(PLAIN)), places=st.sets(st.integers(0, 200)))
def test_text_that_is_no_secret_stays_as_it_was(words: list[str], places: set[int]) -> None:
    text = " ".join((*words, "end"))
    assert shown(cut(text, places)) == text


@given(text=st.text(max_size=120), places=st.sets(st.integers(0, 120)))
def test_any_text_without_a_secret_stays_as_it_was(text: str, places: set[int]) -> None:
    if redact_keys(text) == text:
        assert shown(cut(text, places), ()) == text


@given(text=st.text("sk-proj ehunt2r", max_size=60), places=st.sets(st.integers(0, 60)))
def test_what_would_be_masked_whole_is_masked_in_pieces(text: str, places: set[int]) -> None:
    given = shown(cut(text + " end", places))
    whole = redact_keys(Secrets(KNOWN).mask(text + " end"))
    assert (given == text + " end") == (whole == text + " end")


@given(happened=st.lists(events, max_size=20), cuts=st.sets(st.integers(0, 20)))
def test_records_keep_their_count_order_times_and_types(happened: list[e.Event], cuts: set[int]) -> None:
    records = recorded(*happened)
    edges = [0, *sorted(place for place in cuts if place < len(records)), len(records)]
    mask = StreamMask(KNOWN)
    masked = [record for start, end in itertools.pairwise(edges) for record in mask.records(records[start:end])]
    assert [(record.seq, record.at, type(record.event)) for record in masked] == [
        (record.seq, record.at, type(record.event)) for record in records
    ]


def test_texts_that_come_at_the_same_time_are_told_apart() -> None:
    key = next(iter(KEYS))
    deltas: list[e.Event] = []
    for letter in key:
        deltas += [e.TextDelta("1", letter), e.ReasoningDelta("1", letter), e.ArgumentsDelta("1", letter)]
        deltas += [e.TextDelta("2", "safe "), e.OutputCaptured("stdout", f"line {letter}")]
    masked = [record.event for record in StreamMask().records(recorded(*deltas))]
    for kind in (e.TextDelta, e.ReasoningDelta, e.ArgumentsDelta):
        text = "".join(
            getattr(event, "text", "") for event in masked if type(event) is kind and "safe" not in str(event)
        )
        assert text == "sk-proj-Zk…"
    assert masked[3::5] == deltas[3::5]
    assert masked[4::5] == deltas[4::5]


def test_a_private_key_printed_line_by_line_is_masked() -> None:
    body = ["MIIEvQIBADANBgkqhkiG9w0BAQ", "EFAASCBKcwggSjAgEAAoIBAQD"]
    lines = ["before", "-----BEGIN PRIVATE KEY-----", *body, "-----END PRIVATE KEY-----", "after"]
    mask = StreamMask()
    masked = [mask.records(recorded(e.OutputCaptured("stdout", line)))[0].event for line in lines]
    told = [event.text for event in masked if isinstance(event, e.OutputCaptured)]
    assert told == ["before", "-----BEGIN PRIVATE KEY-----…", "", "", "-----END PRIVATE KEY-----", "after"]


def test_what_is_held_back_follows_with_the_next_piece() -> None:
    mask = StreamMask(["production-database"])
    told = [mask.records(recorded(e.TextDelta("1", piece))) for piece in ("producti", "on-", "line is up")]
    assert [records[0].event for records in told] == [
        e.TextDelta("1", "producti"), e.TextDelta("1", ""), e.TextDelta("1", "on-line is up"),
    ]  # fmt: skip


@pytest.mark.parametrize("known", [("abcdefgh", "abcdefgh-longer"), ("abcdefgh-longer", "longer-still")])
def test_secrets_that_overlap_are_all_masked(known: tuple[str, ...]) -> None:
    for text in ("abcdefgh-longer now", "abcdefgh-longer-still now", "abcdefgh now"):
        given = shown(list(text), known)
        assert "abcdefgh-" not in given
        assert "onger" not in given
        assert given.endswith(" now")


@pytest.mark.parametrize("secret", ["sk-proj-Zk3vQ8w1Xy5mTn7Rb2Lc9Hd4", "correct horse battery"])
@pytest.mark.parametrize("size", [1, 5])
async def test_no_part_of_a_streamed_key_is_in_the_journal(tmp_path: Path, secret: str, size: int) -> None:
    bus = Bus(lambda: 1_763_900_000.0)
    known = Secrets([secret])
    journal = JournalWriter(
        bus, tmp_path / "s.jsonl", Header("s", "demo", 1.0), lambda text: redact_keys(known.mask(text)),
        secrets=known.known,
    )  # fmt: skip
    text = f"It is {secret}, keep it."
    bus.publish(e.PromptSent("tell"))
    for start in range(0, len(text), size):
        bus.publish(e.TextDelta("1.1.0", text[start : start + size]))
        journal.flush()
    kept = journal.path.read_text()
    assert ", keep it." in "".join(
        record.event.text for record in read(journal.path) if type(record.event) is e.TextDelta
    )
    bus.publish(e.ConversationExtended(({"role": "user", "content": "tell"}, {"role": "assistant", "content": text})))
    bus.publish(e.MessageCompleted("1.1.0", "A", text))
    journal.close()
    assert not [start for start in range(8, len(secret) - 8) if secret[start : start + 8] in kept]
    assert restore(journal.path).conversation.settle() == []
