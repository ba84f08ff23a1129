"""Writes the two other fleets of `evals/fleets`: other naming habits, other tag keys.

`python -m evals.make_fleets` writes them anew; the same seed gives the same files.
"""

from __future__ import annotations

import csv
import json
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HERE = Path(__file__).parent / "fleets"
HOURS = 168


@dataclass(frozen=True)
class Kind:
    """Machines alike: how they are named, where they are, what they look like."""

    names: tuple[str, ...]
    provider: str
    region: str
    size: str
    image: str
    tags: dict[str, str]
    hosts: tuple[str, ...] = ()
    group: str | None = None
    state: dict[str, str] = field(default_factory=dict[str, str])
    protected: bool = False
    cpu: float = 30.0
    disk: float = 50.0
    age_days: int = 200
    snapshots: int = 0
    public: bool = False


SIZES: dict[str, list[tuple[str, int, float, float]]] = {
    "aws": [
        ("t3.medium", 2, 4, 0.0416), ("m6i.large", 2, 8, 0.096), ("m6i.xlarge", 4, 16, 0.192),
        ("r6i.xlarge", 4, 32, 0.252), ("c6i.2xlarge", 8, 16, 0.34),
    ],
    "azure": [
        ("Standard_B2s", 2, 4, 0.0416), ("Standard_D2s_v5", 2, 8, 0.096),
        ("Standard_D4s_v5", 4, 16, 0.192), ("Standard_E4s_v5", 4, 32, 0.252),
    ],
    "gcp": [
        ("e2-medium", 2, 4, 0.0335), ("n2-standard-2", 2, 8, 0.0971),
        ("n2-standard-4", 4, 16, 0.1942),
    ],
    "libvirt": [
        ("small", 1, 2, 0.008), ("medium", 2, 4, 0.016), ("large", 4, 8, 0.032),
        ("xlarge", 8, 16, 0.064),
    ],
    "vsphere": [
        ("small", 1, 2, 0.012), ("medium", 2, 4, 0.024), ("large", 4, 8, 0.048),
        ("xlarge", 8, 16, 0.096),
    ],
}  # fmt: skip
IMAGES = ("ubuntu-22.04", "ubuntu-24.04", "debian-12", "rhel-9", "windows-2022")

SHIPPING = "nordic.example"

HARBOUR: list[Kind] = [
    Kind(
        tuple(f"srv-got-{n:04}.{SHIPPING}" for n in (1012, 1013, 1014)),
        "vsphere", "gothenburg", "large", "rhel-9",
        {"environment": "production", "function": "booking", "contact": "m.lindqvist"},
        hosts=("esxgot1", "esxgot2"), cpu=45,
    ),
    Kind(
        tuple(f"srv-got-{n:04}.{SHIPPING}" for n in (2001, 2002)),
        "vsphere", "gothenburg", "xlarge", "rhel-9",
        {"environment": "production", "function": "database", "contact": "a.okafor"},
        hosts=("esxgot1", "esxgot2"), protected=True, cpu=62, disk=93, snapshots=2, age_days=900,
    ),
    Kind(
        tuple(f"srv-got-{n:04}.{SHIPPING}" for n in (3001, 3002, 3003)),
        "vsphere", "gothenburg", "medium", "windows-2022",
        {"environment": "acceptance", "function": "booking", "contact": "m.lindqvist"},
        hosts=("esxgot2",), state={"3003": "stopped"}, cpu=3,
    ),
    Kind(
        tuple(f"edge-osl-{n:02}.{SHIPPING}" for n in range(1, 5)),
        "libvirt", "oslo", "medium", "debian-12",
        {"environment": "production", "function": "proxy", "contact": "t.haugen"},
        hosts=("hvosl1", "hvosl2"), group="edge-oslo", cpu=55, public=True,
    ),
    Kind(
        tuple(f"lab-osl-{n:02}.{SHIPPING}" for n in range(1, 6)),
        "libvirt", "oslo", "small", "debian-12",
        {"environment": "development", "function": "lab", "contact": "t.haugen"},
        hosts=("hvosl2",), state={"02": "stopped", "05": "suspended"}, cpu=2, age_days=400,
        snapshots=1,
    ),
    Kind(
        tuple(f"app-{n:05}.eu.{SHIPPING}" for n in (40411, 40412, 40417)),
        "azure", "northeurope", "Standard_D4s_v5", "ubuntu-22.04",
        {"environment": "production", "function": "tracking", "contact": "s.virtanen"},
        group="tracking-ne", cpu=88,
    ),
    Kind(
        (f"dwh.{SHIPPING}", f"dwh-replica.{SHIPPING}"),
        "azure", "northeurope", "Standard_E4s_v5", "rhel-9",
        {"environment": "production", "function": "database", "contact": "a.okafor"},
        protected=True, cpu=40, snapshots=3, age_days=700,
    ),
    Kind(
        tuple(f"bld-{n:03}.{SHIPPING}" for n in (7, 8, 9)),
        "azure", "northeurope", "Standard_B2s", "ubuntu-24.04",
        {"environment": "shared", "function": "build", "contact": "s.virtanen"},
        state={"009": "error"}, cpu=30,
    ),
]  # fmt: skip

METRO: list[Kind] = [
    Kind(
        ("LON_APP_PAY_01", "LON_APP_PAY_02", "LON_APP_PAY_03"),
        "aws", "eu-west-2", "m6i.large", "ubuntu-22.04",
        {"stage": "live", "app": "pay", "squad": "mercury"}, group="lon_pay", cpu=50,
    ),
    Kind(
        ("LON_DB_PAY_01", "LON_DB_PAY_02"),
        "aws", "eu-west-2", "r6i.xlarge", "ubuntu-22.04",
        {"stage": "live", "app": "pay", "squad": "saturn"},
        protected=True, cpu=58, disk=91, snapshots=2, age_days=500,
    ),
    Kind(
        ("NYC_APP_PAY_01", "NYC_APP_PAY_02"),
        "aws", "us-east-1", "m6i.large", "ubuntu-22.04",
        {"stage": "live", "app": "pay", "squad": "mercury"}, cpu=47,
    ),
    Kind(
        tuple(f"LON_APP_ROUTES_{n:02}" for n in range(1, 5)),
        "aws", "eu-west-2", "c6i.2xlarge", "debian-12",
        {"stage": "preprod", "app": "routes", "squad": "jupiter"},
        state={"03": "stopped"}, cpu=2, age_days=60,
    ),
    Kind(
        ("FRA_APP_ROUTES_01", "FRA_APP_ROUTES_02"),
        "gcp", "europe-west3", "n2-standard-4", "debian-12",
        {"stage": "live", "app": "routes", "squad": "jupiter"}, cpu=86,
    ),
    Kind(
        ("FRA_SCRATCH_A", "FRA_SCRATCH_B", "FRA_SCRATCH_C"),
        "gcp", "europe-west3", "e2-medium", "ubuntu-24.04",
        {"stage": "play", "app": "scratch", "squad": "jupiter"},
        state={"A": "stopped", "C": "stopped"}, cpu=1, age_days=150,
    ),
    Kind(
        ("LON_GATE_01",),
        "aws", "eu-west-2", "t3.medium", "debian-12",
        {"stage": "live", "app": "gate", "squad": "saturn"}, public=True, cpu=12,
    ),
    Kind(
        ("NYC_GATE_01",),
        "aws", "us-east-1", "t3.medium", "debian-12",
        {"stage": "live", "app": "gate", "squad": "saturn"}, public=True, cpu=11,
    ),
    Kind(
        tuple(f"LON_RUNNER_{n}" for n in (1, 2, 3)),
        "libvirt", "lon-dc1", "large", "debian-12",
        {"stage": "tooling", "app": "runner", "squad": "saturn"},
        hosts=("lonhv01", "lonhv02"), group="lon_runners", cpu=35,
    ),
]  # fmt: skip


def machine(kind: Kind, index: int, rng: random.Random, address: int) -> dict[str, Any]:
    """One record in the contract's form."""
    name = kind.names[index]
    size = next(s for s in SIZES[kind.provider] if s[0] == kind.size)
    host = kind.hosts[index % len(kind.hosts)] if kind.hosts else None
    created = NOW - timedelta(days=kind.age_days + rng.randrange(0, 20), hours=3)
    state = next((s for part, s in kind.state.items() if part in name.split(".")[0]), "running")
    native = f"{rng.getrandbits(48):012x}"
    return {
        "id": f"{kind.provider}/{host or kind.region}/{native}",
        "name": name, "provider": kind.provider, "region": kind.region,
        "zone": f"{kind.region}a" if kind.provider == "aws" else None, "host": host,
        "state": state, "size": size[0], "vcpus": size[1], "memory_gib": size[2],
        "disk_gib": rng.choice((40, 60, 100, 200)),
        "os": "windows" if kind.image.startswith("windows") else "linux", "image": kind.image,
        "private_ip": f"10.8.{address // 250}.{address % 250 + 2}",
        "public_ip": f"198.51.100.{address + 3}" if kind.public else None,
        "created_at": created.isoformat(), "tags": kind.tags, "group": kind.group,
        "hourly_cost_usd": size[3], "protected": kind.protected,
        "snapshots": [
            {
                "name": f"{name.split('.')[0]}-snap-{n + 1}",
                "created_at": (NOW - timedelta(days=40 - 15 * n)).isoformat(),
                "size_gib": 20 + 5 * n,
            }
            for n in range(kind.snapshots)
        ],
    }  # fmt: skip


def groups_of(kinds: list[Kind]) -> list[dict[str, Any]]:
    """The scaling groups, from one to eight machines each."""
    return [
        {
            "name": k.group, "provider": k.provider, "region": k.region,
            "count": len(k.names), "min": 1, "max": 8,
        }
        for k in kinds
        if k.group
    ]  # fmt: skip


def catalogue(kinds: list[Kind]) -> dict[str, Any]:
    """What each provider of the fleet offers."""
    return {
        provider: {
            "regions": sorted({k.region for k in kinds if k.provider == provider}),
            "images": list(IMAGES),
            "sizes": [
                {"name": n, "vcpus": v, "memory_gib": m, "hourly_cost_usd": c}
                for n, v, m, c in SIZES[provider]
            ],
        }
        for provider in sorted({k.provider for k in kinds})
    }


def hosts_of(kinds: list[Kind]) -> list[dict[str, Any]]:
    """The hypervisors that machines of the fleet run on."""
    named = {(h, k.provider, k.region) for k in kinds for h in k.hosts}
    return [
        {"name": h, "provider": p, "region": r, "vcpus": 48, "memory_gib": 192}
        for h, p, r in sorted(named)
    ]


def samples(kind: Kind, vm: dict[str, Any], rng: random.Random) -> list[list[Any]]:
    """A week of hourly samples, up to the last whole hour; none while it is not running."""
    if vm["state"] != "running":
        return []
    rows: list[list[Any]] = []
    for hour in range(HOURS):
        time = NOW - timedelta(hours=HOURS - hour)
        daily = 1 + 0.25 * math.sin((time.hour - 8) / 24 * 2 * math.pi)
        cpu = min(99.0, max(0.3, kind.cpu * daily + rng.gauss(0, 2 if kind.cpu > 10 else 0.3)))
        if hour == HOURS - 1 and kind.cpu > 80:
            cpu = max(cpu, 91.0)
        memory = min(98.0, max(5.0, 35 + kind.cpu / 3 + rng.gauss(0, 3)))
        disk = min(99.0, kind.disk + hour * 0.005 + rng.gauss(0, 0.1))
        network, iops = abs(rng.gauss(kind.cpu * 4, 20)), abs(rng.gauss(kind.cpu * 8, 30))
        numbers = (cpu, memory, disk, network, iops)
        rows.append([time.isoformat(), vm["id"], *(round(n, 2) for n in numbers)])
    return rows


def write(name: str, kinds: list[Kind], seed: int) -> None:
    """One fleet folder: fleet.json and metrics.csv."""
    rng = random.Random(seed)
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    vms: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    for kind in kinds:
        for index in range(len(kind.names)):
            vm = machine(kind, index, rng, len(vms))
            vms.append(vm)
            rows += samples(kind, vm, rng)
    fleet = {
        "now": NOW.isoformat(), "vms": vms, "groups": groups_of(kinds), "hosts": hosts_of(kinds),
        "catalog": catalogue(kinds),
    }  # fmt: skip
    (folder / "fleet.json").write_text(json.dumps(fleet, indent=1) + "\n")
    with open(folder / "metrics.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["time", "vm_id", "cpu_pct", "memory_pct", "disk_used_pct", "network_mbps", "disk_iops"]
        )
        writer.writerows(sorted(rows, key=_time_of))


def _time_of(row: list[Any]) -> str:
    return row[0]


def main() -> None:
    """Write both."""
    write("harbour", HARBOUR, 7)
    write("metro", METRO, 11)


if __name__ == "__main__":
    main()
