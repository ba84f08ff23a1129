"""Insight: what machines cost, and the words for metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from tools.catalog import Arguments, Column, Read, Result, Risk, Tool
from tools.cost import HOURS, dollars, hourly_cost_usd
from tools.grouping import GroupBy, grouped
from tools.machine import VM
from tools.names import counted, listed
from tools.selector import (
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
    compare: Window | None = Field(
        None,
        description="beside it the same window so much earlier: 24h is yesterday, 7d last week",
    )


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
