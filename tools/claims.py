"""Who works on which step: leases in the journal and a lock per machine, so that no act is doubled.

A lease is wall-clock time, since a process that died cannot give it back; `novacron worker`s on
several hosts need clocks that agree within a second or two.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from tools.database import is_postgres, machine_locks, operations, steps, take_turn

LEASE_S = 5.0
"""So long a step belongs to a process that no longer renews its lease."""
_PART = 400


class Claims:
    """The steps that this process works on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def take(self, operation_id: str, indexes: Sequence[int]) -> list[sa.Row[Any]]:
        """The open steps among these that are now this process's; others are somebody else's.

        A step is left alone while a step of an earlier call of the operation is open, or an
        earlier step on its machine, and while another operation has its machine.
        """
        now = time.time()
        with self._engine.begin() as db:
            take_turn(db, f"operation/{operation_id}")
            if db.scalar(_cancelled(operation_id)):
                _call_off(db, operation_id)  # what has begun is still read back
            barrier = db.scalar(_first_open_call(operation_id))
            rows: list[sa.Row[Any]] = []
            for part in _parts(indexes):
                query = sa.select(steps).where(
                    steps.c.operation_id == operation_id,
                    steps.c.number.in_(part),
                    steps.c.call_index == barrier,
                    steps.c.status.in_(("pending", "running")),
                    sa.or_(steps.c.leased_until.is_(None), steps.c.leased_until < now),
                )
                rows.extend(db.execute(query.order_by(steps.c.number)))
            rows = _first_on_machine(db, operation_id, rows)
            free = self._lock(db, operation_id, [row.target for row in rows], now)
            rows = [row for row in rows if row.target in free]
            self._lease(db, operation_id, [row.number for row in rows], now)
        return rows

    def held(self, db: sa.Connection, operation_id: str, numbers: Sequence[int]) -> set[int]:
        """Those of these steps that are open and this process's, until the transaction ends."""
        take_turn(db, f"operation/{operation_id}")
        found: set[int] = set()
        for part in _parts(numbers):
            query = sa.select(steps.c.number).where(
                steps.c.operation_id == operation_id,
                steps.c.number.in_(part),
                steps.c.owner == self.owner,
                steps.c.status.in_(("pending", "running")),
            )
            found.update(db.scalars(query))
        return found

    def call_off(self, operation_id: str) -> None:
        """Let no step begin that has not."""
        with self._engine.begin() as db:
            take_turn(db, f"operation/{operation_id}")
            _call_off(db, operation_id)

    def _lock(
        self, db: sa.Connection, operation_id: str, targets: Sequence[str], now: float
    ) -> set[str]:
        """The machines among these that this operation has now."""
        unique = sorted(set(targets))
        insert = postgresql.insert if is_postgres(self._engine) else sqlite.insert
        rows = [{"target": t, "operation_id": operation_id, "until": now + LEASE_S} for t in unique]
        if rows:
            statement = insert(machine_locks)
            taken = sa.or_(
                machine_locks.c.until < now, machine_locks.c.operation_id == operation_id
            )
            change = statement.on_conflict_do_update(
                index_elements=["target"],
                set_={
                    "operation_id": statement.excluded.operation_id,
                    "until": statement.excluded.until,
                },
                where=taken,
            )
            db.execute(change, rows)
        held: set[str] = set()
        for part in _parts(unique):
            query = sa.select(machine_locks.c.target).where(
                machine_locks.c.target.in_(part), machine_locks.c.operation_id == operation_id
            )
            held.update(db.scalars(query))
        return held

    def _lease(
        self, db: sa.Connection, operation_id: str, numbers: Sequence[int], now: float
    ) -> None:
        for part in _parts(numbers):
            db.execute(
                sa.update(steps)
                .where(steps.c.operation_id == operation_id, steps.c.number.in_(part))
                .values(owner=self.owner, leased_until=now + LEASE_S)
            )

    def renew(self, operation_id: str, numbers: Sequence[int], targets: Sequence[str]) -> None:
        """Keep open steps and their machines for a while longer."""
        until = time.time() + LEASE_S
        with self._engine.begin() as db:
            for part in _parts(numbers):
                db.execute(
                    sa.update(steps)
                    .where(
                        steps.c.operation_id == operation_id,
                        steps.c.number.in_(part),
                        steps.c.owner == self.owner,
                    )
                    .values(leased_until=until)
                )
            for part in _parts(sorted(set(targets))):
                db.execute(
                    sa.update(machine_locks)
                    .where(
                        machine_locks.c.target.in_(part),
                        machine_locks.c.operation_id == operation_id,
                    )
                    .values(until=until)
                )

    def give_back(self, db: sa.Connection, operation_id: str, targets: Sequence[str]) -> None:
        """Let go of machines, in the caller's transaction."""
        for part in _parts(sorted(set(targets))):
            db.execute(
                sa.delete(machine_locks).where(
                    machine_locks.c.target.in_(part),
                    machine_locks.c.operation_id == operation_id,
                )
            )


def _cancelled(operation_id: str) -> sa.Select[Any]:
    return sa.select(operations.c.cancelled_by).where(operations.c.id == operation_id)


def _call_off(db: sa.Connection, operation_id: str) -> None:
    """What has not begun does not begin any more, and lets go of its machines."""
    db.execute(
        sa.update(steps)
        .where(steps.c.operation_id == operation_id, steps.c.status == "pending")
        .values(status="cancelled", seen="called off before it began", settled_at=time.time())
    )
    begun = sa.select(steps.c.target).where(
        steps.c.operation_id == operation_id, steps.c.status == "running"
    )
    db.execute(
        sa.delete(machine_locks).where(
            machine_locks.c.operation_id == operation_id, machine_locks.c.target.not_in(begun)
        )
    )


def _first_open_call(operation_id: str) -> sa.Select[Any]:
    return sa.select(sa.func.min(steps.c.call_index)).where(
        steps.c.operation_id == operation_id, steps.c.status.in_(("pending", "running"))
    )


def _first_on_machine(
    db: sa.Connection, operation_id: str, rows: Sequence[sa.Row[Any]]
) -> list[sa.Row[Any]]:
    """Those before which no step on the same machine is open."""
    first: dict[str, int] = {}
    for part in _parts(sorted({row.target for row in rows})):
        query = sa.select(steps.c.target, sa.func.min(steps.c.number)).where(
            steps.c.target.in_(part),
            steps.c.operation_id == operation_id,
            steps.c.status.in_(("pending", "running")),
        )
        first.update(
            {target: number for target, number in db.execute(query.group_by(steps.c.target))}
        )
    return [row for row in rows if first.get(row.target) == row.number]


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + _PART] for start in range(0, len(items), _PART)]
