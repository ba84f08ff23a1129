"""Moving one machine to another host or datacenter, with its disks where it must."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.errors import Conflict, NotFound
from tools.providers.vsphere_making import roomiest
from tools.providers.vsphere_power import Way
from tools.providers.vsphere_record import Places, Seen, disks
from tools.providers.vsphere_stub import vim


def to_host(seen: Seen, way: Way, places: Places, name: str) -> None:
    """Move it to the host of this name: live where it runs.

    Raises:
        NotFound: there is no such host.
        Conflict: the host takes no machines now.
    """
    found = {host.name: host for host in places.hosts}
    if name not in found:
        raise NotFound(f"vCenter has no host {name!r}.", choices=tuple(found))
    host = found[name]
    if obstacle := _obstacle(host):
        raise Conflict(f"{name} {obstacle}.", hint="Choose another host.")
    if host.ref != seen.get("runtime.host"):
        _move(seen, way, places, host)


def to_region(seen: Seen, way: Way, places: Places, name: str) -> None:
    """Move it to a host of the datacenter of this name.

    Raises:
        NotFound: there is no such datacenter.
        Conflict: none of its hosts takes machines now.
    """
    regions = [datacenter.name for datacenter in places.datacenters]
    if name not in regions:
        raise NotFound(f"vCenter has no datacenter {name!r}.", choices=tuple(regions))
    if places.region(seen.get("runtime.host")) == name:
        return
    inside = [host for host in places.hosts if places.region(host.ref) == name]
    open_hosts = [host for host in inside if not _obstacle(host)]
    if not open_hosts:
        raise Conflict(f"No host of {name} takes machines now.", hint="Look at its hosts.")
    _move(seen, way, places, _largest(open_hosts))


def _largest(hosts: Sequence[Seen]) -> Seen:
    return max(hosts, key=lambda host: host.get("summary.hardware.memorySize") or 0)


def _obstacle(host: Seen) -> str | None:
    if host.get("runtime.inMaintenanceMode"):
        return "is in maintenance"
    link = host.get("runtime.connectionState")
    return None if link == "connected" else f"is {link}"


def _move(seen: Seen, way: Way, places: Places, host: Seen) -> None:
    spec = vim.vm.RelocateSpec(host=host.ref)
    here, there = (places.cluster(ref) for ref in (seen.get("runtime.host"), host.ref))
    if there is not None and there != here:
        spec.pool = there.get("resourcePool")
    region = places.above(host.ref, vim.Datacenter)
    if region is not None and region != places.above(seen.get("runtime.host"), vim.Datacenter):
        spec.folder = region.get("vmFolder")
    if not _datastores(seen) <= set(host.get("datastore") or ()):
        spec.datastore = roomiest(places, [host]).ref
    way.wait(seen.ref.RelocateVM_Task(spec, "defaultPriority"))


def _datastores(seen: Seen) -> set[Any]:
    return {disk.backing.datastore for disk in disks(seen)} - {None}
