"""New machines of the sandbox: their ids and addresses in each provider's manner, their places."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tools.errors import NotFound
from tools.machine import VM, Offer, Size, State
from tools.names import closest
from tools.providers.base import NewMachine
from tools.sizes import Shape, exact_size, price_of

WINDOWS_DISK_GIB = 60.0
LINUX_DISK_GIB = 20.0


def machine_id(provider: str, place: str, number: int | str) -> str:
    """An id as the provider gives them; the same number always gives the same."""
    digest = hashlib.sha256(f"{provider}:{number}".encode()).hexdigest()
    native = {
        "aws": f"i-{digest[:17]}",
        "gcp": str(int(digest[:15], 16)),
        "libvirt": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
    }.get(provider, f"vm-{digest[:8]}")
    return f"{provider}/{place}/{native}"


def address(number: int) -> str:
    """A private address; 10.64.0.0/10 has room for four million."""
    return f"10.{64 + (number >> 16) % 64}.{number >> 8 & 255}.{number & 255}"


def made(
    wanted: NewMachine,
    offers: Sequence[Offer],
    on_hosts: Mapping[str, int],
    number: int,
    now: datetime,
) -> VM:
    """The machine that is asked for, as it will run.

    Raises:
        NotFound: no provider has such a region, size or image.
    """
    offer = _offer_for(wanted, offers)
    if wanted.image not in offer.images:
        raise NotFound(
            f"{offer.provider} has no image {wanted.image!r}.",
            choices=closest(wanted.image, offer.images),
        )
    size = _size_for(wanted, offer)
    shape = Shape(
        size.vcpus if size else wanted.vcpus,
        size.memory_gib if size else wanted.memory_gib,
        size.name if size else None,
    )
    hosts = [h.name for h in offer.hosts if h.region == wanted.region]
    host = min(hosts, key=lambda name: (on_hosts.get(name, 0), name), default=None)
    windows = wanted.image.startswith("windows")
    return VM(
        id=machine_id(offer.provider, host or wanted.region, f"new-{number}"),
        name=wanted.name,
        provider=offer.provider,
        region=wanted.region,
        state=State.RUNNING,
        zone=f"{wanted.region}a" if offer.provider == "aws" else None,
        host=host,
        size=shape.size,
        vcpus=shape.vcpus,
        memory_gib=shape.memory_gib,
        disk_gib=wanted.disk_gib or (WINDOWS_DISK_GIB if windows else LINUX_DISK_GIB),
        os="windows" if windows else "linux",
        image=wanted.image,
        private_ip=address(number),
        created_at=now,
        tags=dict(wanted.tags),
        hourly_cost_usd=price_of(offer, shape),
    )


def _offer_for(wanted: NewMachine, offers: Sequence[Offer]) -> Offer:
    there = [o for o in offers if wanted.region in o.regions]
    if not there:
        known = [region for offer in offers for region in offer.regions]
        raise NotFound(
            f"The sandbox has no region {wanted.region!r}.", choices=closest(wanted.region, known)
        )
    with_size = [o for o in there if wanted.size in {s.name for s in o.sizes}]
    return (with_size or there)[0]


def _size_for(wanted: NewMachine, offer: Offer) -> Size | None:
    if wanted.size is None:
        return exact_size(offer.sizes, wanted.vcpus, wanted.memory_gib)
    found = next((s for s in offer.sizes if s.name == wanted.size), None)
    if found is None:
        raise NotFound(
            f"{offer.provider} has no size {wanted.size!r}.",
            choices=closest(wanted.size, (s.name for s in offer.sizes)),
        )
    return found


def copied(vm: VM, name: str, number: int, now: datetime, state: State) -> VM:
    """A copy with an id and an address of its own, outside of any group and unprotected."""
    return replace(
        vm,
        id=machine_id(vm.provider, vm.host or vm.region, f"new-{number}"),
        name=name,
        state=state,
        private_ip=address(number),
        public_ip=None,
        created_at=now,
        tags=dict(vm.tags),
        group=None,
        protected=False,
        snapshots=(),
    )


def stem_of(name: str) -> str:
    """A name without the number at its end."""
    return name.rstrip("0123456789")


def next_name(group: str, members: Sequence[str], taken: Iterable[str]) -> str:
    """The name of a group's next member: its members' stem, counted on past all that bear it."""
    if not members:
        return f"{group}-1"
    stem = stem_of(members[-1])
    width = max(1, len(members[-1]) - len(stem))
    numbers = [int(m[1]) for n in taken if (m := re.fullmatch(re.escape(stem) + r"(\d+)", n))]
    joint = "" if numbers or stem.endswith("-") else "-"
    return f"{stem}{joint}{max(numbers, default=0) + 1:0{width}}"
