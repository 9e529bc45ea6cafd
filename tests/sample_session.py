"""A session with all that can happen in one, and one with a text of choice in every place, for tests of documents."""

from datetime import timedelta, timezone

from tui import events as e
from tui.export import Format, export
from tui.wire import Record

ZONE = timezone(timedelta(hours=7))
NOON = 1_763_873_640.0
"""2025-11-23 11:54:00 in `ZONE`."""

HEADER = {"agents_tui": 1, "session": "7f3a0001", "agent": "my_app.py:guide", "created": NOON}


def recorded(*happened: e.Event) -> list[Record]:
    """One event each second from noon on."""
    return [Record(seq, NOON + seq - 1, event) for seq, event in enumerate(happened, 1)]


def exported(format: Format, *happened: e.Event, **header: object) -> str:
    return export(recorded(*happened), {**HEADER, **header}, format, zone=ZONE)


BEGIN = (
    e.EngineStarted(42),
    e.SessionStarted("7f3a0001", "Guide", "gpt-x", "responses", ("roll_dice",)),
    e.PromptSent("Roll two dice"),
    e.RunStarted(1),
    e.AgentChanged(1, "Guide"),
    e.ModelRequested(1, 1, "Guide", "gpt-x", 1),
)

SESSION: tuple[e.Event, ...] = (
    *BEGIN,
    e.ReasoningDelta("1.1.0", "Two calls "),
    e.ReasoningDelta("1.1.0", "at once."),
    e.ReasoningCompleted("1.1.0"),
    e.ToolCalled("a", "roll_dice", '{"sides":20}', "Guide"),
    e.ToolCalled("b", "roll_dice", '{"sides":6}', "Guide"),
    e.ToolStarted("a", "roll_dice", "Guide"),
    e.ToolStarted("b", "roll_dice", "Guide"),
    e.ToolEnded("b", "roll_dice", "4", duration=0.012),
    e.ToolEnded("a", "roll_dice", "the table broke", failed=True, duration=0.5, error="ValueError: no table"),
    e.UsageReported(1, 1, 100, 40, 20, 5),
    e.ModelRequested(1, 2, "Guide", "gpt-x", 5),
    e.TextDelta("1.2.0", "You rolled a **4**"),
    e.MessageCompleted("1.2.0", "Guide", "You rolled a **4**."),
    e.HandoffOccurred("Guide", "Teller"),
    e.AgentChanged(1, "Teller"),
    e.ModelRequested(1, 3, "Teller", "gpt-x", 7),
    e.ToolCalled("c", "ask_oracle", '{"q":"why"}', "Teller", "agent"),
    e.TextDelta("c/1.1.0", "Because of fate."),
    e.MessageCompleted("c/1.1.0", "Oracle", "Because of fate."),
    e.ToolEnded("c", "ask_oracle", "fate", duration=2.0),
    e.TextDelta("1.3.0", "Once upon a"),
    e.CancelRequested(),
    e.RunEnded(1, "cancelled", turns=3),
    e.PromptSent("Go on"),
    e.RunStarted(2),
    e.RunEnded(2, "failed", "the server said 500", "server", "send it again"),
)


def hostile(text: str) -> tuple[e.Event, ...]:
    """The text in every place that an event has for foreign text."""
    return (
        e.SessionStarted(text, text, text, "chat", (text,)),
        e.PromptSent(text),
        e.RunStarted(1),
        e.AgentChanged(1, text),
        e.ModelRequested(1, 1, text, text),
        e.ReasoningDelta("1.1.0", text),
        e.TextDelta("1.1.1", text),
        e.RefusalDelta("1.1.2", text),
        e.ToolCalled("a", text, text, text, text),
        e.TextDelta("a/1", text),
        e.ToolEnded("a", text, text, failed=True, error=text),
        e.HandoffOccurred(text, text),
        e.UsageReported(1, 1, 1, 1, 1, 1, text),
        e.OutputCaptured("stdout", text),
        e.Notice("error", text, text),
        e.RawReceived(text, text),
        e.RunStuck(1, text, text, 3.0),
        e.RunEnded(1, "failed", text, text, text, output=text),
        e.EngineEnded(1, text),
    )
