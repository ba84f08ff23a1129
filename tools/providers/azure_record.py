"""Azure's machines and snapshots as machine records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.machine import VM, Snapshot, State
from tools.providers.azure_images import name_of
from tools.providers.azure_prices import hourly_cost_usd

OURS = "novacron-"
"""How the tags begin that NovaCron keeps for itself; they are not shown."""
TOKEN = "novacron-token"
PROTECTED = "novacron-protected"
MACHINE = "novacron-machine"
SNAPSHOT = "novacron-snapshot"
SLOT = "novacron-slot"

POWER: Mapping[str, State] = {
    "starting": State.STARTING,
    "running": State.RUNNING,
    "stopping": State.STOPPING,
    "stopped": State.STOPPED,
    "deallocating": State.STOPPING,
    "deallocated": State.STOPPED,
}
"""Azure's power state in our words; one that is not here is `unknown`."""

_MAKING: Mapping[str, State] = {
    "creating": State.STARTING,
    "deleting": State.STOPPING,
    "failed": State.ERROR,
}
_ID = re.compile(r"azure/(?P<subscription>[^/.]+)\.(?P<group>[^/]+)/(?P<name>[^/]+)")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a machine is; Azure does not tell letters' case apart, so all is lower-case."""

    subscription: str
    group: str
    name: str

    @property
    def machine_id(self) -> str:
        """Its id in NovaCron."""
        return f"azure/{self.subscription}.{self.group}/{self.name}"

    @property
    def path(self) -> str:
        """Its id in Azure."""
        return f"{self.compute}/virtualMachines/{self.name}"

    @property
    def compute(self) -> str:
        """What the ids of disks and snapshots beside it begin with."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            "/providers/Microsoft.Compute"
        )


def parse_id(machine_id: str) -> Place | None:
    """The place that an id names, if it is one of ours."""
    found = _ID.fullmatch(machine_id)
    return Place(found["subscription"], found["group"], found["name"]) if found else None


def place_of(resource: Record) -> Place:
    """Where a resource says that it is."""
    parts = str(resource["id"]).lower().split("/")
    return Place(parts[2], parts[4], parts[-1])


def last(path: str) -> str:
    """The last part of an id: the name."""
    return path.rpartition("/")[2]


def within(record: Record, key: str) -> Record:
    """The object under a key; an empty one where there is none, or null."""
    return record.get(key) or {}


def id_in(record: Record, key: str) -> str:
    """The lower-case id that an object under a key refers to; empty where there is none."""
    return str(within(record, key).get("id") or "").lower()


def tags_of(resource: Record) -> dict[str, str]:
    """All tags, our own too."""
    return dict(resource.get("tags") or {})


def disks_of(vm: Record) -> list[tuple[str, Record]]:
    """A machine's disks with their slots: `os`, or the number of the data disk."""
    storage = vm["properties"]["storageProfile"]
    found: list[tuple[str, Record]] = [("os", storage["osDisk"])]
    found += [(str(disk["lun"]), disk) for disk in storage.get("dataDisks") or ()]
    return found


def where_of(vm: Record) -> dict[str, Any]:
    """Location and zone, as what is made for a machine must have them."""
    zones = list(vm.get("zones") or ())
    return {"location": str(vm["location"]), **({"zones": zones} if zones else {})}


def power_of(statuses: Iterable[Record]) -> str | None:
    """The power state among a machine's statuses, such as `running`."""
    codes = (str(status.get("code", "")) for status in statuses)
    return next((code.partition("/")[2] for code in codes if code.startswith("PowerState/")), None)


def state_of(vm: Record, power: str | None) -> State:
    """What it is seen to be doing."""
    making = str(vm["properties"].get("provisioningState", "")).lower()
    if making == "deleting" or (power is None and making in _MAKING):
        return _MAKING[making]
    return POWER.get(power or "", State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """One disk's share in a snapshot of a machine."""

    name: str
    slot: str
    token: str
    path: str
    taken: bool
    created_at: datetime
    size_gib: float


def parts_of(snapshots: Iterable[Record], vms: Iterable[Record]) -> dict[str, list[SnapshotPart]]:
    """Snapshots by the lower-case id of the machine that they belong to.

    Those that NovaCron took say so in their tags; others belong to the machine whose OS disk they
    are of.
    """
    owners = {id_in(d, "managedDisk"): str(vm["id"]).lower()
              for vm in vms for slot, d in disks_of(vm) if slot == "os"}  # fmt: skip
    found: dict[str, list[SnapshotPart]] = {}
    for snapshot in snapshots:
        tags, properties = tags_of(snapshot), snapshot["properties"]
        source = str(properties.get("creationData", {}).get("sourceResourceId") or "").lower()
        machine = tags.get(MACHINE) or owners.get(source)
        if machine is None:
            continue
        part = SnapshotPart(
            name=tags.get(SNAPSHOT) or str(snapshot["name"]),
            slot=tags.get(SLOT, "os"),
            token=tags.get(TOKEN, ""),
            path=str(snapshot["id"]),
            taken=properties.get("provisioningState") == "Succeeded",
            created_at=time_of(properties["timeCreated"]),
            size_gib=float(properties.get("diskSizeGB") or 0),
        )
        found.setdefault(machine, []).append(part)
    return found


def _snapshots(parts: Iterable[SnapshotPart]) -> tuple[Snapshot, ...]:
    named: dict[str, list[SnapshotPart]] = {}
    for part in parts:
        named.setdefault(part.name, []).append(part)
    whole = [
        Snapshot(name, min(p.created_at for p in group), sum(p.size_gib for p in group))
        for name, group in named.items()
        if all(part.taken for part in group)
    ]
    return tuple(sorted(whole, key=lambda s: (s.created_at, s.name)))


@dataclass(frozen=True, slots=True)
class Addresses:
    """A machine's network, from its card."""

    private: str | None = None
    public: str | None = None
    subnet: str | None = None


def to_vm(
    vm: Record,
    power: str | None,
    shapes: Mapping[str, tuple[int, float]],
    parts: Iterable[SnapshotPart],
    addresses: Addresses,
) -> VM:
    """The record of one machine."""
    place, properties, tags = place_of(vm), vm["properties"], tags_of(vm)
    size = str(properties.get("hardwareProfile", {}).get("vmSize", ""))
    vcpus, memory_gib = shapes.get(size.lower(), (0, 0.0))
    storage = properties["storageProfile"]
    zones = vm.get("zones") or ()
    group = within(properties, "virtualMachineScaleSet").get("id")
    made = properties.get("timeCreated")
    return VM(
        id=place.machine_id,
        name=str(vm["name"]),
        provider="azure",
        region=str(vm["location"]),
        zone=f"{vm['location']}-{zones[0]}" if zones else None,
        state=state_of(vm, power),
        size=size,
        vcpus=vcpus,
        memory_gib=memory_gib,
        disk_gib=float(sum(disk.get("diskSizeGB") or 0 for _, disk in disks_of(vm))),
        os=str(storage["osDisk"].get("osType") or "Linux").lower(),
        image=name_of(storage.get("imageReference")),
        private_ip=addresses.private,
        public_ip=addresses.public,
        created_at=time_of(made) if made else None,
        tags={k: v for k, v in tags.items() if not k.startswith(OURS)},
        group=last(str(group)) if group else None,
        hourly_cost_usd=hourly_cost_usd(size),
        protected=tags.get(PROTECTED) == "yes",
        snapshots=_snapshots(parts),
    )


def time_of(text: object) -> datetime:
    """A moment as Azure or its SDK gives it."""
    return text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
