"""Foresight: where a metric is going, and what is unlike itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import Field

from tools.anomalies import ENOUGH as TOO_FEW
from tools.anomalies import Oddity, oddities
from tools.catalog import Arguments, Column, Read, Result, Risk, Tool
from tools.courses import line_of
from tools.errors import InvalidRequest
from tools.families.insight import UNITS, Window, figure, metric_named
from tools.forecast import BEST, ENOUGH, FAST, LONG, Forecast, forecast
from tools.machine import VM, State
from tools.names import counted, listed
from tools.selector import METRIC_NAMES, MetricName, Selector
from tools.times import window_length
from tools.usual import Points
from tools.world import World

HISTORY = "28d"
_FURTHEST = timedelta(days=366)
FEW = 5
"""So many machines are foreseen with a model; for more the usual of their hours is taken."""
MOST = 2_000
"""How many machines are looked at in one question: hour by hour, that is what answers in time."""


class ForecastArguments(Arguments):
    """What to look ahead at."""

    metric: MetricName | None = Field(None, description="cpu, memory, disk, network or iops")
    horizon: Window = Field("7d", description="how far ahead: 24h, 7d; 7d if not given")


class AnomalyArguments(Arguments):
    """Where to look."""

    metric: MetricName | None = Field(
        None, description="cpu, memory, disk, network or iops; all if not given"
    )
    window: Window = Field("24h", description="how far back: 24h, 7d; 24h if not given")


def _settled_forecast(selector: Selector, args: ForecastArguments) -> ForecastArguments:
    if window_length(args.horizon) > _FURTHEST:
        raise InvalidRequest(
            f"{args.horizon} is too far to foresee.", hint="Ask for a year at most: 365d."
        )
    named = metric_named(selector, None)
    metric = args.metric or (named.name if named else None)
    if metric is None:
        raise InvalidRequest("Forecast what?", hint="Name a metric.", choices=METRIC_NAMES)
    return args.model_copy(update={"metric": metric})


def _settled_anomalies(selector: Selector, args: AnomalyArguments) -> AnomalyArguments:
    named = metric_named(selector, None)
    return args.model_copy(update={"metric": args.metric or (named.name if named else None)})


def _forecast(world: World, vms: Sequence[VM], args: ForecastArguments) -> Result:
    metric = args.metric or "cpu"
    hours = int(window_length(args.horizon).total_seconds() // 3600)
    looked, notes = _at_most(vms)
    series = world.metrics.series([vm.id for vm in looked], metric, HISTORY)
    ceiling = 100.0 if UNITS[metric] == "%" else math.inf
    ways = BEST if len(looked) <= FEW else FAST
    made = {vm.id: forecast(series.get(vm.id, []), hours, 0, ceiling, ways) for vm in looked}
    rows = [_forecast_row(world, vm, found, metric) for vm in looked if (found := made[vm.id])]
    lacking = [vm.name for vm in looked if made[vm.id] is None]
    if lacking:
        short = counted(len(lacking), "machine") if len(lacking) > FEW else listed(lacking)
        notes.append(f"Fewer than {ENOUGH} hours of samples from {short}.")
    if rows:
        notes.append(_method(ways, [p for vm in looked if made[vm.id] for p in [series[vm.id]]]))
    notes += world.metrics.problems()
    rows.sort(key=lambda row: (row["reaches_90"] or "9", -row["expected"]))
    data: dict[str, Any] = {}
    if len(looked) == 1 and (only := made[looked[0].id]):
        data = {
            "points": [[t.isoformat(), *(round(v, 2) for v in rest)] for t, *rest in only.points],
            **_course(looked[0], metric, series[looked[0].id], only, hours),
        }
    return Result(
        _forecast_text(rows, metric, args.horizon),
        _forecast_columns(metric),
        tuple(rows),
        chart="line",
        source=f"{world.metrics.source_name}, last {HISTORY} at most",
        notes=tuple(notes),
        data=data,
    )


def _method(ways: Sequence[str], histories: Sequence[Points]) -> str:
    """How it was foreseen, and from how much."""
    hours = [(history[-1][0] - history[0][0]) / timedelta(hours=1) for history in histories]
    days = f"{min(hours) / 24:.0f}"
    if max(hours) - min(hours) >= 24:
        days += f" to {max(hours) / 24:.0f}"
    how = "the usual of the hours and a robust trend"
    if len(ways) > 1 and min(hours) < LONG:
        how += ", averaged with exponential smoothing"
    short = "" if min(hours) >= LONG else "; from three weeks on weekends are told apart surely"
    return f"From {how}, over {days} days; nine in ten hours should fall in the range{short}."


def _course(vm: VM, metric: str, points: Points, found: Forecast, hours: int) -> dict[str, Any]:
    """What was measured and what is expected, as lines for a chart."""
    measured = points[-max(hours, 24) :]
    lines = [line_of(vm.name, "measured", measured, vm.id)]
    courses = {
        "expected": [(at, expected) for at, expected, _, _ in found.points],
        "low": [(at, low) for at, _, low, _ in found.points],
        "high": [(at, high) for at, _, _, high in found.points],
    }
    lines += [line_of(vm.name, kind, course, vm.id) for kind, course in courses.items()]
    return {"series": {"metric": metric, "lines": lines}}


def _forecast_columns(metric: str) -> tuple[Column, ...]:
    unit = f" ({UNITS[metric]})"
    figures = (Column("now", f"Now{unit}"), Column("expected", f"At the end{unit}"))
    spread = (Column("low", "Low"), Column("high", "High"), Column("per_day", "Change a day"))
    limits = (Column("reaches_90", "Reaches 90 %", "time"), Column("reaches_100", "Full", "time"))
    shown = (Column("name", "Name"), *figures, *spread)
    return (*shown, *limits) if metric in ("disk", "memory") else shown


def _forecast_row(world: World, vm: VM, found: Forecast, metric: str) -> dict[str, Any]:
    _, expected, low, high = found.points[-1]
    limits = (90.0, 100.0) if metric in ("disk", "memory") else ()
    when = [found.reaches(limit, world.now) for limit in limits] or [None, None]
    return {
        "name": vm.name,
        "id": vm.id,
        "now": round(found.level, 1),
        "expected": round(expected, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "per_day": round(found.slope_per_day, 2),
        "reaches_90": when[0].isoformat(timespec="hours") if when[0] else None,
        "reaches_100": when[1].isoformat(timespec="hours") if when[1] else None,
    }


def _forecast_text(rows: Sequence[dict[str, Any]], metric: str, horizon: str) -> str:
    if not rows:
        return f"There are too few samples for a forecast of {metric}."
    parts: list[str] = []
    for row in rows[:6]:
        part = (
            f"{row['name']} {metric} {figure(row['now'], metric)} now, in {horizon} about "
            f"{figure(row['expected'], metric)} ({row['low']:g} to {row['high']:g})"
        )
        parts.append(part + _reaches(row, metric))
    more = f" And {len(rows) - 6} more in the table." if len(rows) > 6 else ""
    return "; ".join(parts) + "." + more


def _reaches(row: dict[str, Any], metric: str) -> str:
    if metric != "disk":
        return ""
    if row["now"] >= 90:
        full = f"; full about {row['reaches_100'][:10]}" if row["reaches_100"] else ""
        return f", over 90 % already{full}"
    if row["reaches_90"] is None:
        return ", does not reach 90 % within a year"
    full = f" and 100 % about {row['reaches_100'][:10]}" if row["reaches_100"] else ""
    return f", reaches 90 % about {row['reaches_90'][:10]}{full}"


def _at_most(vms: Sequence[VM]) -> tuple[Sequence[VM], list[str]]:
    if len(vms) <= MOST:
        return vms, []
    return vms[:MOST], [f"Only the first {MOST:,} of {len(vms):,} machines were looked at."]


def _anomalies(world: World, vms: Sequence[VM], args: AnomalyArguments) -> Result:
    looked, notes = _at_most(vms)
    by_id = {vm.id: vm for vm in looked}
    hour = world.now.replace(minute=0, second=0, microsecond=0)
    since = hour - window_length(args.window)
    rows: list[dict[str, Any]] = []
    heard: set[str] = set()
    recent: set[str] = set()
    shortest: dict[str, int] = {}
    for metric in (args.metric,) if args.metric else METRIC_NAMES:
        series = world.metrics.series(list(by_id), metric, HISTORY)
        for machine_id, points in series.items():
            heard.add(machine_id)
            before = sum(1 for at, _ in points if at < since)
            shortest[machine_id] = min(before, shortest.get(machine_id, before))
            if points[-1][0] >= since:
                recent.add(machine_id)
            rows += [
                _odd_row(by_id[machine_id], metric, o) for o in oddities(points, since, metric)
            ]
    running = [vm for vm in looked if vm.state is State.RUNNING]
    silent = [vm.name for vm in running if vm.id in heard and vm.id not in recent]
    never = [vm.name for vm in running if vm.id not in heard]
    if silent:
        notes.append(f"Running, yet no samples in the window: {listed(silent)}.")
    if never:
        notes.append(f"Running, yet no samples at all: {listed(never)}.")
    if young := sum(1 for name in shortest if shortest[name] < TOO_FEW):
        notes.append(
            f"Too few samples before the window to know the usual of {counted(young, 'machine')}."
        )
    notes += world.metrics.problems()
    rows.sort(key=lambda row: -row["score"])
    return Result(
        _anomaly_text(rows, len(looked), args.window),
        (
            Column("name", "Name"),
            Column("metric", "Metric"),
            Column("value", "Seen"),
            Column("usual", "Usual at that hour"),
            Column("score", "Times the usual spread"),
            Column("start", "From", "time"),
            Column("end", "To", "time"),
        ),
        tuple(rows),
        source=f"{world.metrics.source_name}, last {args.window} against up to {HISTORY}",
        notes=tuple(notes),
    )


def _odd_row(vm: VM, metric: str, odd: Oddity) -> dict[str, Any]:
    return {
        "name": vm.name,
        "id": vm.id,
        "metric": metric,
        "value": round(odd.value, 1),
        "usual": round(odd.usual, 1),
        "score": round(odd.score, 1),
        "start": odd.start.isoformat(),
        "end": odd.end.isoformat(),
    }


def _anomaly_text(rows: Sequence[dict[str, Any]], machines: int, window: str) -> str:
    where = f"in the last {window} on {counted(machines, 'machine')}"
    if not rows:
        return f"Nothing unusual {where}."
    parts = [
        f"{row['name']} {row['metric']} {figure(row['value'], row['metric'])} "
        f"(usually {figure(row['usual'], row['metric'])}) at {row['start'][5:16].replace('T', ' ')}"
        for row in rows
    ]
    kind = "anomaly" if len(rows) == 1 else "anomalies"
    return f"{len(rows)} {kind} {where}: {listed(parts)}."


FORECAST = Tool(
    name="forecast_metric",
    risk=Risk.READ,
    summary="Where a metric is going, with a range, and when a disk is full.",
    arguments=ForecastArguments,
    handler=Read(_forecast, _settled_forecast),
    says=(
        "when will nfs-01 run out of disk?",
        "forecast the cpu of web-01 for the next 7 days",
        "which disks will be full within a week?",
        "predict memory use of the databases over the next 24 hours",
    ),
)
ANOMALIES = Tool(
    name="find_anomalies",
    risk=Risk.READ,
    summary="Readings unlike what a machine usually does at that hour.",
    arguments=AnomalyArguments,
    handler=Read(_anomalies, _settled_anomalies),
    says=(
        "any anomalies in the last 24 hours?",
        "is anything behaving strangely in prod?",
        "unusual network traffic on the web servers this week",
        "find cpu outliers",
    ),
)
