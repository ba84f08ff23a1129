"""Operations: a confirmed plan carried out durably, step by step, each act exactly once."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tools.admission import asker_of, check_admission
from tools.approvals import Approval, user_to_dict
from tools.audit import Fact
from tools.catalog import Step
from tools.claims import Claims
from tools.database import is_postgres, operations, reading, steps, take_turn
from tools.errors import Conflict
from tools.execution import Event, Executor, OnEvent
from tools.identity import User
from tools.journal import Journal, Operation, StepRecord
from tools.many_rows import insert_rows
from tools.plan import Plan, PlannedCall
from tools.results import outcome_of

if TYPE_CHECKING:
    from tools.control import Control

__all__ = ["Event", "OnEvent", "Operation", "Operations", "StepRecord"]

BATCH = 200
"""So many steps are claimed, begun and settled in one transaction each."""
_IDLE_S = 0.2
_PATIENCE_S = 3.0
_BLOCKED_S = 600.0


class Operations:
    """Starts operations, runs them here or beside workers, and takes over what others left."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._engine = control.engine
        self._journal = Journal(control.engine, control.clock)
        self._claims = Claims(control.engine)
        self._executor = Executor(control)

    # reads

    def get(self, operation_id: str) -> Operation:
        """One operation with its steps."""
        return self._journal.get(operation_id)

    def of_plan(self, plan_id: str) -> Operation | None:
        """The operation that a plan became, if it did."""
        return self._journal.of_plan(plan_id)

    def list(
        self,
        since: datetime | None = None,
        status: str | None = None,
        actor: str | None = None,
        limit: int = 50,
    ) -> list[Operation]:
        """Operations, the newest first."""
        return self._journal.list(since, status, actor, limit)

    # starting

    def start(self, plan_id: str, approvals: Sequence[Approval]) -> Operation:
        """Make a plan that was said yes to an operation; nothing has been sent when it returns.

        Raises:
            NotAllowed: the yes does not hold any more, or the policies want more than it.
            Drifted: a machine is not as it was shown; nothing runs.
            Conflict: the plan has run already.
        """
        plan = self._control.approvals.plan(plan_id)
        check_admission(self._control, plan, approvals)
        return self._finish_if_settled(self._write(plan, approvals))

    def _write(self, plan: Plan, approvals: Sequence[Approval]) -> str:
        """Use the approvals up, write operation and audit, all in one transaction."""
        control = self._control
        operation_id = uuid.uuid4().hex[:12]
        rows = _rows(plan, operation_id)
        asker = asker_of(plan, approvals)
        try:
            with self._engine.begin() as db:
                take_turn(db, "operations")
                control.approvals.use(db, plan, approvals)
                made = [
                    control.schedules.add(plan, index, call, asker, approvals, db).id
                    for index, call in enumerate(plan.calls)
                    if call.when is not None
                ]
                number = db.scalar(sa.select(sa.func.coalesce(sa.func.max(operations.c.number), 0)))
                db.execute(
                    sa.insert(operations),
                    {
                        "id": operation_id, "number": (number or 0) + 1, "plan_id": plan.id,
                        "tenant": plan.tenant, "status": "running", "asked_by": plan.asked_by,
                        "record": _record(plan, approvals, made),
                        "created_at": control.clock().timestamp(),
                    },
                )  # fmt: skip
                for start in range(0, len(rows), 1000):
                    insert_rows(db, steps, rows[start : start + 1000])
                connections = sorted({p.name for p in control.inventory.providers.values()})
                started = _started(operation_id, plan, approvals, connections)
                control.audit.append_many([started], db)
        except IntegrityError as error:
            raise Conflict("The plan has run already.", hint="Look at its operation.") from error
        control.audit.keep_head()
        return operation_id

    # running

    def run(self, operation_id: str, on_event: OnEvent | None = None) -> Operation:
        """Carry an operation out until it is settled: here, or beside workers if there are any."""
        if self._with_workers(operation_id):
            return self._watch(operation_id, on_event)
        idle_since = time.monotonic()
        while True:
            worked = self._run_lanes(operation_id, on_event)
            operation = self._finish_if_settled(operation_id)
            if operation.status != "running":
                return operation
            if worked:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _BLOCKED_S:
                return operation
            else:
                time.sleep(_IDLE_S)

    def _run_lanes(self, operation_id: str, on_event: OnEvent | None) -> bool:
        """Carry out what is open, each connection's batches beside the others'; whether any was."""

        def run(batches: Sequence[Sequence[int]]) -> bool:
            return any([self._executor.run(operation_id, one, on_event) for one in batches])

        lanes = list(self._lanes(operation_id).values())
        if len(lanes) < 2:
            return any([run(batches) for batches in lanes])
        with ThreadPoolExecutor(len(lanes)) as pool:
            return any(list(pool.map(run, lanes)))

    def _with_workers(self, operation_id: str) -> bool:
        if not is_postgres(self._engine):
            return False
        from tools.queue import Queue

        queue = Queue(self._engine)
        if not queue.workers():
            return False
        queue.submit(operation_id, self.batches(operation_id))
        return True

    def _watch(self, operation_id: str, on_event: OnEvent | None) -> Operation:
        """Wait for workers, and tell of each step that went on."""
        told: dict[int, str] = {}
        while True:
            operation = self.get(operation_id)
            for step in operation.steps:
                if step.status != "pending" and told.get(step.index) != step.status:
                    told[step.index] = step.status
                    if on_event is not None:
                        on_event(Event(operation_id, step))
            if operation.status != "running":
                inventory = self._control.inventory
                inventory.refresh(within_s=inventory.patience_s)
                return operation
            time.sleep(_IDLE_S)

    def batches(self, operation_id: str) -> list[list[int]]:
        """The open steps in the portions in which they are carried out, call by call.

        A portion is on one connection, so that one that is slow or down holds up no other.
        """
        found = [batch for lane in self._lanes(operation_id).values() for batch in lane]
        return sorted(found)

    def _lanes(self, operation_id: str) -> dict[str, list[list[int]]]:
        """The open steps of each connection, in portions, call by call."""
        query = (
            sa.select(steps.c.number, steps.c.call_index, steps.c.target)
            .where(steps.c.operation_id == operation_id, steps.c.status.in_(("pending", "running")))
            .order_by(steps.c.number)
        )
        with reading(self._engine) as db:
            rows = db.execute(query).all()
        reached = self._control.inventory.connections_of(list({row.target for row in rows}))
        calls: dict[tuple[str, int], list[int]] = {}
        for row in rows:
            calls.setdefault((reached.get(row.target, ""), row.call_index), []).append(row.number)
        lanes: dict[str, list[list[int]]] = {}
        for (connection, _), numbers in sorted(calls.items(), key=lambda item: item[0][1]):
            portions = (numbers[i : i + BATCH] for i in range(0, len(numbers), BATCH))
            lanes.setdefault(connection, []).extend(portions)
        return lanes

    def run_batch(self, operation_id: str, indexes: Sequence[int]) -> None:
        """Carry out these steps; for a worker.

        Where others hold them for long it returns, so that the worker is free for what they wait
        for: whatever is open is handed over again.
        """
        idle_since = time.monotonic()
        while self._open(operation_id, indexes):
            if self._executor.run(operation_id, indexes, None):
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _PATIENCE_S:
                return
            else:
                time.sleep(_IDLE_S)
        self._end_if_settled(operation_id)

    def _open(self, operation_id: str, indexes: Sequence[int]) -> bool:
        query = sa.select(sa.func.count()).where(
            steps.c.operation_id == operation_id,
            steps.c.number.in_(indexes),
            steps.c.status.in_(("pending", "running")),
        )
        with reading(self._engine) as db:
            return bool(db.scalar(query))

    def _finish_if_settled(self, operation_id: str) -> Operation:
        """The operation; its end is written down when the last step is settled."""
        self._end_if_settled(operation_id)
        return self.get(operation_id)

    def _end_if_settled(self, operation_id: str) -> None:
        counting = (
            sa.select(steps.c.status, sa.func.count())
            .where(steps.c.operation_id == operation_id)
            .group_by(steps.c.status)
        )
        with reading(self._engine) as db:
            counts = Counter({row[0]: row[1] for row in db.execute(counting)})
        if counts["pending"] or counts["running"]:
            return
        status = outcome_of(counts)
        ended = (
            sa.update(operations)
            .where(operations.c.id == operation_id, operations.c.status == "running")
            .values(status=status, finished_at=self._control.clock().timestamp())
            .returning(operations.c.plan_id)
        )
        with self._engine.begin() as db:
            plan_id = db.scalar(ended)
            if plan_id is None:  # it was written down already
                return
            self._control.approvals.finish(db, plan_id)
            facts = {"operation": operation_id, "plan": plan_id, "status": status}
            self._control.audit.append_many([("finished", facts)], db)
        self._control.audit.keep_head()

    # stopping and taking over

    def cancel(self, operation_id: str, user: User) -> Operation:
        """Begin nothing more of an operation; what is under way is finished and read back.

        Raises:
            Conflict: it has ended.
        """
        change = (
            sa.update(operations)
            .where(operations.c.id == operation_id, operations.c.status == "running")
            .values(cancelled_by=user.name)
        )
        facts = {"operation": operation_id, "by": user.name, "surface": user.surface}
        with self._engine.begin() as db:
            changed = db.execute(change).rowcount
            if changed:
                self._control.audit.append_many([("cancelled", facts)], db)
        if not changed:
            raise Conflict(
                f"The operation {operation_id} is {self.get(operation_id).status} already."
            )
        self._control.audit.keep_head()
        self._claims.call_off(operation_id)
        return self._finish_if_settled(operation_id)

    def recover(self) -> list[Operation]:
        """Take over what a process that died left: read back first, then go on.

        Operations on which somebody still works are left alone.
        """
        alive = sa.select(steps.c.operation_id).where(
            steps.c.operation_id == operations.c.id,
            steps.c.status.in_(("pending", "running")),
            steps.c.leased_until >= time.time(),
        )
        query = sa.select(operations.c.id).where(operations.c.status == "running", ~alive.exists())
        with reading(self._engine) as db:
            left = db.scalars(query).all()
        ended = [self.run(operation_id) for operation_id in left]
        return [operation for operation in ended if operation.status != "running"]


def _record(plan: Plan, approvals: Sequence[Approval], schedules: Sequence[str]) -> str:
    """What an operation's row keeps beside its columns."""
    record = {
        "approvals": [{"user": user_to_dict(a.user), "id": a.id} for a in approvals],
        "schedules": list(schedules),
        "undoes": [str(c.args.get("operation")) for c in plan.calls if c.tool == "undo"],
    }
    return json.dumps(record)


def _started(
    operation_id: str, plan: Plan, approvals: Sequence[Approval], connections: Sequence[str]
) -> Fact:
    """What the audit keeps of a start."""
    facts: dict[str, Any] = {
        "operation": operation_id, "plan": plan.id, "digest": plan.digest,
        "asked_by": plan.asked_by, "surface": plan.surface,
        "approved_by": [a.user.name for a in approvals], "acted_as": list(connections),
        "calls": [
            {"tool": c.tool, "args": dict(c.args), "machines": list(c.targets)} for c in plan.calls
        ],
    }  # fmt: skip
    return "started", facts


def _rows(plan: Plan, operation_id: str) -> list[dict[str, Any]]:
    """The plan's acts of now as rows of the journal."""
    rows: list[dict[str, Any]] = []
    for call_index, call in enumerate(plan.calls):
        if call.when is not None:
            continue
        first = len(rows)
        rows.extend(
            _row(operation_id, number, call_index, call, step)
            for number, step in enumerate(call.steps, first)
        )
    return rows


def _row(
    operation_id: str, number: int, call_index: int, call: PlannedCall, step: Step
) -> dict[str, Any]:
    return {
        "operation_id": operation_id, "number": number, "call_index": call_index, "tool": call.tool,
        "target": step.target, "label": step.label, "args": json.dumps(dict(step.args)),
        "status": "pending", "attempts": 0,
    }  # fmt: skip
