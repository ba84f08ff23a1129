"""Grouping machines by a field or a tag for counts and sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

from tools.errors import NotFound
from tools.machine import VM
from tools.names import closest
from tools.world import World

FIELDS = (
    "provider", "region", "zone", "host", "state", "os", "image", "size", "group", "vcpus",
    "memory_gib", "protected",
)  # fmt: skip
"""Fields of the record that machines may be grouped by, beside any tag."""

GroupBy = Annotated[str, AfterValidator(lambda name: name.strip().removeprefix("tags."))]
"""The bare name of a field or a tag; `tags.env` is read as `env`."""


def grouped(world: World, vms: Sequence[VM], name: str) -> dict[str, list[VM]]:
    """The machines under each value, the largest group first; `none` where there is no value.

    Raises:
        NotFound: it is no field, and no machine of the fleet has such a tag.
    """
    tag = name not in FIELDS
    if tag:
        known = world.inventory.tag_values()
        if name not in known and not any(name in vm.tags for vm in vms):
            raise NotFound(
                f"There is no field or tag {name!r} to group by.",
                choices=closest(name, [*FIELDS, *known]),
            )
    groups: dict[str, list[VM]] = {}
    for vm in vms:
        value = vm.tags.get(name) if tag else getattr(vm, name)
        groups.setdefault(_shown(value), []).append(vm)
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
