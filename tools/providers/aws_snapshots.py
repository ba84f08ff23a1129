"""Snapshots of a machine: all its volumes at one moment; put back by exchanging the volumes.

A snapshot of ours is a set of EBS snapshots that bear the machine's id, the name, and which volume
was which device. AWS can exchange the first volume of a running machine by itself; the way here
also takes the other volumes and stopped machines, and keeps the old volumes until it is done.
"""

from __future__ import annotations

from tools.errors import Conflict, NotFound
from tools.machine import State
from tools.providers.aws_changes import running_before, settle_after_change, stop_for_change
from tools.providers.aws_disks import attach_volume, volumes_named, wait_for_volume
from tools.providers.aws_link import OURS, Facts, Place, digest, filtered, tag_list, tags_of
from tools.providers.aws_record import (
    MACHINE_TAG,
    SNAPSHOT_TAG,
    TOKEN_TAG,
    name_of,
    shown_tags,
    state_of,
)

_DEVICE_TAG = f"{OURS}device:"
_RESTORE_TAG, _AT_TAG = f"{OURS}restore", f"{OURS}at"


def take(place: Place, instance_id: str, token: str, name: str) -> None:
    """Save all its volumes as they are at one moment, whether it runs or not.

    EC2 has no client token here: one that bears ours was taken by an earlier attempt.

    Raises:
        Conflict: it has a snapshot of this name.
    """
    instance = place.instance(instance_id)
    mark = digest(token)
    for earlier in _parts(place, instance_id, name):
        if tags_of(earlier).get(TOKEN_TAG) == mark:
            return
        raise Conflict(f"{name_of(instance)} has a snapshot {name!r} already.")
    tags = {
        "Name": f"{name_of(instance)} {name}",
        MACHINE_TAG: instance_id,
        SNAPSHOT_TAG: name,
        TOKEN_TAG: mark,
        **{f"{_DEVICE_TAG}{volume}": device for device, volume in _volumes(instance).items()},
    }
    place.act(
        "ec2", "create_snapshots",
        InstanceSpecification={"InstanceId": instance_id, "ExcludeBootVolume": False},
        Description=f"NovaCron: {name}",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": tag_list(tags)}],
    )  # fmt: skip


def delete(place: Place, instance_id: str, name: str) -> None:
    """Remove the snapshot of this name.

    Raises:
        NotFound: the machine has none of this name.
    """
    place.instance(instance_id)
    for part in _required(place, instance_id, name):
        place.act("ec2", "delete_snapshot", SnapshotId=part["SnapshotId"])


def delete_all(place: Place, instance_id: str) -> None:
    """Remove every snapshot of a machine."""
    for part in _parts(place, instance_id, None):
        place.act("ec2", "delete_snapshot", SnapshotId=part["SnapshotId"])


def restore(place: Place, instance_id: str, token: str, name: str) -> None:
    """Stop the machine, exchange its volumes for those of the snapshot, and let it run again.

    A volume that was attached after the snapshot stays. The old volumes are deleted at the end.
    A retry goes on where a dead process stopped.

    Raises:
        NotFound: the machine has no snapshot of this name.
        Conflict: AWS is still saving it, or a volume in it has no device on the machine.
    """
    instance = place.instance(instance_id)
    parts = _required(place, instance_id, name)
    pending = [part for part in parts if part.get("State") == "pending"]
    if pending:
        progress = pending[0].get("Progress", "")
        raise Conflict(f"AWS is still saving {name!r} ({progress}).", hint="Try again later.")
    by_device = {_device_of(part): part for part in parts}
    ran = running_before(place, instance, token)
    if not ran and state_of(instance) is not State.STOPPED:
        raise Conflict(f"{name_of(instance)} is {state_of(instance).value}.")
    old = _old_volumes(place, instance, sorted(by_device))
    new = _made_before(place, token)
    for device, part in by_device.items():
        if device not in new:
            new[device] = _volume_from(place, instance, part, token, old.get(device, {}))
    for volume_id in new.values():
        wait_for_volume(place, volume_id, {"available", "in-use"})
    if ran:
        stop_for_change(place, instance, token)
    for device, volume_id in new.items():
        _exchange(place, instance_id, device, volume_id)
    if ran:
        place.act("ec2", "start_instances", InstanceIds=[instance_id])
        settle_after_change(place, instance_id)
    _delete_replaced(place, instance_id, kept=set(new.values()))


def _old_volumes(place: Place, instance: Facts, devices: list[str]) -> dict[str, Facts]:
    held = {device: volume for device, volume in _volumes(instance).items() if device in devices}
    found = (
        {one["VolumeId"]: one for one in volumes_named(place, list(held.values()))} if held else {}
    )
    return {device: found[volume] for device, volume in held.items() if volume in found}


def _made_before(place: Place, token: str) -> dict[str, str]:
    """The volumes that an earlier attempt made, by device."""
    found = place.pages(
        "ec2", "describe_volumes", "Volumes", 500,
        Filters=[filtered(f"tag:{_RESTORE_TAG}", digest(token))],
    )  # fmt: skip
    return {tags_of(one)[_AT_TAG]: one["VolumeId"] for one in found}


def _volume_from(place: Place, instance: Facts, part: Facts, token: str, old: Facts) -> str:
    """A new volume of a snapshot, of the kind that the present one is; one for a token."""
    device = _device_of(part)
    kind = old.get("VolumeType", "gp3")
    rates = {key: old[key] for key in _RATES.get(kind, ()) if old.get(key)}
    ours = {_RESTORE_TAG: digest(token), _AT_TAG: device, MACHINE_TAG: instance["InstanceId"]}
    made = place.act(
        "ec2", "create_volume",
        AvailabilityZone=instance["Placement"]["AvailabilityZone"],
        SnapshotId=part["SnapshotId"], VolumeType=kind, ClientToken=digest(token, device),
        TagSpecifications=[
            {"ResourceType": "volume", "Tags": tag_list({**shown_tags(tags_of(old)), **ours})}
        ],
        **rates,
    )  # fmt: skip
    return str(made["VolumeId"])


_RATES = {"gp3": ("Iops", "Throughput"), "io1": ("Iops",), "io2": ("Iops",)}


def _exchange(place: Place, instance_id: str, device: str, volume_id: str) -> None:
    instance = place.instance(instance_id)
    ends_with_it = True
    held = next(
        (d for d in instance.get("BlockDeviceMappings", []) if d["DeviceName"] == device), None
    )
    if held is not None and held["Ebs"]["VolumeId"] != volume_id:
        ends_with_it = bool(held["Ebs"].get("DeleteOnTermination"))
        old = held["Ebs"]["VolumeId"]
        place.act("ec2", "create_tags", Resources=[old], Tags=tag_list(_replaced(instance_id)))
        place.act("ec2", "detach_volume", VolumeId=old, InstanceId=instance_id, Device=device)
        wait_for_volume(place, old, {"available"})
    attach_volume(place, instance, volume_id, device, ends_with_it=ends_with_it)


def _replaced(instance_id: str) -> dict[str, str]:
    return {f"{OURS}replaced": instance_id}


def _delete_replaced(place: Place, instance_id: str, *, kept: set[str]) -> None:
    """Delete the volumes that were taken off, now that the machine has the new ones."""
    taken_off = place.pages(
        "ec2", "describe_volumes", "Volumes", 500,
        Filters=[filtered(f"tag:{OURS}replaced", instance_id)],
    )  # fmt: skip
    for volume in taken_off:
        if volume["State"] == "available" and volume["VolumeId"] not in kept:
            place.act("ec2", "delete_volume", VolumeId=volume["VolumeId"])


def _device_of(part: Facts) -> str:
    device = tags_of(part).get(f"{_DEVICE_TAG}{part['VolumeId']}")
    if device is None:
        raise Conflict(f"Nothing says which disk the snapshot {part['SnapshotId']} is of.")
    return device


def _volumes(instance: Facts) -> dict[str, str]:
    disks = instance.get("BlockDeviceMappings", [])
    return {disk["DeviceName"]: disk["Ebs"]["VolumeId"] for disk in disks if "Ebs" in disk}


def _required(place: Place, instance_id: str, name: str) -> list[Facts]:
    parts = _parts(place, instance_id, name)
    if not parts:
        raise NotFound(f"{instance_id} has no snapshot {name!r} on AWS.")
    return parts


def _parts(place: Place, instance_id: str, name: str | None) -> list[Facts]:
    """The EBS snapshots of one of our snapshots, or of all of a machine's."""
    wanted = [filtered(f"tag:{MACHINE_TAG}", instance_id)]
    if name is not None:
        wanted.append(filtered(f"tag:{SNAPSHOT_TAG}", name))
    return place.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=wanted)
