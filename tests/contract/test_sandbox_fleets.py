"""Where the sandbox's fleets come from: folders that are checked, and made-up fleets."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import FrozenClock
from tools.errors import InvalidRequest, NotFound, Unreachable
from tools.machine import State
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.providers.sandbox_generator import generate


def test_a_fleet_on_disk_is_kept_until_its_folder_changes(
    fleet_folder: Path, tmp_path: Path, clock: FrozenClock
) -> None:
    folder = tmp_path / "fleet"
    folder.mkdir()
    document = json.loads((fleet_folder / "fleet.json").read_text())
    (folder / "fleet.json").write_text(json.dumps(document))
    path = tmp_path / "state" / "fleet.db"
    first = Sandbox.from_fleet(folder, path, clock=clock, delays=False)
    vm = next(vm for vm in first.list_machines() if vm.state is State.RUNNING)
    first.stop(vm.id, "t1")
    first.close()
    again = Sandbox.from_fleet(folder, path, clock=clock, delays=False)
    assert again.get_machine(vm.id).state is State.STOPPED
    again.close()
    document["vms"] = document["vms"][:3]
    (folder / "fleet.json").write_text(json.dumps(document))
    fresh = Sandbox.from_fleet(folder, path, clock=clock, delays=False)
    assert len(fresh.list_machines()) == 3
    fresh.close()


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        pytest.param(None, NotFound, "no readable fleet.json", id="none"),
        pytest.param("{", InvalidRequest, "JSON", id="broken"),
        pytest.param("[]", InvalidRequest, "valid", id="a list"),
        pytest.param('{"vms": [{"id": "a"}]}', InvalidRequest, "vms.0", id="half a machine"),
        pytest.param(
            '{"vms": [%s, %s]}'
            % ((json.dumps({"id": "a", "name": "a", "provider": "aws", "region": "r",
                            "state": "running"}),) * 2),
            InvalidRequest, "'a' twice", id="one id twice",
        ),
        pytest.param(
            json.dumps({"vms": [{"id": "a", "name": "a", "provider": "aws", "region": "r",
                                 "state": "dancing"}]}),
            InvalidRequest, "vms.0.state", id="an unknown state",
        ),
    ],
)  # fmt: skip
def test_a_bad_fleet_folder_is_named(
    tmp_path: Path, text: str | None, error: type[Exception], says: str
) -> None:
    if text is not None:
        (tmp_path / "fleet.json").write_text(text)
    with pytest.raises(error, match=says):
        Sandbox.from_fleet(tmp_path)


def test_a_file_that_is_no_fleet_is_unreachable(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    path.write_bytes(b"this is no database, and long enough to look like one" * 40)
    with pytest.raises(Unreachable, match=r"fleet\.db"):
        Sandbox.open(path)
    with pytest.raises(Unreachable):
        Sandbox.open(tmp_path / "fleet.db" / "below-a-file.db")


def test_a_generated_fleet_has_something_of_everything(clock: FrozenClock) -> None:
    fleet = Sandbox.generated(None, 60, clock=clock, delays=False)
    machines = fleet.list_machines()
    assert len(machines) == len({vm.id for vm in machines}) == 60
    assert {vm.provider for vm in machines} == {"aws", "azure", "gcp", "libvirt", "vsphere"}
    assert {State.RUNNING, State.STOPPED, State.SUSPENDED, State.ERROR} <= {
        vm.state for vm in machines
    }
    assert any(count > 1 for count in Counter(vm.name for vm in machines).values())
    assert any(vm.protected and vm.tags["env"] == "prod" for vm in machines)
    assert any("owner" not in vm.tags for vm in machines)
    assert any(vm.snapshots for vm in machines)
    metrics = Metrics(sample_source([fleet]), clock)
    running = [vm.id for vm in machines if vm.state is State.RUNNING]
    assert any(value > 80 for value in metrics.read("cpu", "avg", "1h").values())
    assert any(value < 5 for value in metrics.read("cpu", "avg", "7d").values())
    assert any(value > 90 for value in metrics.read("disk", "last", "1h").values())
    assert set(running) - set(metrics.read("cpu", "avg", "1h")), "one is silent"
    fleet.close()


@pytest.mark.parametrize("machines", [1, 7, 61, 500])
def test_a_generated_fleet_has_as_many_machines_as_asked_for(
    clock: FrozenClock, machines: int
) -> None:
    made = generate(machines, 1, clock())
    assert len({vm.id for vm in made.vms}) == len(made.profiles) == machines
    assert made == generate(machines, 1, clock())
    sizes = {(o.provider, s.name): s for o in made.offers for s in o.sizes}
    for vm in made.vms:
        size = sizes[vm.provider, str(vm.size)]
        assert (vm.vcpus, vm.memory_gib) == (size.vcpus, size.memory_gib)
    hosts = {host.name: host for offer in made.offers for host in offer.hosts}
    for name, host in hosts.items():
        assert sum(vm.memory_gib for vm in made.vms if vm.host == name) <= host.memory_gib
    groups = Counter(vm.group for vm in made.vms if vm.group)
    assert {g.name: g.count for o in made.offers for g in o.groups} == groups


def test_samples_follow_the_clock_and_end_when_a_machine_is_stopped(
    tmp_path: Path, clock: FrozenClock
) -> None:
    fleet = Sandbox.generated(tmp_path / "fleet.db", 60, clock=clock, delays=False)
    vm = fleet.list_machines()[0]
    asked_from = clock()
    before = fleet.samples([vm.id], asked_from - timedelta(hours=5))
    clock.advance(2 * 3600)
    fleet.stop(vm.id, "t1")
    clock.advance(3 * 3600)
    fleet.list_machines()
    after = fleet.samples([vm.id], asked_from - timedelta(hours=5))
    assert before
    assert set(before) < set(after)
    assert max(sample.time for sample in after) == asked_from + timedelta(hours=1)
    other = fleet.samples([fleet.list_machines()[1].id], asked_from)
    assert max(sample.time for sample in other) == asked_from + timedelta(hours=4)
    fleet.close()
