"""Where a new machine goes and what it is made of: what was not said is worked out, or asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.errors import InvalidRequest, NotFound
from tools.inventory import Inventory
from tools.machine import Offer, Size
from tools.names import closest, require_image, require_known, spelled
from tools.sizes import (
    FREE_SHAPES,
    Shape,
    closest_sizes,
    exact_size,
    find_size,
    fitting_sizes,
    offered,
)

PREFERRED_IMAGES = ("ubuntu-24.04", "ubuntu-22.04", "debian-12")


@dataclass(frozen=True, slots=True)
class NewMachineWish:
    """What was said of the machines to be made."""

    name: str | None = None
    count: int = 1
    provider: str | None = None
    region: str | None = None
    size: str | None = None
    vcpus: int | None = None
    memory_gib: float | None = None
    image: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def settled_machine(inventory: Inventory, wish: NewMachineWish) -> dict[str, Any]:
    """The wish with everything filled that follows from it, as fields to put in its place.

    Raises:
        NotFound: a provider, region, size or image does not exist.
        InvalidRequest: it does not say where or how big.
    """
    offer = _offer(inventory, wish)
    shape = _shape(offer, wish)
    region = _region(offer, wish)
    image = _image(offer, wish)
    return {
        "name": _name(inventory, wish, image),
        "provider": offer.provider,
        "region": region,
        "size": shape.size,
        "vcpus": shape.vcpus,
        "memory_gib": shape.memory_gib,
        "image": image,
    }


def step_names(inventory: Inventory, name: str, count: int) -> list[str]:
    """The names of the machines to be made: the name itself, or numbered from the first free."""
    if count == 1:
        return [name]
    taken = {known for known, _ in inventory.names()}
    names: list[str] = []
    number = 1
    while len(names) < count:
        if f"{name}-{number}" not in taken:
            names.append(f"{name}-{number}")
        number += 1
    return names


def _offer(inventory: Inventory, wish: NewMachineWish) -> Offer:
    kinds = list(dict.fromkeys(o.provider for o in inventory.offers()))
    if wish.provider is not None:
        kinds = [require_known("provider", wish.provider, kinds)]
    offers = [offered(inventory, kind) for kind in kinds]
    if wish.region is not None:
        known = [region for offer in offers for region in offer.regions]
        region = require_known("region", wish.region, known, wish.provider or "")
        offers = [o for o in offers if region in o.regions]
    if wish.size is not None and len(offers) > 1:
        known = [size.name for offer in offers for size in offer.sizes]
        size = require_known("size", wish.size, known)
        offers = [o for o in offers if size in {s.name for s in o.sizes}]
    if not offers:
        raise NotFound("No connection offers a place for new machines.")
    if len(offers) > 1:
        raise InvalidRequest(
            "Where shall it be made?",
            hint="Name a provider or a region.",
            choices=tuple(o.provider for o in offers),
        )
    return offers[0]


def _region(offer: Offer, wish: NewMachineWish) -> str:
    if wish.region is not None:
        return require_known("region", wish.region, offer.regions)
    if len(offer.regions) == 1:
        return offer.regions[0]
    raise InvalidRequest(
        f"In which region of {offer.provider}?", hint="Name one.", choices=offer.regions
    )


def _shape(offer: Offer, wish: NewMachineWish) -> Shape:
    if wish.size is not None:
        found = find_size(offer.sizes, wish.size, offer.provider)
        if wish.vcpus not in (None, found.vcpus) or wish.memory_gib not in (None, found.memory_gib):
            raise InvalidRequest(
                f"{found.name} has {found.vcpus} vCPUs and {found.memory_gib:g} GiB.",
                hint="Give the size or the figures, not both.",
            )
        return _of(found)
    if wish.vcpus is None or wish.memory_gib is None:
        raise _how_big(offer, wish)
    exact = exact_size(offer.sizes, wish.vcpus, wish.memory_gib)
    if exact is not None:
        return _of(exact)
    if not offer.sizes or offer.provider in FREE_SHAPES:
        return Shape(wish.vcpus, wish.memory_gib, None)
    raise InvalidRequest(
        f"{offer.provider} has no size of {wish.vcpus} vCPUs and {wish.memory_gib:g} GiB.",
        hint="Choose one of the closest.",
        choices=closest_sizes(offer.sizes, wish.vcpus, wish.memory_gib),
    )


def _of(size: Size) -> Shape:
    return Shape(size.vcpus, size.memory_gib, size.name)


def _how_big(offer: Offer, wish: NewMachineWish) -> InvalidRequest:
    fitting = [
        size
        for size in fitting_sizes(offer.sizes, 0, 0)
        if wish.vcpus in (None, size.vcpus) and wish.memory_gib in (None, size.memory_gib)
    ]
    return InvalidRequest(
        "How big shall it be?",
        hint="Name a size, or vCPUs and memory.",
        choices=tuple(size.name for size in fitting[:5]),
    )


def _image(offer: Offer, wish: NewMachineWish) -> str:
    if wish.image is not None:
        return require_image(wish.image, offer.images, offer.provider)
    preferred = (spelled(name, offer.images) for name in PREFERRED_IMAGES)
    linux = (i for i in offer.images if not i.casefold().startswith("windows"))
    found = next((name for name in preferred if name), None) or next(linux, None)
    if found is None:
        raise InvalidRequest(
            "From which image?", hint="Name one.", choices=closest("linux", offer.images)
        )
    return found


def _name(inventory: Inventory, wish: NewMachineWish, image: str) -> str:
    taken = {name for name, _ in inventory.names()}
    if wish.name is not None:
        if wish.count == 1 and wish.name in taken:
            raise InvalidRequest(
                f"A machine is called {wish.name!r} already.", hint="Choose another name."
            )
        return wish.name
    base = wish.tags.get("role") or image.split("-")[0].split(".")[0] or "vm"
    if wish.count > 1:
        return base
    return next(n for n in (f"{base}-{i}" for i in range(1, 100_000)) if n not in taken)
