"""What a plan that loses data wants typed: the name of what is lost, or how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools.catalog import Risk

if TYPE_CHECKING:
    from tools.plan import PlannedCall

DISK = "disk:"
"""How the target of a step on a disk begins that no machine uses."""
_AGREEING = frozenset(
    ("y", "yes", "yep", "yeah", "ok", "okay", "go", "sure", "confirm", "approve", "proceed", "run")
)


def lost(calls: Sequence[PlannedCall]) -> dict[str, str]:
    """The name of each machine that loses data, and of each disk that goes, by id."""
    found: dict[str, str] = {}
    for call in (c for c in calls if c.risk is Risk.DESTROY):
        found.update((vm.id, vm.name) for vm in call.vms)
        found.update(
            (s.target.removeprefix(DISK), s.label) for s in call.steps if s.target.startswith(DISK)
        )
    return found


def to_type(calls: Sequence[PlannedCall]) -> str | None:
    """What must be typed before data is lost: a name, or how many there are; None: nothing.

    For what has no name, or whose name is a word of agreement, it is the id.
    """
    found = lost(calls)
    if len(found) > 1:
        return str(len(found))
    for key, name in found.items():
        said = name.strip().casefold()
        return name if said and said not in _AGREEING else key
    return None


def what_to_type(calls: Sequence[PlannedCall]) -> str:
    """What that is, in words."""
    found = lost(calls)
    doomed = [c for c in calls if c.risk is Risk.DESTROY]
    disks = any(s.target.startswith(DISK) for c in doomed for s in c.steps)
    machines = any(c.vms for c in doomed)
    noun = "machine" if not disks else "thing" if machines else "disk"
    return f"the {noun}'s name" if len(found) == 1 else f"the number of {noun}s"
