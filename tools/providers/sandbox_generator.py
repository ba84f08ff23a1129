"""A made-up fleet of any size: the services of `sandbox_services`, as many as are asked for."""

from __future__ import annotations

import dataclasses
import heapq
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from tools.machine import VM, Group, Host, Network, Offer, Snapshot, State
from tools.providers.sandbox_making import address, machine_id
from tools.providers.sandbox_services import (
    FULL,
    HOT,
    IDLE,
    IMAGES,
    REGIONS,
    SERVICES,
    SIZES,
    Profile,
    Service,
)

T = TypeVar("T")

_BLOCK = 20
_HOST_GIB = 192.0
_HYPERVISORS = {"libvirt": "kvm", "vsphere": "esx"}
_TEAMS = ("storefront", "payments", "data", "platform", "research", "finance", "qa", "hr")
_OWNERS = ("dana", "lena", "omar", "priya", "wei", "nadia", "tomas", "sam", "ines", "jonas")
_STATES = ((0.06, State.STOPPED), (0.006, State.SUSPENDED), (0.004, State.ERROR))
_KINDS = ((0.03, HOT), (0.06, IDLE), (0.02, FULL), (0.003, {"silent": 9.0}))
_VARIES = {"cpu": 0.3, "swing": 0.3, "memory": 0.2, "disk": 0.2, "network": 0.3, "iops": 0.3}
_SIZE = {(kind, size.name): size for kind, sizes in SIZES.items() for size in sizes}


@dataclass(frozen=True)
class Generated:
    """A fleet: machines, how busy each is (JSON), and what its providers offer."""

    vms: list[VM]
    profiles: list[str]
    offers: list[Offer]


def generate(machines: int, seed: int, now: datetime) -> Generated:
    """Make a fleet; the same figures at the same moment give the same fleet.

    Sixty machines are hand-picked so that there is something of everything; a larger fleet has
    these first and more of each kind, spread over regions, owners and teams.
    """
    chance = random.Random(seed)
    counts = _shares(machines)
    floor = _Floor(counts)
    made: list[tuple[VM, str]] = []
    for service, count in zip(SERVICES, counts, strict=True):
        made += _members(service, count, floor, chance, now, len(made))
    vms = [vm for vm, _ in made]
    return Generated(vms, [profile for _, profile in made], _offers(vms, floor))


def _shares(machines: int) -> list[int]:
    """How many machines each service has: by its share, the larger remainders first."""
    whole = sum(s.count for s in SERVICES)
    exact = [s.count * machines / whole for s in SERVICES]
    counts = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: machines - sum(counts)]:
        counts[i] += 1
    return counts


class _Floor:
    """The hypervisors of each region: as many as its machines need, the emptiest taken first."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.regions = {kind: self._regions(kind, counts) for kind in REGIONS}
        self.hosts: dict[str, list[Host]] = {kind: [] for kind in REGIONS}
        self._emptiest: dict[tuple[str, str], list[tuple[float, str]]] = {}
        for kind, prefix in _HYPERVISORS.items():
            for region in self.regions[kind]:
                self._furnish(kind, prefix, region, self._needed(kind, region, counts))

    def _regions(self, kind: str, counts: Sequence[int]) -> tuple[str, ...]:
        here = sum(n for s, n in zip(SERVICES, counts, strict=True) if s.provider == kind)
        few = kind in _HYPERVISORS and here <= 2 * _BLOCK
        return REGIONS[kind][:1] if few else REGIONS[kind]

    def _needed(self, kind: str, region: str, counts: Sequence[int]) -> float:
        return sum(
            _SIZE[kind, service.size].memory_gib
            for service, count in zip(SERVICES, counts, strict=True)
            if service.provider == kind
            for i in range(count)
            if self.region(service, i) == region
        )

    def _furnish(self, kind: str, prefix: str, region: str, needed: float) -> None:
        for _ in range(max(2, 1 + int(needed // (_HOST_GIB * 0.7)))):
            name = f"{prefix}-{len(self.hosts[kind]) + 1:02}"
            self.hosts[kind].append(Host(name, kind, region, 64, _HOST_GIB))
            heapq.heappush(self._emptiest.setdefault((kind, region), []), (0.0, name))

    def region(self, service: Service, i: int) -> str:
        """Where the machine of an index is."""
        regions = self.regions[service.provider]
        return regions[(service.region + _block(service, i)) % len(regions)]

    def take(self, kind: str, region: str, memory_gib: float) -> str | None:
        """The host for one more machine; None where there are no hosts to be seen."""
        hosts = self._emptiest.get((kind, region))
        if hosts is None:
            return None
        used, name = hosts[0]
        heapq.heapreplace(hosts, (used + memory_gib, name))
        return name


def _block(service: Service, i: int) -> int:
    return i // max(service.count, _BLOCK)


def _members(
    service: Service,
    count: int,
    floor: _Floor,
    chance: random.Random,
    now: datetime,
    start: int,
) -> Iterator[tuple[VM, str]]:
    width = max(2 if service.count > 2 else 1, len(str(count)))
    size = _SIZE[service.provider, service.size]
    hour = now.replace(minute=0, second=0, microsecond=0)
    for i in range(count):
        region = floor.region(service, i)
        host = floor.take(service.provider, region, size.memory_gib)
        number = start + i
        name = _name(service, i, width, chance)
        vm = VM(
            id=machine_id(service.provider, host or region, number),
            name=name,
            provider=service.provider,
            region=region,
            state=_state(service, i, chance),
            zone=f"{region}{'abc'[i % 3]}" if service.provider == "aws" else None,
            host=host,
            size=size.name,
            vcpus=size.vcpus,
            memory_gib=size.memory_gib,
            disk_gib=service.disk_gib,
            os="windows" if service.image.startswith("windows") else "linux",
            image=service.image,
            private_ip=address(number + 10),
            public_ip=_public_address(number) if service.public else None,
            created_at=_born(service, chance, hour),
            tags=_tags(service, i, chance),
            group=_group(service, _block(service, i)),
            hourly_cost_usd=size.hourly_cost_usd,
            protected=service.protected,
            snapshots=_snapshots(name, service, i, chance, hour),
        )
        yield vm, _profile(service, i, chance)


def _public_address(number: int) -> str:
    return f"203.0.{113 + number // 254 % 100}.{1 + number % 254}"


def _name(service: Service, i: int, width: int, chance: random.Random) -> str:
    if i < len(service.names):
        return service.names[i]
    number = i + 1
    if i >= service.count and chance.random() < 0.002:
        number -= 1  # as in any large fleet, a few names are borne twice
    return f"{service.name}-{number:0{width}}"


def _state(service: Service, i: int, chance: random.Random) -> State:
    if i < service.count:
        return service.states.get(i, State.RUNNING)
    return _first_within(_STATES, chance.random(), State.RUNNING)


def _first_within(shares: Iterable[tuple[float, T]], at: float, otherwise: T) -> T:
    """The value whose share of the whole `at` falls into."""
    for share, value in shares:
        if at < share:
            return value
        at -= share
    return otherwise


def _tags(service: Service, i: int, chance: random.Random) -> dict[str, str]:
    team, owner = service.team, service.owner
    if i >= service.count:
        team = chance.choice((service.team, chance.choice(_TEAMS)))
        owner = None if chance.random() < 0.03 else chance.choice(_OWNERS)
    elif owner is None and service.names and "-dev" in service.names[i]:
        owner = service.names[i].removesuffix("-dev")
    tags = {"env": service.env, "role": service.role, "team": team}
    return {**tags, "owner": owner} if owner else tags


def _group(service: Service, block: int) -> str | None:
    if service.group is None or block == 0:
        return service.group
    return f"{service.group}-{block + 1}"


def _born(service: Service, chance: random.Random, hour: datetime) -> datetime:
    days = service.age_days * (0.5 + 0.8 * chance.random()) + 1
    return hour - timedelta(hours=round(days * 24))


def _snapshots(
    name: str, service: Service, i: int, chance: random.Random, hour: datetime
) -> tuple[Snapshot, ...]:
    if not service.snapshots or (i >= service.count and chance.random() < 0.5):
        return ()
    size = float(max(1, round(service.disk_gib / 5)))
    ages = sorted((chance.randint(2, 60) for _ in range(service.snapshots)), reverse=True)
    return tuple(
        Snapshot(f"{name}-snap-{n}", hour - timedelta(days=age), size)
        for n, age in enumerate(ages, 1)
    )


def _profile(service: Service, i: int, chance: random.Random) -> str:
    if i < service.count:
        kind = service.special.get(i, {})
    else:
        kind = _first_within(_KINDS, chance.random(), {})
    figures = [
        kind[name] if name in kind else value * (1 + (chance.random() - 0.5) * _VARIES.get(name, 0))
        for name, value in _figures(service.profile)
    ]
    return json.dumps(figures)


@cache
def _figures(profile: Profile) -> list[tuple[str, float]]:
    return [(f.name, getattr(profile, f.name)) for f in dataclasses.fields(Profile)]


def _offers(vms: list[VM], floor: _Floor) -> list[Offer]:
    groups = Counter((vm.provider, vm.group, vm.region) for vm in vms if vm.group)
    return [
        Offer(
            kind,
            regions=floor.regions[kind],
            images=IMAGES[kind],
            sizes=SIZES[kind],
            hosts=tuple(floor.hosts[kind]),
            networks=_networks(kind, floor.regions[kind]),
            groups=tuple(
                Group(str(group), kind, region, count, 1, max(12, 2 * count))
                for (provider, group, region), count in groups.items()
                if provider == kind
            ),
        )
        for kind in REGIONS
    ]


def _networks(kind: str, regions: Sequence[str]) -> tuple[Network, ...]:
    return tuple(
        Network(f"{region}-main", kind, region, "10.64.0.0/10", gateway="10.64.0.1")
        for region in regions
    )
