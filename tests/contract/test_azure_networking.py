"""Security groups on Azure: what is shared stays, what denies is not overruled, nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.azure_bench import (
    GROUP,
    SUBSCRIPTIONS,
    bench_of,
    judge,
    networks_of,
    path_of,
    rule_of,
    seed,
    settings,
    wired,
)
from tests.contract.networking import HTTPS, NetworkBench, let_in
from tests.contract.wire import Request, Way, Wire, WireFault
from tests.servers.running import Running, running
from tools.errors import Conflict, NotAllowed, NovaError, OutcomeUnknown
from tools.ports import PortRule
from tools.providers.azure import Azure

pytestmark = pytest.mark.timeout(300)

SSH = PortRule("tcp", 22, 22, "10.0.0.0/8")
BASE = f"/subscriptions/{SUBSCRIPTIONS[0]}/resourceGroups/{GROUP}/providers/Microsoft.Network"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("tests.servers.azure") as started:
        yield started
        judge(started.control("exchanges"))


@pytest.fixture
def net(server: Running) -> Iterator[NetworkBench]:
    bench = bench_of(server)
    yield networks_of(server, bench)
    bench.provider.close()


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    yield from wired(server)


def rules_in(server: Running) -> list[dict[str, Any]]:
    """The rules of the group before the subnet, as the server keeps them."""
    resources = server.control("state")["resources"]
    return resources[f"{BASE}/networkSecurityGroups/web".lower()]["properties"]["securityRules"]


def groups_in(server: Running) -> set[str]:
    """The groups that the server keeps."""
    resources = server.control("state")["resources"]
    return {path for path in resources if "/networksecuritygroups/" in path}


def add_rule(server: Running, name: str, priority: int, ports: str, **more: str) -> None:
    """A rule of somebody's in the group before the subnet."""
    path = f"{BASE}/networkSecurityGroups/web"
    rules = [*rules_in(server), rule_of(path, name, priority, ports, "*", **more)]
    server.control("put", {
        "id": path, "name": "web", "location": "westeurope",
        "type": "Microsoft.Network/networkSecurityGroups", "properties": {"securityRules": rules},
    })  # fmt: skip


def test_a_rule_names_the_machines_own_address(server: Running, net: NetworkBench) -> None:
    net.open(HTTPS)
    mine = [r["properties"] for r in rules_in(server) if r["name"].startswith("novacron-")]
    assert [r["destinationPortRange"] for r in mine] == ["8443"]
    assert mine[0]["destinationAddressPrefix"].endswith("/32")


def test_a_shared_rule_is_closed_only_for_all_who_share_it(net: NetworkBench) -> None:
    provider, ids = net.provider, [net.bench.machine_id, net.neighbour]
    with pytest.raises(NotAllowed, match="web-09"):
        provider.close_port(ids[0], "t", SSH, among=())
    assert let_in(SSH) in net.witnessed()[0]
    everybody = [vm.id for vm in provider.list_machines()]
    provider.close_port(ids[0], "t", SSH, among=everybody)
    assert net.witnessed() == (frozenset(), frozenset())


def test_a_rule_that_denies_is_not_overruled(server: Running, net: NetworkBench) -> None:
    add_rule(server, "no-8443", 400, "8443", access="Deny")
    before = rules_in(server)
    with pytest.raises(Conflict, match="no-8443"):
        net.open(HTTPS)
    assert rules_in(server) == before


def test_a_rule_of_several_things_is_not_cut(server: Running, net: NetworkBench) -> None:
    address = next(
        c["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
        for c in server.control("state")["resources"].values()
        if c["properties"].get("virtualMachine", {}).get("id", "").lower()
        == path_of(net.bench.machine_id)
    )
    add_rule(server, "both", 500, "8443", destinationAddressPrefix=address)
    rules_with_two = rules_in(server)
    rules_with_two[-1]["properties"]["sourceAddressPrefixes"] = ["10.0.0.0/8"]
    server.control("put", {
        "id": f"{BASE}/networkSecurityGroups/web", "name": "web", "location": "westeurope",
        "type": "Microsoft.Network/networkSecurityGroups",
        "properties": {"securityRules": rules_with_two},
    })  # fmt: skip
    with pytest.raises(Conflict, match="lets in more than"):
        net.close(HTTPS)
    assert rules_in(server) == rules_with_two


def test_a_machine_behind_no_group_gets_one_of_its_own_that_goes_again(server: Running) -> None:
    bench = bench_of(server)
    before = groups_in(server)
    bench.provider.open_port(bench.machine_id, "t1", HTTPS)
    assert len(groups_in(server) - before) == 1
    seen = bench.provider.openings([bench.machine_id])[bench.machine_id]
    assert [(o.rule, o.own, o.shared_with) for o in seen] == [(HTTPS, True, ())]
    bench.provider.close_port(bench.machine_id, "t2", HTTPS)
    assert groups_in(server) == before
    bench.provider.close()


def test_a_deleted_machine_leaves_no_rule_for_who_gets_its_address(
    server: Running, net: NetworkBench
) -> None:
    kept = net.kept()
    net.open(HTTPS)
    net.provider.assign_public_address(net.bench.machine_id, "t")
    net.provider.delete(net.bench.machine_id, net.bench.token())
    assert [r["name"] for r in rules_in(server)] == ["ssh"]
    assert net.kept() == kept


def changes(kind: str) -> Any:
    def matches(request: Request) -> bool:
        return request.method == "PUT" and f"/{kind}/" in request.path

    return matches


@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
def test_an_opening_without_an_answer_is_unknown_and_a_retry_ends_it(
    server: Running, net: NetworkBench, wire: Wire, way: Way
) -> None:
    provider = Azure.open(settings(server, endpoint=wire.url))
    with wire.faulty(WireFault(way, changes("securityRules"), 1)), pytest.raises(OutcomeUnknown):
        provider.open_port(net.bench.machine_id, "t", HTTPS)
    provider.open_port(net.bench.machine_id, "t", HTTPS)
    assert len(rules_in(server)) == 2
    assert let_in(HTTPS) in net.witnessed()[0]
    provider.close()


@pytest.mark.parametrize("kind", ["publicIPAddresses", "networkInterfaces"])
@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
def test_an_address_without_an_answer_is_got_once(
    server: Running, net: NetworkBench, wire: Wire, way: Way, kind: str
) -> None:
    provider = Azure.open(settings(server, endpoint=wire.url))
    kept = net.kept()
    with wire.faulty(WireFault(way, changes(kind), 1)), pytest.raises(NovaError):
        provider.assign_public_address(net.bench.machine_id, "t")
    net.bench.settle()
    provider.assign_public_address(net.bench.machine_id, "t")
    assert net.address is not None
    assert net.address(net.bench.machine_id) is not None
    assert len(net.kept() - kept) == 1
    provider.close()


def test_the_openings_of_many_machines_take_two_lists(
    server: Running, net: NetworkBench, wire: Wire
) -> None:
    ids = [net.bench.machine_id, *seed(server, [f"many-{n}" for n in range(9)])]
    provider = Azure.open(settings(server, endpoint=wire.url))
    with wire.counted() as sent:
        assert set(provider.openings(ids)) == set(ids)
    assert len(sent) == 2
    provider.close()
