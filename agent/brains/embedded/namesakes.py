"""One machine in place of another of the same name: "no, I meant the google one"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.inventory import Inventory
from tools.selector import Selector

_TOLD_BY = frozenset({"provider", "region", "zone", "host", "state", "os", "size", "tags"})


def namesake(
    nouns: Sequence[dict[str, Any]], targets: Sequence[str], inventory: Inventory
) -> list[str]:
    """The one machine that bears the name of the plan's and is as the words say; else none."""
    known = list(inventory.get(list(targets[:2])).values())
    if len(targets) != 1 or len(known) != 1 or len(nouns) != 1 or not set(nouns[0]) <= _TOLD_BY:
        return []
    same = [vm.id for vm in inventory.named(known[0].name)]
    if len(same) < 2:
        return []
    found = inventory.select_ids(Selector.parse({**nouns[0], "ids": same}))
    return found if len(found) == 1 else []
