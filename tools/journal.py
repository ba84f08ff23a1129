"""The journal: what was started, every act of it, what was seen, and how it is taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.calls import Call
from tools.database import operations, reading, steps
from tools.errors import NotFound, NovaError, error_from_dict
from tools.times import Clock

OperationStatus = Literal["running", "done", "partial", "failed", "cancelled", "unknown"]
StepStatus = Literal["pending", "running", "done", "failed", "unknown", "skipped", "cancelled"]
_ACTS_OF_ONE = 10
SETTLED: tuple[StepStatus, ...] = ("done", "failed", "unknown", "skipped", "cancelled")


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One act as the journal has it.

    Attributes:
        index: its place in the operation.
        seen: what the last reading showed.
        result_id: the machine that it made, or that the machine is now.
    """

    index: int
    call_index: int
    tool: str
    target: str
    label: str
    status: StepStatus
    attempts: int = 0
    seen: str | None = None
    error: NovaError | None = None
    result_id: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """A confirmed plan as it runs or ran.

    Attributes:
        approved_by: who said yes.
        schedules: the ids of the schedules that it made.
    """

    id: str
    plan_id: str
    status: OperationStatus
    asked_by: str
    approved_by: tuple[str, ...]
    created_at: datetime
    finished_at: datetime | None = None
    steps: tuple[StepRecord, ...] = ()
    schedules: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that it used, each once, in order."""
        return tuple(dict.fromkeys(step.tool for step in self.steps))


@dataclass(frozen=True, slots=True)
class ActOn:
    """What was done to one machine: by whom, when, and how it ended."""

    tool: str
    actor: str
    at: datetime
    status: StepStatus
    error: NovaError | None = None

    @property
    def error_code(self) -> str | None:
        """Why it failed, as a stable code."""
        return self.error.code if self.error else None

    def in_words(self) -> str:
        """One short line."""
        end = f"{self.status}: {self.error.message}" if self.error else self.status
        return f"{self.tool} by {self.actor} at {self.at:%Y-%m-%d %H:%M}, {end}"


class Journal:
    """Reads of the journal.

    Args:
        tenant: whose operations can be seen; None: everybody's.
    """

    def __init__(self, engine: Engine, clock: Clock, tenant: str | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._tenant = tenant

    def of(self, tenant: str) -> Journal:
        """The journal as a tenant may see it."""
        return Journal(self._engine, self._clock, tenant)

    @property
    def _own(self) -> sa.ColumnElement[bool]:
        """The rows that can be seen; made when asked, as most turns ask nothing of it."""
        if self._tenant is None:
            return sa.true()
        return operations.c.tenant == self._tenant

    def get(self, operation_id: str) -> Operation:
        """One operation with its steps.

        Raises:
            NotFound: there is none.
        """
        query = sa.select(operations).where(operations.c.id == operation_id, self._own)
        with reading(self._engine) as db:
            row = db.execute(query).one_or_none()
            if row is None:
                raise NotFound(
                    f"There is no operation {operation_id!r}.", hint="list_operations shows them."
                )
            return _operation(row, self._steps(db, [row.id]).get(row.id, []))

    def plan_of(self, operation_id: str) -> str:
        """The id of the plan that an operation carries out."""
        query = sa.select(operations.c.plan_id).where(operations.c.id == operation_id)
        with reading(self._engine) as db:
            return db.execute(query).scalar_one()

    def of_plan(self, plan_id: str) -> Operation | None:
        """The operation that a plan became, if it did."""
        query = sa.select(operations.c.id).where(operations.c.plan_id == plan_id)
        with reading(self._engine) as db:
            found = db.scalar(query)
        return self.get(found) if found else None

    def list(
        self,
        since: datetime | None = None,
        status: str | None = None,
        actor: str | None = None,
        limit: int = 50,
    ) -> list[Operation]:
        """Operations, the newest first."""
        newest = sa.select(operations).order_by(operations.c.number.desc())
        query = newest.where(self._own).limit(limit)
        if since is not None:
            query = query.where(operations.c.created_at >= since.timestamp())
        if status is not None:
            query = query.where(operations.c.status == status)
        if actor is not None:
            query = query.where(sa.func.lower(operations.c.asked_by) == actor.casefold())
        with reading(self._engine) as db:
            rows = db.execute(query).all()
            found = self._steps(db, [row.id for row in rows])
        return [_operation(row, found.get(row.id, [])) for row in rows]

    def _steps(self, db: sa.Connection, ids: Sequence[str]) -> dict[str, list[StepRecord]]:
        query = _SHOWN.where(steps.c.operation_id.in_(ids)).order_by(steps.c.number)
        found: dict[str, list[StepRecord]] = {}
        for row in db.execute(query).all():
            found.setdefault(row.operation_id, []).append(step_record(row))
        return found

    def last_undoable(self, actor: str | None = None) -> str | None:
        """The newest operation of which something can be taken back and was not yet."""
        undone = sa.select(steps.c.operation_id).where(
            steps.c.operation_id == operations.c.id, steps.c.inverse.is_not(None)
        )
        query = (
            sa.select(operations.c.id, operations.c.record)
            .where(operations.c.status != "running", undone.exists(), self._own)
            .order_by(operations.c.number.desc())
            .limit(50)
        )
        if actor is not None:
            query = query.where(operations.c.asked_by == actor)
        with reading(self._engine) as db:
            rows = db.execute(query).all()
        taken_back = {u for row in rows for u in json.loads(row.record).get("undoes", [])}
        for row in rows:
            if row.id not in taken_back:
                return row.id
        return None

    def inverse_calls(self, operation_id: str) -> list[Call]:
        """The calls that take an operation back, the last act first.

        Raises:
            NotFound: there is no such operation.
        """
        self.get(operation_id)
        query = (
            sa.select(steps.c.inverse)
            .where(steps.c.operation_id == operation_id, steps.c.inverse.is_not(None))
            .order_by(steps.c.number.desc())
        )
        with reading(self._engine) as db:
            return [Call.parse(json.loads(inverse)) for inverse in db.scalars(query)]

    def acts_on(self, ids: Sequence[str], since: datetime) -> dict[str, list[ActOn]]:
        """What was done to each of these machines, the newest first; ten of each at most."""
        query = (
            sa.select(steps, operations.c.asked_by)
            .join(operations, operations.c.id == steps.c.operation_id)
            .where(
                steps.c.target.in_(list(ids)),
                self._own,
                steps.c.settled_at >= since.timestamp(),
                steps.c.status.in_(("done", "failed", "unknown")),
            )
            .order_by(steps.c.settled_at.desc())
        )
        found: dict[str, list[ActOn]] = {}
        with reading(self._engine) as db:
            for row in db.execute(query):
                acts = found.setdefault(row.target, [])
                if len(acts) < _ACTS_OF_ONE:
                    acts.append(_act_on(row))
        return found


_SHOWN: Any = sa.select(
    steps.c.operation_id, steps.c.number, steps.c.call_index, steps.c.tool, steps.c.target,
    steps.c.label, steps.c.status, steps.c.attempts, steps.c.seen, steps.c.error,
    steps.c.result_id, steps.c.args,
)  # fmt: skip
"""What `step_record` looks at: the machine before the act is far more, and not shown."""


def step_record(row: sa.Row[Any]) -> StepRecord:
    """A row of the journal."""
    return StepRecord(
        index=row.number,
        call_index=row.call_index,
        tool=row.tool,
        target=row.target,
        label=row.label,
        status=row.status,
        attempts=row.attempts,
        seen=row.seen,
        error=error_from_dict(json.loads(row.error)) if row.error else None,
        result_id=row.result_id,
        args=json.loads(row.args),
    )


def _act_on(row: sa.Row[Any]) -> ActOn:
    error = error_from_dict(json.loads(row.error)) if row.error else None
    at = datetime.fromtimestamp(row.settled_at, UTC)
    return ActOn(row.tool, row.asked_by, at, row.status, error)


def _operation(row: sa.Row[Any], found: Sequence[StepRecord]) -> Operation:
    record = json.loads(row.record)
    return Operation(
        id=row.id,
        plan_id=row.plan_id,
        status=row.status,
        asked_by=row.asked_by,
        approved_by=tuple(a["user"]["name"] for a in record["approvals"]),
        created_at=datetime.fromtimestamp(row.created_at, UTC),
        finished_at=datetime.fromtimestamp(row.finished_at, UTC) if row.finished_at else None,
        steps=tuple(found),
        schedules=tuple(record.get("schedules", ())),
    )
