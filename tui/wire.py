"""Events and commands to and from JSON lines: one codec for the pipe, the journal and `--json`.

The format is derived from the classes in `tui.events` and `tui.commands`; `VERSION` counts its breaking changes.
"""

from collections.abc import Sequence

import msgspec

from tui.commands import Command
from tui.events import Event, RawReceived

VERSION = 1

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding may raise for bytes that are no line of this format."""


class Stamped(msgspec.Struct, frozen=True, gc=False):
    """An event on its way from an engine: `at` is the engine's wall clock, seconds since the epoch."""

    at: float
    event: Event


class Record(msgspec.Struct, frozen=True, gc=False):
    """An event on the bus: `seq` counts from 1 in a session without gaps."""

    seq: int
    at: float
    event: Event


class WireError(ValueError):
    """A line that is not of this format; the message says why."""


class _Loose(msgspec.Struct):
    at: float
    event: dict[str, object]
    seq: int = 0


_encoder = msgspec.json.Encoder()
_stamped = msgspec.json.Decoder(Stamped)
_record = msgspec.json.Decoder(Record)
_loose = msgspec.json.Decoder(_Loose)
_command: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def encode(message: Stamped | Record | Command) -> bytes:
    """One JSON line with its newline. Lone surrogates, which UTF-8 cannot carry, become U+FFFD."""
    try:
        return _encoder.encode(message) + b"\n"
    except UnicodeEncodeError:
        return _encoder.encode(_without_surrogates(message)) + b"\n"


def encode_many(messages: Sequence[Stamped | Record]) -> bytes:
    """JSON lines, in order."""
    try:
        return _encoder.encode_lines(messages)
    except UnicodeEncodeError:
        return b"".join(map(encode, messages))


def decode_stamped(line: bytes) -> Stamped:
    """One line of an engine. An event type unknown here becomes a `RawReceived`. Raises WireError."""
    try:
        return _stamped.decode(line)
    except UNREADABLE as error:
        loose = _decode_loose(line, error)
        return Stamped(loose.at, _unknown(loose.event))


def decode_record(line: bytes) -> Record:
    """One line of a journal. An event type unknown here becomes a `RawReceived`. Raises WireError."""
    try:
        return _record.decode(line)
    except UNREADABLE as error:
        loose = _decode_loose(line, error)
        return Record(loose.seq, loose.at, _unknown(loose.event))


def decode_records(lines: bytes) -> list[Record]:
    """Many lines of a journal at once. Raises one of `UNREADABLE` if there is anything else in them."""
    return _record.decode_lines(lines)


def decode_command(line: bytes) -> Command:
    """One line of a screen. Raises WireError."""
    try:
        return _command.decode(line)
    except UNREADABLE as error:
        raise WireError(str(error)) from error


def _decode_loose(line: bytes, error: Exception) -> _Loose:
    try:
        loose = _loose.decode(line)
    except UNREADABLE:
        raise WireError(str(error)) from error
    if loose.event.get("type") in _KNOWN:  # a known type whose fields are wrong is a fault, not news
        raise WireError(str(error)) from error
    return loose


def _unknown(event: dict[str, object]) -> RawReceived:
    return RawReceived(name=str(event.get("type", "unknown")), data=_encoder.encode(event).decode()[:4096])


def _without_surrogates(message: Stamped | Record | Command) -> object:
    return _replaced(msgspec.to_builtins(message))


def _replaced(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_replaced(key): _replaced(item) for key, item in value.items()}
        case list() | tuple():
            return [_replaced(item) for item in value]
        case _:
            return value


_KNOWN = frozenset(struct.__struct_config__.tag for struct in Event.__args__)
