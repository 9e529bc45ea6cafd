"""The blocks of the conversation on screen, and the text that grows in them."""

from typing import Literal, TypeAlias

import msgspec

ToolStatus: TypeAlias = Literal["writing", "called", "running", "done", "failed", "cancelled"]


class Text(msgspec.Struct, gc=False):
    """A growing text. A reader remembers how many characters it has had and asks for the rest."""

    parts: list[str] = msgspec.field(default_factory=list)
    length: int = 0

    @classmethod
    def of(cls, text: str) -> "Text":
        return cls([text], len(text))

    def append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def since(self, had: int) -> str:
        """The text after its first `had` characters; costs what is new, not what is there."""
        missing = self.length - had
        if missing <= 0:
            return ""
        index = len(self.parts)
        while missing > 0:
            index -= 1
            missing -= len(self.parts[index])
        return "".join(self.parts[index:])[-missing:]

    def __str__(self) -> str:
        if len(self.parts) > 1:
            self.parts[:] = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""


class _Entry(msgspec.Struct, kw_only=True, gc=False):
    """One block of the conversation on screen. `seq` and `at` (seconds since the epoch) are its first event's."""

    id: int
    seq: int
    at: float
    run: int
    rev: int = 0
    parent: str = ""
    """The call of the agent-as-tool this happened in; empty at the top."""


class Prompt(_Entry, kw_only=True, gc=False):
    text: str
    number: int = 0
    """Counts the session's prompts from 1; 0 for what was said in the middle of a run."""


class Answer(_Entry, kw_only=True, gc=False):
    """One message of an agent, as Markdown. `stopped` and `failed` mark a partial."""

    agent: str
    text: Text = msgspec.field(default_factory=Text)
    status: Literal["streaming", "done", "stopped", "failed"] = "streaming"
    refusal: bool = False
    seams: list[int] = msgspec.field(default_factory=list)
    """Characters after which another try of the request went on."""


class Reasoning(_Entry, kw_only=True, gc=False):
    text: Text = msgspec.field(default_factory=Text)
    status: Literal["streaming", "done", "stopped", "failed"] = "streaming"
    ended: float | None = None


class Tool(_Entry, kw_only=True, gc=False):
    """One tool call. `number` counts the session's calls from 1; `started` and `ended` are times of day."""

    call: str
    name: str
    number: int
    agent: str = ""
    origin: str = "function"
    arguments: Text = msgspec.field(default_factory=Text)
    status: ToolStatus = "writing"
    output: str = ""
    error: str = ""
    started: float | None = None
    ended: float | None = None
    duration: float | None = None
    """Seconds, as the engine measured them."""


class Handoff(_Entry, kw_only=True, gc=False):
    source: str
    target: str


class Note(_Entry, kw_only=True, gc=False):
    """A line of the program itself: a notice, how a run failed, a stuck tool."""

    level: Literal["info", "warning", "error"]
    text: str
    hint: str = ""
    detail: str = ""


Entry: TypeAlias = Prompt | Answer | Reasoning | Tool | Handoff | Note
