import itertools
import re
import signal
import unicodedata
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payloads import PAYLOADS
from tui.safety import HIDDEN, Secrets, VisibleStream, one_line, redact, visible

_ANY = st.text(st.characters(codec=None), max_size=60)
_NASTY = st.lists(
    st.sampled_from(["\r", "\n", "\r\n", "\t", " ", "a", "ệ", "\x1b[2J", "\x9b", "\u202e", "👩‍💻", "\ud83d", "⏎"]),
    max_size=30,
)
_MIXED = _ANY | _NASTY.map("".join)

_COMMANDING = {"Cc", "Cs", "Zl", "Zp"}


# visible


@given(_MIXED)
def test_what_is_visible_commands_nothing(text: str) -> None:
    for character in visible(text):
        assert unicodedata.category(character) not in _COMMANDING or character in "\n\t"
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    visible(text).encode()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_payloads_lose_every_hidden_character(payload: str) -> None:
    assert re.search(f"[{HIDDEN}]", visible(payload)) is None
    assert payload not in visible(payload)
    assert payload not in one_line(payload)


@given(_MIXED)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=60))
def test_printable_text_is_untouched(text: str) -> None:
    assert visible(text).replace("\ufffd", "?") == re.sub("[\u3164\uffa0\ufffd]", "?", text)


@pytest.mark.parametrize(
    "text",
    [
        "👩‍💻 🏳️‍🌈 👍🏽 ☀️ 1️⃣ 🇻🇳",
        unicodedata.normalize("NFC", "Tiếng Việt: ngã, nặng, hỏi"),
        unicodedata.normalize("NFD", "Tiếng Việt: ngã, nặng, hỏi"),
        "می‌خواهم",  # ZWNJ
        "क्‍ष",  # ZWJ
        "ភាសា\u200bខ្មែរ",  # ZWSP
        "葛\U000e0100",
        "עברית العربية",
        "a\tb\nc\u00a0d\u3000e",
        "\ue0b0 \uf09b",
    ],
)
def test_scripts_and_emoji_keep_what_they_need(text: str) -> None:
    assert visible(text) is text


def test_stand_ins_say_what_was_there() -> None:
    assert visible("\x1b[31m \x00 \x7f \x07") == "␛[31m ␀ ␡ ␇"
    assert visible("\x9b \u202e \ufeff \ud800 \U000e0041") == "� � � � �"
    assert visible("co\xadop") == "co‐op"


@given(_MIXED)
def test_each_code_point_is_replaced_by_one(text: str) -> None:
    assert len(visible(text)) == len(text) - text.count("\r\n")


def test_line_ends_become_newlines() -> None:
    assert visible("a\r\nb\rc\nd\r\r\ne") == "a\nb\nc\nd\n\ne"


@given(_MIXED, st.lists(st.integers(0, 60), max_size=8))
def test_pieces_of_a_stream_are_cleaned_as_the_whole(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    stream = VisibleStream()
    assert "".join(map(stream.feed, pieces)) == visible("".join(pieces))


# one_line


@given(_MIXED)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert not re.search(r"[\n\t]|\s\s", line)


@given(_MIXED, st.integers(0, 20))
def test_a_limit_cuts_the_whole_line(text: str, limit: int) -> None:
    whole = one_line(text)
    cut = one_line(text, limit)
    assert cut == whole if len(whole) <= limit else cut == whole[: max(0, limit - 1)] + "…"


def test_line_ends_stay_visible_on_one_line() -> None:
    assert one_line("  ls -l\n\n  rm  -rf\t/ \r\n") == "ls -l⏎rm -rf /"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line(" " * 1000 + "x", 3) == "x"


# redact


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Incorrect API key: sk-proj-abcdefgh12345678WXYZ.", "Incorrect API key: sk-proj-…WXYZ."),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer …1234"),
        ("{'authorization': 'Basic dXNlcjpwYXNzd29yZA=='}", "{'authorization': 'Basic …ZA=='}"),
        ("Cookie: session=0123456789abcdef; theme=dark\nHost: x", "Cookie: …dark\nHost: x"),
        ("bearer 0123456789abcdef", "bearer …cdef"),
        ('{"api_key": "two words and 1234", "n": 1}', '{"api_key": "…1234", "n": 1}'),
        ('{\\"apiKey\\": \\"0123456789abcdef\\"}', '{\\"apiKey\\": \\"…cdef\\"}'),
        ("OPENAI_API_KEY=0123456789abcdef make", "OPENAI_API_KEY=…cdef make"),
        ("password: hunter2, user: bob", "password: …, user: bob"),
        ("https://bob:hunter2@host/path", "https://…@host/path"),
        ("https://host/x?sig=0123456789abcdef&page=2", "https://host/x?sig=…cdef&page=2"),
        ("https://host/x?page=2&X-Amz-Signature=0123456789abcdef", "https://host/x?page=2&X-Amz-Signature=…cdef"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "…dXJl"),
        ("AKIAIOSFODNN7EXAMPLE", "…MPLE"),
        ("ghp_0123456789abcdef0123", "ghp_…0123"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA", "-----BEGIN RSA PRIVATE KEY-----…-----END RSA"),
    ],
)
def test_secrets_are_masked_and_recognisable(text: str, masked: str) -> None:
    assert redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=512",
        "tokens: 3 of 8",
        "token=None",
        "a risk-based task-management-system",
        "http://host:8080/path@x",
        "key: F1",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


_SECRET = st.text("abcXYZ019_-", min_size=16, max_size=40).map(lambda tail: f"sk-{tail}0a")
_AROUND = st.text(st.sampled_from("ab =:\"'&?,\n"), max_size=12).map(lambda text: text + " ")


@given(
    _AROUND,
    st.sampled_from(["", "Bearer ", "api_key=", "token: '", "Authorization: Bearer ", "://u:"]),
    _SECRET,
    _AROUND,
)
def test_a_secret_is_gone_wherever_it_stands(before: str, name: str, secret: str, after: str) -> None:
    masked = redact(f"{before}{name}{secret}@ {after}")
    assert secret[3:-4] not in masked
    assert redact(masked) == masked


def test_secrets_of_the_environment_are_masked_by_value() -> None:
    secrets = Secrets.of_environment(
        {
            "MY_SERVICE_TOKEN": "plain words here",
            "DB_PASSWORD": "plain words",
            "TOKEN": "short",
            "KEYBOARD": "qwertyuiop",
        }
    )
    assert secrets.redact("plain words here, plain words, short, qwertyuiop") == "…here, …, short, qwertyuiop"
    assert Secrets().redact("password=hunter2") == "password=…"


def _within_seconds(seconds: float, work: Callable[[], object]) -> None:
    """Fail where the work takes more processor time: what is not linear takes hours for a megabyte."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError("not linear")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "-", " ", "\"'", "sk-", "xox", "AKIA", "eyJ", "eyJa.", "://", "://a:", "?sig=", "access_", "cookie  "),
        *("api_key", "api_key =", "password='", 'token=\\"', "bearer ", "authorization:"),
        *("-----BEGIN ", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_redacting_takes_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    _within_seconds(5, lambda: redact(text))
