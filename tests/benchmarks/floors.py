"""The least that a client of this SDK and of Textual can cost: `python -m tests.benchmarks.floors NAME [URL [API]]`."""

import asyncio
import sys


def empty_app() -> None:
    """A Textual app that shows one line."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("ask, or / for commands")

    Empty().run()


def sdk(url: str, api: str = "responses") -> None:
    """`Runner.run_streamed` for each line of input, the events dropped."""
    from agents import Agent, RunConfig, Runner, set_tracing_disabled
    from agents.models.multi_provider import MultiProvider
    from openai import AsyncOpenAI

    set_tracing_disabled(True)
    client = AsyncOpenAI(api_key="none", base_url=url)
    config = RunConfig(model_provider=MultiProvider(openai_client=client, openai_use_responses=api == "responses"))
    print("ready", flush=True)

    async def answer(prompt: str) -> None:
        result = Runner.run_streamed(Agent("Floor", model="m"), prompt, run_config=config)
        async for _ in result.stream_events():
            pass
        print("answered", flush=True)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            await answer(line)

    asyncio.run(main())


if __name__ == "__main__":
    if sys.argv[1] == "empty-app":
        empty_app()
    else:
        sdk(*sys.argv[2:])
