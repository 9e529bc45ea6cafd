"""Model requests and tool calls as an HTTP archive (HAR 1.2), so that any viewer of network logs draws their waterfall.

What did not go over HTTP has an address of its own making, `http://model.invalid/MODEL`, `http://tool.invalid/TOOL`; a
run is a page. What has no place in the format is in fields that begin with `_`. A request is one
entry with all of its tries and the body of the last, whole; one of which the beginning is not on record lacks the first
`_kept` items, those of the request named `_base` (`run.turn.attempt`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from tui import __version__
from tui import events as e
from tui.export.sink import Keep, Sink
from tui.query import RecordSubject


def _encode(data: object) -> bytes:
    """In ASCII: no text of a model can be anything but text, wherever it is opened."""
    return json.dumps(data).encode()


@dataclass(slots=True)
class _Exchange:
    """One model request or tool call, from its first event to its last. Times are seconds since the epoch."""

    kind: Literal["model", "tool"]
    name: str
    run: int
    turn: int
    agent: str
    began: float
    first: float | None = None
    """When its response, or the tool's code, began."""
    last: float | None = None
    call: str = ""
    url: str = ""
    sent: str = ""
    follows: tuple[str, int] | None = None
    """What was sent goes on from the first so many items of the request of that name."""
    http_status: int | None = None
    request_id: str = ""
    connect: float = 0.0
    got: list[str] = field(default_factory=list)
    tokens: tuple[int, int] | None = None
    error: str = ""
    ended: bool = False
    kept: bool = False


class _Exchanges:
    """The exchanges of the run under way."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int] | str, _Exchange] = {}
        self._lists: dict[str, list[dict[str, Any]]] = {}
        """What the list of each request of the session holds, by the request's name."""

    def feed(self, subject: RecordSubject) -> _Exchange | None:
        """Take in an event; the exchange that it is of."""
        event, at = subject.event, subject.at
        if isinstance(event, e.ModelRequested):
            exchange = _Exchange("model", event.model, event.run, event.turn, event.agent, at)
            self._open[event.run, event.turn] = exchange
            return exchange
        request = self._open.get((subject.run, subject.turn))
        if subject.call:
            return self._feed_call(subject, request)
        if request is not None and not self._feed_request(request, subject):
            return None
        return request

    def _feed_call(self, subject: RecordSubject, request: _Exchange | None) -> _Exchange:
        event, at, call = subject.event, subject.at, subject.call
        exchange = self._open.get(call)
        if exchange is None:
            exchange = _Exchange("tool", subject.tool, subject.run, subject.turn, subject.agent, at, call=call)
            self._open[call] = exchange
        match event:
            case e.ToolCallStarted() | e.ArgumentsDelta() if request is not None:
                request.first = request.first or at
            case e.ToolCalled(name=name, arguments=arguments, agent=agent):
                exchange.name, exchange.sent, exchange.agent = name, arguments, agent or exchange.agent
                if request is not None:
                    request.got.append(f"{name} {arguments}")
            case e.ToolStarted():
                exchange.first = at
            case e.ToolEnded(output=output, failed=failed, error=error):
                exchange.last, exchange.ended = at, True
                exchange.got.append(output)
                exchange.error = (error or "the tool failed") if failed else ""
            case _:
                pass
        return exchange

    def _feed_request(self, request: _Exchange, subject: RecordSubject) -> bool:
        """Whether the event is of the request."""
        event, at = subject.event, subject.at
        match event:
            case e.RequestSent() as sent:
                request.url = sent.url
                request.sent, request.follows = self._sent(sent)
            case e.ResponseReceived(status=status, request_id=request_id, connect=connect):
                request.http_status, request.request_id, request.connect = status, request_id, connect or 0.0
                request.first = at
            case e.ResponseStarted(model=model):
                request.name = model or request.name
                request.first = request.first or at
            case e.TextDelta() | e.RefusalDelta() | e.ReasoningDelta():
                request.first = request.first or at
                request.last = at
            case e.MessageCompleted(text=text):
                request.got.append(text)
            case e.ReasoningCompleted() | e.AttemptStarted():
                pass
            case e.AttemptFailed(error=error):
                request.error, request.last, request.first = error, at, None
            case e.AttemptSucceeded():
                request.error = ""
            case e.UsageReported(input=input_, output=output):
                request.tokens, request.last, request.ended = (input_, output), at, True
            case e.ResponseEnded(status=status):
                request.last, request.ended = at, True
                request.error = "" if status == "completed" else status
            case _:
                return False
        return True

    def _sent(self, sent: e.RequestSent) -> tuple[str, tuple[str, int] | None]:
        """The body, and what it goes on from where that is not on record."""
        before = self._lists.get(sent.base, [])[: sent.kept]
        whole = len(before) == sent.kept
        entries = [*(before if whole else ()), *sent.items]
        if whole:
            self._lists[sent.name] = entries
        body = {**sent.body, sent.key: entries} if entries else sent.body
        return _encode(body).decode(), None if whole else (sent.base, sent.kept)

    def take(self, at: float) -> list[_Exchange]:
        """All of them, the one that began first at the front; what has not ended was cut off at that time."""
        found = sorted(self._open.values(), key=lambda exchange: exchange.began)
        for exchange in found:
            if not exchange.ended:
                exchange.last = exchange.last or at
                exchange.error = exchange.error or "cut off"
        self._open.clear()
        return found


def write_archive(subjects: Iterable[RecordSubject], keep: Keep, file: Sink) -> int:
    """Write the exchanges of which an event is kept; how many. Raises OSError."""
    count = 0
    pages: dict[int, float] = {}
    creator = {"name": "agents-tui", "version": __version__}
    file.write(b'{"log":{"version":"1.2","creator":' + _encode(creator) + b',"entries":[')
    for exchange in _finished(subjects, keep):
        pages.setdefault(exchange.run, exchange.began)
        file.write((b",\n" if count else b"\n") + _encode(_entry(exchange)))
        count += 1
    file.write(b'\n],"pages":' + _encode([_page(run, began) for run, began in pages.items()]) + b"}}\n")
    return count


def _finished(subjects: Iterable[RecordSubject], keep: Keep) -> Iterator[_Exchange]:
    exchanges = _Exchanges()
    at = 0.0
    for subject in subjects:
        at = subject.at
        exchange = exchanges.feed(subject)
        if exchange is not None and not exchange.kept:
            exchange.kept = keep(subject)
        if isinstance(subject.event, e.RunEnded):
            yield from (exchange for exchange in exchanges.take(at) if exchange.kept)
    yield from (exchange for exchange in exchanges.take(at) if exchange.kept)


def _page(run: int, began: float) -> dict[str, Any]:
    return {
        "startedDateTime": _iso(began),
        "id": f"run {run}",
        "title": f"run {run}",
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
    }


def _entry(exchange: _Exchange) -> dict[str, Any]:
    last = exchange.last or exchange.began
    first = min(max(exchange.first or last, exchange.began), last)
    wait, receive = first - exchange.began, last - first
    if exchange.kind == "tool":
        wait, receive = receive, 0.0
    connect = min(exchange.connect, wait)
    began = first if exchange.kind == "tool" else exchange.began
    return {
        "pageref": f"run {exchange.run}",
        "startedDateTime": _iso(began),
        "time": _milliseconds(wait + receive),
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {
            "connect": _milliseconds(connect) if connect else -1,
            "send": 0,
            "wait": _milliseconds(wait - connect),
            "receive": _milliseconds(receive),
        },
        "_kind": exchange.kind,
        "_agent": exchange.agent,
        "_run": exchange.run,
        "_turn": exchange.turn,
        **({"_call": exchange.call} if exchange.call else {}),
        **({"_request_id": exchange.request_id} if exchange.request_id else {}),
        **({"_tokens": dict(zip(("input", "output"), exchange.tokens, strict=True))} if exchange.tokens else {}),
        **({"_error": exchange.error} if exchange.error else {}),
    }


def _request(exchange: _Exchange) -> dict[str, Any]:
    posted = {"postData": {"mimeType": "application/json", "text": exchange.sent}} if exchange.sent else {}
    return {
        "method": "POST",
        "url": exchange.url
        or f"http://{exchange.kind}.invalid/{quote(exchange.name or 'unknown', '', errors='replace')}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(exchange.sent.encode("utf-8", "replace")),
        **posted,
        **({"_base": exchange.follows[0], "_kept": exchange.follows[1]} if exchange.follows else {}),
    }


def _response(exchange: _Exchange) -> dict[str, Any]:
    text = "\n\n".join(exchange.got)
    size = len(text.encode("utf-8", "replace"))
    return {
        "status": exchange.http_status or (500 if exchange.error else 200),
        "statusText": exchange.error or "OK",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": size, "mimeType": "text/plain; charset=utf-8", "text": text},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": size,
    }


def _milliseconds(seconds: float) -> float:
    return round(max(0.0, seconds) * 1000, 3)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
