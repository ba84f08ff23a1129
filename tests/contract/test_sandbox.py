"""The sandbox keeps the contract, with and without delays; raw SQLite is the witness."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, FrozenClock
from tests.contract.suite import VERBS, Bench, ProviderContract, Witnessed
from tools.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)
from tools.machine import State
from tools.metrics import Metrics, sample_source
from tools.providers.base import Capability, NewMachine
from tools.providers.sandbox import Fault, FaultKind, Sandbox
from tools.providers.sandbox_generator import generate

WITNESSED = (
    "state", "name", "vcpus", "memory_gib", "disk_gib", "tags", "host", "region", "protected"
)  # fmt: skip


def witness(path: Path, machine_id: str) -> Witnessed | None:
    """A machine as the file has it; one that is in a transition is not settled."""
    with sqlite3.connect(path) as db:
        query = "SELECT record, next, done_at FROM machines WHERE id = ?"
        row = db.execute(query, (machine_id,)).fetchone()
    db.close()
    if row is None:
        return None
    record, following, _ = row
    shown = record if following is None else following
    if not shown:
        return None
    found: dict[str, Any] = json.loads(shown)
    seen = {key: found[key] for key in WITNESSED}
    return {**seen, "snapshots": [s["name"] for s in found["snapshots"]]}


@pytest.fixture(params=["delayed", "at once"])
def bench(
    request: pytest.FixtureRequest, fleet_folder: Path, tmp_path: Path, clock: FrozenClock
) -> Iterator[Bench]:
    path = tmp_path / "fleet.db"
    delays = request.param == "delayed"
    provider = Sandbox.from_fleet(fleet_folder, path, clock=clock, delays=delays)
    machines = provider.list_machines()
    offers = provider.offers()
    priced = {o.provider: o for o in offers if o.sizes}
    running = [vm for vm in machines if vm.state is State.RUNNING and vm.provider in priced]
    chosen = next(vm for vm in running if not vm.protected and not vm.snapshots)
    offer = priced[chosen.provider]
    other = next(s for s in offer.sizes if s.name != chosen.size)
    hosted = next(vm for vm in running if vm.host)
    roaming = next(vm for vm in running if len(priced[vm.provider].regions) > 1)
    yield Bench(
        provider,
        chosen.id,
        lambda machine_id: witness(path, machine_id),
        lambda: clock.advance(60),
        clock,
        wanted=NewMachine(
            "contract-new", offer.regions[0], offer.images[0], other.vcpus, other.memory_gib,
            size=other.name, tags={"env": "test"},
        ),
        resized=(other.vcpus, other.memory_gib, other.name),
        group=next(g.name for o in offers for g in o.groups),
        host=(
            hosted.id,
            next(h.name for h in priced[hosted.provider].hosts if h.name != hosted.host),
        ),
        region=(
            roaming.id,
            next(r for r in priced[roaming.provider].regions if r != roaming.region),
        ),
    )  # fmt: skip
    provider.close()


class TestSandbox(ProviderContract):
    """The suite."""


@pytest.fixture
def running(sandbox: Sandbox) -> str:
    """A running machine that may be changed."""
    return next(
        vm.id
        for vm in sandbox.list_machines()
        if vm.state is State.RUNNING and not vm.protected and not vm.snapshots
    )


def test_a_transition_takes_time(fleet_folder: Path, clock: FrozenClock) -> None:
    slow = Sandbox.from_fleet(fleet_folder, clock=clock)
    vm = next(vm for vm in slow.list_machines() if vm.state is State.RUNNING)
    slow.stop(vm.id, "t1")
    assert slow.get_machine(vm.id).state is State.STOPPING
    with pytest.raises(Conflict):
        slow.start(vm.id, "t2")
    slow.stop(vm.id, "t3")
    clock.advance(10)
    assert slow.get_machine(vm.id).state is State.STOPPED
    slow.start(vm.id, "t4")
    assert slow.get_machine(vm.id).state is State.STARTING
    slow.set_tags(vm.id, "t5", {"seen": "yes"})
    assert slow.get_machine(vm.id).tags["seen"] == "yes"
    clock.advance(10)
    after = slow.get_machine(vm.id)
    assert (after.state, after.tags["seen"]) == (State.RUNNING, "yes")


def test_a_stop_changes_the_state_and_nothing_else(sandbox: Sandbox, running: str) -> None:
    before = {vm.id: vm.to_dict() for vm in sandbox.list_machines()}
    sandbox.stop(running, "t1")
    after = {vm.id: vm.to_dict() for vm in sandbox.list_machines()}
    assert after == {**before, running: {**before[running], "state": "stopped"}}


def test_a_resize_sets_size_figures_and_price_of_the_catalogue(
    sandbox: Sandbox, running: str
) -> None:
    before = sandbox.get_machine(running)
    offer = next(o for o in sandbox.offers() if o.provider == before.provider)
    size = max(offer.sizes, key=lambda s: s.hourly_cost_usd)
    sandbox.resize(running, "t1", vcpus=1, memory_gib=1, size=size.name)
    after = sandbox.get_machine(running)
    assert (after.size, after.vcpus, after.memory_gib, after.hourly_cost_usd) == (
        size.name, size.vcpus, size.memory_gib, size.hourly_cost_usd,
    )  # fmt: skip
    assert {"size", "vcpus", "memory_gib", "hourly_cost_usd"} >= {
        key for key, value in after.to_dict().items() if before.to_dict()[key] != value
    }


def test_a_throttled_request_does_nothing_and_says_how_long_to_wait(
    sandbox: Sandbox, running: str
) -> None:
    sandbox.inject(Fault(FaultKind.THROTTLED, running, retry_after_s=7, requests=2))
    for _ in range(2):
        with pytest.raises(Throttled) as caught:
            sandbox.stop(running, "t1")
        assert caught.value.retry_after_s == 7
    assert sandbox.get_machine(running).state is State.RUNNING
    sandbox.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.STOPPED
    assert [act.token for act in sandbox.acts()] == ["t1"]


def test_a_refused_request_does_nothing(sandbox: Sandbox, running: str) -> None:
    sandbox.inject(Fault(FaultKind.REFUSED, verb="stop"))
    with pytest.raises(ProviderError):
        sandbox.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.RUNNING
    assert sandbox.acts() == []
    assert sandbox.faults() == []


def test_a_dropped_answer_belongs_to_an_act(sandbox: Sandbox, running: str) -> None:
    sandbox.inject(Fault(FaultKind.DROPPED, running))
    with pytest.raises(OutcomeUnknown):
        sandbox.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.STOPPED
    sandbox.stop(running, "t1")
    assert [(act.token, act.changed) for act in sandbox.acts()] == [("t1", True)]


def test_a_lost_request_looks_the_same_and_did_nothing(sandbox: Sandbox, running: str) -> None:
    sandbox.inject(Fault(FaultKind.LOST, running))
    with pytest.raises(OutcomeUnknown):
        sandbox.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.RUNNING
    assert sandbox.acts() == []


def test_a_stuck_machine_never_settles_until_it_is_forced(
    sandbox: Sandbox, running: str, clock: FrozenClock
) -> None:
    sandbox.inject(Fault(FaultKind.STUCK, running))
    sandbox.stop(running, "t1")
    clock.advance(1e7)
    assert sandbox.get_machine(running).state is State.STOPPING
    with pytest.raises(Conflict):
        sandbox.start(running, "t2")
    sandbox.stop(running, "t3", force=True)
    assert sandbox.get_machine(running).state is State.STOPPED


def test_an_unreachable_sandbox_cannot_be_read(sandbox: Sandbox, running: str) -> None:
    sandbox.inject(Fault(FaultKind.UNREACHABLE, requests=None))
    for reading in (sandbox.list_machines, sandbox.offers, lambda: sandbox.get_machine(running)):
        with pytest.raises(Unreachable):
            reading()
    with pytest.raises(Unreachable):
        sandbox.stop(running, "t1")
    sandbox.clear_faults()
    assert sandbox.get_machine(running).state is State.RUNNING


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_is_not_declared_is_refused(sandbox: Sandbox, running: str, verb: str) -> None:
    sandbox.capabilities = frozenset(Capability) - {VERBS[verb][0]}
    before = sandbox.list_machines()
    with pytest.raises(Unsupported):
        VERBS[verb][1](sandbox, running, "t1")
    assert sandbox.list_machines() == before


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_can_be_refused(sandbox: Sandbox, running: str, verb: str) -> None:
    sandbox.inject(Fault(FaultKind.REFUSED, error="capacity"))
    before = sandbox.list_machines()
    with pytest.raises(Exception, match="refused") as caught:
        VERBS[verb][1](sandbox, running, "t1")
    assert caught.value.code == "capacity"  # pyright: ignore[reportAttributeAccessIssue]
    assert sandbox.list_machines() == before


def test_a_token_of_one_request_does_not_serve_another(sandbox: Sandbox, running: str) -> None:
    sandbox.stop(running, "t1")
    with pytest.raises(Conflict):
        sandbox.start(running, "t1")


def test_one_token_from_many_threads_acts_once(sandbox: Sandbox, running: str) -> None:
    before = sandbox.get_machine(running).disk_gib
    with ThreadPoolExecutor(8) as pool:
        for _ in range(24):
            pool.submit(sandbox.attach_disk, running, "t1", size_gib=10)
    assert sandbox.get_machine(running).disk_gib == before + 10


ANOTHER_PROCESS = """
import sys
from pathlib import Path
from tools.errors import Throttled
from tools.providers.sandbox import Sandbox

sandbox = Sandbox.open(Path(sys.argv[1]), delays=False)
machine = sys.argv[2]
try:
    sandbox.stop(machine, "first")
except Throttled:
    print("throttled")
for token in ("first", "second"):
    sandbox.attach_disk(machine, f"{token}-disk", size_gib=1)
"""


def test_several_processes_share_state_tokens_and_faults(
    fleet_folder: Path, tmp_path: Path, clock: FrozenClock
) -> None:
    path = tmp_path / "fleet.db"
    here = Sandbox.from_fleet(fleet_folder, path, clock=clock, delays=False)
    vm = next(vm for vm in here.list_machines() if vm.state is State.RUNNING)
    here.inject(Fault(FaultKind.THROTTLED, vm.id))
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(path), vm.id]
    others = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    printed = [other.communicate(timeout=30)[0] for other in others]
    assert all(other.returncode == 0 for other in others)
    assert sorted(printed) == ["", "throttled\n"]
    assert here.get_machine(vm.id).disk_gib == vm.disk_gib + 2
    tokens = Counter(act.token for act in here.acts())
    assert tokens == {"first": 1, "first-disk": 1, "second-disk": 1}
    here.close()


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


def test_a_copy_goes_its_own_way(sandbox: Sandbox, running: str) -> None:
    copy = sandbox.copy()
    copy.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.RUNNING
    assert copy.get_machine(running).state is State.STOPPED
    assert (copy.samples_path, sandbox.acts()) == (sandbox.samples_path, [])


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
