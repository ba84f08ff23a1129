"""Machines made, copied and deleted."""

from __future__ import annotations

import math

from tools.errors import InvalidRequest, NotAllowed, ProviderError
from tools.machine import State
from tools.providers import aws_snapshots
from tools.providers.aws_images import find_image, own_images
from tools.providers.aws_link import Facts, Place, digest, filtered, tag_list, tags_of
from tools.providers.aws_networking import own_name
from tools.providers.aws_prices import Prices
from tools.providers.aws_reading import Protection, Types
from tools.providers.aws_record import TOKEN_TAG, TypeFacts, name_of, shown_tags, state_of
from tools.providers.base import NewMachine


def create(place: Place, machine: NewMachine, token: str, kind: TypeFacts) -> str:
    """Make and start a machine; the client token makes a retry give the same one."""
    image = find_image(place, machine.image, kind.architectures)
    tags = {**machine.tags, "Name": machine.name}
    given: Facts = {
        "ImageId": image["ImageId"],
        "InstanceType": kind.name,
        "BlockDeviceMappings": _disks(image, machine.disk_gib),
    }
    if subnet := place.options.subnets.get(place.region):
        given["SubnetId"] = subnet
    if place.options.key_pair:
        given["KeyName"] = place.options.key_pair
    return _run(place, given, tags, token)


def _run(place: Place, given: Facts, tags: dict[str, str], token: str) -> str:
    marked = {**tags, TOKEN_TAG: digest(token)}
    specifications = [
        {"ResourceType": "instance", "Tags": tag_list(marked)},
        {"ResourceType": "volume", "Tags": tag_list({"Name": tags["Name"]})},
    ]
    made = place.act(
        "ec2", "run_instances",
        MinCount=1, MaxCount=1, ClientToken=digest(token), TagSpecifications=specifications,
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"}, **given,
    )  # fmt: skip
    return place.machine_id(made["Instances"][0]["InstanceId"])


def _disks(image: Facts, disk_gib: float | None) -> list[Facts]:
    """The image's disks, which go with the machine; the first as large as wished.

    Raises:
        InvalidRequest: the image does not fit.
    """
    disks: list[Facts] = []
    for disk in image.get("BlockDeviceMappings", []):
        if "Ebs" not in disk:
            continue
        size = disk["Ebs"].get("VolumeSize", 8)
        if disk["DeviceName"] == image.get("RootDeviceName") and disk_gib is not None:
            if math.ceil(disk_gib) < size:
                raise InvalidRequest(
                    f"The image needs a disk of {size} GiB.", hint=f"Give at least {size} GiB."
                )
            size = math.ceil(disk_gib)
        ebs = {"VolumeSize": size, "VolumeType": "gp3", "DeleteOnTermination": True}
        disks.append({"DeviceName": disk["DeviceName"], "Ebs": ebs})
    return disks


def clone(place: Place, instance_id: str, name: str, token: str) -> str:
    """Copy a machine with all its disks, by an image of it that is deleted afterwards.

    An image takes all volumes at one moment and starts as a machine; volumes made of snapshots
    would need an image for the first disk all the same. The machine runs on meanwhile, so that
    the copy is as after a power cut.
    """
    made = _made_by(place, token)
    if made is not None:
        copied = place.machine_id(made["InstanceId"])
    else:
        source = place.instance(instance_id)
        image = _image_of(place, source, token)
        tags = {**shown_tags(tags_of(source)), "Name": name}
        copied = _run(place, {**_like(source), "ImageId": image["ImageId"]}, tags, token)
    for image in own_images(place, _image_name(token)):
        place.act(
            "ec2", "deregister_image", ImageId=image["ImageId"], DeleteAssociatedSnapshots=True
        )
    return copied


def _image_name(token: str) -> str:
    return f"novacron-{digest(token)}"


def _made_by(place: Place, token: str) -> Facts | None:
    found = place.instances(Filters=[filtered(f"tag:{TOKEN_TAG}", digest(token))])
    return found[0] if found else None


def _image_of(place: Place, source: Facts, token: str) -> Facts:
    """An image of the machine, as soon as it can be used; one for a token."""
    name = _image_name(token)
    if not own_images(place, name):
        place.act(
            "ec2", "create_image",
            InstanceId=source["InstanceId"], Name=name, NoReboot=True,
            Description=f"NovaCron: to clone {name_of(source)}"[:255],
        )  # fmt: skip
    seen: Facts = {}

    def ready() -> bool:
        nonlocal seen
        found = own_images(place, name)
        seen = found[0] if found else {}
        if seen.get("State") in {"failed", "error", "invalid"}:
            reason = seen.get("StateReason", {}).get("Message", "it gives no reason")
            raise ProviderError(f"AWS could not make an image of {name_of(source)}: {reason}")
        return seen.get("State") == "available"

    place.wait_for(f"an image of {name_of(source)}", ready)
    return seen


def _like(source: Facts) -> Facts:
    """What the copy has of its source: type, network, key and role."""
    given: Facts = {"InstanceType": source["InstanceType"]}
    if source.get("SubnetId"):
        given["SubnetId"] = source["SubnetId"]
        own = own_name(source["InstanceId"])
        given["SecurityGroupIds"] = [
            group["GroupId"] for group in source["SecurityGroups"] if group["GroupName"] != own
        ]
    if not given.get("SecurityGroupIds"):
        given.pop("SecurityGroupIds", None)
    if source.get("KeyName"):
        given["KeyName"] = source["KeyName"]
    if role := source.get("IamInstanceProfile", {}).get("Arn"):
        given["IamInstanceProfile"] = {"Arn": role}
    if source.get("EbsOptimized"):
        given["EbsOptimized"] = True
    return given


def delete(place: Place, instance_id: str, protection: Protection) -> None:
    """Terminate a machine; its snapshots go too.

    Its volumes go by AWS's own flag on each (`DeleteOnTermination`): those that came with it and
    those that NovaCron attached. A volume that somebody has set to outlive the machine does.

    Raises:
        NotAllowed: it is protected.
    """
    instance = place.find_instance(instance_id) or place.instance(instance_id)
    if state_of(instance) is not State.DELETED:
        if protection.ask(place, instance_id):
            raise NotAllowed(
                f"{name_of(instance)} is protected against termination.",
                hint="Unprotect it first.",
            )
        place.act("ec2", "terminate_instances", InstanceIds=[instance_id])
    aws_snapshots.delete_all(place, instance_id)


def fitting_type(
    place: Place, types: Types, prices: Prices, vcpus: int, memory_gib: float, processor: str
) -> str:
    """A type of exactly these figures for this processor, where no size is named.

    The cheapest of those whose price is known; else the first by name.

    Raises:
        InvalidRequest: there is none.
    """
    wanted = [
        filtered("vcpu-info.default-vcpus", str(vcpus)),
        filtered("memory-info.size-in-mib", str(round(memory_gib * 1024))),
        filtered("processor-info.supported-architecture", processor),
        filtered("current-generation", "true"),
    ]
    found = types.take(
        place.pages("ec2", "describe_instance_types", "InstanceTypes", 100, Filters=wanted)
    )
    if not found:
        raise InvalidRequest(
            f"AWS has no size of {vcpus} vCPUs and {memory_gib:g} GiB in {place.region}.",
            hint="Name a size.",
        )
    priced = {one.name: prices.known(place.region, one.name, "linux") for one in found}
    return min(priced, key=lambda name: (priced[name] or math.inf, name))
