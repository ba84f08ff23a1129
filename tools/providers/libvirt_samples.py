"""What machines use: rates between two readings of libvirt's counters, which keeps no history."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tools.providers.base import Sample
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_record import Place
from tools.providers.libvirt_xml import Description
from tools.times import Clock

_SHORTEST_S = 0.5
_AGENT_LIMIT_S = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of one machine at one moment of the monotonic clock."""

    at_s: float
    cpu_ns: int
    net_bytes: int
    requests: int
    vcpus: int

    @classmethod
    def of(cls, stats: Mapping[str, Any], at_s: float) -> Reading:
        """Take the sums over all cards and disks."""
        return cls(
            at_s,
            stats.get("cpu.time", 0),
            _sum(stats, "net", "rx.bytes", "tx.bytes"),
            _sum(stats, "block", "rd.reqs", "wr.reqs"),
            max(1, stats.get("vcpu.current", 1)),
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened between two readings: percent of the vCPUs, Mbit/s, operations a second."""

    cpu: float
    network: float
    iops: float

    @classmethod
    def between(cls, before: Reading, after: Reading) -> Rates | None:
        """The rates, or None where the counters began anew or the readings lie too close."""
        seconds = after.at_s - before.at_s
        if seconds < _SHORTEST_S or after.cpu_ns < before.cpu_ns:
            return None
        cpu = (after.cpu_ns - before.cpu_ns) / 1e9 / seconds / after.vcpus * 100
        megabits = max(0, after.net_bytes - before.net_bytes) * 8 / 1e6
        requests = max(0, after.requests - before.requests)
        return cls(
            round(min(cpu, 100.0), 2), round(megabits / seconds, 4), round(requests / seconds, 2)
        )


class Sampler:
    """Remembers the last reading of each machine.

    Where there is none yet it reads twice, `pause_s` apart.

    Args:
        saw_agent: is told of each machine whose guest agent answers.
    """

    def __init__(
        self,
        clock: Clock,
        saw_agent: Callable[[str], None] = lambda _uuid: None,
        pause_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._saw_agent = saw_agent
        self._pause_s = pause_s
        self._sleep = sleep
        self._last: dict[str, Reading] = {}

    def samples(
        self, connection: libvirt.virConnect, place: Place, uuids: Collection[str]
    ) -> list[Sample]:
        """One sample for each of these machines that runs, for the present hour."""
        stats = _running(connection, uuids)
        now = {uuid: Reading.of(s, time.monotonic()) for uuid, (_, s) in stats.items()}
        fresh = {u for u, r in now.items() if self._rates(u, r) is None}
        if fresh:
            self._last.update((uuid, now[uuid]) for uuid in fresh)
            self._sleep(self._pause_s)
            stats = _running(connection, uuids)
            now = {uuid: Reading.of(s, time.monotonic()) for uuid, (_, s) in stats.items()}
        hour = self._clock().replace(minute=0, second=0, microsecond=0)
        found: list[Sample] = []
        for uuid, (domain, facts) in stats.items():
            rates = self._rates(uuid, now[uuid])
            found.append(
                Sample(
                    place.machine_id(uuid),
                    hour,
                    cpu=rates.cpu if rates else None,
                    memory=memory_used(facts),
                    disk=self._disk_used(domain, facts),
                    network=rates.network if rates else None,
                    iops=rates.iops if rates else None,
                )
            )
        self._last.update(now)
        return found

    def _disk_used(self, domain: libvirt.virDomain, stats: Mapping[str, Any]) -> float | None:
        """Percent of the file systems, by the agent; else of the disks that was ever written."""
        inside = _file_systems(domain)
        if inside is not None:
            self._saw_agent(domain.UUIDString())
            return inside
        capacity = _sum(stats, "block", "capacity")
        written = _sum(stats, "block", "allocation")
        return round(min(100.0, 100 * written / capacity), 2) if capacity else None

    def _rates(self, uuid: str, now: Reading) -> Rates | None:
        before = self._last.get(uuid)
        return Rates.between(before, now) if before else None


def _running(
    connection: libvirt.virConnect, uuids: Collection[str]
) -> dict[str, tuple[libvirt.virDomain, Mapping[str, Any]]]:
    what = (
        libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
        | libvirt.VIR_DOMAIN_STATS_BALLOON
        | libvirt.VIR_DOMAIN_STATS_VCPU
        | libvirt.VIR_DOMAIN_STATS_INTERFACE
        | libvirt.VIR_DOMAIN_STATS_BLOCK
    )
    flags = (
        libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING
        | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    )
    pairs = ((d.UUIDString(), (d, s)) for d, s in connection.getAllDomainStats(what, flags))
    return {uuid: pair for uuid, pair in pairs if uuid in uuids}


def _sum(stats: Mapping[str, Any], group: str, *names: str) -> int:
    devices = range(stats.get(f"{group}.count", 0))
    return sum(stats.get(f"{group}.{number}.{name}", 0) for number in devices for name in names)


def memory_used(stats: Mapping[str, Any]) -> float | None:
    """Percent of the memory in use inside, by the balloon driver; None where it says nothing."""
    total = stats.get("balloon.available")
    free = stats.get("balloon.usable", stats.get("balloon.unused"))
    if not total or free is None:
        return None
    return round(100 * (1 - free / total), 2)


def _file_systems(domain: libvirt.virDomain) -> float | None:
    try:
        if not Description.parse(domain.XMLDesc(0)).agent_connected:
            return None
        domain.agentSetResponseTimeout(_AGENT_LIMIT_S, 0)
        facts = untyped(domain.guestInfo(libvirt.VIR_DOMAIN_GUEST_INFO_FILESYSTEM, 0))
    except libvirt.libvirtError:
        return None
    systems = range(facts.get("fs.count", 0))
    total = sum(facts.get(f"fs.{n}.total-bytes", 0) for n in systems)
    used = sum(facts.get(f"fs.{n}.used-bytes", 0) for n in systems)
    return round(100 * used / total, 2) if total else None
