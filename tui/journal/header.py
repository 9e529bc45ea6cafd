"""The lines of a session's file that are no records: what the session is, and the names it is given later."""

from typing import Final, Literal

import msgspec

from tui import wire

META: Final = b'{"agents_tui"'
"""How such a line begins."""


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line: what the session is and how to go on with it. Holds no key."""

    session: str
    agent: str
    """As on the command line; empty where it is not known."""
    created: float
    """Seconds since the epoch."""
    program: str = ""
    """The version that wrote it."""
    cwd: str = ""
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    title: str = ""
    """The name that the user gave it."""
    parent: str = ""
    """The session that this one began as a copy of."""


class Written(Header, frozen=True, omit_defaults=True, kw_only=True):
    """A header as it stands in a file."""

    agents_tui: int

    def plain(self) -> Header:
        """Without the version."""
        return Header(*(getattr(self, name) for name in Header.__struct_fields__))


class Title(msgspec.Struct, frozen=True):
    """A line that gives the session another name."""

    agents_tui: int
    title: str = ""


header_decoder = msgspec.json.Decoder(Written)
title_decoder = msgspec.json.Decoder(Title)
_encoder = msgspec.json.Encoder()


def header_line(header: Header) -> bytes:
    """The first line of a session's file."""
    fields = {name: value for name, value in msgspec.to_builtins(header).items() if value is not None}
    return _encoder.encode({"agents_tui": wire.VERSION, **fields}) + b"\n"


def title_line(title: str) -> bytes:
    """A line that gives the session another name from there on; the file is only ever appended to."""
    return _encoder.encode(Title(wire.VERSION, title)) + b"\n"


def title_of(line: bytes) -> str | None:
    """The name that a line gives the session; None if it is a line of another kind. Raises one of `UNREADABLE`."""
    return title_decoder.decode(line).title if line.startswith(META) else None
