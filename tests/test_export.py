"""Sessions as Markdown and as JSON: what is told, and that nothing foreign breaks out of its place."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.payloads import ALL, PAYLOADS
from tests.sample_session import BEGIN, HEADER, NOON, SESSION, ZONE, exported, hostile, recorded
from tests.strategies import events
from tui import events as e
from tui.export import FORMATS, Format, export
from tui.safety import HIDDEN
from tui.wire import Record, decode_record

# Markdown


def test_markdown_tells_the_session() -> None:
    text = exported("md", *SESSION)
    assert text.startswith(
        "# Roll two dice\n\n- Date: 2025-11-23 11:54 UTC+07:00\n- Agent: Guide\n- Model: gpt-x\n- Session: 7f3a0001\n\n"
        "## You · 2025-11-23 11:54:02\n\n> Roll two dice\n\n## Guide · 11:54:06\n\n"
        "<details><summary>Reasoning · 2.0 s</summary>\n\n> Two calls at once.\n\n</details>\n\n"
        "**⚙ roll\\_dice** · Guide · failed · 500 ms\n\n"
        '```json\n{"sides":20}\n```\n\n**Error:** ValueError: no table\n\n```text\nthe table broke\n```\n\n'
        '**⚙ roll\\_dice** · Guide · 12 ms\n\n```json\n{"sides":6}\n```\n\n```text\n4\n```\n\n'
        "You rolled a **4**.\n\n*Handoff: Guide → Teller*\n\n## Teller · 11:54:22\n\n"
    )
    assert "\n> **Oracle**\n>\n> Because of fate.\n" in text
    assert "\n\nOnce upon a\n\n*(stopped)*\n\n## You · " in text
    assert "\n\n**Error:** the server said 500 (send it again)\n\n## Figures\n" in text
    assert "| Tokens in | 100 (40 of them cached) |\n" in text
    assert "| Tool calls | 3 (1 failed) |\n" in text
    assert text.endswith("|\n")


def test_the_title_is_the_one_given() -> None:
    assert exported("md", *BEGIN, title="Dice *night*").startswith("# Dice \\*night\\*\n")


@pytest.mark.parametrize("format", FORMATS)
def test_a_session_without_events_is_a_document(format: Format) -> None:
    assert "7f3a0001" in exported(format)


def test_speakers_are_told_apart_after_each_prompt() -> None:
    headings = re.findall(r"^## (.*?) ·", exported("md", *SESSION), re.MULTILINE)
    assert headings == ["You", "Guide", "Teller", "You", "Guide"]


def test_a_new_day_has_its_date() -> None:
    records = [*recorded(*BEGIN), Record(7, NOON + 86_400, e.PromptSent("again"))]
    assert "## You · 2025-11-24 11:54:00\n" in export(records, HEADER, "md", zone=ZONE)


def test_where_the_conversation_was_cleared_is_told() -> None:
    happened = (*BEGIN, e.RunEnded(1, "completed"), e.ConversationCleared(), e.PromptSent("anew"))
    assert "*The conversation was cleared here.*\n\n## You" in exported("md", *happened)
    assert exported("html", *happened).count("cleared here") == 1
    assert "cleared here" not in exported("md", *happened[:-1])


def test_an_impossible_time_is_no_obstacle() -> None:
    for at in (-1e300, 1e300):
        export([Record(1, at, e.PromptSent("when?"))], {}, "md", zone=ZONE)


def test_a_fence_in_a_tool_output_does_not_end_its_fence() -> None:
    output = "```\n## You\n`````` end\n~~~"
    called = e.ToolCalled("a", "read", "```", "Guide")
    text = exported("md", *BEGIN, called, e.ToolEnded("a", "read", output), e.RunEnded(1, "completed"))
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    assert [fence.content for fence in fences] == ["```\n", output + "\n"]


UNCLOSED = {
    "fence": "so:\n```python\nprint()",
    "long fence": "`````\n```\nstill",
    "tildes": "~~~~ js\n```\n~~~",
    "comment": "so <b>far\n\n<!-- and",
    "script": "<script>\nlet x",
    "pre": "<pre>\n\nstill",
    "declaration": "<!DOCTYPE\n\nx",
    "details": "<details><summary>x</summary>\n\nfolded",
}


@pytest.mark.parametrize("answer", UNCLOSED.values(), ids=UNCLOSED)
def test_an_answer_cut_off_within_something_does_not_swallow_what_follows(answer: str) -> None:
    text = exported("md", *BEGIN, e.TextDelta("1.1.0", answer), e.RunEnded(1, "cancelled"))
    assert answer in text
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[-1] == "Figures"
    assert not [token for token in tokens if token.type == "html_block"]


def test_an_answer_stands_as_it_was_written() -> None:
    answer = "# Title\n\n- a\n- b <kbd>x</kbd>\n\n```py\nx = 1\n```\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert f"\n\n{answer}\n\n## Figures" in exported("md", *BEGIN, e.MessageCompleted("1.1.0", "Guide", answer))


def test_nothing_foreign_but_answers_can_pass_for_a_part_of_the_document() -> None:
    forged = "x\n## You · 10:00\n<details>\n</details>\n<!-- \n| a | b |"
    text = exported(
        "md",
        e.SessionStarted("s", forged, forged),
        e.PromptSent(forged),
        e.RunStarted(1),
        e.ReasoningDelta("1", forged),
        e.ToolCalled("a", forged, forged, forged),
        e.ToolEnded("a", forged, forged, failed=True, error=forged),
        e.HandoffOccurred(forged, forged),
        e.Notice("warning", forged, forged),
        e.RunEnded(1, "failed", forged, forged, hint=forged),
        title=forged,
    )
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens].count("tr_open") == text.partition("## Figures")[2].count("\n| ") - 1
    levels = [token.tag for token in tokens if token.type == "heading_open" and token.level == 0]
    assert levels == ["h1", "h2", "h2", "h2"]  # the title, You, the agent, Figures
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == [
        "<details><summary>Reasoning · cut off by an error</summary>",
        "</details>",
    ]


# JSON


def test_json_holds_the_records_as_they_are() -> None:
    found = json.loads(exported("json", *SESSION))
    assert found["header"] == HEADER
    assert [decode_record(json.dumps(record).encode()) for record in found["records"]] == recorded(*SESSION)


@given(st.lists(events, max_size=8))
def test_json_loses_nothing_of_any_event(happened: list[e.Event]) -> None:
    records = recorded(*happened)
    found = json.loads(export(records, HEADER, "json", mask=False))
    assert [decode_record(json.dumps(record).encode()) for record in found["records"]] == records


def test_json_is_safe_to_print_and_still_exact() -> None:
    text = exported("json", e.PromptSent(ALL), title=ALL)
    assert not re.search(f"[{HIDDEN}]", text)
    found = json.loads(text)
    assert found["records"][0]["event"]["text"] == ALL
    assert found["header"]["title"] == ALL


@pytest.mark.parametrize("format", ["md", "html"])
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_reaches_a_document_to_read(format: Format, payload: str) -> None:
    assert not re.search(f"[{HIDDEN}]", exported(format, *hostile(payload), title=payload))
