"""One conversation with an agent: runs prompts one after another, cancels, and keeps what a cut run leaves behind."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from agents import Agent

from tui import events as e
from tui.conversation import RETRY_PROMPT, Conversation
from tui.engine.connect import Connection
from tui.engine.recovery import POLICY, Policy
from tui.engine.run import CancelMode, Common, Run
from tui.engine.sending import Bodies
from tui.engine.watchdog import PATIENCE, Patience


class Session:
    """Lives on one event loop; only `cancel_seen` may be called from elsewhere. `emit` gets every event."""

    def __init__(
        self,
        session_id: str,
        agent: Agent[Any],
        connection: Connection,
        emit: Callable[[e.Event], None],
        *,
        conversation: Conversation | None = None,
        patience: Patience = PATIENCE,
        policy: Policy = POLICY,
        streaming: bool = True,
    ) -> None:
        self.conversation = conversation or Conversation()
        self.connection = connection
        self._emit = emit
        self._common = Common(
            session_id,
            agent,
            connection,
            self.conversation,
            set(),
            self._publish,
            patience,
            policy,
            Bodies(),
            streaming,
        )
        self._waiting: deque[str] = deque()
        self._clearing = False
        self._run: Run | None = None
        self._task: asyncio.Task[None] | None = None

    def send(self, text: str) -> None:
        """Run the agent on a prompt, after those sent before."""
        self._waiting.append(text)
        if self._run is None:
            self._begin()

    def retry(self) -> None:
        """Let the model go on with what was cut; without a run under way."""
        if self._run is None:
            self._start(e.RetryRequested(), RETRY_PROMPT)

    def retry_now(self) -> None:
        """End the wait for the next try of a request, if there is one."""
        if self._run is not None:
            self._run.retry_now()

    def steer(self, text: str) -> None:
        """Say this in the middle of the run under way; nothing happens without one."""
        if self._run is not None:
            self._run.steer(text)

    def cancel(self, mode: CancelMode = "immediate") -> None:
        """Stop the run under way; nothing happens without one."""
        if self._run is not None:
            self._run.cancel(mode)

    def cancel_seen(self) -> None:
        """A cancel is on its way to the loop, which may be blocked; safe from any thread."""
        run = self._run
        if run is not None:
            run.watchdog.cancel_asked()

    def rewind(self, items: Sequence[dict[str, Any]]) -> None:
        """The conversation is this again; the sender has told so already."""
        self.conversation.items[:] = items

    def clear(self) -> None:
        """Forget the conversation; one that a run is adding to, when that run has ended."""
        if self._run is None:
            self._publish(e.ConversationCleared())
        else:
            self._clearing = True

    async def close(self) -> None:
        """Cancel what runs, drop what waits, and return when all of it has been told and the connections are closed."""
        self._waiting.clear()
        self.cancel()
        await self.idle()
        await self.connection.close()

    async def idle(self) -> None:
        """Return when no prompt runs or waits."""
        while self._run is not None and self._task is not None:
            await asyncio.shield(self._task)

    def _begin(self) -> None:
        prompt = self._waiting.popleft()
        self._start(e.PromptSent(prompt), prompt)

    def _start(self, event: e.PromptSent | e.RetryRequested, prompt: str) -> None:
        self.conversation.apply(event)
        self._run = Run(self.conversation.runs + 1, prompt, self._common)
        self._task = asyncio.create_task(self._drive(self._run))

    async def _drive(self, run: Run) -> None:
        await run.drive()
        self._run = None
        if self._clearing:
            self._clearing = False
            self.clear()
        if self._waiting:
            self._begin()

    def _publish(self, event: e.Event) -> None:
        self.conversation.apply(event)
        self._emit(event)
