"""How each tool did, and the percentiles of its durations."""

from tests.test_fold import folded
from tui import events as e
from tui.metrics.percentiles import percentile
from tui.metrics.tools import ordered, tool_statistics


def ended(call: str, name: str, duration: float | None, error: str = "") -> tuple[e.Event, ...]:
    return e.ToolStarted(call, name), e.ToolEnded(call, name, "out", bool(error), duration, error)


SESSION = (
    e.PromptSent("hi"), e.RunStarted(1), *ended("1", "zoom", 0.2), *ended("2", "ask", 3.0, "no luck"),
    *ended("3", "zoom", 0.1), *ended("4", "ask", None, "worse luck"), *ended("5", "zoom", 0.4),
    e.ToolStarted("6", "zoom"), e.ToolCalled("7", "hosted", "{}"),
)  # fmt: skip


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1.0)) == (50.0, 95.0, 100.0)
    assert (percentile([3.0], 0.0), percentile([1.0, 2.0], 0.5), percentile([1.0, 2.0], 0.51)) == (3.0, 1.0, 2.0)
    assert percentile([], 0.5) is None


def test_calls_failures_and_times_by_tool() -> None:
    zoom, ask, hosted = tool_statistics(folded(*SESSION))
    assert (zoom.name, zoom.calls, zoom.running, zoom.failures, zoom.error, zoom.last) == ("zoom", 4, 1, 0, "", "6")
    assert (zoom.p50, zoom.p95) == (0.2, 0.4)
    assert zoom.total is not None
    assert abs(zoom.total - 0.7) < 1e-9
    assert (ask.calls, ask.failures, ask.error) == (2, 2, "worse luck")
    assert ask.total == 4.0, "the second by the times of its events, a second apart"
    assert (hosted.calls, hosted.p50, hosted.total, hosted.last) == (1, None, None, "7")


def test_a_fork_counts_no_call_twice() -> None:
    state = folded(*SESSION, e.RunEnded(1, "completed"), e.PromptSent("two"), e.ConversationRewound(2, 1))
    assert [tool.calls for tool in tool_statistics(state)] == [4, 2, 1]


def test_the_greatest_come_first_and_names_from_a_to_z() -> None:
    tools = tool_statistics(folded(*SESSION))
    assert [tool.name for tool in ordered(tools, "calls")] == ["zoom", "ask", "hosted"]
    assert [tool.name for tool in ordered(tools, "p95")] == ["ask", "zoom", "hosted"]
    assert [tool.name for tool in ordered(tools, "name")] == ["ask", "hosted", "zoom"]
