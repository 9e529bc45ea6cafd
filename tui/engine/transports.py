"""Puts a layer of our own between an OpenAI client and its network, whoever made the client.

httpx2 has no public way to change the transport of a client that exists, and making another client would lose its
owner's proxies and settings: the private names of it in use are all here.
"""

from collections.abc import Callable
from typing import Any

import httpx2
from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel
from openai import AsyncOpenAI

Transport = httpx2.AsyncBaseTransport


def interpose(client: AsyncOpenAI, layer: Callable[[Transport], Transport]) -> bool:
    """Put `layer` on top of what carries the client's requests. False where the client is of another make."""
    http = client._client  # noqa: SLF001
    if not isinstance(http, httpx2.AsyncClient) or not {"_transport", "_mounts"} <= vars(http).keys():
        return False
    http._transport = layer(http._transport)  # noqa: SLF001
    mounts = http._mounts  # noqa: SLF001 - proxies, by URL
    mounts.update({pattern: layer(transport) for pattern, transport in mounts.items() if transport is not None})
    return True


def clients_of(client: AsyncOpenAI | None, agent: Agent[Any]) -> list[AsyncOpenAI]:
    """The session's client, and those of the model objects that the agent and its handoffs bring."""
    found = {} if client is None else {id(client): client}
    seen: set[int] = set()
    left: list[Any] = [agent]
    while left:
        one = left.pop()
        if not isinstance(one, Agent) or id(one) in seen:
            continue
        seen.add(id(one))
        left.extend(one.handoffs)
        if isinstance(one.model, OpenAIChatCompletionsModel | OpenAIResponsesModel):
            own = one.model._client  # noqa: SLF001
            found[id(own)] = own
    return list(found.values())
