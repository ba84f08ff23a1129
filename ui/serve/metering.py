"""The figures of `/metrics` for OpenTelemetry too, where `OTEL_METRICS_EXPORTER` names an exporter.

They are read from the same registry when they are due: nothing is counted twice.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opentelemetry.metrics import Observation

from ui.serve.exporters import exporter_of, nothing, resource
from ui.serve.metrics import Metrics

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions

    from ui.serve.hub import Hub

_OURS = ("novacron_", "process_")
_PARTS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
_FRESH_S = 1.0


def set_up_metering(metrics: Metrics, hub: Callable[[], Hub | None]) -> Callable[[], object]:
    """Send the figures every minute, or as `OTEL_METRIC_EXPORT_INTERVAL` says in milliseconds.

    Returns:
        What ends it, after a last sending.
    """
    name = os.environ.get("OTEL_METRICS_EXPORTER", "none")
    if name == "none":
        return nothing
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    figures = _Figures(metrics, hub)
    reader = PeriodicExportingMetricReader(exporter_of("metrics", name))
    provider = MeterProvider([reader], resource(), shutdown_on_exit=False)
    meter = provider.get_meter("novacron")
    for family in metrics.registry.collect():
        parts = _PARTS.get(family.type, ()) if family.name.startswith(_OURS) else ()
        for part in parts:
            one = f"{family.name}{part}"
            make = meter.create_observable_counter if part else meter.create_observable_gauge
            make(one, [figures.reader(one)], description=family.documentation)
    return provider.shutdown


class _Figures:
    """The registry's samples by name, read at most once a second."""

    def __init__(self, metrics: Metrics, hub: Callable[[], Hub | None]) -> None:
        self._metrics = metrics
        self._hub = hub
        self._samples: dict[str, list[Observation]] = {}
        self._read_at = float("-inf")

    def reader(self, name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        """What gives the samples of a name."""

        def read(_: CallbackOptions) -> Iterable[Observation]:
            if time.monotonic() - self._read_at > _FRESH_S:
                self._read()
            return self._samples.get(name, ())

        return read

    def _read(self) -> None:
        hub = self._hub()
        if hub is not None:
            self._metrics.read(hub.control)
        found: defaultdict[str, list[Observation]] = defaultdict(list)
        for family in self._metrics.registry.collect():
            for sample in family.samples:
                found[sample.name].append(Observation(sample.value, dict(sample.labels)))
        self._samples = dict(found)
        self._read_at = time.monotonic()
