"""Which rights a connection to AWS has: by IAM's own simulation, else by EC2's dry runs.

A simulation says it for all machines at once, without tags or conditions. Who may not simulate is
told by dry runs on one machine, which send requests that EC2 judges and does not carry out; scaling
groups and metrics have none, and stay open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tools.errors import NotAllowed, NovaError
from tools.providers.aws_link import Account, Place
from tools.providers.base import Capability
from tools.providers.standing import Lack, Standing, clock_off_s, farthest, lacking, wanted

_NEW_DISK = ("ec2:CreateVolume", "ec2:AttachVolume", "ec2:CreateTags")

RIGHTS = {
    None: (
        "ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeInstanceAttribute",
        "ec2:DescribeVolumes", "ec2:DescribeSnapshots", "ec2:DescribeImages", "ec2:DescribeVpcs",
        "ec2:DescribeRegions", "autoscaling:DescribeAutoScalingGroups",
    ),
    Capability.START: ("ec2:StartInstances",),
    Capability.STOP: ("ec2:StopInstances",),
    Capability.FORCE_STOP: ("ec2:StopInstances",),
    Capability.RESTART: ("ec2:RebootInstances",),
    Capability.SUSPEND: ("ec2:StopInstances",),
    Capability.RESUME: ("ec2:StartInstances",),
    Capability.CREATE: ("ec2:RunInstances", "ec2:CreateTags"),
    Capability.CLONE: (
        "ec2:CreateImage", "ec2:RunInstances", "ec2:CreateTags", "ec2:DeregisterImage",
        "ec2:DeleteSnapshot",
    ),
    Capability.DELETE: ("ec2:TerminateInstances", "ec2:DeleteVolume", "ec2:DeleteSnapshot"),
    Capability.RESIZE: (
        "ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances",
    ),
    Capability.ATTACH_DISK: _NEW_DISK,
    Capability.RESIZE_DISK: ("ec2:ModifyVolume",),
    Capability.SNAPSHOT: ("ec2:CreateSnapshots", "ec2:CreateTags", "ec2:DeleteSnapshot"),
    Capability.RESTORE: (
        *_NEW_DISK, "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:StopInstances",
        "ec2:StartInstances", "ec2:ModifyInstanceAttribute",
    ),
    Capability.TAG: ("ec2:CreateTags", "ec2:DeleteTags"),
    Capability.PROTECT: ("ec2:ModifyInstanceAttribute",),
    Capability.SCALE_GROUP: ("autoscaling:SetDesiredCapacity",),
    Capability.PORTS: (
        "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces", "ec2:CreateSecurityGroup",
        "ec2:DeleteSecurityGroup", "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress",
        "ec2:ModifyNetworkInterfaceAttribute",
    ),
    Capability.PUBLIC_ADDRESS: (
        "ec2:DescribeAddresses", "ec2:AllocateAddress", "ec2:ReleaseAddress",
        "ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:ModifyNetworkInterfaceAttribute",
    ),
    Capability.METRICS: ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
}  # fmt: skip
"""The actions of IAM that each capability takes."""

_ASSUMED = re.compile(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.+")
_NOT_SIMULATED = "the rights could not be told: it may not call iam:SimulatePrincipalPolicy"


def examine(places: Sequence[Place], capabilities: frozenset[Capability]) -> Standing:
    """As whom each account is reached, what it may not, and how far AWS's clock is off."""
    accounts = {place.account.number: place for place in places}
    found = [
        _account(place, sum(p.account is place.account for p in places), capabilities)
        for place in accounts.values()
    ]
    return Standing(
        reached="; ".join(one.reached for one in found),
        lacks=tuple(lack for one in found for lack in one.lacks),
        advice="Allow these actions in the policy of the role or user.",
        unsure="; ".join(dict.fromkeys(one.unsure for one in found if one.unsure)),
        clock_off_s=farthest([one.clock_off_s for one in found]),
    )


def _account(place: Place, regions: int, capabilities: frozenset[Capability]) -> Standing:
    account = place.account
    asked = datetime.now(UTC)
    answer = account.call("sts", None, "get_caller_identity", {}, acting=False)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    off_s = clock_off_s(headers.get("date"), asked, datetime.now(UTC))
    who = str(answer["Arn"])
    reached = f"AWS account {account.number} as {who}, {regions} regions"
    lacks, unsure = _rights(place, who, capabilities)
    return Standing(reached, lacks, unsure=unsure, clock_off_s=off_s)


def _rights(
    place: Place, who: str, capabilities: frozenset[Capability]
) -> tuple[tuple[Lack, ...], str]:
    if who.endswith(":root"):
        return (), ""
    where = f"account {place.account.number}"
    try:
        allowed = _simulated(place.account, who, wanted(RIGHTS, capabilities))
    except NovaError as error:
        return _by_dry_runs(place, capabilities, where, error)
    return lacking(RIGHTS, capabilities, lambda right: right in allowed, where), ""


def _simulated(account: Account, who: str, actions: Sequence[str]) -> set[str]:
    """The actions that IAM says are allowed."""
    found = _ASSUMED.fullmatch(who)
    if found:
        role = {"RoleName": found[3]}
        who = account.call("iam", None, "get_role", role, acting=False)["Role"]["Arn"]
    given: dict[str, Any] = {"PolicySourceArn": who, "ActionNames": list(actions)}
    allowed: set[str] = set()
    while True:
        page = account.call("iam", None, "simulate_principal_policy", given, acting=False)
        allowed |= {
            one["EvalActionName"]
            for one in page["EvaluationResults"]
            if one["EvalDecision"] == "allowed"
        }
        if not page.get("IsTruncated"):
            return allowed
        given["Marker"] = page["Marker"]


def _by_dry_runs(
    place: Place, capabilities: frozenset[Capability], where: str, reason: NovaError
) -> tuple[tuple[Lack, ...], str]:
    """What EC2 refuses to do to one machine, in words of its own; nothing is carried out."""
    page = place.read("ec2", "describe_instances", MaxResults=5)
    machines = [one for r in page["Reservations"] for one in r["Instances"]]
    machines = [one for one in machines if one["State"]["Name"] != "terminated"]
    if not machines:
        return (), f"{_NOT_SIMULATED}, and there is no machine for a dry run ({reason.message})"
    runs = _dry_runs(machines[0])
    refused = {right for right, (name, given) in runs.items() if _is_refused(place, name, given)}
    known = {use: [r for r in rights if r in runs] for use, rights in RIGHTS.items()}
    lacks = lacking(known, capabilities, lambda right: right not in refused, where)
    return lacks, f"{_NOT_SIMULATED}; what EC2 has a dry run for was tried so"


def _dry_runs(machine: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """A request that asks for each right, by the right."""
    ids = {"InstanceIds": [machine["InstanceId"]]}
    volumes = [disk["Ebs"]["VolumeId"] for disk in machine.get("BlockDeviceMappings", ())]
    tags = {
        "Resources": [machine["InstanceId"]], "Tags": [{"Key": "novacron:check", "Value": ""}],
    }  # fmt: skip
    image = {"ImageId": machine["ImageId"], "InstanceType": machine["InstanceType"]}
    zone = machine["Placement"]["AvailabilityZone"]
    one = {"InstanceId": machine["InstanceId"]}
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "ec2:StartInstances": ("start_instances", ids),
        "ec2:StopInstances": ("stop_instances", ids),
        "ec2:RebootInstances": ("reboot_instances", ids),
        "ec2:TerminateInstances": ("terminate_instances", ids),
        "ec2:RunInstances": ("run_instances", {**image, "MinCount": 1, "MaxCount": 1}),
        "ec2:CreateTags": ("create_tags", tags),
        "ec2:DeleteTags": ("delete_tags", tags),
        "ec2:CreateVolume": ("create_volume", {"AvailabilityZone": zone, "Size": 1}),
        "ec2:CreateImage": ("create_image", {**one, "Name": "novacron-check"}),
        "ec2:CreateSnapshots": ("create_snapshots", {"InstanceSpecification": one}),
        "ec2:ModifyInstanceAttribute": (
            "modify_instance_attribute", {**one, "DisableApiTermination": {"Value": True}},
        ),
    }  # fmt: skip
    if volumes:
        found["ec2:ModifyVolume"] = ("modify_volume", {"VolumeId": volumes[0], "Size": 16384})
    return found


def _is_refused(place: Place, operation: str, given: dict[str, Any]) -> bool:
    try:
        place.act("ec2", operation, DryRun=True, **given)
    except NotAllowed as error:
        return error.vendor_code != "DryRunOperation"
    except NovaError:
        return False  # it was judged, and something else stands against it
    return False
