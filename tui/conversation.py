"""The conversation as the model will see it, folded from events: what was saved, and what a cut run leaves behind.

The SDK saves nothing of an unfinished turn. `Conversation.settle` gives that remainder in the shapes that both the
Responses and the Chat Completions API take (`{"role", "content"}` messages, `function_call` and its output), so
that the engine can save it after a cancel, and the screen can hand it to a new engine after a crash.
"""

from typing import Any

from tui import events as e
from tui.branches import Branches

CUT_NOTE = "[The user stopped this answer here.]"
FAILED_NOTE = "[An error ended this answer here.]"
WITHHELD_NOTE = "[A guardrail withheld this answer.]"
RETRY_PROMPT = (
    "[Go on with your last answer exactly where it stopped, without repeating any of it. "
    "If it had not begun, answer now.]"
)
"""What the model is told in place of a new prompt when the user wants it to go on."""
NO_RESULT = "[cancelled before it ended]"


class Conversation:
    """`items` are what has been saved, in the API's input shape; `branches` those of the ways that were left, too.

    Saves and the stream race: a message or call may be saved before or after its own events are applied.
    """

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.runs = 0
        self.branches = Branches()
        self._begin("")

    def _begin(self, prompt: str) -> None:
        self._prompts = [prompt] if prompt else []
        """What the user said and was not saved yet."""
        self._answered = True
        """Whether the newest saved item needs no answer."""
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[str, e.ToolCalled] = {}
        self._ended: dict[str, str] = {}
        self._saved_texts: list[str] = []
        self._saved_calls: set[str] = set()

    def apply(self, event: e.Event) -> None:
        """Take in one event, in bus order."""
        match event:
            case e.TextDelta(item=item, text=text):
                self._texts.setdefault(item, []).append(text)
            case e.MessageCompleted(item=item, text=text):
                self._texts[item] = [text]  # as it is saved; pieces of it may be masked otherwise
            case e.ToolCalled(call=call):
                self._calls[call] = event
            case e.ToolEnded(call=call, output=output):
                self._ended[call] = output
            case e.AttemptStarted(dropped=dropped):
                self._drop(dropped)
            case _:
                self._apply_turning_point(event)

    def _apply_turning_point(self, event: e.Event) -> None:
        match event:
            case e.PromptSent(text=text):
                self.branches.begin(len(self.items))
                self._begin(text)
            case e.RetryRequested():
                self._begin(RETRY_PROMPT)
            case e.Steered(text=text):
                self._prompts.append(text)
            case e.RunStarted(run=run):
                self.runs = run
            case e.ConversationExtended(items=items):
                self.items.extend(items)
                self.branches.extend(items)
                self._note_saved(items)
            case e.ConversationRewound() | e.BranchChosen() | e.ConversationCleared():
                self._go_elsewhere(event)
                self._begin("")
            case e.RunEnded():
                self._begin("")
            case _:
                pass

    def _go_elsewhere(self, event: e.ConversationRewound | e.BranchChosen | e.ConversationCleared) -> None:
        match event:
            case e.ConversationRewound(prompt=prompt, items=kept):
                del self.items[kept:]
                self.branches.leave(prompt)
            case e.BranchChosen(prompt=prompt):
                found = self.branches.choose(prompt)
                if found is not None:
                    self.items[:] = found
            case e.ConversationCleared():
                self.items.clear()
                self.branches.clear()

    @property
    def cut(self) -> bool:
        """The newest answer was stopped or failed: there is something to go on with."""
        return bool(self.items) and _text_of(self.items[-1]).endswith((CUT_NOTE, FAILED_NOTE))

    def _drop(self, dropped: tuple[str, ...]) -> None:
        """The model makes these anew."""
        for key in dropped:
            self._texts.pop(key, None)
            self._calls.pop(key, None)

    def before(self, prompt: int) -> int:
        """How many items there were before the session's n-th prompt, counted from 1."""
        return self.branches.before(prompt)

    def _note_saved(self, items: tuple[dict[str, Any], ...]) -> None:
        """What has been saved need not be settled."""
        for item in items:
            self._answered = False
            if item.get("role") == "user":
                del self._prompts[:1]
            elif item.get("type") == "function_call":
                self._saved_calls.add(str(item.get("call_id")))
            elif item.get("role") == "assistant":
                self._answered = True
                self._saved_texts.append(_text_of(item))

    def settle(self, note: str = CUT_NOTE, *, withhold: bool = False) -> list[dict[str, Any]]:
        """The items of the run under way that were not saved, oldest first; empty if there is none.

        The last one is always an answer of the assistant that says, with `note`, why it is not whole: strict servers
        want user and assistant to alternate. A call whose output is unknown gets a note instead, since an API refuses
        a call without one. Calls whose arguments never became whole are left out. `withhold` leaves out what the
        model said and did. Does not change `items`: publish what it gives as `ConversationExtended`.
        """
        left: list[dict[str, Any]] = [{"role": "user", "content": prompt} for prompt in self._prompts]
        text, calls = ("", []) if withhold else (self._unsaved_text(), self._unsaved_calls())
        if not left and not text and not calls and self._answered:
            return []
        if text and calls:
            left.append({"role": "assistant", "content": text})
            text = ""
        left.extend(
            {"type": "function_call", "call_id": call.call, "name": call.name, "arguments": call.arguments}
            for call in calls
        )
        for call in calls:
            output = self._ended.get(call.call, NO_RESULT)
            left.append({"type": "function_call_output", "call_id": call.call, "output": output})
        left.append({"role": "assistant", "content": f"{text}\n\n{note}" if text else note})
        return left

    def _unsaved_text(self) -> str:
        saved = list(self._saved_texts)
        left: list[str] = []
        for item, parts in self._texts.items():
            text = "".join(parts)
            if text in saved:
                saved.remove(text)
            elif "/" not in item and text.strip():  # what agents inside tools say, the model never sees
                left.append(text)
        return "\n\n".join(left)

    def _unsaved_calls(self) -> list[e.ToolCalled]:
        """Calls of functions; those of tools built into the API have no shape that both APIs take."""
        return [
            call
            for call in self._calls.values()
            if call.origin != "hosted" and "/" not in call.call and not self._saved(call.call)
        ]

    def _saved(self, call: str) -> bool:
        """The engine adds `~` and the run to a call id that an earlier run used."""
        return call in self._saved_calls or call.rpartition("~")[0] in self._saved_calls


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in content or () if isinstance(part, dict))
