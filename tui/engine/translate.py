"""The SDK's stream of one run, raw events and run items, to events; in stream order, without waiting for anything.

Raw events are told apart by the string `data.type`, since the client builds an event of an unknown type as an
arbitrary class, and output items by (turn, output index), since Chat Completions gives every item the same id.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from agents import Agent, StreamEvent

from tui import events as e
from tui.engine.calls import Calls
from tui.engine.items import (
    NOISE,
    Ending,
    Origins,
    cut_json,
    ending_of_event,
    hosted_call,
    message_text,
    reasoning_text,
    tokens_of,
    told,
)
from tui.engine.short_way import ShortWay
from tui.engine.tries import TryFailed, TryStarted, TrySucceeded

_NO_ID = "__fake_id__"
"""What the SDK's Chat Completions path puts where that API has no id."""


class _Request(msgspec.Struct, frozen=True):
    turn: int
    agent: str
    model: str
    origins: Origins


class Translator:
    """`prefix` names the call of the agent-as-tool whose inner run this is, with a slash; empty at the top.

    `next_turn` numbers the model requests of the whole run, inner ones included.
    """

    def __init__(
        self, run: int, calls: Calls, emit: Callable[[e.Event], None], next_turn: Callable[[], int], prefix: str = ""
    ) -> None:
        self._run, self._calls, self._emit, self._next_turn, self._prefix = run, calls, emit, next_turn, prefix
        self.ending: Ending | None = None
        self._requested: deque[_Request] = deque()
        self._streaming = False
        self._request = _Request(0, "", "", Origins())
        self._working = ""
        self.way = ShortWay(self.raw)
        self._begin()
        self._raw: dict[str, Callable[[Any], None]] = {
            "response.output_text.delta": self._text,
            "response.reasoning_summary_text.delta": self._reasoning,
            "response.reasoning_text.delta": self._reasoning,
            "response.reasoning_summary_part.added": self._reasoning_part,
            "response.refusal.delta": self._refusal,
            "response.function_call_arguments.delta": self._arguments,
            "response.custom_tool_call_input.delta": self._arguments,
            "response.mcp_call_arguments.delta": self._arguments,
            "response.code_interpreter_call_code.delta": self._arguments,
            "response.shell_call_command.delta": self._arguments,
            "response.created": self._created,
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.completed": self._completed,
            "response.incomplete": self._ended_early,
            "response.failed": self._ended_early,
            "error": self._error,
            "tui.try_failed": self._try_failed,
            "tui.try_started": self._try_started,
            "tui.try_succeeded": self._try_succeeded,
        }

    def _begin(self) -> None:
        self._items: dict[int, str] = {}
        self._call_of: dict[int, str] = {}
        self._reasoned: set[int] = set()
        self._done = False

    def start(self, agent: str) -> None:
        """The run begins with this agent."""
        self._change(agent)

    def request(self, agent: Agent[Any], model: str, items: int) -> int:
        """A request goes to the model: told by a hook, maybe before the stream of the last response has come here.

        Returns its turn.
        """
        request = _Request(self._next_turn(), agent.name, model, Origins.of(agent))
        self._emit(e.ModelRequested(self._run, request.turn, agent.name, model, items))
        self._requested.append(request)
        if not self._streaming:
            self._next()
        return request.turn

    def _next(self) -> None:
        self._streaming = bool(self._requested)
        if self._streaming:
            self._request = self._requested.popleft()
            self._begin()

    def translate(self, event: StreamEvent) -> None:
        """Emit what one event of the stream says."""
        match event.type:
            case "raw_response_event":
                self.raw(event.data)
                self.way.seen(event.data)
            case "run_item_stream_event":
                self._run_item(event.name, event.item)
            case "agent_updated_stream_event":
                self._change(event.new_agent.name)

    # Raw events

    def raw(self, data: Any) -> None:
        """Emit what a raw event says."""
        handle = self._raw.get(data.type)
        if handle is not None:
            handle(data)
        elif data.type not in NOISE:
            self._emit(e.RawReceived(data.type, cut_json(data), self._item(data)))

    def _id(self, index: int) -> str:
        item = self._items.get(index)
        if item is None:
            item = self._items[index] = f"{self._prefix}{self._run}.{self._request.turn}.{index}"
        return item

    def _item(self, data: Any) -> str:
        index = getattr(data, "output_index", None)
        return self._id(index) if isinstance(index, int) else ""

    def _text(self, data: Any) -> None:
        if data.delta:
            self._emit(e.TextDelta(self._id(data.output_index), data.delta))

    def _refusal(self, data: Any) -> None:
        if data.delta:
            self._emit(e.RefusalDelta(self._id(data.output_index), data.delta))

    def _reasoning(self, data: Any) -> None:
        if data.delta:
            self._reasoned.add(data.output_index)
            self._emit(e.ReasoningDelta(self._id(data.output_index), data.delta))

    def _reasoning_part(self, data: Any) -> None:
        if data.output_index in self._reasoned:  # the parts of a summary are paragraphs
            self._emit(e.ReasoningDelta(self._id(data.output_index), "\n\n"))

    def _arguments(self, data: Any) -> None:
        call_id = self._call_of.get(data.output_index)
        if call_id is not None and data.delta:
            self._calls.arguments(call_id, data.delta)

    def _created(self, data: Any) -> None:
        self._begin()
        response, model = data.response.id, data.response.model
        self._emit(
            e.ResponseStarted(
                self._run,
                self._request.turn,
                "" if response == _NO_ID else response or "",
                model or self._request.model,
            )
        )

    def _item_added(self, data: Any) -> None:
        item, index = data.item, data.output_index
        if self._request.origins.handoff(item):
            return
        if item.type in ("function_call", "custom_tool_call"):
            call_id, name = item.call_id, item.name
        elif (hosted := hosted_call(item)) is not None:
            call_id, name = hosted.call, hosted.name
        else:
            return
        if index not in self._call_of:
            self._call_of[index] = call_id
            self._calls.writing(self._id(index), call_id, name)

    def _item_done(self, data: Any) -> None:
        self._done = True
        self._complete(data.item, data.output_index)

    def _complete(self, item: Any, index: int) -> None:
        """One output item is whole, or as much of it as there will be."""
        if getattr(item, "status", None) == "incomplete":
            return
        if item.type == "message":
            self._emit(e.MessageCompleted(self._id(index), self._request.agent, message_text(item)))
        elif item.type == "reasoning" and (index in self._reasoned or reasoning_text(item)):
            if index not in self._reasoned:
                self._emit(e.ReasoningDelta(self._id(index), reasoning_text(item)))
            self._emit(e.ReasoningCompleted(self._id(index)))
        elif self._request.origins.handoff(item):
            pass  # `HandoffOccurred` tells it, when it is done
        elif item.type == "function_call":
            self._calls.called(
                item.call_id, item.name, item.arguments, self._request.agent, self._request.origins.origin(item.name)
            )
        elif item.type == "custom_tool_call":
            self._calls.called(item.call_id, item.name, item.input, self._request.agent, "function")
        elif (hosted := hosted_call(item)) is not None:
            self._calls.called(hosted.call, hosted.name, hosted.arguments, self._request.agent, hosted.origin)
            if hosted.output is not None:
                self._calls.ended(hosted.call, hosted.name, hosted.output, hosted.error)
        else:
            self._emit(e.RawReceived(item.type, cut_json(item), self._id(index)))

    def _completed(self, data: Any) -> None:
        if not self._done:  # a model that streams nothing but the whole response
            for index, item in enumerate(data.response.output):
                self._complete(item, index)
        self._usage(data.response)
        self._emit(e.ResponseEnded(self._run, self._request.turn))
        self._next()

    def _ended_early(self, data: Any) -> None:
        response = data.response
        self.ending = ending_of_event(data)
        self._emit(e.RawReceived(data.type, cut_json(response)))
        self._usage(response)
        status: Literal["incomplete", "failed"] = "incomplete" if data.type == "response.incomplete" else "failed"
        self._emit(e.ResponseEnded(self._run, self._request.turn, status))
        self._next()

    def _error(self, data: Any) -> None:
        self.ending = ending_of_event(data)
        self._emit(e.RawReceived(data.type, cut_json(data)))

    # Tries of one request

    def _try_failed(self, data: TryFailed) -> None:
        failure = data.failure
        self._emit(
            e.AttemptFailed(
                self._run, self._request.turn, data.attempt, data.attempts, failure.kind, failure.text, data.delay
            )
        )

    def _try_started(self, data: TryStarted) -> None:
        dropped = tuple(self._dropped(index) for index in data.dropped)
        turn = self._request.turn
        self._emit(e.AttemptStarted(self._run, turn, data.attempt, data.attempts, data.error, data.continued, dropped))

    def _dropped(self, index: int) -> str:
        call_id = self._call_of.pop(index, None)
        return self._id(index) if call_id is None else self._calls.drop(call_id)

    def _try_succeeded(self, data: TrySucceeded) -> None:
        self._emit(e.AttemptSucceeded(self._run, self._request.turn, data.attempt))

    def _usage(self, response: Any) -> None:
        tokens = tokens_of(response)
        if tokens is not None:
            request = self._request
            self._emit(e.UsageReported(self._run, request.turn, *tokens, model=response.model or request.model))

    # Run items

    def _run_item(self, name: str, item: Any) -> None:
        match name:
            case "tool_called":
                self._tool_called(item)
            case "tool_output":
                if item.call_id:
                    self._calls.ended(item.call_id, "", told(item))
            case "handoff_occured":  # sic
                self._handoff(item.source_agent.name, item.target_agent.name)
            case "mcp_approval_response":
                self._emit(e.RawReceived(name, cut_json(item.raw_item)))
            case _:
                pass  # the raw events have told it

    def _tool_called(self, item: Any) -> None:
        raw = item.raw_item
        if not isinstance(raw, dict) and raw.type == "function_call":  # told late only if the model streamed no items
            self._calls.called(
                raw.call_id, raw.name, raw.arguments, self._request.agent, self._request.origins.origin(raw.name)
            )

    def _handoff(self, source: str, target: str) -> None:
        if self._prefix:
            self._emit(e.RawReceived("handoff", f"{source} → {target}", self._prefix.removesuffix("/")))
        else:
            self._emit(e.HandoffOccurred(source, target))

    def _change(self, agent: str) -> None:
        if agent != self._working and not self._prefix:  # the agent at work is the one that answers the user
            self._working = agent
            self._emit(e.AgentChanged(self._run, agent))
