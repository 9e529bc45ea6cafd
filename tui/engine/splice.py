"""Several tries of one model request, joined to the one response that the SDK's runner gets to see.

What a message had said when a try was cut is kept, the next try is handed it, and what that adds goes on in the same
output item. A server that begins anew instead has the part that is known already swallowed. Everything else of a cut
try (reasoning, calls, which have not run) is left out: it is made anew.
"""

from collections.abc import Iterable
from typing import Any

from agents.items import TResponseInputItem
from openai.types.responses import (
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
)
from openai.types.responses.response_usage import ResponseUsage

from tui.engine.items import message_text

GO_ON = "[The connection broke here. Go on exactly where your answer stopped, without repeating any of it.]"
"""Said after the partial answer: few APIs go on by themselves with a last message that is the assistant's."""

_OPENING = ("response.created", "response.in_progress", "response.queued")
_TEXT = "response.output_text.delta"


class Splice:
    """Of one request. `take` gives what the runner is to see in place of each event; `cut` ends a try."""

    def __init__(self) -> None:
        self._texts: dict[int, list[str]] = {}
        """Of each message, by the output index that the runner knows it by."""
        self._done: dict[int, Any] = {}
        """Whole output items by that index."""
        self._others: dict[int, bool] = {}
        """Items of this try that are no message, and whether they may be left as they stand if it is cut."""
        self._messages: dict[int, str] = {}
        """Text of this try's messages, by their own index, as they came."""
        self._base = self._top = 0
        self._open: int | None = None
        """The message of an earlier try that is to go on."""
        self._known, self._held = "", ""
        """What earlier tries said, and what this one has said of it again."""
        self._first = True
        """Nothing of earlier tries is there to be reckoned with."""
        self._reopened = False
        """A try before this one was cut, so that the runner knows that the response began."""
        self._usage: list[ResponseUsage] = []

    @property
    def text(self) -> str:
        """All that the messages have said."""
        return "".join(part for parts in self._texts.values() for part in parts)

    def continuation(self) -> list[TResponseInputItem]:
        """What the next try is handed after the input: the partial answer, if there is one."""
        texts = ["".join(parts) for parts in self._texts.values()]
        items: list[TResponseInputItem] = [{"role": "assistant", "content": text} for text in texts if text]
        return [*items, {"role": "user", "content": GO_ON}] if items else []

    def cut(self, *, keep: bool = True) -> list[int]:
        """The try is over before its response is whole; the indexes of what will be made anew.

        Without `keep` that is all of it, the text too.
        """
        left = [index for index, settled in self._others.items() if not settled]
        if not keep:
            left = [*self._texts, *left]
            self._texts, self._done = {}, {}
        self._done = {index: item for index, item in self._done.items() if index in self._texts}
        unfinished = [index for index, parts in self._texts.items() if index not in self._done and parts]
        self._open = unfinished[-1] if unfinished else None
        self._known, self._held = self.text, ""
        self._others, self._messages = {}, {}
        self._base, self._first = self._top, self._top == 0
        self._reopened = True
        return left

    def add_usage(self, usage: ResponseUsage | None) -> None:
        """Tokens of a try that was not whole, where the server told them."""
        if usage is not None:
            self._usage.append(usage)

    def take(self, event: Any) -> Iterable[Any]:
        """What the runner is to see of one event of the present try."""
        kind: str = event.type
        if kind == _TEXT:
            return self._text(event)
        if kind in _OPENING:
            return () if self._reopened else (event,)
        if kind == "response.output_item.done":
            return self._item_done(event)
        if kind == "response.completed":
            return self._completed(event)
        index = getattr(event, "output_index", None)
        if index is None:
            return (event,)
        if kind == "response.output_item.added":
            return self._item_added(event)
        if index in self._messages and not self._first and "refusal" not in kind:
            return ()  # parts of a message: the runner has no use for them
        return (self._moved(event, self._base + index),)

    def _moved(self, event: Any, index: int) -> Any:
        self._top = max(self._top, index + 1)
        if event.output_index != index:
            event = event.model_copy(update={"output_index": index})
        return event

    def _item_added(self, event: Any) -> Iterable[Any]:
        if event.item.type == "message":
            self._messages.setdefault(event.output_index, "")
            if not self._first:
                return ()
        else:
            self._others[self._base + event.output_index] = False
        return (self._moved(event, self._base + event.output_index),)

    def _text(self, event: Any) -> Iterable[Any]:
        own, delta = event.output_index, event.delta
        if self._first:
            index = own
        else:
            self._messages[own] = self._messages.get(own, "") + delta
            delta = self._news(delta)
            if not delta:
                return ()
            index = self._index_of(own)
            event = event.model_copy(update={"delta": delta})
        self._texts.setdefault(index, []).append(delta)
        return (self._moved(event, index),)

    def _index_of(self, own: int) -> int:
        """A message that adds something goes on with the one that was cut."""
        return self._base + own if self._open is None else self._open

    def _news(self, delta: str) -> str:
        """What is new in a delta: a true continuation soon differs from what is known, and is then let through."""
        if not self._known:
            return delta
        said = self._held + delta
        if self._known.startswith(said):
            self._held = said
            return ""
        known, self._known, self._held = self._known, "", ""
        return said.removeprefix(known)

    def _item_done(self, event: Any) -> Iterable[Any]:
        own, item = event.output_index, event.item
        if item.type != "message":
            index = self._base + own
            self._others[index] = item.type != "function_call" and item.type != "custom_tool_call"
            self._done[index] = item
            return (self._moved(event, index),)
        if self._first:
            self._texts.setdefault(own, [message_text(item)])
            self._done[own] = item
            return (self._moved(event, own),)
        return self._message_done(event, own, item)

    def _message_done(self, event: Any, own: int, item: ResponseOutputMessage) -> Iterable[Any]:
        unsaid = message_text(item)[len(self._messages.get(own, "")) :]
        news = self._news(unsaid) if unsaid else ""
        if self._held and self._held != self._known:
            if any(self._held == said for said in self._said_first()):
                return ()  # a server that begins anew has said one of several messages again
            news, self._known, self._held = self._held, "", ""  # a short continuation, like the beginning by chance
        repeated = bool(self._known) and self._held == self._known
        if repeated and self._open is None:
            return ()
        self._known = self._held = ""
        index, self._open = self._index_of(own), None
        if news:
            self._texts.setdefault(index, []).append(news)
        item = self._done[index] = _with_text(item, "".join(self._texts.get(index, ())))
        done = self._moved(event.model_copy(update={"item": item}), index)
        return (_delta(event, news, index), done) if news else (done,)

    def _said_first(self) -> Iterable[str]:
        said = ""
        for parts in self._texts.values():
            said += "".join(parts)
            yield said

    def _completed(self, event: Any) -> Iterable[Any]:
        if self._first and not self._usage:
            return (event,)
        events: list[Any] = []
        if not any(index >= self._base for index in self._done) and not self._messages:
            for own, item in enumerate(event.response.output):  # a model that streams nothing but the whole response
                done = ResponseOutputItemDoneEvent(
                    item=item, output_index=own, sequence_number=0, type="response.output_item.done"
                )
                events.extend(self._item_done(done))
        if self._open is not None:  # nothing was added to it
            text = "".join(self._texts[self._open])
            item = self._done[self._open] = _message(text)
            events.append(
                ResponseOutputItemDoneEvent(
                    item=item, output_index=self._open, sequence_number=0, type="response.output_item.done"
                )
            )
        output = [self._done[index] for index in sorted(self._done)]
        usage = _sum([*self._usage, event.response.usage])
        response = event.response.model_copy(update={"output": output, "usage": usage})
        events.append(event.model_copy(update={"response": response}))
        return events


def _delta(event: Any, text: str, index: int) -> ResponseTextDeltaEvent:
    return ResponseTextDeltaEvent(
        type="response.output_text.delta",
        delta=text,
        output_index=index,
        item_id=event.item.id,
        content_index=0,
        logprobs=[],
        sequence_number=event.sequence_number,
    )


def _message(text: str) -> ResponseOutputMessage:
    part = ResponseOutputText(text=text, type="output_text", annotations=[])
    return ResponseOutputMessage(id="spliced", type="message", role="assistant", status="completed", content=[part])


def _with_text(item: ResponseOutputMessage, text: str) -> ResponseOutputMessage:
    """The message with all of its text in one part; refusals stay."""
    texts = [part for part in item.content if part.type == "output_text"]
    others = [part for part in item.content if part.type != "output_text"]
    if not text:
        return item
    first = texts[0] if texts else ResponseOutputText(text="", type="output_text", annotations=[])
    return item.model_copy(update={"content": [first.model_copy(update={"text": text}), *others]})


def _sum(usages: list[ResponseUsage | None]) -> ResponseUsage | None:
    known = [usage for usage in usages if usage is not None]
    if len(known) < 2:
        return known[0] if known else None
    total = known[-1].model_copy(deep=True)
    for usage in known[:-1]:
        total.input_tokens += usage.input_tokens
        total.output_tokens += usage.output_tokens
        total.total_tokens += usage.total_tokens
        total.input_tokens_details.cached_tokens += usage.input_tokens_details.cached_tokens
        total.output_tokens_details.reasoning_tokens += usage.output_tokens_details.reasoning_tokens
    return total
