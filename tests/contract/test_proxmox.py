"""Proxmox VE keeps the contract, over fakepve as a process of its own; the witness is a session of
its own on the raw interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.faults import FaultBench, FaultContract
from tests.contract.isolation import IsolationContract
from tests.contract.listing import ListingBench, ListingContract
from tests.contract.networking import HTTPS, LetIn, NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract, Witnessed
from tests.contract.wire import Answer
from tests.live.fakepve.world import PASSWORD, USER, Cluster, PveWire, cluster, needed
from tools.errors import Conflict, NotAllowed
from tools.providers.base import NewMachine, Provider
from tools.providers.proxmox import PROVIDER
from tools.providers.proxmox_link import ProxmoxSettings
from tools.times import utc_now

pytestmark = [pytest.mark.live]


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    needed()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cluster's certificate is."""
    return tmp_path_factory.mktemp("fakepve")


@pytest.fixture(scope="session")
def shared(folder: Path) -> Iterator[Cluster]:
    with cluster(folder) as running:
        yield running


@pytest.fixture
def pve(shared: Cluster) -> Cluster:
    """Two nodes with a running `web-01`, two others, and a template, as they were begun."""
    shared.begin_anew()
    return shared


@pytest.fixture
def wire(pve: Cluster, folder: Path) -> Iterator[PveWire]:
    made = PveWire(pve, folder)
    yield made
    made.let_go()


def opened(wire: PveWire, **keys: Any) -> Provider:
    given = {"user": USER, "password": PASSWORD, "verify": wire.trusted, "stop_limit_s": 5, **keys}
    return PROVIDER.open(ProxmoxSettings.model_validate({"url": wire.url, **given}), utc_now)


def id_of(vmid: int) -> str:
    return f"proxmox/fakecluster/{vmid}"


TAGS = {
    "env--test": ("env", "test"),
    "contract--yes": ("contract", "yes"),
    "spelt--+47r+c3+b6+c3+9fe+20+26+20+3cb+3e+22x+22+3c+2fb+3e": (
        "spelt", 'Größe & <b>"x"</b>',
    ),
}  # fmt: skip
"""Words as the cluster has them, and what they mean: written down here a second time."""


def witness(pve: Cluster, machine_id: str) -> Witnessed | None:
    """A machine as the raw interface has it."""
    vmid = int(machine_id.rpartition("/")[2]) if machine_id[-1].isdigit() else 0
    guest = pve.guests().get(vmid)
    if guest is None:
        return None
    path = pve.path(vmid)
    config = pve.ask("GET", f"{path}/config", current=1)
    now = pve.ask("GET", f"{path}/status/current")
    sizes = [part for k, v in config.items() if k.startswith("scsi") for part in str(v).split(",")]
    taken = pve.ask("GET", f"{path}/snapshot")
    words = [word for word in str(config.get("tags", "")).split(";") if word]
    mib = {"G": 1024, "M": 1}
    return {
        "name": config["name"],
        "state": "suspended" if now.get("lock") == "suspended" else now["status"],
        "vcpus": int(config["cores"]) * int(config.get("sockets", 1)),
        "memory_gib": int(config["memory"]) / 1024,
        "disk_gib": sum(float(s[5:-1]) * mib[s[-1]] / 1024 for s in sizes if s.startswith("size=")),
        "tags": dict(TAGS[word] for word in words),
        "host": guest["node"],
        "region": "fakecluster",
        "protected": config.get("protection") in (1, "1"),
        "snapshots": [s["name"] for s in taken if s["name"] != "current"],
    }


def holdings(pve: Cluster) -> set[str]:
    """Every guest with its disks and snapshots."""
    found: set[str] = set()
    for vmid in pve.guests():
        config = pve.ask("GET", f"{pve.path(vmid)}/config")
        found.add(str(vmid))
        found.update(str(v).split(",")[0] for k, v in config.items() if k.startswith("scsi"))
        found.update(s["name"] for s in pve.ask("GET", f"{pve.path(vmid)}/snapshot"))
    for node in ("pve1", "pve2"):
        content = pve.ask("GET", f"nodes/{node}/storage/local-lvm/content")
        found.update(f"{node} {volume['volid']}" for volume in content)
    return found


@pytest.fixture
def bench(pve: Cluster, wire: PveWire) -> Iterator[Bench]:
    provider = opened(wire)
    yield Bench(
        provider,
        id_of(100),
        lambda machine: witness(pve, machine),
        settle=lambda: None,
        now=utc_now,
        wanted=NewMachine(
            "contract-new", "fakecluster", "debian-12", 2, 1, disk_gib=8, tags={"env": "test"}
        ),
        reopen=lambda: opened(wire),
        holdings=lambda: holdings(pve),
    )
    provider.close()


def behind_its_firewall(pve: Cluster, *vmids: int) -> None:
    """Let the cluster's firewall be on, and those of these guests."""
    pve.ask("PUT", "cluster/firewall/options", enable=1)
    for vmid in vmids:
        path = pve.path(vmid)
        runs = pve.guests()[vmid]["status"] == "running"
        if runs:  # a new card is pending until then
            pve.ask("POST", f"{path}/status/stop")
        pve.ask("PUT", f"{path}/config", net0="virtio,bridge=vmbr0,firewall=1")
        if runs:
            pve.ask("POST", f"{path}/status/start")
        pve.ask("PUT", f"{path}/firewall/options", enable=1)


def lets_in(pve: Cluster, machine_id: str) -> LetIn:
    """What a guest's rules let in, as the raw interface has them."""
    rules = pve.ask("GET", f"{pve.path(int(machine_id.rpartition('/')[2]))}/firewall/rules")
    found: set[tuple[str, int, int, str]] = set()
    for rule in rules:
        if rule["type"] == "in" and rule["action"] == "ACCEPT" and rule["enable"] == 1:
            first, _, last = str(rule["dport"]).partition(":")
            source = str(rule.get("source", "0.0.0.0/0"))
            found.add((rule["proto"], int(first), int(last or first), source))
    return frozenset(found)


@pytest.fixture
def net(pve: Cluster, bench: Bench) -> NetworkBench:
    behind_its_firewall(pve, 100, 101)
    return NetworkBench(bench, id_of(101), lambda machine: lets_in(pve, machine))


def test_a_guest_whose_firewall_is_off_lets_everything_in_and_nothing_is_turned_on(
    pve: Cluster, bench: Bench
) -> None:
    behind_its_firewall(pve)
    seen = bench.provider.openings([bench.machine_id])[bench.machine_id]
    assert [(o.rule.protocol, o.rule.source) for o in seen] == [("all", "0.0.0.0/0")]
    with pytest.raises(Conflict, match="is off"):
        bench.provider.open_port(bench.machine_id, "t", HTTPS)
    options = pve.ask("GET", f"{pve.path(100)}/firewall/options")
    assert not options.get("enable")
    assert lets_in(pve, bench.machine_id) == frozenset()


def test_a_rule_that_keeps_out_is_not_overruled(pve: Cluster, net: NetworkBench) -> None:
    path = f"{pve.path(100)}/firewall/rules"
    pve.ask("POST", path, type="in", action="DROP", enable=1, proto="tcp", dport="8000:9000")
    with pytest.raises(Conflict, match="keeps tcp 8443 out"):
        net.open(HTTPS)
    assert [rule["action"] for rule in pve.ask("GET", path)] == ["DROP"]


def test_a_group_of_the_clusters_stays_as_it_is(pve: Cluster, net: NetworkBench) -> None:
    groups = "cluster/firewall/groups"
    if "web" not in {group["group"] for group in pve.ask("GET", groups)}:
        pve.ask("POST", groups, group="web")
        rule = {"type": "in", "action": "ACCEPT", "enable": 1, "proto": "tcp", "dport": "8443"}
        pve.ask("POST", f"{groups}/web", **rule, source="10.0.0.0/8")
    path = f"{pve.path(100)}/firewall/rules"
    pve.ask("POST", path, type="group", action="web", enable=1)
    seen = net.provider.openings([net.bench.machine_id])[net.bench.machine_id]
    assert [(o.rule, o.shared_with) for o in seen] == [(HTTPS, ("whoever uses the group web",))]
    with pytest.raises(NotAllowed, match="the group web"):
        net.close(HTTPS)
    assert len(pve.ask("GET", f"{groups}/web")) == 1


class TestProxmox(ProviderContract, IsolationContract, NetworkingContract):
    """The suite. A move is in `test_proxmox_own.py`: fakepve moves nothing."""


class TestProxmoxListing(ListingContract):
    """One request for all, and one for each: there is no bulk reading of configurations."""

    @pytest.fixture
    def listed(self, pve: Cluster, wire: PveWire) -> ListingBench:
        made = 200

        def make() -> str:
            nonlocal made
            made += 1
            given = {"vmid": made, "name": f"churn-{made}", "memory": 512, "cores": 1}
            pve.ask("POST", "nodes/pve1/qemu", **given)
            return id_of(made)

        return ListingBench(
            wire,
            lambda _page: opened(wire),
            pages=(1, 1000),
            ids=frozenset(map(id_of, (100, 101, 102))),
            most_requests=lambda _page: 1 + 3,
            most_requests_by_id=1 + 3,
            make=make,
            remove=lambda machine_id: pve.ask(
                "DELETE", f"nodes/pve1/qemu/{machine_id.rpartition('/')[2]}"
            ),
            strange=(b'"status": "running"', b'"status": "dreaming"'),
            strange_answers=lambda request: "/cluster/resources" in request.path,
        )


def refusal(status: int, message: str = "", **headers: str) -> Answer:
    """A refusal as Proxmox words it."""
    body = json.dumps({"data": None, "message": f"{message}\n"}).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/json", **given})


class TestProxmoxFaults(FaultContract):
    """Proxmox's words for refusals."""

    @pytest.fixture
    def faulted(self, pve: Cluster, wire: PveWire) -> Iterator[FaultBench]:
        provider = opened(wire)
        yield FaultBench(
            provider,
            id_of(100),
            wire,
            lambda machine: witness(pve, machine),
            refusals={
                "throttled": refusal(503, "Service Unavailable"),
                "throttled_for_2_s": refusal(429, "Too Many Requests", Retry_After="2"),
                "expired": refusal(401, "permission denied - invalid PVE ticket"),
                "denied": refusal(403, "Permission check failed (/vms/100, VM.PowerMgmt)"),
                "capacity": refusal(500, "lvcreate error: not enough free space"),
                "conflict": refusal(500, "VM is locked (backup)"),
                "not_found": refusal(
                    500, "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist"
                ),
                "invented": refusal(500, "flux capacitor discharged"),
            },
            is_act=lambda request: request.path.endswith("/status/shutdown"),
            secrets=(PASSWORD,),
        )
        provider.close()
