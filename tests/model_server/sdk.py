"""Runs an agent of the real SDK against a server and collects what came of it. Imports the SDK, so on its own."""

from typing import Any, NamedTuple

import agents
import openai

from tests.model_server.server import ModelServer, Script


class Outcome(NamedTuple):
    """A run that is over."""

    result: agents.RunResultStreaming
    events: list[Any]
    """The raw events, in order."""
    error: Exception | None

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    @property
    def text(self) -> str:
        return "".join(event.delta for event in self.events if event.type == "response.output_text.delta")


@agents.function_tool
def roll(sides: int, note: str) -> str:
    return f"{sides} {note}"


def client_of(base_url: str, **options: Any) -> openai.AsyncOpenAI:
    """A client that neither retries nor waits long, unless `options` of `AsyncOpenAI` say so."""
    return openai.AsyncOpenAI(base_url=base_url, api_key="test", **{"max_retries": 0, "timeout": 5, **options})


def start(client: openai.AsyncOpenAI, api: str) -> agents.RunResultStreaming:
    """Start a run of an agent with the tool `roll` over the API `responses` or `chat`."""
    settings = agents.ModelSettings(include_usage=True)
    agent = agents.Agent(name="Tester", instructions="Roll.", tools=[roll], model_settings=settings)
    provider = agents.OpenAIProvider(openai_client=client, use_responses=api == "responses")
    config = agents.RunConfig(model="scripted", model_provider=provider, tracing_disabled=True)
    return agents.Runner.run_streamed(agent, "hello", run_config=config)


async def run(base_url: str, api: str, **options: Any) -> Outcome:
    """Such a run to its end, whatever that is."""
    events: list[Any] = []
    async with client_of(base_url, **options) as client:
        result = start(client, api)
        try:
            async for event in result.stream_events():
                if event.type == "raw_response_event":
                    events.append(event.data)  # noqa: PERF401 - kept when the stream raises
        except Exception as error:  # noqa: BLE001 - whatever was raised is the outcome
            return Outcome(result, events, error)
    return Outcome(result, events, None)


async def run_script(script: Script, api: str, **options: Any) -> tuple[Outcome, ModelServer]:
    """Such a run against a server of its own, which `options` go to."""
    async with ModelServer(script, **options) as server:
        return await run(server.base_url, api), server
