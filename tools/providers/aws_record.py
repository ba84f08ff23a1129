"""From what EC2 says of a machine, its volumes and snapshots to the machine record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tools.machine import VM, Snapshot, State
from tools.providers.aws_link import OURS, Facts, Place, tags_of

MACHINE_TAG = f"{OURS}machine"
SNAPSHOT_TAG = f"{OURS}snapshot"
TOKEN_TAG = f"{OURS}token"
GROUP_TAG = "aws:autoscaling:groupName"
HIBERNATED = "Client.UserInitiatedHibernate"

_STATES = {
    "pending": State.STARTING,
    "running": State.RUNNING,
    "stopping": State.STOPPING,
    "stopped": State.STOPPED,
    "shutting-down": State.STOPPING,
    "terminated": State.DELETED,
}


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """What an instance type has."""

    name: str
    vcpus: int
    memory_gib: float
    architectures: tuple[str, ...]


@dataclass(frozen=True)
class Surroundings:
    """What a record needs beside the instance.

    Attributes:
        volume_gib: the size of each volume.
        snapshots: those of each machine.
        types: the instance types.
        images: the name of each image.
        protected: the machines that are known to be protected.
        prices: dollars an hour by type and system; 0.0 is not known.
    """

    volume_gib: Mapping[str, float]
    snapshots: Mapping[str, tuple[Snapshot, ...]]
    types: Mapping[str, TypeFacts]
    images: Mapping[str, str]
    protected: Mapping[str, bool]
    prices: Mapping[tuple[str, str], float]


def state_of(instance: Facts) -> State:
    """What a machine is doing; a hibernated one is suspended."""
    state = _STATES.get(instance["State"]["Name"], State.UNKNOWN)
    if state is State.STOPPED and instance.get("StateReason", {}).get("Code") == HIBERNATED:
        return State.SUSPENDED
    return state


def system_of(instance: Facts) -> str:
    """`windows` or `linux`."""
    said = f"{instance.get('Platform', '')} {instance.get('PlatformDetails', '')}"
    return "windows" if "windows" in said.casefold() else "linux"


def name_of(instance: Facts) -> str:
    """Its tag Name, else the id."""
    return tags_of(instance).get("Name") or instance["InstanceId"]


def root_device(instance: Facts) -> Facts | None:
    """The mapping of its first disk."""
    disks = instance.get("BlockDeviceMappings", [])
    named = (d for d in disks if d["DeviceName"] == instance.get("RootDeviceName"))
    return next(named, disks[0] if disks else None)


def machine_of(place: Place, instance: Facts, around: Surroundings) -> VM:
    """The record of one machine."""
    kind = around.types.get(instance["InstanceType"])
    cpus = instance.get("CpuOptions", {})
    counted = cpus.get("CoreCount", 0) * cpus.get("ThreadsPerCore", 0)
    disks = [d["Ebs"]["VolumeId"] for d in instance.get("BlockDeviceMappings", []) if "Ebs" in d]
    tags = tags_of(instance)
    system = system_of(instance)
    image = instance.get("ImageId")
    return VM(
        id=place.machine_id(instance["InstanceId"]),
        name=name_of(instance),
        provider="aws",
        region=place.region,
        state=state_of(instance),
        zone=instance.get("Placement", {}).get("AvailabilityZone"),
        size=instance["InstanceType"],
        vcpus=(kind.vcpus if kind else 0) or counted,
        memory_gib=kind.memory_gib if kind else 0,
        disk_gib=sum(around.volume_gib.get(volume, 0) for volume in disks),
        os=system,
        image=around.images.get(image, image) if image else None,
        private_ip=instance.get("PrivateIpAddress") or None,
        public_ip=instance.get("PublicIpAddress") or None,
        created_at=created_at(instance),
        tags=shown_tags(tags),
        group=tags.get(GROUP_TAG),
        hourly_cost_usd=around.prices.get((instance["InstanceType"], system), 0.0),
        protected=around.protected.get(instance["InstanceId"], False),
        snapshots=around.snapshots.get(instance["InstanceId"], ()),
    )


def shown_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that people gave: neither AWS's own nor ours."""
    return {key: value for key, value in tags.items() if not key.startswith(("aws:", OURS))}


def created_at(instance: Facts) -> datetime | None:
    """When it was made: `LaunchTime` is of the last start, its first interface is as old as it."""
    made = [
        interface["Attachment"]["AttachTime"]
        for interface in instance.get("NetworkInterfaces", [])
        if interface.get("Attachment", {}).get("DeviceIndex") == 0
        and "AttachTime" in interface["Attachment"]
    ]
    when = made[0] if made else instance.get("LaunchTime")
    return when.astimezone(UTC) if isinstance(when, datetime) else None


def snapshots_by_machine(found: Iterable[Facts]) -> dict[str, tuple[Snapshot, ...]]:
    """Our snapshots as records: those of one name are one, of all the machine's volumes."""
    sets: dict[tuple[str, str], list[Facts]] = defaultdict(list)
    for one in found:
        tags = tags_of(one)
        if MACHINE_TAG in tags and SNAPSHOT_TAG in tags:
            sets[tags[MACHINE_TAG], tags[SNAPSHOT_TAG]].append(one)
    records: dict[str, list[Snapshot]] = defaultdict(list)
    for (machine, name), parts in sets.items():
        if all(part.get("State") != "error" for part in parts):
            started = min(part["StartTime"] for part in parts).astimezone(UTC)
            records[machine].append(Snapshot(name, started, _stored_gib(parts)))
    return {i: tuple(sorted(s, key=lambda one: one.created_at)) for i, s in records.items()}


def _stored_gib(parts: Iterable[Facts]) -> float | None:
    sizes = [part.get("FullSnapshotSizeInBytes") for part in parts]
    known = [size for size in sizes if size is not None]
    return round(sum(known) / (1 << 30), 3) if known and len(known) == len(sizes) else None
