"""Azure: the machines of one sign-in's subscriptions, over azure-mgmt-compute.

Each verb looks at the machine, asks, and follows Azure's long operation to its end. Azure knows no
client tokens; what is made is named after the act's token, so that a repeated act finds it. The
insides are in the `azure_*` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import Field, model_validator

from tools.credentials.secret import Secret
from tools.machine import VM, LooseDisk, Offer
from tools.ports import Opening, PortRule
from tools.providers import (
    azure_addresses,
    azure_disks,
    azure_making,
    azure_networking,
    azure_rights,
    azure_samples,
)
from tools.providers.azure_changes import Machine, check_tags
from tools.providers.azure_discovery import find_subscriptions
from tools.providers.azure_disks import Disks
from tools.providers.azure_images import reference
from tools.providers.azure_limits import UNSUPPORTED
from tools.providers.azure_link import Link
from tools.providers.azure_machines import Machines
from tools.providers.azure_making import Site
from tools.providers.azure_offers import Offers
from tools.providers.azure_principal import Principal
from tools.providers.azure_record import OURS, PROTECTED, parse_id, tags_of
from tools.providers.base import Capability, NewMachine, Provider, Sample
from tools.providers.kinds import ConnectionSettings, ProviderKind
from tools.providers.standing import Standing
from tools.times import Clock, utc_now

_CAPABILITIES = frozenset(Capability) - {
    Capability.SUSPEND,
    Capability.RESUME,
    Capability.MIGRATE_HOST,
    Capability.MIGRATE_REGION,
    Capability.RESIZE_RUNNING,
}


class AzureSettings(ConnectionSettings):
    """One sign-in to Azure and the subscriptions that it is used for."""

    subscriptions: tuple[str, ...] = Field(
        (), description="the subscriptions' ids; empty: all that the sign-in sees"
    )
    resource_group: str = Field("novacron", description="where new machines are put")
    location: str = Field("", description="whose sizes are offered; empty: the first location's")
    subnet: str = Field("", description="the id of the subnet for new machines; empty: the first")
    public: bool = Field(False, description="whether new machines get a public address")
    user: str = Field("azureuser", description="the first user of new machines")
    ssh_public_key: str = Field("", description="the key that this user signs in with")
    tenant_id: str = Field("", description="a service principal's tenant, not the usual chain")
    client_id: str = Field("", description="the service principal")
    client_secret: Secret | None = Field(None, description="the service principal's secret")
    authority: str = Field("", description="where the principal signs in, if not at Microsoft")
    endpoint: str = Field("", description="where the resource manager is, if not at Azure")
    anonymous: bool = Field(False, description="send no sign-in; for a test server")
    limit_s: float = Field(600, gt=0, description="how long an operation is followed, in seconds")
    poll_s: float = Field(2, gt=0, description="the pause between two looks at an operation")

    @model_validator(mode="after")
    def _principal_is_whole(self) -> AzureSettings:
        given = [bool(self.tenant_id), bool(self.client_id), self.client_secret is not None]
        if any(given) and not all(given):
            raise ValueError("tenant_id, client_id and client_secret go together")
        return self

    def principal(self) -> Principal | None:
        """The service principal that is named here, if one is."""
        if self.client_secret is None:
            return None
        return Principal(self.tenant_id, self.client_id, self.client_secret, self.authority)


class Azure(Provider):
    """The machines of some subscriptions."""

    kind = "azure"
    capabilities = _CAPABILITIES
    unsupported = UNSUPPORTED
    deduplicates = True
    concurrency = 12

    def __init__(self, settings: AzureSettings, link: Link, clock: Clock) -> None:
        self.name = settings.name or "azure"
        self._settings = settings
        self._link = link
        self._clock = clock
        self._machines = Machines(link, settings.subscriptions)
        self._offers = Offers(self._machines, settings.location)
        self._regions: dict[str, str] = {}

    @classmethod
    def open(cls, settings: AzureSettings, clock: Clock = utc_now) -> Azure:
        """Make ready; nothing is asked yet.

        Raises:
            Unsupported: the SDK is not installed.
        """
        link = Link(
            settings.endpoint,
            anonymous=settings.anonymous,
            principal=settings.principal(),
            limit_s=settings.limit_s,
            poll_s=settings.poll_s,
        )
        return cls(settings, link, clock)

    def close(self) -> None:
        """Let go of the connections."""
        self._link.close()

    def check(self) -> str:
        """The subscriptions that answer, and as whom."""
        return f"Azure as {self._link.as_whom()}: {', '.join(self._names().values())}"

    def examine(self) -> Standing:
        """What the sign-in may not in each subscription, and how far Azure's clock is off."""
        group = self._settings.resource_group
        return azure_rights.examine(self._link, self._names(), group, self.capabilities)

    def _names(self) -> dict[str, str]:
        """What the subscriptions are called, by their ids."""
        places = self._link.client("subscriptions").subscriptions
        return {
            s: str(
                self._link.read(
                    f"Looking at the subscription {s}", lambda s=s: places.get(s)
                ).display_name
            )
            for s in self._machines.subscriptions
        }

    def reaches(self, machine_id: str) -> bool:
        """The id names one of the subscriptions."""
        place = parse_id(machine_id)
        return place is not None and place.subscription in self._machines.subscriptions

    def list_machines(self) -> list[VM]:
        """All machines, by subscription, resource group and name."""
        return self._seen(self._machines.list())

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh."""
        found = self._machines.get(ids)
        self._seen(found.values())
        return found

    def _seen(self, vms: Iterable[VM]) -> list[VM]:
        vms = list(vms)
        self._regions.update((vm.id, vm.region) for vm in vms)
        return vms

    def offers(self) -> list[Offer]:
        """Locations, sizes, images, networks and scale sets."""
        return [self._offers.offer()]

    def _machine(self, machine_id: str, token: str) -> Machine:
        return Machine(self._machines, machine_id, token)

    def start(self, machine_id: str, token: str) -> None:
        """Bring it up."""
        self._machine(machine_id, token).start()

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Shut it down and deallocate it: a machine that is only off is still paid for."""
        self._machine(machine_id, token).stop(force)

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Reboot it; with `force` cut its power and start it."""
        self._machine(machine_id, token).restart(force)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it another size; Azure reboots it if it runs."""
        machine = self._machine(machine_id, token)
        machine.resize(self._offers.size_for(vcpus, memory_gib, size))

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start a machine in the set resource group of the first subscription."""
        settings = self._settings
        site = Site(
            self._machines.subscriptions[0],
            settings.resource_group,
            self._offers.subnet_in(machine.region, settings.subnet),
            settings.public,
            reference(machine.image, self._offers.catalog().images),
            settings.user,
            settings.ssh_public_key,
        )
        size = self._offers.size_for(machine.vcpus, machine.memory_gib, machine.size)
        return azure_making.create(self._machines, site, machine, size, token)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it with its disks; the copy runs."""
        return azure_making.clone(self._machines, machine_id, name, token)

    def delete(self, machine_id: str, token: str) -> None:
        """Remove it with what is set to go with it and the snapshots that were taken here."""
        azure_making.delete(self._machines, machine_id, token)
        if (place := parse_id(machine_id)) is not None:
            azure_networking.forget(self._machines, place)
            azure_addresses.give_back(self._machines.link, place, place.group)

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add an empty disk, in whole GiB."""
        Disks(self._machine(machine_id, token)).attach(size_gib)

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its OS disk, in whole GiB; one that runs is deallocated meanwhile."""
        Disks(self._machine(machine_id, token)).grow(size_gib)

    def loose_disks(self) -> list[LooseDisk]:
        """The managed disks that are attached to no machine."""
        return [d for s in self._machines.subscriptions for d in azure_disks.loose(self._link, s)]

    def delete_disk(self, disk_id: str, token: str) -> None:
        """Remove a disk that is attached to no machine."""
        azure_disks.delete_loose(self._link, disk_id)

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Take a snapshot of its disks; memory is not kept."""
        machine = self._machine(machine_id, token)
        parts = self._machines.parts_of_one(machine.place, machine.vm)
        Disks(machine).snapshot(name, parts)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Swap disks made of the snapshot for its own; it is deallocated meanwhile."""
        machine = self._machine(machine_id, token)
        parts = self._machines.parts_of_one(machine.place, machine.vm)
        Disks(machine).restore(snapshot, parts)

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot with all its parts."""
        machine = self._machine(machine_id, token)
        parts = self._machines.parts_of_one(machine.place, machine.vm)
        Disks(machine).delete_snapshot(snapshot, parts)

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change tags.

        Raises:
            InvalidRequest: Azure takes no such tag.
        """
        check_tags(tags)
        self._machine(machine_id, token).tag(tags)

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove tags; those that NovaCron keeps for itself stay."""
        gone = [key for key in keys if not key.startswith(OURS)]
        self._machine(machine_id, token).untag(gone)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Mark it with a tag that NovaCron honours.

        A lock of Azure's would hold everybody, but takes the rights of an owner, which operators
        seldom have. One that is there is honoured: a deletion against it is `NotAllowed`.
        """
        machine = self._machine(machine_id, token)
        if protected and tags_of(machine.vm).get(PROTECTED) != "yes":
            machine.tag({PROTECTED: "yes"})
        elif not protected:
            machine.untag([PROTECTED])

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """What the security groups before the machines let in."""
        return azure_networking.openings(self._machines, ids)

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Let traffic in by a rule for this machine's address alone."""
        azure_networking.open_port(self._machines, machine_id, rule)

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Take the rule out of the groups before this machine."""
        azure_networking.close_port(self._machines, machine_id, rule, among)

    def assign_public_address(self, machine_id: str, token: str) -> None:
        """Give it a Standard address."""
        azure_addresses.assign_address(self._machines, machine_id)

    def release_public_address(self, machine_id: str, token: str) -> None:
        """Take its address."""
        azure_addresses.release_address(self._machines, machine_id)

    def scale_group(self, group: str, token: str, *, count: int) -> None:
        """Set a scale set's capacity; Azure chooses which machines go."""
        self._offers.scale(group, count)

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Whole hours from Azure Monitor."""
        unknown = [i for i in ids if i not in self._regions]
        if unknown:
            self.get_machines(unknown)
        return azure_samples.read(self._machines, self._regions, ids, since, self._clock)


def _discover(environment: Mapping[str, str]) -> list[AzureSettings]:
    found = find_subscriptions(environment)
    if found is None:
        return []
    return [AzureSettings.model_validate({"kind": "azure", "subscriptions": found})]


def _open(settings: AzureSettings, clock: Clock) -> Provider:
    return Azure.open(settings, clock)


PROVIDER = ProviderKind("azure", "azure", AzureSettings, _discover, _open)
