"""Security groups and Elastic IPs: what is shared stays, and what is broken off is taken up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.contract.aws_bench import (
    REGION,
    Raw,
    lets_in,
    networks_kept,
    opened,
    places_over,
    public_address,
)
from tests.contract.moto_world import MotoWire, action, fields, reset
from tests.contract.networking import HTTPS, let_in
from tests.contract.wire import Way, WireFault
from tools.errors import Conflict, NotAllowed, OutcomeUnknown
from tools.ports import PortRule
from tools.providers.aws import Aws
from tools.providers.aws_link import Place

pytestmark = [pytest.mark.xdist_group("moto")]

SSH = PortRule("tcp", 22, 22, "10.0.0.0/8")


@dataclass
class Net:
    """Two machines that wear one group of somebody's, and boto3 past the wire."""

    raw: Raw
    wire: MotoWire
    places: list[Place]
    subnet: str
    shared: str
    instances: list[str]

    def open(self) -> Aws:
        """The provider, as a process has it that has just started."""
        return opened(self.places, subnets={REGION: self.subnet})

    @property
    def ids(self) -> list[str]:
        return [self.places[0].machine_id(one) for one in self.instances]

    def groups(self, number: int) -> list[dict[str, object]]:
        """The groups that a machine wears, as boto3 sees them."""
        only = [{"Name": "attachment.instance-id", "Values": [self.instances[number]]}]
        found = self.raw.ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"][0]
        ids = [group["GroupId"] for group in found["Groups"]]
        return self.raw.ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]

    def goes_wrong(self, name: str, way: Way) -> WireFault:
        """The next request of this action goes wrong."""
        return WireFault(way, lambda request: action(request) == name, 1)


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    made = MotoWire(moto)
    yield made
    made.close()


@pytest.fixture
def net(moto: int, wire: MotoWire) -> Net:
    reset(moto)
    wire.clear()
    raw = Raw(moto)
    subnet = raw.subnet()
    vpc = raw.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    shared = raw.ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    raw.ec2.authorize_security_group_ingress(
        GroupId=shared,
        IpPermissions=[{
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.168.0.0/16"}],
        }],
    )  # fmt: skip
    instances = [raw.run(f"web-{n}", subnet, SecurityGroupIds=[shared]) for n in (1, 2)]
    return Net(raw, wire, places_over(wire), subnet, shared, instances)


def test_a_port_is_not_opened_in_a_group_that_others_wear(net: Net) -> None:
    before = net.raw.ec2.describe_security_groups(GroupIds=[net.shared])["SecurityGroups"]
    net.open().open_port(net.ids[0], "t", HTTPS)
    assert net.raw.ec2.describe_security_groups(GroupIds=[net.shared])["SecurityGroups"] == before
    assert let_in(HTTPS) in lets_in(net.raw, net.ids[0])
    assert let_in(HTTPS) not in lets_in(net.raw, net.ids[1])


def test_the_own_group_lets_nothing_out(net: Net) -> None:
    net.open().open_port(net.ids[0], "t", HTTPS)
    own = [g for g in net.groups(0) if g["GroupName"] == f"novacron-{net.instances[0]}"]
    assert [g["IpPermissionsEgress"] for g in own] == [[]]


def test_a_shared_rule_is_closed_only_for_all_who_share_it(net: Net) -> None:
    provider = net.open()
    with pytest.raises(NotAllowed, match=net.instances[1]):
        provider.close_port(net.ids[0], "t", SSH)
    assert let_in(SSH) in lets_in(net.raw, net.ids[0])
    for number, machine_id in enumerate(net.ids):
        provider.close_port(machine_id, f"t{number}", SSH, among=net.ids)
    for machine_id in net.ids:
        assert lets_in(net.raw, machine_id) == {("tcp", 22, 22, "192.168.0.0/16")}


def test_the_openings_name_who_shares_them(net: Net) -> None:
    found = net.open().openings(net.ids)
    assert {(o.through, o.own, o.shared_with) for o in found[net.ids[0]]} == {
        ("web", False, (net.ids[1],))
    }


def test_an_own_group_that_another_machine_wears_is_not_used(net: Net) -> None:
    provider = net.open()
    provider.open_port(net.ids[0], "t1", HTTPS)
    own = next(str(g["GroupId"]) for g in net.groups(0) if g["GroupId"] != net.shared)
    only = [{"Name": "attachment.instance-id", "Values": [net.instances[1]]}]
    other = net.raw.ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"][0]
    net.raw.ec2.modify_network_interface_attribute(
        NetworkInterfaceId=other["NetworkInterfaceId"], Groups=[net.shared, own]
    )
    before = lets_in(net.raw, net.ids[1])
    with pytest.raises(Conflict, match=net.instances[1]):
        provider.open_port(net.ids[0], "t2", PortRule("tcp", 80, 80, "0.0.0.0/0"))
    assert lets_in(net.raw, net.ids[1]) == before


@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
@pytest.mark.parametrize(
    "name",
    ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "ModifyNetworkInterfaceAttribute"],
)
def test_an_opening_without_an_answer_is_unknown_and_a_retry_ends_it(
    net: Net, name: str, way: Way
) -> None:
    kept = networks_kept(net.raw)
    with net.wire.faulty(net.goes_wrong(name, way)), pytest.raises(OutcomeUnknown):
        net.open().open_port(net.ids[0], "t", HTTPS)
    net.open().open_port(net.ids[0], "t", HTTPS)
    assert let_in(HTTPS) in lets_in(net.raw, net.ids[0])
    assert len(networks_kept(net.raw) - kept) == 1


@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
@pytest.mark.parametrize("name", ["AllocateAddress", "AssociateAddress"])
def test_an_address_without_an_answer_is_got_once(net: Net, name: str, way: Way) -> None:
    with net.wire.faulty(net.goes_wrong(name, way)), pytest.raises(OutcomeUnknown):
        net.open().assign_public_address(net.ids[0], "t")
    net.open().assign_public_address(net.ids[0], "t")
    assert len(net.raw.ec2.describe_addresses()["Addresses"]) == 1
    assert public_address(net.raw, net.ids[0]) is not None


def test_an_address_of_the_accounts_own_is_taken_off_and_kept(net: Net) -> None:
    made = net.raw.ec2.allocate_address(Domain="vpc")
    net.raw.ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=net.instances[0])
    net.open().release_public_address(net.ids[0], "t")
    assert public_address(net.raw, net.ids[0]) is None
    kept = net.raw.ec2.describe_addresses()["Addresses"]
    assert [one["AllocationId"] for one in kept] == [made["AllocationId"]]


def test_an_address_that_came_with_the_subnet_is_taken_and_another_can_be_given(net: Net) -> None:
    machine_id = net.places[0].machine_id(net.raw.run("edge"))
    provider = net.open()
    assert provider.get_machine(machine_id).public_ip is not None
    with net.wire.counted() as sent:
        provider.release_public_address(machine_id, "t1")
    changes = [fields(r) for r in sent if not action(r).startswith("Describe")]
    assert [c.get("AssociatePublicIpAddress") for c in changes] == ["false"]
    assert provider.get_machine(machine_id).public_ip is None
    provider.assign_public_address(machine_id, "t2")
    assert provider.get_machine(machine_id).public_ip == public_address(net.raw, machine_id)


def test_a_deleted_machine_gives_its_address_back(net: Net) -> None:
    provider = net.open()
    provider.assign_public_address(net.ids[0], "t1")
    provider.delete(net.ids[0], "t2")
    assert net.raw.ec2.describe_addresses()["Addresses"] == []


def test_the_openings_of_many_machines_take_three_readings(net: Net) -> None:
    more = [net.raw.run(f"web-{n}", net.subnet, SecurityGroupIds=[net.shared]) for n in range(8)]
    ids = [*net.ids, *(net.places[0].machine_id(one) for one in more)]
    provider = net.open()
    with net.wire.counted() as sent:
        assert set(provider.openings(ids)) == set(ids)
    assert len(sent) == 3
