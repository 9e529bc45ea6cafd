"""A run as spans: the run itself, its model requests and its tool calls, by the GenAI semantic conventions.

Pure: from the state of a run that is folded apart. What was said is in it only where that is asked for.
"""

import json
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from tui import events as e
from tui.metrics import requests as of_request
from tui.metrics import runs as of_run
from tui.metrics.cost import cost_of
from tui.metrics.report import tokens
from tui.state import Answer, Entry, Prompt, Request, Run, State, Tool

Value: TypeAlias = str | int | float | Sequence[str]
Mask: TypeAlias = Callable[[str], str]
"""Takes keys out of a text."""


class Span(msgspec.Struct, frozen=True):
    """Times are seconds since the epoch. `parent` is the index of another one before it; -1: none."""

    name: str
    operation: Literal["invoke_agent", "chat", "execute_tool"]
    start: float
    end: float
    attributes: Mapping[str, Value]
    parent: int = -1
    error: str = ""
    """Why it failed, in one line; empty: it did not."""


def spans(state: State, ended: e.RunEnded, content: Mask | None = None) -> list[Span]:
    """Of the newest run, which has ended, the run first. `content`: what was said is told too, so masked."""
    run = state.runs[-1]
    end = state.at if run.ended is None else run.ended
    found = [_run(state, run, end, ended, content)]
    places: dict[str, int] = {"": 0}
    for tool in of_request.tools_of(state, run):
        if tool.started is not None:
            places[tool.call] = len(found)
            found.append(_tool(tool, end, places.get(tool.parent, 0), content))
    requests = of_run.requests_of(state, run)
    return found + [
        _request(state, request, end, ended.kind, places.get(request.parent, 0), content) for request in requests
    ]


def provider(state: State, request: Request | None) -> str:
    """Whose model it is, as far as is known."""
    host = urllib.parse.urlsplit(request.url).hostname if request is not None and request.url else ""
    if host:
        return "openai" if host.endswith("openai.com") else host
    return "openai" if state.api == "responses" else state.api or "unknown"


def _run(state: State, run: Run, end: float, ended: e.RunEnded, content: Mask | None) -> Span:
    requests = of_run.requests_of(state, run)
    counted = tokens(requests)
    agent = state.root or state.agent
    failed = ended.status == "failed"
    attributes: dict[str, Value | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": provider(state, requests[0] if requests else None),
        "gen_ai.agent.name": agent,
        "gen_ai.conversation.id": state.session,
        "gen_ai.request.model": of_run.model_of(state, run),
        "gen_ai.usage.input_tokens": counted.input,
        "gen_ai.usage.output_tokens": counted.output,
        "gen_ai.usage.cache_read.input_tokens": counted.cached,
        "agents_tui.run": run.number,
        "agents_tui.run.status": ended.status,
        "agents_tui.run.retries": of_run.retries(state, run),
        "agents_tui.run.time_to_first_token": of_run.first_token(state, run),
        "error.type": (ended.kind or "_OTHER") if failed else None,
    }
    if content is not None:
        said: list[Entry] = state.entries
        asked = "\n".join(entry.text for entry in said if isinstance(entry, Prompt))
        told = "\n".join(str(entry.text) for entry in said if isinstance(entry, Answer) and not entry.parent)
        attributes["gen_ai.input.messages"] = _message("user", content(asked))
        attributes["gen_ai.output.messages"] = _message("assistant", content(told))
    error = ended.error or "the run failed" if failed else ""
    return Span(f"invoke_agent {agent}".strip(), "invoke_agent", run.at, end, _known(attributes), -1, error)


def _request(state: State, request: Request, end: float, kind: str, parent: int, content: Mask | None) -> Span:
    address = urllib.parse.urlsplit(request.url) if request.url else None
    cost = cost_of(request)
    failed = request.status == "failed"
    attributes: dict[str, Value | None] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider(state, request),
        "gen_ai.request.model": request.model,
        "gen_ai.response.model": request.model if request.response or request.output is not None else None,
        "gen_ai.response.id": request.response,
        "gen_ai.agent.name": request.agent,
        "gen_ai.conversation.id": state.session,
        "gen_ai.usage.input_tokens": request.input,
        "gen_ai.usage.output_tokens": request.output,
        "gen_ai.usage.cache_read.input_tokens": request.cached,
        "gen_ai.server.time_to_first_token": of_request.first_token(request),
        "server.address": address.hostname if address else None,
        "server.port": address.port if address else None,
        "http.response.status_code": request.http_status,
        "agents_tui.request.tries": request.attempt,
        "agents_tui.request.cost_usd": None if cost is None else float(cost),
        "error.type": (kind or "_OTHER") if failed else None,
    }
    if content is not None:
        keys = [key for key, index in state.request_of.items() if state.requests[index] is request]
        entries = [state.entries[index] for key in keys if (index := state.entry_of.get(key)) is not None]
        told = "\n".join(str(entry.text) for entry in entries if isinstance(entry, Answer))
        attributes["gen_ai.output.messages"] = _message("assistant", content(told)) if told else None
    until = end if request.ended is None else request.ended
    error = request.error or "it failed" if failed else ""
    return Span(f"chat {request.model}".strip(), "chat", request.at, until, _known(attributes), parent, error)


def _tool(tool: Tool, end: float, parent: int, content: Mask | None) -> Span:
    assert tool.started is not None
    failed = tool.status == "failed"
    attributes: dict[str, Value | None] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool.name,
        "gen_ai.tool.call.id": tool.call,
        "gen_ai.tool.type": "extension" if tool.origin in ("mcp", "hosted") else "function",
        "gen_ai.agent.name": tool.agent,
        "error.type": (tool.error.partition(":")[0] or "_OTHER") if failed else None,
    }
    if content is not None:
        attributes["gen_ai.tool.call.arguments"] = content(str(tool.arguments))
        attributes["gen_ai.tool.call.result"] = content(tool.output) if tool.output else None
    until = end if tool.ended is None else tool.ended
    error = tool.error or "it failed" if failed else ""
    return Span(f"execute_tool {tool.name}", "execute_tool", tool.started, until, _known(attributes), parent, error)


def _known(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in attributes.items() if value is not None and value != ""}


def _message(role: str, text: str) -> str:
    """As the conventions write messages: a JSON list of roles and parts."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}], ensure_ascii=False)
