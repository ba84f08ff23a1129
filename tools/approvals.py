"""Plans that wait, and people's yeses: each a record that holds for a while and serves once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.audit import Audit
from tools.database import approvals, plans, reading, take_turn
from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tools.identity import VOICE, User
from tools.plan import Plan
from tools.times import Clock

PlanStatus = Literal["pending", "started", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to one plan.

    Attributes:
        digest: the plan's, as that person saw it.
        surface: where it was given.
        typed: what was typed, where data is lost.
        expires_at: it starts nothing afterwards.
        used_at: when an operation stood on it.
    """

    id: str
    plan_id: str
    digest: str
    user: User
    at: datetime
    expires_at: datetime
    typed: str | None = None
    used_at: datetime | None = None

    @property
    def surface(self) -> str:
        """Where it was given."""
        return self.user.surface


class Approvals:
    """The plans and approvals of one NovaCron.

    Args:
        lifetime: how long a yes starts an operation.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        audit: Audit,
        lifetime: timedelta = timedelta(minutes=5),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._audit = audit
        self._lifetime = lifetime

    def offer(self, plan: Plan) -> None:
        """Keep a plan, so that it can be approved from anywhere."""
        row = {
            "id": plan.id,
            "tenant": plan.tenant,
            "digest": plan.digest,
            "status": "pending",
            "created_at": plan.created_at.timestamp(),
            "record": json.dumps(plan.to_dict(), separators=(",", ":")),
        }
        with self._engine.begin() as db:
            db.execute(sa.insert(plans), row)

    def plan(self, plan_id: str) -> Plan:
        """A plan as it was offered.

        Raises:
            NotFound: there is none.
        """
        return Plan.from_dict(json.loads(self._row(plan_id).record))

    def status(self, plan_id: str) -> PlanStatus:
        """What became of a plan."""
        return self._row(plan_id).status

    def pending(self, tenant: str = "default") -> list[Plan]:
        """The plans that wait for a yes, the newest first."""
        query = (
            sa.select(plans.c.record)
            .where(plans.c.tenant == tenant, plans.c.status == "pending")
            .order_by(plans.c.created_at.desc())
        )
        with reading(self._engine) as db:
            return [Plan.from_dict(json.loads(record)) for record in db.scalars(query)]

    def approve(
        self, plan_id: str, user: User, *, digest: str, typed: str | None = None
    ) -> Approval:
        """Record a person's yes; nothing runs because of it alone.

        Raises:
            NotFound: there is no such plan.
            NotAllowed: it was called off or has run.
            Conflict: what was seen is not what is planned.
            InvalidRequest: what must be typed was not.
        """
        if not user.approves:
            raise NotAllowed("A yes cannot come this way.", hint="A person approves the plan.")
        row = self._row(plan_id)
        plan = Plan.from_dict(json.loads(row.record))
        if row.status != "pending":
            raise NotAllowed(
                f"The plan was {_WORDS[row.status]} already.", hint="Ask for it again."
            )
        if plan.tenant != user.tenant:
            raise NotFound(f"There is no plan {plan_id!r}.")
        if digest != plan.digest:
            raise Conflict("The plan that was shown is not this one.", hint="Look at it again.")
        if plan.to_type is not None and user.surface == VOICE:
            raise NotAllowed(
                f"Data is lost: {plan.to_type} is typed, not said.", hint="Type it, or call it off."
            )
        if plan.to_type is not None and (typed or "").casefold() != plan.to_type.casefold():
            raise InvalidRequest(
                f"Data is lost: type {plan.to_type} to go ahead.", hint="Nothing was changed."
            )
        approval = self._record(plan, user, plan.to_type)
        self._audit.append(
            "approved", plan=plan.id, digest=plan.digest, by=user.name, surface=user.surface,
            typed=approval.typed, expires_at=approval.expires_at.isoformat(),
        )  # fmt: skip
        return approval

    def _record(self, plan: Plan, user: User, typed: str | None) -> Approval:
        now = self._clock()
        made = Approval(
            uuid.uuid4().hex, plan.id, plan.digest, user, now, now + self._lifetime, typed
        )
        values = {
            "id": made.id,
            "plan_id": plan.id,
            "digest": plan.digest,
            "user_name": user.name,
            "record": json.dumps({"user": user_to_dict(user), "typed": typed}),
            "at": now.timestamp(),
            "expires_at": made.expires_at.timestamp(),
        }
        with self._engine.begin() as db:
            db.execute(sa.insert(approvals), values)
        return made

    def given(self, plan_id: str) -> list[Approval]:
        """The yeses that hold and were not used, the latest of each person, the oldest first."""
        now = self._clock().timestamp()
        query = (
            sa.select(approvals)
            .where(
                approvals.c.plan_id == plan_id,
                approvals.c.used_at.is_(None),
                approvals.c.expires_at > now,
            )
            .order_by(approvals.c.at)
        )
        with reading(self._engine) as db:
            found = [_approval(row) for row in db.execute(query)]
        latest = {approval.user.name: approval for approval in found}
        return list(latest.values())

    def use(self, db: sa.Connection, plan: Plan, given: Sequence[Approval]) -> None:
        """Use approvals up, in the caller's transaction; the plan counts as started.

        Raises:
            NotAllowed: none is left, or one has expired, was used, or is of another plan.
            Conflict: the plan has run or was called off.
        """
        take_turn(db, f"plan/{plan.id}")
        now = self._clock().timestamp()
        changed = db.execute(
            sa.update(plans)
            .where(
                plans.c.id == plan.id, plans.c.status == "pending", plans.c.digest == plan.digest
            )
            .values(status="started")
        ).rowcount
        if not changed:
            raise Conflict(
                "The plan has run already, or was called off.", hint="Look at its operation."
            )
        ids = {approval.id for approval in given}
        if ids:
            used = db.execute(
                sa.update(approvals)
                .where(
                    approvals.c.id.in_(ids),
                    approvals.c.plan_id == plan.id,
                    approvals.c.digest == plan.digest,
                    approvals.c.used_at.is_(None),
                    approvals.c.expires_at > now,
                )
                .values(used_at=now)
            ).rowcount
            if used != len(ids):
                raise NotAllowed(
                    "The yes has expired or was used already.", hint="Confirm the plan again."
                )

    def finish(self, db: sa.Connection, plan_id: str) -> None:
        """The plan's operation has ended; in the caller's transaction."""
        db.execute(sa.update(plans).where(plans.c.id == plan_id).values(status="done"))

    def cancel(self, plan_id: str, user: User) -> None:
        """Call a plan off; one that is no longer waiting stays as it is."""
        change = (
            sa.update(plans)
            .where(plans.c.id == plan_id, plans.c.status == "pending")
            .values(status="cancelled")
        )
        with self._engine.begin() as db:
            changed = db.execute(change).rowcount
        if changed:
            self._audit.append("called_off", plan=plan_id, by=user.name, surface=user.surface)

    def _row(self, plan_id: str) -> sa.Row[Any]:
        with reading(self._engine) as db:
            row = db.execute(sa.select(plans).where(plans.c.id == plan_id)).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no plan {plan_id!r}.", hint="novacron approve lists those that wait."
            )
        return row


_WORDS = {"started": "started", "done": "carried out", "cancelled": "called off"}


def user_to_dict(user: User) -> dict[str, Any]:
    """A person as JSON values."""
    return {
        "name": user.name,
        "roles": sorted(user.roles),
        "surface": user.surface,
        "tenant": user.tenant,
        "approves": user.approves,
        "sees": user.sees,
    }


def user_from_dict(data: dict[str, Any]) -> User:
    """Read back what `user_to_dict` wrote."""
    roles = frozenset(data["roles"])
    approves, sees = data.get("approves", True), data.get("sees", "")
    return User(data["name"], roles, data["surface"], data["tenant"], approves, sees)


def _approval(row: sa.Row[Any]) -> Approval:
    record = json.loads(row.record)
    return Approval(
        id=row.id,
        plan_id=row.plan_id,
        digest=row.digest,
        user=user_from_dict(record["user"]),
        at=datetime.fromtimestamp(row.at, UTC),
        expires_at=datetime.fromtimestamp(row.expires_at, UTC),
        typed=record["typed"],
        used_at=datetime.fromtimestamp(row.used_at, UTC) if row.used_at else None,
    )
