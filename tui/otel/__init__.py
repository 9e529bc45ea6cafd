"""Runs as OpenTelemetry spans and metrics, for `--otel`: `spans` says what, `export` hands it to the official SDK.

Names are those of the GenAI semantic conventions, https://opentelemetry.io/docs/specs/semconv/gen-ai/. Imported only
when asked for: the SDK is an extra.
"""
