"""Firewall rules on Google Cloud: what is shared stays, what denies is not overruled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.gcp_bench import (
    PROJECTS,
    ZONE,
    bench_of,
    firewall,
    judged,
    networks_of,
    seed,
    settings,
    wired,
)
from tests.contract.networking import HTTPS, NetworkBench, let_in
from tests.contract.wire import Request, Way, Wire, WireFault
from tests.servers.running import Running, running
from tools.errors import Conflict, NotAllowed, OutcomeUnknown
from tools.ports import PortRule
from tools.providers.gcp import Gcp

pytestmark = pytest.mark.timeout(180)

SSH = PortRule("tcp", 22, 22, "10.0.0.0/8")


@pytest.fixture(scope="module")
def started() -> Iterator[Running]:
    with running("tests.servers.gcp") as server:
        yield server


@pytest.fixture
def server(started: Running) -> Iterator[Running]:
    yield from judged(started)


@pytest.fixture
def net(server: Running) -> Iterator[NetworkBench]:
    bench = bench_of(server)
    yield networks_of(server, bench)
    bench.provider.close()


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    yield from wired(server)


def instance(server: Running, machine_id: str) -> tuple[str, dict[str, Any]]:
    """An instance with its path, as the server keeps it."""
    number = machine_id.rpartition("/")[2]
    resources: dict[str, Any] = server.control("state")["resources"]
    return next(
        (path, found)
        for path, found in resources.items()
        if found["kind"] == "compute#instance" and found["id"] == number
    )


def test_a_shared_rule_is_closed_only_for_all_who_share_it(net: NetworkBench) -> None:
    provider, machine_id = net.provider, net.bench.machine_id
    with pytest.raises(NotAllowed, match=net.neighbour):
        provider.close_port(machine_id, "t1", SSH)
    assert let_in(SSH) in net.witnessed()[0]
    everybody = [vm.id for vm in provider.list_machines()]
    provider.close_port(machine_id, "t2", SSH, among=everybody)
    assert net.witnessed() == (frozenset(), frozenset())


def test_the_openings_name_who_shares_them(net: NetworkBench) -> None:
    found = net.provider.openings([net.bench.machine_id])[net.bench.machine_id]
    (ssh,) = [o for o in found if o.rule == SSH]
    assert (ssh.through, ssh.own) == ("ssh", False)
    assert net.neighbour in ssh.shared_with


def test_a_rule_that_denies_is_not_overruled(server: Running, net: NetworkBench) -> None:
    denied = [{"IPProtocol": "tcp", "ports": ["8000-9000"]}]
    server.control("add", firewall("no-8443", denied=denied))
    kept = net.kept()
    with pytest.raises(Conflict, match="no-8443"):
        net.open(HTTPS)
    assert net.kept() == kept


def test_a_rule_of_several_things_is_not_cut(server: Running, net: NetworkBench) -> None:
    allowed = [{"IPProtocol": "tcp", "ports": ["8443", "9443"]}]
    server.control("add", firewall("both", allowed=allowed, targetTags=["only-me"]))
    path, _ = instance(server, net.bench.machine_id)
    tags = {"items": ["only-me"], "fingerprint": "YQ=="}
    server.control("set", {"path": path, "fields": {"tags": tags}})
    before = net.witnessed()
    with pytest.raises(Conflict, match="lets in more than"):
        net.close(HTTPS)
    assert net.witnessed() == before


def test_a_tag_of_ours_on_another_machine_is_not_used(server: Running, net: NetworkBench) -> None:
    tag = f"novacron-{net.bench.machine_id.rpartition('/')[2]}"
    path, _ = instance(server, net.neighbour)
    tags = {"items": [tag], "fingerprint": "YQ=="}
    server.control("set", {"path": path, "fields": {"tags": tags}})
    kept = net.kept()
    with pytest.raises(Conflict, match="web-09"):
        net.open(HTTPS)
    assert net.kept() == kept


def test_other_network_tags_stay(server: Running, net: NetworkBench) -> None:
    path, _ = instance(server, net.bench.machine_id)
    tags = {"items": ["http-server"], "fingerprint": "YQ=="}
    server.control("set", {"path": path, "fields": {"tags": tags}})
    net.open(HTTPS)
    assert "http-server" in instance(server, net.bench.machine_id)[1]["tags"]["items"]
    net.close(HTTPS)
    assert instance(server, net.bench.machine_id)[1]["tags"]["items"] == ["http-server"]


def test_a_deleted_machine_leaves_no_rule(net: NetworkBench) -> None:
    kept = net.kept()
    net.open(HTTPS)
    net.provider.delete(net.bench.machine_id, net.bench.token())
    assert net.kept() == kept


def sent_to(part: str) -> Callable[[Request], bool]:
    def matches(request: Request) -> bool:
        return request.method == "POST" and part in request.path

    return matches


@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
@pytest.mark.parametrize("part", ["/firewalls", "/setTags"])
def test_an_opening_without_an_answer_is_unknown_and_a_retry_ends_it(
    server: Running, net: NetworkBench, wire: Wire, way: Way, part: str
) -> None:
    provider = Gcp.open(settings(server, endpoint=wire.url))
    kept = net.kept()
    with wire.faulty(WireFault(way, sent_to(part), 1)), pytest.raises(OutcomeUnknown):
        provider.open_port(net.bench.machine_id, "t", HTTPS)
    net.bench.settle()
    provider.open_port(net.bench.machine_id, "t", HTTPS)
    assert let_in(HTTPS) in net.witnessed()[0]
    assert let_in(HTTPS) not in net.witnessed()[1]
    assert len(net.kept() - kept) == 1
    provider.close()


@pytest.mark.parametrize("way", [Way.DROPPED, Way.LOST])
def test_an_address_without_an_answer_is_got_once(
    server: Running, net: NetworkBench, wire: Wire, way: Way
) -> None:
    provider = Gcp.open(settings(server, endpoint=wire.url))
    fault = WireFault(way, sent_to("/addAccessConfig"), 1)
    with wire.faulty(fault), pytest.raises(OutcomeUnknown):
        provider.assign_public_address(net.bench.machine_id, "t")
    provider.assign_public_address(net.bench.machine_id, "t")
    assert net.address is not None
    assert net.address(net.bench.machine_id) is not None
    provider.close()


def test_the_openings_of_many_machines_take_two_lists(
    server: Running, net: NetworkBench, wire: Wire
) -> None:
    more = seed(server, [f"many-{n}" for n in range(9)], project=PROJECTS[0], zone=ZONE)
    ids = [net.bench.machine_id, *more]
    provider = Gcp.open(settings(server, endpoint=wire.url))
    with wire.counted() as sent:
        assert set(provider.openings(ids)) == set(ids)
    assert len(sent) == 2
    provider.close()
