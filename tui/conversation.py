"""The conversation as the model will see it, folded from events: what was saved, and what a cut run leaves behind.

The SDK saves nothing of an unfinished turn. `Conversation.settle` gives that remainder in the shapes that both the
Responses and the Chat Completions API take (`{"role", "content"}` messages, `function_call` and its output), so
that the engine can save it after a cancel, and the screen can hand it to a new engine after a crash.
"""

from typing import Any

from tui import events as e

CUT_NOTE = "[The user stopped this answer here.]"
NO_RESULT = "[cancelled before it ended]"


class Conversation:
    """`items` are what has been saved, in the API's input shape."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.runs = 0
        self._begin("")

    def _begin(self, prompt: str) -> None:
        self._prompt = prompt
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[str, e.ToolCalled] = {}
        self._ended: dict[str, str] = {}

    def apply(self, event: e.Event) -> None:
        """Take in one event, in bus order."""
        match event:
            case e.TextDelta(item=item, text=text):
                self._texts.setdefault(item, []).append(text)
            case e.ToolCalled(call=call) if "/" not in call:
                self._calls[call] = event
            case e.ToolEnded(call=call, output=output):
                self._ended[call] = output
            case e.PromptSent(text=text):
                self._begin(text)
            case e.RunStarted(run=run):
                self.runs = run
            case e.ConversationExtended(items=items):
                self.items.extend(items)
                self._forget(items)
            case e.ConversationCleared():
                self.items.clear()
                self._begin("")
            case e.RunEnded():
                self._begin("")
            case _:
                pass

    def _forget(self, items: tuple[dict[str, Any], ...]) -> None:
        """What has been saved need not be settled."""
        for item in items:
            if item.get("role") == "user":
                self._prompt = ""
            elif item.get("type") == "function_call":
                self._calls.pop(str(item.get("call_id")), None)
            elif item.get("role") == "assistant":
                self._texts.clear()

    def settle(self) -> list[dict[str, Any]]:
        """The items of the run under way that were not saved, oldest first; empty if there is none.

        Calls whose output is unknown get a note instead, since an API refuses a call without one. Calls whose
        arguments never became whole are left out. Does not change `items`: publish what it gives as
        `ConversationExtended`.
        """
        left: list[dict[str, Any]] = []
        if self._prompt:
            left.append({"role": "user", "content": self._prompt})
        text = "\n\n".join("".join(parts) for item, parts in self._texts.items() if "/" not in item)
        if text.strip():
            left.append({"role": "assistant", "content": f"{text}\n\n{CUT_NOTE}"})
        for call in self._calls.values():
            left.append(
                {
                    "type": "function_call",
                    "call_id": call.call,
                    "name": call.name,
                    "arguments": call.arguments,
                }
            )
        for call_id in self._calls:
            output = self._ended.get(call_id, NO_RESULT)
            left.append({"type": "function_call_output", "call_id": call_id, "output": output})
        return left
