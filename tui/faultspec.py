"""The fault lab's language: which of the next requests and tool calls shall fail, and how.

A spec is a list of items, separated by commas: `NAME[@DELTAS][xTIMES]`, e.g. `cut@50, 429x2, drop-tool`. Each item
takes the next request to the model (`drop-tool`: the next tool call), or the next TIMES, in the order of the list.
`off`, or nothing at all, is the empty spec.

    400 … 599    the server answers with this HTTP status, without the request being sent; 429 has `Retry-After: 1`
    refused      no connection to the server can be made
    slowfirst    the first byte comes 3 s late
    cut          the answer ends after DELTAS deltas, in order but incomplete
    reset        the connection breaks after DELTAS deltas
    stall        nothing comes any more after DELTAS deltas, until the client gives up
    badjson      a line that is not JSON comes after DELTAS deltas
    drop-tool    the tool raises instead of running

A delta is one event with a piece of text, reasoning or arguments. An answer of fewer deltas leaves the fault to the
next request.
"""

import difflib
import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

Kind = Literal["status", "refused", "slowfirst", "cut", "reset", "stall", "badjson", "drop-tool"]

NAMES: Final[dict[str, Kind]] = {
    "refused": "refused",
    "slowfirst": "slowfirst",
    "cut": "cut",
    "reset": "reset",
    "stall": "stall",
    "badjson": "badjson",
    "drop-tool": "drop-tool",
}
"""The names that are words; an HTTP status is the other way to name a fault."""

IN_STREAM: Final[frozenset[Kind]] = frozenset({"cut", "reset", "stall", "badjson"})
"""The kinds that take `@DELTAS`."""

MOST_TIMES: Final = 1000

_SHAPE = re.compile(r"(?P<name>[a-z-]+?|\d+)(?:@(?P<after>\d{1,9}))?(?:x(?P<times>\d{1,9}))?", re.ASCII)
_AFTER_NAME = re.compile(r"@|(?<=\d)x|x(?=\d)", re.ASCII)


class FaultSpecError(ValueError):
    """A spec that cannot be understood; the message is one plain line that names the place and what was meant."""


class Fault(NamedTuple):
    """One item of a spec. `status` is the HTTP status of the kind `status`, else 0; `after` counts deltas."""

    kind: Kind
    status: int = 0
    after: int = 0
    times: int = 1

    @property
    def name(self) -> str:
        return str(self.status) if self.kind == "status" else self.kind

    def __str__(self) -> str:
        after = f"@{self.after}" if self.after else ""
        return f"{self.name}{after}{f'x{self.times}' if self.times != 1 else ''}"


def print_spec(faults: Iterable[Fault]) -> str:
    """The spec that `parse_spec` reads as these faults."""
    return ",".join(map(str, faults)) or "off"


def parse_spec(spec: str) -> tuple[Fault, ...]:
    """The items of a spec in order. Raises FaultSpecError."""
    if spec.strip().lower() in ("", "off"):
        return ()
    faults, place = [], 1
    for item in spec.split(","):
        word = item.strip().lower()
        faults.append(_parse_item(word, place + len(item) - len(item.lstrip())))
        place += len(item) + 1
    return tuple(faults)


def _parse_item(word: str, place: int) -> Fault:
    """`place` counts the characters of the spec from 1."""
    where = f"fault {word!r} at character {place}"
    if not word:
        raise FaultSpecError(f"there is no fault between the commas at character {place}")
    match = _SHAPE.fullmatch(word)
    name = match["name"] if match else _AFTER_NAME.split(word)[0]
    kind = _kind(name)
    if kind is None:
        raise FaultSpecError(f"{where}: {_meant(name)}")
    if match is None:
        shape = f"{name}[@DELTAS][xTIMES]" if kind in IN_STREAM else f"{name}[xTIMES]"
        raise FaultSpecError(f"{where}: it is written {shape}")
    if match["after"] and kind not in IN_STREAM:
        raise FaultSpecError(f"{where}: {name} takes no @DELTAS; {', '.join(sorted(IN_STREAM))} do")
    times = int(match["times"] or 1)
    if not 1 <= times <= MOST_TIMES:
        raise FaultSpecError(f"{where}: it can come 1 to {MOST_TIMES} times, not {times}")
    return Fault(kind, int(name) if kind == "status" else 0, int(match["after"] or 0), times)


def _kind(name: str) -> Kind | None:
    if name.isascii() and name.isdigit():
        return "status" if len(name) == 3 and 400 <= int(name) <= 599 else None
    return NAMES.get(name)


def _meant(name: str) -> str:
    if name.isascii() and name.isdigit():
        return f"{name} is no HTTP status of an error (400 to 599)"
    near = difflib.get_close_matches(name, NAMES, 1)
    hint = f"did you mean {near[0]}?" if near else f"choose {', '.join(NAMES)} or a status"
    return f"there is no {name!r}, {hint}"
