"""What runs later: each change that waits for its time, and the yes that was given for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.calls import Call, When
from tools.database import reading, schedules
from tools.errors import Conflict, InvalidRequest, NotFound
from tools.identity import User
from tools.plan import Plan, PlannedCall
from tools.policy import GivenApproval
from tools.times import Clock, last_firing, next_firing

Status = Literal["active", "done", "asked", "failed", "cancelled"]

CLAIM = timedelta(seconds=8)
"""How long a process that fires a schedule has it for itself; after that another takes over."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's yes to a schedule, as the policies look at it."""

    user: User
    typed: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A change that runs later.

    Attributes:
        id: short enough to be said: `s-3`.
        call: the tool, the selector, the arguments and the time that were agreed to.
        effect: what it does, as the plan said it.
        status: `asked` means that it did not run and waits for a new yes.
        next_at: when it fires next; None: never again.
        consents: who said yes.
        agreed: the ids of the machines that were shown then.
        last_at, last_note: the moment for which it fired last, and what came of it.
    """

    id: str
    plan_id: str
    call_index: int
    tenant: str
    call: Call
    effect: str
    status: Status
    next_at: datetime | None
    created_at: datetime
    asked_by: User
    consents: tuple[Consent, ...]
    agreed: tuple[str, ...]
    last_at: datetime | None = None
    last_note: str | None = None

    @property
    def when(self) -> When:
        """When it runs."""
        assert self.call.when is not None
        return self.call.when

    def to_dict(self) -> dict[str, Any]:
        """The schedule as JSON values."""
        return {
            "id": self.id,
            "tool": self.call.tool,
            "selector": self.call.selector.to_dict() if self.call.selector else None,
            "args": self.call.args,
            "when": self.when.model_dump(exclude_none=True),
            "effect": self.effect,
            "status": self.status,
            "next_at": self.next_at.isoformat() if self.next_at else None,
            "created_at": self.created_at.isoformat(),
            "asked_by": self.asked_by.name,
            "approved_by": [consent.user.name for consent in self.consents],
            "machines": list(self.agreed),
            "last_at": self.last_at.isoformat() if self.last_at else None,
            "last_note": self.last_note,
        }


Found = list[Schedule]


class Schedules:
    """The schedules of one NovaCron; `tools.firing` carries them out.

    Args:
        zone: where the hours of cron lines are.
        tenant: whose schedules can be seen; None: everybody's.
    """

    def __init__(
        self, engine: Engine, clock: Clock, zone: str = "UTC", tenant: str | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._tenant = tenant

    def of(self, tenant: str) -> Schedules:
        """The schedules as a tenant may see them."""
        return Schedules(self._engine, self._clock, self._zone.key, tenant)

    @property
    def _own(self) -> sa.ColumnElement[bool]:
        """The rows that can be seen; made when asked, as most turns ask nothing of it."""
        if self._tenant is None:
            return sa.true()
        return schedules.c.tenant == self._tenant

    def add(
        self,
        plan: Plan,
        call_index: int,
        planned_call: PlannedCall,
        user: User,
        approvals: Iterable[GivenApproval],
        db: sa.Connection | None = None,
    ) -> Schedule:
        """Keep a call that was agreed to until its time comes.

        Args:
            user: who asked for it.
            approvals: the yeses that it stands on.
            db: the caller's open transaction.
        """
        if planned_call.when is None:
            raise InvalidRequest(f"{planned_call.tool} is not to run later.")
        consents = [Consent(approval.user, approval.typed) for approval in approvals]
        record = {
            "call": _call(planned_call).to_dict(),
            "effect": planned_call.effect,
            "asked_by": _user_to_dict(user),
            "consents": [{"user": _user_to_dict(c.user), "typed": c.typed} for c in consents],
            "agreed": list(planned_call.targets),
        }
        row = {
            "plan_id": plan.id,
            "call_index": call_index,
            "tenant": plan.tenant,
            "status": "active",
            "next_at": self.firing_after(planned_call.when, self._clock()).timestamp(),
            "created_at": self._clock().timestamp(),
            "record": json.dumps(record),
        }
        if db is not None:
            return _insert(db, row)
        with self._engine.begin() as own:
            return _insert(own, row)

    def firing_after(self, when: When, moment: datetime) -> datetime:
        """The first time after a moment; a single time is that time, even if it has passed."""
        if when.at is not None:
            return datetime.fromisoformat(when.at).astimezone(UTC)
        return next_firing(str(when.cron), moment.astimezone(self._zone)).astimezone(UTC)

    def came_due(self, schedule: Schedule) -> datetime:
        """The moment that a firing of now is for: of times that were missed, the last."""
        assert schedule.next_at is not None
        if schedule.when.cron is None:
            return schedule.next_at
        last = last_firing(schedule.when.cron, self._clock().astimezone(self._zone))
        return max(schedule.next_at, last.astimezone(UTC))

    def list(self, status: Status | None = None) -> Found:
        """The schedules, the next to fire first, then the rest, the newest first."""
        query = sa.select(schedules).where(self._own)
        if status is not None:
            query = query.where(schedules.c.status == status)
        rank = sa.case((schedules.c.status == "active", 0), else_=1)
        return self._read(query.order_by(rank, schedules.c.next_at, schedules.c.number.desc()))

    def due(self, now: datetime) -> Found:
        """The active schedules whose time has come, the oldest first."""
        query = sa.select(schedules).where(
            schedules.c.status == "active", schedules.c.next_at <= now.timestamp()
        )
        return self._read(query.order_by(schedules.c.next_at, schedules.c.number))

    def get(self, schedule_id: str) -> Schedule:
        """The schedule of this id: `s-3`, or just `3`.

        Raises:
            NotFound: there is none; the active ones are offered.
        """
        number = _number(schedule_id)
        seen = sa.select(schedules).where(self._own)
        found = self._read(seen.where(schedules.c.number == number))
        if not found:
            active = self._read(seen.where(schedules.c.status == "active"))
            raise NotFound(
                f"There is no schedule {schedule_id!r}.",
                hint="list_schedules shows them.",
                choices=tuple(schedule.id for schedule in active[:10]),
            )
        return found[0]

    def cancel(self, schedule_id: str, user: User | None = None) -> Schedule:
        """Let a schedule never fire again.

        Raises:
            NotFound: there is none.
            Conflict: it fires no more anyway.
        """
        schedule = self.get(schedule_id)
        note = f"cancelled by {user.name}" if user else "cancelled"
        change = (
            sa.update(schedules)
            .where(
                schedules.c.number == _number(schedule_id),
                schedules.c.status.in_(("active", "asked")),
            )
            .values(status="cancelled", next_at=None, last_note=note)
        )
        with self._engine.begin() as db:
            changed = db.execute(change).rowcount
        if not changed:
            raise Conflict(f"The schedule {schedule.id} is {schedule.status} and fires no more.")
        return self.get(schedule_id)

    def claim(self, schedule: Schedule) -> bool:
        """Whether this process may fire it now; nobody else may for `CLAIM`."""
        now = self._clock()
        assert schedule.next_at is not None
        free = sa.or_(
            schedules.c.claimed_until.is_(None), schedules.c.claimed_until < now.timestamp()
        )
        change = (
            sa.update(schedules)
            .where(
                schedules.c.number == _number(schedule.id),
                schedules.c.status == "active",
                schedules.c.next_at == schedule.next_at.timestamp(),
                free,
            )
            .values(claimed_until=(now + CLAIM).timestamp())
        )
        with self._engine.begin() as db:
            return db.execute(change).rowcount == 1

    def settle(self, schedule: Schedule, status: Status, note: str) -> Schedule:
        """Write down what came of a firing; a cron line goes on whatever it was."""
        assert schedule.next_at is not None
        fired_at = schedule.next_at
        after: datetime | None = None
        if schedule.when.cron is not None:
            status, after = "active", self.firing_after(schedule.when, self._clock())
        values = {
            "status": status,
            "next_at": after.timestamp() if after else None,
            "claimed_until": None,
            "last_at": fired_at.timestamp(),
            "last_note": note,
        }
        with self._engine.begin() as db:
            db.execute(
                sa.update(schedules)
                .where(
                    schedules.c.number == _number(schedule.id),
                    schedules.c.status == "active",
                    schedules.c.next_at == fired_at.timestamp(),
                )
                .values(values)
            )
        return self.get(schedule.id)

    def _read(self, query: sa.Select[Any]) -> Found:
        with reading(self._engine) as db:
            return [_schedule(row) for row in db.execute(query)]


def _insert(db: sa.Connection, row: dict[str, Any]) -> Schedule:
    number = db.execute(sa.insert(schedules).values(row).returning(schedules.c.number)).scalar_one()
    return _schedule(db.execute(sa.select(schedules).where(schedules.c.number == number)).one())


def _number(schedule_id: str) -> int:
    found = re.fullmatch(r"\s*(?:s[- ]?|#)?(\d{1,9})\s*", schedule_id, re.IGNORECASE)
    return int(found[1]) if found else -1


def _call(planned: PlannedCall) -> Call:
    return Call(
        tool=planned.tool,
        selector=planned.selector,
        args=dict(planned.given),
        when=planned.when,
    )


def _user_to_dict(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "roles": sorted(user.roles),
        "surface": user.surface,
        "tenant": user.tenant,
    }


def _user(data: Mapping[str, Any]) -> User:
    return User(data["name"], frozenset(data["roles"]), data["surface"], data["tenant"])


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _schedule(row: sa.Row[Any]) -> Schedule:
    record = json.loads(row.record)
    return Schedule(
        id=f"s-{row.number}",
        plan_id=row.plan_id,
        call_index=row.call_index,
        tenant=row.tenant,
        call=Call.parse(record["call"]),
        effect=record["effect"],
        status=row.status,
        next_at=_moment(row.next_at),
        created_at=datetime.fromtimestamp(row.created_at, UTC),
        asked_by=_user(record["asked_by"]),
        consents=tuple(Consent(_user(c["user"]), c["typed"]) for c in record["consents"]),
        agreed=tuple(record["agreed"]),
        last_at=_moment(row.last_at),
        last_note=row.last_note,
    )
