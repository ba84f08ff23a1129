"""OpenTelemetry spans: of each request, each turn and each operation that runs here."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points, version
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind


def set_up_tracing() -> Any:
    """Send spans where `OTEL_TRACES_EXPORTER` says: console, otlp …; without it, nowhere.

    Returns:
        What to shut down at the end, or None.
    """
    name = os.environ.get("OTEL_TRACES_EXPORTER", "none")
    if name == "none":
        return None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "novacron", "service.version": version("novacron")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(_exporter(name)))
    trace.set_tracer_provider(provider)
    return provider


def _exporter(name: str) -> Any:
    if name == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    from tools.errors import InvalidRequest

    found = list(entry_points(group="opentelemetry_traces_exporter", name=name))
    if not found:
        raise InvalidRequest(
            f"No OpenTelemetry exporter is called {name!r} here.",
            hint="For otlp, install opentelemetry-exporter-otlp beside novacron.",
        )
    return found[0].load()()


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, headers: Mapping[str, str] | None = None,
    **facts: str,
) -> Generator[Span]:  # fmt: skip
    """A span around a block; `headers` carry the caller's trace."""
    context = propagate.extract(headers) if headers is not None else None
    tracer = trace.get_tracer("novacron")
    with tracer.start_as_current_span(name, context=context, kind=kind) as current:
        for key, value in facts.items():
            current.set_attribute(f"novacron.{key}", value)
        yield current
