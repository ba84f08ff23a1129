"""A part of the fleet as if it were all of it: for people and places that may see no more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tools.calls import Call
from tools.catalog import Step
from tools.errors import NotAllowed
from tools.inventory import Inventory
from tools.machine import VM
from tools.selector import Selector

VIEWS = 64
"""So many narrower looks at one inventory are kept."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The machines that are seen, at one state of the fleet."""

    version: tuple[int, int]
    by_id: dict[str, VM]
    names: frozenset[str]


class SeenInventory(Inventory):
    """An inventory in which only the machines of a selector exist.

    Args:
        whole: the inventory that it is a part of; what is read or changed goes there.
        scope: which machines are seen.
    """

    def __init__(self, whole: Inventory, scope: Selector) -> None:
        vars(self).update(vars(whole))
        self._counted = {}
        self.views = {}
        self._whole = whole
        self._scope = scope
        self._part: _Part | None = None

    @property
    def version(self) -> tuple[int, int]:
        """Which state of the fleet this is."""
        return self._whole.version

    def _now(self) -> _Part:
        version, part = self.version, self._part
        if part is None or part.version != version:
            by_id = {vm.id: vm for vm in self._whole.select(self._scope)}
            part = _Part(version, by_id, frozenset(vm.name for vm in by_id.values()))
            self._part = part
        return part

    def select_ids(self, selector: Selector) -> list[str]:
        """The ids of the machines that a selector means, in its order."""
        seen = self._now().by_id
        every = selector.model_copy(update={"limit": None})
        return [i for i in self._whole.select_ids(every) if i in seen][: selector.limit]

    def select(self, selector: Selector) -> list[VM]:
        """The machines that a selector means, in its order."""
        seen = self._now().by_id
        every = selector.model_copy(update={"limit": None})
        return [vm for vm in self._whole.select(every) if vm.id in seen][: selector.limit]

    def all(self) -> list[VM]:
        """The machines that are seen, in the order in which they were first seen."""
        return list(self._now().by_id.values())

    def get(self, ids: Sequence[str]) -> dict[str, VM]:
        """The known machines among these, by id."""
        seen = self._now().by_id
        return {i: vm for i, vm in self._whole.get(ids).items() if i in seen}

    def named(self, name: str) -> list[VM]:
        """The machines that bear exactly this name."""
        return [vm for vm in self.all() if vm.name == name]

    def at_address(self, address: str) -> list[VM]:
        """The machines that have exactly this address, private or public."""
        return [vm for vm in self.all() if address in (vm.private_ip, vm.public_ip)]

    def missing_names(self, names: Sequence[str]) -> list[str]:
        """Those of these names that no machine bears."""
        known = self._now().names
        return [name for name in names if name not in known]

    def names(self) -> list[tuple[str, str]]:
        """(name, id) of every machine, in fleet order."""
        return [(vm.name, vm.id) for vm in self.all()]

    def closest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """The names that exist and look most like this one, best first."""
        known = sorted(self._now().names)
        ranked = process.extract(name, known, scorer=fuzz.ratio, limit=limit, score_cutoff=55)
        return tuple(found for found, _, _ in ranked)

    def values(self, field: str) -> list[str]:
        """The distinct values of a column of the record, such as `region`."""
        found = {getattr(vm, field) for vm in self.all()}
        return sorted(str(getattr(value, "value", value)) for value in found if value is not None)

    def tag_values(self) -> dict[str, list[str]]:
        """Every tag key of these machines with the values that it has."""
        found: dict[str, set[str]] = {}
        for vm in self.all():
            for key, value in vm.tags.items():
                found.setdefault(key, set()).add(value)
        return {key: sorted(values) for key, values in sorted(found.items())}

    def _count_tag(self, key: str) -> dict[str, int]:
        return Counter(vm.tags[key] for vm in self.all() if key in vm.tags)

    def count(self) -> int:
        """How many machines are seen."""
        return len(self._now().by_id)

    def known_on(self, connection: str) -> int:
        """How many of the machines that are seen a connection showed."""
        reached = self.connections_of(list(self._now().by_id))
        return sum(name == connection for name in reached.values())

    def concerns(self, connection: str, known: int) -> bool:
        """Only connections that showed a machine which is seen: others are not theirs."""
        return known > 0

    def connections_of(self, ids: Sequence[str]) -> dict[str, str]:
        """The name of the connection that reaches each of these machines."""
        seen = self._now().by_id
        return self._whole.connections_of([i for i in ids if i in seen])


def narrowed(inventory: Inventory, sees: str) -> Inventory:
    """What of an inventory is seen; the same one again for the same words.

    Args:
        inventory: the whole.
        sees: a selector as JSON.
    """
    known = inventory.views.get(sees)
    if known is None:
        if len(inventory.views) >= VIEWS:
            inventory.views.clear()
        known = SeenInventory(inventory, Selector.parse(json.loads(sees)))
        inventory.views[sees] = known
    return known


def lasting(inventory: Inventory, call: Call) -> Selector | None:
    """The selector of a call; one that runs later holds on to the machines that are seen now."""
    selector = call.selector
    if selector is None or call.when is None or not isinstance(inventory, SeenInventory):
        return selector
    return Selector.parse({"ids": inventory.select_ids(selector)})


def check_seen(inventory: Inventory, steps: Iterable[Step]) -> None:
    """Refuse acts on what is not seen, and on what could reach beyond it: groups, new machines.

    Raises:
        NotAllowed: only machines that are seen here are changed here.
    """
    if not isinstance(inventory, SeenInventory):
        return
    targets = [s.target for s in steps if not s.target.startswith("schedule:")]
    known = inventory.get(targets)
    if any(target not in known for target in targets):
        raise NotAllowed(
            "Here only machines that exist and are seen here can be changed.",
            hint="Ask where more is allowed.",
        )
