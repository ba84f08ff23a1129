"""Operations: a confirmed plan carried out durably, step by step, each act exactly once."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tools.acting import Act, perform, provider_of_step, settle
from tools.approvals import Approval, user_to_dict
from tools.catalog import Step
from tools.claims import LEASE_S, Claims
from tools.database import is_postgres, operations, steps, take_turn
from tools.errors import Conflict, Drifted, NotAllowed, NotFound, NovaError, ProviderError
from tools.identity import User
from tools.journal import Journal, Operation, OperationStatus, StepRecord, step_record
from tools.machine import VM
from tools.plan import Plan, PlannedCall, digest_of, observed
from tools.providers.base import Provider

if TYPE_CHECKING:
    from tools.control import Control

__all__ = ["Event", "Operation", "Operations", "StepRecord"]

BATCH = 200
"""So many steps are claimed, begun and settled in one transaction each."""
_IDLE_S = 0.2
_PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Event:
    """A step that went on."""

    operation_id: str
    step: StepRecord


OnEvent = Callable[[Event], None]


class Operations:
    """Starts operations, runs them here or beside workers, and takes over what others left."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._engine = control.engine
        self._journal = Journal(control.engine, control.clock)
        self._claims = Claims(control.engine)

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
        control = self._control
        plan = control.approvals.plan(plan_id)
        if digest_of(plan.calls) != plan.digest:
            raise NotAllowed(
                "The plan was tampered with since it was shown.", hint="Ask for it again."
            )
        if not approvals and self.of_plan(plan_id) is not None:
            raise Conflict("The plan has run already.", hint="Look at its operation.")
        self._check_policy(plan, approvals)
        self._check_drift(plan)
        operation_id = self._write(plan, approvals)
        control.audit.append(
            "started", operation=operation_id, plan=plan.id, digest=plan.digest,
            asked_by=plan.asked_by, surface=plan.surface,
            approved_by=[a.user.name for a in approvals],
            acted_as=sorted({p.name for p in control.inventory.providers.values()}),
            calls=[{"tool": c.tool, "args": dict(c.args), "machines": list(c.targets)} for c in plan.calls],
        )  # fmt: skip
        return self._finish_if_settled(operation_id)

    def _check_policy(self, plan: Plan, approvals: Sequence[Approval]) -> None:
        """Ask the policies once more, now with the approvals."""
        asker = User(plan.asked_by, surface=plan.surface, tenant=plan.tenant)
        own = next((a.user for a in approvals if a.user.name == plan.asked_by), None)
        if own is not None:
            asker = User(plan.asked_by, own.roles, plan.surface, plan.tenant)
        elif approvals:
            asker = User(plan.asked_by, approvals[0].user.roles, plan.surface, plan.tenant)
        decision = self._control.policy.decide(plan, asker, approvals)
        if decision.effect != "allow":
            raise NotAllowed(f"It is not approved: {decision.reason}.", hint="Confirm the plan.")

    def _check_drift(self, plan: Plan) -> None:
        """Read every machine afresh and compare it with what was shown."""
        inventory = self._control.inventory
        shown = {vm.id: vm for call in plan.calls if call.when is None for vm in call.vms}
        providers = inventory.providers_of(list(shown))
        groups: dict[str, list[str]] = {}
        for machine_id in shown:
            provider = providers.get(machine_id)
            if provider is None:
                raise Drifted(f"{shown[machine_id].name} is no longer there. Nothing was changed.")
            groups.setdefault(provider.name, []).append(machine_id)
        for name, ids in groups.items():
            found = inventory.providers[name].get_machines(ids)
            for machine_id in ids:
                difference = _difference(shown[machine_id], found.get(machine_id))
                if difference:
                    raise Drifted(
                        f"{shown[machine_id].name} has changed since it was shown: {difference}. Nothing was changed."
                    )

    def _write(self, plan: Plan, approvals: Sequence[Approval]) -> str:
        """Use the approvals up and write the operation down, all in one transaction."""
        control = self._control
        operation_id = uuid.uuid4().hex[:12]
        now = control.clock().timestamp()
        rows = _rows(plan, operation_id)
        undoes = [str(c.args.get("operation")) for c in plan.calls if c.tool == "undo"]
        try:
            with self._engine.begin() as db:
                take_turn(db, "operations")
                control.approvals.use(db, plan, approvals)
                asker = User(plan.asked_by, surface=plan.surface, tenant=plan.tenant)
                if approvals:
                    own = next(
                        (a.user for a in approvals if a.user.name == plan.asked_by),
                        approvals[0].user,
                    )
                    asker = User(plan.asked_by, own.roles, plan.surface, plan.tenant)
                made = [
                    control.schedules.add(plan, index, call, asker, approvals, db).id
                    for index, call in enumerate(plan.calls)
                    if call.when is not None
                ]
                record = {
                    "approvals": [{"user": user_to_dict(a.user), "id": a.id} for a in approvals],
                    "schedules": made,
                    "undoes": undoes,
                }
                number = db.scalar(sa.select(sa.func.coalesce(sa.func.max(operations.c.number), 0)))
                db.execute(
                    sa.insert(operations),
                    {
                        "id": operation_id, "number": (number or 0) + 1, "plan_id": plan.id,
                        "tenant": plan.tenant, "status": "running", "asked_by": plan.asked_by,
                        "record": json.dumps(record), "created_at": now,
                    },
                )  # fmt: skip
                for start in range(0, len(rows), 1000):
                    db.execute(sa.insert(steps), rows[start : start + 1000])
        except IntegrityError as error:
            raise Conflict("The plan has run already.", hint="Look at its operation.") from error
        return operation_id

    # running

    def run(self, operation_id: str, on_event: OnEvent | None = None) -> Operation:
        """Carry an operation out until it is settled: here, or beside workers where there are any."""
        if self._with_workers(operation_id):
            return self._watch(operation_id, on_event)
        idle_since = time.monotonic()
        while True:
            worked = False
            for batch in self.batches(operation_id):
                worked = self._batch(operation_id, batch, on_event) or worked
            operation = self._finish_if_settled(operation_id)
            if operation.status != "running":
                return operation
            if worked:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > 600:
                return operation
            else:
                time.sleep(_IDLE_S)

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
                self._control.inventory.refresh()
                return operation
            time.sleep(_IDLE_S)

    def batches(self, operation_id: str) -> list[list[int]]:
        """The open steps in the portions in which they are carried out, call by call."""
        query = (
            sa.select(steps.c.number, steps.c.call_index)
            .where(steps.c.operation_id == operation_id, steps.c.status.in_(("pending", "running")))
            .order_by(steps.c.number)
        )
        calls: dict[int, list[int]] = {}
        with self._engine.connect().execution_options(read_only=True) as db:
            for number, call_index in db.execute(query):
                calls.setdefault(call_index, []).append(number)
        return [
            numbers[start : start + BATCH]
            for _, numbers in sorted(calls.items())
            for start in range(0, len(numbers), BATCH)
        ]

    def run_batch(self, operation_id: str, indexes: Sequence[int]) -> None:
        """Carry out these steps; for a worker.

        Where others hold them for long it returns, so that the worker is free for what they wait
        for: whatever is open is handed over again.
        """
        idle_since = time.monotonic()
        while self._open(operation_id, indexes):
            if self._batch(operation_id, indexes, None):
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _PATIENCE_S:
                return
            else:
                time.sleep(_IDLE_S)
        self._end_if_settled(operation_id)

    def _open(self, operation_id: str, indexes: Sequence[int]) -> bool:
        wanted = set(indexes)
        return any(not wanted.isdisjoint(batch) for batch in self.batches(operation_id))

    def _batch(self, operation_id: str, indexes: Sequence[int], on_event: OnEvent | None) -> bool:
        """Claim, begin, act, read back and write down; whether there was anything to do."""
        rows = self._claims.take(operation_id, indexes)
        if not rows:
            return False
        numbers = [row.number for row in rows]
        targets = [row.target for row in rows]
        with _Heartbeat(self._claims, operation_id, numbers, targets):
            acts = self._begin(operation_id, rows)
            if on_event is not None:
                for row in rows:
                    on_event(
                        Event(
                            operation_id,
                            StepRecord(
                                row.number,
                                row.call_index,
                                row.tool,
                                row.target,
                                row.label,
                                "running",
                            ),
                        )
                    )
            by_number = {row.number: row for row in rows}
            perform([act for act in acts if not act.settled], self._control.world)
            settle(acts, lambda done: self._write_down(operation_id, done, by_number, on_event))
        return True

    def _begin(self, operation_id: str, rows: Sequence[sa.Row[Any]]) -> list[Act]:
        """Read the machines as they are, and write down that the acts begin."""
        acts = self._acts(operation_id, rows)
        groups: dict[str, list[Act]] = {}
        for act in acts:
            if act.provider is not None and act.before is None and "/" in act.step.target:
                groups.setdefault(act.provider.name, []).append(act)
        for name, group in groups.items():
            try:
                found = self._control.inventory.providers[name].get_machines(
                    [a.step.target for a in group]
                )
            except NovaError as error:
                for act in group:
                    act.error = error
                continue
            for act in group:
                act.before = found.get(act.step.target)
        begun = [
            {
                "o": operation_id, "n": act.number,
                "before": json.dumps(act.before.to_dict()) if act.before else None,
            }
            for act in acts
        ]  # fmt: skip
        change = (
            sa.update(steps)
            .where(steps.c.operation_id == sa.bindparam("o"), steps.c.number == sa.bindparam("n"))
            .values(status="running", before=sa.bindparam("before"))
        )
        with self._engine.begin() as db:
            db.execute(change, begun)
        return acts

    def _acts(self, operation_id: str, rows: Sequence[sa.Row[Any]]) -> list[Act]:
        inventory, catalog = self._control.inventory, self._control.catalog
        known = inventory.providers_of([row.target for row in rows if "/" in row.target])
        acts: list[Act] = []
        for row in rows:
            step = Step(row.target, row.label, json.loads(row.args))
            provider: Provider | None = None
            error: NovaError | None = None
            try:
                provider = provider_of_step(inventory, step, known)
            except NotFound as missing:
                error = missing
            act = Act(
                row.number, step, catalog.tool(row.tool).change, provider,
                f"{operation_id}:{row.number}", again=row.status == "running",
            )  # fmt: skip
            act.error = error
            act.before = VM.from_dict(json.loads(row.before)) if row.before else None
            act.attempts = 0
            acts.append(act)
        return acts

    def _write_down(
        self,
        operation_id: str,
        acts: Sequence[Act],
        rows: Mapping[int, sa.Row[Any]],
        on_event: OnEvent | None,
    ) -> None:
        """What came of these acts, in the journal, the inventory and the audit."""
        if not acts:
            return
        now = time.time()
        values = [_settled_values(operation_id, act, rows[act.number], now) for act in acts]
        names = [key for key in values[0] if key not in ("o", "n")]
        change = (
            sa.update(steps)
            .where(
                steps.c.operation_id == sa.bindparam("o"),
                steps.c.number == sa.bindparam("n"),
                steps.c.owner == self._claims.owner,
            )
            .values({name: sa.bindparam(name) for name in names})
        )
        with self._engine.begin() as db:
            db.execute(change, values)
            self._skip_after(db, operation_id, acts, rows)
            self._claims.give_back(db, operation_id, [act.step.target for act in acts])
        self._seen(acts)
        self._control.audit.append_many(
            ("acted", _facts(operation_id, act, rows[act.number], value["status"]))
            for act, value in zip(acts, values, strict=True)
        )
        if on_event is not None:
            for act in acts:
                on_event(Event(operation_id, self._record(operation_id, act.number)))

    def _record(self, operation_id: str, number: int) -> StepRecord:
        query = sa.select(steps).where(
            steps.c.operation_id == operation_id, steps.c.number == number
        )
        with self._engine.connect().execution_options(read_only=True) as db:
            return step_record(db.execute(query).one())

    def _skip_after(
        self,
        db: sa.Connection,
        operation_id: str,
        acts: Sequence[Act],
        rows: Mapping[int, sa.Row[Any]],
    ) -> None:
        """Later acts on a machine on which an earlier one did not come about are not begun."""
        for act in acts:
            if _status(act) == "done":
                continue
            db.execute(
                sa.update(steps)
                .where(
                    steps.c.operation_id == operation_id,
                    steps.c.target == act.step.target,
                    steps.c.number > act.number,
                    steps.c.status == "pending",
                )
                .values(
                    status="skipped",
                    seen=f"{rows[act.number].tool} did not come about",
                    settled_at=time.time(),
                )
            )

    def _seen(self, acts: Sequence[Act]) -> None:
        """Take the fresh readings over into the inventory."""
        groups: dict[str, tuple[list[VM], list[str]]] = {}
        whole = False
        for act in acts:
            if act.provider is None:
                continue
            seen, gone = groups.setdefault(act.provider.name, ([], []))
            if act.step.target.startswith("group:"):
                whole = True
            elif act.after is not None:
                seen.append(act.after)
            elif "/" in act.step.target and act.error is None:
                gone.append(act.step.target)
            if (
                act.result_id is not None
                and act.result_id != act.step.target
                and "/" in act.step.target
                and act.after is not None
            ):
                moved = act.provider.get_machines([act.step.target])
                if act.step.target not in moved:
                    gone.append(act.step.target)
        for name, (seen, gone) in groups.items():
            self._control.inventory.update(name, list({vm.id: vm for vm in seen}.values()), gone)
        if whole:
            self._control.inventory.refresh()

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
        with self._engine.connect().execution_options(read_only=True) as db:
            counts = Counter({row[0]: row[1] for row in db.execute(counting)})
        if counts["pending"] or counts["running"]:
            return
        status = _outcome(counts)
        ended = (
            sa.update(operations)
            .where(operations.c.id == operation_id, operations.c.status == "running")
            .values(status=status, finished_at=self._control.clock().timestamp())
        )
        with self._engine.begin() as db:
            changed = db.execute(ended).rowcount
        if changed:
            plan_id = self._journal.plan_of(operation_id)
            self._control.approvals.finish(plan_id)
            self._control.audit.append(
                "finished", operation=operation_id, plan=plan_id, status=status
            )

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
        with self._engine.begin() as db:
            changed = db.execute(change).rowcount
        if not changed:
            raise Conflict(
                f"The operation {operation_id} is {self.get(operation_id).status} already."
            )
        self._control.audit.append(
            "cancelled", operation=operation_id, by=user.name, surface=user.surface
        )
        for batch in self.batches(operation_id):
            self._claims.take(operation_id, batch)
        return self._finish_if_settled(operation_id)

    def recover(self) -> list[Operation]:
        """Take over what a process that died left: read back first, then go on.

        Operations on which somebody still works are left alone.
        """
        now = time.time()
        alive = sa.select(steps.c.operation_id).where(
            steps.c.operation_id == operations.c.id,
            steps.c.status == "running",
            steps.c.leased_until >= now,
        )
        query = sa.select(operations.c.id).where(operations.c.status == "running", ~alive.exists())
        with self._engine.connect().execution_options(read_only=True) as db:
            left = list(db.scalars(query))
        taken: list[Operation] = []
        for operation_id in left:
            if not self._abandoned(operation_id):
                continue
            operation = self.run(operation_id)
            if operation.status != "running":
                taken.append(operation)
        return taken

    def _abandoned(self, operation_id: str) -> bool:
        """Whether nobody has had it for a lease's time; one that was only just started is not."""
        created = self.get(operation_id).created_at.timestamp()
        return self._control.clock().timestamp() - created >= LEASE_S or bool(
            self.batches(operation_id)
        )


class _Heartbeat:
    """Keeps a batch's leases while this process works on it."""

    def __init__(
        self, claims: Claims, operation_id: str, numbers: Sequence[int], targets: Sequence[str]
    ) -> None:
        self._claims = claims
        self._given = (operation_id, numbers, targets)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(LEASE_S / 4):
            self._claims.renew(*self._given)


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


def _difference(shown: VM, found: VM | None) -> str:
    """What is otherwise than it was shown, in words, or nothing."""
    if found is None:
        return "it is no longer there"
    before, after = observed(shown), observed(found)
    changed = [name for name in before if before[name] != after[name]]
    return ", ".join(f"{name} was {before[name]} and is {after[name]}" for name in changed[:3])


def _status(act: Act) -> str:
    if act.error is not None:
        return "unknown" if act.error.code == "outcome_unknown" else "failed"
    assert act.verdict is not None
    return act.verdict.status


def _settled_values(operation_id: str, act: Act, row: sa.Row[Any], now: float) -> dict[str, Any]:
    status = _status(act)
    inverse = None
    if status == "done":
        call = act.change.inverse(act.before, act.after, act.step)
        inverse = json.dumps(call.to_dict()) if call is not None else None
    error = act.error
    if error is None and status == "failed" and act.verdict is not None:
        error = ProviderError(act.verdict.seen)
    return {
        "o": operation_id, "n": act.number, "status": status,
        "attempts": (row.attempts or 0) + act.attempts,
        "seen": act.verdict.seen if act.verdict else None,
        "error": json.dumps(error.as_dict()) if error else None,
        "result_id": act.result_id, "inverse": inverse, "leased_until": None, "settled_at": now,
    }  # fmt: skip


def _facts(operation_id: str, act: Act, row: sa.Row[Any], status: str) -> dict[str, Any]:
    """What the audit keeps of an act."""
    facts: dict[str, Any] = {
        "operation": operation_id, "tool": row.tool, "machine": act.step.target,
        "name": act.step.label, "status": status, "attempts": act.attempts,
        "seen": act.verdict.seen if act.verdict else None,
        "connection": act.provider.name if act.provider else None,
    }  # fmt: skip
    if act.error is not None:
        facts["error"] = act.error.as_dict()
    if act.result_id is not None:
        facts["result"] = act.result_id
    return facts


def _outcome(counts: Counter[str]) -> OperationStatus:
    total = sum(counts.values())
    if counts["done"] == total:
        return "done"
    if counts["unknown"]:
        return "unknown"
    if counts["done"]:
        return "partial"
    return "cancelled" if counts["cancelled"] == total else "failed"
