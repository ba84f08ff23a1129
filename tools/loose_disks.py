"""Disks that no machine uses, as their providers list them at this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tools.errors import NovaError
from tools.machine import VM, LooseDisk
from tools.seen import SeenInventory
from tools.world import World

DISK_USD_GIB_MONTH = 0.08
"""What clouds ask for a GiB of disk a month, about (2026 list prices)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the connections say.

    Attributes:
        disks: each with the name of the connection that has it.
        problems: what could not be read, a sentence each.
        silent: the connections that cannot tell.
    """

    disks: tuple[tuple[LooseDisk, str], ...]
    problems: tuple[str, ...]
    silent: tuple[str, ...]


def loose_disks(world: World) -> Found:
    """The disks of every connection that are attached to nothing.

    Where only some machines are seen there are none: a disk of no machine is nobody's to see.
    """
    if isinstance(world.inventory, SeenInventory):
        return Found((), (), ())
    disks: list[tuple[LooseDisk, str]] = []
    problems: list[str] = []
    silent: list[str] = []
    for name, provider in world.inventory.providers.items():
        try:
            found = provider.loose_disks()
        except NovaError as error:
            problems.append(f"The disks of {name} could not be read: {error.message}")
            continue
        if found is None:
            silent.append(name)
        else:
            disks += [(disk, name) for disk in found]
    ordered = sorted(disks, key=lambda pair: (-usd_month(pair[0]), pair[0].id))
    return Found(tuple(ordered), tuple(problems), tuple(silent))


def usd_month(disk: LooseDisk) -> float:
    """What a disk costs a month; where its provider does not say, about."""
    return disk.size_gib * DISK_USD_GIB_MONTH if disk.usd_month is None else disk.usd_month


def beside(
    world: World, vms: Sequence[VM], disks: Sequence[tuple[LooseDisk, str]]
) -> list[LooseDisk]:
    """Those of the disks that a question about these machines is about.

    A disk belongs to a place: it counts where the question is about every machine there.
    """
    if not disks or len(vms) == world.inventory.count():
        return [disk for disk, _ in disks]
    there = Counter((vm.provider, vm.region) for vm in world.inventory.all())
    asked = Counter((vm.provider, vm.region) for vm in vms)
    whole = {place for place, count in asked.items() if count == there[place]}
    return [disk for disk, _ in disks if (disk.provider, disk.region) in whole]
