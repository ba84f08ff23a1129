"""A small fleet held in memory, as fresh as the database: asking it takes no query but one figure.

Every writer of the inventory counts up `fleet_changes` in its own transaction, so that what another
process wrote is seen by the next question. Fleets above the limit are asked in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import fleet_changes, machine_records, machines, reading
from tools.machine import VM
from tools.machine_rows import read_records

HELD = 500
"""So many machines are held; from about here on one query is faster than looking at each."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The machines at one state of the inventory, in the order in which they were first seen."""

    changes: int
    vms: tuple[VM, ...]
    by_id: dict[str, VM]
    names: frozenset[str]
    connections: dict[str, str]


def count_change(db: sa.Connection) -> None:
    """Say that machines change in this transaction."""
    more = sa.update(fleet_changes).values(number=fleet_changes.c.number + 1)
    if db.execute(more).rowcount == 0:
        db.execute(sa.insert(fleet_changes).values(id=1, number=1))


class HeldFleet:
    """The fleet in memory while it is small and nobody changed it."""

    def __init__(self, engine: Engine, limit: int = HELD) -> None:
        self._engine = engine
        self._limit = limit
        self._fleet: Fleet | None = None
        self._too_large_at: int | None = None

    def now(self) -> Fleet | None:
        """The present fleet, or None where it is too large to be held."""
        if not self._limit:
            return None
        changes = self.changes()
        known = self._fleet
        if known is not None and known.changes == changes:
            return known
        return None if self._too_large_at == changes else self._load(changes)

    def changes(self) -> int:
        """How often the inventory was written to. By the driver: each question asks it."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT number FROM fleet_changes")
            row = cursor.fetchone()
            cursor.close()
            return row[0] if row is not None else 0
        finally:
            connection.close()

    def _load(self, changes: int) -> Fleet | None:
        with reading(self._engine) as db:
            number = db.scalar(sa.select(sa.func.count()).select_from(machines)) or 0
            if number > self._limit:
                self._fleet, self._too_large_at = None, changes
                return None
            query = sa.select(machine_records.c.record, machines.c.connection)
            query = query.join(machines, machines.c.id == machine_records.c.id)
            rows = db.execute(query.order_by(machines.c.position)).all()
        vms = tuple(read_records(row.record for row in rows))
        connections = {vm.id: row.connection for vm, row in zip(vms, rows, strict=True)}
        names = frozenset(vm.name for vm in vms)
        self._fleet = Fleet(changes, vms, {vm.id: vm for vm in vms}, names, connections)
        return self._fleet

    def forget(self) -> None:
        """Read the fleet again at the next question."""
        self._fleet = self._too_large_at = None
