"""Advice: where money is wasted, and where a new machine fits best. It only ever proposes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tools.calls import Call, When
from tools.cost import HOURS
from tools.loose_disks import DISK_USD_GIB_MONTH, usd_month
from tools.machine import VM, LooseDisk, Offer, State
from tools.metrics import Metrics, Series
from tools.selector import Selector
from tools.sizes import fitting_sizes, offered
from tools.world import World

MONTH_H = HOURS["month"]
IDLE_PERCENT = 5.0
OLD_SNAPSHOT_DAYS = 30
SNAPSHOT_USD_GIB_MONTH = 0.05
"""What clouds ask for a GiB of snapshot a month, about (2026 list prices)."""
YOUNG = timedelta(days=1)
"""A disk may be on its way to a machine: one as young as this is no waste."""

_NIGHT = frozenset({*range(0, 7), *range(20, 24)})
_OFF_SHARE = (5 * 11 + 48) / 168
_CPU_TARGET = 60.0
_MEMORY_TARGET = 80.0
_WORTH_USD_MONTH = 1.0

Kind = Literal["idle", "oversized", "schedule", "long stopped", "old snapshots", "orphaned disk"]


@dataclass(frozen=True, slots=True)
class Saving:
    """One way to spend less: what to do, why, what it saves and what it risks.

    Attributes:
        name, id: the machine's, or the disk's.
        action: a sentence that NovaCron can be told.
        calls: the same as calls on just this, to be planned and asked about at a click.
        saving_usd_month: what it saves; disks and snapshots are estimates.
    """

    name: str
    id: str
    kind: Kind
    action: str
    calls: tuple[Call, ...]
    evidence: str
    saving_usd_month: float
    risk: Literal["low", "medium", "high"]
    caution: str


def savings(world: World, vms: Sequence[VM]) -> list[Saving]:
    """All that can be saved on these machines, the largest first."""
    week = _Week.read(world.metrics, [vm.id for vm in vms if _may_rest(vm)])
    found: list[Saving] = []
    for vm in vms:
        ways = [way for way in (_compute(world, vm, week), *_storage(world, vm, week)) if way]
        found += [way for way in ways if way.saving_usd_month >= _WORTH_USD_MONTH]
    return sorted(found, key=lambda s: -s.saving_usd_month)


def disk_savings(world: World, disks: Sequence[LooseDisk]) -> list[Saving]:
    """What the disks that no machine uses cost, the dearest first."""
    old = [d for d in disks if d.created_at is None or world.now - d.created_at > YOUNG]
    found = [_orphaned(disk) for disk in old]
    return [saving for saving in found if saving.saving_usd_month >= _WORTH_USD_MONTH]


def _orphaned(disk: LooseDisk) -> Saving:
    made = f", made {disk.created_at:%Y-%m-%d}" if disk.created_at else ""
    since = f" since {disk.detached_at:%Y-%m-%d}" if disk.detached_at else ""
    return Saving(
        disk.name,
        disk.id,
        "orphaned disk",
        f"delete disk {disk.name}",
        (Call(tool="delete_disks", args={"disks": [disk.id]}),),
        f"attached to no machine{since}; {disk.size_gib:g} GiB in {disk.provider} "
        f"{disk.region}{made}",
        usd_month(disk),
        "high",
        "what is on it is lost: ask whose it was",
    )


@dataclass(frozen=True, slots=True)
class _Week:
    """What each machine did over the last 7 days."""

    cpu_hours: Series
    cpu_avg: dict[str, float]
    cpu_p95: dict[str, float]
    cpu_max: dict[str, float]
    memory_p95: dict[str, float]

    @classmethod
    def read(cls, metrics: Metrics, by_hour: Sequence[str]) -> _Week:
        return cls(
            metrics.series(by_hour, "cpu", "7d"),
            metrics.read("cpu", "avg", "7d"),
            metrics.read("cpu", "p95", "7d"),
            metrics.read("cpu", "max", "7d"),
            metrics.read("memory", "p95", "7d"),
        )


def _compute(world: World, vm: VM, week: _Week) -> Saving | None:
    if vm.state is not State.RUNNING or vm.hourly_cost_usd == 0 or vm.id not in week.cpu_avg:
        return None
    if week.cpu_avg[vm.id] < IDLE_PERCENT:
        return _idle(vm, week)
    ways = [_oversized(offered(world.inventory, vm.provider), vm, week), _scheduled(vm, week)]
    return max((way for way in ways if way), key=lambda w: w.saving_usd_month, default=None)


def _idle(vm: VM, week: _Week) -> Saving:
    average, most = week.cpu_avg[vm.id], week.cpu_max[vm.id]
    guarded = vm.protected or is_production(vm)
    return Saving(
        vm.name,
        vm.id,
        "idle",
        f"stop {vm.name}",
        _on(vm, "stop_vms"),
        f"CPU {average:.1f} % on average and {most:.0f} % at most over 7 days",
        vm.hourly_cost_usd * MONTH_H,
        "medium" if guarded else "low",
        "production or protected: ask its owner first" if guarded else "it can be started again",
    )


def _oversized(offer: Offer, vm: VM, week: _Week) -> Saving | None:
    """A smaller size under which the busiest hours of the week still leave room."""
    if vm.id not in week.memory_p95 or vm.size is None:
        return None
    cpu, memory = week.cpu_p95[vm.id], week.memory_p95[vm.id]
    vcpus = max(1, math.ceil(vm.vcpus * cpu / _CPU_TARGET))
    memory_gib = vm.memory_gib * memory / _MEMORY_TARGET
    smaller = next(iter(fitting_sizes(offer.sizes, vcpus, memory_gib)), None)
    if smaller is None or smaller.hourly_cost_usd > 0.9 * vm.hourly_cost_usd:
        return None
    return Saving(
        vm.name,
        vm.id,
        "oversized",
        f"resize {vm.name} to {smaller.name}",
        _on(vm, "resize_vms", size=smaller.name),
        f"p95 over 7 days: CPU {cpu:.0f} % of {vm.vcpus} vCPUs, memory {memory:.0f} % of "
        f"{vm.memory_gib:g} GiB; {smaller.name} has {smaller.vcpus} and {smaller.memory_gib:g} GiB",
        (vm.hourly_cost_usd - smaller.hourly_cost_usd) * MONTH_H,
        "high" if is_production(vm) else "medium",
        "it may restart; a week says nothing of month ends",
    )


def _scheduled(vm: VM, week: _Week) -> Saving | None:
    """A machine outside production that rests at night and at the weekend can be off then."""
    points = week.cpu_hours.get(vm.id, [])
    rest = [value for time, value in points if _is_rest(time)]
    work = [value for time, value in points if not _is_rest(time)]
    if len(rest) < 48 or not work or max(rest) > 2 * IDLE_PERCENT:
        return None
    mean = sum(rest) / len(rest)
    if mean >= IDLE_PERCENT:
        return None
    return Saving(
        vm.name,
        vm.id,
        "schedule",
        f"stop {vm.name} every weekday at 8pm",
        (
            *_on(vm, "stop_vms", When(cron="0 20 * * 1-5")),
            *_on(vm, "start_vms", When(cron="0 7 * * 1-5")),
        ),
        f"CPU {mean:.1f} % at nights and weekends against {sum(work) / len(work):.0f} % by day",
        vm.hourly_cost_usd * MONTH_H * _OFF_SHARE,
        "low",
        "with a start at 7am on weekdays, which the plan has; night jobs would not run",
    )


def _storage(world: World, vm: VM, week: _Week) -> list[Saving | None]:
    return [_long_stopped(vm, week), _old_snapshots(world, vm)]


def _long_stopped(vm: VM, week: _Week) -> Saving | None:
    if vm.state is not State.STOPPED or vm.id in week.cpu_avg:
        return None
    return Saving(
        vm.name,
        vm.id,
        "long stopped",
        f"delete {vm.name}",
        _on(vm, "delete_vms"),
        f"stopped, no samples for 7 days; {vm.disk_gib:g} GiB of disk kept",
        vm.disk_gib * DISK_USD_GIB_MONTH,
        "high",
        "protected: kept on purpose, it seems" if vm.protected else "take a snapshot first",
    )


def _old_snapshots(world: World, vm: VM) -> Saving | None:
    before = world.now - timedelta(days=OLD_SNAPSHOT_DAYS)
    old = [s for s in vm.snapshots if s.created_at < before]
    if not old:
        return None
    size = sum(s.size_gib if s.size_gib is not None else vm.disk_gib / 4 for s in old)
    oldest = min(s.created_at for s in old)
    return Saving(
        vm.name,
        vm.id,
        "old snapshots",
        f"delete snapshots of {vm.name} older than {OLD_SNAPSHOT_DAYS} days",
        _on(vm, "delete_snapshots", older_than_days=OLD_SNAPSHOT_DAYS),
        f"{len(old)} older than {OLD_SNAPSHOT_DAYS} days, the oldest of {oldest:%Y-%m-%d}; "
        f"about {size:,.0f} GiB",
        size * SNAPSHOT_USD_GIB_MONTH,
        "medium",
        "check that no backup policy counts on them",
    )


def _on(vm: VM, tool: str, when: When | None = None, **args: Any) -> tuple[Call, ...]:
    """A call on just this machine, whoever else bears its name."""
    return (Call(tool=tool, selector=Selector(ids=(vm.id,)), args=args, when=when),)


def is_production(vm: VM) -> bool:
    """Whether its tags say production, or say nothing."""
    return vm.tags.get("env", "prod") in {"prod", "production"}


def _may_rest(vm: VM) -> bool:
    """Whether a machine may be off at night by what its tags say."""
    always = {"ci", "monitoring", "scm", "dns", "backup"}
    return vm.state is State.RUNNING and not is_production(vm) and vm.tags.get("role") not in always


def _is_rest(time: datetime) -> bool:
    return time.hour in _NIGHT or time.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new machine fits, and at what price."""

    provider: str
    region: str
    host: str | None
    size: str
    vcpus: int
    memory_gib: float
    usd_month: float
    free: str


def places(
    world: World, vcpus: int, memory_gib: float, region: str | None, provider: str | None
) -> list[Place]:
    """The cheapest fitting size in each region, on the host with the most free memory."""
    found: list[Place] = []
    for kind in dict.fromkeys(o.provider for o in world.inventory.offers()):
        if provider not in (None, kind):
            continue
        offer = offered(world.inventory, kind)
        size = next(iter(fitting_sizes(offer.sizes, vcpus, memory_gib)), None)
        for place in offer.regions if size is not None else ():
            if region not in (None, place) or size is None:
                continue
            host, free = _roomiest(world, offer, place, size.memory_gib)
            if free is not None:
                price = size.hourly_cost_usd * MONTH_H
                figures = (size.name, size.vcpus, size.memory_gib, price, free)
                found.append(Place(kind, place, host, *figures))
    return sorted(found, key=lambda p: (p.usd_month, p.provider, p.region))


def _roomiest(
    world: World, offer: Offer, region: str, memory_gib: float
) -> tuple[str | None, str | None]:
    """The host with the most free memory that fits; (None, None) where no host has room."""
    hosts = [h for h in offer.hosts if h.region == region]
    if not hosts:
        return None, "as the provider has it"
    used: dict[str | None, float] = {}
    for vm in world.inventory.all():
        if vm.provider == offer.provider and vm.state is not State.STOPPED:
            used[vm.host] = used.get(vm.host, 0) + vm.memory_gib
    free = {h.name: h.memory_gib - used.get(h.name, 0) for h in hosts}
    best = max(free, key=lambda name: free[name])
    if free[best] < memory_gib:
        return None, None
    return best, f"{free[best]:g} GiB of memory free"
