"""OpenTelemetry's exporters by the names that its environment variables use."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points, version
from typing import Any

from opentelemetry.sdk.resources import Resource

from tools.errors import InvalidRequest


def exporter_of(kind: str, name: str) -> Any:
    """An exporter that is installed; `console` writes a line of JSON each to standard error.

    Args:
        kind: `traces` or `metrics`.
        name: such as `console` or `otlp`.

    Raises:
        InvalidRequest: none is called so.
    """
    if name == "console":
        return _console(kind)
    found = list(entry_points(group=f"opentelemetry_{kind}_exporter", name=name))
    if not found:
        raise InvalidRequest(
            f"No OpenTelemetry exporter of {kind} is called {name!r} here.",
            hint="For otlp, install opentelemetry-exporter-otlp beside novacron.",
        )
    return found[0].load()()


def resource() -> Resource:
    """What everything that is sent says of its sender; `OTEL_RESOURCE_ATTRIBUTES` adds to it."""
    return Resource.create({"service.name": "novacron", "service.version": version("novacron")})


def nothing() -> None:
    """Ends what was not begun."""


def _console(kind: str) -> Any:
    if kind == "traces":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr, formatter=_line)
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter

    return ConsoleMetricExporter(out=sys.stderr, formatter=_line)


def _line(told: Any) -> str:
    return f"{told.to_json(indent=None)}\n"
