"""Making machines from templates, copying them, and removing them.

A new machine's BIOS uuid comes from the token of the request, so a repeated request finds the
machine that the first one made and finishes what is missing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.errors import Capacity, InvalidRequest, NotFound
from tools.machine import State
from tools.providers.base import NewMachine
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_power import Way, state
from tools.providers.vsphere_record import Places, Seen
from tools.providers.vsphere_sizing import resize_disk
from tools.providers.vsphere_stub import vim

_TOKENS = uuid.UUID("0b8b3f0e-9d56-5c39-8c1d-7a0f63d1c0b5")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where machines are made.

    Attributes:
        cluster, datastore: where new machines go by name; where not said, vCenter's first fit.
    """

    link: Link
    way: Way
    places: Places
    cluster: str = ""
    datastore: str = ""


def identity(token: str) -> str:
    """The BIOS uuid of what a request makes."""
    return str(uuid.uuid5(_TOKENS, token) if token else uuid.uuid4())


def made_by(link: Link, token: str) -> Any | None:
    """The machine that this request made, if it did."""
    if not token:
        return None
    return link.content.searchIndex.FindByUuid(None, identity(token), True, False)


def create(shop: Workshop, new: NewMachine, templates: Sequence[Seen], token: str) -> Any:
    """Copy a template into the region, fit it and start it; give the machine.

    Raises:
        Conflict: the name is taken.
        NotFound: there is no such template or region.
    """
    datacenter = _datacenter(shop, new.region)
    machine = made_by(shop.link, token)
    if machine is None:
        template = _template(shop, new, templates)
        location = vim.vm.RelocateSpec(pool=_pool(shop, datacenter))
        location.datastore = _datastore(shop, location.pool)
        config = vim.vm.ConfigSpec(
            uuid=identity(token), numCPUs=new.vcpus, memoryMB=round(new.memory_gib * 1024)
        )
        spec = vim.vm.CloneSpec(location=location, powerOn=False, template=False, config=config)
        task = template.ref.CloneVM_Task(datacenter.get("vmFolder"), new.name, spec)
        machine = shop.way.wait(task)
    seen = shop.way.look(machine)
    if state(seen) is State.STOPPED:
        if new.disk_gib:
            resize_disk(seen, shop.way, new.disk_gib)
        shop.way.wait(machine.PowerOnVM_Task(None))
    return machine


def _datacenter(shop: Workshop, region: str) -> Seen:
    found = {one.name: one for one in shop.places.datacenters}
    if region not in found:
        raise NotFound(f"vCenter has no datacenter {region!r}.", choices=tuple(found))
    return found[region]


def _template(shop: Workshop, new: NewMachine, templates: Sequence[Seen]) -> Seen:
    named = [one for one in templates if one.name == new.image]
    if not named:
        known = tuple(sorted({one.name for one in templates}))
        raise NotFound(f"vCenter has no template {new.image!r}.", choices=known)
    near = (t for t in named if shop.places.region(t.get("runtime.host")) == new.region)
    return next(near, named[0])


def _pool(shop: Workshop, datacenter: Seen) -> Any:
    """The resource pool of the cluster that is named, or of the first in the datacenter."""
    inside = [
        one
        for one in shop.places.kind(vim.ComputeResource)
        if shop.places.above(one.ref, vim.Datacenter) == datacenter
    ]
    # A cluster before a host alone: vCenter chooses among its hosts.
    inside.sort(key=lambda one: not isinstance(one.ref, vim.ClusterComputeResource))
    chosen = [one for one in inside if shop.cluster in ("", one.name)]
    if not chosen:
        raise NotFound(
            f"{datacenter.name} has no cluster {shop.cluster!r}.",
            hint="Correct `cluster` in the connection's settings.",
            choices=tuple(one.name for one in inside),
        )
    return chosen[0].get("resourcePool")


def _datastore(shop: Workshop, pool: Any) -> Any:
    """The datastore that is named, or the one with most room that the pool's hosts reach."""
    hosts = [
        host
        for host in shop.places.hosts
        if (cluster := shop.places.cluster(host.ref)) and cluster.get("resourcePool") == pool
    ]
    return roomiest(shop.places, hosts, shop.datastore).ref


def roomiest(places: Places, hosts: Sequence[Seen], name: str = "") -> Seen:
    """The datastore with most room among those that a host reaches.

    Raises:
        Capacity: there is none.
    """
    reached = {ref for host in hosts for ref in host.get("datastore") or ()}
    found = [
        one
        for one in places.kind(vim.Datastore)
        if one.ref in reached and one.get("summary.accessible") and name in ("", one.name)
    ]
    if not found:
        which = f" {name!r}" if name else ""
        raise Capacity(f"The hosts reach no datastore{which}.", hint="Look at them in vCenter.")
    return max(found, key=lambda one: one.get("summary.freeSpace") or 0)


def clone(seen: Seen, shop: Workshop, name: str, token: str) -> Any:
    """Copy a machine with its disks, stopped, under a new name; give the copy.

    Raises:
        Conflict: the name is taken.
    """
    if not name.strip():
        raise InvalidRequest("A copy needs a name.")
    made = made_by(shop.link, token)
    if made is not None:
        return made
    config = vim.vm.ConfigSpec(uuid=identity(token))
    spec = vim.vm.CloneSpec(
        location=vim.vm.RelocateSpec(), powerOn=False, template=False, config=config
    )
    return shop.way.wait(seen.ref.CloneVM_Task(seen.get("parent"), name, spec))


def delete(seen: Seen, way: Way) -> None:
    """Cut its power if it runs and remove it with its disks and snapshots."""
    if state(seen) is State.RUNNING:
        way.wait(seen.ref.PowerOffVM_Task())
    way.wait(seen.ref.Destroy_Task())
