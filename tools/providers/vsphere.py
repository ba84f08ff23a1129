"""Machines under VMware vSphere: the provider over one vCenter.

A datacenter is a region, a cluster a zone, a template an image. Each verb reads the machine in one
request, acts, and writes the request's token into a custom attribute. The insides are in the
`vsphere_*` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from tools.credentials.secret import Secret
from tools.errors import NotAllowed, NotFound, NovaError, OutcomeUnknown
from tools.machine import VM, Offer
from tools.providers import (
    vsphere_making,
    vsphere_moving,
    vsphere_power,
    vsphere_rights,
    vsphere_sizing,
    vsphere_snapshots,
)
from tools.providers.base import (
    NETWORKING,
    Capability,
    Changes,
    NewMachine,
    Provider,
    Sample,
)
from tools.providers.kinds import ConnectionSettings, ProviderKind
from tools.providers.standing import Standing
from tools.providers.vsphere_discovery import find_keys
from tools.providers.vsphere_fleet import Fleet
from tools.providers.vsphere_limits import UNSUPPORTED
from tools.providers.vsphere_link import Link, Login
from tools.providers.vsphere_making import Workshop
from tools.providers.vsphere_notes import ACTS, IMAGE, PROTECTED, Acts, people_s, short
from tools.providers.vsphere_power import Way
from tools.providers.vsphere_record import Prices, Seen
from tools.providers.vsphere_samples import Counters
from tools.providers.vsphere_stub import Address, vim
from tools.providers.vsphere_watch import Watch
from tools.times import Clock

_CAPABILITIES = frozenset(Capability) - NETWORKING - {Capability.SCALE_GROUP}
_EVENTS = 40


class VsphereSettings(ConnectionSettings):
    """The keys of one vCenter."""

    kind: str = "vsphere"
    url: str = Field(description="vcenter.example.com, or https://vcenter.example.com/sdk")
    user: str = Field("", description="who signs in, such as novacron@vsphere.local")
    password: Secret = Field(Secret(""), description="the user's password")
    insecure: bool = Field(False, description="trust any certificate")
    ca_file: str | None = Field(None, description="certificates to trust, in PEM")
    location: str = Field("", description="what stands in machine ids; empty: the host of url")
    cluster: str = Field("", description="where new machines go; empty: the first cluster")
    datastore: str = Field("", description="where new disks go; empty: the one with most room")
    page_size: int = Field(500, ge=1, le=2000, description="machines a request when listing")
    stop_limit_s: float = Field(120, gt=0, description="how long a guest may take to shut down")
    task_limit_s: float = Field(3600, gt=0, description="how long a task may take")
    vcpu_hour_usd: float = Field(0.0, ge=0, description="price of a running vCPU, if any")
    gib_hour_usd: float = Field(0.0, ge=0, description="price of a running GiB, if any")


class Vsphere(Provider):
    """One vCenter."""

    kind = "vsphere"
    unsupported = UNSUPPORTED
    concurrency = 8

    def __init__(self, link: Link, settings: VsphereSettings, clock: Clock) -> None:
        location = settings.location or link.address.host
        self.name = settings.name or f"vsphere:{location}"
        self._link = link
        self._settings = settings
        self._clock = clock
        with link.reading("Looking at vCenter's tags and attributes"):
            prices = Prices(settings.vcpu_hour_usd, settings.gib_hour_usd)
            self._fleet = Fleet(link, location, settings.page_size, prices)
        self._watch = Watch(link, self._fleet)
        self._counters = Counters(link)
        self._attributes = self._fleet.attributes
        self.deduplicates = self._attributes.ours
        withheld = set[Capability]() if self._attributes.ours else {Capability.PROTECT}
        self.capabilities = _CAPABILITIES - withheld
        self._way = Way(
            lambda task: link.wait(task, settings.task_limit_s),
            self._fleet.look,
            settings.stop_limit_s,
        )

    def close(self) -> None:
        """Sign out."""
        self._link.close()

    def check(self) -> str:
        """Which vCenter it is and who is signed in."""
        with self._link.reading("Checking vCenter"):
            vim.ServiceInstance("ServiceInstance", self._link.stub).CurrentTime()
        about = self._link.content.about
        return f"{about.fullName} at {self._link.address.host} as {self._link.user}"

    def examine(self) -> Standing:
        """What the user may not, and how far vCenter's clock is off."""
        with self._link.reading("Reading the user's privileges"):
            page = self._settings.page_size
            return vsphere_rights.examine(self._link, page, self.capabilities)

    def reaches(self, machine_id: str) -> bool:
        """The id names the vCenter."""
        return self._fleet.reaches(machine_id)

    def list_machines(self) -> list[VM]:
        """All machines, by name: templates are images, not machines."""
        with self._link.reading("Listing machines"):
            machines, _ = self._fleet.survey()
            return self._fleet.records(machines)

    def changes(self, mark: str) -> Changes:
        """What vCenter tells of since the mark."""
        with self._link.reading("Looking for changes"):
            return self._watch.since(mark)

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh in one request."""
        refs = [self._fleet.reference(i) for i in ids if self.reaches(i)]
        with self._link.reading("Reading machines"):
            return {vm.id: vm for vm in self._fleet.records(self._fleet.read(refs))}

    def offers(self) -> list[Offer]:
        """Datacenters, templates, hosts and networks."""
        with self._link.reading("Reading what vCenter offers"):
            return [self._fleet.offer()]

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Hourly averages of vCenter's counters; how full the disks are is known only for now."""
        refs = [self._fleet.reference(i) for i in ids if self.reaches(i)]
        with self._link.reading("Reading performance counters"):
            seen = self._fleet.read(refs)
            return self._counters.samples(seen, self._fleet.machine_id, since, self._clock())

    def console_log(self, machine_id: str) -> str | None:
        """vCenter keeps no console; its last events of the machine, one a line."""
        with self._link.reading(f"Reading the events of {machine_id}"):
            seen = self._find(machine_id)
            query = vim.event.EventFilterSpec
            entity = query.ByEntity(entity=seen.ref, recursion="self")
            events = self._link.content.eventManager.QueryEvents(query(entity=entity))
        events = sorted(events, key=lambda event: (event.createdTime, event.key))[-_EVENTS:]
        lines = [f"{e.createdTime:%Y-%m-%d %H:%M:%S} {e.fullFormattedMessage}" for e in events]
        return "\n".join(lines) or None

    def _find(self, machine_id: str) -> Seen:
        if not self.reaches(machine_id):
            raise NotFound(f"No machine has the id {machine_id!r} on {self.name}.")
        return self._fleet.look(self._fleet.reference(machine_id))

    def _once(
        self,
        what: str,
        machine_id: str,
        token: str,
        act: Callable[[Seen], None],
        *,
        never_again: bool = False,
    ) -> None:
        """Act on a machine unless this token's act is done, and write the token down.

        What must never be done twice is written down before it begins.
        """
        what = f"{what} {machine_id}"
        with self._link.reading(what):
            seen = self._find(machine_id)
        acts = Acts.read(self._fleet.attributes_of(seen).get(ACTS, ""))
        if token and short(token) in acts.done:
            return
        once = never_again and bool(token) and self._attributes.ours
        if once and acts.begun == short(token):
            raise OutcomeUnknown(f"{what}: it had begun, and nothing shows whether it was done.")
        try:
            with self._link.acting(what):
                if once:
                    self._attributes.write(seen.ref, ACTS, str(acts.with_begun(token)))
                act(seen)
        except NovaError as error:
            if once and not isinstance(error, OutcomeUnknown):
                self._write_down(what, seen, acts, "")
            raise
        self._write_down(what, seen, acts, token)

    def _write_down(self, what: str, seen: Seen, acts: Acts, token: str) -> None:
        if self._attributes.ours:
            with self._link.acting(what):
                self._attributes.write(seen.ref, ACTS, str(acts.with_done(token)))

    def start(self, machine_id: str, token: str) -> None:
        """Power it on; a suspended machine goes on where it was."""
        self._once("Starting", machine_id, token, lambda s: vsphere_power.start(s, self._way))

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Ask its tools to shut it down and wait; or cut the power."""
        way = self._way
        self._once("Stopping", machine_id, token, lambda s: vsphere_power.stop(s, way, force=force))

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Ask its tools to reboot it, or reset it."""
        self._once(
            "Restarting",
            machine_id,
            token,
            lambda s: vsphere_power.restart(s, self._way, force=force),
            never_again=True,
        )

    def suspend(self, machine_id: str, token: str) -> None:
        """Write its memory to the datastore and end it."""
        self._once("Suspending", machine_id, token, lambda s: vsphere_power.suspend(s, self._way))

    def resume(self, machine_id: str, token: str) -> None:
        """Let a suspended machine run on."""
        self._once("Resuming", machine_id, token, lambda s: vsphere_power.resume(s, self._way))

    def _workshop(self) -> Workshop:
        settings = self._settings
        return Workshop(
            self._link, self._way, self._fleet.places, settings.cluster, settings.datastore
        )

    def create(self, machine: NewMachine, token: str) -> str:
        """Copy a template, fit it and start it."""
        with self._link.reading(f"Creating {machine.name}"):
            _, templates = self._fleet.survey()
        with self._link.acting(f"Creating {machine.name}"):
            made = vsphere_making.create(self._workshop(), machine, templates, token)
            self._give_tags(made, machine.tags)
            if self._attributes.ours:
                self._attributes.write(made, IMAGE, machine.image)
        return self._fleet.machine_id(made)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it with its disks and tags under a new name; the copy is stopped."""
        with self._link.reading(f"Cloning {machine_id}"):
            seen = self._find(machine_id)
            tags = self._fleet.records([seen])[0].tags
        with self._link.acting(f"Cloning {machine_id}"):
            made = vsphere_making.clone(seen, self._workshop(), name, token)
            self._give_tags(made, tags)
        return self._fleet.machine_id(made)

    def delete(self, machine_id: str, token: str) -> None:
        """Remove it with its disks and snapshots, unless NovaCron protects it."""
        with self._link.reading(f"Deleting {machine_id}"):
            seen = self._find(machine_id)
        if self._fleet.attributes_of(seen).get(PROTECTED) == "yes":
            raise NotAllowed(f"{seen.name} is protected.", hint="Unprotect it first.")
        with self._link.acting(f"Deleting {machine_id}"):
            vsphere_making.delete(seen, self._way)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it these vCPUs and this memory; what hot-add does not allow is a `Conflict`."""
        self._once(
            "Resizing",
            machine_id,
            token,
            lambda s: vsphere_sizing.resize(s, self._way, vcpus, memory_gib),
        )

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add an empty thin disk, live where it runs."""
        self._once(
            "Attaching a disk to",
            machine_id,
            token,
            lambda s: vsphere_sizing.attach_disk(s, self._way, token, size_gib),
        )

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its first disk, live where it runs; not while it has snapshots."""
        self._once(
            "Growing the disk of",
            machine_id,
            token,
            lambda s: vsphere_sizing.resize_disk(s, self._way, size_gib),
        )

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save its disks, and its memory where it runs."""
        self._once(
            "Saving a snapshot of",
            machine_id,
            token,
            lambda s: vsphere_snapshots.take(s, self._way, name, token),
        )

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put it back as it was; its tags and protection stay as they are."""
        self._once(
            "Restoring",
            machine_id,
            token,
            lambda s: vsphere_snapshots.restore(s, self._way, snapshot),
            never_again=True,
        )

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot."""
        self._once(
            "Deleting a snapshot of",
            machine_id,
            token,
            lambda s: vsphere_snapshots.delete(s, self._way, snapshot),
        )

    def migrate(
        self, machine_id: str, token: str, *, host: str | None = None, region: str | None = None
    ) -> str:
        """Move it to a host or a datacenter, running on if it runs; its id stays."""

        def move(seen: Seen) -> None:
            places = self._fleet.look_at_places()
            if host is not None:
                vsphere_moving.to_host(seen, self._way, places, host)
            else:
                vsphere_moving.to_region(seen, self._way, places, str(region))

        self._once("Moving", machine_id, token, move)
        return machine_id

    def _give_tags(self, machine: Any, tags: Mapping[str, str]) -> None:
        if self._fleet.tags.served:
            if tags:
                self._fleet.tags.attach(machine._moId, tags)
            return
        for key, value in tags.items():
            self._attributes.write(machine, key, value)

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Give it these tags: a category each, made where it is not there."""
        self._once("Tagging", machine_id, token, lambda s: self._give_tags(s.ref, tags))

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Take these tags away, and custom attributes of these names."""
        wanted = list(keys)

        def act(seen: Seen) -> None:
            if self._fleet.tags.served:
                self._fleet.tags.detach(seen.ref._moId, wanted)
            for key in people_s(self._fleet.attributes_of(seen)).keys() & set(wanted):
                self._attributes.write(seen.ref, key, "")

        self._once("Removing tags from", machine_id, token, act)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Keep NovaCron from deleting it, or no longer: vSphere has no protection of its own."""
        self.require(Capability.PROTECT)
        value = "yes" if protected else ""
        self._once(
            "Protecting" if protected else "Unprotecting",
            machine_id,
            token,
            lambda s: self._attributes.write(s.ref, PROTECTED, value),
        )


def _discover(environment: Mapping[str, str]) -> list[VsphereSettings]:
    return [VsphereSettings.model_validate(keys) for keys in find_keys(environment)]


def _open(settings: VsphereSettings, clock: Clock) -> Provider:
    """Sign in to one vCenter.

    Raises:
        Unsupported: pyvmomi is not installed.
        Unreachable: it does not answer.
        NotAllowed: it refuses the user or the password.
    """
    address, within = Address.parse(
        settings.url, insecure=settings.insecure, ca_file=settings.ca_file
    )
    secret = settings.password if len(settings.password) else Secret(f"plain:{within[1]}")
    link = Link(address, Login(settings.user or within[0], secret))
    try:
        return Vsphere(link, settings, clock)
    except NovaError:
        link.close()
        raise


PROVIDER = ProviderKind("vsphere", "vsphere", VsphereSettings, _discover, _open)
