"""Hypothesis strategies over the event classes, derived from their annotations."""

from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from tui.events import Event

EVENT_CLASSES: tuple[type[msgspec.Struct], ...] = get_args(Event)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def _values(kind: Any) -> st.SearchStrategy[Any]:
    arguments = get_args(kind)
    if kind is str:
        return _TEXT
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(0, 2**40)
    if kind is float:
        return st.floats(0, 1e9)
    if kind is type(None):
        return st.none()
    if arguments and all(isinstance(choice, str) for choice in arguments):
        return st.sampled_from(arguments)
    if getattr(kind, "__origin__", None) is tuple:
        return st.lists(_values(arguments[0]), max_size=3).map(tuple)
    if getattr(kind, "__origin__", None) is dict:
        return st.dictionaries(st.text(max_size=6), _JSON, max_size=4)
    return st.one_of([_values(choice) for choice in arguments])


def events_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = {field.name: _values(field.type) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


events: st.SearchStrategy[Event] = st.one_of([events_of(kind) for kind in EVENT_CLASSES])
