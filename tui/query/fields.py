"""What a filter can ask for: the fields of the log and, by their own names, those of the event classes."""

import difflib
from collections.abc import Iterable
from types import NoneType
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args, get_origin

import msgspec

from tui.events import Event
from tui.query.kinds import EVENT_TYPES, KINDS

FieldType: TypeAlias = Literal["word", "text", "number", "duration", "flag", "moment", "any"]
"""word: one of a known set · any: JSON, whatever it holds."""


class Field(NamedTuple):
    """A field of that name. `choices` are the values that it is known to have."""

    name: str
    types: frozenset[FieldType]
    about: str
    choices: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """It can have no value but its choices."""
        return self.types <= {"word", "flag"}


def _field(name: str, kind: FieldType, about: str, choices: Iterable[str] = ()) -> Field:
    return Field(name, frozenset({kind}), about, tuple(choices))


STATUSES: Final = ("live", "ok", "completed", "incomplete", "failed", "cancelled")

COMMON: Final = {
    field.name: field
    for field in (
        _field("kind", "word", "kind of row, type of event, or a group", KINDS),
        _field("type", "word", "the event's type exactly, as in the JSON", EVENT_TYPES),
        _field("agent", "text", "the agent at work"),
        _field("tool", "text", "the tool that is called"),
        _field("call", "text", "id of the tool call"),
        _field("item", "text", "id of the model's output item"),
        _field("run", "number", "the run it belongs to, from 1"),
        _field("turn", "number", "the model request of the run, from 1"),
        _field("dur", "duration", "how long it took: 200ms, 1.5s, 2m"),
        _field("tokens", "number", "tokens in and out of a model request"),
        _field("status", "word", "how it ended", STATUSES),
        _field("text", "text", "all that was said: text, arguments, output, error"),
        _field("seq", "number", "number of the event in the session, from 1"),
        _field("since", "moment", "from then on: -30s before the newest event, or 12:01:30"),
        _field("until", "moment", "up to then: -30s before the newest event, or 12:01:30"),
    )
}
"""The fields of the log: what events imply of their place is known too."""

_DURATIONS: Final = frozenset({"duration", "delay", "seconds"})
_PARTED: Final = frozenset({"items", "body", "arguments", "output", "data"})
"""Fields that hold JSON, or text that may be JSON: a path leads into them, as in `arguments.sides`."""
_SIMPLE: Final[dict[Any, FieldType]] = {str: "text", int: "number", float: "number", bool: "flag", dict: "any"}


def _types(name: str, annotation: Any) -> set[FieldType]:
    if annotation in _SIMPLE:
        kind = _SIMPLE[annotation]
        return {"duration" if kind == "number" and name in _DURATIONS else kind}
    match get_origin(annotation):
        case None:
            return {"any"}
        case origin if origin is Literal:
            return {"word"}
        case origin if origin is tuple:
            return _types(name, get_args(annotation)[0])
        case origin if origin is dict:
            return {"any"}
        case _:
            parts = (part for part in get_args(annotation) if part is not NoneType)
            return {kind for part in parts for kind in _types(name, part)}


def _of_events() -> dict[str, Field]:
    types: dict[str, set[FieldType]] = {}
    choices: dict[str, dict[str, None]] = {}
    owners: dict[str, list[str]] = {}
    for event in get_args(Event):
        for field in msgspec.structs.fields(event):
            types.setdefault(field.name, set()).update(_types(field.name, field.type))
            choices.setdefault(field.name, {}).update(dict.fromkeys(_words(field.type)))
            owners.setdefault(field.name, []).append(event.__struct_config__.tag)
    return {
        name: Field(name, frozenset(found), f"of {_some(owners[name])}", tuple(choices[name]))
        for name, found in types.items()
    }


def _words(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _some(owners: list[str]) -> str:
    return ", ".join(owners[:3]) + (" …" if len(owners) > 3 else "")


OF_EVENTS: Final = _of_events()
"""The fields of all event classes, by name; one of the log's of the same name hides it, but not as `event.NAME`."""

NAMED: Final = COMMON | {name: field for name, field in OF_EVENTS.items() if name not in COMMON}
"""All that a filter can name without a path."""


class UnknownFieldError(LookupError):
    """There is no such field; the message says so, `hint` what was meant."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


def find(name: str) -> Field:
    """The field of this name: of the log, of an event class, `event.NAME`, or a path into JSON.

    Raises UnknownFieldError.
    """
    if name in NAMED:
        return NAMED[name]
    root, _, path = name.removeprefix("event.").partition(".")
    field = OF_EVENTS.get(root)
    if field is None:
        known = OF_EVENTS if name.startswith("event.") else NAMED
        raise UnknownFieldError(f"there is no field {root}", nearest(root, known) or 'in "quotes" it is a text')
    if not path and not name.endswith("."):
        return field._replace(name=name)
    if root not in _PARTED or not all(path.split(".")):
        raise UnknownFieldError(f"{root} has no parts", f"paths lead into {', '.join(sorted(_PARTED))}")
    return Field(name, frozenset({"any"}), f"in the JSON of {root}")


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, as a question; empty if nothing is near."""
    near = difflib.get_close_matches(word.lower(), list(known), 1)
    return f"did you mean {near[0]}?" if near else ""
