"""A session driven by commands: what the engine process does, and what a process that already holds an agent can do."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from agents import Agent, FunctionTool, set_trace_processors

from tui import commands as c
from tui import events as e
from tui.conversation import Conversation
from tui.engine.cache import keep_answers
from tui.engine.connect import Connection, connect
from tui.engine.faults import FaultLab, fault_lab
from tui.engine.load import load_agent
from tui.engine.nested import show_inner_runs
from tui.engine.recovery import POLICY
from tui.engine.session import Session
from tui.engine.warm import warm_up


class ProtocolError(Exception):
    """The commands do not begin with `Open`, or open twice."""


async def serve(
    commands: AsyncIterator[c.Command],
    emit: Callable[[e.Event], None],
    agent: Agent[Any] | None = None,
    *,
    opened: Callable[[Session], None] = lambda session: None,
) -> None:
    """Answer commands with events until `Close` or the end of them; then what runs is cancelled.

    `agent` is used where `Open` names none. `opened` gets the session once it takes prompts. Raises AgentLoadError,
    ConnectError and ProtocolError, nothing later than `SessionStarted`, but for a second `Open`.
    """
    options = await anext(commands, None)
    if not isinstance(options, c.Open):
        raise ProtocolError(f"the first command must be open, not {type(options).__name__}")
    session, faults = open_session(options, emit, agent)
    opened(session)
    warming = asyncio.create_task(warm_up(session.connection))
    try:
        await _obey(session, faults, commands)
    finally:
        warming.cancel()
        await session.close()


async def _obey(session: Session, faults: FaultLab, commands: AsyncIterator[c.Command]) -> None:
    async for command in commands:
        match command:
            case c.Send(text=text):
                session.send(text)
            case c.Steer(text=text):
                session.steer(text)
            case c.Retry():
                session.retry()
            case c.RetryNow():
                session.retry_now()
            case c.Cancel(mode=mode):
                session.cancel(mode)
            case c.Rewind(items=items):
                session.rewind(items)
            case c.Clear():
                session.clear()
            case c.SetFaults(spec=spec):
                faults.arm(spec)
            case c.Close():
                return
            case c.Open():
                raise ProtocolError("the session is open already")


def open_session(
    options: c.Open, emit: Callable[[e.Event], None], agent: Agent[Any] | None = None
) -> tuple[Session, FaultLab]:
    """Load the agent, connect, and say so. Raises AgentLoadError and ConnectError."""
    set_trace_processors([])  # the default exports every run to the vendor
    show_inner_runs()
    if agent is None or options.agent:
        agent = load_agent(options.agent)
    connection = connect(options, agent, os.environ)
    cache_notice = keep_answers(connection, agent, emit) if options.cache else ""
    faults, connection = fault_lab(connection, agent, emit)
    conversation = Conversation()
    conversation.items.extend(options.items)
    conversation.runs = options.runs
    policy = POLICY if options.stall_limit is None else replace(POLICY, stall=options.stall_limit)
    session = Session(
        options.session,
        agent,
        connection,
        emit,
        conversation=conversation,
        policy=policy,
        streaming=options.streaming,
    )
    emit(_started(options.session, agent, connection))
    for notice in (connection.notice, cache_notice):
        if notice:
            emit(e.Notice("info", notice))
    if options.faults:
        faults.arm(options.faults)
    return session, faults


def _started(session_id: str, agent: Agent[Any], connection: Connection) -> e.SessionStarted:
    return e.SessionStarted(
        session=session_id,
        agent=agent.name,
        model=connection.model_of(agent),
        api=connection.api,
        tools=tuple(tool.name for tool in agent.tools if not isinstance(tool, FunctionTool) or tool.is_enabled),
        sdk=version("openai-agents"),
    )
