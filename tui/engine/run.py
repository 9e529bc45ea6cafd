"""One prompt's run through the SDK, from `RunStarted` to `RunEnded`; after that nothing of it is told any more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from agents import Agent, Runner, RunResultStreaming, RunState, TResponseInputItem
from agents.run_config import ToolErrorFormatterArgs

from tui import events as e
from tui.conversation import CUT_NOTE, FAILED_NOTE, WITHHELD_NOTE, Conversation
from tui.engine import nested
from tui.engine.attempts import Tries
from tui.engine.calls import Calls
from tui.engine.connect import Connection
from tui.engine.errors import Failure, classify
from tui.engine.hooks import Hooks
from tui.engine.items import plain_json
from tui.engine.memory import Memory
from tui.engine.recovery import Policy
from tui.engine.sending import Bodies, Requests
from tui.engine.steer import Steering
from tui.engine.translate import Translator
from tui.engine.watchdog import Patience, Watchdog

CancelMode = Literal["immediate", "after_turn"]


@dataclass(frozen=True, slots=True)
class Common:
    """What the runs of a session share. `publish` takes an event into `conversation` and sends it out."""

    session_id: str
    agent: Agent[Any]
    connection: Connection
    conversation: Conversation
    used_calls: set[str]
    publish: Callable[[e.Event], None]
    patience: Patience
    policy: Policy
    bodies: Bodies
    streaming: bool = True
    """Whether the model is asked for a stream, or for its whole answer at once."""


class Run:
    """Made on the event loop and driven once. Inner runs, of agents used as tools, belong to it: `nested.Observed`."""

    def __init__(self, number: int, prompt: str, common: Common) -> None:
        self._number, self._prompt, self._common = number, prompt, common
        self._open = True
        self._turns = 0
        self._cancelled: CancelMode | None = None
        self._result: RunResultStreaming | None = None
        self._requests = Requests(number, common.bodies, self._emit)
        self._tries = Tries(common.policy, self._requests, streaming=common.streaming)
        self._memory = Memory(common.session_id, common.conversation, self._emit)
        self._steering = Steering(number, self._emit)
        self._levels: dict[str, tuple[Calls, Translator, Hooks]] = {}
        self._calls, self._translator, self._hooks = self._levels[""] = self._level("")
        self.watchdog = Watchdog(number, lambda: self._calls.running, common.publish, common.patience)

    def cancel(self, mode: CancelMode) -> None:
        """Stop at once or when the turn is complete; a run told to stop at once stays so."""
        if self._cancelled == "immediate":
            return
        self._cancelled = mode
        if mode == "immediate":
            self.watchdog.cancel_asked()
        if self._result is not None:
            self._result.cancel(mode)
        if mode == "immediate":
            self._common.connection.hang_up()

    def retry_now(self) -> None:
        """Do not wait any longer for the next try of a request."""
        self._tries.now()

    def steer(self, text: str) -> None:
        """Hand a message over when the turn under way is complete; dropped if the run ends before."""
        self._steering.add(text)

    async def drive(self) -> None:
        """Run to the end; whatever ends it, the last event says so."""
        self.watchdog.start()
        self._emit(e.RunStarted(self._number))
        self._translator.start(self._common.agent.name)
        failure: Failure | None = None
        try:
            with self._tries.within(self._common.agent):
                await self._stream()
        except Exception as error:  # noqa: BLE001 - whatever ends a run, the SDK's fault or the user's, is an event
            failure = classify(error, self._translator.ending)
        self._end(failure)

    def inner(self, call_id: str) -> tuple[Translator, Hooks]:
        """Of the inner run that this call of an agent-as-tool started."""
        if call_id not in self._levels:
            caller = next((calls for calls, _, _ in self._levels.values() if call_id in calls), self._calls)
            self._levels[call_id] = self._level(f"{caller.shown(call_id)}/")
        _, translator, hooks = self._levels[call_id]
        return translator, hooks

    def hooks_of(self, call_id: str) -> Hooks | None:
        """Of the inner run in which the model made this call, if it is known already."""
        return next((hooks for calls, _, hooks in self._levels.values() if call_id in calls), None)

    def _format_error(self, args: ToolErrorFormatterArgs[Any]) -> None:
        """Inner runs inherit the run's configuration, so that their tools' errors come here too."""
        (self.hooks_of(args.call_id) or self._hooks).note_error(args)

    def _level(self, prefix: str) -> tuple[Calls, Translator, Hooks]:
        calls = Calls(self._emit, self._number, self._common.used_calls, prefix)
        translator = Translator(self._number, calls, self._emit, self._next_turn, prefix)
        return calls, translator, Hooks(calls, translator, self._requests, self._common.connection.model_of)

    def _next_turn(self) -> int:
        self._turns += 1
        self._steering.requested()
        return self._turns

    async def _stream(self) -> None:
        """Run the prompt, and go on for as long as the user steers. Raises what ended it."""
        nested.current.set(self)
        given: list[TResponseInputItem] | RunState[Any] | None = [{"role": "user", "content": self._prompt}]
        while given is not None and self._cancelled is None:
            await self._stretch(given)
            given = self._steering.state() if self._cancelled is None else None

    async def _stretch(self, given: list[TResponseInputItem] | RunState[Any]) -> None:
        """Start or resume the run and translate its stream until it ends. Raises what ended it."""
        result = self._result = Runner.run_streamed(
            self._common.agent,
            given,
            session=self._memory,
            hooks=self._hooks,
            run_config=self._tries.over(self._common.connection.run_config(self._format_error)),
            max_turns=None,
        )
        self._steering.begin(result)
        translate = self._translator.translate
        async for event in result.stream_events():
            translate(event)
        if result.run_loop_exception is not None and self._cancelled != "immediate":
            raise result.run_loop_exception

    def _end(self, failure: Failure | None) -> None:
        output = None if self._result is None else self._result.final_output
        if self._cancelled is not None and output is None:
            self._settle(CUT_NOTE)
            end = e.RunEnded(self._number, "cancelled", turns=self._turns)
        elif failure is not None:
            if failure.tool:
                self._calls.broke(failure.tool, failure.text)
            self._settle(WITHHELD_NOTE if failure.kind == "guardrail" else FAILED_NOTE)
            end = e.RunEnded(self._number, "failed", failure.text, failure.kind, failure.hint, turns=self._turns)
        else:
            text = "" if output is None or isinstance(output, str) else plain_json(output)
            end = e.RunEnded(self._number, "completed", turns=self._turns, output=text)
        self._memory.close()
        self._requests.close()
        for calls, _, _ in self._levels.values():
            calls.close()
        self.watchdog.stop()
        self._emit(end)
        self._open = False

    def _settle(self, note: str) -> None:
        left = self._common.conversation.settle(note, withhold=note == WITHHELD_NOTE)
        if left:
            self._emit(e.ConversationExtended(tuple(left)))

    def _emit(self, event: e.Event) -> None:
        if self._open:
            self._common.publish(event)
