"""What each verb makes of a machine in the sandbox: pure functions from a record to the next.

Each gives the transition, or None where nothing is left to do, and raises what a provider would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tools.machine import VM, Offer, Snapshot, State
from tools.sizes import Shape, price_of

SLEEPING = frozenset({State.SUSPENDED, State.PAUSED})


@dataclass(frozen=True, slots=True)
class Transition:
    """A machine is `during` for so many seconds, then `after` (None: gone)."""

    during: VM
    after: VM | None
    seconds: float


def started(vm: VM) -> Transition | None:
    """Powered on; a machine in error is powered on afresh."""
    if vm.state in (State.RUNNING, State.STARTING):
        return None
    if vm.state in SLEEPING:
        raise Conflict(f"{vm.name} is {vm.state}; resume it instead.")
    return Transition(_in(vm, State.STARTING), _in(vm, State.RUNNING), 4)


def stopped(vm: VM, force: bool) -> Transition | None:
    """Shut down, at once with `force`."""
    if vm.state is State.STOPPED:
        return None
    return Transition(_in(vm, State.STOPPING), _in(vm, State.STOPPED), 1 if force else 3)


def restarted(vm: VM, force: bool) -> Transition:
    """Rebooted."""
    if vm.state is State.STOPPED or vm.state in SLEEPING:
        raise Conflict(f"{vm.name} is {vm.state}, so it cannot be restarted.")
    return Transition(_in(vm, State.STARTING), _in(vm, State.RUNNING), 3 if force else 5)


def suspended(vm: VM) -> Transition | None:
    """Put to sleep with its memory."""
    if vm.state in SLEEPING:
        return None
    _require(vm, State.RUNNING, "suspended")
    return Transition(vm, _in(vm, State.SUSPENDED), 2)


def resumed(vm: VM) -> Transition | None:
    """Woken up."""
    if vm.state is State.RUNNING:
        return None
    if vm.state not in SLEEPING:
        raise Conflict(f"{vm.name} is {vm.state}, not suspended.")
    return Transition(vm, _in(vm, State.RUNNING), 2)


def deleted(vm: VM) -> Transition:
    """Removed with all that it holds."""
    if vm.protected:
        raise NotAllowed(
            f"{vm.name} is protected against deletion.", hint="Unprotect it first, if you may."
        )
    return Transition(_in(vm, State.STOPPING), None, 2)


def resized(vm: VM, offer: Offer, shape: Shape) -> Transition | None:
    """With these vCPUs and this memory, at the price of the size."""
    if shape.size is not None:
        size = next((s for s in offer.sizes if s.name == shape.size), None)
        if size is None:
            raise NotFound(f"{vm.provider} has no size {shape.size!r}.")
        shape = Shape(size.vcpus, size.memory_gib, size.name)
    after = replace(
        vm,
        size=shape.size,
        vcpus=shape.vcpus,
        memory_gib=shape.memory_gib,
        hourly_cost_usd=price_of(offer, shape) or vm.hourly_cost_usd,
    )
    if after == vm:
        return None
    during = _in(vm, State.STARTING) if vm.state is State.RUNNING else vm
    return Transition(during, after, 5)


def disk_attached(vm: VM, size_gib: float) -> Transition:
    """With one disk more."""
    if size_gib <= 0:
        raise InvalidRequest(f"A disk of {size_gib:g} GiB cannot be made.")
    return Transition(vm, replace(vm, disk_gib=vm.disk_gib + size_gib), 1)


def disk_grown(vm: VM, size_gib: float) -> Transition | None:
    """With a bigger disk."""
    if size_gib < vm.disk_gib:
        raise InvalidRequest(
            f"The disk of {vm.name} has {vm.disk_gib:g} GiB and cannot shrink to {size_gib:g} GiB."
        )
    if size_gib == vm.disk_gib:
        return None
    return Transition(vm, replace(vm, disk_gib=size_gib), 1)


def snapshotted(vm: VM, name: str, now: datetime) -> Transition:
    """With one snapshot more."""
    if any(s.name == name for s in vm.snapshots):
        raise Conflict(f"{vm.name} has a snapshot {name!r} already.")
    taken = Snapshot(name, now, float(max(1, round(vm.disk_gib / 5))))
    return Transition(vm, replace(vm, snapshots=(*vm.snapshots, taken)), 3)


def restored(vm: VM, name: str, disk_gib: float | None) -> Transition:
    """As it was in the snapshot; it runs again afterwards if it ran."""
    _require_snapshot(vm, name)
    after = vm if disk_gib is None else replace(vm, disk_gib=disk_gib)
    during = _in(vm, State.STARTING) if vm.state is State.RUNNING else vm
    return Transition(during, after, 4)


def without_snapshot(vm: VM, name: str) -> Transition:
    """With one snapshot less."""
    _require_snapshot(vm, name)
    left = tuple(s for s in vm.snapshots if s.name != name)
    return Transition(vm, replace(vm, snapshots=left), 1)


def migrated(vm: VM, offer: Offer, host: str | None, region: str | None) -> Transition | None:
    """On another host, or in another region; it keeps its id."""
    if host is not None:
        found = next((h for h in offer.hosts if h.name == host), None)
        if found is None:
            raise NotFound(
                f"{vm.provider} has no host {host!r}.", choices=tuple(h.name for h in offer.hosts)
            )
        after = replace(vm, host=host, region=found.region)
        return None if after == vm else Transition(vm, after, 4)
    if region is None:
        raise InvalidRequest("Neither a host nor a region is named.")
    if region not in offer.regions:
        raise NotFound(f"{vm.provider} has no region {region!r}.", choices=offer.regions)
    if region == vm.region:
        return None
    zone = f"{region}{vm.zone.removeprefix(vm.region)}" if vm.zone else None
    there = next((h.name for h in offer.hosts if h.region == region), None)
    after = replace(vm, region=region, zone=zone, host=there if vm.host else None)
    return Transition(vm, after, 8)


def tagged(vm: VM, tags: Mapping[str, str]) -> VM:
    """With these tags set."""
    return replace(vm, tags={**vm.tags, **tags})


def untagged(vm: VM, keys: Iterable[str]) -> VM:
    """Without these tags."""
    gone = set(keys)
    return replace(vm, tags={k: v for k, v in vm.tags.items() if k not in gone})


def _in(vm: VM, state: State) -> VM:
    return vm if vm.state is state else replace(vm, state=state)


def _require(vm: VM, state: State, done: str) -> None:
    if vm.state is not state:
        raise Conflict(f"{vm.name} is {vm.state}, so it cannot be {done}.")


def _require_snapshot(vm: VM, name: str) -> None:
    known = tuple(s.name for s in vm.snapshots)
    if name not in known:
        raise NotFound(f"{vm.name} has no snapshot {name!r}.", choices=known)
