"""OpenTelemetry spans: of each request, and of each turn with the steps that it ran."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind

from ui.serve.exporters import exporter_of, nothing, resource


def set_up_tracing() -> Callable[[], object]:
    """Send spans where `OTEL_TRACES_EXPORTER` says: console, otlp …; without it, nowhere.

    Returns:
        What ends it, after a last sending.
    """
    name = os.environ.get("OTEL_TRACES_EXPORTER", "none")
    if name == "none":
        return nothing
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter_of("traces", name)))
    trace.set_tracer_provider(provider)
    return provider.shutdown


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


def noting() -> Callable[..., None]:
    """Notes in the span that is under way here what goes on, in whichever thread."""
    current = trace.get_current_span()

    def note(name: str, **facts: str) -> None:
        current.add_event(name, {f"novacron.{key}": value for key, value in facts.items()})

    return note
