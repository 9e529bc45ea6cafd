"""What is going on: the phase, the agent at work, the engine's condition."""

from tui import events as e
from tui.state import Phase, State
from tui.wire import Record


def fold(state: State, record: Record) -> None:
    match record.event:
        case e.TextDelta() | e.RefusalDelta():
            _move(state, record.at, "writing")
        case e.ReasoningDelta():
            _move(state, record.at, "thinking")
        case e.ToolCallStarted(name=name) | e.ToolCalled(name=name):
            _move(state, record.at, "calling", name)
        case e.ToolStarted(name=name):
            _move(state, record.at, "running", name)
        case e.ToolEnded():
            if state.metrics.tools_running <= 1:
                _move(state, record.at, "waiting")
        case e.ModelRequested(agent=agent):
            state.attempt = state.attempts = 1
            _move(state, record.at, "waiting", agent)
        case e.AttemptFailed(attempt=attempt, attempts=attempts, error=error, delay=delay) if delay is not None:
            _move(state, record.at, "retrying", error)
            state.retry_at = record.at + delay
            state.attempt, state.attempts = attempt + 1, attempts
        case e.AttemptStarted():
            state.retry_at = None
            _move(state, record.at, "waiting")
        case _:
            _fold_session(state, record)


def _fold_session(state: State, record: Record) -> None:
    match record.event:
        case e.EngineStarted():
            state.engine = "starting"
            state.stuck = ""
            if not state.busy:
                _set(state, record.at, "starting")
        case e.SessionStarted(session=session, agent=agent, model=model, api=api, tools=tools):
            state.engine = "up"
            state.session, state.model, state.api, state.tools = session, model, api, tools
            state.agent = state.root = agent
            if state.phase == "starting":
                _set(state, record.at, "ready")
        case e.EngineEnded(error=error):
            state.engine = "down"
            _set(state, record.at, "ended", error)
        case e.PromptSent() | e.RetryRequested():
            _set(state, record.at, "sending")
        case e.CancelRequested(mode=mode) if state.busy and mode != "after_turn":
            _set(state, record.at, "cancelling")
        case e.QueueChanged(waiting=waiting, steering=steering):
            state.waiting, state.steering = waiting, steering
        case e.RunStuck(tool=tool, where=where):
            state.stuck = f"{tool} at {where}" if tool else where
        case e.AgentChanged(agent=agent):
            state.agent = agent
        case _:
            _fold_run(state, record)


def _fold_run(state: State, record: Record) -> None:
    match record.event:
        case e.RunStarted(run=run):
            state.run = run
            state.agent = state.root
            _move(state, record.at, "waiting", state.agent)
        case e.RunEnded(status=status, error=error):
            state.stuck, state.retry_at = "", None
            ends: dict[str, Phase] = {"completed": "done", "cancelled": "stopped", "failed": "failed"}
            _set(state, record.at, ends[status], error)
        case _:
            pass


def _move(state: State, at: float, phase: Phase, detail: str = "") -> None:
    """A step within a run; late news of a run that is over or being stopped does not count."""
    if state.busy and state.phase != "cancelling":
        _set(state, at, phase, detail)


def _set(state: State, at: float, phase: Phase, detail: str = "") -> None:
    if (phase, detail) != (state.phase, state.phase_detail):
        state.phase, state.phase_detail, state.phase_since = phase, detail, at
