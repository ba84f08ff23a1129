"""How figures went over time, for charts: a few lines of hours, with their gaps."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tools.machine import VM
from tools.times import window_length
from tools.world import World

MOST_LINES = 5
"""More machines than this are not drawn one by one."""
MOST_POINTS = 240
_HOUR = timedelta(hours=1)
_WORTH = timedelta(hours=3)

Points = Sequence[tuple[datetime, float]]


def courses(
    world: World, vms: Sequence[VM], metric: str, window: str, compare: str | None = None
) -> dict[str, Any]:
    """What `Result.data` says of how a metric went; empty where a chart would say nothing.

    `series` has `metric` and `lines`; a line has a `name`, a `kind` (`measured`, `earlier`,
    `expected`, `low`, `high`) and `points`, pairs of a time and a figure or null for a gap. What
    was earlier is moved to the times that it is compared with.
    """
    if window_length(window) < _WORTH:
        return {}
    ids = [vm.id for vm in vms]
    now = world.metrics.series(ids, metric, window)
    lines = [line_of(vm.name, "measured", now[vm.id], vm.id) for vm in vms if now.get(vm.id)]
    if compare:
        ago = window_length(compare)
        before = world.metrics.series(ids, metric, window, compare)
        lines += [
            line_of(vm.name, "earlier", [(at + ago, v) for at, v in before[vm.id]], vm.id)
            for vm in vms
            if before.get(vm.id)
        ]
    return {"series": {"metric": metric, "lines": lines}} if lines else {}


def line_of(name: str, kind: str, points: Points, machine_id: str = "") -> dict[str, Any]:
    """A line of at most `MOST_POINTS` points; hours without a figure break it."""
    hours = max(1, math.ceil((points[-1][0] - points[0][0]) / _HOUR / MOST_POINTS))
    drawn = [
        [at.isoformat(), None if value is None else round(value, 2)]
        for at, value in _stepped(points, hours)
    ]
    return {"name": name, "id": machine_id, "kind": kind, "points": drawn}


def _stepped(points: Points, hours: int) -> Iterator[tuple[datetime, float | None]]:
    """The mean of so many hours each; None once for a stretch without samples."""
    start, step = points[0][0], hours * _HOUR
    parts: dict[int, list[float]] = {}
    for at, value in points:
        parts.setdefault(int((at - start) / step), []).append(value)
    previous = -1
    for number, values in parts.items():
        if number > previous + 1 and previous >= 0:
            yield start + (previous + 1) * step, None
        yield start + number * step, statistics.fmean(values)
        previous = number


def lines_in(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a result's data; none where it has no course."""
    return list(data.get("series", {}).get("lines", ()))
