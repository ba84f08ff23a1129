"""Hourly metrics from Azure Monitor: one request a subscription and region, whatever the machines.

All come from the hypervisor. Used disk is not among them and is None.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.providers.azure_machines import Machines
from tools.providers.azure_record import Place, parse_id
from tools.providers.base import Sample
from tools.times import Clock

_HOUR = timedelta(hours=1)
_MEGABIT_PER_S = 8 / 3600 / 1e6

METRICS: Mapping[str, tuple[str, str, float, float]] = {
    "Percentage CPU": ("cpu", "average", 1, 0),
    "Available Memory Percentage": ("memory", "average", -1, 100),
    "Network In Total": ("network", "total", _MEGABIT_PER_S, 0),
    "Network Out Total": ("network", "total", _MEGABIT_PER_S, 0),
    "Disk Read Operations/Sec": ("iops", "average", 1, 0),
    "Disk Write Operations/Sec": ("iops", "average", 1, 0),
}
"""Monitor's name: our field, the aggregation, and how it is reckoned; parts are added up."""


def read(
    machines: Machines,
    regions: Mapping[str, str],
    ids: Sequence[str],
    since: datetime,
    clock: Clock,
) -> list[Sample]:
    """Samples of whole hours from `since` on, by machine and time; `regions` is each machine's."""
    start = since.replace(minute=0, second=0, microsecond=0)
    start = start if start >= since else start + _HOUR
    end = clock().replace(minute=0, second=0, microsecond=0)
    if start >= end:
        return []
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    for place in (p for i in ids if (p := parse_id(i)) is not None):
        region = regions.get(place.machine_id)
        if region is not None:
            group = wanted.setdefault((place.subscription, region), {})
            group[place.path.lower()] = place.machine_id
    found: dict[tuple[str, datetime], dict[str, float]] = {}
    for (subscription, region), known in wanted.items():
        answer = _ask(machines, Place(subscription, "", region), len(known), (start, end))
        for metric in answer.value:
            _add(metric, known, (start, end), found)
    return [
        dataclasses.replace(Sample(machine_id, time), **values)
        for (machine_id, time), values in sorted(found.items())
    ]


def _ask(machines: Machines, where: Place, count: int, span: tuple[datetime, datetime]) -> Any:
    monitor = machines.link.client("monitor", where.subscription)
    times = [moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for moment in span]
    return machines.link.read(
        f"Reading metrics in {where.name}",
        lambda: monitor.metrics.list_at_subscription_scope(
            region=where.name,
            metricnamespace="Microsoft.Compute/virtualMachines",
            metricnames=",".join(METRICS),
            aggregation="Average,Total",
            interval="PT1H",
            timespan="/".join(times),
            filter="Microsoft.ResourceId eq '*'",
            top=max(100, 2 * count * len(METRICS)),
        ),
    )


def _add(
    metric: Any,
    known: Mapping[str, str],
    span: tuple[datetime, datetime],
    found: dict[tuple[str, datetime], dict[str, float]],
) -> None:
    field, aggregation, factor, offset = METRICS[str(metric.name.value)]
    for series in metric.timeseries or ():
        labels = {str(m.name.value).lower(): str(m.value) for m in series.metadatavalues or ()}
        machine_id = known.get(labels.get("microsoft.resourceid", "").lower())
        if machine_id is None:
            continue
        for point in series.data or ():
            value = getattr(point, aggregation)
            if value is None or not span[0] <= point.time_stamp < span[1]:
                continue
            hour = point.time_stamp.astimezone(span[0].tzinfo)
            values = found.setdefault((machine_id, hour), {})
            values[field] = round(values.get(field, 0.0) + value * factor + offset, 4)
