"""History: what was done, what is scheduled, undoing the one and cancelling the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from tools.calls import When
from tools.catalog import (
    Arguments,
    Change,
    Column,
    NoArguments,
    Read,
    Result,
    Risk,
    Step,
    Targets,
    Tool,
    Undo,
    Verdict,
)
from tools.errors import Ambiguous, Conflict, NotFound
from tools.journal import Operation, OperationStatus
from tools.machine import VM
from tools.names import counted, listed
from tools.providers.base import Provider
from tools.schedules import Schedule
from tools.times import parse_moment, window_length
from tools.world import World


class OperationsArguments(Arguments):
    """Which operations."""

    since: str | None = Field(
        None, description="how far back: a window such as 24h or 7d, or a time in RFC 3339"
    )
    status: OperationStatus | None = Field(
        None, description="running, done, partial, failed, cancelled or unknown"
    )
    actor: str | None = Field(None, description="only what this person asked for")


class CancelScheduleArguments(Arguments):
    """Which schedule."""

    schedule: str | None = Field(
        None, min_length=1, max_length=40, description="the schedule's id, such as s-3"
    )


def _since(world: World, since: str | None) -> datetime | None:
    if since is None:
        return None
    if since[:1].isdigit() and since[-1:] in "hdw":
        return world.now - window_length(since)
    return parse_moment(since)


_MOST_OPERATIONS = 50
_OPERATION_COLUMNS = (
    Column("id", "Id"),
    Column("at", "Started", "time"),
    Column("what", "What"),
    Column("machines", "Machines"),
    Column("count", "Acts", "count"),
    Column("status", "Status"),
    Column("seen", "Went wrong"),
    Column("asked_by", "Asked by"),
    Column("approved_by", "Approved by"),
)


def _operation_row(operation: Operation) -> dict[str, Any]:
    machines = list(dict.fromkeys(step.label for step in operation.steps))
    wrong = [f"{s.label}: {s.error.message}" for s in operation.steps if s.error]
    later = f"scheduled as {', '.join(operation.schedules)}" if operation.schedules else ""
    return {
        "id": operation.id,
        "at": operation.created_at.isoformat(),
        "what": ", ".join([*operation.tools, *([later] if later else [])]),
        "machines": listed(machines, 6),
        "count": len(operation.steps),
        "status": operation.status,
        "seen": listed(wrong, 3),
        "asked_by": operation.asked_by,
        "approved_by": ", ".join(operation.approved_by),
    }


def _operations(world: World, vms: Sequence[VM], args: OperationsArguments) -> Result:
    since = _since(world, args.since)
    found = world.journal.list(since, args.status, args.actor, limit=_MOST_OPERATIONS + 1)
    rows = tuple(_operation_row(operation) for operation in found[:_MOST_OPERATIONS])
    cut = len(found) > len(rows)
    if not rows:
        return Result("Nothing was done that fits that.", _OPERATION_COLUMNS, targets=())
    said = "; ".join(
        f"{datetime.fromisoformat(row['at']):%Y-%m-%d %H:%M} {row['what']} {row['machines']}: "
        f"{row['status']}, asked by {row['asked_by']}"
        for row in rows[:5]
    )
    more = f"; and {len(rows) - 5} more" if len(rows) > 5 else ""
    text = f"{counted(len(rows), 'operation')}: {said}{more}."
    if cut:
        text = f"The newest of {text} There are older ones: say since when, or by whom."
    return Result(text, _OPERATION_COLUMNS, rows, source="journal", targets=())


def _in_words(when: When) -> str:
    return f"at {when.at}" if when.at else f"by cron {when.cron}"


def _machines(world: World, schedule: Schedule) -> str:
    known = world.inventory.get(schedule.agreed)
    return listed([known[i].name if i in known else i for i in schedule.agreed], 6)


def _schedule_row(world: World, schedule: Schedule) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "tool": schedule.call.tool,
        "machines": _machines(world, schedule),
        "effect": schedule.effect,
        "when": _in_words(schedule.when),
        "next_at": schedule.next_at.isoformat() if schedule.next_at else None,
        "status": schedule.status,
        "asked_by": schedule.asked_by.name,
        "last_note": schedule.last_note or "",
    }


_SCHEDULE_COLUMNS = (
    Column("id", "Id"),
    Column("tool", "Tool"),
    Column("machines", "Machines when agreed"),
    Column("effect", "Effect"),
    Column("when", "When"),
    Column("next_at", "Next", "time"),
    Column("status", "Status"),
    Column("asked_by", "Asked by"),
    Column("last_note", "Last time"),
)


def _schedules(world: World, vms: Sequence[VM], args: NoArguments) -> Result:
    found = world.schedules.list()
    rows = tuple(_schedule_row(world, schedule) for schedule in found)
    active = [row for row in rows if row["status"] == "active"]
    waiting = [row["id"] for row in rows if row["status"] == "asked"]
    said = "; ".join(
        f"{row['id']}: {row['tool']} {row['machines']} {row['when']}, next {row['next_at']}"
        for row in active[:6]
    )
    text = (
        f"{counted(len(active), 'active schedule')}: {said}." if active else "Nothing is scheduled."
    )
    notes = (f"{listed(waiting)} did not run and asks again.",) if waiting else ()
    return Result(text, _SCHEDULE_COLUMNS, rows, source="schedules", notes=notes, targets=())


class CancelSchedule(Change[CancelScheduleArguments]):
    """Let a schedule never fire again."""

    def settle(
        self, world: World, vms: Sequence[VM], args: CancelScheduleArguments
    ) -> CancelScheduleArguments:
        """One that still fires; the only one, where none is named."""
        if args.schedule is not None:
            schedule = world.schedules.get(args.schedule)
            if schedule.status not in {"active", "asked"}:
                raise Conflict(f"The schedule {schedule.id} is {schedule.status} already.")
            return CancelScheduleArguments(schedule=schedule.id)
        active = [schedule.id for schedule in world.schedules.list(status="active")]
        if not active:
            raise NotFound("Nothing is scheduled.", hint="There is nothing to cancel.")
        if len(active) > 1:
            raise Ambiguous(f"There are {len(active)} schedules.", choices=tuple(active[:10]))
        return CancelScheduleArguments(schedule=active[0])

    def effect(self, vms: Sequence[VM], args: CancelScheduleArguments) -> str:
        """What will happen."""
        return f"schedule {args.schedule} cancelled"

    def notes(self, world: World, vms: Sequence[VM], args: CancelScheduleArguments) -> list[str]:
        """What will not happen any more."""
        schedule = world.schedules.get(str(args.schedule))
        what = f"{schedule.call.tool} {_machines(world, schedule)}".strip()
        return [f"{schedule.id} is {what}, {_in_words(schedule.when)}."]

    def undo(self, args: CancelScheduleArguments) -> Undo:
        """There is none."""
        return Undo(False, "ask for it again")

    def steps(self, world: World, vms: Sequence[VM], args: CancelScheduleArguments) -> list[Step]:
        """One, on the schedule."""
        schedule = str(args.schedule)
        return [Step(f"schedule:{schedule}", schedule, {"schedule": schedule})]

    def act_here(self, world: World, step: Step) -> Verdict:
        """Cancel it; one that is cancelled already is."""
        try:
            world.schedules.cancel(step.args["schedule"])
        except Conflict:
            status = world.schedules.get(step.args["schedule"]).status
            if status != "cancelled":
                return Verdict.failed(f"it is {status} already")
        return Verdict.done("cancelled")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """No provider has a part in it."""
        raise AssertionError("a schedule is cancelled by act_here")

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """No machine shows it."""
        return Verdict.failed("a schedule is cancelled by act_here")


LIST_OPERATIONS = Tool(
    name="list_operations",
    risk=Risk.READ,
    summary="List what was done, by whom, and what is running.",
    arguments=OperationsArguments,
    handler=Read(_operations),
    targets=Targets.NONE,
    says=(
        "what was done today?",
        "list the operations",
        "what is running right now?",
        "show me what failed in the last 24 hours",
    ),
)
LIST_SCHEDULES = Tool(
    name="list_schedules",
    risk=Risk.READ,
    summary="List what is scheduled to run later.",
    arguments=NoArguments,
    handler=Read(_schedules),
    targets=Targets.NONE,
    says=(
        "what is scheduled?",
        "list the schedules",
        "show me the scheduled changes",
    ),
)
CANCEL_SCHEDULE = Tool(
    name="cancel_schedule",
    risk=Risk.CHANGE,
    summary="Cancel a schedule, so that it never fires again.",
    arguments=CancelScheduleArguments,
    handler=CancelSchedule(),
    targets=Targets.NONE,
    says=(
        "cancel schedule s-3",
        "cancel the schedule s-12",
        "delete schedule s-1",
    ),
)
