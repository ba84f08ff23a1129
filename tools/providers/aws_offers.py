"""What AWS offers to new machines, and its Auto Scaling groups."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from ipaddress import IPv4Network
from itertools import repeat
from typing import Any, TypeVar

from tools.errors import Ambiguous, NotFound
from tools.machine import Group, Network, Offer, Size
from tools.providers.aws_images import offered_images
from tools.providers.aws_link import Facts, Place, filtered, tags_of
from tools.providers.aws_prices import Prices
from tools.providers.aws_reading import Types

T = TypeVar("T")

_KEPT_S = {"sizes": 24 * 3600.0, "images": 3600.0, "networks": 300.0}
_IN_SERVICE = "InService"


class Shelf:
    """Answers that are good for a while, so that not every look asks for them."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def once(self, what: str, ask: Callable[[], T]) -> T:
        """What was answered lately, or what is answered now."""
        with self._lock:
            kept = self._kept.get(what)
            if kept is None or time.monotonic() - kept[0] > _KEPT_S[what]:
                kept = self._kept[what] = (time.monotonic(), ask())
            return kept[1]


class Offers:
    """Sizes, images and networks are kept on the shelf; groups are read afresh each time."""

    def __init__(
        self,
        places: Sequence[Place],
        pool: Executor,
        types: Types,
        prices: Prices,
        shelf: Shelf | None = None,
    ) -> None:
        self._places = places
        self._pool = pool
        self._types = types
        self._prices = prices
        self._shelf = shelf or Shelf()

    def read(self) -> Offer:
        """What all places offer, taken together; sizes are those of the first."""
        groups = self._pool.map(_groups, self._places)
        images, networks = (
            self._shelf.once("images", self._images),
            self._shelf.once("networks", self._networks),
        )
        return Offer(
            "aws",
            regions=tuple(dict.fromkeys(place.region for place in self._places)),
            images=images,
            sizes=self._shelf.once("sizes", self._sizes),
            networks=networks,
            groups=tuple(group for found in groups for group in found),
        )

    def _sizes(self) -> tuple[Size, ...]:
        place = self._places[0]
        found = self._types.take(place.pages(
            "ec2", "describe_instance_types", "InstanceTypes", 100,
            Filters=[filtered("bare-metal", "false")],
        ))  # fmt: skip
        price = self._prices.known
        sizes = [
            Size(one.name, one.vcpus, one.memory_gib, price(place.region, one.name, "linux"))
            for one in found
        ]
        return tuple(sorted(sizes, key=lambda size: size.name))

    def _images(self) -> tuple[str, ...]:
        found = self._pool.map(offered_images, self._places)
        return tuple(dict.fromkeys(name for names in found for name in names))

    def _networks(self) -> tuple[Network, ...]:
        found = self._pool.map(_networks, self._places)
        return tuple(network for networks in found for network in networks)

    def find_group(self, name: str) -> tuple[Place, Facts]:
        """Where the group of this name is.

        Raises:
            NotFound: nowhere.
            Ambiguous: in several places.
        """
        found = [
            (place, group)
            for place, groups in zip(
                self._places,
                self._pool.map(_described, self._places, repeat(name)),
                strict=True,
            )
            for group in groups
        ]
        if not found:
            raise NotFound(f"AWS has no Auto Scaling group {name!r}.")
        if len(found) > 1:
            places = tuple(place.location for place, _ in found)
            raise Ambiguous(f"There is a group {name!r} in several places.", choices=places)
        return found[0]


def _described(place: Place, name: str | None = None) -> list[Facts]:
    only: Facts = {} if name is None else {"AutoScalingGroupNames": [name]}
    return place.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", **only)


def _groups(place: Place) -> list[Group]:
    return [
        Group(
            one["AutoScalingGroupName"], "aws", place.region,
            sum(i.get("LifecycleState") == _IN_SERVICE for i in one.get("Instances", [])),
            int(one["MinSize"]), int(one["MaxSize"]),
        )
        for one in _described(place)
    ]  # fmt: skip


def _networks(place: Place) -> list[Network]:
    """VPCs and their subnets; the first address of each subnet is AWS's router."""
    vpcs = place.pages("ec2", "describe_vpcs", "Vpcs")
    names = {one["VpcId"]: tags_of(one).get("Name") or one["VpcId"] for one in vpcs}
    found = [
        Network(names[one["VpcId"]], "aws", place.region, one.get("CidrBlock")) for one in vpcs
    ]
    for one in place.pages("ec2", "describe_subnets", "Subnets"):
        cidr, vpc = one["CidrBlock"], names.get(one["VpcId"], one["VpcId"])
        name = tags_of(one).get("Name") or one["SubnetId"]
        gateway = str(IPv4Network(cidr)[1])
        found.append(Network(name, "aws", place.region, cidr, gateway, part_of=vpc))
    return found
