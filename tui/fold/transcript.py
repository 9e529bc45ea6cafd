"""The conversation on screen: prompts, answers, reasoning, tool calls, handoffs, notes, by their first event."""

from typing import Literal, TypedDict

from tui import events as e
from tui.fold import branches
from tui.state import SEAM, Answer, Entry, Handoff, Note, Prompt, Reasoning, State, Text, Tool
from tui.wire import Record


def fold(state: State, record: Record) -> None:
    match record.event:
        case e.TextDelta(item=item, text=text):
            _grow(state, record, _answer(state, record, item), text)
        case e.ReasoningDelta(item=item, text=text):
            _grow(state, record, _reasoning(state, record, item), text)
        case e.RefusalDelta(item=item, text=text):
            answer = _answer(state, record, item)
            answer.refusal = True
            _grow(state, record, answer, text)
        case e.MessageCompleted(item=item, agent=agent, text=text):
            _complete(state, record, item, agent, text)
        case e.ReasoningCompleted(item=item):
            thought = _reasoning(state, record, item)
            thought.status, thought.ended = "done", record.at
            thought.rev += 1
        case (
            e.ToolCallStarted(call=call) | e.ArgumentsDelta(call=call) | e.ToolCalled(call=call)
            | e.ToolStarted(call=call) | e.ToolEnded(call=call)
        ):  # fmt: skip
            tool = _tool(state, record, call)
            if tool is not None:
                _fold_tool(tool, record)
                tool.rev += 1
        case _:
            _fold_turning_points(state, record)


def _fold_turning_points(state: State, record: Record) -> None:
    match record.event:
        case e.PromptSent(text=text):
            state.live = len(state.entries)
            state.prompts += 1
            _add(state, Prompt(**_place(state, record), text=text, number=state.prompts))
        case e.RetryRequested():
            state.live = len(state.entries)
            _add(state, Note(**_place(state, record), level="info", text=f"{SEAM} trying to go on"))
        case e.AttemptStarted() as again:
            _start_again(state, record, again)
        case e.Steered(text=text):
            _add(state, Prompt(**_place(state, record), text=text))
        case e.HandoffOccurred(source=source, target=target):
            _add(state, Handoff(**_place(state, record), source=source, target=target))
        case e.Notice(level=level, text=text, detail=detail):
            _add(state, Note(**_place(state, record), level=level, text=text, detail=detail))
        case e.RunStuck(tool=tool, where=where, seconds=seconds):
            text = f"{tool or 'user code'} does not let go: stuck for {seconds:.0f} s at {where}"
            hint = "Esc again ends the engine and starts a new one; the conversation is kept"
            _add(state, Note(**_place(state, record), level="warning", text=text, hint=hint))
        case e.RunEnded() as end:
            _end_run(state, record, end)
        case e.EngineEnded(error=error) if error:
            _add(state, Note(**_place(state, record), level="error", text=error))
        case _:
            _fold_branches(state, record)


def _fold_branches(state: State, record: Record) -> None:
    match record.event:
        case e.ConversationRewound(prompt=prompt):
            branches.rewind(state, prompt)
            text = "⑂ forked here: what followed is kept, /branches brings it back"
            _add(state, Note(**_place(state, record), level="info", text=text))
        case e.BranchChosen(prompt=prompt):
            branches.choose(state, prompt)
            text = f"⑂ back on the branch of prompt {prompt}: /branches brings back the others"
            _add(state, Note(**_place(state, record), level="info", text=text))
        case e.ConversationCleared():
            branches.clear(state)
        case _:
            pass


def _start_again(state: State, record: Record, again: e.AttemptStarted) -> None:
    """Mark where the tries of a request meet: what goes on, and what is made anew."""
    for key in again.dropped:
        match _find(state, key):
            case (Answer() | Reasoning()) as said:
                said.status = "failed"
                said.rev += 1
            case Tool(status="writing" | "called") as tool:
                tool.status = "cancelled"
                tool.rev += 1
            case _:
                pass
    if again.continued:
        for entry in state.entries[state.live :]:
            if isinstance(entry, Answer) and entry.status == "streaming" and _of_turn(state, entry, again):
                entry.seams.append(entry.text.length)
                entry.rev += 1
    goes = "goes on here" if again.continued else "begins"
    text = f"{SEAM} {again.error or 'an error'}: try {again.attempt} of {again.attempts} {goes}"
    _add(state, Note(**_place(state, record), level="info", text=text))


def _of_turn(state: State, answer: Answer, again: e.AttemptStarted) -> bool:
    """Agents used as tools answer at the same time, in requests of their own."""
    turn = f"{again.run}.{again.turn}."
    return any(key.rpartition("/")[2].startswith(turn) for key, at in state.entry_of.items() if at == answer.id)


def _fold_tool(tool: Tool, record: Record) -> None:
    """Any order of one call's events ends in the same entry: later knowledge is never overwritten by earlier."""
    match record.event:
        case e.ToolCallStarted(name=name):
            tool.name = tool.name or name
        case e.ArgumentsDelta(text=text):
            if tool.status == "writing":
                tool.arguments.append(text)
        case e.ToolCalled(name=name, arguments=arguments, agent=agent, origin=origin):
            tool.name, tool.origin = name, origin
            tool.agent = agent or tool.agent
            tool.arguments = Text.of(arguments)
            if tool.status == "writing":
                tool.status = "called"
        case e.ToolStarted(name=name, agent=agent):
            tool.name = tool.name or name
            tool.agent = agent or tool.agent
            tool.started = record.at
            if tool.status in ("writing", "called"):
                tool.status = "running"
        case e.ToolEnded(name=name, output=output, failed=failed, duration=duration, error=error):
            tool.name = tool.name or name
            tool.output, tool.error = output, error
            tool.status = "failed" if failed else "done"
            tool.ended, tool.duration = record.at, duration
        case _:
            pass


def _complete(state: State, record: Record, item: str, agent: str, text: str) -> None:
    answer = _answer(state, record, item)
    if answer.text.length < len(text) and text.startswith(said := str(answer.text)):  # not streamed, or not all of it
        answer.text.append(text[len(said) :])
    answer.agent = agent or answer.agent
    answer.status = "done"
    answer.rev += 1


def _end_run(state: State, record: Record, end: e.RunEnded) -> None:
    cut: Literal["stopped", "failed"] = "stopped" if end.status == "cancelled" else "failed"
    marked = False
    for entry in state.entries[state.live :]:
        match entry:
            case Answer(status="streaming") | Reasoning(status="streaming"):
                entry.status = "done" if end.status == "completed" else cut
                marked = marked or isinstance(entry, Answer)
                entry.rev += 1
            case Tool(status="writing" | "called" | "running"):
                entry.status = "cancelled"
                entry.rev += 1
            case _:
                pass
    if end.status == "failed":
        place = _place(state, record)
        _add(state, Note(**place, level="error", text=end.error or "the run failed", hint=end.hint))
    elif end.status == "cancelled" and not marked:
        _add(state, Note(**_place(state, record), level="info", text="stopped"))
    elif end.output:
        _add(state, Answer(**_place(state, record), agent=state.agent, text=Text.of(end.output), status="done"))


class _Place(TypedDict):
    id: int
    seq: int
    at: float
    run: int


def _place(state: State, record: Record) -> _Place:
    return {"id": len(state.entries), "seq": record.seq, "at": record.at, "run": state.run}


def _add(state: State, entry: Entry, key: str = "") -> None:
    if key:
        entry.parent = key.rpartition("/")[0]
        state.entry_of[key] = entry.id
    state.entries.append(entry)


def _grow(state: State, record: Record, entry: Answer | Reasoning, text: str) -> None:
    if entry.id >= state.live:
        entry.text.append(text)
        entry.rev += 1


def _answer(state: State, record: Record, item: str) -> Answer:
    found = _find(state, item)
    if isinstance(found, Answer):
        return found
    answer = Answer(**_place(state, record), agent=state.agent)
    _add(state, answer, item)
    return answer


def _reasoning(state: State, record: Record, item: str) -> Reasoning:
    found = _find(state, item)
    if isinstance(found, Reasoning):
        return found
    reasoning = Reasoning(**_place(state, record))
    _add(state, reasoning, item)
    return reasoning


def _tool(state: State, record: Record, call: str) -> Tool | None:
    """The call's entry, made on its first event; None for late news of an earlier run, which changes nothing."""
    found = _find(state, call)
    if isinstance(found, Tool):
        return found if found.id >= state.live else None
    tool = Tool(**_place(state, record), call=call, name="", number=state.metrics.tool_calls + 1)
    _add(state, tool, call)
    return tool


def _find(state: State, key: str) -> Entry | None:
    index = state.entry_of.get(key)
    return None if index is None else state.entries[index]
