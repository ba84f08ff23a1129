"""Hourly metrics from Cloud Monitoring: one request a metric and project, however many machines.

CPU, network and disk operations come from the hypervisor. Memory and used disk come from the Ops
Agent inside the machine, where it is installed; elsewhere they are None.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from tools.providers.base import Sample
from tools.providers.gcp_link import Link
from tools.providers.gcp_record import Place, parse_id
from tools.providers.kinds import missing_sdk
from tools.times import Clock

_HOUR = timedelta(hours=1)
_IDS_A_FILTER = 50
_COMPUTE = "compute.googleapis.com/instance"
_AGENT = "agent.googleapis.com"


@dataclass(frozen=True, slots=True)
class Metric:
    """One of Monitoring's metrics as a part of one of ours: `value * factor`, parts added up."""

    field: str
    kind: str
    aligner: str
    factor: float
    labels: str = ""


METRICS = (
    Metric("cpu", f"{_COMPUTE}/cpu/utilization", "ALIGN_MEAN", 100),
    Metric("network", f"{_COMPUTE}/network/received_bytes_count", "ALIGN_RATE", 8 / 1e6),
    Metric("network", f"{_COMPUTE}/network/sent_bytes_count", "ALIGN_RATE", 8 / 1e6),
    Metric("iops", f"{_COMPUTE}/disk/read_ops_count", "ALIGN_RATE", 1),
    Metric("iops", f"{_COMPUTE}/disk/write_ops_count", "ALIGN_RATE", 1),
    Metric("memory", f"{_AGENT}/memory/percent_used", "ALIGN_MEAN", 1, 'state = "used"'),
    Metric("disk", f"{_AGENT}/disk/percent_used", "ALIGN_MEAN", 1, 'state = "used"'),
)
_HIGHEST = frozenset({"disk"})
"""Of these the highest of several series counts, such as the fullest file system."""


class Sampler:
    """Reads samples; `endpoint` is host and port of a plain gRPC server, if not Google's."""

    def __init__(self, link: Link, endpoint: str, clock: Clock) -> None:
        self._link = link
        self._endpoint = endpoint
        self._clock = clock
        self._client: Any = None
        self._lock = threading.Lock()

    def read(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Samples of whole hours from `since` on, by machine and time."""
        places: dict[str, list[Place]] = {}
        for place in (p for i in ids if (p := parse_id(i)) is not None):
            places.setdefault(place.project, []).append(place)
        start = since.replace(minute=0, second=0, microsecond=0)
        start = start if start >= since else start + _HOUR
        end = self._clock().replace(minute=0, second=0, microsecond=0)
        found: dict[tuple[str, datetime], dict[str, float]] = {}
        if start < end:
            for project, machines in places.items():
                known = {place.number: place.machine_id for place in machines}
                for metric in METRICS:
                    self._add(project, known, metric, (start, end), found)
        return [
            dataclasses.replace(Sample(machine_id, time), **values)
            for (machine_id, time), values in sorted(found.items())
        ]

    def _add(
        self,
        project: str,
        known: Mapping[str, str],
        metric: Metric,
        span: tuple[datetime, datetime],
        found: dict[tuple[str, datetime], dict[str, float]],
    ) -> None:
        for series in self._series(project, known, metric, span):
            machine_id = known.get(series.resource.labels["instance_id"])
            if machine_id is None:
                continue
            for point in series.points:
                time = point.interval.end_time.replace(microsecond=0) - _HOUR
                hour = datetime.fromtimestamp(time.timestamp(), span[0].tzinfo)
                value = float(point.value.double_value) * metric.factor
                values = found.setdefault((machine_id, hour), {})
                if metric.field in _HIGHEST:
                    values[metric.field] = max(value, values.get(metric.field, 0.0))
                else:
                    values[metric.field] = round(values.get(metric.field, 0.0) + value, 4)

    def _series(
        self,
        project: str,
        known: Mapping[str, str],
        metric: Metric,
        span: tuple[datetime, datetime],
    ) -> list[Any]:
        client, monitoring = self._opened()
        terms = [f'metric.type = "{metric.kind}"', 'resource.type = "gce_instance"']
        if metric.labels:
            terms.append(f"metric.labels.{metric.labels}")
        if len(known) <= _IDS_A_FILTER:
            numbers = ", ".join(f'"{number}"' for number in known)
            terms.append(f"resource.labels.instance_id = one_of({numbers})")
        aligner = getattr(monitoring.Aggregation.Aligner, metric.aligner)
        request = {
            "name": f"projects/{project}",
            "filter": " AND ".join(terms),
            "interval": {"start_time": span[0], "end_time": span[1]},
            "aggregation": {"alignment_period": _HOUR, "per_series_aligner": aligner},
        }
        return self._link.read(
            f"Reading {metric.field} of the machines of {project}",
            lambda: list(client.list_time_series(request=request, retry=None, timeout=60)),
        )

    def _opened(self) -> tuple[Any, Any]:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> tuple[Any, Any]:
        try:
            monitoring: Any = import_module("google.cloud.monitoring_v3")
        except ImportError as error:
            raise missing_sdk("gcp", "gcp") from error
        if not self._endpoint:
            return monitoring.MetricServiceClient(credentials=self._link.credentials), monitoring
        grpc: Any = import_module("grpc")
        transports: Any = import_module(
            "google.cloud.monitoring_v3.services.metric_service.transports"
        )
        channel = grpc.insecure_channel(self._endpoint)
        transport = transports.MetricServiceGrpcTransport(channel=channel)
        return monitoring.MetricServiceClient(transport=transport), monitoring

    def close(self) -> None:
        """Let go of the channel."""
        with self._lock:
            if self._client is not None:
                self._client[0].transport.close()
                self._client = None
