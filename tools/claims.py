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

from tools.database import machine_locks, operations, steps, take_turn
from tools.many_rows import among, upsert_rows

LEASE_S = 5.0
"""So long a step belongs to a process that no longer renews its lease."""


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
            query = sa.select(steps).where(
                steps.c.operation_id == operation_id,
                among(db, steps.c.number, indexes),
                steps.c.call_index == barrier,
                steps.c.status.in_(("pending", "running")),
                sa.or_(steps.c.leased_until.is_(None), steps.c.leased_until < now),
            )
            found = db.execute(query.order_by(steps.c.number)).all()
            rows = _first_on_machine(db, operation_id, found)
            free = self._lock(db, operation_id, [row.target for row in rows], now)
            rows = [row for row in rows if row.target in free]
            self._lease(db, operation_id, [row.number for row in rows], now)
        return rows

    def held(self, db: sa.Connection, operation_id: str, numbers: Sequence[int]) -> set[int]:
        """Those of these steps that are open and this process's, until the transaction ends."""
        take_turn(db, f"operation/{operation_id}")
        query = sa.select(steps.c.number).where(
            steps.c.operation_id == operation_id,
            among(db, steps.c.number, numbers),
            steps.c.owner == self.owner,
            steps.c.status.in_(("pending", "running")),
        )
        return set(db.scalars(query).all())

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
        if not unique:
            return set()
        rows = [{"target": t, "operation_id": operation_id, "until": now + LEASE_S} for t in unique]
        free = sa.or_(machine_locks.c.until < now, machine_locks.c.operation_id == operation_id)
        upsert_rows(db, machine_locks, "target", rows, where=free)
        query = sa.select(machine_locks.c.target).where(
            among(db, machine_locks.c.target, unique), machine_locks.c.operation_id == operation_id
        )
        return set(db.scalars(query).all())

    def _lease(
        self, db: sa.Connection, operation_id: str, numbers: Sequence[int], now: float
    ) -> None:
        leased = sa.update(steps).where(
            steps.c.operation_id == operation_id, among(db, steps.c.number, numbers)
        )
        db.execute(leased.values(owner=self.owner, leased_until=now + LEASE_S))

    def renew(self, operation_id: str, numbers: Sequence[int], targets: Sequence[str]) -> None:
        """Keep open steps and their machines for a while longer."""
        until = time.time() + LEASE_S
        with self._engine.begin() as db:
            leased = sa.update(steps).where(
                steps.c.operation_id == operation_id,
                among(db, steps.c.number, numbers),
                steps.c.owner == self.owner,
            )
            db.execute(leased.values(leased_until=until))
            locked = sa.update(machine_locks).where(
                among(db, machine_locks.c.target, sorted(set(targets))),
                machine_locks.c.operation_id == operation_id,
            )
            db.execute(locked.values(until=until))

    def give_back(self, db: sa.Connection, operation_id: str, targets: Sequence[str]) -> None:
        """Let go of machines, in the caller's transaction."""
        db.execute(
            sa.delete(machine_locks).where(
                among(db, machine_locks.c.target, sorted(set(targets))),
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
    query = sa.select(steps.c.target, sa.func.min(steps.c.number)).where(
        among(db, steps.c.target, sorted({row.target for row in rows})),
        steps.c.operation_id == operation_id,
        steps.c.status.in_(("pending", "running")),
    )
    first: dict[str, int] = {
        target: number for target, number in db.execute(query.group_by(steps.c.target)).all()
    }
    return [row for row in rows if first.get(row.target) == row.number]
