"""A simulated fleet that can do everything: the embedded default, and the double that ships.

It keeps its state in SQLite, so that several processes see one fleet; transitions take time by
the clock; faults can be injected; every request that was carried out is written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tools.errors import NotAllowed, NotFound
from tools.machine import VM, LooseDisk, Offer
from tools.providers import sandbox_changes as changes
from tools.providers import sandbox_disks as disks
from tools.providers import sandbox_ills as ills
from tools.providers.base import Capability, Event, NewMachine, Sample
from tools.providers.sandbox_changes import Transition
from tools.providers.sandbox_console import console_of
from tools.providers.sandbox_faults import Fault, FaultKind
from tools.providers.sandbox_fleet import offer_list, read_fleet
from tools.providers.sandbox_ills import Ill
from tools.providers.sandbox_networking import SandboxNetworking
from tools.providers.sandbox_requests import Requests
from tools.providers.sandbox_samples import SampleKeeper, samples_in
from tools.providers.sandbox_store import Act, Store
from tools.sizes import Shape
from tools.times import Clock, utc_now

__all__ = ["Act", "Fault", "FaultKind", "Ill", "Sandbox"]


class Sandbox(SandboxNetworking):
    """One simulated fleet, with machines of many providers.

    A migrated machine keeps its id, a clone is made stopped, and a group has as many machines as
    are its members.

    Attributes:
        samples_path: the CSV or Parquet file of its samples; None: it has none.
    """

    kind = "sandbox"
    capabilities: frozenset[Capability] = frozenset(Capability)
    deduplicates = True

    def __init__(
        self, store: Store, clock: Clock, delays: bool, name: str, keeper: SampleKeeper | None
    ) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._delays = delays
        self._keeper = keeper
        self._catalog = offer_list().validate_python(store.fact("offers") or [])
        self._requests = Requests(store, clock, delays, self._catalog)
        given = store.fact("samples")
        self.samples_path: Path | None = Path(given) if given else None

    @classmethod
    def open(
        cls,
        path: Path | None,
        *,
        clock: Clock = utc_now,
        delays: bool = True,
        name: str = "sandbox",
    ) -> Sandbox:
        """The fleet in this file; an empty one where there is no file, or in memory for None.

        Raises:
            Unreachable: the file cannot be used.
        """
        store = Store.open(path)
        store.purge(clock().timestamp())
        seed = store.fact("seed")
        keeper = SampleKeeper(store, seed) if seed is not None else None
        sandbox = cls(store, clock, delays, name, keeper)
        if keeper is not None:
            sandbox.samples_path = keeper.ensure(clock())
        return sandbox

    @classmethod
    def from_fleet(
        cls,
        folder: Path,
        path: Path | None = None,
        *,
        clock: Clock = utc_now,
        delays: bool = True,
        name: str = "sandbox",
    ) -> Sandbox:
        """The fleet of a folder with fleet.json and, if it has metrics, metrics.csv.

        What `path` holds is kept until fleet.json itself changes.

        Raises:
            NotFound: there is no fleet.json.
            InvalidRequest: it is not valid.
        """
        fleet = read_fleet(folder)
        digest = hashlib.sha256((folder / "fleet.json").read_bytes()).hexdigest()
        store = Store.open(path)
        with store.transaction():
            if store.fact("origin") != digest:
                store.clear()
                store.add(fleet.vms)
                store.set_fact("offers", offer_list().dump_python(fleet.offers, mode="json"))
                disks.keep(store, fleet.disks)
                store.set_fact("origin", digest)
            samples = fleet.samples_path
            store.set_fact("samples", str(samples.resolve()) if samples else None)
        if path is None:
            return cls(store, clock, delays, name, None)
        store.close()
        return cls.open(path, clock=clock, delays=delays, name=name)

    @classmethod
    def generated(
        cls,
        path: Path | None,
        machines: int,
        *,
        seed: int = 1,
        clock: Clock = utc_now,
        delays: bool = True,
        name: str = "sandbox",
    ) -> Sandbox:
        """A made-up fleet of so many machines with a week of samples, kept in `path`."""
        from tools.providers.sandbox_generator import generate

        store = Store.open(path)
        with store.transaction():
            if store.fact("origin") != f"{machines}:{seed}":
                fleet = generate(machines, seed, clock())
                store.clear()
                store.add(fleet.vms, fleet.profiles)
                store.set_fact("offers", offer_list().dump_python(fleet.offers, mode="json"))
                store.set_fact("epoch", clock().timestamp())
                store.set_fact("seed", seed)
                store.set_fact("origin", f"{machines}:{seed}")
            disks.furnish(store, machines, seed, clock())
        keeper = SampleKeeper(store, seed)
        sandbox = cls(store, clock, delays, name, keeper)
        sandbox.samples_path = keeper.ensure(clock())
        return sandbox

    def copy(self) -> Sandbox:
        """The same fleet in memory, apart from this one; its samples are the same file."""
        copy = Sandbox(self._store.copy(), self._clock, self._delays, self.name, None)
        copy.samples_path = self.samples_path
        return copy

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def check(self) -> str:
        """How many machines there are, and where they are kept."""
        kept = str(self._store.path) if self._store.path else "memory"
        return f"{len(self.list_machines())} simulated machines, kept in {kept}"

    def inject(self, fault: Fault) -> None:
        """Let requests go wrong from now on, in every process that has this fleet open."""
        with self._store.transaction():
            self._store.add_fault(fault)

    def faults(self) -> list[Fault]:
        """The faults that are still to come."""
        return self._store.faults()

    def clear_faults(self) -> None:
        """Let nothing more go wrong; what is stuck stays so until it is forced."""
        self._store.clear_faults()

    def fall_ill(self, *found: Ill) -> None:
        """Let machines be ill from now on; one that was ill already has the new ill only.

        Samples are shaped where the fleet is a generated one; a folder's stay as they are.
        """
        ills.begin(self._store, found, self._now())
        self._write_samples()

    def ills(self) -> list[Ill]:
        """The machines that are ill, in the order in which they fell ill."""
        return ills.all_ills(self._store)

    def recover(self) -> None:
        """Let every machine be well again, as it was before."""
        ills.end(self._store, self._now())
        self._write_samples()

    def _write_samples(self) -> None:
        if self._keeper is not None:
            self._keeper.renew(self._clock())

    def acts(self) -> list[Act]:
        """Every request that was carried out, in order: the witness of exactly-once."""
        return self._store.acts()

    def list_machines(self) -> list[VM]:
        """All machines, in the order in which they were made."""
        self._requests.meet_reading_fault()
        if self._keeper is not None:
            self._keeper.follow(self._clock())
        return self._store.list(self._now())

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, in one query."""
        self._requests.meet_reading_fault()
        return self._store.get(ids, self._now())

    def offers(self) -> list[Offer]:
        """What each provider of the fleet offers, with its groups as they are now."""
        self._requests.meet_reading_fault()
        counts = self._store.group_counts()
        return [
            replace(o, groups=tuple(replace(g, count=counts.get(g.name, 0)) for g in o.groups))
            for o in self._catalog
        ]

    def start(self, machine_id: str, token: str) -> None:
        """Power a machine on."""
        self.require(Capability.START)
        self._requests.change(machine_id, "start", token, changes.started)

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Shut a machine down; force also ends a transition that is stuck."""
        self.require(Capability.FORCE_STOP if force else Capability.STOP)
        self._requests.change(
            machine_id, "stop", token, lambda vm: changes.stopped(vm, force), force
        )

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Reboot a machine; force also ends a transition that is stuck."""
        self.require(Capability.RESTART)
        self._requests.change(
            machine_id, "restart", token, lambda vm: changes.restarted(vm, force), force
        )

    def suspend(self, machine_id: str, token: str) -> None:
        """Put a machine to sleep."""
        self.require(Capability.SUSPEND)
        self._requests.change(machine_id, "suspend", token, changes.suspended)

    def resume(self, machine_id: str, token: str) -> None:
        """Wake a machine up."""
        self.require(Capability.RESUME)
        self._requests.change(machine_id, "resume", token, changes.resumed)

    def delete(self, machine_id: str, token: str) -> None:
        """Remove a machine that is not protected."""
        self.require(Capability.DELETE)
        self._requests.change(machine_id, "delete", token, changes.deleted)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give a machine another size, at the catalogue's price."""
        self.require(Capability.RESIZE)
        shape = Shape(vcpus, memory_gib, size)
        self._requests.change(
            machine_id,
            "resize",
            token,
            lambda vm: changes.resized(vm, self._requests.offer(vm.provider), shape),
        )

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add a disk; `disk_gib` is that of all disks."""
        self.require(Capability.ATTACH_DISK)
        self._requests.change(
            machine_id, "attach_disk", token, lambda vm: changes.disk_attached(vm, size_gib)
        )

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow a machine's disk."""
        self.require(Capability.RESIZE_DISK)
        self._requests.change(
            machine_id, "resize_disk", token, lambda vm: changes.disk_grown(vm, size_gib)
        )

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save a machine's disk."""
        self.require(Capability.SNAPSHOT)

        def taken(vm: VM) -> Transition:
            transition = changes.snapshotted(vm, name, self._clock())
            self._store.save_disk(vm.id, name, vm.disk_gib)
            return transition

        self._requests.change(machine_id, "snapshot", token, taken)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put a machine's disk back."""
        self.require(Capability.RESTORE)
        self._requests.change(
            machine_id,
            "restore",
            token,
            lambda vm: changes.restored(vm, snapshot, self._store.saved_disk(vm.id, snapshot)),
        )

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot."""
        self.require(Capability.SNAPSHOT)
        self._requests.change(
            machine_id,
            "delete_snapshot",
            token,
            lambda vm: changes.without_snapshot(vm, snapshot),
        )

    def migrate(
        self, machine_id: str, token: str, *, host: str | None = None, region: str | None = None
    ) -> str:
        """Move a machine; it keeps its id."""
        self.require(Capability.MIGRATE_HOST if host else Capability.MIGRATE_REGION)
        return self._requests.change(
            machine_id,
            "migrate",
            token,
            lambda vm: changes.migrated(vm, self._requests.offer(vm.provider), host, region),
        )

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change tags."""
        self.require(Capability.TAG)
        self._requests.label(machine_id, "set_tags", token, lambda vm: changes.tagged(vm, tags))

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove tags."""
        self.require(Capability.TAG)
        gone = tuple(keys)
        self._requests.label(
            machine_id, "remove_tags", token, lambda vm: changes.untagged(vm, gone)
        )

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Turn deletion protection on or off."""
        self.require(Capability.PROTECT)
        self._requests.label(
            machine_id, "set_protected", token, lambda vm: replace(vm, protected=protected)
        )

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start a machine where its region is offered."""
        self.require(Capability.CREATE)
        return self._requests.create(machine, token)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy a machine; the copy is stopped, so that two of a kind never run by surprise."""
        self.require(Capability.CLONE)
        return self._requests.clone(machine_id, name, token)

    def scale_group(self, group: str, token: str, *, count: int) -> None:
        """Bring a group to this many machines: the newest go first, protected ones stay."""
        self.require(Capability.SCALE_GROUP)
        found = next((g for o in self._catalog for g in o.groups if g.name == group), None)
        if found is None:
            raise NotFound(f"The sandbox has no group {group!r}.")
        if not found.min <= count <= found.max:
            raise NotAllowed(f"{group} may have {found.min} to {found.max} machines, not {count}.")
        self._requests.scale(found, count, token)

    def loose_disks(self) -> list[LooseDisk]:
        """What machines that are gone left behind."""
        self._requests.meet_reading_fault()
        return disks.kept(self._store)

    def delete_disk(self, disk_id: str, token: str) -> None:
        """Remove a disk; one that is gone stays gone."""
        self._requests.delete_disk(disk_id, token)

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Hourly samples from the sample file."""
        self.require(Capability.METRICS)
        return samples_in(self.samples_path, ids, since) if self.samples_path else []

    def console_log(self, machine_id: str) -> str | None:
        """A made-up console that fits the machine's state, or what ails it."""
        vm = self.get_machine(machine_id)
        ill = ills.ill_of(self._store, machine_id)
        return ill.console if ill and ill.console is not None else console_of(vm, self._clock())

    def events(self, machine_id: str, since: datetime) -> list[Event] | None:
        """What was planted with an ill; a machine that is well has no events."""
        self.get_machine(machine_id)
        ill = ills.ill_of(self._store, machine_id)
        return [event for event in ill.events if event.at >= since] if ill else []

    def _now(self) -> float:
        return self._clock().timestamp()
