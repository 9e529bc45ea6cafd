"""The screen's handle on an engine: start it, send to it, read it, end it, start it again with the conversation kept.

Everything the engine says, and what happens to it, is published on the bus. The engine is a child process in a
session of its own, so that a key on the terminal cannot signal it and its whole group can be killed.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Literal

import msgspec

from tui import commands as c
from tui import events as e
from tui.bus import Bus
from tui.conversation import Conversation
from tui.pipes import Lines, Sink
from tui.wire import Stamped, WireError, decode_stamped, encode

_CLOSE_GRACE = 1.0
"""Seconds an engine has to end by itself when the program quits."""

_CRASHES = 3
"""Unasked ends in a row, with no run completed between, after which no further engine is started unasked."""


class Launch(msgspec.Struct, frozen=True):
    """What an engine is started with; see `commands.Open`."""

    session: str
    agent: str
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None


class Link:
    """One session's engine, and its successors after a restart.

    `spawn` may be called before any event loop runs, so that the engine imports the SDK while the screen is still
    being built; `attach` then connects it to the running loop.
    """

    def __init__(self, bus: Bus, launch: Launch) -> None:
        self.bus = bus
        self.launch = launch
        self.conversation = Conversation()
        self.busy = False
        """A prompt was sent whose run has not ended."""
        self._cancelling = False
        self._closing = False
        self._started = False
        """The present engine reached `SessionStarted`."""
        self._replace = False
        """The user wants another engine in place of the present one."""
        self._crashes = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._fds: tuple[int, int] = (-1, -1)
        self._sink: Sink | None = None
        self._waiting: str | None = None
        """A prompt sent before there was an engine to take it."""
        self._ended: asyncio.Task[None] | None = None

    # Starting

    def spawn(self) -> None:
        """Start the engine's process. Raises OSError where the system will not."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by this very interpreter
                [sys.executable, "-m", "tui.engine", "--in", str(theirs_in), "--out", str(theirs_out)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
            )
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._fds = (ours_in, ours_out)
        self._started = False

    async def attach(self) -> None:
        """Connect the spawned engine to the running loop and have it load the agent."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        ours_in, ours_out = self._fds
        self._sink = await Sink.open(ours_out)
        await Lines.open(ours_in, self._receive, self._hung_up)
        await Lines.open(process.stdout, self._captures("stdout"))
        await Lines.open(process.stderr, self._captures("stderr"))
        launch = self.launch
        self._command(
            c.Open(
                session=launch.session,
                agent=launch.agent,
                model=launch.model,
                base_url=launch.base_url,
                api=launch.api,
                items=tuple(self.conversation.items),
                runs=self.conversation.runs,
            )
        )

    async def start(self) -> None:
        """`spawn` and `attach`."""
        self.spawn()
        await self.attach()

    # What the user wants

    def send(self, text: str) -> None:
        """Run the agent on a prompt; it is on the bus at once, and starts a new engine if there is none."""
        assert not self.busy
        self.busy, self._cancelling = True, False
        self._publish(e.PromptSent(text))
        if self._process is None:
            self._waiting = text
            self._ended = asyncio.ensure_future(self._restart())
        else:
            self._command(c.Send(text))

    def cancel(self, mode: Literal["immediate", "after_turn"] = "immediate") -> None:
        """Stop the run; asked again while the first time still has no effect, kill the engine and start another."""
        if not self.busy:
            return
        if self._cancelling:
            self._publish(e.CancelRequested("kill"))
            self._replace = True
            self.kill()
            return
        self._cancelling = mode == "immediate"
        self._publish(e.CancelRequested(mode))
        self._command(c.Cancel(mode))

    def clear(self) -> None:
        """Forget the conversation."""
        if self._process is None:
            self._publish(e.ConversationCleared())
        else:
            self._command(c.Clear())

    def kill(self) -> None:
        """End the engine and all it started, by force. What it leaves is settled when its pipe closes."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def restart(self) -> None:
        """Replace the engine, e.g. after the agent's file was edited; the conversation is kept."""
        if self._process is None:
            await self._restart()
        else:
            self._replace = True
            self.kill()

    async def close(self) -> None:
        """End the engine: asked first, by force after a moment."""
        self._closing = True
        process = self._process
        if process is None:
            return
        self._command(c.Close())
        if await _wait(process, _CLOSE_GRACE) is None:
            self.kill()
            await _wait(process, _CLOSE_GRACE)

    # What the engine says

    def _receive(self, lines: list[bytes]) -> None:
        batch: list[Stamped] = []
        for line in lines:
            try:
                stamped = decode_stamped(line)
            except WireError as error:
                self._publish(e.Notice("error", f"a line from the engine could not be read: {error}"))
                continue
            self._note(stamped.event)
            batch.append(stamped)
        self.bus.extend(batch)

    def _note(self, event: e.Event) -> None:
        self.conversation.apply(event)
        match event:
            case e.SessionStarted():
                self._started = True
                if self._waiting is not None:
                    self._command(c.Send(self._waiting))
                    self._waiting = None
            case e.RunEnded(status=status):
                self.busy = self._cancelling = False
                self._crashes = 0 if status == "completed" else self._crashes
            case _:
                pass

    def _captures(self, stream: Literal["stdout", "stderr"]) -> Callable[[list[bytes]], None]:
        def publish(lines: list[bytes]) -> None:
            for line in lines:
                self._publish(e.OutputCaptured(stream, line.decode("utf-8", "replace").rstrip("\r")))

        return publish

    def _publish(self, event: e.Event) -> None:
        self._note(event)
        self.bus.publish(event)

    def _command(self, command: c.Command) -> None:
        if self._sink is not None:
            self._sink.write(encode(command))

    # Its end

    def _hung_up(self) -> None:
        self._ended = asyncio.ensure_future(self._bury())

    async def _bury(self) -> None:
        """The engine's pipe is closed: say how it ended, settle what it left, replace it if it had been at work."""
        process = self._process
        assert process is not None
        if await _wait(process, _CLOSE_GRACE) is None:
            self.kill()
        code = await _wait(process, None)
        self._process = None
        if self._sink is not None:
            self._sink.close()
            self._sink = None
        asked, self._replace = self._closing or self._replace, False
        error = "" if asked else _ending(code, self._started)
        self._settle(error)
        self._publish(e.EngineEnded(code, error))
        self._crashes += not asked
        if not self._closing and (asked or (self._started and self._crashes < _CRASHES)):
            await self._restart()

    def _settle(self, error: str) -> None:
        if not self.busy:
            return
        left = self.conversation.settle()
        if left:
            self._publish(e.ConversationExtended(tuple(left)))
        run = self.conversation.runs
        if error:
            hint = "a new engine has the conversation: send the prompt again" if self._started else ""
            self._publish(e.RunEnded(run, "failed", error, kind="engine", hint=hint))
        else:
            self._publish(e.RunEnded(run, "cancelled"))

    async def _restart(self) -> None:
        try:
            await self.start()
        except OSError as error:
            self._publish(e.Notice("error", f"no new engine could be started: {error.strerror}"))


def _ending(code: int | None, started: bool) -> str:
    if code is not None and code < 0:
        return f"the engine was ended by signal {signal.Signals(-code).name}"
    if not started:
        return "the agent could not be loaded" if code == 3 else f"the engine ended while starting (exit status {code})"
    return f"the engine ended unexpectedly (exit status {code})"


async def _wait(process: subprocess.Popen[bytes], seconds: float | None) -> int | None:
    """The exit status, or None if it still runs after so long. In a thread: no loop watches a child we spawned early."""
    try:
        return await asyncio.to_thread(process.wait, seconds)
    except subprocess.TimeoutExpired:
        return None
