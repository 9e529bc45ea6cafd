"""Faults of a model without a transport: its stream raises what the client of a failing server would raise."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
from agents import Model, ModelProvider, ModelResponse
from agents.items import TResponseStreamEvent

from tui.engine.faults.lab import FaultLab
from tui.engine.faults.transport import BAD_LINE, status_response, words
from tui.faultspec import Fault

_REQUEST = httpx2.Request("POST", "http://demo.invalid/v1/responses")
_STATUS_ERRORS: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


class FaultyProvider(ModelProvider):
    """The models of another provider, each with the lab in front of it."""

    def __init__(self, inner: ModelProvider, lab: FaultLab) -> None:
        self._inner, self._lab = inner, lab

    def get_model(self, model_name: str | None) -> Model:
        return _FaultyModel(self._inner.get_model(model_name), self._lab)


class _FaultyModel(Model):
    def __init__(self, inner: Model, lab: FaultLab) -> None:
        self._inner, self._lab = inner, lab
        self.model: str = getattr(inner, "model", "")

    async def get_response(self, *args: Any, **options: Any) -> ModelResponse:
        fault = await self._before()
        response = await self._inner.get_response(*args, **options)
        if fault is not None:
            await self._fail(fault)
        return response

    async def stream_response(self, *args: Any, **options: Any) -> AsyncIterator[TResponseStreamEvent]:
        fault = await self._before()
        deltas = 0
        async for event in self._inner.stream_response(*args, **options):
            if fault is not None and deltas >= fault.after:
                await self._fail(fault)
                return  # what is left of the kinds: the stream ends too soon
            if fault is not None and event.type == "response.completed":
                self._lab.unmet(fault)  # now, since the SDK does not ask for more than this
                fault = None
            yield event
            deltas += event.type.endswith(".delta")

    async def _before(self) -> Fault | None:
        """Fail as a request without an answer does; the fault, if it is one of the answer."""
        fault = self._lab.next_request()
        match fault:
            case Fault(kind="status", status=status):
                self._lab.injected(words(fault))
                raise status_error(status)
            case Fault(kind="refused"):
                self._lab.injected(words(fault))
                raise openai.APIConnectionError(request=_REQUEST) from httpx2.ConnectError("Connection refused")
            case Fault(kind="slowfirst"):
                self._lab.injected(words(fault))
                await self._lab.be_late()
                return None
            case _:
                return fault

    async def _fail(self, fault: Fault) -> None:
        self._lab.injected(words(fault))
        match fault.kind:
            case "reset":
                raise openai.APIConnectionError(request=_REQUEST) from httpx2.ReadError("Connection reset by peer")
            case "stall":
                await self._lab.stall(None)
                raise openai.APITimeoutError(request=_REQUEST)
            case "badjson":
                json.loads(BAD_LINE.removeprefix(b"data:"))
            case _:
                pass


def status_error(status: int) -> openai.APIStatusError:
    """What the client makes of an answer with this status."""
    response = status_response(status)
    response.request = _REQUEST
    error = _STATUS_ERRORS.get(status, openai.InternalServerError if status >= 500 else openai.APIStatusError)
    return error(f"Error code: {status}", response=response, body=response.json()["error"])
