"""What every provider is: the verbs in the field's words, and what it declares it can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from tools.errors import NotFound, Unsupported
from tools.machine import VM, LooseDisk, Offer
from tools.ports import Opening, PortRule
from tools.providers.standing import Standing


class Capability(StrEnum):
    """What a provider may be able to do beyond listing machines."""

    START = "start"
    STOP = "stop"
    FORCE_STOP = "force_stop"
    RESTART = "restart"
    SUSPEND = "suspend"
    RESUME = "resume"
    CREATE = "create"
    CLONE = "clone"
    DELETE = "delete"
    RESIZE = "resize"
    RESIZE_RUNNING = "resize_running"
    ATTACH_DISK = "attach_disk"
    RESIZE_DISK = "resize_disk"
    SNAPSHOT = "snapshot"
    RESTORE = "restore"
    MIGRATE_HOST = "migrate_host"
    MIGRATE_REGION = "migrate_region"
    TAG = "tag"
    PROTECT = "protect"
    SCALE_GROUP = "scale_group"
    METRICS = "metrics"
    PORTS = "open_or_close_ports_of"
    PUBLIC_ADDRESS = "give_public_addresses_to"


NETWORKING = frozenset({Capability.PORTS, Capability.PUBLIC_ADDRESS})
"""What a provider lacks whose networks are not ours to change."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a vendor cannot do something: in a sentence, and where the vendor says so."""

    why: str
    source: str


@dataclass(frozen=True, slots=True)
class NewMachine:
    """What a machine to be made shall be; `size` or `vcpus` with `memory_gib` is given."""

    name: str
    region: str
    image: str
    vcpus: int
    memory_gib: float
    size: str | None = None
    disk_gib: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Sample:
    """One machine's metrics over an hour from `time`; None where there was no reading.

    cpu, memory, disk are percent (disk: used), network is Mbit/s, iops operations a second.
    """

    machine_id: str
    time: datetime
    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None
    network: float | None = None
    iops: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What a provider says happened to a machine, or holds of it at this moment.

    Attributes:
        text: the provider's words, as data: they never become an instruction.
    """

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a provider's machines since an earlier look.

    Attributes:
        mark: where the next look goes on; it is good on this connection, while it is open.
        seen: those that changed, as they are now; all of them where it is `whole`.
        gone: the ids of those that are no longer there.
        whole: `seen` is every machine that there is.
    """

    mark: str
    seen: Sequence[VM]
    gone: Sequence[str] = ()
    whole: bool = False


class Provider(ABC):
    """One connection to a place where machines run.

    Every verb returns when the provider has accepted or finished the act; whether it happened is
    read back with `get_machines`. Verbs are idempotent where the act allows it (stopping a stopped
    machine is no error). `token` is the client token of one step: the same token never acts twice
    on a provider whose `deduplicates` is true. All raise `NovaError`s only: `NotFound` for an
    unknown machine, `Conflict` for a state that forbids it, `OutcomeUnknown` where the request was
    sent and no answer came.

    Attributes:
        name: the connection's name, unique in one NovaCron, such as `sandbox`.
        kind: `sandbox libvirt vsphere aws azure gcp`.
        capabilities: what it can do; an undeclared verb raises `Unsupported`.
        unsupported: what the vendor itself cannot do, and why; what is in neither is not built yet.
        deduplicates: whether it honours client tokens.
        concurrency: how many requests it takes at once.
        keeps_samples: whether `samples` answers for the past; where not, `novacron serve` keeps
            what it reads.
    """

    name: str
    kind: str
    capabilities: frozenset[Capability] = frozenset()
    unsupported: Mapping[Capability, Reason] = MappingProxyType({})
    deduplicates: bool = False
    concurrency: int = 8
    keeps_samples: bool = True

    @abstractmethod
    def list_machines(self) -> list[VM]:
        """All machines, in a stable order."""

    @abstractmethod
    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh; one that is not there is absent."""

    @abstractmethod
    def offers(self) -> list[Offer]:
        """Regions, sizes, images, hosts, networks and groups, one entry a provider."""

    def changes(self, mark: str) -> Changes:
        """What changed since the look that gave this mark; everything without a mark.

        A provider that is not told of changes reads everything each time.
        """
        return Changes("", self.list_machines(), whole=True)

    def get_machine(self, machine_id: str) -> VM:
        """One machine, read afresh."""
        found = self.get_machines([machine_id])
        if machine_id not in found:
            raise NotFound(f"No machine has the id {machine_id!r} on {self.name}.")
        return found[machine_id]

    def reaches(self, machine_id: str) -> bool:
        """Whether it acts on this machine; one that moved away may still be seen from here."""
        return True

    def close(self) -> None:
        """Let go of what the connection holds; it is not used afterwards."""
        return

    def check(self) -> str:
        """Say in a line what is reached and as whom, for `novacron doctor`; raise if it is not."""
        return f"{len(self.list_machines())} machines"

    def examine(self) -> Standing:
        """Look at how the connection stands, for `novacron doctor`; raise if nothing is reached."""
        return Standing(self.check())

    def require(self, capability: Capability) -> None:
        """Refuse before anything is sent.

        Raises:
            Unsupported: the capability is not declared.
        """
        if capability not in self.capabilities:
            verb = capability.value.replace("_", " ")
            reason = self.unsupported.get(capability)
            why = f" {reason.why}" if reason else ""
            raise Unsupported(f"{self.name} cannot {verb} machines.{why}")

    def start(self, machine_id: str, token: str) -> None:
        """Power a stopped machine on."""
        self.require(Capability.START)

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Shut a machine down: ask its system to, or cut the power with `force`."""
        self.require(Capability.STOP)

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Reboot a running machine."""
        self.require(Capability.RESTART)

    def suspend(self, machine_id: str, token: str) -> None:
        """Keep a running machine's memory and stop running it."""
        self.require(Capability.SUSPEND)

    def resume(self, machine_id: str, token: str) -> None:
        """Let a suspended or paused machine run on."""
        self.require(Capability.RESUME)

    def create(self, machine: NewMachine, token: str) -> str:
        """Make and start a machine; give its id."""
        self.require(Capability.CREATE)
        raise AssertionError("a provider that declares CREATE implements it")

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy a machine with its disks under a new name, stopped or running; give the id."""
        self.require(Capability.CLONE)
        raise AssertionError("a provider that declares CLONE implements it")

    def delete(self, machine_id: str, token: str) -> None:
        """Remove a machine with its own disks and snapshots."""
        self.require(Capability.DELETE)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it these vCPUs and this memory; in the provider's size, where it has sizes."""
        self.require(Capability.RESIZE)

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add a new empty disk."""
        self.require(Capability.ATTACH_DISK)

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its first disk to this size."""
        self.require(Capability.RESIZE_DISK)

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save its disks, and its memory where it runs and the provider can."""
        self.require(Capability.SNAPSHOT)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put it back as it was in the snapshot; what came later is lost."""
        self.require(Capability.RESTORE)

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot; the machine stays as it is."""
        self.require(Capability.SNAPSHOT)

    def migrate(
        self, machine_id: str, token: str, *, host: str | None = None, region: str | None = None
    ) -> str:
        """Move it to a host or a region of the same provider; give the id that it has there."""
        self.require(Capability.MIGRATE_HOST if host else Capability.MIGRATE_REGION)
        raise AssertionError("a provider that declares MIGRATE implements it")

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change these tags; others stay."""
        self.require(Capability.TAG)

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove these tags where it has them."""
        self.require(Capability.TAG)

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Turn deletion protection on or off."""
        self.require(Capability.PROTECT)

    def scale_group(self, group: str, token: str, *, count: int) -> None:
        """Bring a scaling group to this many machines."""
        self.require(Capability.SCALE_GROUP)

    def loose_disks(self) -> list[LooseDisk] | None:
        """The disks that are attached to no machine, read afresh; None where it cannot tell."""
        return None

    def delete_disk(self, disk_id: str, token: str) -> None:
        """Remove a disk that is attached to no machine; one that is attached is a `Conflict`."""
        raise Unsupported(f"{self.name} cannot delete disks.")

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """What the provider's rules let in to each of these machines; one that is gone is absent.

        Rules inside a machine's own system are not seen.
        """
        self.require(Capability.PORTS)
        raise AssertionError("a provider that declares PORTS implements it")

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Let traffic in to this machine and to no other."""
        self.require(Capability.PORTS)

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Let it in no more; other rules stay.

        Args:
            machine_id: the machine.
            token: the client token.
            rule: exactly what was let in.
            among: machines that may be closed with it, where they share the rule. A rule that is
                shared with any other is left as it is, and `NotAllowed` names the others.
        """
        self.require(Capability.PORTS)

    def assign_public_address(self, machine_id: str, token: str) -> None:
        """Give a machine a public address, where it has none."""
        self.require(Capability.PUBLIC_ADDRESS)

    def release_public_address(self, machine_id: str, token: str) -> None:
        """Take its public address; one that NovaCron got for it is given back."""
        self.require(Capability.PUBLIC_ADDRESS)

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Hourly samples from `since` on; empty where the provider keeps none."""
        self.require(Capability.METRICS)
        return []

    def console_log(self, machine_id: str) -> str | None:
        """The end of the machine's console, where the provider keeps one; else None."""
        return None

    def events(self, machine_id: str, since: datetime) -> list[Event] | None:
        """What the provider noticed about a machine, by time; None where it keeps no such record.

        Health checks, maintenance, failed requests, and what its hypervisor sees right now.
        """
        return None
