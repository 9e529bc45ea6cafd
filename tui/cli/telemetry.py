"""`--otel`: runs as OpenTelemetry spans and metrics. The SDK is an extra, and imported only when asked for."""

import argparse
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from tui.bus import Bus
from tui.safety import Secrets

if TYPE_CHECKING:
    from tui.otel.export import Export

_NEEDED: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def check_telemetry(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse what cannot be done, before anything is started."""
    if options.otel_content and not options.otel:
        parser.error("--otel-content says what --otel is to tell: give both")
    if options.otel and not all(map(_there, _NEEDED)):
        parser.error("--otel needs the OpenTelemetry SDK: pip install 'agents-tui[otel]'")


def telemetry(options: argparse.Namespace, bus: Bus) -> "Export | None":
    """What reads the bus for it; None where it was not asked for."""
    if not options.otel:
        return None
    from tui.otel.export import Export

    return Export(bus, Secrets.of_environment(os.environ).redact if options.otel_content else None)


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package that it is in
        return False
