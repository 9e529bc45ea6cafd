"""The event log: one row an event, but one for all deltas of an item, one a tool call and one a model request."""

import msgspec

from tui import events as e
from tui.state import Row, RowStatus, State
from tui.state.breaches import breach_words
from tui.wire import Record

_SUMMARY = 240
"""Characters of a summary; a log row is one line, the rest is in the entry and the journal."""
_LINE = 160
"""Characters of the summary of what may come by the million."""


def fold(state: State, record: Record) -> None:
    match record.event:
        case e.TextDelta(item=item, text=text) | e.RefusalDelta(item=item, text=text):
            _count(state, record, item, "text", text)
        case e.ReasoningDelta(item=item, text=text):
            _count(state, record, item, "think", text)
        case e.MessageCompleted(item=item, text=text, agent=agent):
            row = _row(state, record, item, "text")
            row.agent, row.summary = agent or row.agent, text[:_SUMMARY]
            _settle(row, record.at)
        case e.ReasoningCompleted(item=item):
            _settle(_row(state, record, item, "think"), record.at)
        case (
            e.ToolCallStarted(call=call) | e.ArgumentsDelta(call=call) | e.ToolCalled(call=call)
            | e.ToolStarted(call=call) | e.ToolEnded(call=call)
        ):  # fmt: skip
            _fold_tool(_row(state, record, call, "tool"), record)
        case e.OutputCaptured(stream=stream, text=text, level=level):
            _add(state, record, "output", f"{level or stream}: {text[:_LINE]}")
        case e.RawReceived(name=name, data=data):
            _add(state, record, "raw", f"{name} {data[:_LINE]}")
        case _:
            _fold_run(state, record)


def row_of(record: Record) -> Row:
    """The row that an event makes all by itself."""
    alone = State()
    fold(alone, record)
    return alone.rows[-1]


def _fold_tool(row: Row, record: Record) -> None:
    match record.event:
        case e.ToolCallStarted(name=name) | e.ToolStarted(name=name):
            row.summary = row.summary or name
        case e.ToolCalled(name=name, arguments=arguments, agent=agent):
            row.summary = f"{name} {arguments}"[:_SUMMARY]
            row.agent = agent or row.agent
        case e.ToolEnded(name=name, failed=failed, duration=duration):
            row.summary = row.summary or name
            row.status = "failed" if failed else "ok"
            row.duration = duration
        case _:
            pass


def _fold_run(state: State, record: Record) -> None:
    match record.event:
        case e.RunStarted(run=run):
            _row(state, record, f"run {run}", "run").summary = state.root
        case e.RunEnded() as end:
            _end_run(state, record, end)
        case e.ModelRequested(run=run, turn=turn, agent=agent, model=model):
            row = _row(state, record, f"run {run} turn {turn}", "model")
            row.agent, row.summary = agent, model or "model"
        case e.ResponseStarted(run=run, turn=turn, model=model):
            row = _row(state, record, f"run {run} turn {turn}", "model")
            row.summary = model or row.summary
        case e.AttemptFailed() as failed:
            again = "no more tries" if failed.delay is None else f"again in {failed.delay:.1f} s"
            summary = f"try {failed.attempt} of {failed.attempts} failed, {again}: {failed.error}"
            _add(state, record, "error", summary, "failed")
        case e.AttemptStarted(attempt=attempt, attempts=attempts, continued=continued):
            summary = f"try {attempt} of {attempts} " + ("goes on with the partial answer" if continued else "begins")
            _add(state, record, "notice", summary)
        case e.AttemptSucceeded(attempt=attempt):
            _add(state, record, "notice", f"try {attempt} succeeded", "ok")
        case e.UsageReported() as usage:
            row = _row(state, record, f"run {usage.run} turn {usage.turn}", "model")
            row.summary = f"{usage.model or row.summary}  {usage.input} → {usage.output} tokens"
        case e.RequestSent(run=run, turn=turn) | e.ResponseReceived(run=run, turn=turn):
            _row(state, record, f"run {run} turn {turn}", "model")
        case e.ResponseEnded(run=run, turn=turn, status=status):
            row = _row(state, record, f"run {run} turn {turn}", "model")
            _settle(row, record.at)
            if status != "completed":
                row.status = "failed"
        case _:
            _fold_plain(state, record)


def _fold_plain(state: State, record: Record) -> None:
    event = record.event
    match event:
        case e.PromptSent(text=text):
            _add(state, record, "prompt", text)
        case e.RetryRequested():
            _add(state, record, "prompt", "go on")
        case e.Steered(text=text):
            _add(state, record, "prompt", text)
        case e.QueueChanged(waiting=waiting, steering=steering):
            _add(state, record, "queue", " · ".join((*steering, *waiting)) or "nothing waits")
        case e.AgentChanged(agent=agent):
            _add(state, record, "agent", agent)
        case e.HandoffOccurred(source=source, target=target):
            _add(state, record, "handoff", f"{source} → {target}")
        case e.CancelRequested(mode=mode):
            _add(state, record, "cancel", mode.replace("_", " "))
        case e.RunStuck(tool=tool, where=where, seconds=seconds):
            _add(state, record, "error", f"stuck {seconds:.0f} s: {tool} {where}", "failed")
        case e.Notice(level=level, text=text):
            _add(
                state,
                record,
                "error" if level == "error" else "notice",
                text,
                "failed" if level == "error" else "",
            )
        case _:
            _fold_session(state, record)


def _fold_session(state: State, record: Record) -> None:
    match record.event:
        case e.EngineStarted(pid=pid):
            _add(state, record, "session", f"engine started, process {pid}")
        case e.SessionStarted(agent=agent, model=model, tools=tools):
            _add(state, record, "session", f"{agent} on {model}" + (f", {len(tools)} tools" if tools else ""))
        case e.EngineEnded(error=error):
            _add(state, record, "error" if error else "session", error or "engine ended", "failed" if error else "")
        case e.ConversationExtended(items=items):
            _add(state, record, "session", "1 item saved" if len(items) == 1 else f"{len(items)} items saved")
        case e.ConversationRewound(prompt=prompt):
            _add(state, record, "session", f"forked before prompt {prompt}")
        case e.BranchChosen(prompt=prompt):
            _add(state, record, "session", f"back on the branch of prompt {prompt}")
        case e.ThresholdBreached() as breach:
            _add(state, record, "notice", f"⚠ {breach_words(breach)}" + (breach.model and f" ({breach.model})"))
        case e.ConversationCleared():
            _add(state, record, "session", "conversation cleared")
        case _:
            _add(state, record, "raw", f"{e.name_of(record.event)} {_fields(record.event)}")


def _end_run(state: State, record: Record, end: e.RunEnded) -> None:
    for index in range(state.row_of.get(f"run {end.run}", len(state.rows)), len(state.rows)):
        row = state.rows[index]
        if row.status == "live":
            _settle(row, record.at)
            row.status = "ok" if end.status == "completed" else "cancelled"
    if end.status == "failed":
        _add(state, record, "error", end.error, "failed")
    row = _add(state, record, "run", end.status)
    row.status = "ok" if end.status == "completed" else end.status
    begun = state.row_of.get(f"run {end.run}")
    row.duration = None if begun is None else max(0.0, record.at - state.rows[begun].at)


def _fields(event: e.Event) -> str:
    """The fields of an event that has no row of its own making."""
    return " ".join(f"{name}={value!r}" for name, value in msgspec.structs.asdict(event).items())


def _add(state: State, record: Record, kind: str, summary: str, status: RowStatus = "") -> Row:
    row = Row(record.seq, record.at, kind, state.agent, summary[:_SUMMARY], status, last=record.seq, run=state.run)
    row.type = e.name_of(record.event)
    if state.entries and state.entries[-1].seq == record.seq:  # made by this very event
        row.entry = state.entries[-1].id
    state.rows.append(row)
    return row


def _row(state: State, record: Record, key: str, kind: str) -> Row:
    """The live row of an item, a call, a request or a run; made on its first event."""
    index = state.row_of.get(key)
    if index is not None:
        row = state.rows[index]
        row.last = record.seq
        return row
    row = _add(state, record, kind, "")
    row.key, row.status, row.started = key, "live", record.at
    row.entry = state.entry_of.get(key, row.entry)
    row.depth = key.count("/")
    row.count = 0 if kind in ("text", "think") else 1
    state.row_of[key] = len(state.rows) - 1
    return row


def _count(state: State, record: Record, item: str, kind: str, text: str) -> None:
    row = _row(state, record, item, kind)
    row.count += 1
    row.duration = max(0.0, record.at - row.at)
    if len(row.summary) < _SUMMARY:
        row.summary = (row.summary + text)[:_SUMMARY]


def _settle(row: Row, at: float) -> None:
    if row.status == "live":
        row.status = "ok"
        if row.duration is None or row.kind != "text":
            row.duration = max(0.0, at - row.at)
