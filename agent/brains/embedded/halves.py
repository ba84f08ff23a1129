"""Where "half" is an act ("half its memory"), and where it is not ("half the team is out")."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.items import Item

_RESOURCES = frozenset((
    "memory", "ram", "mem", "cores", "core", "cpu", "cpus", "vcpus", "size", "disk", "capacity",
))  # fmt: skip


def without_other_halves(items: Sequence[Item]) -> list[Item]:
    """The items, where a half of something else than memory, cores or size is no verb."""
    words = {w for item in items for w in item.words}
    for item in items if not words & _RESOURCES else ():
        last = all(i.has("stop", "question") for i in items[items.index(item) + 1 :])
        if item.action == "halve" and item.words[0] == "half" and not last:
            item.kinds.pop("verb")
            item.kinds["filler"] = ""
    return list(items)
