"""AWS keeps the contract, over moto; boto3 on a connection of its own is the witness."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.aws_bench import (
    REGION,
    Raw,
    lets_in,
    networks_kept,
    opened,
    places_over,
    public_address,
    witness,
)
from tests.contract.isolation import IsolationContract
from tests.contract.moto_world import MotoWire, reset
from tests.contract.networking import NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract
from tools.providers.aws_link import Place
from tools.providers.base import NewMachine
from tools.times import utc_now

pytestmark = [pytest.mark.xdist_group("moto")]


@pytest.fixture(scope="module")
def raw(moto: int) -> Raw:
    return Raw(moto)


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    made = MotoWire(moto, looks=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(wire: MotoWire) -> list[Place]:
    return places_over(wire)


@pytest.fixture
def bench(moto: int, raw: Raw, wire: MotoWire, places: list[Place]) -> Iterator[Bench]:
    reset(moto)
    wire.clear()
    subnet = raw.subnet()
    instance_id = raw.run("web-1", subnet)
    raw.group("web-asg", subnet)
    provider = opened(places, subnets={REGION: subnet})
    yield Bench(
        provider,
        places[0].machine_id(instance_id),
        lambda machine_id: witness(raw, wire, machine_id),
        wire.settle,
        utc_now,
        wanted=NewMachine(
            "contract-new", REGION, "ubuntu-24.04", 2, 8, size="m5.large", tags={"env": "test"}
        ),
        resized=(2, 8, "t3.large"),
        group="web-asg",
        reopen=lambda: opened(places, subnets={REGION: subnet}),
        holdings=raw.holdings,
    )
    provider._pool.shutdown()


@pytest.fixture
def net(bench: Bench, raw: Raw, places: list[Place]) -> NetworkBench:
    found = raw.instance(bench.machine_id.split("/")[-1])
    assert found is not None
    return NetworkBench(
        bench,
        places[0].machine_id(raw.run("web-2", found["SubnetId"])),
        lambda machine_id: lets_in(raw, machine_id),
        lambda machine_id: public_address(raw, machine_id),
        lambda: networks_kept(raw),
    )


class TestAws(ProviderContract, IsolationContract, NetworkingContract):
    """The suite."""
