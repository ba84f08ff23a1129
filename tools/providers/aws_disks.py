"""Disks: EBS volumes attached and grown."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from tools.errors import Capacity, Conflict, InvalidRequest, NotFound
from tools.machine import LooseDisk
from tools.providers.aws_link import Facts, Place, digest, filtered, tag_list, tags_of
from tools.providers.aws_record import MACHINE_TAG, name_of, root_device, shown_tags

_USD_GIB_MONTH = {
    "gp3": 0.08, "gp2": 0.10, "io1": 0.125, "io2": 0.125, "st1": 0.045, "sc1": 0.015,
    "standard": 0.05,
}  # fmt: skip
"""List prices of Northern Virginia, for capacity alone; other regions are up to twice as dear."""
_LETTERS = "fghijklmnopqrstuvwxyz"


def attach(place: Place, instance_id: str, token: str, size_gib: float) -> None:
    """Add a new empty volume, which goes when the machine is deleted.

    The client token makes a retry find the same volume again.
    """
    instance = place.instance(instance_id)
    volume = place.act(
        "ec2", "create_volume",
        AvailabilityZone=instance["Placement"]["AvailabilityZone"],
        Size=math.ceil(size_gib), VolumeType="gp3", ClientToken=digest(token),
        TagSpecifications=[_tagged("volume", instance)],
    )  # fmt: skip
    attach_volume(place, instance, volume["VolumeId"], _free_device(instance))


def _tagged(kind: str, instance: Facts) -> Facts:
    tags = {"Name": f"{name_of(instance)} disk", MACHINE_TAG: instance["InstanceId"]}
    return {"ResourceType": kind, "Tags": tag_list(tags)}


def attach_volume(
    place: Place, instance: Facts, volume_id: str, device: str, *, ends_with_it: bool = True
) -> None:
    """Attach a volume that is being made, unless it is attached already.

    Raises:
        Conflict: it is attached to another machine.
    """
    instance_id = instance["InstanceId"]
    found = wait_for_volume(place, volume_id, {"available", "in-use"})
    holders = {one["InstanceId"]: one["Device"] for one in found.get("Attachments", [])}
    if not holders:
        place.act("ec2", "attach_volume", VolumeId=volume_id, InstanceId=instance_id, Device=device)
        wait_for_volume(place, volume_id, {"in-use"})
    elif instance_id not in holders:
        raise Conflict(f"The volume {volume_id} is attached to {next(iter(holders))}.")
    mapping = {
        "DeviceName": holders.get(instance_id, device),
        "Ebs": {"VolumeId": volume_id, "DeleteOnTermination": ends_with_it},
    }
    place.act(
        "ec2", "modify_instance_attribute",
        InstanceId=instance_id, BlockDeviceMappings=[mapping],
    )  # fmt: skip


def wait_for_volume(place: Place, volume_id: str, states: set[str]) -> Facts:
    """The volume, as soon as it is in one of these states."""
    seen: Facts = {}

    def there() -> bool:
        nonlocal seen
        found = volumes_named(place, [volume_id])
        seen = found[0] if found else {}
        return seen.get("State") in states

    place.wait_for(f"the volume {volume_id} becoming {' or '.join(sorted(states))}", there)
    return seen


def volumes_named(place: Place, ids: list[str]) -> list[Facts]:
    """These volumes; one that is not there is absent."""
    return place.pages(
        "ec2", "describe_volumes", "Volumes", 500, Filters=[filtered("volume-id", *ids)]
    )


def loose(place: Place) -> list[LooseDisk]:
    """The volumes that are attached to nothing: those that are `available`."""
    found = place.pages(
        "ec2", "describe_volumes", "Volumes", 500, Filters=[filtered("status", "available")]
    )
    return [_loose(place, volume) for volume in found]


def _loose(place: Place, volume: Facts) -> LooseDisk:
    tags, made = tags_of(volume), volume.get("CreateTime")
    gib = float(volume["Size"])
    price = _USD_GIB_MONTH.get(str(volume.get("VolumeType")))
    return LooseDisk(
        id=place.machine_id(volume["VolumeId"]),
        name=tags.get("Name") or volume["VolumeId"],
        provider="aws",
        region=place.region,
        size_gib=gib,
        created_at=made.astimezone(UTC) if isinstance(made, datetime) else None,
        usd_month=round(gib * price, 2) if price else None,
        tags=shown_tags(tags),
    )


def delete(place: Place, volume_id: str) -> None:
    """Remove a volume; AWS refuses one that is attached, and one that is gone is no error."""
    try:
        place.act("ec2", "delete_volume", VolumeId=volume_id)
    except NotFound:
        return


def _free_device(instance: Facts) -> str:
    taken = {d["DeviceName"][-1] for d in instance.get("BlockDeviceMappings", [])}
    free = next((letter for letter in _LETTERS if letter not in taken), None)
    if free is None:
        raise Capacity(f"{name_of(instance)} has no device name left for another disk.")
    return f"/dev/sd{free}"


def grow(place: Place, instance_id: str, size_gib: float) -> None:
    """Grow its first disk; AWS does that while it runs.

    Raises:
        InvalidRequest: the disk is larger than that.
    """
    instance = place.instance(instance_id)
    root = root_device(instance)
    if root is None:
        raise Conflict(f"{name_of(instance)} has no EBS volume to grow.")
    volume = volumes_named(place, [root["Ebs"]["VolumeId"]])[0]
    size = math.ceil(size_gib)
    if size < volume["Size"]:
        raise InvalidRequest(
            f"The first disk of {name_of(instance)} has {volume['Size']} GiB and cannot shrink.",
            hint="Give a larger size.",
        )
    if size > volume["Size"]:
        place.act("ec2", "modify_volume", VolumeId=volume["VolumeId"], Size=size)
