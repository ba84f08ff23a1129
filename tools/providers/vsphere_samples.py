"""Hourly samples from vCenter's performance counters, many machines in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.providers.base import Sample
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_record import Seen
from tools.providers.vsphere_stub import vim

_CPU, _MEMORY, _NETWORK = "cpu.usage.average", "mem.usage.average", "net.usage.average"
_READS = "virtualDisk.numberReadAveraged.average"
_WRITES = "virtualDisk.numberWriteAveraged.average"
COUNTERS = (_CPU, _MEMORY, _NETWORK, _READS, _WRITES)
_A_DISK_EACH = frozenset({_READS, _WRITES})

_REALTIME_S = 20
_INTERVALS = (
    (timedelta(hours=1), _REALTIME_S),
    (timedelta(days=1), 300),
    (timedelta(days=7), 1800),
    (timedelta(days=30), 7200),
)
_OLDEST_S = 86_400
_METRICS_A_QUERY = 64
"""vCenter refuses larger queries of its database (`config.vpxd.stats.maxQueryMetrics`)."""
_MACHINES_A_QUERY = 100
"""The last hour comes from the hosts, without that limit."""


class Counters:
    """The numbers of the counters, which differ from vCenter to vCenter; read once."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._numbers: dict[str, int] = {}

    def numbers(self) -> dict[str, int]:
        """The counters that there are, by name."""
        if not self._numbers:
            manager = self._link.content.perfManager
            properties = self._link.retrieve([manager], {vim.PerformanceManager: ("perfCounter",)})
            for counter in properties[0][1].get("perfCounter") or ():
                name = f"{counter.groupInfo.key}.{counter.nameInfo.key}.{counter.rollupType}"
                if name in COUNTERS:
                    self._numbers[name] = counter.key
        return self._numbers

    def samples(
        self,
        seen: Sequence[Seen],
        machine_id: Callable[[Any], str],
        since: datetime,
        now: datetime,
    ) -> list[Sample]:
        """The samples of machines; how full the file systems are is known of the last hour."""
        found: list[Sample] = []
        figures = self._query([one.ref for one in seen], since, now)
        for one in seen:
            hours = figures.get(one.ref, {})
            for hour in sorted(hour for hour in hours if hour >= since):
                found.append(_sample(machine_id(one.ref), hour, hours[hour]))
            used = _file_systems_used(one.get("guest.disk"))
            if used is not None and found and found[-1].machine_id == machine_id(one.ref):
                found[-1] = replace(found[-1], disk=used)
        return found

    def _query(
        self, machines: Sequence[Any], since: datetime, now: datetime
    ) -> dict[Any, dict[datetime, dict[str, float]]]:
        """Each machine's averages over each hour, by counter."""
        numbers = self.numbers()
        interval = interval_s(now - since)
        most = _MACHINES_A_QUERY
        if interval != _REALTIME_S:
            most = max(1, _METRICS_A_QUERY // max(1, len(numbers)))
        found: dict[Any, dict[datetime, dict[str, float]]] = {}
        for start in range(0, len(machines), most):
            specs = [
                self._spec(machine, since, now, interval)
                for machine in machines[start : start + most]
            ]
            answer = self._link.content.perfManager.QueryPerf(specs) if numbers else ()
            for one in answer:
                found[one.entity] = _hours(one, {n: name for name, n in numbers.items()})
        return found

    def _spec(self, machine: Any, since: datetime, now: datetime, interval: int) -> Any:
        manager = vim.PerformanceManager
        return manager.QuerySpec(
            entity=machine,
            metricId=[
                manager.MetricId(counterId=number, instance="*" if name in _A_DISK_EACH else "")
                for name, number in self.numbers().items()
            ],
            startTime=since,
            endTime=now,
            intervalId=interval,
            maxSample=max(1, int((now - since).total_seconds() // interval) + 1),
        )


def interval_s(reach: timedelta) -> int:
    """The finest interval that vCenter still keeps for so long ago."""
    return next((seconds for longest, seconds in _INTERVALS if reach <= longest), _OLDEST_S)


def _hours(answer: Any, names: dict[int, str]) -> dict[datetime, dict[str, float]]:
    times = [info.timestamp.astimezone(UTC) for info in answer.sampleInfo or ()]
    sums: dict[datetime, dict[str, list[float]]] = {}
    for series in answer.value or ():
        name = names.get(series.id.counterId)
        for time, value in zip(times, series.value or (), strict=False):
            if name and value >= 0:
                hour = time.replace(minute=0, second=0, microsecond=0)
                sums.setdefault(hour, {}).setdefault(f"{name}/{series.id.instance}", []).append(
                    value
                )
    return {hour: _averages(by) for hour, by in sums.items()}


def _averages(by_instance: dict[str, list[float]]) -> dict[str, float]:
    """The mean of each series; what each disk has for itself is added up."""
    found: dict[str, float] = {}
    for key, values in by_instance.items():
        name = key.partition("/")[0]
        found[name] = found.get(name, 0.0) + sum(values) / len(values)
    return found


def _sample(machine_id: str, hour: datetime, figures: dict[str, float]) -> Sample:
    """vCenter's figures (hundredths of a percent, KiB/s) in our units."""
    operations = [figures[name] for name in (_READS, _WRITES) if name in figures]
    network = figures.get(_NETWORK)
    return Sample(
        machine_id,
        hour,
        cpu=_percent(figures.get(_CPU)),
        memory=_percent(figures.get(_MEMORY)),
        network=None if network is None else round(network * 1024 * 8 / 1e6, 4),
        iops=round(sum(operations), 2) if operations else None,
    )


def _percent(hundredths: float | None) -> float | None:
    return None if hundredths is None else round(min(hundredths / 100, 100.0), 2)


def _file_systems_used(disks: Iterable[Any] | None) -> float | None:
    """Percent used of the file systems inside, as the tools tell it now."""
    known = [disk for disk in disks or () if disk.capacity]
    total = sum(disk.capacity for disk in known)
    return round(100 * (1 - sum(d.freeSpace or 0 for d in known) / total), 2) if total else None
