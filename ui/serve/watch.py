"""Tells what became of plans and operations, whoever did it: this process, another, a terminal."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tools.control import Control
from tools.database import operations, plans, reading
from ui.serve.events import Bus

EVERY_S = 1.0
LOOKS_BACK = timedelta(days=1)
"""A plan or operation that is older is not watched: nobody waits for it."""

_PLAN_EVENTS = {
    "pending": "plan.offered",
    "started": "plan.approved",
    "done": "plan.done",
    "cancelled": "plan.cancelled",
}


class Watch:
    """Compares the plans and operations of the last day with what it saw before."""

    def __init__(self, control: Control, bus: Bus) -> None:
        self._control = control
        self._bus = bus
        self._lock = threading.Lock()
        self._plans: dict[str, str] = {}
        self._operations: dict[str, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self.look(quietly=True)

    def start(self) -> None:
        """Look every second until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, quietly: bool = False) -> None:
        """Tell what is new since the last look."""
        with self._lock:
            since = (self._control.clock() - LOOKS_BACK).timestamp()
            with reading(self._control.engine) as db:
                found = db.execute(recent(plans, since)).all()
                ran = db.execute(recent(operations, since)).all()
            self._plans, changed = _compared(self._plans, found)
            self._operations, moved = _compared(self._operations, ran)
            if quietly:
                return
            for row in changed:
                self._bus.tell(self._plan_event(row))
            for row in moved:
                self._bus.tell(operation_event(row, self._now()))

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            with suppress(SQLAlchemyError):  # it is away for a moment; readiness says so
                self.look()

    def _plan_event(self, row: sa.Row[Any]) -> dict[str, Any]:
        kind = _PLAN_EVENTS.get(row.status, f"plan.{row.status}")
        return {"type": kind, "tenant": row.tenant, "plan": row.id, "at": self._now()}

    def _now(self) -> str:
        return self._control.clock().isoformat()


def operation_event(row: sa.Row[Any], at: str) -> dict[str, Any]:
    """What is told of an operation that runs or has ended."""
    kind = "operation.started" if row.status == "running" else "operation.finished"
    return {
        "type": kind, "tenant": row.tenant, "operation": row.id, "plan": row.plan_id,
        "status": row.status, "at": at,
    }  # fmt: skip


def recent(table: sa.Table, since: float) -> sa.Select[Any]:
    """The plans or operations since then."""
    columns = [table.c.id, table.c.tenant, table.c.status, table.c.created_at]
    more = [table.c.plan_id] if "plan_id" in table.c else []
    return sa.select(*columns, *more).where(table.c.created_at >= since)


def _compared(
    before: dict[str, str], rows: Sequence[sa.Row[Any]]
) -> tuple[dict[str, str], list[sa.Row[Any]]]:
    now = {row.id: row.status for row in rows}
    changed = [row for row in rows if before.get(row.id) != row.status]
    return now, sorted(changed, key=lambda row: row.created_at)
