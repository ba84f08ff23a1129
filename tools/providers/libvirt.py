"""Real machines under libvirt: the provider over one hypervisor, by its URI.

Each verb reads the machine's state itself, acts, and writes the request's token into the machine's
own metadata. The insides are in the `libvirt_*` modules beside this one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tools.errors import InvalidRequest, NotFound, NovaError
from tools.machine import VM, Host, Offer
from tools.providers import (
    libvirt_events,
    libvirt_kvm,
    libvirt_making,
    libvirt_moving,
    libvirt_notes,
    libvirt_power,
    libvirt_sizing,
    libvirt_snapshots,
)
from tools.providers.base import (
    NETWORKING,
    Capability,
    Changes,
    Event,
    NewMachine,
    Provider,
    Sample,
)
from tools.providers.libvirt_limits import UNSUPPORTED
from tools.providers.libvirt_link import Link, libvirt
from tools.providers.libvirt_making import Workshop
from tools.providers.libvirt_notes import Notes
from tools.providers.libvirt_offers import read_host, read_offer
from tools.providers.libvirt_options import Options
from tools.providers.libvirt_record import Place, read_machines
from tools.providers.libvirt_samples import Sampler
from tools.providers.libvirt_storage import Storage
from tools.providers.libvirt_watch import Told
from tools.providers.standing import Standing
from tools.times import Clock, utc_now

_CAPABILITIES = frozenset(Capability) - NETWORKING - {
    Capability.MIGRATE_HOST, Capability.MIGRATE_REGION, Capability.SCALE_GROUP,
}  # fmt: skip


class Libvirt(Provider):
    """One hypervisor; `peers` are those that its machines can move to, host name to URI."""

    kind = "libvirt"
    unsupported = UNSUPPORTED
    deduplicates = True
    concurrency = 4
    keeps_samples = False

    def __init__(
        self, link: Link, place: Place, options: Options, peers: Mapping[str, str], clock: Clock
    ) -> None:
        self.name = options.name or f"libvirt:{link.uri}"
        self.place = place
        self._link = link
        self._options = options
        self._clock = clock
        self._notes_lock = threading.Lock()
        self._watch = libvirt_events.Watch()
        self._sampler = Sampler(clock, self._watch.saw_agent)
        self._told = Told(link, place)
        self._peers: dict[str, Link] = {}
        self.introduce(peers)

    @classmethod
    def open(
        cls,
        uri: str,
        *,
        images: Path | None = None,
        options: Options | None = None,
        peers: Mapping[str, str] | None = None,
        clock: Clock = utc_now,
    ) -> Libvirt:
        """Connect to a hypervisor.

        Raises:
            Unreachable: it does not answer, or libvirt-python is not installed.
        """
        options = options or Options(images=images)
        link = Link(uri)
        with link.reading(f"Connecting to {uri}") as connection:
            host = options.host or connection.getHostname()
        region = options.region or host
        place = Place(host, region, options.vcpu_hour_usd, options.gib_hour_usd)
        return cls(link, place, options, peers or {}, clock)

    @property
    def uri(self) -> str:
        """Where it is reached."""
        return self._link.uri

    def introduce(self, peers: Mapping[str, str]) -> None:
        """Make other hypervisors known, host name to URI; machines can move to them then."""
        for host, uri in peers.items():
            if host != self.place.host:
                self._peers[host] = Link(uri)
        moving = {Capability.MIGRATE_HOST, Capability.MIGRATE_REGION}
        self.capabilities = _CAPABILITIES | (moving if self._peers else set[Capability]())

    def close(self) -> None:
        """Let go of every connection."""
        self._told.close()
        for link in (self._link, *self._peers.values()):
            link.close()

    def check(self) -> str:
        """What is reached, and whether its machines run under KVM."""
        with self._link.reading("Checking the hypervisor") as connection:
            return libvirt_kvm.described(connection, self.place.host)

    def examine(self) -> Standing:
        """What is reached; a daemon on this machine has this machine's clock."""
        return Standing(self.check(), clock_off_s=None if urlsplit(self.uri).netloc else 0.0)

    def reaches(self, machine_id: str) -> bool:
        """The id names the host."""
        return self.place.uuid_of(machine_id) is not None

    def list_machines(self) -> list[VM]:
        """All machines, by name."""
        with self._link.reading("Listing machines") as connection:
            return read_machines(connection, self.place)

    def changes(self, mark: str) -> Changes:
        """What libvirt tells of since the mark."""
        return self._told.since(mark)

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh; those that moved to a peer too."""
        found: dict[str, VM] = {}
        for place, link in self._places():
            wanted = {uuid for i in ids if (uuid := place.uuid_of(i))}
            if not wanted:
                continue
            with link.reading(f"Reading machines on {place.host}") as connection:
                domains = [d for d in connection.listAllDomains(0) if d.UUIDString() in wanted]
                found.update((vm.id, vm) for vm in read_machines(connection, place, domains))
        return found

    def _places(self) -> Iterable[tuple[Place, Link]]:
        """Here, and where machines may have moved to from here."""
        yield self.place, self._link
        for host, link in self._peers.items():
            region = self._options.region or host
            yield dataclasses.replace(self.place, host=host, region=region), link

    def offers(self) -> list[Offer]:
        """Sizes, images, networks and the hosts that are known here."""
        with self._link.reading("Reading what the hypervisor offers") as connection:
            storage = self._storage(connection)
            return [read_offer(connection, self.place, storage, self._peer_hosts())]

    def _peer_hosts(self) -> Iterable[Host]:
        for place, link in list(self._places())[1:]:
            try:
                with link.reading(f"Asking {place.host}") as connection:
                    yield read_host(connection, place)
            except NovaError:
                yield Host(place.host, "libvirt", place.region)

    def _storage(self, connection: libvirt.virConnect) -> Storage:
        return Storage(connection, self._options.pool, self._options.images)

    def _workshop(self, connection: libvirt.virConnect) -> Workshop:
        storage = self._storage(connection)
        return Workshop(connection, storage, self._options.network, self._clock())

    def _domain(self, connection: libvirt.virConnect, machine_id: str) -> libvirt.virDomain:
        uuid = self.place.uuid_of(machine_id)
        domains = connection.listAllDomains(0) if uuid else []
        found = next((d for d in domains if d.UUIDString() == uuid), None)
        if found is None:
            raise NotFound(f"No machine has the id {machine_id!r} on {self.name}.")
        return found

    def _once(
        self,
        what: str,
        machine_id: str,
        token: str,
        act: Callable[[libvirt.virConnect, libvirt.virDomain, Notes], None],
    ) -> None:
        """Act on a machine unless this token's act is done, and write the token down."""
        with self._link.acting(f"{what} {machine_id}") as connection:
            domain = self._domain(connection, machine_id)
            notes = libvirt_notes.read(domain)
            if token and token in notes.done:
                return
            act(connection, domain, notes)
            self._write_down(domain, token)

    def _write_down(self, domain: libvirt.virDomain, token: str) -> None:
        if token:
            with self._notes_lock:
                libvirt_notes.write(domain, libvirt_notes.read(domain).with_done(token))

    def start(self, machine_id: str, token: str) -> None:
        """Power it on; a suspended machine goes on where it was."""
        self._once("Starting", machine_id, token, lambda _c, d, _n: libvirt_power.start(d))

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Ask its agent or press its power button and wait; or cut the power."""
        way = self._way(machine_id, force)
        self._once("Stopping", machine_id, token, lambda _c, d, _n: libvirt_power.stop(d, way))

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Shut it down and start it, cold: changes for the next start take effect."""
        way = self._way(machine_id, force)
        self._once(
            "Restarting", machine_id, token, lambda _c, d, _n: libvirt_power.restart(d, token, way)
        )

    def _way(self, machine_id: str, force: bool) -> libvirt_power.Way:
        def ask_agent() -> None:
            what = f"Asking the agent of {machine_id}"
            with contextlib.suppress(NovaError), self._link.acting(what) as connection:
                domain = self._domain(connection, machine_id)
                domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT)

        return libvirt_power.Way(force, self._options.stop_limit_s, ask_agent)

    def suspend(self, machine_id: str, token: str) -> None:
        """Save its memory to disk and end it."""
        self._once("Suspending", machine_id, token, lambda _c, d, _n: libvirt_power.suspend(d))

    def resume(self, machine_id: str, token: str) -> None:
        """Let a suspended or paused machine run on."""
        self._once("Resuming", machine_id, token, lambda _c, d, _n: libvirt_power.resume(d))

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start a machine from an image; its disk grows to `disk_gib`."""
        if machine.region != self.place.region:
            raise InvalidRequest(f"{self.name} has only the region {self.place.region!r}.")
        with self._link.acting(f"Creating {machine.name}") as connection:
            uuid = libvirt_making.create(self._workshop(connection), machine, token)
            machine_id = self.place.machine_id(uuid)
            self._write_down(self._domain(connection, machine_id), token)
        return machine_id

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it with all its disks under a new name; the copy is stopped."""
        with self._link.acting(f"Cloning {machine_id}") as connection:
            domain = self._domain(connection, machine_id)
            uuid = libvirt_making.clone(self._workshop(connection), domain, name, token)
        return self.place.machine_id(uuid)

    def delete(self, machine_id: str, token: str) -> None:
        """Remove it with its snapshots and the volumes that are its alone."""
        with self._link.acting(f"Deleting {machine_id}") as connection:
            libvirt_making.delete(self._workshop(connection), self._domain(connection, machine_id))

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it these vCPUs and this memory; what QEMU cannot do live is a `Conflict`."""
        self._once(
            "Resizing", machine_id, token,
            lambda _c, d, _n: libvirt_sizing.resize(d, vcpus, memory_gib),
        )  # fmt: skip

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add an empty disk, live where it runs."""
        self._once(
            "Attaching a disk to",
            machine_id,
            token,
            lambda c, d, _n: libvirt_sizing.attach_disk(d, self._storage(c), token, size_gib),
        )

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its first disk, live where it runs."""
        self._once(
            "Growing the disk of",
            machine_id,
            token,
            lambda c, d, _n: libvirt_sizing.resize_disk(d, self._storage(c), size_gib),
        )

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save its disks, and its memory where it runs."""
        self._once(
            "Saving a snapshot of", machine_id, token,
            lambda _c, d, _n: libvirt_snapshots.take(d, name, token),
        )  # fmt: skip

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put it back as it was; its tags and protection stay as they are."""
        self._once(
            "Restoring",
            machine_id,
            token,
            lambda _c, d, n: libvirt_snapshots.restore(d, snapshot, token, n),
        )

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot."""
        self._once(
            "Deleting a snapshot of",
            machine_id,
            token,
            lambda _c, d, _n: libvirt_snapshots.delete(d, snapshot),
        )

    def migrate(
        self, machine_id: str, token: str, *, host: str | None = None, region: str | None = None
    ) -> str:
        """Move it to a known host, running on if it runs; give its id there.

        A region here is one host or several: the first known one in it is meant.
        """
        self.require(Capability.MIGRATE_HOST if host else Capability.MIGRATE_REGION)
        if host is None:
            hosts = {place.region: place.host for place, _ in reversed(list(self._places()))}
            if region not in hosts:
                raise NotFound(f"{self.name} knows no region {region!r}.", choices=tuple(hosts))
            host = hosts[region]
        if host == self.place.host:
            return self.get_machine(machine_id).id
        if host not in self._peers:
            raise NotFound(f"{self.name} knows no host {host!r}.", choices=tuple(self._peers))
        peer, uuid = self._peers[host], self.place.uuid_of(machine_id)
        with (
            peer.reading(f"Reaching {host}") as target,
            self._link.acting(f"Moving {machine_id} to {host}") as connection,
        ):
            if not libvirt_moving.has_moved(uuid, connection, target):
                domain = self._domain(connection, machine_id)
                libvirt_moving.migrate(domain, self._storage(connection), target, peer.uri)
        return dataclasses.replace(self.place, host=host).machine_id(uuid or "")

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change these tags."""
        libvirt_notes.check_text("tag", [*tags.keys(), *tags.values()])
        self._edit(machine_id, token, lambda n: dataclasses.replace(n, tags={**n.tags, **tags}))

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove these tags where it has them."""
        gone = set(keys)

        def without(notes: Notes) -> Notes:
            kept = {key: value for key, value in notes.tags.items() if key not in gone}
            return dataclasses.replace(notes, tags=kept)

        self._edit(machine_id, token, without)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Turn deletion protection on or off."""
        self._edit(machine_id, token, lambda n: dataclasses.replace(n, protected=protected))

    def _edit(self, machine_id: str, token: str, change: Callable[[Notes], Notes]) -> None:
        def edit(_c: libvirt.virConnect, domain: libvirt.virDomain, _n: Notes) -> None:
            with self._notes_lock:
                libvirt_notes.write(domain, change(libvirt_notes.read(domain)))

        self._once("Writing the notes of", machine_id, token, edit)

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """What the running ones among these use now; libvirt keeps no history."""
        uuids = {uuid for i in ids if (uuid := self.place.uuid_of(i))}
        with self._link.reading("Reading metrics") as connection:
            return self._sampler.samples(connection, self.place, uuids)

    def console_log(self, machine_id: str) -> str | None:
        """The end of its serial console, where it is logged to a file that a pool holds."""
        with self._link.reading(f"Reading the console of {machine_id}") as connection:
            storage = self._storage(connection)
            return libvirt_events.console(self._domain(connection, machine_id), storage)

    def events(self, machine_id: str, since: datetime) -> list[Event] | None:
        """What the hypervisor sees now: disks that stopped, cut links, an agent that left."""
        with self._link.reading(f"Looking at {machine_id}") as connection:
            return self._watch.events(self._domain(connection, machine_id), self._clock())
