"""A small fleet in the sandbox, and what a test does with it: plan, carry out, read."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tools.calls import Call
from tools.catalog import Catalog, Read, Result, Targets, Verdict
from tools.database import open_database
from tools.identity import User
from tools.inventory import Inventory
from tools.journal import Journal
from tools.machine import VM, Snapshot, State
from tools.metrics import Metrics, sample_source
from tools.plan import PlannedCall, Planner
from tools.providers.sandbox import Sandbox
from tools.sample_file import COLUMNS
from tools.schedules import Schedules
from tools.selector import Selector
from tools.world import World

TOOL_PACKAGES = ("tools.families", "knowledge.families")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DANA = User("dana")

CATALOG: dict[str, Any] = {
    "aws": {
        "regions": ["us-east-1", "us-west-2"],
        "images": ["ubuntu-22.04", "ubuntu-24.04", "debian-12", "windows-2022"],
        "sizes": [
            {"name": "t3.medium", "vcpus": 2, "memory_gib": 4, "hourly_cost_usd": 0.0416},
            {"name": "m6i.large", "vcpus": 2, "memory_gib": 8, "hourly_cost_usd": 0.096},
            {"name": "m6i.xlarge", "vcpus": 4, "memory_gib": 16, "hourly_cost_usd": 0.192},
            {"name": "m6i.2xlarge", "vcpus": 8, "memory_gib": 32, "hourly_cost_usd": 0.384},
            {"name": "r6i.large", "vcpus": 2, "memory_gib": 16, "hourly_cost_usd": 0.126},
            {"name": "r6i.xlarge", "vcpus": 4, "memory_gib": 32, "hourly_cost_usd": 0.252},
        ],
    },
    "gcp": {
        "regions": ["us-central1"],
        "images": ["debian-12"],
        "sizes": [{"name": "e2-small", "vcpus": 2, "memory_gib": 2, "hourly_cost_usd": 0.0168}],
    },
    "libvirt": {
        "regions": ["fra1"],
        "images": ["debian-12"],
        "sizes": [
            {"name": "small", "vcpus": 1, "memory_gib": 2, "hourly_cost_usd": 0.008},
            {"name": "large", "vcpus": 4, "memory_gib": 8, "hourly_cost_usd": 0.032},
            {"name": "xlarge", "vcpus": 8, "memory_gib": 16, "hourly_cost_usd": 0.064},
        ],
    },
}
HOSTS = [
    {"name": n, "provider": "libvirt", "region": "fra1", "vcpus": 48, "memory_gib": m}
    for n, m in (("kvm-01", 128), ("kvm-02", 32))
]
GROUPS = [{"name": "web", "provider": "aws", "region": "us-east-1", "count": 3, "min": 1, "max": 5}]


def snapshots(*days: int) -> tuple[Snapshot, ...]:
    """Snapshots `s1`, `s2` … that are so many days old."""
    return tuple(
        Snapshot(f"s{n}", NOW - timedelta(days=age), 10.0) for n, age in enumerate(days, 1)
    )


def _aws(name: str, size: str, state: State = State.RUNNING, **more: Any) -> VM:
    shape = next(s for s in CATALOG["aws"]["sizes"] if s["name"] == size)
    vm = VM(
        f"aws/us-east-1/i-{name}",
        name,
        "aws",
        "us-east-1",
        state,
        size=size,
        vcpus=shape["vcpus"],
        memory_gib=shape["memory_gib"],
        disk_gib=60,
        image="ubuntu-22.04",
        created_at=NOW - timedelta(days=100),
        hourly_cost_usd=shape["hourly_cost_usd"],
        tags={"env": "prod"},
    )
    return replace(vm, **more)


def _kvm(name: str, host: str, state: State = State.RUNNING, **more: Any) -> VM:
    vm = VM(
        f"libvirt/{host}/{name}",
        name,
        "libvirt",
        "fra1",
        state,
        host=host,
        size="large",
        vcpus=4,
        memory_gib=8,
        disk_gib=100,
        image="debian-12",
        created_at=NOW - timedelta(days=10),
        hourly_cost_usd=0.032,
        tags={"env": "dev"},
    )
    return replace(vm, **more)


FLEET = (
    *(_aws(f"web-0{n}", "m6i.large", group="web") for n in (1, 2, 3)),
    _aws("stg-1", "t3.medium", tags={"env": "staging", "owner": "dana"}),
    _aws("stg-2", "t3.medium", State.STOPPED, tags={"env": "staging"}),
    _aws("db-1", "r6i.large", protected=True, snapshots=snapshots(40, 9)),
    _aws("db-2", "r6i.xlarge", snapshots=snapshots(5)),
    _aws("twin", "t3.medium", tags={"env": "test"}),
    _kvm("dev-a", "kvm-01", snapshots=snapshots(45, 31, 2)),
    _kvm("dev-b", "kvm-01", State.SUSPENDED),
    _kvm("dev-c", "kvm-02", State.PAUSED),
    _kvm("dev-d", "kvm-02"),
    _kvm("ci-3", "kvm-02", State.ERROR, tags={"env": "shared"}),
    _kvm("twin", "kvm-01", tags={"env": "test"}),
)


@dataclass(frozen=True)
class Bench:
    """A world over a sandbox of its own."""

    world: World
    planner: Planner
    sandbox: Sandbox
    verdicts: list[Verdict] = field(default_factory=list[Verdict])

    @property
    def catalog(self) -> Catalog:
        return self.planner.catalog

    def vm(self, name: str) -> VM:
        """The one machine of this name, as its provider shows it."""
        (found,) = (vm for vm in self.sandbox.list_machines() if vm.name == name)
        return found

    def plan(
        self,
        tool: str,
        selector: Mapping[str, Any] | str | None = None,
        *,
        outright: bool | None = None,
        **args: Any,
    ) -> PlannedCall:
        """One planned call; a string names one machine."""
        given = {"names": [selector]} if isinstance(selector, str) else selector
        parsed = Selector.parse(given) if given is not None else None
        call = Call(tool=tool, selector=parsed, args=args, outright=outright)
        return self.planner.plan([call], DANA).calls[0]

    def names(self, tool: str, selector: Mapping[str, Any] | str, **args: Any) -> list[str]:
        """The names of the machines in the plan."""
        return [vm.name for vm in self.plan(tool, selector, **args).vms]

    def carry_out(self, planned: PlannedCall) -> list[Call]:
        """Act and read back, as operations do; give the calls that undo it, last first."""
        change = self.catalog.tool(planned.tool).change
        undo: list[Call] = []
        token = uuid.uuid4().hex
        for number, step in enumerate(planned.steps):
            before = self.sandbox.get_machines([step.target]).get(step.target)
            result = change.act(self.sandbox, step, f"{token}:{number}")
            after = self.sandbox.get_machines([result or step.target]).get(result or step.target)
            verdict = change.read_back(self.sandbox, step) or change.verify(before, after, step)
            assert verdict.status == "done", verdict
            inverse = change.inverse(before, after, step)
            undo += [inverse] if inverse else []
        self.world.inventory.refresh()
        return undo[::-1]

    def undo(self, calls: Sequence[Call]) -> None:
        """Plan and carry out the calls that undo something."""
        for call in calls:
            for planned in self.planner.plan([call], DANA).calls:
                self.carry_out(planned)

    def read(
        self, tool: str, selector: Mapping[str, Any] | str | None = None, **args: Any
    ) -> Result:
        """What a read finds, by the steps of `Control.read`."""
        found = self.catalog.tool(tool)
        handler = cast(Read[Any], found.handler)
        parsed = found.parse(args)
        given = {"names": [selector]} if isinstance(selector, str) else selector
        vms: list[VM] = []
        if found.targets is not Targets.NONE:
            meant = Selector.parse(given or {"all": True})
            vms = self.planner.machines(found, Call(tool=tool, selector=meant))
            if handler.settle is not None:
                parsed = handler.settle(meant, parsed)
        return handler.run(self.world, vms, parsed)


def make_bench(
    folder: Path,
    fleet: Sequence[VM] = FLEET,
    samples: Mapping[str, Sequence[Mapping[str, float | None]]] | None = None,
) -> Bench:
    """A world over these machines; samples by machine name, the last one of the last hour."""
    document = {
        "now": NOW.isoformat(),
        "vms": [vm.to_dict() for vm in fleet],
        "groups": GROUPS,
        "hosts": HOSTS,
        "catalog": CATALOG,
    }
    (folder / "fleet.json").write_text(json.dumps(document))
    ids = {vm.name: vm.id for vm in fleet}
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "vm_id", *COLUMNS.values()])
        for name, hours in (samples or {}).items():
            for ago, figures in zip(range(len(hours), 0, -1), hours, strict=True):
                time = (NOW - timedelta(hours=ago)).isoformat()
                if figures:
                    writer.writerow([time, ids[name], *(figures.get(m) for m in COLUMNS)])

    def clock() -> datetime:
        return NOW

    sandbox = Sandbox.from_fleet(folder, clock=clock, delays=False)
    metrics = Metrics(sample_source([sandbox]), clock)
    engine = open_database("sqlite://")
    inventory = Inventory(engine, [sandbox], metrics.read, clock)
    inventory.refresh()
    world = World(inventory, metrics, Journal(engine, clock), Schedules(engine, clock), clock)
    return Bench(world, Planner(Catalog.load(TOOL_PACKAGES), world), sandbox)
