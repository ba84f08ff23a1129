"""Metrics of machines from CloudWatch, in batches: hourly, in the units of a `Sample`.

EC2 itself measures processor, network and disk operations. Memory and disk use are there where
CloudWatch's agent runs in the machine; they are absent elsewhere, never 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.errors import NovaError
from tools.providers.aws_link import Facts, Place
from tools.providers.base import Sample

_HOUR_S = 3600
_QUERIES_A_CALL = 500
_HOURS_A_CALL = 200
"""500 series of 200 hours are just below the 100,800 points that an answer holds."""
_AGENT = {
    "mem_used_percent": "memory", "Memory % Committed Bytes In Use": "memory",
    "disk_used_percent": "disk",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of EC2's, and what it adds to which of ours."""

    metric: str
    statistic: str
    field: str
    factor: float


_MEASURED = (
    Measured("CPUUtilization", "Average", "cpu", 1.0),
    Measured("NetworkIn", "Sum", "network", 8 / 1e6 / _HOUR_S),
    Measured("NetworkOut", "Sum", "network", 8 / 1e6 / _HOUR_S),
    Measured("EBSReadOps", "Sum", "iops", 1 / _HOUR_S),
    Measured("EBSWriteOps", "Sum", "iops", 1 / _HOUR_S),
)


@dataclass(frozen=True)
class Series:
    """One series to ask for."""

    instance_id: str
    field: str
    factor: float
    stat: Facts


def read_samples(
    pool: Executor, wanted: Iterable[tuple[Place, Sequence[str]]], since: datetime, now: datetime
) -> list[Sample]:
    """The samples of these machines of these places, from whole hours on."""
    begin = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if begin < since:
        begin += timedelta(hours=1)
    jobs: list[tuple[Place, list[Series], datetime, datetime]] = []
    for place, ids in wanted:
        series = [*_by_ec2(ids), *_by_agent(place, set(ids))]
        for start, end in _stretches(begin, now):
            for first in range(0, len(series), _QUERIES_A_CALL):
                jobs.append((place, series[first : first + _QUERIES_A_CALL], start, end))
    answers = pool.map(_ask, *zip(*jobs, strict=True)) if jobs else iter(())
    sums: dict[tuple[str, datetime], dict[str, float]] = defaultdict(dict)
    for (place, series, _, _), answer in zip(jobs, answers, strict=True):
        _add_up(sums, place, series, answer)
    return [Sample(machine, hour, **values) for (machine, hour), values in sorted(sums.items())]


def _stretches(begin: datetime, now: datetime) -> Iterable[tuple[datetime, datetime]]:
    while begin < now:
        end = min(now, begin + timedelta(hours=_HOURS_A_CALL))
        yield begin, end
        begin = end


def _by_ec2(ids: Sequence[str]) -> Iterable[Series]:
    for instance_id in ids:
        dimensions = [{"Name": "InstanceId", "Value": instance_id}]
        for one in _MEASURED:
            stat = _stat("AWS/EC2", one.metric, dimensions, one.statistic)
            yield Series(instance_id, one.field, one.factor, stat)


def _by_agent(place: Place, ids: set[str]) -> list[Series]:
    """What agents report: their series are named by more than the machine, so they are listed."""
    try:
        metrics = _listed(place)
    except NovaError:
        return []  # who may not list them has none; the other metrics are there
    found: dict[tuple[str, str], Series] = {}
    for metric in metrics:
        dimensions = {d["Name"]: d["Value"] for d in metric["Dimensions"]}
        name, instance_id = metric["MetricName"], dimensions.get("InstanceId")
        if instance_id in ids and name in _AGENT and dimensions.get("path", "/") == "/":
            stat = _stat("CWAgent", name, metric["Dimensions"], "Average")
            field = _AGENT[name]
            found.setdefault((instance_id, field), Series(instance_id, field, 1.0, stat))
    return list(found.values())


def _listed(place: Place) -> list[Facts]:
    return place.pages(
        "cloudwatch", "list_metrics", "Metrics", Namespace="CWAgent", RecentlyActive="PT3H"
    )


def _stat(namespace: str, name: str, dimensions: list[Any], statistic: str) -> Facts:
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Metric": metric, "Period": _HOUR_S, "Stat": statistic}


def _ask(place: Place, series: list[Series], start: datetime, end: datetime) -> list[Facts]:
    queries = [{"Id": f"q{n}", "MetricStat": one.stat} for n, one in enumerate(series)]
    return place.pages(
        "cloudwatch", "get_metric_data", "MetricDataResults",
        MetricDataQueries=queries, StartTime=start, EndTime=end,
    )  # fmt: skip


def _add_up(
    sums: dict[tuple[str, datetime], dict[str, float]],
    place: Place,
    series: list[Series],
    answer: list[Facts],
) -> None:
    for result in answer:
        one = series[int(result["Id"][1:])]
        for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
            hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            values = sums[place.machine_id(one.instance_id), hour]
            values[one.field] = values.get(one.field, 0.0) + value * one.factor
