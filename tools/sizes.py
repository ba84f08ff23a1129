"""Sizes: which one fits so many vCPUs and so much memory, at which price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tools.errors import InvalidRequest
from tools.inventory import Inventory
from tools.machine import VM, Offer, Size
from tools.names import require_known

T = TypeVar("T")

FREE_SHAPES = frozenset({"libvirt", "vsphere"})
"""Hypervisors: a machine may have any vCPUs and memory, sizes are only names for some."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a machine has; `size` is None where no size of the provider is exactly that."""

    vcpus: int
    memory_gib: float
    size: str | None

    def __str__(self) -> str:
        """For people: the size with its figures, or the figures alone."""
        figures = f"{self.vcpus} vCPUs and {self.memory_gib:g} GiB"
        return f"{self.size} ({figures})" if self.size else figures


def offered(inventory: Inventory, provider: str) -> Offer:
    """What all connections to one provider offer, taken together."""
    offers = [o for o in inventory.offers() if o.provider == provider]
    return Offer(
        provider,
        regions=_joined(o.regions for o in offers),
        images=_joined(o.images for o in offers),
        sizes=_joined(o.sizes for o in offers),
        hosts=_joined(o.hosts for o in offers),
        networks=_joined(o.networks for o in offers),
        groups=_joined(o.groups for o in offers),
    )


def _joined(parts: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def by_price(sizes: Iterable[Size]) -> list[Size]:
    """Sizes, the cheapest first, the smaller first at the same price."""
    return sorted(sizes, key=lambda s: (s.hourly_cost_usd, s.vcpus, s.memory_gib, s.name))


def exact_size(sizes: Iterable[Size], vcpus: int, memory_gib: float) -> Size | None:
    """The cheapest size of exactly these vCPUs and this memory."""
    fitting = [s for s in sizes if s.vcpus == vcpus and s.memory_gib == memory_gib]
    return next(iter(by_price(fitting)), None)


def fitting_sizes(sizes: Iterable[Size], vcpus: int, memory_gib: float) -> list[Size]:
    """The sizes that have at least so much, the cheapest first."""
    return by_price(s for s in sizes if s.vcpus >= vcpus and s.memory_gib >= memory_gib)


def closest_sizes(sizes: Iterable[Size], vcpus: int, memory_gib: float) -> tuple[str, ...]:
    """The names of the three sizes nearest to these figures."""

    def distance(size: Size) -> tuple[float, float]:
        cpu = abs(size.vcpus - vcpus) / max(size.vcpus, vcpus, 1)
        memory = abs(size.memory_gib - memory_gib) / max(size.memory_gib, memory_gib, 1)
        return cpu + memory, size.hourly_cost_usd

    return tuple(s.name for s in sorted(sizes, key=distance)[:3])


def find_size(sizes: Sequence[Size], name: str, where: str) -> Size:
    """The size of this name.

    Raises:
        NotFound: there is none; the closest are offered.
    """
    exact = require_known("size", name, (s.name for s in sizes), where)
    return next(s for s in sizes if s.name == exact)


def price_of(offer: Offer, shape: Shape) -> float:
    """The hourly price of a shape; one that has no size is priced as the next size above it."""
    if shape.size is not None:
        return next((s.hourly_cost_usd for s in offer.sizes if s.name == shape.size), 0.0)
    above = fitting_sizes(offer.sizes, shape.vcpus, shape.memory_gib)
    return above[0].hourly_cost_usd if above else 0.0


def new_shape(
    vm: VM, offer: Offer, size: str | None, vcpus: int | None, memory_gib: float | None
) -> Shape:
    """What a machine will have when it gets this size, or these figures.

    A figure that is not given stays; where no size has it so, the cheapest size that has the
    given figure and at least the other is taken.

    Raises:
        NotFound: the provider has no such size.
        InvalidRequest: nothing is given, the figures contradict the size, or no size fits.
    """
    if size is not None:
        found = find_size(offer.sizes, size, vm.provider)
        if vcpus not in (None, found.vcpus) or memory_gib not in (None, found.memory_gib):
            raise InvalidRequest(
                f"{found.name} has {found.vcpus} vCPUs and {found.memory_gib:g} GiB.",
                hint="Give the size or the figures, not both.",
            )
        return Shape(found.vcpus, found.memory_gib, found.name)
    if vcpus is None and memory_gib is None:
        raise InvalidRequest(
            f"Resize {vm.name} to what?", hint="Give a size, or vCPUs and memory.",
            choices=_others(vm, offer),
        )  # fmt: skip
    wanted = Shape(vcpus or vm.vcpus, vm.memory_gib if memory_gib is None else memory_gib, None)
    exact = exact_size(offer.sizes, wanted.vcpus, wanted.memory_gib)
    if exact is not None:
        return Shape(exact.vcpus, exact.memory_gib, exact.name)
    if not offer.sizes or vm.provider in FREE_SHAPES:
        return wanted
    near = _with_the_given(offer, wanted, vcpus, memory_gib)
    if near is None:
        raise InvalidRequest(
            f"{vm.provider} has no size of {wanted}.",
            hint="Choose one of the closest.",
            choices=closest_sizes(offer.sizes, wanted.vcpus, wanted.memory_gib),
        )
    return Shape(near.vcpus, near.memory_gib, near.name)


def _with_the_given(
    offer: Offer, wanted: Shape, vcpus: int | None, memory_gib: float | None
) -> Size | None:
    if vcpus is not None and memory_gib is not None:
        return None
    above = fitting_sizes(offer.sizes, wanted.vcpus, wanted.memory_gib)
    return next((s for s in above if s.vcpus == vcpus or s.memory_gib == memory_gib), None)


def _others(vm: VM, offer: Offer) -> tuple[str, ...]:
    return closest_sizes([s for s in offer.sizes if s.name != vm.size], vm.vcpus, vm.memory_gib)
