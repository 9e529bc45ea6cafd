"""Makes the first answer as quick as the second: a run against a server inside this process, before the user sends."""

import httpx2
from agents import Agent, RunConfig, Runner
from agents.models.multi_provider import MultiProvider
from openai import AsyncOpenAI

from tui.engine.connect import Connection

_RESPONSES = (
    b'data: {"type":"response.output_text.delta","sequence_number":0,"item_id":"m","output_index":0,'
    b'"content_index":0,"delta":"x","logprobs":[]}\n\n'
    b'data: {"type":"response.completed","sequence_number":1,"response":{"id":"r","object":"response",'
    b'"created_at":0,"status":"completed","model":"m","output":[{"type":"message","id":"m","role":"assistant",'
    b'"status":"completed","content":[{"type":"output_text","text":"x","annotations":[]}]}],'
    b'"parallel_tool_calls":true,"tool_choice":"auto","tools":[]}}\n\n'
)
_CHAT = (
    b'data: {"id":"r","object":"chat.completion.chunk","created":0,"model":"m","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"x"},"finish_reason":null}]}\n\n'
    b'data: {"id":"r","object":"chat.completion.chunk","created":0,"model":"m","choices":'
    b'[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


async def warm_up(connection: Connection) -> None:
    """Load and build what the SDK makes on first use: lazy imports, validators, parsers. Sends nothing anywhere."""
    if connection.client is None:
        return
    body = _CHAT if connection.api == "chat" else _RESPONSES

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport) as http:
        client = AsyncOpenAI(api_key="none", base_url="http://warm.invalid/v1", http_client=http)
        provider = MultiProvider(openai_client=client, openai_use_responses=connection.api != "chat")
        result = Runner.run_streamed(
            Agent("warm-up", model="m"), "x", run_config=RunConfig(model_provider=provider, tracing_disabled=True)
        )
        async for _ in result.stream_events():
            pass
