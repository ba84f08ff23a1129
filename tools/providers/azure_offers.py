"""What Azure offers some subscriptions: locations, sizes, images, networks and scale sets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from tools.errors import InvalidRequest, NotFound
from tools.machine import Group, Network, Offer, Size
from tools.providers.azure_images import PUBLIC
from tools.providers.azure_link import COMPUTE_VERSION
from tools.providers.azure_machines import Machines
from tools.providers.azure_prices import hourly_cost_usd
from tools.providers.azure_record import Record, last, within

_KEEP_S = 3600.0
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, and the location of its network."""

    path: str
    location: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """What seldom changes: it is read once an hour. `images` maps own ones to their ids."""

    locations: tuple[str, ...]
    sizes: tuple[Size, ...]
    images: Mapping[str, str]
    networks: tuple[Network, ...]
    subnets: tuple[Subnet, ...]


class Offers:
    """Reads what is offered, the first subscription's view of it."""

    def __init__(self, machines: Machines, location: str) -> None:
        self._machines = machines
        self._link = machines.link
        self._location = location
        self._kept: tuple[float, Catalog] | None = None

    def catalog(self) -> Catalog:
        """Locations, sizes, images and networks."""
        if self._kept is None or time.monotonic() - self._kept[0] > _KEEP_S:
            self._kept = time.monotonic(), self._read()
        return self._kept[1]

    def offer(self) -> Offer:
        """Everything; scale sets as they are now."""
        catalog = self.catalog()
        return Offer(
            "azure",
            regions=catalog.locations,
            images=(*PUBLIC, *catalog.images),
            sizes=catalog.sizes,
            networks=catalog.networks,
            groups=tuple(group for group, _ in self.groups()),
        )

    def _read(self) -> Catalog:
        subscription = self._machines.subscriptions[0]
        link = self._link
        places = link.client("subscriptions").subscriptions
        compute = link.client("compute", subscription)
        network = link.client("network", subscription)
        locations = link.rows("Listing locations", lambda: places.list_locations(subscription))
        names = tuple(str(location.name) for location in locations)
        sizes = self._machines.sizes(subscription, self._location or names[0])
        images = link.rows(
            "Listing images", lambda: compute.images.list(api_version=COMPUTE_VERSION)
        )
        networks = link.rows("Listing networks", network.virtual_networks.list_all)
        subnets = tuple(
            Subnet(str(subnet["id"]), str(net["location"]))
            for net in networks
            for subnet in net["properties"].get("subnets") or ()
        )
        return Catalog(
            names,
            tuple(_size(size) for size in sizes),
            {str(image["name"]): str(image["id"]) for image in images},
            tuple(network for net in networks for network in _networks(net)),
            subnets,
        )

    def size_for(self, vcpus: int, memory_gib: float, size: str | None) -> str:
        """The size that was named, or the first of exactly these figures.

        Raises:
            InvalidRequest: Azure has no such size.
        """
        if size is not None:
            return size
        found = [
            s.name for s in self.catalog().sizes if (s.vcpus, s.memory_gib) == (vcpus, memory_gib)
        ]
        if not found:
            raise InvalidRequest(
                f"Azure has no size of {vcpus} vCPUs and {memory_gib:g} GiB.",
                hint="Name a size: list the catalogue's sizes.",
            )
        return found[0]

    def subnet_in(self, location: str, wanted: str) -> str:
        """The subnet that was set, or the first in a location.

        Raises:
            NotFound: there is no such location, or no network in it.
        """
        catalog = self.catalog()
        if location not in catalog.locations:
            raise NotFound(f"Azure has no region {location!r}.", choices=catalog.locations[:5])
        if wanted:
            return wanted
        found = next((s.path for s in catalog.subnets if s.location == location), None)
        if found is None:
            raise NotFound(
                f"There is no network in {location} to put a machine into.",
                hint="Make one in Azure, or set subnet on the connection.",
            )
        return found

    def groups(self) -> list[tuple[Group, Any]]:
        """Scale sets with Azure's own record of them."""
        found: list[tuple[Group, Any]] = []
        for subscription in self._machines.subscriptions:
            compute = self._link.client("compute", subscription)
            rows = self._link.rows(
                "Listing scale sets",
                lambda c=compute: c.virtual_machine_scale_sets.list_all(
                    api_version=COMPUTE_VERSION
                ),
            )
            limits = self._limits(subscription) if rows else {}
            for row in rows:
                least, most = limits.get(str(row["id"]).lower(), (0, _MOST))
                name, location = str(row["name"]), str(row["location"])
                count = self._count(subscription, row)
                found.append((Group(name, "azure", location, count, least, most), row))
        return found

    def _limits(self, subscription: str) -> dict[str, tuple[int, int]]:
        monitor = self._link.client("monitor", subscription)
        settings = self._link.rows(
            "Listing autoscale settings", monitor.autoscale_settings.list_by_subscription
        )
        return {
            str(setting.target_resource_uri).lower(): (
                int(setting.profiles[0].capacity.minimum),
                int(setting.profiles[0].capacity.maximum),
            )
            for setting in settings
            if setting.enabled and setting.profiles
        }

    def _count(self, subscription: str, row: Record) -> int:
        """Its capacity; while Azure brings it there, how many machines there are."""
        if row["properties"].get("provisioningState") != "Updating":
            return int(row["sku"]["capacity"])
        compute = self._link.client("compute", subscription)
        wanted = f"'virtualMachineScaleSet/id' eq '{row['id']}'"
        members = self._link.rows(
            f"Counting {row['name']}",
            lambda: compute.virtual_machines.list_all(filter=wanted, api_version=COMPUTE_VERSION),
        )
        return len(members)

    def scale(self, name: str, count: int) -> None:
        """Bring a scale set to this many machines; asking twice is asking once."""
        row = next((row for group, row in self.groups() if group.name == name), None)
        if row is None:
            raise NotFound(f"There is no scale set {name!r} on Azure.")
        parts = str(row["id"]).split("/")
        client = self._link.client("compute", parts[2].lower())
        body = {"sku": {"name": str(row["sku"]["name"]), "capacity": count}}

        def send(**polling: Any) -> Any:
            return client.virtual_machine_scale_sets.begin_update(
                parts[4], name, body, api_version=COMPUTE_VERSION, **polling
            )

        self._link.act(f"Scaling {name} to {count}", send)


def _size(size: Record) -> Size:
    name = str(size["name"])
    return Size(name, int(size["numberOfCores"]), size["memoryInMB"] / 1024, hourly_cost_usd(name))


def _networks(net: Record) -> Iterator[Network]:
    """A network and its subnets; the first address of each is Azure's gateway."""
    prefixes: list[str] = within(net["properties"], "addressSpace").get("addressPrefixes") or []
    name, location = last(str(net["id"])), str(net["location"])
    yield Network(name, "azure", location, next(iter(prefixes), None))
    for subnet in net["properties"].get("subnets") or ():
        inner = subnet["properties"]
        cidr = inner.get("addressPrefix") or next(iter(inner.get("addressPrefixes") or ()), None)
        gateway = str(ip_network(str(cidr))[1]) if cidr else None
        called = f"{name}/{last(str(subnet['id']))}"
        yield Network(called, "azure", location, cidr, gateway, part_of=name)
