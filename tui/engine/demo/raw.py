"""The raw events of one response, as the Responses API sends them: same types, same order, a token at a time."""

import itertools
import re
from collections.abc import Iterator

from agents.items import TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseInProgressEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningSummaryPartAddedEvent,
    ResponseReasoningSummaryPartDoneEvent,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseReasoningSummaryTextDoneEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from openai.types.responses.response_reasoning_summary_part_added_event import Part as AddedPart
from openai.types.responses.response_reasoning_summary_part_done_event import Part as DonePart

_TOKEN = re.compile(r" ?[^\W\d_]{1,8}|\d{1,3}|\n+|.", re.DOTALL)


def tokens(text: str) -> list[str]:
    """The text in pieces of a tokeniser's size: words with their blank, numbers, signs. Joined they are `text`."""
    return _TOKEN.findall(text)


def raw_events(response: Response) -> Iterator[TResponseStreamEvent]:
    """Every event of a completed response; `sequence_number` counts from 0 without a gap.

    Knows reasoning with a summary, messages of one text part, and function calls.
    """
    number = itertools.count()
    begun = response.model_copy(update={"output": [], "status": "in_progress", "usage": None, "completed_at": None})
    yield ResponseCreatedEvent(type="response.created", response=begun, sequence_number=next(number))
    yield ResponseInProgressEvent(type="response.in_progress", response=begun, sequence_number=next(number))
    for index, item in enumerate(response.output):
        match item:
            case ResponseReasoningItem():
                yield from _reasoning(item, index, number)
            case ResponseOutputMessage():
                yield from _message(item, index, number)
            case ResponseFunctionToolCall():
                yield from _function_call(item, index, number)
            case _:
                raise TypeError(f"the demo model writes no {item.type} items")
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", item=item, output_index=index, sequence_number=next(number)
        )
    yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=next(number))


def _reasoning(item: ResponseReasoningItem, index: int, number: Iterator[int]) -> Iterator[TResponseStreamEvent]:
    yield ResponseOutputItemAddedEvent(
        type="response.output_item.added",
        item=item.model_copy(update={"summary": []}),
        output_index=index,
        sequence_number=next(number),
    )
    for position, summary in enumerate(item.summary):
        yield ResponseReasoningSummaryPartAddedEvent(
            type="response.reasoning_summary_part.added",
            item_id=item.id,
            output_index=index,
            summary_index=position,
            part=AddedPart(type="summary_text", text=""),
            sequence_number=next(number),
        )
        for token in tokens(summary.text):
            yield ResponseReasoningSummaryTextDeltaEvent(
                type="response.reasoning_summary_text.delta",
                item_id=item.id,
                output_index=index,
                summary_index=position,
                delta=token,
                sequence_number=next(number),
            )
        yield ResponseReasoningSummaryTextDoneEvent(
            type="response.reasoning_summary_text.done",
            item_id=item.id,
            output_index=index,
            summary_index=position,
            text=summary.text,
            sequence_number=next(number),
        )
        yield ResponseReasoningSummaryPartDoneEvent(
            type="response.reasoning_summary_part.done",
            item_id=item.id,
            output_index=index,
            summary_index=position,
            part=DonePart(type="summary_text", text=summary.text),
            sequence_number=next(number),
        )


def _message(item: ResponseOutputMessage, index: int, number: Iterator[int]) -> Iterator[TResponseStreamEvent]:
    (part,) = item.content
    assert isinstance(part, ResponseOutputText)
    yield ResponseOutputItemAddedEvent(
        type="response.output_item.added",
        item=item.model_copy(update={"content": [], "status": "in_progress"}),
        output_index=index,
        sequence_number=next(number),
    )
    yield ResponseContentPartAddedEvent(
        type="response.content_part.added",
        item_id=item.id,
        output_index=index,
        content_index=0,
        part=part.model_copy(update={"text": ""}),
        sequence_number=next(number),
    )
    for token in tokens(part.text):
        yield ResponseTextDeltaEvent(
            type="response.output_text.delta",
            item_id=item.id,
            output_index=index,
            content_index=0,
            delta=token,
            logprobs=[],
            sequence_number=next(number),
        )
    yield ResponseTextDoneEvent(
        type="response.output_text.done",
        item_id=item.id,
        output_index=index,
        content_index=0,
        text=part.text,
        logprobs=[],
        sequence_number=next(number),
    )
    yield ResponseContentPartDoneEvent(
        type="response.content_part.done",
        item_id=item.id,
        output_index=index,
        content_index=0,
        part=part,
        sequence_number=next(number),
    )


def _function_call(item: ResponseFunctionToolCall, index: int, number: Iterator[int]) -> Iterator[TResponseStreamEvent]:
    assert item.id is not None
    yield ResponseOutputItemAddedEvent(
        type="response.output_item.added",
        item=item.model_copy(update={"arguments": "", "status": "in_progress"}),
        output_index=index,
        sequence_number=next(number),
    )
    for token in tokens(item.arguments):
        yield ResponseFunctionCallArgumentsDeltaEvent(
            type="response.function_call_arguments.delta",
            item_id=item.id,
            output_index=index,
            delta=token,
            sequence_number=next(number),
        )
    yield ResponseFunctionCallArgumentsDoneEvent.model_validate(
        {
            "type": "response.function_call_arguments.done",
            "item_id": item.id,
            "output_index": index,
            "arguments": item.arguments,
            "name": item.name,
            "sequence_number": next(number),
        }
    )
