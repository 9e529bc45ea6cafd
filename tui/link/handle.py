"""The screen's handle on an engine: start it, send to it, read it, end it, start it again with the conversation kept.

Everything the engine says, and what happens to it, is published on the bus.
"""

import asyncio
import os
from typing import Literal

import msgspec
from msgspec import structs

from tui import commands as c
from tui import events as e
from tui.bus import Bus
from tui.conversation import CUT_NOTE, FAILED_NOTE, Conversation
from tui.link.child import Child, how_it_ended
from tui.link.intake import Intake
from tui.link.prompts import PromptQueue
from tui.safety import Secrets
from tui.wire import Stamped, encode

_CLOSE_GRACE = 1.0
"""Seconds an engine has to end by itself when the program quits."""

_KILL_AFTER = 1.0
"""Seconds a cancel has to take effect before asking again kills the engine: two hasty keys are one wish."""

_CRASHES = 3
"""Unasked ends in a row, with no run completed between, after which no further engine is started unasked."""


class Launch(msgspec.Struct, frozen=True):
    """What an engine is started with; see `commands.Open`."""

    session: str
    agent: str
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    faults: str = ""
    """For the next engine only: one that follows it does not begin with them again."""
    cache: bool = False
    streaming: bool = True
    stall_limit: float | None = None


class Link:
    """One session's engine, and its successors after a restart.

    `spawn` may be called before any event loop runs; `attach` then connects the engine to the running loop. With
    `respawn` off no engine follows one that ended.
    """

    def __init__(self, bus: Bus, launch: Launch, *, respawn: bool = True) -> None:
        self.bus = bus
        self.launch = launch
        self.conversation = Conversation()
        self.queue = PromptQueue(self, bus.publish)
        self.busy = False
        """A prompt was sent whose run has not ended."""
        self._respawn = respawn
        self._intake = Intake(Secrets.of_environment(os.environ), self._publish)
        self._child: Child | None = None
        self._loaded = False
        """The present engine reached `SessionStarted`."""
        self._waiting: c.Send | c.Retry | None = None
        """What was sent before there was an engine to take it; it goes out as soon as one is loaded."""
        self._cancelling = False
        self._cancelled_at = 0.0
        self._replace = False
        """The user wants another engine in place of the present one."""
        self._closing = False
        self._crashes = 0
        self._task: asyncio.Task[None] | None = None
        """The end of an engine, or the start of the next, under way."""

    # Starting

    def spawn(self) -> None:
        """Start the engine's process. Raises OSError where the system will not."""
        self._child = Child()
        self._loaded = False

    async def attach(self) -> None:
        """Connect the spawned engine to the running loop and have it load the agent."""
        assert self._child is not None
        await self._child.attach(
            self._receive, self._intake.output("stdout"), self._intake.output("stderr"), self._hung_up
        )
        conversation = self.conversation
        self._command(c.Open(**structs.asdict(self.launch), items=tuple(conversation.items), runs=conversation.runs))
        self.launch = structs.replace(self.launch, faults="")

    async def start(self) -> None:
        """`spawn` and `attach`."""
        self.spawn()
        await self.attach()

    def resume(self, conversation: Conversation, *, unfinished: bool) -> None:
        """Take up a recorded session, before the engine is attached.

        A run that the program did not live to see the end of is `unfinished`: it is settled and ended now.
        """
        self.conversation = conversation
        if unfinished:
            self.busy = True
            self._settle("the program ended during this answer", loaded=True)

    # What the user wants

    def send(self, text: str) -> None:
        """Run the agent on a prompt; it is on the bus at once, and starts a new engine if there is none."""
        self._begin(e.PromptSent(text), c.Send(text))

    def retry(self) -> None:
        """Let the model go on with what failed or was stopped last; in a run, do not wait for a request's next try."""
        if self.busy:
            self._command(c.RetryNow())
        else:
            self._begin(e.RetryRequested(), c.Retry())

    def _begin(self, event: e.PromptSent | e.RetryRequested, command: c.Send | c.Retry) -> None:
        assert not self.busy
        self.busy, self._cancelling = True, False
        self._publish(event)
        self._waiting = None if self._loaded else command
        if self._loaded:
            self._command(command)
        elif self._child is None:
            self._task = asyncio.ensure_future(self._start_next())

    def hand_over(self, text: str) -> None:
        """Say this in the middle of the run; an engine that still loads is told when it has."""
        if self._loaded:
            self._command(c.Steer(text))

    def cancel(self, mode: Literal["immediate", "after_turn"] = "immediate") -> None:
        """Stop the run; asked again while the first time still has no effect, kill the engine and start another."""
        if not self.busy:
            return
        if self._waiting is not None:
            self._waiting = None
            self._publish(e.CancelRequested(mode))
            self._publish(e.RunEnded(self.conversation.runs, "cancelled"))
            return
        now = asyncio.get_running_loop().time()
        if self._cancelling:
            if now - self._cancelled_at < _KILL_AFTER:
                return
            self._publish(e.CancelRequested("kill"))
            self._replace = True
            if self._child is not None:
                self._child.kill()
            return
        self._cancelling, self._cancelled_at = mode == "immediate", now
        self._publish(e.CancelRequested(mode))
        self._command(c.Cancel(mode))

    def rewind(self, prompt: int) -> None:
        """Go on from before the session's n-th prompt, counted from 1; only while not busy."""
        assert not self.busy
        self._publish(e.ConversationRewound(prompt, self.conversation.before(prompt)))
        self._command(c.Rewind(tuple(self.conversation.items)))

    def choose(self, prompt: int) -> None:
        """Go on from the end of the branch whose last prompt is the session's n-th; only while not busy."""
        assert not self.busy
        self._publish(e.BranchChosen(prompt))
        self._command(c.Rewind(tuple(self.conversation.items)))

    def clear(self) -> None:
        """Forget the conversation."""
        if self._child is None:
            self._publish(e.ConversationCleared())
        else:
            self._command(c.Clear())

    def set_faults(self, spec: str) -> None:
        """Make the next requests or tool calls fail; see `tui.faultspec`."""
        if self._child is None:
            self.launch = structs.replace(self.launch, faults=spec)
        self._command(c.SetFaults(spec))

    async def restart(self) -> None:
        """Replace the engine, e.g. after the agent's file was edited; the conversation is kept."""
        if self._child is None:
            await self._start_next()
        else:
            self._replace = True
            self._child.kill()

    async def close(self) -> None:
        """End the engine: asked first, by force after a moment."""
        self._closing = True
        child = self._child
        if child is None:
            return
        self._command(c.Close())
        if await child.wait(_CLOSE_GRACE) is None:
            child.kill()
            await child.wait()

    # What the engine says

    def _receive(self, lines: list[bytes]) -> None:
        batch: list[Stamped] = []
        for stamped in self._intake.events(lines):
            self._note(stamped.event)
            batch.append(stamped)
        self.bus.extend(batch)
        if not self._closing:
            self.queue.go_on()

    def _note(self, event: e.Event) -> None:
        self.conversation.apply(event)
        self.queue.apply(event)
        match event:
            case e.SessionStarted():
                self._loaded = True
                if self._waiting is not None:
                    self._command(self._waiting)
                    self._waiting = None
                    for text in self.queue.steering:
                        self._command(c.Steer(text))
            case e.RunEnded(status=status):
                self.busy = self._cancelling = False
                self._crashes = 0 if status == "completed" else self._crashes
            case _:
                pass

    def _publish(self, event: e.Event) -> None:
        self._note(event)
        self.bus.publish(event)
        self.queue.tell()

    def _command(self, command: c.Command) -> None:
        if self._child is not None:
            self._child.write(encode(command))

    # Its end

    def _hung_up(self) -> None:
        self._task = asyncio.ensure_future(self._bury())

    async def _bury(self) -> None:
        """The engine's pipe is closed: say how it ended, settle what it left, replace it if it had been at work."""
        child = self._child
        assert child is not None
        code = await child.wait(_CLOSE_GRACE)
        killed = code is None
        if killed:
            child.kill()
            code = await child.wait()
        child.close()
        self._child = None
        loaded, self._loaded, self._waiting = self._loaded, False, None
        asked, self._replace = self._closing or self._replace, False
        error = "" if asked else how_it_ended(code, loaded=loaded, killed=killed)
        self._settle(error, loaded=loaded)
        self._publish(e.EngineEnded(code, error))
        self._crashes += not asked
        wanted = asked or (loaded and self._crashes < _CRASHES)
        if self._respawn and wanted and not self._closing:
            await self._start_next()

    def _settle(self, error: str, *, loaded: bool) -> None:
        if not self.busy:
            return
        left = self.conversation.settle(FAILED_NOTE if error else CUT_NOTE)
        if left:
            self._publish(e.ConversationExtended(tuple(left)))
        run = self.conversation.runs
        if error:
            hint = "a new engine has the conversation: send the prompt again" if loaded else ""
            self._publish(e.RunEnded(run, "failed", error, kind="engine", hint=hint))
        else:
            self._publish(e.RunEnded(run, "cancelled"))

    async def _start_next(self) -> None:
        try:
            await self.start()
        except OSError as error:
            self._publish(e.Notice("error", f"no new engine could be started: {error.strerror}"))
