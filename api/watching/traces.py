"""Traces for OpenTelemetry, sent to a collector when the settings name one. https://opentelemetry.io/docs/specs/otel/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter


def provider(endpoint: str | None, exporter: SpanExporter | None = None) -> TracerProvider:
    """Return what makes tracers; without `endpoint` or `exporter` their spans go nowhere."""
    made = TracerProvider(resource=Resource({"service.name": "nrm"}))
    if exporter is None and endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        exporter = OTLPSpanExporter(endpoint)
    if exporter is not None:
        made.add_span_processor(BatchSpanProcessor(exporter))
    return made
