import itertools
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.message import Message

from tests.payloads import ALL, PAYLOADS
from tui.safety import visible
from tui.ui.terminal import internals
from tui.ui.terminal.input_guard import PASTE_IDLE, REPLY_IDLE, InputGuard

_START, _END = "\x1b[200~", "\x1b[201~"


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _told(found: Iterable[Message]) -> list[str]:
    """Events as short text: a key's name, a paste's text, any other event's class."""

    def name(event: Message) -> str:
        match event:
            case events.Key():
                return event.key
            case events.Paste():
                return repr(event.text)
        return type(event).__name__

    return list(map(name, found))


def _heard(*reads: str, wait: float = 0.0) -> list[str]:
    """What the guard makes of some reads, and of so many seconds without another.

    The Escape key that it hears in a read of ESC alone, before the rest of a sequence comes, is left out.
    """
    clock = _Clock()
    guard = InputGuard(clock=clock)
    found: list[Message] = []
    pieces = [*filter(None, reads)]
    for read, following in itertools.zip_longest(pieces, pieces[1:], fillvalue=""):
        heard = [*guard.feed(read), *guard.tick()]
        hasty = read == "\x1b" and following[:1] in [*"[O]P_"] and _told(heard) == ["escape"]
        found += [] if hasty else heard
    clock.now += wait
    return _told([*found, *guard.tick()])


# Pastes

_PASTE = f"a{_START}one\x1b[31m two\r\n\x1b]52;c;AAAA\x07 three\x1b{_END}b"
_PASTED = ["a", repr("one␛[31m two\n␛]52;c;AAAA␇ three␛"), "b"]


@pytest.mark.parametrize("place", range(len(_PASTE)))
def test_a_paste_is_one_paste_wherever_the_reads_cut_it(place: int) -> None:
    assert _heard(_PASTE[:place], _PASTE[place:]) == _PASTED


@given(st.sets(st.integers(1, len(_PASTE) - 1)))
@example(set(range(1, len(_PASTE))))
def test_a_paste_may_come_in_any_pieces(places: set[int]) -> None:
    cuts = [0, *sorted(places), len(_PASTE)]
    assert _heard(*(_PASTE[start:end] for start, end in itertools.pairwise(cuts))) == _PASTED


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_pasted_payload_is_text(payload: str) -> None:
    assert _heard(f"{_START}{payload}\x1b\r{_END}") == [repr(visible((payload + "\x1b\r").replace("\x00", "")))]


@given(st.text(st.characters(codec="utf-8"), max_size=80).filter(lambda text: _END not in text))
def test_no_pasted_text_becomes_a_key(text: str) -> None:
    assert _heard(_START + text + _END) == [repr(visible(text.replace("\x00", "")))]


def test_large_pastes_come_whole() -> None:
    text = (ALL + "\n") * 500
    reads = [(_START + text + _END)[start : start + 4096] for start in range(0, len(text) + 12, 4096)]
    assert _heard(*reads) == [repr(visible(text.replace("\x00", "")))]


def test_two_pastes_and_an_empty_one() -> None:
    assert _heard(f"{_START}x{_END}{_START}{_END}{_END}y") == ["'x'", "''", "y"]


def test_a_paste_without_an_end_ends_by_itself() -> None:
    assert _heard(f"{_START}rm -rf /\r", "\x1b[20", wait=PASTE_IDLE - 0.1) == []
    assert _heard(f"{_START}rm -rf /\r", "\x1b[20", wait=PASTE_IDLE) == [repr("rm -rf /\n␛[20")]


def test_hammering_keys_does_not_keep_an_open_paste_waiting() -> None:
    clock = _Clock()
    guard = InputGuard(clock=clock)
    guard.feed(f"{_START}text")
    found: list[Message] = []
    for _ in range(12):
        clock.now += 0.5
        found += [*guard.feed("\x03"), *guard.tick()]
    assert _told(found) == [repr("text" + "␃" * 10), "ctrl+c", "ctrl+c"]


def test_a_slow_paste_keeps_being_one() -> None:
    clock = _Clock()
    guard = InputGuard(clock=clock)
    found: list[Message] = [*guard.feed(_START)]
    for _ in range(5):
        clock.now += PASTE_IDLE - 0.1
        found += [*guard.feed("x" * 20), *guard.tick()]
    assert _told([*found, *guard.feed(_END)]) == [repr("x" * 100)]


# Replies

_UNASKED = {
    "DA1": "\x1b[?1;2c",
    "DA1 long": "\x1b[?62;1;2;4;6;9;15;16;17;18;21;22;28;29c",
    "DA2": "\x1b[>41;354;0c",
    "DA3": "\x1bP!|00000000\x1b\\",
    "DSR": "\x1b[0n",
    "colour scheme": "\x1b[?997;1n",
    "DECRPM": "\x1b[?1049;1$y",
    "DECRPM ANSI": "\x1b[4;1$y",
    "kitty flags": "\x1b[?25u",
    "kitty graphics": "\x1b_Gi=31;OK\x1b\\",
    "window size": "\x1b[8;24;80t",
    "cell size": "\x1b[6;20;10t",
    "window title": "\x1b]lowned; rm -rf /\r\x1b\\",
    "OSC 10": "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "OSC 11": "\x1b]11;rgb:0000/0000/0000\x07",
    "OSC 52": f"\x1b]52;c;{'QUJD' * 3000}\x07",
    "XTVERSION": "\x1bP>|XTerm(390)\x1b\\",
    "DECRQSS": "\x1bP1$r0m\x1b\\",
    "XTGETTCAP": "\x1bP1+r544e=787465726d\x1b\\",
    "NaN mouse": "\x1b[<32;NaN;NaNM",
    "NaN mouse release": "\x1b[<35;NaN;-Infinitym",
    "X10 mouse": "\x1b[M a\u0151",
    "no code point": "\x1b[99999999999999u",
    "surrogate": "\x1b[55296u",
    "key release": "\x1b[97;1:3u",
    "overlong": f"\x1b[{'1;' * 60}Z",
    "stray paste end": _END,
}


@pytest.mark.parametrize("reply", _UNASKED.values(), ids=_UNASKED)
def test_what_nobody_asked_for_is_never_typed(reply: str) -> None:
    places = range(1, len(reply)) if len(reply) < 99 else (1, 2, 3, 4000, len(reply) - 1)
    assert _heard(f"a{reply}b", wait=9) == ["a", "b"]
    for place in places:
        assert _heard("a" + reply[:place], reply[place:] + "b", wait=9) == ["a", "b"], place


_ASKED = {
    "\x1b[?2026;2$y": "TerminalSupportsSynchronizedOutput",
    "\x1b[?2048;2$y": "InBandWindowResize",
    "\x1b[48;24;80;600;800t": "Resize",
    "\x1b[12;40R": "CursorPosition",
    "\x1b[I": "AppFocus",
    "\x1b[O": "AppBlur",
    "\x1b[<0;10;5M": "MouseDown",
    "\x1b[<0;10;5m": "MouseUp",
    "\x1b[<64;10;5M": "MouseScrollUp",
    "\x1b[97;;97u": "a",
    "\x1b[27u": "escape",
    "\x1b[13;2u": "shift+enter",
    "\x1b[106;5u": "ctrl+j",
    "\x1b[1;5A": "ctrl+up",
    "\x1b[57441u": "left_shift",
}


@pytest.mark.parametrize(("sequence", "event"), _ASKED.items())
def test_what_textual_waits_for_comes_through(sequence: str, event: str) -> None:
    for place in range(1, len(sequence) + 1):
        assert _heard(sequence[:place], sequence[place:], "x") == [event, "x"]


def test_mouse_reports_in_pixels_are_scaled_by_the_size_reported() -> None:
    guard = InputGuard()
    guard.feed("\x1b[48;24;80;480;800t\x1b[?1;2c")
    (moved,) = guard.feed("\x1b[<0;101;41M")
    assert isinstance(moved, events.MouseDown)
    assert (moved.x, moved.y) == (10, 2)


def test_a_window_of_no_pixels_does_not_end_the_app() -> None:
    assert _heard("\x1b[48;24;80;0;0t\x1b[<0;10;5Mx") == ["Resize", "x"]


def test_a_reply_that_breaks_off_gives_the_keyboard_back() -> None:
    assert _heard("\x1b]11;rgb:", wait=REPLY_IDLE) == []
    clock = _Clock()
    guard = InputGuard(clock=clock)
    guard.feed("\x1b]11;rgb:")
    clock.now += REPLY_IDLE
    assert _told([*guard.tick(), *guard.feed("x")]) == ["x"]
    assert _heard("\x1b]11;rgb:\x1b[Ax") == ["up", "x"]


def test_it_tells_how_long_it_will_wait_for_what_is_not_whole() -> None:
    clock = _Clock()
    guard = InputGuard(clock=clock)
    assert guard.patience is None
    for beginning, whole in (("\x1b[1;5", REPLY_IDLE), ("\x1b]11;rgb:", REPLY_IDLE), ("\x1b[200~pasted", PASTE_IDLE)):
        guard.feed(beginning)
        assert guard.patience == pytest.approx(whole)
        clock.now += whole / 2
        assert guard.patience == pytest.approx(whole / 2)
        assert guard.tick() == []
        clock.now += whole / 2
        guard.tick()
        assert guard.patience is None, "it has given up"


# Keys


_NEVER_WHOLE = {"\x1b", "\x1b\x1b"}
"""In Textual's table, but its parser waits for more first."""


@pytest.mark.parametrize("sequence", [key for key in ANSI_SEQUENCES_KEYS if key not in _NEVER_WHOLE], ids=repr)
def test_keys_are_those_of_textual(sequence: str) -> None:
    stock = internals.XTermParser()
    assert _heard(sequence, "x", wait=1) == _told([*stock.feed(sequence), *stock.feed("x")])


@pytest.mark.parametrize(
    ("read", "keys"),
    [
        ("\x7fế", ["backspace", "ế"]),
        ("\x08\x08ươ", ["backspace", "backspace", "ư", "ơ"]),
        ("\x7fê\u0301", ["backspace", "ê", "\u0301"]),
        ("ab\x7f\x7fâ ", ["a", "b", "backspace", "backspace", "â", "space"]),
        ("x\x7f\r", ["x", "backspace", "enter"]),
    ],
)
def test_a_fused_read_of_an_input_method_is_separate_keys(read: str, keys: list[str]) -> None:
    found = [event for event in InputGuard().feed(read) if isinstance(event, events.Key)]
    names = {"\u0301": "combining_acute_accent"}
    assert [event.key for event in found] == [names.get(key, key) for key in keys]
    assert all(len(event.character or "x") == 1 for event in found)


def test_a_phrase_committed_with_kittys_protocol_is_typed() -> None:
    phrase = "xin chào các bạn 你好"
    typed = InputGuard().feed(f"\x1b[0;;{':'.join(str(ord(character)) for character in phrase)}u")
    assert "".join(event.character or "" for event in typed if isinstance(event, events.Key)) == phrase


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1ba", ["alt+a"]),
        ("\x1bA", ["alt+shift+a"]),
        ("\x1bb", ["ctrl+left"]),
        ("\x1b\x7f", ["ctrl+w"]),
        ("\x1b[", ["left_square_bracket"]),
        ("\x1bO", ["alt+shift+o"]),
        ("\x1bP", ["alt+shift+p"]),
        ("\x1bPa", ["alt+shift+p", "a"]),
        ("\x1bOz", ["alt+shift+o", "z"]),
        ("\x1b]é", ["right_square_bracket", "é"]),
        ("\x1b[é", ["left_square_bracket", "é"]),
        ("\x1b[1;", []),
    ],
)
def test_escape_and_alt_are_told_from_sequences(typed: str, keys: list[str]) -> None:
    assert _heard(typed, wait=1) == keys


def test_the_escape_key_acts_at_once() -> None:
    assert _heard("\x1b") == ["escape"]
    assert _heard("a", "\x1b", "b") == ["a", "escape", "b"]


def test_the_rest_of_a_sequence_cut_after_its_escape_is_never_typed() -> None:
    guard = InputGuard(clock=lambda: 0.0)
    assert _told([*guard.feed("\x1b"), *guard.feed("[A")]) == ["escape", "up"]


def test_what_follows_the_escape_key_later_is_typed() -> None:
    clock = _Clock()
    guard = InputGuard(clock=clock)
    found = [*guard.feed("\x1b")]
    clock.now += 0.1
    assert _told([*found, *guard.feed("[")]) == ["escape", "left_square_bracket"]


_PIECES = st.sampled_from([*"\x1b[]OP_\\?<;:$09cuM~\x07", "\x1b[", "52", _START, _END])


@given(st.lists(_PIECES, max_size=30))
def test_no_input_breaks_the_guard_or_presses_enter(pieces: list[str]) -> None:
    guard = InputGuard(clock=lambda: 0.0)
    found = [message for piece in pieces for message in [*guard.feed(piece), *guard.tick()]]
    found += guard.feed("")
    assert not {"enter", "ctrl+j", "ctrl+m"} & set(_told(found))
    assert not any(isinstance(message, messages.ExitApp) for message in found)
