"""vCenter's objects as our machine record: what is read of each, and where it stands."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.machine import VM, Snapshot, State
from tools.providers.vsphere_notes import IMAGE, PROTECTED, people_s
from tools.providers.vsphere_stub import vim

GIB = 1 << 30
MACHINE_PATHS = (
    "name", "config.template", "config.createDate", "config.changeVersion", "config.guestId",
    "config.hardware.numCPU", "config.hardware.memoryMB", "config.hardware.device",
    "config.cpuHotAddEnabled", "config.memoryHotAddEnabled", "config.files.vmPathName",
    "runtime.powerState", "runtime.connectionState", "runtime.host", "guest.ipAddress",
    "guest.disk", "snapshot", "customValue", "parent",
)  # fmt: skip
"""All that any verb looks at, read in one request."""
DEVICES, CONFIG_VERSION = "config.hardware.device", "config.changeVersion"
LISTED_PATHS = tuple(
    path for path in MACHINE_PATHS if path not in {DEVICES, "guest.disk", "config.files.vmPathName"}
)
"""What a listing looks at where it knows the disks: a machine's devices are half of its answer."""

_STATES = {
    "poweredOn": State.RUNNING,
    "poweredOff": State.STOPPED,
    "suspended": State.SUSPENDED,
}
_LINKS = {
    "connected": None,
    "disconnected": State.UNKNOWN,
    "orphaned": State.ERROR,
    "inaccessible": State.ERROR,
    "invalid": State.ERROR,
}


def place_paths() -> dict[Any, tuple[str, ...]]:
    """What is read of all that machines can stand in."""
    return {
        vim.HostSystem: (
            "name", "parent", "datastore", "summary.hardware.numCpuThreads",
            "summary.hardware.memorySize", "runtime.connectionState", "runtime.inMaintenanceMode",
        ),
        vim.ComputeResource: ("name", "parent", "resourcePool"),
        vim.Datacenter: ("name", "parent", "vmFolder"),
        vim.Folder: ("name", "parent"),
        vim.Datastore: ("name", "summary.freeSpace", "summary.accessible"),
        vim.Network: ("name", "parent"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars an hour for a vCPU and for a GiB of memory, if a running machine costs anything."""

    vcpu_usd: float = 0.0
    gib_usd: float = 0.0


@dataclass(frozen=True)
class Seen:
    """One object and its properties as they were read."""

    ref: Any
    properties: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.properties.get("name", self.ref._moId))

    def get(self, path: str) -> Any:
        """A property; None where it is not set."""
        return self.properties.get(path)


@dataclass(frozen=True)
class Places:
    """What machines stand in: hosts within clusters within datacenters."""

    objects: Mapping[Any, Seen] = field(default_factory=dict[Any, Seen])

    @classmethod
    def of(cls, read: Iterable[tuple[Any, dict[str, Any]]]) -> Places:
        """Take the places out of what was read."""
        machine = vim.VirtualMachine
        return cls({r: Seen(r, p) for r, p in read if not isinstance(r, machine)})

    def kind(self, kind: Any) -> list[Seen]:
        """All of one kind, by name."""
        found = [seen for seen in self.objects.values() if isinstance(seen.ref, kind)]
        return sorted(found, key=lambda seen: (seen.name, seen.ref._moId))

    @cached_property
    def hosts(self) -> list[Seen]:
        """The hypervisor hosts."""
        return self.kind(vim.HostSystem)

    @cached_property
    def datacenters(self) -> list[Seen]:
        """The datacenters, which are our regions."""
        return self.kind(vim.Datacenter)

    def above(self, ref: Any, kind: Any) -> Seen | None:
        """The nearest of a kind that an object stands in."""
        while ref is not None:
            seen = self.objects.get(ref)
            if seen is None or isinstance(ref, kind):
                return seen
            ref = seen.get("parent")
        return None

    def region(self, ref: Any) -> str:
        """The datacenter's name."""
        datacenter = self.above(ref, vim.Datacenter)
        return datacenter.name if datacenter else "unknown"

    def cluster(self, host: Any) -> Seen | None:
        """The cluster, or the host alone, that a host stands in."""
        return self.above(host, vim.ComputeResource)


def state_of(power: object, link: object) -> State:
    """vCenter's states in our words; one that it may invent later is unknown."""
    by_link = _LINKS.get(str(link), State.UNKNOWN)
    return by_link or _STATES.get(str(power), State.UNKNOWN)


def machine_record(
    machine_id: str,
    seen: Seen,
    places: Places,
    attributes: dict[str, str],
    tags: Mapping[str, str],
    prices: Prices,
    disk_bytes: int,
) -> VM:
    """A machine as vCenter has it; its vCenter tags come before attributes of the same name."""
    host = seen.get("runtime.host")
    on = places.objects.get(host)
    cluster = places.cluster(host)
    state = state_of(seen.get("runtime.powerState"), seen.get("runtime.connectionState"))
    vcpus = seen.get("config.hardware.numCPU") or 0
    memory_gib = memory_of(seen.get("config.hardware.memoryMB") or 0)
    address = _address(seen.get("guest.ipAddress")) if state is State.RUNNING else None
    price = prices.vcpu_usd * vcpus + prices.gib_usd * memory_gib
    return VM(
        id=machine_id,
        name=seen.name,
        provider="vsphere",
        region=places.region(host or seen.get("parent")),
        state=state,
        zone=cluster.name if cluster else None,
        host=on.name if on else None,
        vcpus=vcpus,
        memory_gib=memory_gib,
        disk_gib=round(disk_bytes / GIB, 6),
        os="windows" if str(seen.get("config.guestId")).lower().startswith("win") else "linux",
        image=attributes.get(IMAGE),
        private_ip=str(address) if address and not address.is_global else None,
        public_ip=str(address) if address and address.is_global else None,
        created_at=seen.get("config.createDate"),
        tags={**people_s(attributes), **tags},
        hourly_cost_usd=price if state is not State.STOPPED else 0.0,
        protected=attributes.get(PROTECTED) == "yes",
        snapshots=tuple(
            Snapshot(name, item.createTime) for name, item in snapshots(seen.get("snapshot"))
        ),
    )


def memory_of(mib: int) -> float:
    """Memory in GiB."""
    return round(mib / 1024, 4)


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text or "")
    except ValueError:
        return None


def disks(seen: Seen) -> list[Any]:
    """The machine's disks, the first one first."""
    devices = seen.get(DEVICES) or ()
    found = [device for device in devices if isinstance(device, vim.vm.device.VirtualDisk)]
    return sorted(found, key=lambda disk: (disk.controllerKey or 0, disk.unitNumber or 0))


def size_of(disk: Any) -> int:
    """A disk's size in bytes."""
    return disk.capacityInBytes or disk.capacityInKB * 1024


def disk_bytes(seen: Seen) -> int:
    """The size of all its disks."""
    return sum(size_of(disk) for disk in disks(seen))


def snapshots(info: Any) -> list[tuple[str, Any]]:
    """Every snapshot of the tree with a name of its own, the oldest first.

    vSphere lets two bear one name; the later one is told by its number then.
    """
    items: list[Any] = []
    rest = list(info.rootSnapshotList) if info else []
    while rest:
        item = rest.pop()
        items.append(item)
        rest.extend(item.childSnapshotList or ())
    found: dict[str, Any] = {}
    for item in sorted(items, key=lambda one: (one.createTime, one.id)):
        name = item.name if item.name not in found else f"{item.name} #{item.id}"
        found[name] = item
    return list(found.items())
