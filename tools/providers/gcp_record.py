"""Compute Engine's instances and snapshots as machine records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.machine import VM, Snapshot, State
from tools.providers.gcp_prices import hourly_cost_usd

OURS = "novacron-"
"""How the labels begin that NovaCron keeps for itself; they are not shown as tags."""
TOKEN = "novacron-token"
MACHINE = "novacron-machine"

STATES: Mapping[str, State] = {
    "PENDING": State.STARTING,
    "PROVISIONING": State.STARTING,
    "STAGING": State.STARTING,
    "RUNNING": State.RUNNING,
    "PENDING_STOP": State.STOPPING,
    "STOPPING": State.STOPPING,
    "DEPROVISIONING": State.STOPPING,
    "STOPPED": State.STOPPED,
    "TERMINATED": State.STOPPED,
    "SUSPENDING": State.STOPPING,
    "SUSPENDED": State.SUSPENDED,
    "REPAIRING": State.ERROR,
}
"""Google's status in our words; one that is not here is `unknown`."""

_ID = re.compile(r"gcp/(?P<project>[^/]+)\.(?P<zone>[a-z0-9-]+)/(?P<number>[0-9]{1,20})")
_CUSTOM = re.compile(r"(?:(?P<series>\w+)-)?custom-(?P<vcpus>\d+)-(?P<mib>\d+)(?:-ext)?")
_TAKEN = ("READY", "UPLOADING")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance is, and its number there."""

    project: str
    zone: str
    number: str

    @property
    def machine_id(self) -> str:
        """Its id in NovaCron."""
        return f"gcp/{self.project}.{self.zone}/{self.number}"


def parse_id(machine_id: str) -> Place | None:
    """The place that an id names, if it is one of ours."""
    found = _ID.fullmatch(machine_id)
    return Place(found["project"], found["zone"], found["number"]) if found else None


def place_of(instance: Any) -> Place:
    """Where an instance says that it is."""
    parts = instance.self_link.rpartition("projects/")[2].split("/")
    return Place(parts[0], parts[2], str(instance.id))


def last(link: str) -> str:
    """The last part of a link: the name."""
    return link.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """One disk's share in a snapshot of a machine."""

    machine: str
    name: str
    token: str
    resource: str
    link: str
    project: str
    device: str
    boot: bool
    taken: bool
    created_at: datetime
    size_gib: float


def parts_of(snapshots: Iterable[Any], instances: Iterable[Any]) -> dict[str, list[SnapshotPart]]:
    """Snapshots by the number of the machine that they belong to.

    Those that NovaCron took say so themselves; others belong to the machine whose boot disk they
    are of.
    """
    boots = {d.source: i for i in instances for d in i.disks if d.boot}
    found: dict[str, list[SnapshotPart]] = {}
    for snapshot in snapshots:
        part = _own_part(snapshot) or _foreign_part(snapshot, boots.get(snapshot.source_disk))
        if part is not None:
            found.setdefault(part.machine, []).append(part)
    return found


def _own_part(snapshot: Any) -> SnapshotPart | None:
    machine = snapshot.labels.get(MACHINE)
    if not machine:
        return None
    try:
        note: dict[str, Any] = json.loads(snapshot.description)
    except ValueError:
        return None
    name, device = str(note.get("name", snapshot.name)), str(note.get("device", ""))
    return _part(snapshot, machine, name, device, bool(note.get("boot")))


def _foreign_part(snapshot: Any, instance: Any | None) -> SnapshotPart | None:
    if instance is None:
        return None
    device = next(d.device_name for d in instance.disks if d.boot)
    return _part(snapshot, str(instance.id), snapshot.name, device, True)


def _part(snapshot: Any, machine: str, name: str, device: str, boot: bool) -> SnapshotPart:
    return SnapshotPart(
        machine=machine,
        name=name,
        token=snapshot.labels.get(TOKEN, ""),
        resource=snapshot.name,
        link=snapshot.self_link,
        project=snapshot.self_link.rpartition("projects/")[2].partition("/")[0],
        device=device,
        boot=boot,
        taken=snapshot.status in _TAKEN,
        created_at=datetime.fromisoformat(snapshot.creation_timestamp),
        size_gib=round(snapshot.storage_bytes / (1 << 30), 3),
    )


def snapshots_of(parts: Iterable[SnapshotPart]) -> tuple[Snapshot, ...]:
    """Whole snapshots, the oldest first; one of which a part is still written is left out."""
    named: dict[str, list[SnapshotPart]] = {}
    for part in parts:
        named.setdefault(part.name, []).append(part)
    whole = [
        Snapshot(name, min(p.created_at for p in group), sum(p.size_gib for p in group))
        for name, group in named.items()
        if all(part.taken for part in group)
    ]
    return tuple(sorted(whole, key=lambda s: (s.created_at, s.name)))


def shape_of(machine_type: str, known: Mapping[str, tuple[int, float]]) -> tuple[int, float]:
    """vCPUs and memory in GiB of a machine type; custom ones carry them in their name."""
    custom = _CUSTOM.fullmatch(machine_type)
    if custom is not None:
        return int(custom["vcpus"]), int(custom["mib"]) / 1024
    return known.get(machine_type, (0, 0.0))


def to_vm(
    instance: Any,
    shapes: Mapping[str, tuple[int, float]],
    parts: Iterable[SnapshotPart],
) -> VM:
    """The record of one instance."""
    place = place_of(instance)
    kind = last(instance.machine_type)
    vcpus, memory_gib = shape_of(kind, shapes)
    card = instance.network_interfaces[0] if instance.network_interfaces else None
    boot = next((d for d in instance.disks if d.boot), None)
    licenses = [last(link) for link in boot.licenses] if boot else []
    return VM(
        id=place.machine_id,
        name=instance.name,
        provider="gcp",
        region=place.zone.rpartition("-")[0],
        zone=place.zone,
        state=STATES.get(instance.status, State.UNKNOWN),
        size=kind,
        vcpus=vcpus,
        memory_gib=memory_gib,
        disk_gib=float(sum(d.disk_size_gb for d in instance.disks)),
        os="windows" if any(name.startswith("windows") for name in licenses) else "linux",
        image=licenses[0] if licenses else None,
        private_ip=(card.network_i_p or None) if card else None,
        public_ip=next((a.nat_i_p for a in card.access_configs if a.nat_i_p), None)
        if card
        else None,
        created_at=datetime.fromisoformat(instance.creation_timestamp),
        tags={k: v for k, v in instance.labels.items() if not k.startswith(OURS)},
        group=_group(instance),
        hourly_cost_usd=hourly_cost_usd(kind, vcpus, memory_gib),
        protected=instance.deletion_protection,
        snapshots=snapshots_of(parts),
    )


def _group(instance: Any) -> str | None:
    """The managed group that made it, as Google notes it in the metadata."""
    for item in instance.metadata.items:
        if item.key == "created-by" and "/instanceGroupManagers/" in item.value:
            return last(item.value)
    return None
