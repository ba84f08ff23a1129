"""Snapshots of one machine: memory and disks while it runs, disks while it is off."""

from __future__ import annotations

from typing import Any

from tools.errors import Conflict, InvalidRequest, NotFound, ProviderError
from tools.machine import State
from tools.providers.vsphere_notes import short
from tools.providers.vsphere_power import Way, state
from tools.providers.vsphere_record import Seen, snapshots, state_of

_LONGEST_NAME = 80


def take(seen: Seen, way: Way, name: str, token: str) -> None:
    """Save it under a name that it has no snapshot of yet.

    Raises:
        Conflict: the name is taken; vSphere itself would let two bear it.
    """
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise InvalidRequest(f"A snapshot's name has 1 to {_LONGEST_NAME} characters.")
    for known, item in snapshots(seen.get("snapshot")):
        if known == name:
            if token and item.description == _mark(token):
                return
            raise Conflict(f"{seen.name} already has a snapshot {name!r}.")
    memory = state(seen) is State.RUNNING
    way.wait(seen.ref.CreateSnapshot_Task(name, _mark(token), memory, False))


def _mark(token: str) -> str:
    return f"NovaCron {short(token)}" if token else "NovaCron"


def restore(seen: Seen, way: Way, name: str) -> None:
    """Put it back, and see that it came back as it was saved.

    Raises:
        ProviderError: it did not come back so; its state now is told.
    """
    item = _find(seen, name)
    way.wait(item.snapshot.RevertToSnapshot_Task(None, False))
    after = way.look(seen.ref)
    info: Any = after.get("snapshot")
    expected = state_of(item.state, "connected")
    if state(after) is not expected or info is None or info.currentSnapshot != item.snapshot:
        raise ProviderError(
            f"{seen.name} did not come back from the snapshot {name!r} as it was saved: it is "
            f"{state(after).value} and was {expected.value} then.",
            hint="Look at the machine and its events in vCenter before anything else.",
        )


def delete(seen: Seen, way: Way, name: str) -> None:
    """Remove one snapshot; later ones stay."""
    way.wait(_find(seen, name).snapshot.RemoveSnapshot_Task(False, True))


def _find(seen: Seen, name: str) -> Any:
    found = dict(snapshots(seen.get("snapshot")))
    if name not in found:
        raise NotFound(f"{seen.name} has no snapshot {name!r}.", choices=tuple(found))
    return found[name]
