"""What tests of the AWS provider share: raw boto3 past it, the witness, the provider over moto."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.contract.moto_world import UBUNTU, MotoWire, session
from tests.contract.networking import LetIn
from tests.contract.suite import Witnessed
from tools.providers.aws import Aws
from tools.providers.aws_link import Options, Place, open_places
from tools.providers.aws_offers import Shelf
from tools.times import utc_now

REGION = "us-east-1"


class Raw:
    """AWS past the wire and past the provider."""

    def __init__(self, port: int, region: str = REGION) -> None:
        self.url = f"http://127.0.0.1:{port}"
        made = session(region)
        self.ec2: Any = made.client("ec2", endpoint_url=self.url)
        self.autoscaling: Any = made.client("autoscaling", endpoint_url=self.url)
        self.cloudwatch: Any = made.client("cloudwatch", endpoint_url=self.url)

    def subnet(self) -> str:
        """A subnet whose machines have no public address, so that a restart changes none."""
        vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        made = self.ec2.create_subnet(
            VpcId=vpc, CidrBlock="10.9.0.0/20", AvailabilityZone=f"{REGION}a"
        )
        return made["Subnet"]["SubnetId"]

    def run(self, name: str, subnet: str | None = None, **more: Any) -> str:
        """A machine; its instance id."""
        disk = {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}
        placed = {"SubnetId": subnet} if subnet else {}
        tags = [{"Key": "Name", "Value": name}, {"Key": "env", "Value": "test"}]
        made = self.ec2.run_instances(
            **{
                "ImageId": UBUNTU["ami_id"], "MinCount": 1, "MaxCount": 1,
                "InstanceType": "t3.medium", "HibernationOptions": {"Configured": True},
                "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": disk}],
                "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}], **placed, **more,
            }
        )  # fmt: skip
        return made["Instances"][0]["InstanceId"]

    def instance(self, instance_id: str) -> dict[str, Any] | None:
        """A machine that is not terminated."""
        only = [{"Name": "instance-id", "Values": [instance_id]}]
        found = self.ec2.describe_instances(Filters=only)["Reservations"]
        one = found[0]["Instances"][0] if found else None
        return None if one is None or one["State"]["Name"] == "terminated" else one

    def group(self, name: str, subnet: str) -> None:
        """A scaling group of two machines."""
        self.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={"ImageId": UBUNTU["ami_id"], "InstanceType": "t3.small"},
        )
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=1, MaxSize=5, DesiredCapacity=2,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
            VPCZoneIdentifier=subnet,
        )  # fmt: skip

    def holdings(self) -> set[str]:
        """Everything that costs money."""
        instances = self.ec2.describe_instances()["Reservations"]
        found = {
            one["InstanceId"]
            for reservation in instances
            for one in reservation["Instances"]
            if one["State"]["Name"] != "terminated"
        }
        found |= {one["VolumeId"] for one in self.ec2.describe_volumes()["Volumes"]}
        mine = {"OwnerIds": ["123456789012"]}
        found |= {one["SnapshotId"] for one in self.ec2.describe_snapshots(**mine)["Snapshots"]}
        found |= {one["AllocationId"] for one in self.ec2.describe_addresses()["Addresses"]}
        found |= {one["ImageId"] for one in self.ec2.describe_images(Owners=["self"])["Images"]}
        return found


def lets_in(raw: Raw, machine_id: str) -> LetIn:
    """What the groups of a machine's interfaces let in, as boto3 sees them."""
    only = [{"Name": "attachment.instance-id", "Values": [machine_id.split("/")[-1]]}]
    interfaces = raw.ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"]
    ids = {group["GroupId"] for one in interfaces for group in one["Groups"]}
    groups = raw.ec2.describe_security_groups(GroupIds=sorted(ids))["SecurityGroups"]
    return frozenset(
        (rule["IpProtocol"], rule.get("FromPort", 0), rule.get("ToPort", 65535), span["CidrIp"])
        for group in groups
        for rule in group["IpPermissions"]
        for span in rule["IpRanges"]
    )


def public_address(raw: Raw, machine_id: str) -> str | None:
    """The Elastic IP of a machine's interface, as boto3 sees it."""
    only = [{"Name": "attachment.instance-id", "Values": [machine_id.split("/")[-1]]}]
    interface = raw.ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"][0]
    return interface.get("Association", {}).get("PublicIp")


def networks_kept(raw: Raw) -> set[str]:
    """Every security group and address of the account."""
    groups = raw.ec2.describe_security_groups()["SecurityGroups"]
    addresses = raw.ec2.describe_addresses()["Addresses"]
    return {g["GroupId"] for g in groups} | {a["AllocationId"] for a in addresses}


def witness(raw: Raw, wire: MotoWire, machine_id: str) -> Witnessed | None:
    """A machine as boto3 sees it."""
    _, location, instance_id = machine_id.split("/")
    one = raw.instance(instance_id)
    if one is None:
        return None
    tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
    ids = [disk["Ebs"]["VolumeId"] for disk in one["BlockDeviceMappings"]]
    attribute = raw.ec2.describe_instance_attribute(
        InstanceId=instance_id, Attribute="disableApiTermination"
    )
    snapshots = raw.ec2.describe_snapshots(
        Filters=[{"Name": "tag:novacron:machine", "Values": [instance_id]}]
    )["Snapshots"]
    names = [t["Value"] for s in snapshots for t in s["Tags"] if t["Key"] == "novacron:snapshot"]
    state = "suspended" if instance_id in wire.hibernated else one["State"]["Name"]
    kind = raw.ec2.describe_instance_types(InstanceTypes=[one["InstanceType"]])["InstanceTypes"][0]
    return {
        "name": tags["Name"],
        "state": state,
        "size": one["InstanceType"],
        "vcpus": kind["VCpuInfo"]["DefaultVCpus"],
        "memory_gib": kind["MemoryInfo"]["SizeInMiB"] / 1024,
        "disk_gib": sum(v["Size"] for v in raw.ec2.describe_volumes(VolumeIds=ids)["Volumes"]),
        "tags": {k: v for k, v in tags.items() if not k.startswith(("aws:", "novacron:"))},
        "protected": attribute["DisableApiTermination"]["Value"],
        "region": location.split(":")[1],
        "snapshots": list(dict.fromkeys(names)),
    }


def places_over(wire: MotoWire) -> list[Place]:
    """The account in one region; its clients are made once."""
    options = Options(attempts=2, poll_s=0.01, endpoint_url=wire.url)
    return open_places(session(), [], [REGION], options)


SHELF = Shelf()
"""moto takes seconds to tell its 1,395 instance types: they are asked for once."""


def opened(places: list[Place], **options: Any) -> Aws:
    """The provider over these places."""
    over = [
        dataclasses.replace(place, options=dataclasses.replace(place.options, **options))
        for place in places
    ]
    return Aws("aws", over, utc_now, ask_prices=False, shelf=SHELF)
