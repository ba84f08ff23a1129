"""Azure keeps the contract, over a test server held to Microsoft's published description."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.azure_bench import (
    SUBSCRIPTIONS,
    bench_of,
    fresh,
    judge,
    networks_of,
    path_of,
    seed,
    settings,
    settle,
    wired,
    witness,
)
from tests.contract.faults import FaultBench, FaultContract
from tests.contract.isolation import IsolationContract
from tests.contract.listing import ListingBench, ListingContract
from tests.contract.networking import NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract
from tests.contract.wire import Answer, Wire
from tests.servers.azure_machines import new_disk
from tests.servers.running import Running, running
from tools.errors import Conflict, NotFound
from tools.providers.azure import Azure

pytestmark = pytest.mark.timeout(300)  # SDKs take seconds to load, and npm to fetch the validator


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """The server; at the end everything that was said is held to Microsoft's description."""
    with running("tests.servers.azure") as started:
        yield started
        judge(started.control("exchanges"))


@pytest.fixture
def bench(server: Running) -> Iterator[Bench]:
    made = bench_of(server)
    yield made
    made.provider.close()


@pytest.fixture
def net(server: Running, bench: Bench) -> NetworkBench:
    return networks_of(server, bench)


class TestAzure(IsolationContract, ProviderContract, NetworkingContract):
    """The suite."""


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    yield from wired(server)


@pytest.fixture
def listed(server: Running, wire: Wire) -> ListingBench:
    fresh(server)
    ids = [
        *seed(server, [f"web-{n}" for n in range(12)]),
        *seed(server, [f"db-{n}" for n in range(9)], group="data", location="eastus"),
        *seed(server, [f"dev-{n}" for n in range(3)], subscription=SUBSCRIPTIONS[1]),
    ]
    sizes = [21, 3]

    def opened(page: int) -> Azure:
        server.control("settings", {"page": page})
        return Azure.open(settings(server, endpoint=wire.url))

    def make() -> str:
        return seed(server, ["zz-churn"])[0]

    return ListingBench(
        wire=wire,
        open=opened,
        pages=(1, 7, 50),
        ids=frozenset(ids),
        # A list of what machines are and one of what they do; one of snapshots.
        most_requests=lambda page: sum(2 * math.ceil(size / page) + 1 for size in sizes),
        # The few of one subscription one by one, with their snapshots; the many from lists.
        most_requests_by_id=3 + 3 + 1,
        make=make,
        remove=lambda machine_id: server.control("remove", path_of(machine_id)),
        strange=(b"PowerState/running", b"PowerState/frozen"),
        strange_answers=lambda request: "statusOnly" in request.path,
    )


class TestAzureListing(ListingContract):
    """The group."""


def refused(status: int, code: str, message: str = "It was refused.", **headers: str) -> Answer:
    """An error as Azure words it."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return Answer(status, body, {"Content-Type": "application/json", **headers})


REFUSALS = {
    "throttled": refused(429, "TooManyRequests"),
    "throttled_for_2_s": refused(429, "OperationNotAllowed", **{"Retry-After": "2"}),
    "expired": refused(401, "ExpiredAuthenticationToken", "The access token expiry was yesterday."),
    "denied": refused(403, "AuthorizationFailed", "The client has no authorization."),
    "capacity": refused(409, "AllocationFailed", "There is not enough capacity in westeurope."),
    "conflict": refused(409, "OperationNotAllowed", "The machine is being deleted."),
    "not_found": refused(404, "ResourceNotFound", "The resource was not found."),
    "invented": refused(418, "NotYetInvented"),
}
MARKED = {"faults": "met"}


@pytest.fixture
def faulted(server: Running, wire: Wire) -> Iterator[FaultBench]:
    bench = bench_of(server)
    bench.provider.close()
    provider = Azure.open(settings(server, endpoint=wire.url, subscriptions=SUBSCRIPTIONS[:1]))
    provider.list_machines()
    yield FaultBench(
        provider,
        bench.machine_id,
        wire,
        lambda machine: witness(server, machine),
        REFUSALS,
        lambda request: request.method == "PATCH",
        ("Bearer",),
        act=lambda p, machine, token: p.set_tags(machine, token, MARKED),
        acted=lambda seen: "faults" in (seen or {}).get("tags", {}),
    )
    settle(server)
    provider.close()


class TestAzureFaults(FaultContract):
    """The table."""


@pytest.fixture
def azure(server: Running) -> Iterator[Azure]:
    fresh(server)
    made = Azure.open(settings(server))
    yield made
    settle(server)
    made.close()


def loose_disk(server: Running, name: str, **more: Any) -> str:
    """A disk that no machine has; gives its id in NovaCron."""
    base = f"/subscriptions/{SUBSCRIPTIONS[0]}/resourceGroups/Shop-Prod/providers"
    path = f"{base}/Microsoft.Compute/disks/{name}"
    made = new_disk(path, "westeurope", 64, {"createOption": "Empty"})
    made["properties"]["provisioningState"] = "Succeeded"
    server.control("put", {**made, **more})
    return f"azure/{SUBSCRIPTIONS[0]}.shop-prod/{name}"


@pytest.mark.proves("loose_disks")
def test_a_disk_that_no_machine_has_is_listed_and_goes(server: Running, azure: Azure) -> None:
    (machine,) = seed(server, ["web-01"])
    azure.attach_disk(machine, "t1", size_gib=8)
    lost = loose_disk(server, "old-data", tags={"env": "prod", "novacron-token": "x"})
    (found,) = azure.loose_disks()
    assert (found.id, found.name, found.size_gib) == (lost, "old-data", 64)
    assert (found.region, found.tags) == ("westeurope", {"env": "prod"})
    assert found.usd_month == pytest.approx(64 * 0.15)
    azure.delete_disk(lost, "t2")
    settle(server)
    assert azure.loose_disks() == []
    azure.delete_disk(lost, "t3")
    assert azure.get_machine(machine).disk_gib == 38


def test_a_disk_that_was_attached_meanwhile_stays(server: Running, azure: Azure) -> None:
    (machine,) = seed(server, ["web-02"])
    azure.attach_disk(machine, "t1", size_gib=8)
    settle(server)
    disks = [r for r in server.control("state")["resources"].values() if "/disks/" in r["id"]]
    held = next(d for d in disks if d["name"].startswith("nova-"))
    with pytest.raises(Conflict):
        azure.delete_disk(f"azure/{SUBSCRIPTIONS[0]}.shop-prod/{held['name']}", "t2")
    assert azure.get_machine(machine).disk_gib == 38
    with pytest.raises(NotFound):
        azure.delete_disk("aws/1/x", "t3")
