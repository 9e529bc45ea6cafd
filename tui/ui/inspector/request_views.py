"""The views of one model request: what was sent, what is new in it, and what came back."""

from collections.abc import Callable
from typing import Any

from tui import figures
from tui.requests import Records, body_of
from tui.state import Request, State
from tui.ui.inspector.diff import diff
from tui.ui.inspector.entries import entry_node, instructions_of, list_key, settings_of, tokens, tool_nodes
from tui.ui.inspector.fields import fields, said
from tui.ui.inspector.lines import counted
from tui.ui.inspector.tree import Node
from tui.ui.inspector.view import View


class Bodies:
    """The bodies of a session's requests, put together once each; `problem` is why one could not be."""

    def __init__(self, history: Records, state: State) -> None:
        self._history, self._state = history, state
        self._known: dict[int, dict[str, Any]] = {}

    def get(self, request: Request, attempt: int = -1) -> dict[str, Any]:
        """The body of a try. Raises LookupError."""
        seq = request.sent_seqs[attempt] if request.sent_seqs else 0
        if seq not in self._known:
            self._known[seq] = body_of(self._history, self._state, request, attempt)
        return self._known[seq]


def request_views(state: State, bodies: Bodies, index: int) -> list[View]:
    """Of the request at this index of `State.requests`. The body is put together when a view is looked at."""
    request = state.requests[index]

    def of_body(make: Callable[[dict[str, Any]], list[Node]]) -> Callable[[], list[Node]]:
        def build() -> list[Node]:
            try:
                return make(bodies.get(request))
            except LookupError as error:
                return [said(_why(error))]

        return build

    tries = [
        View(f"Try {number + 1}", of_body(lambda _, number=number: _raw(bodies.get(request, number))))  # type: ignore[misc]
        for number in range(len(request.sent_seqs) - 1)
    ]
    return [
        View("Input", of_body(lambda body: _input(request, body))),
        View("Instructions", of_body(_instructions)),
        View("Tools", of_body(tool_nodes)),
        View("Settings", of_body(lambda body: [Node(key, value) for key, value in settings_of(body).items()])),
        View("Diff", of_body(lambda body: _diff(state, bodies, index, body))),
        View("Response", lambda: _response(request)),
        View("Raw", of_body(_raw)),
        *tries,
    ]


def _why(error: LookupError) -> str:
    text = str(error.args[0]) if error.args else ""
    return text if " " in text else "what was sent is not on record"


def _raw(body: dict[str, Any]) -> list[Node]:
    return [Node(key, value) for key, value in body.items()]


def _input(request: Request, body: dict[str, Any]) -> list[Node]:
    key = list_key(body)
    entries = body.get(key)
    if not isinstance(entries, list):
        return [Node(key, entries)]
    exact = "" if request.input is None else f", the provider counted {request.input:,} of the whole request"
    sizes = [tokens(entry) for entry in entries]
    head = f"{counted(len(entries), 'entry')}, ≈ {sum(sizes):,} tokens (characters ÷ 4){exact}"
    named = enumerate(zip(entries, sizes, strict=True))
    return [said(head), *(entry_node(entry, index, key, size) for index, (entry, size) in named)]


def _instructions(body: dict[str, Any]) -> list[Node]:
    text = instructions_of(body)
    if not text:
        return [said("no instructions")]
    return [said(f"≈ {tokens(text):,} tokens (characters ÷ 4)"), Node("instructions", text, open=True)]


def _diff(state: State, bodies: Bodies, index: int, body: dict[str, Any]) -> list[Node]:
    request = state.requests[index]
    before = next((each for each in reversed(state.requests[:index]) if each.agent == request.agent), None)
    if before is None:
        return [said(f"the first request of {request.agent}: all of it is new")]
    place = f"run {before.run} turn {before.turn}"
    try:
        return [said(f"against the request before it of {request.agent}, {place}"), *diff(bodies.get(before), body)]
    except LookupError as error:
        return [said(f"{place}: {_why(error)}")]


def _response(request: Request) -> list[Node]:
    def after(moment: float | None, since: float | None = request.at) -> str:
        return "" if moment is None or since is None else figures.duration(max(0.0, moment - since))

    return fields(
        ("state", "under way" if request.status == "live" else request.status),
        ("agent", request.agent),
        ("model", request.model),
        ("HTTP status", request.http_status),
        ("request id", request.request_id),
        ("response id", request.response),
        ("error", request.error),
        ("asked at", figures.clock_ms(request.at)),
        ("newest try sent at", "" if request.sent is None else figures.clock_ms(request.sent)),
        ("connecting", "" if request.connect is None else figures.duration(request.connect)),
        ("its headers after", after(request.received, request.sent)),
        ("first token after", after(request.first)),
        ("first text after", after(request.first_text)),
        ("whole after", after(request.ended)),
        ("deltas", request.deltas),
        ("input tokens", request.input),
        ("of them cached", request.cached),
        ("output tokens", request.output),
        ("of them reasoning", request.reasoning),
        ("tries", request.attempt),
        *(
            (f"wait {number}", f"from {figures.clock_ms(begin)}, {figures.duration(end - begin)}")
            for number, (begin, end) in enumerate(request.waits, 1)
        ),
    )
