"""A bench over the Compute Engine test server; the witness reads the server's own records."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.contract.networking import NetworkBench
from tests.contract.suite import Bench, Witnessed
from tests.contract.wire import Wire
from tests.servers.discovery import complaints
from tests.servers.running import Running
from tools.providers.base import NewMachine
from tools.providers.gcp import Gcp, GcpSettings
from tools.times import utc_now

PROJECTS = ("shop-prod", "shop-dev")
ZONE = "europe-west1-b"
TYPES = {"e2-micro": (2, 1.0), "e2-medium": (2, 4.0), "e2-standard-4": (4, 16.0)}
_STATES = {"RUNNING": "running", "TERMINATED": "stopped", "SUSPENDED": "suspended"}


def settings(server: Running, **more: Any) -> GcpSettings:
    """A connection to the test server."""
    wanted = {
        "kind": "gcp", "projects": PROJECTS, "endpoint": server.url, "anonymous": True,
        "monitoring_endpoint": server.more["monitoring"], "limit_s": 20,
        "resource_manager_endpoint": server.url,
    }  # fmt: skip
    return GcpSettings.model_validate({**wanted, **more})


def seed(server: Running, names: list[str], **more: Any) -> list[str]:
    """Machines that run already; gives their ids."""
    wish = {"project": PROJECTS[0], "zone": ZONE, "names": names, **more}
    made = server.control("seed", wish)
    return [f"gcp/{wish['project']}.{wish['zone']}/{one['id']}" for one in made]


def fresh(server: Running) -> None:
    """Empty projects, and a server that does what it is asked."""
    server.control("reset", True)
    for project in PROJECTS:
        server.control("project", project)


def judged(server: Running) -> Iterator[Running]:
    """The server anew; at the end everything that was said is held to Google's document."""
    fresh(server)
    server.control("exchanges", "take")
    yield server
    found = [
        one for exchange in server.control("exchanges", "take") for one in complaints(exchange)
    ]
    assert not found, found[:5]


def wired(server: Running) -> Iterator[Wire]:
    """A wire to the server."""
    host, port = urlsplit(server.url).netloc.split(":")
    made = Wire(host, int(port))
    yield made
    made.close()


def settle(server: Running) -> None:
    """Wait until no operation is under way."""
    end = time.monotonic() + 20
    while server.control("state")["pending"]:
        assert time.monotonic() < end, "an operation never ends"
        time.sleep(0.01)


def witness(server: Running, machine_id: str) -> Witnessed | None:
    """A machine as the server keeps it."""
    resources: dict[str, Any] = server.control("state")["resources"]
    number = machine_id.rpartition("/")[2]
    instances = [r for r in resources.values() if r["kind"] == "compute#instance"]
    found = next((i for i in instances if i["id"] == number), None)
    if found is None:
        return None
    vcpus, memory_gib = TYPES[found["machineType"].rpartition("/")[2]]
    snapshots = [
        json.loads(r["description"])["name"]
        for r in resources.values()
        if r["kind"] == "compute#snapshot" and r["labels"]["novacron-machine"] == number
    ]
    labels = found.get("labels", {})
    return {
        "name": found["name"],
        "state": _STATES.get(found["status"], "under way"),
        "vcpus": vcpus,
        "memory_gib": memory_gib,
        "disk_gib": sum(
            int(resources[d["source"].rpartition("projects/")[2]]["sizeGb"]) for d in found["disks"]
        ),
        "tags": {k: v for k, v in labels.items() if not k.startswith("novacron-")},
        "region": found["zone"].rpartition("/")[2][:-2],
        "protected": found["deletionProtection"],
        "snapshots": sorted(set(snapshots)),
    }


def holdings(server: Running) -> set[str]:
    """Whatever costs money."""
    kinds = {f"compute#{kind}" for kind in ("instance", "disk", "snapshot", "machineImage")}
    resources: dict[str, Any] = server.control("state")["resources"]
    return {path for path, found in resources.items() if found["kind"] in kinds}


def public_address(server: Running, machine_id: str) -> str | None:
    """The address of an instance's first card, as the server keeps it."""
    number = machine_id.rpartition("/")[2]
    for found in server.control("state")["resources"].values():
        if found["kind"] == "compute#instance" and found["id"] == number:
            configs = found["networkInterfaces"][0].get("accessConfigs", [])
            return configs[0]["natIP"] if configs else None
    return None


def networks_of(server: Running, bench: Bench) -> NetworkBench:
    """The bench with a neighbour in the same network, and a rule that is for both."""
    rule = firewall("ssh", allowed=[{"IPProtocol": "tcp", "ports": ["22"]}])
    server.control("add", rule)
    return NetworkBench(
        bench,
        seed(server, ["web-09"])[0],
        lambda machine: frozenset(
            (str(p), int(a), int(b), str(s))
            for p, a, b, s in server.control("lets_in", machine.rpartition("/")[2])
        ),
        lambda machine: public_address(server, machine),
        lambda: {
            path
            for path, found in server.control("state")["resources"].items()
            if found["kind"] == "compute#firewall"
        },
    )


def firewall(name: str, **more: Any) -> dict[str, Any]:
    """A rule of somebody's for every instance of the network."""
    place = f"{PROJECTS[0]}/global"
    network = f"https://www.googleapis.com/compute/v1/projects/{place}/networks/default"
    return {
        "path": f"{place}/firewalls/{name}", "kind": "firewall",
        "fields": {
            "priority": 900, "direction": "INGRESS", "disabled": False, "network": network,
            "sourceRanges": ["10.0.0.0/8"], **more,
        },
    }  # fmt: skip


def bench_of(server: Running, connect: Callable[[GcpSettings], Gcp] = Gcp.open) -> Bench:
    """One running machine, another, and a group, in projects that were empty."""
    fresh(server)
    machine_id = seed(server, ["web-01"], labels={"env": "test"})[0]
    seed(server, ["web-02"], project=PROJECTS[1], zone="us-central1-a")
    server.control(
        "group", {"project": PROJECTS[0], "zone": ZONE, "name": "workers", "size": 2, "max": 6}
    )
    return Bench(
        connect(settings(server)),
        machine_id,
        lambda machine: witness(server, machine),
        lambda: settle(server),
        utc_now,
        wanted=NewMachine(
            "contract-new", "europe-west1", "debian-12", 4, 16, size="e2-standard-4",
            disk_gib=20, tags={"env": "test"},
        ),
        resized=(4, 16, "e2-standard-4"),
        group="workers",
        reopen=lambda: connect(settings(server)),
        holdings=lambda: holdings(server),
    )  # fmt: skip
