"""AWS over many accounts and regions at once, what it measures, offers and costs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.contract.aws_bench import REGION, Raw, opened, places_over
from tests.contract.moto_world import (
    SECRET_KEY,
    MotoWire,
    action,
    fields,
    reset,
    session,
)
from tests.contract.wire import Answer, Request, Way, WireFault
from tools.errors import Ambiguous, InvalidRequest, NotFound, Unreachable
from tools.providers.aws import Aws, AwsSettings, connect
from tools.providers.aws_link import Options, open_places
from tools.times import utc_now

pytestmark = [pytest.mark.xdist_group("moto")]

ROLES = tuple(f"arn:aws:iam::{number * 12}:role/novacron" for number in ("1", "2"))
REGIONS = ("eu-central-1", "us-west-2")


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    made = MotoWire(moto)
    yield made
    made.close()


@pytest.fixture
def raw(moto: int, wire: MotoWire) -> Raw:
    reset(moto)
    wire.clear()
    return Raw(moto)


def settings(wire: MotoWire, **more: Any) -> AwsSettings:
    given = {"regions": [REGION], "endpoint_url": wire.url, "attempts": 2, "prices": "table"}
    return AwsSettings.model_validate({**given, **more})


class RawAs(Raw):
    """boto3 in the account of a role."""

    def __init__(self, port: int, role: str, region: str) -> None:
        super().__init__(port, region)
        sts: Any = session().client("sts", endpoint_url=self.url)
        key = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        signed_in = boto3.Session(
            key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=region
        )
        self.ec2 = signed_in.client("ec2", endpoint_url=self.url)


def test_accounts_and_regions_are_one_fleet(moto: int, raw: Raw, wire: MotoWire) -> None:
    for role in ROLES:
        for region in REGIONS:
            RawAs(moto, role, region).run(f"{role[13:16]}-{region}")
    provider = connect(settings(wire, roles=ROLES, regions=REGIONS), session=session())
    found = {vm.name: vm for vm in provider.list_machines()}
    assert set(found) == {f"{n * 3}-{region}" for n in "12" for region in REGIONS}
    chosen = found["222-eu-central-1"]
    assert chosen.id.startswith("aws/222222222222:eu-central-1/i-")
    assert chosen.region == "eu-central-1"
    provider.stop(chosen.id, "t1", force=True)
    states = {vm.name: vm.state.value for vm in provider.list_machines()}
    assert {name for name, state in states.items() if state == "stopped"} == {"222-eu-central-1"}
    assert provider.reaches(chosen.id)
    assert not provider.reaches(chosen.id.replace("222222222222", "333333333333"))
    said = provider.check()
    assert "AWS account 111111111111" in said
    assert "role/novacron" in said
    assert "2 regions" in said
    assert SECRET_KEY not in said
    provider.close()


def test_roles_of_one_account_are_refused(raw: Raw, wire: MotoWire) -> None:
    twice = (ROLES[0], f"{ROLES[0]}-too")
    with pytest.raises(InvalidRequest, match="same account"):
        connect(settings(wire, roles=twice), session=session())


def test_without_a_choice_every_enabled_region_is_meant(raw: Raw, wire: MotoWire) -> None:
    enabled = {one["RegionName"] for one in raw.ec2.describe_regions()["Regions"]}
    options = Options(endpoint_url=wire.url)
    assert {place.region for place in open_places(session(), [], [], options)} == enabled


def test_places_are_asked_side_by_side(raw: Raw, wire: MotoWire) -> None:
    """Twelve answers of half a second each come in far less than six seconds."""
    regions = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1")
    provider = connect(settings(wire, regions=regions), session=session())
    provider.list_machines()
    began = time.monotonic()
    with wire.counted() as sent, wire.faulty(WireFault(Way.SLOW, delay_s=0.5)):
        provider.list_machines()
    assert len(sent) == 3 * len(regions)
    assert time.monotonic() - began < 3
    provider.close()


def test_a_region_that_fails_is_named(raw: Raw, wire: MotoWire) -> None:
    provider = connect(settings(wire, regions=("us-east-1", "eu-west-1")), session=session())

    def in_europe(request: Request) -> bool:
        return "/eu-west-1/" in request.headers.get("Authorization", "")

    with (
        wire.faulty(WireFault(Way.LOST, in_europe)),
        pytest.raises(Unreachable, match="in eu-west-1"),
    ):
        provider.list_machines()
    provider.close()


def test_a_group_of_one_name_in_two_regions_is_ambiguous(
    moto: int, raw: Raw, wire: MotoWire
) -> None:
    raw.group("web-asg", raw.ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    there = Raw(moto, "us-east-2")
    there.group("web-asg", there.ec2.describe_subnets()["Subnets"][0]["SubnetId"])
    provider = connect(settings(wire, regions=("us-east-1", "us-east-2")), session=session())
    with pytest.raises(Ambiguous) as caught:
        provider.scale_group("web-asg", "t", count=3)
    assert len(caught.value.choices) == 2
    provider.close()


@pytest.fixture
def provider(raw: Raw, wire: MotoWire) -> Iterator[Aws]:
    made = opened(places_over(wire))
    yield made
    made.close()


@pytest.mark.proves("metrics")
def test_figures_are_hourly_and_in_our_units_and_asked_for_in_batches(
    raw: Raw, wire: MotoWire, provider: Aws
) -> None:
    hour = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    machines = [raw.run(f"m-{n}") for n in range(3)]
    figures = {
        "CPUUtilization": (20.0, 40.0), "NetworkIn": (225e6, 225e6), "NetworkOut": (0.0, 450e6),
        "EBSReadOps": (1800.0, 1800.0), "EBSWriteOps": (0.0, 3600.0),
    }  # fmt: skip
    for name, values in figures.items():
        raw.cloudwatch.put_metric_data(
            Namespace="AWS/EC2",
            MetricData=[
                {
                    "MetricName": name, "Value": value,
                    "Timestamp": hour + timedelta(minutes=10 + 30 * half),
                    "Dimensions": [{"Name": "InstanceId", "Value": machines[0]}],
                }
                for half, value in enumerate(values)
            ],
        )  # fmt: skip
    agent = [{"Name": "InstanceId", "Value": machines[1]}, {"Name": "host", "Value": "m-1"}]
    raw.cloudwatch.put_metric_data(
        Namespace="CWAgent",
        MetricData=[
            {"MetricName": name, "Value": value, "Timestamp": hour, "Dimensions": dimensions}
            for name, value, dimensions in (
                ("mem_used_percent", 61.0, agent),
                ("disk_used_percent", 92.0, [*agent, {"Name": "path", "Value": "/"}]),
                ("disk_used_percent", 11.0, [*agent, {"Name": "path", "Value": "/data"}]),
            )
        ],
    )
    ids = [vm.id for vm in provider.list_machines()]
    with wire.counted() as sent:
        samples = {s.machine_id.split("/")[-1]: s for s in provider.samples(ids, hour)}
    assert set(samples) == {machines[0], machines[1]}
    first, second = samples[machines[0]], samples[machines[1]]
    assert first.time == second.time == hour
    assert (first.cpu, first.network, first.iops) == pytest.approx((30.0, 2.0, 2.0))
    assert (first.memory, first.disk) == (None, None)
    assert (second.cpu, second.memory, second.disk) == (None, 61.0, 92.0)
    assert len(sent) == 2
    many = [ids[0].rsplit("/", 1)[0] + f"/i-{n:017x}" for n in range(250)]
    with wire.counted() as sent:
        provider.samples(many, hour)
    assert len(sent) == 1 + 3


PRICE = {
    "product": {"attributes": {"instanceType": "u-6tb1.metal"}},
    "terms": {"OnDemand": {"A.B": {"priceDimensions": {
        "A.B.C": {"unit": "Hrs", "pricePerUnit": {"USD": "54.6000000000"}}}}}},
}  # fmt: skip


def test_a_price_that_the_table_lacks_is_asked_for_once(raw: Raw, wire: MotoWire) -> None:
    """Windows is in no table; the first listing does not wait for its price, a later one has it."""
    raw.run("win", ImageId="ami-00000000000000003")
    raw.run("web-1")
    answer = Answer(200, json.dumps({"PriceList": [json.dumps(PRICE)]}).encode())
    asked: list[dict[str, Any]] = []

    def prices(request: Request) -> bool:
        target = {k.lower(): v for k, v in request.headers.items()}.get("x-amz-target", "")
        if target.endswith("GetProducts"):
            asked.append(json.loads(request.body))
        return target.endswith("GetProducts")

    provider = connect(settings(wire, prices="api"), session=session())
    with wire.faulty(WireFault(Way.ANSWERED, prices, answer=answer)):
        first = {vm.name: vm.hourly_cost_usd for vm in provider.list_machines()}
        assert first == {"win": 0.0, "web-1": 0.0416}
        until = time.monotonic() + 30
        while (now := _price(provider, "win")) == 0.0 and time.monotonic() < until:
            time.sleep(0.05)
    assert now == 54.6
    wanted = {one["Field"]: one["Value"] for one in asked[0]["Filters"]}
    assert (wanted["operatingSystem"], wanted["regionCode"]) == ("Windows", REGION)
    assert len(asked) == 1
    provider.close()


def _price(provider: Aws, name: str) -> float:
    return next(vm.hourly_cost_usd for vm in provider.list_machines() if vm.name == name)


def test_offers_are_kept_but_groups_are_fresh(raw: Raw, wire: MotoWire, provider: Aws) -> None:
    subnet = raw.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    raw.group("web-asg", subnet)
    first = provider.offers()[0]
    assert {"ubuntu-24.04", "windows-2022"} <= set(first.images)
    assert {network.cidr for network in first.networks}
    assert next(s for s in first.sizes if s.name == "m5.large").hourly_cost_usd == 0.096
    assert [(g.name, g.count, g.min, g.max) for g in first.groups] == [("web-asg", 2, 1, 5)]
    raw.autoscaling.set_desired_capacity(AutoScalingGroupName="web-asg", DesiredCapacity=4)
    with wire.counted() as sent:
        again = provider.offers()[0]
    assert [action(request) for request in sent] == ["DescribeAutoScalingGroups"]
    assert again.groups[0].count == 4


def test_the_console_is_read(raw: Raw, provider: Aws, wire: MotoWire) -> None:
    machine_id = f"aws/123456789012:{REGION}/{raw.run('web-1')}"
    with wire.counted() as sent:
        assert "Linux version" in (provider.console_log(machine_id) or "")
    assert fields(sent[0])["Latest"] == "true"
    with pytest.raises(NotFound):
        provider.console_log(f"{machine_id}0")
