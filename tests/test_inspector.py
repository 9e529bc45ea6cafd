"""What the inspector makes of values, without a screen: trees, lines, parts of bodies and differences."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests import payloads
from tests.test_fold import folded
from tests.ui.state_app import BEGIN
from tui import events as e
from tui.state import Row, State
from tui.ui.inspector.diff import diff
from tui.ui.inspector.entries import instructions_of, kind_of, settings_of, tool_nodes
from tui.ui.inspector.lines import LONGEST, Layout
from tui.ui.inspector.request_views import Bodies
from tui.ui.inspector.tree import Node, all_as_json, everything, in_view
from tui.ui.inspector.view import View
from tui.ui.inspector.views import views_of
from tui.wire import Record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def drawn(roots: list[Node], width: int = 80, *, decoded: bool = True) -> list[str]:
    layout = Layout(width, decoded=decoded)
    rows = layout.rows(in_view(roots, decoded=decoded))
    return ["".join(text for text, _ in layout.pieces(row)) for row in rows]


@given(st.dictionaries(st.text(), JSON, max_size=4), st.integers(1, 100), st.booleans())
def test_any_value_is_drawn_on_clean_lines(value: dict[str, Any], width: int, decoded: bool) -> None:
    roots = [Node(key, part) for key, part in value.items()]
    for node in everything(roots, decoded=decoded):
        node.open = True
    for line in drawn(roots, width, decoded=decoded):
        assert "\n" not in line
        assert not any(ord(character) < 32 for character in line)
    assert json.loads(all_as_json(roots) or "{}") == {node.key: node.value for node in roots}


def test_hostile_text_is_clean_in_every_place() -> None:
    for payload in payloads.PAYLOADS.values():
        roots = [
            Node(payload, payload, open=True), Node("k", {payload: [payload]}), Node("", label=payload),
            Node("long", payload + "x" * 300, open=False), Node(payload, [], label=payload),
        ]  # fmt: skip
        for line in drawn(roots):
            assert payload not in line
            assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in line)


def test_paths_are_written_as_one_would_write_them() -> None:
    root = Node("input", [{"content": {"odd key": [1]}, "x-y": 2}])
    paths = [node.path for node in everything([root], decoded=True)]
    assert paths == [
        "input", "input[0]", "input[0].content", 'input[0].content["odd key"]', 'input[0].content["odd key"][0]',
        "input[0].x-y",
    ]  # fmt: skip


def test_a_text_that_is_json_is_shown_as_what_it_holds_or_as_it_was_sent() -> None:
    root = [Node("arguments", '{"sides": 6}')]
    assert drawn(root) == ["▾ arguments: JSON in a text, 1 key", "    sides: 6"]
    assert drawn(root, decoded=False) == ['  arguments: {"sides": 6}']
    assert drawn([Node("a", "{no json")]) == ["  a: {no json"]


def test_half_a_character_is_copied_escaped() -> None:
    assert all_as_json([Node("a", ["\ud800"])]) == '{\n  "a": [\n    "\\ud800"\n  ]\n}'


def test_a_long_text_is_folded_and_laid_out_as_far_as_it_can_be_read() -> None:
    text = "word " * 100_000
    assert len(drawn([Node("a", text)])) == 1
    lines = drawn([Node("a", text, open=True)])
    assert lines[-1].strip() == f"… {len(text) - LONGEST:,} more characters: o opens all of it"


CHAT = {
    "messages": [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [{"function": {"name": "roll", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "6"},
    ],
    "model": "m", "tools": [{"type": "function", "function": {"name": "roll", "description": "Rolls."}}],
}  # fmt: skip


def test_both_apis_have_instructions_tools_and_settings() -> None:
    assert instructions_of(CHAT) == instructions_of({"instructions": "Be brief.", "input": []}) == "Be brief."
    assert [kind_of(entry) for entry in CHAT["messages"]] == ["system", "user", "assistant calls roll", "tool c1"]
    assert [(node.key, "Rolls." in node.label) for node in tool_nodes(CHAT)] == [("roll", True)]
    assert settings_of(CHAT) == {"model": "m"}
    assert tool_nodes({})[0].label == "no tools"


def test_a_difference_tells_what_is_new_and_what_is_gone() -> None:
    before = {"input": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "tools": [], "top_p": 1}
    after = {**before, "input": [before["input"][0], {"role": "user", "content": "c"}], "instructions": "x"}  # type: ignore[index]
    labels = [f"{node.key} {node.label}".strip() for node in diff(before, after)]
    assert labels[0] == "input: 1 as before, 1 new, 1 gone"
    assert labels[1].startswith("- gone 1 user")
    assert labels[2].startswith("+ new 1 user")
    assert labels[3:] == [
        "instructions: 1 line new, 0 gone",
        "@@ -0,0 +1 @@",
        "+ x",
        "tools: unchanged",
        "settings: unchanged",
    ]


class Nothing:
    def record(self, seq: int) -> Record:
        raise LookupError(seq)


def shown(state: State, row: Row) -> dict[str, list[str]]:
    views: list[View] = views_of(state, Nothing(), Bodies(Nothing(), state), row, 0.0)
    return {view.title: [line.strip() for line in drawn(view.build())] for view in views}


def test_a_tool_call_tells_all_of_it() -> None:
    call = (
        e.ToolCallStarted("1.1.0", "c1", "roll_dice"),
        e.ToolCalled("c1", "roll_dice", '{"sides":20}', "Guide"),
        e.ToolStarted("c1", "roll_dice"),
        e.ToolEnded("c1", "roll_dice", "no luck", failed=True, duration=0.5, error="ValueError: sides"),
    )
    state = folded(*BEGIN, *call)
    found = shown(state, state.rows[-1])
    for line in ("tool: roll_dice #1", "sides: 20", "result: no luck", "error: ValueError: sides", "state: failed"):
        assert line in found["Call"]
    for line in ("duration: 500 ms", "agent: Guide", "asked in: run 1 turn 1, gpt-x", "origin: function"):
        assert line in found["Timing"]


def test_a_row_does_not_borrow_from_its_neighbours() -> None:
    state = folded(*BEGIN, e.OutputCaptured("stdout", "printed"))
    assert "summary: stdout: printed" in shown(state, state.rows[-1])["Details"]
    assert "text: hello" in shown(state, state.rows[2])["Details"]


def test_a_row_of_a_single_event_is_its_record() -> None:
    state = folded(*BEGIN, e.TextDelta("1.1.0", "x"), e.TextDelta("1.1.0", "y"))
    alone = Row(7, 0.0, "text", "", "x", key="1.1.0", last=7)
    assert list(shown(state, alone)) == ["Event"]
    assert list(shown(state, state.rows[-1])) == ["Details", "Record", "Last record"]
