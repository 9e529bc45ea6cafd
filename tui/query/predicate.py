"""A filter's tree compiled to closures: what it asks most cheaply is asked first."""

from collections.abc import Callable
from datetime import tzinfo
from operator import attrgetter
from typing import Final, TypeAlias

import msgspec

from tui.query.comparison import Test, contains, test_of
from tui.query.fields import Field, find
from tui.query.kinds import KINDS
from tui.query.moments import Moment, moment
from tui.query.subjects import Subject
from tui.query.tree import And, Node, Not, Or, Term

Predicate: TypeAlias = Callable[[Subject], bool]

_ASKED: Final = {
    "type": attrgetter("type"),
    "agent": attrgetter("agent"),
    "tool": attrgetter("tool"),
    "call": attrgetter("call"),
    "item": attrgetter("item"),
    "run": attrgetter("run"),
    "turn": attrgetter("turn"),
    "dur": attrgetter("duration"),
    "tokens": attrgetter("tokens"),
    "status": attrgetter("status"),
    "seq": attrgetter("seq"),
}
"""How a field of the log is asked for."""


class UnboundError(ValueError):
    """The filter asks for moments, and does not know the newest event: `bind` it first."""


def predicate_of(node: Node | None, newest: float | None, zone: tzinfo | None) -> Predicate:
    """The test of a subject. `newest`: when the newest event was, in seconds since the epoch."""
    if node is None:
        return lambda subject: True
    match node:
        case Term():
            return _term(node, newest, zone)
        case Not(node=inner):
            negated = predicate_of(inner, newest, zone)
            return lambda subject: not negated(subject)
        case And(nodes=nodes):
            tests = _cheapest_first(nodes, newest, zone)
            if len(tests) == 2:
                first, second = tests
                return lambda subject: first(subject) and second(subject)
            return lambda subject: all(test(subject) for test in tests)
        case Or(nodes=nodes):
            tests = _cheapest_first(nodes, newest, zone)
            return lambda subject: any(test(subject) for test in tests)


def is_timed(node: Node | None) -> bool:
    """Whether it asks for moments that depend on the newest event."""
    match node:
        case Term(field=field):
            return field in ("since", "until")
        case Not(node=inner):
            return is_timed(inner)
        case And(nodes=nodes) | Or(nodes=nodes):
            return any(map(is_timed, nodes))
        case _:
            return False


def _cheapest_first(nodes: tuple[Node, ...], newest: float | None, zone: tzinfo | None) -> tuple[Predicate, ...]:
    return tuple(predicate_of(node, newest, zone) for node in sorted(nodes, key=_cost))


def _cost(node: Node) -> int:
    match node:
        case Term(field="kind" | "since" | "until" | "run" | "turn" | "seq" | "type"):
            return 0
        case Term(field=field):
            return 2 if field == "text" or "." in field else 1
        case Not(node=inner):
            return _cost(inner)
        case And(nodes=nodes) | Or(nodes=nodes):
            return max(map(_cost, nodes))


def _term(term: Term, newest: float | None, zone: tzinfo | None) -> Predicate:
    if term.field in ("since", "until"):
        return _timed(term, newest, zone)
    if term.field == "kind":
        return _kind(term)
    field = find(term.field)
    if term.field == "text":
        return _text(field, term)
    test = test_of(field, term.operator, term.values)
    asked = _ASKED.get(term.field)
    if asked is not None:
        return lambda subject: test(asked(subject))
    root, _, path = term.field.removeprefix("event.").partition(".")
    if path:
        return _path(root, path.split("."), test)
    return lambda subject: test(subject.field(root))


def _timed(term: Term, newest: float | None, zone: tzinfo | None) -> Predicate:
    moments = [found for found in map(moment, term.values) if found is not None]
    if newest is None:
        return _unbound
    times = [_at(found, newest, zone, past=term.field == "since") for found in moments]
    if term.field == "since":
        first = min(times)
        return lambda subject: subject.at >= first
    last = max(times)
    return lambda subject: subject.at <= last


def _at(found: Moment, newest: float, zone: tzinfo | None, *, past: bool) -> float:
    return found.at(newest, zone, past=past)


def _unbound(subject: Subject) -> bool:
    raise UnboundError


def _kind(term: Term) -> Predicate:
    test = test_of(find("kind"), ":" if term.operator == ":" else "=", term.values)
    wanted = frozenset(filter(test, KINDS))
    if term.operator == "!=":
        return lambda subject: wanted.isdisjoint(subject.kinds)
    if len(wanted) == 1:
        (only,) = wanted
        return lambda subject: only in subject.kinds
    return lambda subject: not wanted.isdisjoint(subject.kinds)


def _text(field: Field, term: Term) -> Predicate:
    if term.operator == ":":
        found = contains(term.values)
        return lambda subject: found(subject.text())
    test = test_of(field, term.operator, term.values)
    return lambda subject: test(subject.text())


def _path(root: str, path: list[str], test: Test) -> Predicate:
    def follow(subject: Subject) -> bool:
        value = subject.field(root)
        if isinstance(value, str):
            try:
                value = msgspec.json.decode(value)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                return False
        return any(map(test, _reached(value, path)))

    return follow


def _reached(value: object, path: list[str]) -> list[object]:
    """All values that a path leads to; through a list, into each of its items or the one of that number."""
    found = [value]
    for step in path:
        found = [inner for outer in found for inner in _step(outer, step)]
    return found


def _step(value: object, step: str) -> list[object]:
    match value:
        case dict():
            return [value[step]] if step in value else []
        case list() | tuple() if step.isdecimal():
            return list(value[int(step) : int(step) + 1])
        case list() | tuple():
            return [inner for item in value for inner in _step(item, step)]
        case _:
            return []
