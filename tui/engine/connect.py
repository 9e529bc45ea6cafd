"""Which model server a session talks to, by which API, and with which model: from the options, then the environment."""

import os
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agents import Agent, Model, ModelProvider, ModelSettings, MultiProvider, RunConfig
from agents.models import _openai_shared as shared
from agents.models import get_default_model
from agents.run_config import ToolErrorFormatterArgs
from openai import AsyncOpenAI, Timeout

from tui.commands import Open
from tui.engine.network import QuickBackend
from tui.engine.sdk_import import SWITCH
from tui.engine.sending import watch
from tui.engine.transports import clients_of, use_backend

OFFICIAL = "https://api.openai.com/v1"
_TIMEOUT = 120.0
"""Seconds without a byte before a request counts as dead; each chunk of a stream starts it anew. Twice a stall limit
that is longer than usual, which is to be the one that strikes."""
_CONNECT_TIMEOUT = 10.0
_NO_KEY = "none"
"""Sent as the key to servers that need none; the client insists on one."""

Api = Literal["responses", "chat", "demo", ""]


class ConnectError(ValueError):
    """The options make no connection; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Connection:
    """`provider` turns model names into models; an agent's own `Model` object goes past it unless `model` is set."""

    api: Api
    provider: ModelProvider
    model: str | None = None
    settings: ModelSettings | None = None
    client: AsyncOpenAI | None = None
    network: QuickBackend | None = None
    """What the client connects by, where it is ours."""
    notice: str = ""
    """One line for the user on how this came about; empty if there is nothing to say."""

    def model_of(self, agent: Agent[Any]) -> str:
        """The name of the model that answers for this agent."""
        model = self.model or agent.model or get_default_model()
        if isinstance(model, Model):
            return str(getattr(model, "model", "") or type(model).__name__)
        return "demo" if self.api == "demo" else model

    def run_config(self, tool_error_formatter: Callable[[ToolErrorFormatterArgs[Any]], None]) -> RunConfig:
        """How to run an agent over this connection."""
        return RunConfig(
            model=self.model,
            model_provider=self.provider,
            model_settings=self.settings,
            tool_error_formatter=tool_error_formatter,
            tool_not_found_behavior="return_error_to_model",
        )

    def hang_up(self) -> None:
        """Cut what is being received, after the run that receives it was cancelled: the server should know at once."""
        if self.network is not None:
            self.network.hang_up()

    async def close(self) -> None:
        """Close the client's connections."""
        if self.client is not None:
            await self.client.close()


class _Always(ModelProvider):
    """One model, whatever the name."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def get_model(self, model_name: str | None) -> Model:
        return self._model


def connect(options: Open, agent: Agent[Any], environ: Mapping[str, str] = os.environ) -> Connection:
    """Decide, without any request. Raises ConnectError.

    Without options, an OpenAI client or key that the agent's code set for the SDK is used as it is.
    """
    for each in clients_of(None, agent):
        watch(each)  # now, to be below all that may answer in the server's place
    base_url = options.base_url or environ.get("OPENAI_BASE_URL") or ""
    key = environ.get("OPENAI_API_KEY") or shared.get_default_openai_key() or ""
    client, network = None if options.base_url else shared.get_default_openai_client(), None
    own = isinstance(agent.model, Model)
    if client is None and not base_url and not key:
        return _without_key(options, own=own)
    if client is None:
        client = _client(_checked(base_url or OFFICIAL), key, max(_TIMEOUT, 2 * (options.stall_limit or 0)))
        network = _network(client)
    watch(client)
    official = urllib.parse.urlsplit(str(client.base_url)).hostname == urllib.parse.urlsplit(OFFICIAL).hostname
    api: Api = options.api or ("responses" if official and shared.get_use_responses_by_default() else "chat")
    replaced = own and options.base_url is not None and options.model is None
    model = get_default_model() if replaced else options.model
    return Connection(
        api="" if own and model is None else api,
        provider=_provider(client, api, official=official),
        model=model,
        settings=ModelSettings(include_usage=True) if api == "chat" else None,
        client=client,
        network=network,
    )


def _provider(client: AsyncOpenAI, api: Api, *, official: bool) -> MultiProvider:
    """Names like `vendor/model` are the server's business, unless they are a prefix of the SDK's."""
    return MultiProvider(
        openai_client=client.with_options(max_retries=0),  # `tui.engine.attempts` tries again, and tells
        openai_use_responses=api == "responses",
        openai_prefix_mode="alias" if official else "model_id",
        unknown_prefix_mode="model_id",
    )


def _client(base_url: str, key: str, timeout: float) -> AsyncOpenAI:
    patience = Timeout(timeout, connect=_CONNECT_TIMEOUT)
    return AsyncOpenAI(api_key=key or _NO_KEY, base_url=base_url, max_retries=0, timeout=patience)


def _network(client: AsyncOpenAI) -> QuickBackend | None:
    network = QuickBackend()
    return network if os.environ.get(SWITCH) != "0" and use_backend(client, network) else None


def _without_key(options: Open, *, own: bool) -> Connection:
    if own and options.model is None:
        return Connection(api="", provider=MultiProvider())
    from tui.engine.demo import demo_model

    return Connection(
        api="demo",
        provider=_Always(demo_model()),
        notice=(
            "demo model (scripted, no AI): to connect a real one, set OPENAI_API_KEY, "
            "or give --base-url URL for any OpenAI-compatible server"
        ),
    )


def _checked(base_url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise ConnectError(f"base URL {base_url!r} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        hint = "" if "://" in base_url else f"; did you mean http://{base_url}?"
        raise ConnectError(f"base URL {base_url!r} needs the form http://HOST[:PORT]/PATH{hint}")
    return base_url
