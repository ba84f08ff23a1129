"""A bench over the Azure test server; the witness reads the server's own records."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.contract.networking import NetworkBench
from tests.contract.suite import Bench, Witnessed
from tests.contract.wire import Wire
from tests.servers.oav import complaints, concerns
from tests.servers.running import Running
from tools.providers.azure import Azure, AzureSettings
from tools.providers.base import NewMachine
from tools.times import utc_now

SUBSCRIPTIONS = (
    "11111111-2222-4333-8444-555555555555",
    "99999999-2222-4333-8444-555555555555",
)
GROUP = "Shop-Prod"
SIZES = {"Standard_B2s": (2, 4.0), "Standard_D2s_v3": (2, 8.0), "Standard_D4s_v3": (4, 16.0)}
_STATES = {"running": "running", "deallocated": "stopped"}


def settings(server: Running, **more: Any) -> AzureSettings:
    """A connection to the test server."""
    wanted = {
        "kind": "azure", "subscriptions": SUBSCRIPTIONS, "endpoint": server.url, "anonymous": True,
        "resource_group": GROUP, "limit_s": 20, "poll_s": 0.03,
    }  # fmt: skip
    return AzureSettings.model_validate({**wanted, **more})


def seed(server: Running, names: list[str], **more: Any) -> list[str]:
    """Machines that run already; gives their ids."""
    wish = {"subscription": SUBSCRIPTIONS[0], "group": GROUP, "names": names, **more}
    server.control("seed", wish)
    return [f"azure/{wish['subscription']}.{wish['group'].lower()}/{name}" for name in names]


def fresh(server: Running) -> None:
    """Subscriptions with a network and nothing else."""
    server.control("reset", True)
    for subscription in SUBSCRIPTIONS:
        base = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/Microsoft.Network"
        path = f"{base}/virtualNetworks/main"
        subnets = [{"id": f"{path}/subnets/default", "name": "default", "properties": {}}]
        server.control(
            "put",
            {
                "id": path, "name": "main", "location": "westeurope",
                "type": "Microsoft.Network/virtualNetworks",
                "properties": {
                    "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": subnets,
                },
            },
        )  # fmt: skip


def wired(server: Running) -> Iterator[Wire]:
    """A wire to the server."""
    host, port = urlsplit(server.url).netloc.split(":")
    made = Wire(host, int(port))
    yield made
    made.close()


OTHERS = (
    "/providers/microsoft.network/", "/providers/microsoft.insights/",
    "/providers/microsoft.resources/tags/", "/providers/microsoft.authorization/", "/locations",
    "/operations/",
)  # fmt: skip
"""What is said beside Compute: Microsoft's description of Compute does not speak of it."""


def judge(exchanges: list[dict[str, Any]]) -> None:
    """Hold everything that was said to Microsoft's published description."""
    spoken = [exchange for exchange in exchanges if concerns(exchange)]
    rest = [e["path"].lower() for e in exchanges if not concerns(e) and e["status"] != 401]
    strays = [p for p in rest if not any(o in p for o in OTHERS) and len(p.split("/")) != 3]
    assert strays == []
    assert spoken
    found = [
        f"{exchange['method']} {exchange['url']} {exchange['status']}: {one}"
        for exchange, said in zip(spoken, complaints(spoken), strict=True)
        for one in said
    ]
    assert not found, "\n".join(sorted(set(found))[:20])


def settle(server: Running) -> None:
    """Wait until no operation is under way."""
    end = time.monotonic() + 20
    while server.control("state")["pending"]:
        assert time.monotonic() < end, "an operation never ends"
        time.sleep(0.01)


def path_of(machine_id: str) -> str:
    """A machine's key in the server's records."""
    _, place, name = machine_id.split("/")
    subscription, _, group = place.partition(".")
    base = f"/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.compute"
    return f"{base}/virtualmachines/{name}"


def witness(server: Running, machine_id: str) -> Witnessed | None:
    """A machine as the server keeps it."""
    state = server.control("state")
    path = path_of(machine_id)
    vm = state["resources"].get(path)
    if vm is None:
        return None
    properties, tags = vm["properties"], vm.get("tags", {})
    vcpus, memory_gib = SIZES[properties["hardwareProfile"]["vmSize"]]
    storage = properties["storageProfile"]
    disks = [
        disk["managedDisk"]["id"].lower() for disk in (storage["osDisk"], *storage["dataDisks"])
    ]
    snapshots = {
        r["tags"]["novacron-snapshot"]
        for r in state["resources"].values()
        if r["type"].endswith("/snapshots")
        and r.get("tags", {}).get("novacron-machine", "").lower() == path
    }
    return {
        "name": vm["name"],
        "state": _STATES.get(state["power"][path], "under way"),
        "vcpus": vcpus,
        "memory_gib": memory_gib,
        "disk_gib": sum(state["resources"][d]["properties"]["diskSizeGB"] for d in disks),
        "tags": {k: v for k, v in tags.items() if not k.startswith("novacron-")},
        "region": vm["location"],
        "protected": tags.get("novacron-protected") == "yes",
        "snapshots": sorted(snapshots),
    }


def holdings(server: Running) -> set[str]:
    """Whatever costs money."""
    kinds = (
        "/virtualmachines", "/disks", "/snapshots", "/networkinterfaces", "/publicipaddresses",
        "/networksecuritygroups",
    )  # fmt: skip
    resources: dict[str, Any] = server.control("state")["resources"]
    return {path for path, found in resources.items() if found["type"].lower().endswith(kinds)}


def public_address(server: Running, machine_id: str) -> str | None:
    """The address of a machine's card, as the server keeps it."""
    resources: dict[str, Any] = server.control("state")["resources"]
    wanted = path_of(machine_id)
    for card in resources.values():
        owner = card["properties"].get("virtualMachine", {}).get("id", "")
        if card["type"].endswith("/networkInterfaces") and owner.lower() == wanted:
            config = card["properties"]["ipConfigurations"][0]["properties"]
            path = config.get("publicIPAddress", {}).get("id", "").lower()
            return resources[path]["properties"]["ipAddress"] if path else None
    return None


def networks_of(server: Running, bench: Bench) -> NetworkBench:
    """The bench with a neighbour in the same subnet, behind one group that stands before both."""
    base = f"/subscriptions/{SUBSCRIPTIONS[0]}/resourceGroups/{GROUP}/providers/Microsoft.Network"
    group = f"{base}/networkSecurityGroups/web"
    rules = [rule_of(group, "ssh", 300, "22", "10.0.0.0/8")]
    server.control("put", {
        "id": group, "name": "web", "location": "westeurope",
        "type": "Microsoft.Network/networkSecurityGroups", "properties": {"securityRules": rules},
    })  # fmt: skip
    path = f"{base}/virtualNetworks/main"
    subnet = {
        "id": f"{path}/subnets/default", "name": "default",
        "properties": {
            "addressPrefix": "10.1.0.0/24", "networkSecurityGroup": {"id": group},
        },
    }  # fmt: skip
    server.control("put", {
        "id": path, "name": "main", "location": "westeurope",
        "type": "Microsoft.Network/virtualNetworks",
        "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]},
    })  # fmt: skip
    neighbour = seed(server, ["web-09"])[0]
    return NetworkBench(
        bench,
        neighbour,
        lambda machine: frozenset(
            (str(p), int(a), int(b), str(s))
            for p, a, b, s in server.control("lets_in", path_of(machine))
        ),
        lambda machine: public_address(server, machine),
        lambda: {
            path
            for path, found in server.control("state")["resources"].items()
            if found["type"].lower().endswith(("/networksecuritygroups", "/publicipaddresses"))
        },
    )


def rule_of(
    group: str, name: str, priority: int, ports: str, source: str, **more: str
) -> dict[str, Any]:
    """A rule of somebody's for everything behind a group."""
    return {
        "id": f"{group}/securityRules/{name}", "name": name,
        "properties": {
            "priority": priority, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
            "sourceAddressPrefix": source, "sourcePortRange": "*",
            "destinationAddressPrefix": "*", "destinationPortRange": ports, **more,
        },
    }  # fmt: skip


def bench_of(server: Running) -> Bench:
    """One running machine, another, and a scale set, in subscriptions that were empty."""
    fresh(server)
    machine_id = seed(server, ["web-01"], tags={"env": "test"})[0]
    seed(server, ["web-02"], subscription=SUBSCRIPTIONS[1], location="eastus")
    server.control(
        "group",
        {
            "subscription": SUBSCRIPTIONS[0], "group": GROUP, "name": "workers", "size": 2,
            "max": 6,
        },
    )  # fmt: skip
    return Bench(
        Azure.open(settings(server)),
        machine_id,
        lambda machine: witness(server, machine),
        lambda: settle(server),
        utc_now,
        wanted=NewMachine(
            "contract-new", "westeurope", "debian-12", 4, 16, size="Standard_D4s_v3",
            disk_gib=40, tags={"env": "test"},
        ),
        resized=(4, 16, "Standard_D4s_v3"),
        group="workers",
        reopen=lambda: Azure.open(settings(server)),
        holdings=lambda: holdings(server),
    )  # fmt: skip
