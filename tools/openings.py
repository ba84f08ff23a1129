"""What providers let in to machines, read for a plan or an answer: one question a connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.errors import NotFound, NovaError
from tools.machine import VM
from tools.names import counted, listed
from tools.ports import Opening
from tools.providers.base import Capability, Provider
from tools.world import World

Seen = Mapping[str, tuple[Opening, ...]]


class Openings:
    """What is let in to the machines of one plan, asked for once."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Opening, ...]] = {}

    def read(self, world: World, vms: Sequence[VM]) -> Seen:
        """By machine.

        Raises:
            NotFound: a machine is no longer there.
            NovaError: a provider cannot be asked.
        """
        missing = [vm for vm in vms if vm.id not in self._seen]
        for provider, ids in _by_provider(world, missing):
            self._seen.update(provider.openings(ids))
        for vm in vms:
            if vm.id not in self._seen:
                raise NotFound(f"{vm.name} is no longer there.")
        return self._seen


def openings_of(
    world: World, vms: Sequence[VM]
) -> tuple[dict[str, tuple[Opening, ...]], list[str]]:
    """What is let in to these machines, and notes on those that could not be read."""
    seen: dict[str, tuple[Opening, ...]] = {}
    notes: list[str] = []
    for provider, ids in _by_provider(world, vms):
        if Capability.PORTS not in provider.capabilities:
            notes.append(f"{provider.name} has no rules for ports that can be read here.")
            continue
        try:
            seen.update(provider.openings(ids))
        except NovaError as error:
            notes.append(f"{provider.name} could not be read: {error.message}")
    return seen, notes


def others_named(world: World, others: Sequence[str]) -> str:
    """What else a rule is for, by name; of machines that are not seen here only how many."""
    known = world.inventory.get([one for one in others if "/" in one])
    names = [known[one].name if one in known else one for one in others]
    seen = [name for one, name in zip(others, names, strict=True) if one in known or "/" not in one]
    hidden = len(others) - len(seen)
    more = [counted(hidden, "machine") + " not seen here"] if hidden else []
    return listed([*seen, *more])


def _by_provider(world: World, vms: Sequence[VM]) -> list[tuple[Provider, list[str]]]:
    reached = world.inventory.providers_of([vm.id for vm in vms])
    found: dict[str, tuple[Provider, list[str]]] = {}
    for vm in vms:
        provider = reached[vm.id]
        found.setdefault(provider.name, (provider, []))[1].append(vm.id)
    return list(found.values())
