"""Ports and public addresses on AWS.

Each machine that a port is opened for gets a security group of NovaCron's own, which it alone
wears: a rule in a group that others wear would open the port for them too. An address is an Elastic
IP that is tagged with its machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tools.errors import Conflict, NotAllowed, NovaError, OutcomeUnknown
from tools.ports import LAST_PORT, Opening, PortRule
from tools.providers.aws_link import Facts, Place, filtered, in_parts, tag_list
from tools.providers.aws_record import MACHINE_TAG, name_of


def openings(place: Place, instance_ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
    """What the groups of these machines let in, in three readings for all of them."""
    worn: dict[str, set[str]] = defaultdict(set)
    for part in in_parts(instance_ids):
        for interface in _interfaces(place, "attachment.instance-id", part):
            worn[interface["Attachment"]["InstanceId"]].update(_group_ids(interface))
    groups = _groups(place, {group for ids in worn.values() for group in ids})
    wearers = _wearers(place, groups)
    return {
        place.machine_id(instance_id): tuple(
            opening
            for group_id in sorted(group_ids)
            for opening in _of_group(place, instance_id, groups[group_id], wearers[group_id])
        )
        for instance_id, group_ids in worn.items()
    }


def _of_group(place: Place, instance_id: str, group: Facts, wearers: set[str]) -> list[Opening]:
    me = place.machine_id(instance_id)
    others = tuple(sorted(wearers - {me}))
    own = group["GroupName"] == own_name(instance_id) and not others
    return [
        Opening(rule, group["GroupName"], own=own, shared_with=others)
        for permission in group.get("IpPermissions", [])
        for rule in _rules(permission)
    ]


def _rules(permission: Facts) -> list[PortRule]:
    protocol = "all" if permission["IpProtocol"] == "-1" else permission["IpProtocol"]
    first, last = permission.get("FromPort", 0), permission.get("ToPort", LAST_PORT)
    sources = [one["CidrIp"] for one in permission.get("IpRanges", [])]
    sources += [one["CidrIpv6"] for one in permission.get("Ipv6Ranges", [])]
    sources += [one["PrefixListId"] for one in permission.get("PrefixListIds", [])]
    sources += [one["GroupId"] for one in permission.get("UserIdGroupPairs", [])]
    return [PortRule(protocol, first, last, source) for source in sources]


def open_port(place: Place, instance_id: str, rule: PortRule) -> None:
    """Let traffic in by the machine's own group, which is made and worn where it is not yet."""
    interface = _first_interface(place, place.instance(instance_id))
    group = _own_group(place, instance_id, interface["VpcId"])
    group_id = group["GroupId"] if group else _make_group(place, instance_id, interface["VpcId"])
    me = place.machine_id(instance_id)
    if others := _wearers(place, [group_id])[group_id] - {me}:
        raise Conflict(
            f"{own_name(instance_id)} is worn by {', '.join(sorted(others))} too.",
            hint="Take that group off the others in AWS, and ask again.",
        )
    with _already("InvalidPermission.Duplicate"):
        place.act(
            "ec2", "authorize_security_group_ingress",
            GroupId=group_id, IpPermissions=[_permission(rule)],
        )  # fmt: skip
    _wear(place, interface, [*_group_ids(interface), group_id])


def close_port(place: Place, instance_id: str, rule: PortRule, among: Sequence[str]) -> None:
    """Take a rule out of the groups of this machine; a group left empty that is ours goes too."""
    instance = place.instance(instance_id)
    interfaces = _interfaces(place, "attachment.instance-id", [instance_id])
    groups = _groups(place, {group for one in interfaces for group in _group_ids(one)})
    holding = [g for g in groups.values() if any(rule in _rules(p) for p in g["IpPermissions"])]
    wearers = _wearers(place, [group["GroupId"] for group in holding])
    meant = {place.machine_id(instance_id), *among}
    for group in holding:
        if others := wearers[group["GroupId"]] - meant:
            raise NotAllowed(
                f"{name_of(instance)}: the security group {group['GroupName']} lets {rule} in to "
                f"{', '.join(sorted(others))} too.",
                hint="Name those machines as well, or change the group in AWS.",
            )
    for group in holding:
        with _already("InvalidPermission.NotFound"):
            place.act(
                "ec2", "revoke_security_group_ingress",
                GroupId=group["GroupId"], IpPermissions=[_permission(rule)],
            )  # fmt: skip
    _drop_if_empty(place, instance_id, interfaces)


def assign_address(place: Place, instance_id: str) -> None:
    """Give the machine an Elastic IP, where it has no public address."""
    instance = place.instance(instance_id)
    if instance.get("PublicIpAddress"):
        return
    interface = _first_interface(place, instance)
    spare = next((one for one in _own_addresses(place, instance_id) if _is_spare(one)), None)
    address = spare or place.act(
        "ec2", "allocate_address", Domain="vpc",
        TagSpecifications=[{
            "ResourceType": "elastic-ip",
            "Tags": tag_list({"Name": name_of(instance), MACHINE_TAG: instance_id}),
        }],
    )  # fmt: skip
    try:
        place.act(
            "ec2", "associate_address", AllocationId=address["AllocationId"],
            NetworkInterfaceId=interface["NetworkInterfaceId"], AllowReassociation=False,
        )  # fmt: skip
    except OutcomeUnknown:
        raise
    except NovaError as error:
        with suppress(NovaError):  # the refusal counts; the address is found at the next try
            place.act("ec2", "release_address", AllocationId=address["AllocationId"])
        if error.vendor_code == "Gateway.NotAttached":
            raise Conflict(
                f"{name_of(instance)} is in a network without a way to the internet.",
                hint="Attach an internet gateway to its VPC first.",
                vendor_code=error.vendor_code,
            ) from error
        raise


def release_address(place: Place, instance_id: str) -> None:
    """Take its public address; an Elastic IP of ours is given back, another stays the account's."""
    instance = place.instance(instance_id)
    interfaces = _interfaces(place, "attachment.instance-id", [instance_id])
    ids = [one["NetworkInterfaceId"] for one in interfaces]
    given = [filtered("network-interface-id", *ids)]
    worn: list[Facts] = []
    if ids:
        worn = place.read("ec2", "describe_addresses", Filters=given)["Addresses"]
    if (
        instance.get("PublicIpAddress") and not worn
    ):  # it came with the subnet, not as an Elastic IP
        first = _first_interface(place, instance)
        place.act(
            "ec2", "modify_network_interface_attribute",
            NetworkInterfaceId=first["NetworkInterfaceId"], AssociatePublicIpAddress=False,
        )  # fmt: skip
    for address in worn:
        _take_off(place, address)
    give_back_addresses(place, instance_id)


def give_back_addresses(place: Place, instance_id: str) -> None:
    """Release the Elastic IPs that we got for a machine: each costs money."""
    for address in _own_addresses(place, instance_id):
        _take_off(place, address)
        with _already("InvalidAllocationID.NotFound"):
            place.act("ec2", "release_address", AllocationId=address["AllocationId"])


def _take_off(place: Place, address: Facts) -> None:
    if not _is_spare(address):
        with _already("InvalidAssociationID.NotFound"):
            place.act("ec2", "disassociate_address", AssociationId=address["AssociationId"])


def _own_addresses(place: Place, instance_id: str) -> list[Facts]:
    given = [filtered(f"tag:{MACHINE_TAG}", instance_id)]
    return place.read("ec2", "describe_addresses", Filters=given)["Addresses"]


def _is_spare(address: Facts) -> bool:
    return not address.get("AssociationId")


def _interfaces(place: Place, name: str, values: Iterable[str]) -> list[Facts]:
    return place.pages(
        "ec2", "describe_network_interfaces", "NetworkInterfaces",
        Filters=[filtered(name, *values)],
    )  # fmt: skip


def _first_interface(place: Place, instance: Facts) -> Facts:
    """The interface that a machine was made with, read with its groups as they are now."""
    found = _interfaces(place, "attachment.instance-id", [instance["InstanceId"]])
    first = [one for one in found if one["Attachment"].get("DeviceIndex") == 0]
    if not first:
        raise Conflict(f"{name_of(instance)} has no network interface.")
    return first[0]


def _group_ids(interface: Facts) -> list[str]:
    return [group["GroupId"] for group in interface.get("Groups", [])]


def _groups(place: Place, group_ids: Iterable[str]) -> dict[str, Facts]:
    return {
        group["GroupId"]: group
        for part in in_parts(sorted(group_ids))
        for group in place.pages(
            "ec2", "describe_security_groups", "SecurityGroups",
            Filters=[filtered("group-id", *part)],
        )
    }  # fmt: skip


def _wearers(place: Place, group_ids: Iterable[str]) -> Mapping[str, set[str]]:
    """What wears each group: machines by id, other interfaces by their description."""
    found: dict[str, set[str]] = defaultdict(set)
    for part in in_parts(sorted(group_ids)):
        for interface in _interfaces(place, "group-id", part):
            instance_id = interface.get("Attachment", {}).get("InstanceId")
            said = interface.get("Description") or "an interface"
            other = f"{said} ({interface['NetworkInterfaceId']})".replace("/", ":")
            name = place.machine_id(instance_id) if instance_id else other
            for group_id in _group_ids(interface):
                found[group_id].add(name)
    return found


def own_name(instance_id: str) -> str:
    """What the security group of one machine's own is called."""
    return f"novacron-{instance_id}"


def _own_group(place: Place, instance_id: str, vpc: str) -> Facts | None:
    given = [filtered("group-name", own_name(instance_id)), filtered("vpc-id", vpc)]
    found = place.pages("ec2", "describe_security_groups", "SecurityGroups", Filters=given)
    return found[0] if found else None


def _make_group(place: Place, instance_id: str, vpc: str) -> str:
    """The machine's own group, which lets nothing in."""
    with _already("InvalidGroup.Duplicate"):
        place.act(
            "ec2", "create_security_group", VpcId=vpc, GroupName=own_name(instance_id),
            Description=f"Ports that NovaCron opened for {instance_id} alone",
            TagSpecifications=[{
                "ResourceType": "security-group", "Tags": tag_list({MACHINE_TAG: instance_id}),
            }],
        )  # fmt: skip
    group = _own_group(place, instance_id, vpc)
    if group is None:
        raise OutcomeUnknown(f"The security group of {instance_id} does not show yet.")
    return group["GroupId"]


def _wear(place: Place, interface: Facts, group_ids: list[str]) -> None:
    """Let an interface wear these groups, where it does not.

    AWS lets each new group send everywhere. That is taken out first: a machine must not be let out
    by our group where its own do not let it.
    """
    wanted = list(dict.fromkeys(group_ids))
    if set(wanted) == set(_group_ids(interface)):
        return
    ours = _groups(place, set(wanted) - set(_group_ids(interface)))
    for group_id, group in ours.items():
        lets_out = [
            {key: value for key, value in permission.items() if value != []}
            for permission in group.get("IpPermissionsEgress", [])
        ]
        if lets_out:
            with _already("InvalidPermission.NotFound"):
                place.act(
                    "ec2", "revoke_security_group_egress",
                    GroupId=group_id, IpPermissions=lets_out,
                )  # fmt: skip
    place.act(
        "ec2", "modify_network_interface_attribute",
        NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=wanted,
    )  # fmt: skip


def _drop_if_empty(place: Place, instance_id: str, interfaces: Sequence[Facts]) -> None:
    """Take the machine's own group off and away, once it lets nothing in."""
    vpcs = {one["VpcId"] for one in interfaces}
    for vpc in vpcs:
        group = _own_group(place, instance_id, vpc)
        if group is None or group.get("IpPermissions"):
            continue
        for interface in interfaces:
            left = [i for i in _group_ids(interface) if i != group["GroupId"]]
            if left:
                _wear(place, interface, left)
        with _already("InvalidGroup.NotFound", "DependencyViolation"):
            place.act("ec2", "delete_security_group", GroupId=group["GroupId"])


def _permission(rule: PortRule) -> dict[str, Any]:
    return {
        "IpProtocol": rule.protocol, "FromPort": rule.first, "ToPort": rule.last,
        "IpRanges": [{"CidrIp": rule.source}],
    }  # fmt: skip


class _already(suppress):
    """What AWS refuses because it is so already is no error."""

    def __init__(self, *codes: str) -> None:
        super().__init__(NovaError)
        self._codes = codes

    def __exit__(self, *raised: Any) -> bool:
        return isinstance(raised[1], NovaError) and raised[1].vendor_code in self._codes
