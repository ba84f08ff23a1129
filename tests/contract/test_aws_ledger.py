"""What moto does otherwise than AWS; a line that is no longer true fails the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.contract.aws_bench import REGION, Raw
from tests.contract.ledger import Deviation, LedgerContract
from tests.contract.moto_world import reset, session

pytestmark = [pytest.mark.xdist_group("moto")]


def state(raw: Raw, instance_id: str) -> str:
    found = raw.instance(instance_id)
    return "terminated" if found is None else found["State"]["Name"]


def run_again(raw: Raw) -> bool:
    return raw.run("a", ClientToken="same") != raw.run("a", ClientToken="same")


def volume_again(raw: Raw) -> bool:
    given = {"AvailabilityZone": f"{REGION}a", "Size": 1, "ClientToken": "same"}
    made = [raw.ec2.create_volume(**given)["VolumeId"] for _ in range(2)]
    return made[0] != made[1]


def runs_at_once(raw: Raw) -> bool:
    return state(raw, raw.run("a")) == "running"


def stops_at_once(raw: Raw) -> bool:
    machine = raw.run("a")
    raw.ec2.stop_instances(InstanceIds=[machine])
    return state(raw, machine) == "stopped"


def hibernates_unseen(raw: Raw) -> bool:
    machine = raw.run("a")
    raw.ec2.stop_instances(InstanceIds=[machine], Hibernate=True)
    found = raw.instance(machine)
    assert found is not None
    return found["StateReason"]["Code"] != "Client.UserInitiatedHibernate"


def hibernates_without_opt_in(raw: Raw) -> bool:
    machine = raw.run("a", HibernationOptions={"Configured": False})
    raw.ec2.stop_instances(InstanceIds=[machine], Hibernate=True)
    return state(raw, machine) == "stopped"


def resizes_running(raw: Raw) -> bool:
    machine = raw.run("a")
    raw.ec2.modify_instance_attribute(InstanceId=machine, InstanceType={"Value": "t3.large"})
    return state(raw, machine) == "running"


def snapshots_at_once(raw: Raw) -> bool:
    machine = raw.run("a")
    made = raw.ec2.create_snapshots(InstanceSpecification={"InstanceId": machine})["Snapshots"]
    ids = [one["SnapshotId"] for one in made]
    found = raw.ec2.describe_snapshots(SnapshotIds=ids)["Snapshots"]
    return {one["State"] for one in found} == {"completed"}


def image_at_once(raw: Raw) -> bool:
    made = raw.ec2.create_image(InstanceId=raw.run("a"), Name="now")["ImageId"]
    return raw.ec2.describe_images(ImageIds=[made])["Images"][0]["State"] == "available"


def image_again(raw: Raw) -> bool:
    machine = raw.run("a")
    made = [raw.ec2.create_image(InstanceId=machine, Name="one")["ImageId"] for _ in range(2)]
    return made[0] != made[1]


def image_forgets_disks(raw: Raw) -> bool:
    """The machine's disk of 20 GiB is of 15 GiB in its image."""
    made = raw.ec2.create_image(InstanceId=raw.run("a"), Name="disks")["ImageId"]
    disks = raw.ec2.describe_images(ImageIds=[made])["Images"][0]["BlockDeviceMappings"]
    return [disk["Ebs"]["VolumeSize"] for disk in disks] == [15]


def images_leave_snapshots(raw: Raw) -> bool:
    made = raw.ec2.create_image(InstanceId=raw.run("a"), Name="gone")["ImageId"]
    disk = raw.ec2.describe_images(ImageIds=[made])["Images"][0]["BlockDeviceMappings"][0]
    raw.ec2.deregister_image(ImageId=made, DeleteAssociatedSnapshots=True)
    return disk["Ebs"]["SnapshotId"] in raw.holdings()


def scales_past_its_most(raw: Raw) -> bool:
    raw.group("web-asg", raw.subnet())
    raw.autoscaling.set_desired_capacity(AutoScalingGroupName="web-asg", DesiredCapacity=9)
    found = raw.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return found[0]["DesiredCapacity"] == 9


def no_prices(raw: Raw) -> bool:
    once = Config(retries={"total_max_attempts": 1})
    pricing: Any = session().client("pricing", endpoint_url=raw.url, config=once)
    try:
        pricing.get_products(ServiceCode="AmazonEC2")
    except (ResponseParserError, ClientError):
        return True
    return False


def no_root_replacement(raw: Raw) -> bool:
    once = Config(retries={"total_max_attempts": 1})
    ec2: Any = session().client("ec2", endpoint_url=raw.url, config=once)
    try:
        ec2.create_replace_root_volume_task(InstanceId=raw.run("a"))
    except (ResponseParserError, ClientError):
        return True
    return False


def keeps_the_subnets_address(raw: Raw) -> bool:
    machine = raw.run("a")
    found = raw.instance(machine)
    assert found is not None
    raw.ec2.modify_network_interface_attribute(
        NetworkInterfaceId=found["NetworkInterfaces"][0]["NetworkInterfaceId"],
        AssociatePublicIpAddress=False,
    )
    after = raw.instance(machine)
    return after is not None and "PublicIpAddress" in after


PROBES: dict[str, Callable[[Raw], bool]] = {
    "a repeated RunInstances with the same ClientToken makes a second machine": run_again,
    "a repeated CreateVolume with the same ClientToken makes a second volume": volume_again,
    "a machine is running as soon as it is made, never pending": runs_at_once,
    "a machine is stopped at once, never stopping": stops_at_once,
    "a hibernated machine is like a stopped one": hibernates_unseen,
    "a machine without hibernation hibernates": hibernates_without_opt_in,
    "a running machine gets another type": resizes_running,
    "a snapshot is completed at once": snapshots_at_once,
    "an image is available at once": image_at_once,
    "two images of one owner have the same name": image_again,
    "an image of a machine does not have its disks": image_forgets_disks,
    "the snapshots of an image stay when they are to go with it": images_leave_snapshots,
    "a group is scaled past its greatest size": scales_past_its_most,
    "an interface keeps its subnet's address when it shall have none": keeps_the_subnets_address,
    "there is no price list": no_prices,
    "CreateReplaceRootVolumeTask is missing": no_root_replacement,
}
DEVIATIONS = tuple(Deviation("moto", text, probe) for text, probe in PROBES.items())


@pytest.fixture(params=DEVIATIONS, ids=str)
def deviation(request: pytest.FixtureRequest) -> Deviation:
    return request.param


@pytest.fixture
def raw(moto: int) -> Raw:
    reset(moto)
    return Raw(moto)


class TestMotoLedger(LedgerContract):
    """The ledger."""
