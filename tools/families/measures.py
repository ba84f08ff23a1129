"""Measures: what machines use, over a window, by group, and beside the same window earlier."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.catalog import Column, Read, Result, Risk, Tool
from tools.courses import MOST_LINES, courses
from tools.families.insight import UNITS, MetricArguments, figure, settled_metric
from tools.grouping import grouped
from tools.machine import VM
from tools.names import counted, listed
from tools.selector import METRIC_NAMES
from tools.times import window_length
from tools.world import World

_NAMED = 10


@dataclass(frozen=True)
class _Read:
    """What was read: by metric, the value of each machine now and, where asked, earlier."""

    args: MetricArguments
    now: dict[str, dict[str, float]]
    earlier: dict[str, dict[str, float]]

    @property
    def names(self) -> list[str]:
        return list(self.now)

    @property
    def how(self) -> str:
        """Aggregate and window, for people."""
        beside = f" against {self.args.compare} earlier" if self.args.compare else ""
        return f"{self.args.aggregate} of the last {self.args.window}{beside}"

    def row(self, vms: Sequence[VM]) -> dict[str, float | None]:
        """The mean over these machines of each metric; None where none has samples."""
        found: dict[str, float | None] = {}
        for name in self.names:
            found[name] = now = _mean(self.now[name], vms)
            if self.args.compare:
                found[f"{name}_before"] = before = _mean(self.earlier[name], vms)
                found[f"{name}_change"] = (
                    round(now - before, 2) if now is not None and before is not None else None
                )
        return found

    def columns(self) -> tuple[Column, ...]:
        """Their headings."""
        found: list[Column] = []
        for name in self.names:
            unit = "percent" if UNITS[name] == "%" else ""
            found.append(Column(name, f"{name} ({UNITS[name]})", unit))
            if self.args.compare:
                found.append(Column(f"{name}_before", f"{self.args.compare} earlier", unit))
                found.append(Column(f"{name}_change", "Change"))
        return tuple(found)


def _mean(values: dict[str, float], vms: Sequence[VM]) -> float | None:
    if len(vms) == 1:
        only = values.get(vms[0].id)
        return None if only is None else round(only, 2)
    known = [values[vm.id] for vm in vms if vm.id in values]
    return round(statistics.fmean(known), 2) if known else None


def _metrics(world: World, vms: Sequence[VM], args: MetricArguments) -> Result:
    window, aggregate = args.window or "1h", args.aggregate or "avg"
    args = args.model_copy(update={"window": window, "aggregate": aggregate})
    if not vms:
        return Result("No machine fits that.", source=world.metrics.source_name)
    names: tuple[str, ...] = (args.metric,) if args.metric else METRIC_NAMES
    now = {name: world.metrics.read(name, aggregate, window) for name in names}
    earlier: dict[str, dict[str, float]] = {}
    if args.compare:
        earlier = {n: world.metrics.read(n, aggregate, window, args.compare) for n in names}
    read = _Read(args, now, earlier)
    source = f"{world.metrics.source_name}, {read.how}"
    notes = _notes(world, vms, read)
    if args.group_by is not None:
        return _by_group(world, vms, read, source, notes)
    rows = tuple({"name": vm.name, **read.row([vm]), "id": vm.id} for vm in vms)
    columns = (Column("name", "Name"), *read.columns(), Column("id", "Id"))
    data: dict[str, Any] = {}
    if args.metric and len(vms) <= MOST_LINES:
        data = courses(world, vms, args.metric, window, args.compare)
    chart = "bar" if args.metric and len(vms) > 1 else None
    return Result(_text(vms, read), columns, rows, chart, source, notes, data=data)


def _notes(world: World, vms: Sequence[VM], read: _Read) -> tuple[str, ...]:
    notes: list[str] = []
    silent = [vm.name for vm in vms if not any(vm.id in read.now[n] for n in read.names)]
    if len(silent) > _NAMED:
        notes.append(f"{len(silent):,} of {len(vms):,} machines have no samples in the window.")
    elif silent:
        notes.append(f"No samples from {listed(silent)}.")
    if read.args.compare:
        new = [
            vm.name
            for vm in vms
            if any(vm.id in read.now[n] for n in read.names)
            and not any(vm.id in read.earlier[n] for n in read.names)
        ]
        if new:
            said = counted(len(new), "machine") if len(new) > _NAMED else listed(new)
            notes.append(f"No samples {read.args.compare} earlier from {said}.")
        if window_length(read.args.compare) < window_length(read.args.window or "1h"):
            notes.append("The two windows overlap: the earlier one is less than a window away.")
    return (*notes, *world.metrics.problems())


def _text(vms: Sequence[VM], read: _Read) -> str:
    if len(read.names) > 1:
        lines = [f"{vm.name}: {_all_of(vm, read)}" for vm in vms[:6]]
        more = f"\n… and {len(vms) - 6} more in the table." if len(vms) > 6 else ""
        return f"{read.how.capitalize()}. " + "\n".join(lines) + more
    name = read.names[0]
    said = _most_changed(vms, read) if read.args.compare and len(vms) > _NAMED else list(vms)
    shown = [f"{vm.name} {_figures(read.row([vm]), name)}" for vm in said[:_NAMED]]
    shown += [vm.name for vm in said[_NAMED:]]
    whole = read.row(vms)
    mean = (
        f"; on average {_figures(whole, name)}" if len(vms) > 1 and whole[name] is not None else ""
    )
    first = "the largest changes " if len(said) < len(vms) else ""
    return f"{name} ({read.how}): {first}{listed(shown, _NAMED)}{mean}."


def _all_of(vm: VM, read: _Read) -> str:
    row = read.row([vm])
    known = [f"{n} {_figures(row, n)}" for n in read.names if row[n] is not None]
    return ", ".join(known) or "no samples"


def _figures(row: dict[str, float | None], name: str) -> str:
    value, before = row[name], row.get(f"{name}_before")
    if value is None:
        return "no samples"
    change = row.get(f"{name}_change")
    if before is None or change is None:
        return figure(value, name)
    return f"{figure(value, name)} ({change:+.1f}, was {figure(before, name)})"


def _most_changed(vms: Sequence[VM], read: _Read) -> list[VM]:
    """The machines whose figure moved most; those that lack one of the two are left out."""
    key = f"{read.names[0]}_change"
    changes = [(read.row([vm])[key], vm) for vm in vms]
    moved = [(abs(change), vm) for change, vm in changes if change is not None]
    return [vm for _, vm in sorted(moved, key=lambda pair: -pair[0])[:_NAMED]]


def _by_group(
    world: World, vms: Sequence[VM], read: _Read, source: str, notes: tuple[str, ...]
) -> Result:
    by = str(read.args.group_by)
    groups = grouped(world, vms, by)
    figures = {value: read.row(members) for value, members in groups.items()}
    rows = [
        {"value": value, "machines": len(groups[value]), **row} for value, row in figures.items()
    ]
    first = read.names[0]
    known = {value: row for value, row in figures.items() if row[first] is not None}
    parts = [f"{value} {_figures(row, first)}" for value, row in known.items()]
    columns = (Column("value", by), Column("machines", "Machines", "count"), *read.columns())
    text = f"{first} by {by}, averaged over machines ({read.how}): {listed(parts, 12)}."
    return Result(text, columns, tuple(rows), chart="bar", source=source, notes=notes)


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
