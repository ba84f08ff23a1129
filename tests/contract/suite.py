"""What every provider must do, whoever is behind it.

`test_<provider>.py` derives a class from `ProviderContract` and gives the fixture `bench`. Tests
look at the provider through fresh readings and through the bench's witness, which reads the
provider's own records by another way; none looks at the provider's insides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound, NovaError, Unsupported
from tools.machine import VM, State
from tools.providers.base import Capability, NewMachine, Provider

Witnessed = Mapping[str, Any]
"""What a witness says of a machine: some of `state name vcpus memory_gib disk_gib tags host region
protected snapshots` (names), as far as it can tell."""


@dataclass
class Bench:
    """A provider with machines to act on.

    Attributes:
        provider: what is tested.
        machine_id: a running machine that may be changed; it has no snapshot.
        witness: reads a machine by another way than the provider; None: it is not there.
        settle: lets what is under way come to its end.
        now: the present moment.
        wanted: a machine that can be created.
        resized: vCPUs, memory and size that the machine can get.
        group: a scaling group.
        host, region: where the machine can move to.
        reopen: the same connection anew, as a process has it that starts after a crash.
        holdings: everything that the back end keeps for us (machines, disks, snapshots, images),
            read by another way: what is left over costs money.
    """

    provider: Provider
    machine_id: str
    witness: Callable[[str], Witnessed | None]
    settle: Callable[[], None]
    now: Callable[[], datetime]
    wanted: NewMachine | None = None
    resized: tuple[int, float, str | None] | None = None
    group: str | None = None
    host: tuple[str, str] | None = None
    region: tuple[str, str] | None = None
    reopen: Callable[[], Provider] | None = None
    holdings: Callable[[], set[str]] | None = None
    tokens: list[str] = field(default_factory=list[str])

    def token(self) -> str:
        """A token that was never used."""
        self.tokens.append(f"contract-{id(self)}-{len(self.tokens)}")
        return self.tokens[-1]

    def require(self, *capabilities: Capability) -> None:
        """Skip a test about what the provider does not claim to do."""
        missing = set(capabilities) - self.provider.capabilities
        if missing:
            pytest.skip(f"{self.provider.name} does not claim {', '.join(sorted(missing))}")

    def see(self, machine_id: str | None = None) -> VM:
        """A settled machine, on which provider and witness agree."""
        self.settle()
        vm = self.provider.get_machine(machine_id or self.machine_id)
        witnessed = self.witness(vm.id)
        assert witnessed is not None, f"the witness does not know {vm.id}"
        record = {**vm.to_dict(), "snapshots": [s.name for s in vm.snapshots]}
        assert {key: record[key] for key in witnessed} == dict(witnessed)
        return vm


Verb = Callable[[Provider, str, str], object]

VERBS: dict[str, tuple[Capability, Verb]] = {
    "start": (Capability.START, lambda p, i, t: p.start(i, t)),
    "stop": (Capability.STOP, lambda p, i, t: p.stop(i, t)),
    "force_stop": (Capability.FORCE_STOP, lambda p, i, t: p.stop(i, t, force=True)),
    "restart": (Capability.RESTART, lambda p, i, t: p.restart(i, t)),
    "suspend": (Capability.SUSPEND, lambda p, i, t: p.suspend(i, t)),
    "resume": (Capability.RESUME, lambda p, i, t: p.resume(i, t)),
    "clone": (Capability.CLONE, lambda p, i, t: p.clone(i, "contract-clone", t)),
    "delete": (Capability.DELETE, lambda p, i, t: p.delete(i, t)),
    "resize": (
        Capability.RESIZE,
        lambda p, i, t: p.resize(i, t, vcpus=2, memory_gib=4, size=None),
    ),
    "attach_disk": (Capability.ATTACH_DISK, lambda p, i, t: p.attach_disk(i, t, size_gib=1)),
    "resize_disk": (Capability.RESIZE_DISK, lambda p, i, t: p.resize_disk(i, t, size_gib=9999)),
    "snapshot": (Capability.SNAPSHOT, lambda p, i, t: p.snapshot(i, t, name="contract")),
    "restore": (Capability.RESTORE, lambda p, i, t: p.restore(i, t, snapshot="contract")),
    "delete_snapshot": (
        Capability.SNAPSHOT,
        lambda p, i, t: p.delete_snapshot(i, t, snapshot="contract"),
    ),
    "migrate_host": (Capability.MIGRATE_HOST, lambda p, i, t: p.migrate(i, t, host="nowhere")),
    "migrate_region": (
        Capability.MIGRATE_REGION,
        lambda p, i, t: p.migrate(i, t, region="nowhere"),
    ),
    "set_tags": (Capability.TAG, lambda p, i, t: p.set_tags(i, t, {"contract": "yes"})),
    "remove_tags": (Capability.TAG, lambda p, i, t: p.remove_tags(i, t, ["contract"])),
    "set_protected": (Capability.PROTECT, lambda p, i, t: p.set_protected(i, t, True)),
}
"""Every verb on one machine, and the capability that it takes."""


class ProviderContract:
    """The suite; a provider's test class derives from it."""

    @pytest.mark.proves("list")
    def test_every_listed_machine_can_be_read_back(self, bench: Bench) -> None:
        listed = bench.provider.list_machines()
        assert len({vm.id for vm in listed}) == len(listed) > 0
        read = bench.provider.get_machines([vm.id for vm in listed])
        assert [read[vm.id] for vm in listed] == listed
        assert all(isinstance(vm.state, State) and vm.name and vm.provider for vm in listed)

    def test_the_order_of_the_list_is_stable(self, bench: Bench) -> None:
        first = [vm.id for vm in bench.provider.list_machines()]
        assert [vm.id for vm in bench.provider.list_machines()] == first

    def test_an_unknown_machine_is_absent_from_a_reading(self, bench: Bench) -> None:
        unknown = f"{bench.machine_id}-no-such"
        assert set(bench.provider.get_machines([unknown, bench.machine_id])) == {bench.machine_id}
        with pytest.raises(NotFound):
            bench.provider.get_machine(unknown)

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_verb_on_an_unknown_machine_is_not_found(self, bench: Bench, verb: str) -> None:
        capability, act = VERBS[verb]
        bench.require(capability)
        before = bench.provider.list_machines()
        with pytest.raises(NotFound):
            act(bench.provider, f"{bench.machine_id}-no-such", bench.token())
        assert bench.provider.list_machines() == before

    def test_an_undeclared_capability_is_refused_and_changes_nothing(self, bench: Bench) -> None:
        before = bench.see()
        for name, (capability, act) in VERBS.items():
            if capability not in bench.provider.capabilities and name != "force_stop":
                with pytest.raises(Unsupported):
                    act(bench.provider, bench.machine_id, bench.token())
        assert bench.see() == before

    @pytest.mark.proves("start", "stop")
    def test_a_stopped_machine_is_seen_stopped_and_start_undoes_it(self, bench: Bench) -> None:
        bench.require(Capability.STOP, Capability.START)
        before = bench.see()
        assert before.state is State.RUNNING
        bench.provider.stop(bench.machine_id, bench.token())
        assert bench.see().state is State.STOPPED
        bench.provider.start(bench.machine_id, bench.token())
        assert bench.see() == before

    def test_stop_and_start_again_are_no_errors(self, bench: Bench) -> None:
        bench.require(Capability.STOP, Capability.START)
        bench.provider.start(bench.machine_id, bench.token())
        assert bench.see().state is State.RUNNING
        bench.provider.stop(bench.machine_id, bench.token())
        bench.settle()
        bench.provider.stop(bench.machine_id, bench.token())
        assert bench.see().state is State.STOPPED

    @pytest.mark.proves("force_stop")
    def test_force_stops_a_machine(self, bench: Bench) -> None:
        bench.require(Capability.FORCE_STOP)
        bench.provider.stop(bench.machine_id, bench.token(), force=True)
        assert bench.see().state is State.STOPPED

    @pytest.mark.proves("restart")
    def test_a_restarted_machine_runs_as_before(self, bench: Bench) -> None:
        bench.require(Capability.RESTART)
        before = bench.see()
        bench.provider.restart(bench.machine_id, bench.token())
        assert bench.see() == before

    def test_a_stopped_machine_cannot_be_restarted_or_suspended(self, bench: Bench) -> None:
        bench.require(Capability.STOP, Capability.RESTART, Capability.SUSPEND)
        bench.provider.stop(bench.machine_id, bench.token(), force=True)
        bench.settle()
        with pytest.raises(Conflict):
            bench.provider.suspend(bench.machine_id, bench.token())
        with pytest.raises(Conflict):
            bench.provider.restart(bench.machine_id, bench.token())
        assert bench.see().state is State.STOPPED

    @pytest.mark.proves("suspend", "resume")
    def test_resume_undoes_suspend(self, bench: Bench) -> None:
        bench.require(Capability.SUSPEND, Capability.RESUME)
        before = bench.see()
        bench.provider.suspend(bench.machine_id, bench.token())
        assert bench.see().state in (State.SUSPENDED, State.PAUSED)
        bench.provider.resume(bench.machine_id, bench.token())
        assert bench.see() == before

    @pytest.mark.proves("tag")
    def test_tags_are_added_and_removed_and_others_stay(self, bench: Bench) -> None:
        bench.require(Capability.TAG)
        before = bench.see()
        given = {"contract": "yes", "spelt": 'Größe & <b>"x"</b>'}
        bench.provider.set_tags(bench.machine_id, bench.token(), given)
        assert bench.see().tags == {**before.tags, **given}
        bench.provider.remove_tags(bench.machine_id, bench.token(), [*given, "never-there"])
        assert bench.see() == before

    @pytest.mark.proves("protect")
    def test_a_protected_machine_is_not_deleted(self, bench: Bench) -> None:
        bench.require(Capability.PROTECT, Capability.DELETE)
        bench.provider.set_protected(bench.machine_id, bench.token(), True)
        assert bench.see().protected
        with pytest.raises((NotAllowed, Conflict)):
            bench.provider.delete(bench.machine_id, bench.token())
        bench.provider.set_protected(bench.machine_id, bench.token(), False)
        assert not bench.see().protected

    @pytest.mark.proves("snapshot", "restore")
    def test_snapshots_are_taken_put_back_and_deleted(self, bench: Bench) -> None:
        bench.require(Capability.SNAPSHOT, Capability.RESTORE)
        bench.provider.snapshot(bench.machine_id, bench.token(), name="contract-1")
        taken = bench.see()
        assert [s.name for s in taken.snapshots] == ["contract-1"]
        assert abs(taken.snapshots[0].created_at - bench.now()) < timedelta(minutes=5)
        bench.provider.restore(bench.machine_id, bench.token(), snapshot="contract-1")
        assert bench.see() == taken
        bench.provider.delete_snapshot(bench.machine_id, bench.token(), snapshot="contract-1")
        assert bench.see().snapshots == ()

    def test_a_snapshot_name_is_given_once_and_an_unknown_one_is_not_found(
        self, bench: Bench
    ) -> None:
        bench.require(Capability.SNAPSHOT, Capability.RESTORE)
        bench.provider.snapshot(bench.machine_id, bench.token(), name="contract-1")
        bench.settle()
        with pytest.raises((Conflict, InvalidRequest)):
            bench.provider.snapshot(bench.machine_id, bench.token(), name="contract-1")
        with pytest.raises(NotFound):
            bench.provider.restore(bench.machine_id, bench.token(), snapshot="contract-2")
        with pytest.raises(NotFound):
            bench.provider.delete_snapshot(bench.machine_id, bench.token(), snapshot="contract-2")
        assert [s.name for s in bench.see().snapshots] == ["contract-1"]
        bench.provider.delete_snapshot(bench.machine_id, bench.token(), snapshot="contract-1")
        bench.settle()

    @pytest.mark.proves("resize", "resize_running")
    def test_a_resized_machine_has_what_it_was_given(self, bench: Bench) -> None:
        bench.require(Capability.RESIZE)
        if bench.resized is None:
            pytest.skip("no other size to give")
        vcpus, memory_gib, size = bench.resized
        bench.provider.resize(
            bench.machine_id, bench.token(), vcpus=vcpus, memory_gib=memory_gib, size=size
        )
        after = bench.see()
        assert (after.vcpus, after.memory_gib, after.state) == (vcpus, memory_gib, State.RUNNING)
        assert size is None or after.size == size

    @pytest.mark.proves("resize_disk")
    def test_disks_grow_and_never_shrink(self, bench: Bench) -> None:
        bench.require(Capability.RESIZE_DISK)
        before = bench.see()
        bench.provider.resize_disk(bench.machine_id, bench.token(), size_gib=before.disk_gib + 1)
        grown = bench.see()
        assert grown.disk_gib == before.disk_gib + 1
        with pytest.raises(NovaError):
            bench.provider.resize_disk(bench.machine_id, bench.token(), size_gib=0.25)
        assert bench.see() == grown

    @pytest.mark.proves("attach_disk")
    def test_an_attached_disk_is_seen(self, bench: Bench) -> None:
        bench.require(Capability.ATTACH_DISK)
        before = bench.see()
        bench.provider.attach_disk(bench.machine_id, bench.token(), size_gib=2)
        assert bench.see().disk_gib == before.disk_gib + 2

    @pytest.mark.proves("create", "delete")
    def test_a_created_machine_runs_and_can_be_deleted(self, bench: Bench) -> None:
        bench.require(Capability.CREATE, Capability.DELETE)
        if bench.wanted is None:
            pytest.skip("no machine to create")
        machine_id = bench.provider.create(bench.wanted, bench.token())
        made = bench.see(machine_id)
        assert (made.name, made.state) == (bench.wanted.name, State.RUNNING)
        assert (made.vcpus, made.memory_gib) == (bench.wanted.vcpus, bench.wanted.memory_gib)
        assert {**made.tags, **bench.wanted.tags} == made.tags
        bench.provider.delete(machine_id, bench.token())
        bench.settle()
        assert bench.provider.get_machines([machine_id]) == {}
        assert bench.witness(machine_id) is None

    @pytest.mark.proves("clone")
    def test_a_clone_leaves_its_source_as_it_was(self, bench: Bench) -> None:
        bench.require(Capability.CLONE, Capability.DELETE)
        before = bench.see()
        copy_id = bench.provider.clone(bench.machine_id, "contract-clone", bench.token())
        copy = bench.see(copy_id)
        assert copy_id != bench.machine_id
        assert (copy.name, copy.vcpus, copy.memory_gib) == (
            "contract-clone", before.vcpus, before.memory_gib,
        )  # fmt: skip
        assert bench.see() == before
        bench.provider.delete(copy_id, bench.token())
        bench.settle()
        assert bench.witness(copy_id) is None

    @pytest.mark.proves("migrate_host")
    def test_a_machine_moves_to_another_host(self, bench: Bench) -> None:
        bench.require(Capability.MIGRATE_HOST)
        if bench.host is None:
            pytest.skip("no other host")
        machine_id, host = bench.host
        before = bench.see(machine_id)
        moved_id = bench.provider.migrate(machine_id, bench.token(), host=host)
        after = bench.see(moved_id)
        assert (after.host, after.state, after.name) == (host, before.state, before.name)

    @pytest.mark.proves("migrate_region")
    def test_a_machine_moves_to_another_region(self, bench: Bench) -> None:
        bench.require(Capability.MIGRATE_REGION)
        if bench.region is None:
            pytest.skip("no other region")
        machine_id, region = bench.region
        before = bench.see(machine_id)
        moved_id = bench.provider.migrate(machine_id, bench.token(), region=region)
        after = bench.see(moved_id)
        assert (after.region, after.state, after.name) == (region, before.state, before.name)

    @pytest.mark.parametrize("place", ["host", "region"])
    def test_an_unknown_place_is_not_found(self, bench: Bench, place: str) -> None:
        by_host = place == "host"
        bench.require(Capability.MIGRATE_HOST if by_host else Capability.MIGRATE_REGION)
        before = bench.see()
        with pytest.raises(NotFound):
            bench.provider.migrate(bench.machine_id, bench.token(), **{place: "no-such-place"})
        assert bench.see() == before

    @pytest.mark.proves("scale_group")
    def test_a_group_is_scaled_up_and_down(self, bench: Bench) -> None:
        bench.require(Capability.SCALE_GROUP)
        if bench.group is None:
            pytest.skip("no group")
        count = self._count(bench)
        for wanted in (count + 2, count):
            bench.provider.scale_group(bench.group, bench.token(), count=wanted)
            bench.settle()
            assert self._count(bench) == wanted
            members = [vm for vm in bench.provider.list_machines() if vm.group == bench.group]
            assert len(members) == wanted

    def _count(self, bench: Bench) -> int:
        groups = {g.name: g for offer in bench.provider.offers() for g in offer.groups}
        return groups[str(bench.group)].count

    def test_the_same_token_acts_once_and_gives_the_same_result(self, bench: Bench) -> None:
        if not bench.provider.deduplicates:
            pytest.skip("it does not honour tokens")
        bench.require(Capability.ATTACH_DISK)
        before = bench.see()
        token = bench.token()
        for _ in range(3):
            bench.provider.attach_disk(bench.machine_id, token, size_gib=1)
            bench.settle()
        assert bench.see().disk_gib == before.disk_gib + 1

    def test_a_machine_is_created_once_for_a_token(self, bench: Bench) -> None:
        bench.require(Capability.CREATE, Capability.DELETE)
        if bench.wanted is None or not bench.provider.deduplicates:
            pytest.skip("nothing to create, or tokens are not honoured")
        before = len(bench.provider.list_machines())
        token = bench.token()
        first = bench.provider.create(bench.wanted, token)
        bench.settle()
        assert bench.provider.create(bench.wanted, token) == first
        assert len(bench.provider.list_machines()) == before + 1
        bench.provider.delete(first, bench.token())
        bench.settle()

    @pytest.mark.proves("offers")
    def test_offers_name_what_machines_have(self, bench: Bench) -> None:
        offers = {offer.provider: offer for offer in bench.provider.offers()}
        for vm in bench.provider.list_machines():
            assert vm.region in offers[vm.provider].regions
            hosts = {host.name for host in offers[vm.provider].hosts}
            assert vm.host is None or vm.host in hosts
        for offer in offers.values():
            assert all(s.vcpus > 0 and s.memory_gib > 0 for s in offer.sizes)

    def test_samples_are_of_the_machines_and_the_time_asked_for(self, bench: Bench) -> None:
        bench.require(Capability.METRICS)
        since = bench.now() - timedelta(hours=6)
        samples = bench.provider.samples([bench.machine_id], since)
        assert all(s.machine_id == bench.machine_id and s.time >= since for s in samples)
        assert len({s.time for s in samples}) == len(samples)

    def test_events_are_of_the_time_asked_for_and_an_unknown_machine_has_none(
        self, bench: Bench
    ) -> None:
        since = bench.now() - timedelta(hours=6)
        events = bench.provider.events(bench.machine_id, since)
        if events is None:
            pytest.skip(f"{bench.provider.name} keeps no events")
        assert all(event.at >= since and event.text for event in events)
        with pytest.raises(NotFound):
            bench.provider.events("no/such/machine", since)

    def test_the_check_says_something(self, bench: Bench) -> None:
        assert bench.provider.check()
