"""What Google Cloud offers some projects: regions, machine types, images, networks and groups."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tools.errors import NotFound
from tools.machine import Group, Network, Offer, Size
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import Machines
from tools.providers.gcp_prices import hourly_cost_usd
from tools.providers.gcp_record import last

PUBLIC_IMAGES = ("debian-cloud", "ubuntu-os-cloud", "rocky-linux-cloud", "windows-cloud")
_KEEP_S = 3600.0
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Catalog:
    """What seldom changes: it is read once an hour.

    Attributes:
        zones: of each region, those that are up.
        images: each name and the link that Google knows it by.
    """

    zones: Mapping[str, tuple[str, ...]]
    sizes: tuple[Size, ...]
    images: Mapping[str, str]
    networks: tuple[Network, ...]


class Offers:
    """Reads what is offered, the first project's view of it."""

    def __init__(self, machines: Machines, zone: str) -> None:
        self._machines = machines
        self._link: Link = machines.link
        self._zone = zone
        self._kept: tuple[float, Catalog] | None = None

    def catalog(self) -> Catalog:
        """Zones, machine types, images and networks."""
        if self._kept is None or time.monotonic() - self._kept[0] > _KEEP_S:
            self._kept = time.monotonic(), self._read()
        return self._kept[1]

    def offer(self) -> Offer:
        """Everything; groups as they are now."""
        catalog = self.catalog()
        return Offer(
            "gcp",
            regions=tuple(catalog.zones),
            images=tuple(catalog.images),
            sizes=catalog.sizes,
            networks=catalog.networks,
            groups=tuple(group for group, _ in self.groups()),
        )

    def zone_in(self, region: str) -> str:
        """Where a new machine in this region goes: the set zone, or the first that is up.

        Raises:
            NotFound: there is no such region.
        """
        zones = self.catalog().zones
        if region not in zones:
            raise NotFound(f"Google has no region {region!r}.", choices=tuple(zones)[:5])
        return self._zone if self._zone in zones[region] else zones[region][0]

    def _read(self) -> Catalog:
        project = self._machines.projects[0]
        rows = self._link.rows("Listing zones", "zones", project=project)
        zones: dict[str, tuple[str, ...]] = {}
        for zone in sorted(rows, key=lambda z: z.name):
            if zone.status == "UP":
                region = last(zone.region)
                zones[region] = (*zones.get(region, ()), zone.name)
        first = self._zone or next(names[0] for names in zones.values())
        types = self._link.rows(
            "Listing machine types", "machine_types", project=project, zone=first, max_results=500
        )
        self._machines.learn(types)
        networks = self._link.rows("Listing networks", "networks", project=project)
        subnets = self._link.scoped_rows(
            "Listing subnets", "subnetworks", "subnetworks", project=project
        )
        return Catalog(
            zones,
            tuple(_size(kind) for kind in types),
            self._images(),
            tuple([*(_network(net) for net in networks), *(_subnet(one) for one in subnets)]),
        )

    def _images(self) -> dict[str, str]:
        """Families of the public projects, and every image of the own ones."""
        found: dict[str, str] = {}
        with ThreadPoolExecutor(8) as pool:
            wanted = (*PUBLIC_IMAGES, *self._machines.projects)
            for project, rows in zip(wanted, pool.map(self._images_of, wanted), strict=True):
                own = project in self._machines.projects
                for image in rows:
                    name = image.name if own else image.family
                    part = image.name if own else f"family/{image.family}"
                    if name and image.deprecated.state not in ("DEPRECATED", "OBSOLETE", "DELETED"):
                        found.setdefault(name, f"projects/{project}/global/images/{part}")
        return found

    def _images_of(self, project: str) -> list[Any]:
        try:
            return self._link.rows(
                f"Listing images of {project}", "images", project=project, max_results=500
            )
        except NotFound:  # not every Google has every public project
            return []

    def groups(self) -> list[tuple[Group, Any]]:
        """Managed groups with Google's own record of them."""
        found: list[tuple[Group, Any]] = []
        for project in self._machines.projects:
            limits = {a.target: a.autoscaling_policy for a in self._scoped(project, "autoscalers")}
            for row in self._scoped(project, "instance_group_managers"):
                policy = limits.get(row.self_link)
                place = last(row.zone or row.region)
                region = place.rpartition("-")[0] if row.zone else place
                least, most = (
                    (policy.min_num_replicas, policy.max_num_replicas) if policy else (0, _MOST)
                )
                found.append((Group(row.name, "gcp", region, _count(row), least, most), row))
        return found

    def _scoped(self, project: str, client: str) -> list[Any]:
        return self._link.scoped_rows(
            f"Listing the groups of {project}", client, client, project=project
        )

    def scale(self, name: str, token: str, count: int) -> None:
        """Ask for this many machines; they come and go by themselves afterwards."""
        found = [row for group, row in self.groups() if group.name == name]
        if not found:
            raise NotFound(f"There is no managed group {name!r} on Google Cloud.")
        parts = found[0].self_link.rpartition("projects/")[2].split("/")
        regional = parts[1] == "regions"
        client = "region_instance_group_managers" if regional else "instance_group_managers"
        what = f"Scaling {name} to {count}"
        operation = self._link.act(
            what, client, "resize", project=parts[0], instance_group_manager=name, size=count,
            request_id=request_id(token, f"resize to {count}"),
            **{"region" if regional else "zone": parts[2]},
        )  # fmt: skip
        self._link.follow(what, operation)


def _network(net: Any) -> Network:
    return Network(net.name, "gcp", "global", net.I_pv4_range or None)


def _subnet(one: Any) -> Network:
    net, region = last(one.network), last(one.region)
    return Network(
        f"{net}/{one.name}", "gcp", region, one.ip_cidr_range or None, one.gateway_address or None,
        part_of=net,
    )  # fmt: skip


def _size(kind: Any) -> Size:
    memory_gib = kind.memory_mb / 1024
    price = hourly_cost_usd(kind.name, kind.guest_cpus, memory_gib)
    return Size(kind.name, kind.guest_cpus, memory_gib, price)


def _count(row: Any) -> int:
    """How many machines there are: those that come or go are not, or are still, there."""
    actions = row.current_actions
    coming = actions.creating + actions.creating_without_retries
    return int(row.target_size - coming + actions.deleting)
