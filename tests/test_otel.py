"""Runs as OpenTelemetry spans and metrics: what is told, through the SDK in memory and to a collector on loopback."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from tui import events as e
from tui.bus import Bus
from tui.cli.screen import main
from tui.fold.apart import fold_apart
from tui.otel.export import Export, Sinks, Telemetry
from tui.otel.spans import Span, spans
from tui.state import State
from tui.wire import Record, Stamped

NOON = 1_763_873_640.0
SECRET = "sk-abcdefghijklmnop1234567890"

RUN: list[tuple[float, e.Event]] = [
    (0.0, e.SessionStarted("7f3a", "Guide", "gpt-5-mini", "responses")),
    (1.0, e.PromptSent(f"What is {SECRET}?")),
    (1.1, e.RunStarted(1)),
    (1.2, e.ModelRequested(1, 1, "Guide", "gpt-5-mini", 1)),
    (1.7, e.ToolCallStarted("1.1.0", "c", "ask_oracle")),
    (1.8, e.ToolCalled("c", "ask_oracle", '{"q":"why"}', "Guide", "agent")),
    (1.9, e.UsageReported(1, 1, 100, 40, 20, 0, "gpt-5-mini")),
    (2.0, e.ResponseEnded(1, 1)),
    (2.1, e.ToolStarted("c", "ask_oracle", "Guide")),
    (2.2, e.ModelRequested(1, 2, "Oracle", "gpt-5-mini", 1)),
    (2.5, e.TextDelta("c/1.2.0", "Because.")),
    (2.6, e.ResponseEnded(1, 2)),
    (3.0, e.ToolEnded("c", "ask_oracle", "fate", failed=True, duration=0.9, error="ValueError: no")),
    (3.1, e.ModelRequested(1, 3, "Guide", "gpt-5-mini", 3)),
    (3.6, e.TextDelta("1.3.0", "Never say it.")),
    (4.0, e.RunEnded(1, "failed", "the server said 500", "server")),
]


def _told(content: bool = False) -> list[Span]:
    state = State()
    for seq, (at, event) in enumerate(RUN, 1):
        state = fold_apart(state, Record(seq, NOON + at, event))
    end = RUN[-1][1]
    assert isinstance(end, e.RunEnded)
    return spans(state, end, (lambda text: text.replace(SECRET, "…")) if content else None)


def test_a_run_its_tools_and_its_requests() -> None:
    run, tool, *requests = _told()
    assert [span.name for span in (run, tool, *requests)] == [
        "invoke_agent Guide", "execute_tool ask_oracle", *["chat gpt-5-mini"] * 3,
    ]  # fmt: skip
    assert [span.parent for span in (run, tool, *requests)] == [-1, 0, 0, 1, 0], "an inner run is its tool's"
    assert (run.start, run.end, run.error) == (NOON + 1.0, NOON + 4.0, "the server said 500")
    assert (run.attributes["error.type"], run.attributes["gen_ai.conversation.id"]) == ("server", "7f3a")
    assert (run.attributes["gen_ai.usage.input_tokens"], run.attributes["gen_ai.usage.output_tokens"]) == (100, 20)
    assert (tool.attributes["gen_ai.tool.call.id"], tool.attributes["error.type"]) == ("c", "ValueError")
    first, inner, last = requests
    assert first.attributes["gen_ai.server.time_to_first_token"] == pytest.approx(0.5)
    assert first.attributes["gen_ai.usage.cache_read.input_tokens"] == 40
    assert first.attributes["gen_ai.provider.name"] == "openai"
    assert isinstance(first.attributes["agents_tui.request.cost_usd"], float)
    assert inner.attributes["gen_ai.agent.name"] == "Oracle"
    assert "gen_ai.usage.input_tokens" not in inner.attributes, "nobody told"
    assert (last.attributes["error.type"], last.end) == ("server", NOON + 4.0)


def test_what_was_said_is_told_only_where_asked_for_and_masked() -> None:
    bare = " ".join(str(span.attributes) for span in _told())
    for said in ("What is", "why", "fate", "Because", "Never"):
        assert said not in bare
    run, tool, _, inner, last = _told(content=True)
    (asked,) = json.loads(str(run.attributes["gen_ai.input.messages"]))
    assert asked == {"role": "user", "parts": [{"type": "text", "content": "What is …?"}]}
    assert "Never say it." in str(run.attributes["gen_ai.output.messages"])
    assert "Because" not in str(run.attributes["gen_ai.output.messages"])
    assert (tool.attributes["gen_ai.tool.call.arguments"], tool.attributes["gen_ai.tool.call.result"]) == (
        '{"q":"why"}', "fate",
    )  # fmt: skip
    assert "Because." in str(inner.attributes["gen_ai.output.messages"])
    assert "Never say it." in str(last.attributes["gen_ai.output.messages"])


def _happen(bus: Bus) -> None:
    bus.extend([Stamped(NOON + at, event) for at, event in RUN])


async def test_through_the_sdk_in_memory() -> None:
    kept = InMemorySpanExporter()
    bus = Bus(lambda: NOON)
    export = Export(bus, None, lambda: Sinks(SimpleSpanProcessor(kept), InMemoryMetricReader()))
    reading = asyncio.ensure_future(export.run())
    _happen(bus)
    await asyncio.sleep(0)
    bus.close()
    await reading
    export.close()
    run, tool, first, inner, last = kept.get_finished_spans()
    assert run.parent is None
    for span, parent in ((tool, run), (first, run), (inner, tool), (last, run)):
        assert span.parent is not None
        assert parent.context is not None
        assert (span.parent.span_id, span.parent.trace_id) == (parent.context.span_id, parent.context.trace_id)
    assert (first.kind, tool.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    assert (run.status.status_code, first.status.status_code) == (StatusCode.ERROR, StatusCode.UNSET)
    assert run.start_time == pytest.approx((NOON + 1) * 1e9)
    assert run.resource.attributes["service.name"] == "agents-tui"


def test_the_metrics_of_a_run() -> None:
    reader = InMemoryMetricReader()
    telemetry = Telemetry(Sinks(SimpleSpanProcessor(InMemorySpanExporter()), reader))
    telemetry.add(_told())
    measured: Any = reader.get_metrics_data()
    points = {
        metric.name: list(metric.data.data_points)
        for resource in measured.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert sum(point.count for point in points["gen_ai.server.time_to_first_token"]) == 3
    assert sum(point.sum for point in points["gen_ai.server.time_to_first_token"]) == pytest.approx(0.5 + 0.3 + 0.5)
    tokens = {point.attributes["gen_ai.token.type"]: point.sum for point in points["gen_ai.client.token.usage"]}
    assert tokens == {"input": 100, "output": 20}
    assert sum(point.count for point in points["gen_ai.client.operation.duration"]) == 5
    telemetry.close()


@contextmanager
def _collector() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """An OTLP endpoint on loopback, and what was posted to it by path."""
    posted: dict[str, list[bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.setdefault(self.path, []).append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", posted
        finally:
            server.shutdown()
            thread.join()


def test_the_program_tells_a_collector(tmp_path: Path) -> None:
    with _collector() as (url, posted):
        env = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
        env |= {"PYTHONPATH": str(Path(__file__).parents[1]), "XDG_CONFIG_HOME": "/nonexistent"}
        env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_SERVICE_NAME": "dice"}
        command = [sys.executable, "-m", "tui", "run", "Roll two dice", "--agent", "game-master", "--otel"]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    traces = ExportTraceServiceRequest.FromString(posted["/v1/traces"][0])
    (resource,) = traces.resource_spans
    assert ("service.name", "dice") in [(each.key, each.value.string_value) for each in resource.resource.attributes]
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert names[0] == "invoke_agent Game Master"
    assert {"execute_tool roll_dice", "chat demo"} <= set(names)
    metrics = ExportMetricsServiceRequest.FromString(posted["/v1/metrics"][0])
    told = {
        metric.name for each in metrics.resource_metrics for scope in each.scope_metrics for metric in scope.metrics
    }
    assert "gen_ai.server.time_to_first_token" in told


async def test_a_collector_that_is_not_there_is_told_once_and_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    bus = Bus(lambda: NOON)
    export, seen = Export(bus, None), bus.reader()
    reading = asyncio.ensure_future(export.run())
    notices: list[str] = []
    _happen(bus)
    async with asyncio.timeout(20):
        while not notices:
            await seen.wait()
            notices = [record.event.text for record in seen.take() if isinstance(record.event, e.Notice)]
    assert len(notices) == 1
    assert notices[0].startswith("OpenTelemetry: ")
    bus.close()
    await reading
    export.close(within=0.1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--otel"], "pip install 'agents-tui[otel]'"), (["--otel-content"], "give both")],
)
def test_without_the_extra_one_line(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.cli.telemetry.find_spec", lambda name: None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[0]
