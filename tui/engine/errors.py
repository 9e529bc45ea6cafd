"""What a failed run tells the user: the kind, one plain line, and what to do next."""

import json
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import openai
from agents import (
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelRefusalError,
    ModelTimeoutError,
    OutputGuardrailTripwireTriggered,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
    ToolTimeoutError,
    UserError,
)

from tui.engine import where
from tui.engine.items import Ending
from tui.safety import redact


class StreamCutError(ModelBehaviorError):
    """The server closed the stream in order, but before the response was complete."""


class StallError(Exception):
    """Nothing came from the model server for too long; the message is one plain line."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`kind` as in `RunEnded`. `tool` names the tool whose error ended the run, if one did."""

    kind: str
    text: str
    hint: str = ""
    tool: str = ""
    final: bool = False
    """Another try would fail alike, although failures of this kind may pass."""


_TRY_AGAIN = "/retry goes on from here; what was answered so far is kept"
_CHECK = "the server refuses this request; check --model, --api and the agent's settings"
_NO_QUOTA = "the account has no quota left: check plan and billing"
_REFUSED_CODES = ("invalid", "unsupported", "context_length", "image_", "empty_image", "failed_to_download", "cyber")
"""How the codes of errors within a stream begin that lie with the request."""
_TOOL_RAISED = "Error running tool "
"""How the SDK begins the message of an error that a tool let out."""
_BROKEN = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
"""What the client's transport raises once there was a connection."""
_GUARDRAILS = (
    InputGuardrailTripwireTriggered,
    OutputGuardrailTripwireTriggered,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
)


def classify(error: BaseException, ending: Ending | None = None) -> Failure:
    """The failure in words. `ending` is how the provider ended the last response early, if it did."""
    failure = _classified(error, ending)
    return replace(failure, text=redact(failure.text))  # providers repeat the key that they refuse


def _classified(error: BaseException, ending: Ending | None) -> Failure:
    match error:
        case openai.APIStatusError():
            return _status(error)
        case openai.APITimeoutError():
            return Failure("timeout", "the model server did not answer in time", _TRY_AGAIN)
        case openai.APIConnectionError():
            return _connection(error)
        case openai.APIError():
            return _provider(error.code or "", error.message)
        case json.JSONDecodeError():
            return Failure("server", f"the model server sent something that is not JSON: {_line(error)}", _TRY_AGAIN)
        case ModelTimeoutError() | StallError():
            return Failure("timeout", _line(error), _TRY_AGAIN)
        case StreamCutError():
            return Failure("network", "the model server closed the stream before the answer was complete", _TRY_AGAIN)
        case ModelBehaviorError():
            return _model(error, ending)
        case _:
            return _agent(error)


def _status(error: openai.APIStatusError) -> Failure:
    status, code = error.status_code, error.code or ""
    text = f"{status} from the model server: {_message(error)}"
    if status in (401, 403):
        return Failure("auth", text, "check OPENAI_API_KEY, and that it may use this model and base URL")
    if status == 429:
        if code == "insufficient_quota":
            return Failure("rate_limit", text, _NO_QUOTA, final=True)
        return Failure("rate_limit", text, f"wait a moment, then {_TRY_AGAIN}")
    if status >= 500:
        return Failure("server", text, _TRY_AGAIN)
    if code == "context_length_exceeded":
        return Failure("request", text, "the conversation is too long for this model: /clear starts a new one")
    if status == 404:
        return Failure("request", text, "check --model and --base-url, and --api if the server speaks only one")
    return Failure("request", text, _CHECK)


def _message(error: openai.APIStatusError) -> str:
    """The provider's own words; the client's message is the whole body where there is no error object."""
    body: Any = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return _cut(message if isinstance(message, str) and message else _line(error))


def _connection(error: openai.APIConnectionError) -> Failure:
    cause: BaseException = error
    broke = False
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
        broke = broke or isinstance(cause, _BROKEN)
    why = _line(cause).rstrip(".")
    if broke:
        return Failure("network", f"the connection to the model server broke: {why}", _TRY_AGAIN)
    return Failure(
        "network", f"no connection to the model server: {why}", f"check the network and --base-url, then {_TRY_AGAIN}"
    )


def _provider(code: str, message: str) -> Failure:
    """An error that came inside a stream."""
    text = _cut(" ".join(f"the model server reported: {message or code or 'an error'}".split()))
    if code == "insufficient_quota":
        return Failure("rate_limit", text, _NO_QUOTA, final=True)
    if code.startswith(_REFUSED_CODES):
        return Failure("request", text, _CHECK)
    if "rate_limit" in code or code == "429":
        return Failure("rate_limit", text, f"wait a moment, then {_TRY_AGAIN}")
    return Failure("server", text, _TRY_AGAIN)


def _model(error: ModelBehaviorError, ending: Ending | None) -> Failure:
    if ending is not None and ending.code == "incomplete":
        if ending.message == "content_filter":
            return Failure("refusal", "the answer was cut off by the provider's content filter", "ask differently")
        if "max" in ending.message:
            hint = "/retry continues it; a higher max_tokens of the agent lets it be longer"
            return Failure("truncated", f"the answer was cut off: {ending.message.replace('_', ' ')}", hint)
        reason = ending.message.replace("_", " ") or "no reason"
        return Failure("request", f"the answer was cut off: {reason}", _TRY_AGAIN)
    if ending is not None:
        return _provider(ending.code, ending.message)
    if "did not produce a final response" in error.message:
        return Failure("network", "the model server closed the stream before the answer was complete", _TRY_AGAIN)
    return Failure("agent", _line(error), "the model did not follow the agent's rules: send the prompt again")


def _agent(error: BaseException) -> Failure:
    match error:
        case MaxTurnsExceeded():
            return Failure("max_turns", _line(error), "send `go on` to let the agent continue")
        case ModelRefusalError():
            return Failure("refusal", f"the model refused: {_cut(error.refusal)}", "ask differently")
        case _ if isinstance(error, _GUARDRAILS):
            return Failure("guardrail", f"guardrail {_guardrail(error)} stopped the run", "ask differently")
        case ToolTimeoutError():
            return Failure("tool", _line(error), "raise the tool's timeout or ask for less at a time", error.tool_name)
        case UserError() if error.__cause__ is not None and error.message.startswith(_TOOL_RAISED):
            tool = error.message.removeprefix(_TOOL_RAISED).partition(":")[0]
            return Failure("tool", _line(error) + _at(error.__cause__), "the tool lets its errors end the run", tool)
        case MemoryError():
            return Failure("agent", f"out of memory{_at(error)}", "the engine goes on; send the prompt again")
        case UserError():
            return Failure("agent", _line(error), "the agent's definition needs a change")
        case _:
            text = f"{type(error).__name__}: {_line(error)}{_at(error)}"
            return Failure("agent", text, "raised outside any tool, by the agent's own code or by the SDK")


def _guardrail(error: BaseException) -> str:
    result = getattr(error, "guardrail_result", None)
    guardrail: Any = result.guardrail if result is not None else getattr(error, "guardrail", None)
    get_name = getattr(guardrail, "get_name", None)
    return str(get_name()) if get_name is not None else ""


def _at(error: BaseException) -> str:
    place = where.of_error(error)
    return f" ({place})" if place else ""


def _line(error: BaseException) -> str:
    return _cut(" ".join(str(error).split()) or type(error).__name__)


def _cut(text: str, longest: int = 400) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
