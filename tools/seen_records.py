"""What was done and is scheduled, as far as it is about machines that are seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tools.errors import NotFound
from tools.identity import User
from tools.inventory import Inventory
from tools.journal import Journal, Operation
from tools.schedules import Found, Schedule, Schedules, Status

_LOOKED_THROUGH = 1000


class SeenJournal(Journal):
    """The journal in which only operations on machines that are seen exist.

    Args:
        whole: the tenant's journal.
        inventory: the machines that are seen.
    """

    def __init__(self, whole: Journal, inventory: Inventory) -> None:
        vars(self).update(vars(whole))
        self._inventory = inventory

    def _is_seen(self, operation: Operation) -> bool:
        return _all_seen(self._inventory, [s.target for s in operation.steps])

    def get(self, operation_id: str) -> Operation:
        """One operation with its steps.

        Raises:
            NotFound: there is none.
        """
        found = super().get(operation_id)
        if not self._is_seen(found):
            raise NotFound(
                f"There is no operation {operation_id!r}.", hint="list_operations shows them."
            )
        return found

    def list(
        self,
        since: datetime | None = None,
        status: str | None = None,
        actor: str | None = None,
        limit: int = 50,
    ) -> list[Operation]:
        """Operations, the newest first."""
        found = super().list(since, status, actor, _LOOKED_THROUGH)
        return [operation for operation in found if self._is_seen(operation)][:limit]

    def last_undoable(self, actor: str | None = None) -> str | None:
        """The newest operation of which something can be taken back, where it is seen."""
        found = super().last_undoable(actor)
        return found if found and self._is_seen(super().get(found)) else None


class SeenSchedules(Schedules):
    """The schedules of which only those on machines that are seen exist.

    Args:
        whole: the tenant's schedules.
        inventory: the machines that are seen.
    """

    def __init__(self, whole: Schedules, inventory: Inventory) -> None:
        vars(self).update(vars(whole))
        self._inventory = inventory

    def _is_seen(self, schedule: Schedule) -> bool:
        return bool(schedule.agreed) and _all_seen(self._inventory, schedule.agreed)

    def list(self, status: Status | None = None) -> Found:
        """The schedules, the next to fire first, then the rest, the newest first."""
        return [schedule for schedule in super().list(status) if self._is_seen(schedule)]

    def get(self, schedule_id: str) -> Schedule:
        """The schedule of this id.

        Raises:
            NotFound: there is none.
        """
        try:
            found = super().get(schedule_id)
        except NotFound as error:
            raise self._missing(schedule_id) from error
        if not self._is_seen(found):
            raise self._missing(schedule_id)
        return found

    def _missing(self, schedule_id: str) -> NotFound:
        active = tuple(schedule.id for schedule in self.list("active")[:10])
        hint = "list_schedules shows them."
        return NotFound(f"There is no schedule {schedule_id!r}.", hint=hint, choices=active)

    def cancel(self, schedule_id: str, user: User | None = None) -> Schedule:
        """Let a schedule never fire again.

        Raises:
            NotFound: there is none.
            Conflict: it fires no more anyway.
        """
        self.get(schedule_id)
        return super().cancel(schedule_id, user)


def _all_seen(inventory: Inventory, targets: Sequence[str]) -> bool:
    known = inventory.get(targets)
    return all(target in known for target in targets)
