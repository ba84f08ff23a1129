"""The sandbox keeps the contract, with and without delays; raw SQLite is the witness."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, FrozenClock
from tests.contract.networking import LetIn, NetworkBench, NetworkingContract
from tests.contract.suite import VERBS, Bench, ProviderContract, Witnessed
from tools.errors import (
    Conflict,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)
from tools.machine import State
from tools.providers.base import Capability, NewMachine
from tools.providers.sandbox import Fault, FaultKind, Sandbox

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


def rules_kept(path: Path, machine_id: str) -> LetIn:
    """The rules as the file has them; a machine that nobody changed has those of its kind."""
    with sqlite3.connect(path) as db:
        kept = db.execute("SELECT value FROM facts WHERE key = ?", (f"openings/{machine_id}",))
        row = kept.fetchone()
        record = db.execute("SELECT record FROM machines WHERE id = ?", (machine_id,)).fetchone()
    db.close()
    if row is not None:
        return frozenset(
            (r["protocol"], r["first"], r["last"], r["source"]) for r in json.loads(row[0])
        )
    vm = json.loads(record[0])
    remote = 3389 if vm["os"] == "windows" else 22
    web = {("tcp", 443, 443, "0.0.0.0/0")} if vm["tags"].get("role") == "web" else set()
    return frozenset({("tcp", remote, remote, "10.0.0.0/8")} | web)


def address_kept(path: Path, machine_id: str) -> str | None:
    """The public address as the file has it."""
    with sqlite3.connect(path) as db:
        query = "SELECT coalesce(nullif(next, ''), record) FROM machines WHERE id = ?"
        row = db.execute(query, (machine_id,)).fetchone()
    db.close()
    return json.loads(row[0])["public_ip"]


@pytest.fixture
def net(bench: Bench, tmp_path: Path) -> NetworkBench:
    path = tmp_path / "fleet.db"
    ids = [vm.id for vm in bench.provider.list_machines() if vm.id != bench.machine_id]
    return NetworkBench(
        bench,
        ids[0],
        lambda machine_id: rules_kept(path, machine_id),
        lambda machine_id: address_kept(path, machine_id),
    )


class TestSandbox(ProviderContract, NetworkingContract):
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


def test_a_copy_goes_its_own_way(sandbox: Sandbox, running: str) -> None:
    copy = sandbox.copy()
    copy.stop(running, "t1")
    assert sandbox.get_machine(running).state is State.RUNNING
    assert copy.get_machine(running).state is State.STOPPED
    assert (copy.samples_path, sandbox.acts()) == (sandbox.samples_path, [])
