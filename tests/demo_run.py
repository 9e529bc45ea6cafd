"""Runs an agent on the demo model and keeps what the SDK told of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agents import Agent, RunConfig, Runner
from agents.items import TResponseInputItem, TResponseStreamEvent

from tui.engine.demo import DemoModel, demo_model


@dataclass
class Told:
    """What one run told its consumer."""

    raw: list[TResponseStreamEvent] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    call_ids: list[str] = field(default_factory=list)
    items: list[TResponseInputItem] = field(default_factory=list)
    final: Any = None
    agent: str = ""
    requests: int = 0


def asked(prompt: str, before: Sequence[TResponseInputItem] = ()) -> list[TResponseInputItem]:
    return [*before, {"role": "user", "content": prompt}]


async def run(
    agent: Agent[Any], prompt: str, before: Sequence[TResponseInputItem] = (), model: DemoModel | None = None
) -> Told:
    config = RunConfig(model=model or demo_model(seed=1, speed=0), tracing_disabled=True)
    result = Runner.run_streamed(agent, asked(prompt, before), run_config=config)
    told = Told()
    async for event in result.stream_events():
        if event.type == "raw_response_event":
            told.raw.append(event.data)
        elif event.type == "run_item_stream_event":
            told.names.append(event.name)
            if event.item.type == "tool_call_item":
                raw: Any = event.item.raw_item
                told.calls.append((raw.name, json.loads(raw.arguments)))
                told.call_ids.append(raw.call_id)
            elif event.item.type == "tool_call_output_item":
                told.outputs.append(event.item.output)
    told.items = result.to_input_list()
    told.final = result.final_output
    told.agent = result.last_agent.name
    told.requests = result.context_wrapper.usage.requests
    return told
