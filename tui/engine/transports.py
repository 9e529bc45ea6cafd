"""Puts a layer of our own between an OpenAI client and its network, whoever made the client.

httpx2 has no public way to change the transport of a client that exists, and making another client would lose its
owner's proxies and settings: the private names of it in use are all here.
"""

from collections.abc import Callable
from typing import Any

import httpcore2
import httpx2
from agents import Agent, Model, OpenAIChatCompletionsModel, OpenAIResponsesModel, OpenAIResponsesWSModel
from httpcore2._backends.auto import AutoBackend
from openai import AsyncOpenAI

from tui.engine.items import reachable

Transport = httpx2.AsyncBaseTransport


def interpose(client: AsyncOpenAI, layer: Callable[[Transport], Transport]) -> bool:
    """Put `layer` on top of what carries the client's requests. False where the client is of another make."""
    http = http_of(client)
    if http is None:
        return False
    http._transport = layer(http._transport)  # noqa: SLF001
    mounts = http._mounts  # noqa: SLF001 - proxies, by URL
    mounts.update({pattern: layer(transport) for pattern, transport in mounts.items() if transport is not None})
    return True


def use_backend(client: AsyncOpenAI, backend: httpcore2.AsyncNetworkBackend) -> bool:
    """Have a new client connect by `backend`. False where it, or what it connects by, is of another make.

    Proxies keep what they have.
    """
    http = http_of(client)
    pool = getattr(http and http._transport, "_pool", None)  # noqa: SLF001
    if type(getattr(pool, "_network_backend", None)) is not AutoBackend:
        return False
    pool._network_backend = backend  # type: ignore[union-attr]  # noqa: SLF001
    return True


def http_of(client: AsyncOpenAI) -> httpx2.AsyncClient | None:
    """What a client, and all that are made from it, send by; None where that is of another make."""
    http = client._client  # noqa: SLF001
    known = isinstance(http, httpx2.AsyncClient) and {"_transport", "_mounts"} <= vars(http).keys()
    return http if known else None


def client_of(model: Model) -> AsyncOpenAI | None:
    """The client that a model of the SDK sends its requests by; None for another model, or one on a web socket."""
    if not isinstance(model, OpenAIChatCompletionsModel | OpenAIResponsesModel):
        return None
    return None if isinstance(model, OpenAIResponsesWSModel) else model._get_client()  # noqa: SLF001


def clients_of(client: AsyncOpenAI | None, agent: Agent[Any]) -> list[AsyncOpenAI]:
    """The session's client, and those of the model objects that the agent and those within its reach bring."""
    found = {} if client is None else {id(client): client}
    for one in reachable(agent):
        if isinstance(one.model, OpenAIChatCompletionsModel | OpenAIResponsesModel):
            own = one.model._client  # noqa: SLF001
            if own is not None:
                found[id(own)] = own
    return list(found.values())
