"""AWS behind a wire that goes wrong, and how many requests its listings take."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.aws_bench import Raw, opened, places_over, witness
from tests.contract.faults import FaultBench, FaultContract
from tests.contract.listing import ListingBench, ListingContract
from tests.contract.moto_world import SECRET_KEY, MotoWire, action, refusal, reset
from tools.providers.aws_link import Place

pytestmark = [pytest.mark.xdist_group("moto")]

MACHINES = 40

REFUSALS = {
    "throttled": refusal("RequestLimitExceeded", "Request limit exceeded.", 503),
    "throttled_for_2_s": refusal("RequestLimitExceeded", "Slow down.", 503, Retry_After="2"),
    "expired": refusal("ExpiredToken", "The security token included in the request is expired"),
    "denied": refusal(
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. Encoded authorization failure message: "
        f"{SECRET_KEY}",
        403,
    ),
    "capacity": refusal("InsufficientInstanceCapacity", "We have no room.", 500),
    "conflict": refusal("IncorrectInstanceState", "It is not in a state to be stopped."),
    "not_found": refusal("InvalidInstanceID.NotFound", "The instance does not exist"),
    "invented": refusal("TheMoonIsFull", "No AWS code is called so.", 400),
}


@pytest.fixture(scope="module")
def raw(moto: int) -> Raw:
    return Raw(moto)


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    made = MotoWire(moto)
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(wire: MotoWire) -> list[Place]:
    return places_over(wire)


@pytest.fixture
def faulted(moto: int, raw: Raw, wire: MotoWire) -> Iterator[FaultBench]:
    """Clients of its own: after a throttled answer they would hold the next tests up."""
    reset(moto)
    wire.clear()
    over = places_over(wire)
    machine_id = over[0].machine_id(raw.run("web-1"))
    provider = opened(over)
    provider.list_machines()
    yield FaultBench(
        provider,
        machine_id,
        wire,
        lambda machine: witness(raw, wire, machine),
        REFUSALS,
        lambda request: action(request) == "StopInstances",
        (SECRET_KEY,),
    )
    provider.close()


class TestAwsFaults(FaultContract):
    """The table."""


@pytest.fixture(scope="module")
def seeded(moto: int, raw: Raw, places: list[Place]) -> frozenset[str]:
    reset(moto)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(raw.run, (f"seed-{n}" for n in range(MACHINES))))
    return frozenset(places[0].machine_id(one) for one in made)


@pytest.fixture
def listed(raw: Raw, wire: MotoWire, places: list[Place], seeded: frozenset[str]) -> ListingBench:
    """40 machines: pages of 7, 25 and all of them."""
    wire.clear()

    def remove(machine_id: str) -> None:
        raw.ec2.terminate_instances(InstanceIds=[machine_id.split("/")[-1]])

    def most(size: int) -> int:
        """Pages of machines, volumes and snapshots, and ten questions about protection.

        EC2 lists terminated machines for a while; those are on the pages too.
        """
        kept = raw.ec2.get_paginator("describe_instances").paginate()
        machines = sum(len(page["Reservations"]) for page in kept)
        return -(-machines // size) + -(-MACHINES // min(size, 500)) + 1 + 10

    return ListingBench(
        wire,
        open=lambda size: opened(places, page_size=size),
        pages=(7, 25, 1000),
        ids=seeded,
        most_requests=most,
        most_requests_by_id=3 + 10,
        make=lambda: places[0].machine_id(raw.run("passing")),
        remove=remove,
        strange=(b"<name>running</name>", b"<name>dreaming</name>"),
        strange_answers=lambda request: action(request) == "DescribeInstances",
    )


class TestAwsListing(ListingContract):
    """The group."""
