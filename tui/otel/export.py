"""Hands each run that ended to the OpenTelemetry SDK, in a thread: neither the loop nor a paint ever waits for it.

Where to is the SDK's business, by its standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT` and its kin).
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, NamedTuple

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from tui import __version__
from tui import events as e
from tui.bus import Bus
from tui.fold.apart import fold_apart
from tui.otel.spans import Mask, Span, spans
from tui.safety import one_line
from tui.state import State
from tui.wire import Record

_PATIENCE: Final = 5.0
"""Seconds that what is left may take at the end of the program."""

_SECONDS: Final = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_FIRST: Final = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_TOKENS: Final = tuple(float(4**power) for power in range(14))
"""Bounds of histograms, as the conventions give them."""


class Sinks(NamedTuple):
    """Where the SDK sends spans and metrics."""

    spans: SpanProcessor
    metrics: MetricReader


def standard_sinks() -> Sinks:
    """OTLP over HTTP, as the environment says."""
    return Sinks(BatchSpanProcessor(OTLPSpanExporter()), PeriodicExportingMetricReader(OTLPMetricExporter()))


class Export:
    """One more reader of a bus. `content`: what was said is told too, so masked."""

    def __init__(self, bus: Bus, content: Mask | None, sinks: Callable[[], Sinks] = standard_sinks) -> None:
        self._bus, self._content, self._sinks = bus, content, sinks
        self._reader = bus.reader()
        self._batches: SimpleQueue[list[Record] | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = False
        self._thread = threading.Thread(target=self._work, name="otel", daemon=True)
        self._thread.start()

    async def run(self) -> None:
        """Pass on what happens, until the bus closes."""
        self._loop = asyncio.get_running_loop()
        while await self._reader.wait():
            self._batches.put(self._reader.take())

    def close(self, within: float = _PATIENCE) -> None:
        """Pass on the rest and end, once the loop has; what a collector does not take in time is lost."""
        self._batches.put(self._reader.take())
        self._batches.put(None)
        self._reader.close()
        self._thread.join(within)

    def _work(self) -> None:
        logger = logging.getLogger("opentelemetry")
        logger.addHandler(_Fault(self._tell))
        logger.propagate = False  # it would be written over the screen
        telemetry, state = Telemetry(self._sinks()), State()
        while (batch := self._batches.get()) is not None:
            for record in batch:
                state = fold_apart(state, record)
                if isinstance(record.event, e.RunEnded) and state.runs:
                    telemetry.add(spans(state, record.event, self._content))
        telemetry.close()

    def _tell(self, text: str) -> None:
        """The first fault, as an event; from any thread."""
        if self._told or self._loop is None or self._loop.is_closed():
            return
        self._told = True
        notice = e.Notice("warning", f"OpenTelemetry: {one_line(text, 200)}")
        self._loop.call_soon_threadsafe(self._bus.publish, notice)


class _Fault(logging.Handler):
    """What the SDK has to complain of."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


class Telemetry:
    """The SDK's providers, and the instruments of the conventions."""

    def __init__(self, sinks: Sinks) -> None:
        named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        own = {"service.version": __version__} | ({} if named else {"service.name": "agents-tui"})
        resource = Resource.create(own)
        self._tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._tracers.add_span_processor(sinks.spans)
        self._tracer = self._tracers.get_tracer("agents-tui", __version__)
        self._meters = MeterProvider([sinks.metrics], resource, shutdown_on_exit=False)
        meter = self._meters.get_meter("agents-tui", __version__)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", explicit_bucket_boundaries_advisory=_SECONDS
        )
        self._first: Histogram = meter.create_histogram(
            "gen_ai.server.time_to_first_token", "s", explicit_bucket_boundaries_advisory=_FIRST
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", explicit_bucket_boundaries_advisory=_TOKENS
        )

    def add(self, found: list[Span]) -> None:
        """One run."""
        contexts: list[Context] = []
        for span in found:
            kind = SpanKind.CLIENT if span.operation == "chat" else SpanKind.INTERNAL
            parent = contexts[span.parent] if span.parent >= 0 else Context()
            made = self._tracer.start_span(
                span.name, parent, kind, attributes=dict(span.attributes), start_time=_nanoseconds(span.start)
            )
            if span.error:
                made.set_status(Status(StatusCode.ERROR, one_line(span.error, 200)))
            made.end(_nanoseconds(span.end))
            contexts.append(set_span_in_context(made))
            self._measure(span)

    def _measure(self, span: Span) -> None:
        names = ("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "error.type")
        told = {name: span.attributes[name] for name in names if name in span.attributes}
        self._duration.record(max(0.0, span.end - span.start), told)
        if span.operation != "chat":
            return
        first = span.attributes.get("gen_ai.server.time_to_first_token")
        if isinstance(first, float):
            self._first.record(first, told)
        for kind in ("input", "output"):
            count = span.attributes.get(f"gen_ai.usage.{kind}_tokens")
            if isinstance(count, int):
                self._tokens.record(count, {**told, "gen_ai.token.type": kind})

    def close(self) -> None:
        """Send what is left."""
        self._tracers.shutdown()
        self._meters.shutdown()


def _nanoseconds(at: float) -> int:
    return int(at * 1e9)
