"""Insight: metrics and costs of machines."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from tools.catalog import Arguments, Column, Read, Result, Risk, Tool
from tools.cost import HOURS, dollars, hourly_cost_usd
from tools.grouping import GroupBy, grouped
from tools.machine import VM
from tools.names import counted, listed
from tools.selector import (
    METRIC_NAMES,
    Aggregate,
    MetricCondition,
    MetricName,
    Selector,
    order_metric,
)
from tools.times import canonical_window
from tools.world import World

UNITS = {"cpu": "%", "memory": "%", "disk": "%", "network": "Mbit/s", "iops": "/s"}
"""The unit of each metric, for people."""

Window = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}[hdw]$"), AfterValidator(canonical_window)]
"""How long, as a number and `h` or `d`; weeks are turned into days."""


class MetricArguments(Arguments):
    """Which figures."""

    metric: MetricName | None = Field(
        None, description="cpu, memory, disk (percent), network (Mbit/s) or iops; all if not given"
    )
    window: Window | None = Field(None, description="how far back: 1h, 24h, 7d; 1h if not given")
    aggregate: Aggregate | None = Field(None, description="avg, max, min, p95 or last")
    group_by: GroupBy | None = Field(None, description="a field or a tag to average by")


class CostArguments(Arguments):
    """Over how long, and split how."""

    window: Literal["hour", "day", "month"] = Field(
        "month", description="hour, day or month (of 730 hours)"
    )
    group_by: GroupBy | None = Field(
        None, description="a field or a tag to split by, such as team, provider, env"
    )


def metric_named(selector: Selector, metric: str | None) -> MetricCondition | None:
    """The selector's own condition on a metric: its order's first, else its first condition."""
    named = order_metric(selector)
    if named is None and selector.metric:
        named = selector.metric[0]
    if metric is None:
        return named
    same = [c for c in (named, *(selector.metric or ())) if c is not None and c.name == metric]
    return same[0] if same else None


def settled_metric(selector: Selector, args: MetricArguments) -> MetricArguments:
    """What is not said is as in the selector's condition; else the average of the last hour."""
    named = metric_named(selector, args.metric)
    return args.model_copy(
        update={
            "metric": args.metric or (named.name if named else None),
            "window": args.window or (canonical_window(named.window) if named else "1h"),
            "aggregate": args.aggregate or (named.aggregate if named else "avg"),
        }
    )


def figure(value: float, metric: str) -> str:
    """A reading for people, with its unit."""
    unit = UNITS[metric]
    return f"{value:.1f}{'' if unit.startswith('/') else ' '}{unit}"


def _metrics(world: World, vms: Sequence[VM], args: MetricArguments) -> Result:
    window, aggregate = args.window or "1h", args.aggregate or "avg"
    source = f"{world.metrics.source_name}, {aggregate} of the last {window}"
    if not vms:
        return Result("No machine fits that.", source=source)
    names: tuple[str, ...] = (args.metric,) if args.metric else METRIC_NAMES
    values = {name: world.metrics.read(name, aggregate, window) for name in names}
    silent = [vm.name for vm in vms if not any(vm.id in values[n] for n in names)]
    notes = (f"No samples from {listed(silent)}.",) if silent else ()
    if args.group_by is not None:
        return _by_group(world, vms, args, values, source, notes)
    rows = tuple(_row(vm, values) for vm in vms)
    columns = (Column("name", "Name"), *_columns(names), Column("id", "Id"))
    text = _metric_text(vms, names, values, f"{aggregate} of the last {window}")
    chart = "bar" if args.metric and len(vms) > 1 else None
    return Result(text, columns, rows, chart=chart, source=source, notes=notes)


def _row(vm: VM, values: dict[str, dict[str, float]]) -> dict[str, Any]:
    figures = {n: round(found[vm.id], 2) if vm.id in found else None for n, found in values.items()}
    return {"name": vm.name, **figures, "id": vm.id}


def _columns(names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, f"{name} ({UNITS[name]})", "percent" if UNITS[name] == "%" else "")
        for name in names
    )


def _metric_text(
    vms: Sequence[VM], names: Sequence[str], values: dict[str, dict[str, float]], how: str
) -> str:
    if len(names) > 1:
        lines = [
            f"{vm.name}: "
            + (
                ", ".join(f"{n} {figure(values[n][vm.id], n)}" for n in names if vm.id in values[n])
                or "no samples"
            )
            for vm in vms[:6]
        ]
        more = f"\n… and {len(vms) - 6} more in the table." if len(vms) > 6 else ""
        return f"{how.capitalize()}. " + "\n".join(lines) + more
    name = names[0]
    found = values[name]
    shown = [
        f"{vm.name} {figure(found[vm.id], name)}" if vm.id in found else f"{vm.name} no samples"
        for vm in vms
    ]
    every = [found[vm.id] for vm in vms if vm.id in found]
    mean = f"; on average {figure(statistics.fmean(every), name)}" if len(every) > 1 else ""
    return f"{name} ({how}): {listed(shown, 10)}{mean}."


def _by_group(
    world: World,
    vms: Sequence[VM],
    args: MetricArguments,
    values: dict[str, dict[str, float]],
    source: str,
    notes: tuple[str, ...],
) -> Result:
    by = str(args.group_by)
    rows: list[dict[str, Any]] = []
    for value, members in grouped(world, vms, by).items():
        row: dict[str, Any] = {"value": value, "machines": len(members)}
        for name, found in values.items():
            known = [found[vm.id] for vm in members if vm.id in found]
            row[name] = round(statistics.fmean(known), 2) if known else None
        rows.append(row)
    first = next(iter(values))
    parts = [f"{r['value']} {figure(r[first], first)}" for r in rows if r[first] is not None]
    columns = (Column("value", by), Column("machines", "Machines", "count"), *_columns([*values]))
    text = f"{first} by {by}, averaged over machines: {listed(parts, 12)}."
    return Result(text, columns, tuple(rows), chart="bar", source=source, notes=notes)


def _costs(world: World, vms: Sequence[VM], args: CostArguments) -> Result:
    hours = HOURS[args.window]
    total = sum(hourly_cost_usd(vm) for vm in vms) * hours
    off = [vm for vm in vms if vm.hourly_cost_usd > 0 and hourly_cost_usd(vm) == 0]
    running = len(vms) - len(off)
    text = f"{dollars(total)} {_per(args.window)} for {counted(running, 'machine')}"
    notes = [f"Prices of sizes, compute only; a month is {HOURS['month']} hours."]
    if off:
        idle = dollars(sum(vm.hourly_cost_usd for vm in off) * hours)
        notes.append(
            f"{counted(len(off), 'machine')} stopped or suspended cost nothing for compute ({idle} "
            f"{_per(args.window)} if they ran): {listed([vm.name for vm in off])}."
        )
    rows = _cost_rows(world, vms, args, hours)
    if args.group_by is not None and rows:
        parts = [f"{row['value']} {dollars(row['cost_usd'])}" for row in rows]
        text += f", by {args.group_by}: {listed(parts, 12)}"
    first = Column("value", args.group_by) if args.group_by else Column("name", "Machine")
    middle = Column("machines", "Machines", "count") if args.group_by else Column("state", "State")
    return Result(
        f"{text}.",
        (first, middle, Column("cost_usd", f"Cost a {args.window}", "usd")),
        rows,
        chart="bar" if args.group_by else None,
        source="providers' prices of sizes",
        notes=tuple(notes),
        data={"cost_usd": round(total, 4), "window": args.window},
    )


def _cost_rows(
    world: World, vms: Sequence[VM], args: CostArguments, hours: int
) -> tuple[dict[str, Any], ...]:
    if args.group_by is None:
        rows: list[dict[str, Any]] = [
            {
                "name": vm.name,
                "state": vm.state.value,
                "cost_usd": round(hourly_cost_usd(vm) * hours, 4),
            }
            for vm in vms
        ]
    else:
        rows = [
            {
                "value": value,
                "machines": len(members),
                "cost_usd": round(sum(map(hourly_cost_usd, members)) * hours, 4),
            }
            for value, members in grouped(world, vms, args.group_by).items()
        ]
    return tuple(sorted(rows, key=lambda row: -row["cost_usd"]))


def _per(window: str) -> str:
    return {"hour": "an hour", "day": "a day", "month": "a month"}[window]


QUERY_METRICS = Tool(
    name="query_metrics",
    risk=Risk.READ,
    summary="Read CPU, memory, disk, network and disk operations of machines over a window.",
    arguments=MetricArguments,
    handler=Read(_metrics, settled_metric),
    says=(
        "which machines have high CPU?",
        "show me VMs that are consuming high CPU in the last hour",
        "top 3 machines by memory use right now",
        "what's the p95 cpu of web-01 over the last 7 days?",
        "disk usage of the databases",
        "average network traffic by team today",
    ),
)
COST_REPORT = Tool(
    name="cost_report",
    risk=Risk.READ,
    summary="What machines cost an hour, a day or a month, all together or by a field or tag.",
    arguments=CostArguments,
    handler=Read(_costs),
    says=(
        "what does the data team cost us a month?",
        "how much are we spending per provider?",
        "cost of the gcp machines per day",
        "what's our monthly bill by env?",
        "how much does db-prod-1 cost an hour?",
    ),
)
