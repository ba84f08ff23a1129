"""One batch of an operation's steps: claimed, read, acted on, read back and written down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tools.acting import Act, perform, provider_of_step, read_machines, settle
from tools.catalog import Step
from tools.claims import LEASE_S, Claims
from tools.database import reading, steps
from tools.errors import NotFound, NovaError, Unreachable
from tools.journal import StepRecord, step_record
from tools.machine import VM
from tools.many_rows import update_rows
from tools.providers.base import Provider
from tools.results import facts_of, row_of, status_of

if TYPE_CHECKING:
    from tools.control import Control


@dataclass(frozen=True, slots=True)
class Event:
    """A step that went on."""

    operation_id: str
    step: StepRecord


OnEvent = Callable[[Event], None]
Rows = Sequence[sa.Row[Any]]


class Executor:
    """Carries steps out in this process; every step first belongs to it, by a lease.

    Batches on several providers run side by side; they take turns in writing to the journal and in
    telling of it.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._engine = control.engine
        self._claims = Claims(control.engine)
        self._turn = threading.RLock()

    def run(self, operation_id: str, indexes: Sequence[int], on_event: OnEvent | None) -> bool:
        """Carry out those of these steps that can be had; whether there was anything to do."""
        with self._turn:
            rows = self._claims.take(operation_id, indexes)
        if not rows:
            return False
        by_number = {row.number: row for row in rows}
        targets = [row.target for row in rows]
        with _Heartbeat(self._claims, operation_id, list(by_number), targets):
            acts = self._begin(operation_id, rows)
            if on_event is not None:
                with self._turn:
                    for act in acts:
                        on_event(_begun(operation_id, by_number[act.number]))
            perform([act for act in acts if not act.settled], self._control.world)
            settle(acts, lambda done: self._write_down(operation_id, done, by_number, on_event))
        return True

    def _begin(self, operation_id: str, rows: Rows) -> list[Act]:
        """Read the machines as they are, and write down that the acts begin.

        A step that was called off meanwhile, or that another process took over, does not begin.
        """
        with self._turn:
            acts = self._acts(operation_id, rows)
        self._read_before(acts)
        with self._turn, self._engine.begin() as db:
            held = self._claims.held(db, operation_id, [act.number for act in acts])
            acts = [act for act in acts if act.number in held]
            begun = [
                {
                    "number": act.number, "status": "running",
                    "before": json.dumps(act.before.to_dict()) if act.before else None,
                }
                for act in acts
            ]  # fmt: skip
            if begun:
                update_rows(db, steps, steps.c.operation_id == operation_id, "number", begun)
        return acts

    def _acts(self, operation_id: str, rows: Rows) -> list[Act]:
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
            acts.append(act)
        return acts

    def _read_before(self, acts: Sequence[Act]) -> None:
        """The machines as they are just before; what cannot be read is not sent."""
        groups: dict[str, list[Act]] = {}
        for act in acts:
            if act.provider is not None and act.before is None and "/" in act.step.target:
                groups.setdefault(act.provider.name, []).append(act)
        for name, group in groups.items():
            provider = self._control.inventory.providers[name]
            try:
                found = read_machines(provider, [act.step.target for act in group])
            except NovaError as error:
                for act in group:
                    act.error = error
                continue
            for act in group:
                act.before = found.get(act.step.target)

    def _write_down(
        self,
        operation_id: str,
        acts: Sequence[Act],
        rows: Mapping[int, sa.Row[Any]],
        on_event: OnEvent | None,
    ) -> None:
        """What came of these acts: journal and audit in one transaction, then the inventory.

        Acts of steps that another process took over are left to that process.
        """
        if acts:
            with self._turn:
                self._write(operation_id, acts, rows, on_event)

    def _write(
        self,
        operation_id: str,
        acts: Sequence[Act],
        rows: Mapping[int, sa.Row[Any]],
        on_event: OnEvent | None,
    ) -> None:
        audit = self._control.audit
        with self._engine.begin() as db:
            held = self._claims.held(db, operation_id, [act.number for act in acts])
            acts = [act for act in acts if act.number in held]
            if not acts:
                return
            self._journal(db, operation_id, acts, rows)
            audit.append_many(
                [("acted", facts_of(operation_id, act, rows[act.number].tool)) for act in acts], db
            )
        audit.keep_head()
        self._show(acts)
        if on_event is not None:
            for act in acts:
                on_event(Event(operation_id, self._record(operation_id, act.number)))

    def _journal(
        self,
        db: sa.Connection,
        operation_id: str,
        acts: Sequence[Act],
        rows: Mapping[int, sa.Row[Any]],
    ) -> None:
        now = time.time()
        values = [
            {"number": act.number, **row_of(act, rows[act.number].attempts, now)} for act in acts
        ]
        update_rows(db, steps, steps.c.operation_id == operation_id, "number", values)
        _skip_after(db, operation_id, acts, rows)
        self._claims.give_back(db, operation_id, [act.step.target for act in acts])

    def _record(self, operation_id: str, number: int) -> StepRecord:
        query = sa.select(steps).where(
            steps.c.operation_id == operation_id, steps.c.number == number
        )
        with reading(self._engine) as db:
            return step_record(db.execute(query).one())

    def _show(self, acts: Sequence[Act]) -> None:
        """Take the fresh readings over into the inventory, and which connection failed."""
        for act in acts:
            if act.provider is not None and isinstance(act.error, Unreachable):
                self._control.inventory.book.note_failure(act.provider.name, act.error)
        groups: dict[str, tuple[list[VM], list[str]]] = {}
        for act in acts:
            if act.provider is None or act.step.target.startswith("group:"):
                continue
            seen, gone = groups.setdefault(act.provider.name, ([], []))
            if act.after is not None:
                seen.append(act.after)
                gone.extend(_moved_from(act))
            elif "/" in act.step.target and act.error is None:
                gone.append(act.step.target)
        for name, (seen, gone) in groups.items():
            self._control.inventory.update(name, list({vm.id: vm for vm in seen}.values()), gone)
        if any(act.provider and act.step.target.startswith("group:") for act in acts):
            self._control.inventory.refresh({act.provider.name for act in acts if act.provider})


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
            with suppress(SQLAlchemyError):  # the next beat may still be in time
                self._claims.renew(*self._given)


def _begun(operation_id: str, row: sa.Row[Any]) -> Event:
    record = StepRecord(row.number, row.call_index, row.tool, row.target, row.label, "running")
    return Event(operation_id, record)


def _skip_after(
    db: sa.Connection,
    operation_id: str,
    acts: Sequence[Act],
    rows: Mapping[int, sa.Row[Any]],
) -> None:
    """Later acts on a machine on which an earlier one did not come about are not begun."""
    for act in acts:
        if status_of(act) == "done":
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


def _moved_from(act: Act) -> list[str]:
    """The id that a machine had before it got another, if it is no longer there under it."""
    target = act.step.target
    if act.result_id in (None, target) or "/" not in target or act.provider is None:
        return []
    with suppress(NovaError):  # the next refresh shows it
        return [] if target in act.provider.get_machines([target]) else [target]
    return []
