"""Schedules whose time has come: planned anew, run by the yes that was given for them."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tools.catalog import Risk
from tools.errors import Drifted, NotFound, NovaError, Unreachable
from tools.names import listed
from tools.plan import NothingToDo, Plan
from tools.schedules import Schedule, Status
from tools.sight import NOT_SEEN

if TYPE_CHECKING:
    from tools.control import Control
    from tools.identity import User
    from tools.journal import Operation

FRESH_WITHIN_S = 60.0
"""So long a firing waits for slow connections; every machine is read again before anything runs."""
GRACE = timedelta(minutes=15)
"""A firing that comes later than this is asked about: a stop of last night is not one of today."""

CarryOut = Callable[[str], "Operation"]


@dataclass(frozen=True, slots=True)
class Firing:
    """What came of one firing.

    Attributes:
        operation: what ran.
        plan: what waits for a new yes, where it did not run.
        note: the same in words.
    """

    schedule: Schedule
    note: str
    operation: Operation | None = None
    plan: Plan | None = None


class _AskAgain(Exception):
    """The yes of then does not cover what would happen now."""


def fire_due(control: Control, carry_out: CarryOut | None = None) -> list[Firing]:
    """Fire every schedule whose time has come and that nobody else is firing.

    Args:
        control: the NovaCron.
        carry_out: runs an operation that was started; by default here, until it is settled.
    """
    due = [s for s in control.schedules.due(control.clock()) if control.schedules.claim(s)]
    if not due:
        return []
    control.inventory.refresh(within_s=FRESH_WITHIN_S)
    firings = [_fire(control, schedule) for schedule in due]
    run = carry_out or control.operations.run
    return [
        dataclasses.replace(f, operation=run(f.operation.id)) if f.operation else f for f in firings
    ]


def _fire(control: Control, schedule: Schedule) -> Firing:
    """One firing; whatever goes wrong is written down, and the others go on."""
    plan: Plan | None = None
    try:
        plan = _plan(control, schedule)
        schedule = _with_people_of_now(control, schedule)
        operation = control.journal.of_plan(plan.id)  # of a process that died before it said so
        if operation is None:
            _check(control, schedule, plan)
            operation = _start(control, schedule, plan)
    except NothingToDo as nothing:
        return _settled(control, schedule, "done", nothing.message)
    except (_AskAgain, Drifted, Unreachable) as reason:
        return _ask_again(control, schedule, plan, str(reason))
    except NovaError as error:
        return _settled(control, schedule, "failed", error.message)
    note = f"ran as operation {operation.id}{_without(plan)}"
    firing = _settled(
        control, schedule, "done", note, operation=operation.id, plan=operation.plan_id
    )
    return dataclasses.replace(firing, operation=operation)


def _plan(control: Control, schedule: Schedule) -> Plan:
    """The plan of this very firing: the same one where a process died in the middle of it."""
    assert schedule.next_at is not None
    moment = schedule.next_at.isoformat()
    plan_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{schedule.plan_id}/{schedule.id}/{moment}").hex
    try:
        return control.approvals.plan(plan_id)
    except NotFound:
        pass
    call = schedule.call.model_copy(update={"when": None})
    plan = control.planner.plan([call], schedule.asked_by)
    return dataclasses.replace(plan, id=plan_id)


def _with_people_of_now(control: Control, schedule: Schedule) -> Schedule:
    """The schedule with who asked and who agreed as they are today.

    Raises:
        _AskAgain: one of them may not sign in any more.
    """

    def today(user: User) -> User:
        found = control.standing(user)
        if found is None:
            raise _AskAgain(f"{user.name} may not sign in any more")
        return found

    consents = tuple(dataclasses.replace(c, user=today(c.user)) for c in schedule.consents)
    return dataclasses.replace(schedule, asked_by=today(schedule.asked_by), consents=consents)


def _check(control: Control, schedule: Schedule, plan: Plan) -> None:
    """Refuse what the yes of then does not cover.

    Raises:
        _AskAgain: it is late, data of other machines would be lost, or the policies want more.
    """
    late = control.clock() - control.schedules.came_due(schedule)
    if late > GRACE:
        raise _AskAgain(f"its time passed {_words(late)} ago")
    lost = {i for call in plan.calls if call.risk is Risk.DESTROY for i in call.targets}
    if grown := lost - set(schedule.agreed):
        raise _AskAgain(f"data of {len(grown)} machines more than was agreed to would be lost")
    decision = control.policy.decide(plan, schedule.asked_by, schedule.consents)
    if decision.effect != "allow":
        raise _AskAgain(decision.reason)


def _start(control: Control, schedule: Schedule, plan: Plan) -> Operation:
    approvals = control.approvals
    if begun := control.operations.of_plan(plan.id):
        return begun
    if _is_new(control, plan):
        approvals.offer(plan)
    if approvals.status(plan.id) == "pending":
        for consent in schedule.consents:
            typed = plan.to_type if consent.typed is not None else None
            approvals.approve(plan.id, consent.user, digest=plan.digest, typed=typed)
    return control.operations.start(plan.id, approvals.given(plan.id))


def _is_new(control: Control, plan: Plan) -> bool:
    try:
        control.approvals.plan(plan.id)
    except NotFound:
        return True
    return False


def _ask_again(control: Control, schedule: Schedule, plan: Plan | None, reason: str) -> Firing:
    note = f"did not run and asks again: {reason}"
    firing = _settled(control, schedule, "asked", note, plan=plan.id if plan else None)
    if plan is not None and _is_new(control, plan):
        control.approvals.offer(plan)
    return dataclasses.replace(firing, plan=plan)


def _settled(
    control: Control, schedule: Schedule, status: Status, note: str, **facts: str | None
) -> Firing:
    control.audit.append(
        "schedule.fired",
        schedule=schedule.id,
        due=schedule.next_at.isoformat() if schedule.next_at else None,
        asked_by=schedule.asked_by.name,
        agreed_by=[consent.user.name for consent in schedule.consents],
        agreed_in=schedule.plan_id,
        status=status,
        note=note,
        **facts,
    )
    return Firing(control.schedules.settle(schedule, status, note), note)


def _without(plan: Plan) -> str:
    """Which machines it was not about since they could not be seen."""
    left_out = [one for call in plan.calls for one in call.left_out if NOT_SEEN in one.reason]
    named = listed([f"{one.name} ({one.reason})" for one in left_out])
    return f", without {named}" if left_out else ""


def _words(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
