"""What of the fleet cannot be seen now, and how old that part is: said with every answer.

A connection that failed is not seen: nothing is planned on its machines until it is read again.
One that is only late, or was not read for a while, is planned on as it was last seen; every machine
is read again before anything runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.inventory import Connected, Inventory
from tools.machine import VM
from tools.names import counted
from tools.selector import Selector

NOT_SEEN = "cannot be seen now"
LATE_S = 60.0
"""A connection that has not answered for so long counts as one that failed."""
_LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """A connection that cannot be seen, or was not looked at for a while.

    Attributes:
        blind: it failed: nothing is planned on what it showed.
        known: how many machines it showed last.
        age_s: how long ago that was; None: never.
        why: the reason, without a full stop.
    """

    connection: str
    blind: bool
    known: int
    age_s: float | None
    why: str

    def __str__(self) -> str:
        """The gap in a sentence."""
        if self.age_s is None or not self.known:
            return f"{self.connection} is not seen ({self.why}): no machine of it is known."
        shown = f"its {counted(self.known, 'machine')}"
        verb = "is" if self.known == 1 else "are"
        state = NOT_SEEN if self.blind else "is not read yet"
        return f"{self.connection} {state} ({self.why}): {shown} {verb} as of {ago(self.age_s)}."


def gaps(inventory: Inventory, now_s: float) -> list[Gap]:
    """What cannot be seen at this moment, in seconds since 1970."""
    found: list[Gap] = []
    for one in inventory.connected():
        if (said := _trouble(inventory, one, now_s)) is not None:
            found.append(_gap(inventory, one, said[0], said[1], now_s))
    for one in inventory.book.unconnected():
        found.append(_gap(inventory, one, True, _message(one.error), now_s))
    return [gap for gap in found if inventory.concerns(gap.connection, gap.known)]


def _trouble(inventory: Inventory, one: Connected, now_s: float) -> tuple[bool, str] | None:
    """Whether a connection is blind and why, or None where it is seen."""
    late = inventory.late_s(one.name)
    if late > LATE_S:
        return True, f"it has not answered for {late:.0f} s"
    if one.error is not None:
        return True, _message(one.error)
    if one.refreshed_at is None:
        return False, "it is being read for the first time" if late else "it was not read yet"
    if now_s - one.refreshed_at > inventory.old_after_s:
        return False, "it is being read" if late else "it was not read since"
    return None


def _gap(inventory: Inventory, one: Connected, blind: bool, why: str, now_s: float) -> Gap:
    age_s = None if one.refreshed_at is None else max(0.0, now_s - one.refreshed_at)
    return Gap(one.name, blind, inventory.known_on(one.name), age_s, why)


def look_again(inventory: Inventory, now_s: float) -> list[Gap]:
    """The gaps that stay after the connections that failed were read once more."""
    found = gaps(inventory, now_s)
    again = [
        gap.connection for gap in found if gap.blind and inventory.book.may_try(gap.connection)
    ]
    if not again:
        return found
    inventory.refresh(again, within_s=inventory.patience_s)
    return gaps(inventory, now_s)


def unseen(inventory: Inventory, vms: Iterable[VM], found: Iterable[Gap]) -> dict[str, str]:
    """Why each of these machines that cannot be seen is not, by id."""
    blind = {gap.connection: gap for gap in found if gap.blind}
    if not blind:
        return {}
    states = {vm.id: vm.state.value for vm in vms}
    reasons: dict[str, str] = {}
    for machine_id, connection in inventory.connections_of(list(states)).items():
        if (gap := blind.get(connection)) is not None:
            when = ago(gap.age_s) if gap.age_s is not None else "once"
            seen = f"last seen {states[machine_id]} {when}"
            reasons[machine_id] = f"{connection} {NOT_SEEN}, {seen}"
    return reasons


def about(
    inventory: Inventory, found: Iterable[Gap], selector: Selector | None, targets: Collection[str]
) -> list[Gap]:
    """The gaps that matter to an answer on what a selector means."""
    found = list(found)
    if not found or selector is None:
        return found
    if selector.is_by_name() and targets:
        reached = set(inventory.connections_of(list(targets)).values())
        return [gap for gap in found if gap.connection in reached]
    if selector.provider:
        kinds = set(selector.provider)
        return [
            gap
            for gap in found
            if not (of := inventory.book.kinds_on(gap.connection)) or of & kinds
        ]
    return found


def ago(seconds: float) -> str:
    """An age in words."""
    if seconds < 90:
        return f"{seconds:.0f} s ago"
    minutes = seconds / 60
    if minutes < 120:
        return f"{minutes:.0f} minutes ago"
    hours = minutes / 60
    return f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"


def _message(error: Mapping[str, Any] | None) -> str:
    said = str((error or {}).get("message") or "it is not reached")
    return said.strip().rstrip(".")[:_LONGEST_WHY]
