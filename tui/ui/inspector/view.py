"""A view of one thing: a title, and how its nodes are made once it is looked at."""

from collections.abc import Callable
from typing import NamedTuple

from tui.ui.inspector.tree import Node


class View(NamedTuple):
    """`build` makes the nodes anew each time; it does not raise."""

    title: str
    build: Callable[[], list[Node]]
