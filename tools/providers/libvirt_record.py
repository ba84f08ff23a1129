"""Domains as they are seen, turned into machine records: a few calls for all, one XML for each."""

from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tools.machine import VM, Size, Snapshot, State
from tools.providers import libvirt_xml
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_xml import Description

_GIB = 1 << 30
_SHAPES = (
    ("small", 1, 2), ("medium", 2, 4), ("large", 4, 8), ("xlarge", 8, 16), ("2xlarge", 16, 32),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where machines are, and what the owner says that they cost an hour: nothing, if not said."""

    host: str
    region: str
    vcpu_hour_usd: float = 0.0
    gib_hour_usd: float = 0.0

    def machine_id(self, uuid: str) -> str:
        """The id of the machine with this uuid here."""
        return f"libvirt/{self.host}/{uuid}"

    def uuid_of(self, machine_id: str) -> str | None:
        """The uuid within an id, or None for an id that is not from here."""
        kind, _, rest = machine_id.partition("/")
        host, _, uuid = rest.partition("/")
        return uuid if (kind, host) == ("libvirt", self.host) and uuid else None

    def price(self, vcpus: int, memory_gib: float) -> float:
        """US dollars an hour."""
        return round(vcpus * self.vcpu_hour_usd + memory_gib * self.gib_hour_usd, 6)

    def sizes(self) -> tuple[Size, ...]:
        """The shapes that are offered; libvirt itself knows none."""
        return tuple(Size(name, v, m, self.price(v, m)) for name, v, m in _SHAPES)


def read_machines(
    connection: libvirt.virConnect, place: Place, domains: Sequence[libvirt.virDomain] | None = None
) -> list[VM]:
    """All machines, or these, in the order of their names; one that vanishes is absent."""
    seen = _Seen.by(connection, domains)
    vms: list[VM] = []
    for domain in seen.domains:
        with _gone_is_absent():
            vms.append(_record(domain, seen, place))
    return sorted(vms, key=lambda vm: (vm.name, vm.id))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a few calls say about many domains."""

    connection: libvirt.virConnect
    domains: Sequence[libvirt.virDomain]
    stats: Mapping[str, Mapping[str, Any]]
    saved: frozenset[str]
    with_snapshots: frozenset[str]
    leases: Mapping[str, str]

    @classmethod
    def by(
        cls, connection: libvirt.virConnect, domains: Sequence[libvirt.virDomain] | None
    ) -> _Seen:
        what = libvirt.VIR_DOMAIN_STATS_BALLOON | libvirt.VIR_DOMAIN_STATS_BLOCK
        # A machine that is busy (being saved, migrated) must not hold up the listing.
        patience = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        if domains is None:
            stats = connection.getAllDomainStats(what, patience)
            domains = connection.listAllDomains(0)
        else:
            stats = connection.domainListGetStats(list(domains), what, patience) if domains else []
        return cls(
            connection,
            domains,
            {domain.UUIDString(): facts for domain, facts in stats},
            _uuids(connection, libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE),
            _uuids(connection, libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT),
            _leases(connection),
        )


def _uuids(connection: libvirt.virConnect, flag: int) -> frozenset[str]:
    return frozenset(domain.UUIDString() for domain in connection.listAllDomains(flag))


def _leases(connection: libvirt.virConnect) -> dict[str, str]:
    """Addresses that libvirt's own DHCP gave, by MAC; machines on other networks have none here."""
    found: dict[str, str] = {}
    for network in connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
        with contextlib.suppress(libvirt.libvirtError):
            leases = untyped(network.DHCPLeases())
            found.update((lease["mac"], lease["ipaddr"]) for lease in leases)
    return found


@contextlib.contextmanager
def _gone_is_absent() -> Generator[None]:
    try:
        yield
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
            raise


def _record(domain: libvirt.virDomain, seen: _Seen, place: Place) -> VM:
    description = Description.parse(domain.XMLDesc(0))
    uuid = description.uuid
    stats = seen.stats.get(uuid, {})
    code, reason = untyped(domain.state())
    state = state_of(code, reason, saved=uuid in seen.saved)
    memory_kib = stats.get("balloon.current") or description.memory_kib
    memory_gib = libvirt_xml.memory_gib(memory_kib)
    vcpus = description.vcpus
    size = next(
        (s.name for s in place.sizes() if (s.vcpus, s.memory_gib) == (vcpus, memory_gib)), None
    )
    addresses = (seen.leases.get(mac) for mac in description.macs)
    return VM(
        id=place.machine_id(uuid),
        name=description.name,
        provider="libvirt",
        region=place.region,
        state=state,
        host=place.host,
        size=size,
        vcpus=vcpus,
        memory_gib=memory_gib,
        disk_gib=_disk_gib(seen.connection, description, stats),
        os="windows" if description.windows else "linux",
        image=description.notes.image,
        private_ip=next((a for a in addresses if a), None) if state is State.RUNNING else None,
        created_at=description.notes.created_at,
        tags=dict(description.notes.tags),
        hourly_cost_usd=place.price(vcpus, memory_gib) if state is not State.STOPPED else 0.0,
        protected=description.notes.protected,
        snapshots=_snapshots(domain) if uuid in seen.with_snapshots else (),
    )


def _disk_gib(
    connection: libvirt.virConnect, description: Description, stats: Mapping[str, Any]
) -> float:
    own = {disk.target: disk.path for disk in description.disks if not disk.shared}
    sizes: dict[str, int] = {}
    for number in range(stats.get("block.count", 0)):
        if capacity := stats.get(f"block.{number}.capacity"):  # 0 or none while a guest starts
            sizes[stats.get(f"block.{number}.name", "")] = capacity
    for target in own.keys() - sizes.keys():
        with contextlib.suppress(libvirt.libvirtError):
            sizes[target] = untyped(connection.storageVolLookupByPath(own[target]).info())[1]
    return round(sum(size for target, size in sizes.items() if target in own) / _GIB, 6)


def _snapshots(domain: libvirt.virDomain) -> tuple[Snapshot, ...]:
    found: list[Snapshot] = []
    for snapshot in domain.listAllSnapshots(0):
        created = ET.fromstring(snapshot.getXMLDesc(0)).findtext("creationTime", "0")
        found.append(Snapshot(snapshot.getName(), datetime.fromtimestamp(int(created), UTC)))
    return tuple(sorted(found, key=lambda s: (s.created_at, s.name)))


def state_of(code: int, reason: int, *, saved: bool = False) -> State:
    """libvirt's state in our words; one that it may invent later is unknown."""
    plain, particular = _states()
    if code == libvirt.VIR_DOMAIN_SHUTOFF and saved:
        return State.SUSPENDED
    return particular.get((code, reason)) or plain.get(code, State.UNKNOWN)


@cache
def _states() -> tuple[dict[int, State], dict[tuple[int, int], State]]:
    plain = {
        libvirt.VIR_DOMAIN_RUNNING: State.RUNNING,
        libvirt.VIR_DOMAIN_BLOCKED: State.RUNNING,
        libvirt.VIR_DOMAIN_PAUSED: State.PAUSED,
        libvirt.VIR_DOMAIN_SHUTDOWN: State.STOPPING,
        libvirt.VIR_DOMAIN_SHUTOFF: State.STOPPED,
        libvirt.VIR_DOMAIN_CRASHED: State.ERROR,
        libvirt.VIR_DOMAIN_PMSUSPENDED: State.SUSPENDED,
    }
    particular = {
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR): State.ERROR,
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_CRASHED): State.ERROR,
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_STARTING_UP): State.STARTING,
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_SHUTTING_DOWN): State.STOPPING,
    }
    return plain, particular
