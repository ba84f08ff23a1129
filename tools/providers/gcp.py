"""Compute Engine: the instances of one sign-in's projects, over google-cloud-compute.

Each verb looks at the instance, asks, and waits for Google's operation; every request carries an
id made of the act's token, so that none is carried out twice. The insides are in the `gcp_*`
modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import Field

from tools.credentials.secret import Secret
from tools.errors import InvalidRequest
from tools.machine import VM, LooseDisk, Offer
from tools.ports import Opening, PortRule
from tools.providers import gcp_disks, gcp_labels, gcp_making, gcp_networking, gcp_rights
from tools.providers.base import Capability, NewMachine, Provider, Sample
from tools.providers.gcp_discovery import find_project
from tools.providers.gcp_disks import Disks
from tools.providers.gcp_limits import UNSUPPORTED
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import PAGE, Machines
from tools.providers.gcp_making import Site
from tools.providers.gcp_offers import Offers
from tools.providers.gcp_power import Power, machine_type_for
from tools.providers.gcp_record import OURS, parse_id
from tools.providers.gcp_samples import Sampler
from tools.providers.kinds import ConnectionSettings, ProviderKind
from tools.providers.standing import Standing
from tools.times import Clock, utc_now

_LOG_TAIL = 64 * 1024
_CAPABILITIES = frozenset(Capability) - {
    Capability.MIGRATE_HOST,
    Capability.MIGRATE_REGION,
    Capability.RESIZE_RUNNING,
}


class GcpSettings(ConnectionSettings):
    """One sign-in to Google Cloud and the projects that it is used for."""

    projects: tuple[str, ...] = Field(
        (), description="the projects; empty: the one that the credentials belong to"
    )
    zone: str = Field("", description="where new machines go in its region; empty: the first zone")
    network: str = Field("global/networks/default", description="what new machines are put into")
    public: bool = Field(False, description="whether new machines get a public address")
    service_account: Secret | None = Field(
        None, description="a service account's key in JSON, not the usual chain"
    )
    endpoint: str = Field("", description="where the API is, if not at Google")
    monitoring_endpoint: str = Field("", description="where Monitoring is, if not at Google")
    resource_manager_endpoint: str = Field(
        "", description="where Resource Manager is, if not at Google"
    )
    anonymous: bool = Field(False, description="send no sign-in; for a test server")
    limit_s: float = Field(300, gt=0, description="how long an operation is followed, in seconds")


class Gcp(Provider):
    """The instances of some projects."""

    kind = "gcp"
    capabilities = _CAPABILITIES
    unsupported = UNSUPPORTED
    deduplicates = True
    concurrency = 16

    def __init__(self, settings: GcpSettings, link: Link, clock: Clock, page: int = PAGE) -> None:
        projects = settings.projects or ((link.project,) if link.project else ())
        if not projects:
            raise InvalidRequest(
                "The Google credentials name no project.",
                hint="Set projects on the connection, or GOOGLE_CLOUD_PROJECT.",
            )
        self.name = settings.name or "gcp"
        self._settings = settings
        self._link = link
        self._machines = Machines(link, projects, page)
        self._offers = Offers(self._machines, settings.zone)
        self._sampler = Sampler(link, settings.monitoring_endpoint, clock)

    @classmethod
    def open(cls, settings: GcpSettings, clock: Clock = utc_now, page: int = PAGE) -> Gcp:
        """Sign in; nothing is asked yet.

        Raises:
            Unsupported: the SDK is not installed.
            NotAllowed: there are no credentials.
        """
        key = settings.service_account
        link = Link(
            settings.endpoint,
            anonymous=settings.anonymous,
            service_account=key.get_secret_value() if key else None,
            limit_s=settings.limit_s,
        )
        return cls(settings, link, clock, page)

    def close(self) -> None:
        """Let go of the connections."""
        self._sampler.close()

    def check(self) -> str:
        """The projects that answer, and as whom."""
        for project in self._machines.projects:
            self._link.get(f"Looking at the project {project}", "projects", project=project)
        return f"Compute Engine as {self._link.as_whom}: {', '.join(self._machines.projects)}"

    def examine(self) -> Standing:
        """What the sign-in may not in each project, and how far Google's clock is off."""
        endpoint = self._settings.resource_manager_endpoint
        projects = self._machines.projects
        return gcp_rights.examine(self._link, projects, endpoint, self.capabilities)

    def reaches(self, machine_id: str) -> bool:
        """The id names one of the projects."""
        place = parse_id(machine_id)
        return place is not None and place.project in self._machines.projects

    def list_machines(self) -> list[VM]:
        """All instances, by project, zone and name."""
        return self._machines.list()

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named instances, read afresh."""
        return self._machines.get(ids)

    def offers(self) -> list[Offer]:
        """Regions, machine types, images, networks and managed groups."""
        return [self._offers.offer()]

    def _power(self, machine_id: str, token: str) -> Power:
        return Power(self._link, *self._machines.find(machine_id), token)

    def _disks(self, machine_id: str, token: str) -> Disks:
        return Disks(self._machines, *self._machines.find(machine_id), token)

    def start(self, machine_id: str, token: str) -> None:
        """Bring it up."""
        self._power(machine_id, token).start()

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Bring it down: Google tells the system and gives it a while, less of it with `force`."""
        self._power(machine_id, token).stop(force)

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Stop and start it; with `force` reset it."""
        self._power(machine_id, token).restart(force)

    def suspend(self, machine_id: str, token: str) -> None:
        """Keep its memory for up to 60 days and stop running it."""
        self._power(machine_id, token).suspend()

    def resume(self, machine_id: str, token: str) -> None:
        """Let it run on from its memory."""
        self._power(machine_id, token).resume()

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it another machine type; one that runs is stopped for it and started again."""
        kind = machine_type_for(vcpus, memory_gib, size)
        self._power(machine_id, token).resize(kind)

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start an instance in the first project."""
        site = Site(
            self._machines.projects[0],
            self._offers.zone_in(machine.region),
            self._settings.network,
            self._settings.public,
            self._offers.catalog().images,
        )
        return gcp_making.create(self._link, site, machine, token)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it through a machine image; the copy runs."""
        return gcp_making.clone(self._machines, machine_id, name, token)

    def delete(self, machine_id: str, token: str) -> None:
        """Remove it with the disks that go with it and the snapshots that were taken here."""
        gcp_making.delete(self._machines, machine_id, token)
        if (place := parse_id(machine_id)) is not None:
            gcp_networking.forget(self._machines, place, token)

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add an empty disk, in whole GiB."""
        self._disks(machine_id, token).attach(size_gib)

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its boot disk, while it runs too; in whole GiB."""
        self._disks(machine_id, token).grow(size_gib)

    def loose_disks(self) -> list[LooseDisk]:
        """The zonal disks that are attached to no instance."""
        projects = self._machines.projects
        return [disk for one in projects for disk in gcp_disks.loose(self._machines, one)]

    def delete_disk(self, disk_id: str, token: str) -> None:
        """Remove a disk that is attached to no instance."""
        gcp_disks.delete_loose(self._machines, disk_id, token)

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Take a snapshot of its disks; memory is not kept."""
        place, instance = self._machines.find(machine_id)
        parts = self._machines.parts(place.project, [instance]).get(place.number, [])
        Disks(self._machines, place, instance, token).snapshot(name, parts)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put disks made of the snapshot in the place of its own; it is off meanwhile."""
        place, instance = self._machines.find(machine_id)
        parts = self._machines.parts(place.project, [instance]).get(place.number, [])
        Disks(self._machines, place, instance, token).restore(snapshot, parts)

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot with all its parts."""
        place, instance = self._machines.find(machine_id)
        parts = self._machines.parts(place.project, [instance]).get(place.number, [])
        Disks(self._machines, place, instance, token).delete_snapshot(snapshot, parts)

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change labels.

        Raises:
            InvalidRequest: Google takes no such label.
        """
        gcp_labels.check(tags)
        gcp_labels.change(self._machines, machine_id, token, lambda now: {**now, **tags})

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove labels; those that NovaCron keeps for itself stay."""
        gone = {key for key in keys if not key.startswith(OURS)}

        def without(now: dict[str, str]) -> dict[str, str]:
            return {key: value for key, value in now.items() if key not in gone}

        gcp_labels.change(self._machines, machine_id, token, without)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Set Google's own protection against deletion."""
        place, instance = self._machines.find(machine_id)
        if instance.deletion_protection == protected:
            return
        what = f"{'Protecting' if protected else 'Unprotecting'} {instance.name}"
        operation = self._link.act(
            what, "instances", "set_deletion_protection",
            project=place.project, zone=place.zone, resource=place.number,
            deletion_protection=protected, request_id=request_id(token, "protect"),
        )  # fmt: skip
        self._link.follow(what, operation)

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """What the firewall rules of the machines' networks let in."""
        return gcp_networking.openings(self._machines, ids)

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Let traffic in by a firewall rule for this instance alone."""
        gcp_networking.open_port(self._machines, machine_id, token, rule)

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Remove the firewall rules that let just this in."""
        gcp_networking.close_port(self._machines, machine_id, token, rule, among)

    def assign_public_address(self, machine_id: str, token: str) -> None:
        """Give it an address of Google's, for as long as it runs or until it is taken."""
        gcp_networking.assign_address(self._machines, machine_id, token)

    def release_public_address(self, machine_id: str, token: str) -> None:
        """Take its public address."""
        gcp_networking.release_address(self._machines, machine_id, token)

    def scale_group(self, group: str, token: str, *, count: int) -> None:
        """Resize a managed group; Google chooses which machines go."""
        self._offers.scale(group, token, count)

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Whole hours from Cloud Monitoring."""
        return self._sampler.read(ids, since)

    def console_log(self, machine_id: str) -> str | None:
        """The end of the first serial port's output."""
        place, instance = self._machines.find(machine_id)
        what = f"Reading the console of {instance.name}"
        found = self._link.read(
            what,
            lambda: self._link.call(
                "instances", "get_serial_port_output",
                project=place.project, zone=place.zone, instance=place.number,
            ),
        )  # fmt: skip
        return str(found.contents)[-_LOG_TAIL:]


def _discover(environment: Mapping[str, str]) -> list[GcpSettings]:
    project = find_project(environment)
    if project is None:
        return []
    return [GcpSettings.model_validate({"kind": "gcp", "projects": [project]})]


def _open(settings: GcpSettings, clock: Clock) -> Provider:
    return Gcp.open(settings, clock)


PROVIDER = ProviderKind("gcp", "gcp", GcpSettings, _discover, _open)
