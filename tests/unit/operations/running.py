"""Starting without running, and dying in the middle: what tests of operations do."""

from __future__ import annotations

import sqlalchemy as sa

from tests.unit.history.doing import ADA
from tools.approvals import Approval
from tools.calls import Call
from tools.control import Control
from tools.database import machine_locks, steps
from tools.identity import User
from tools.operations import Event, Operation
from tools.plan import Plan


def approved(control: Control, *calls: Call, user: User = ADA) -> tuple[Plan, list[Approval]]:
    """A plan that was said yes to, and the yes."""
    plan = control.plan(list(calls), user)
    control.approvals.approve(plan.id, user, digest=plan.digest, typed=plan.to_type)
    return plan, control.approvals.given(plan.id)


def started(control: Control, *calls: Call) -> Operation:
    """An operation of which nothing has run."""
    plan, yeses = approved(control, *calls)
    return control.operations.start(plan.id, yeses)


def begun(control: Control, *calls: Call) -> Operation:
    """An operation whose process died after it had written down that the acts begin."""
    operation = started(control, *calls)
    try:
        control.operations.run(operation.id, _die)
    except KeyboardInterrupt:
        return control.operations.get(operation.id)
    raise AssertionError("it did not die")


def _die(_: Event) -> None:
    raise KeyboardInterrupt


def let_leases_end(control: Control) -> None:
    """What a lease's time does to the claims of a process that died."""
    with control.engine.begin() as db:
        db.execute(sa.update(steps).values(leased_until=0.0))
        db.execute(sa.update(machine_locks).values(until=0.0))


def statuses(operation: Operation) -> dict[str, str]:
    """Each step's status, by machine; only for operations with one step a machine."""
    return {step.label: step.status for step in operation.steps}
