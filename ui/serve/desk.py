"""Plans and operations of one NovaCron, each look as a person: what needs no conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.calls import Call
from tools.control import Control
from tools.errors import NotAllowed, NotFound
from tools.identity import User
from tools.journal import Journal
from tools.operations import Operation
from tools.plan import Plan
from tools.policy import Decision


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """A plan that waits, as an inbox shows it.

    Attributes:
        decision: what the policies say with the yeses given so far.
        approved_by: who said yes already.
        expires_at: after this it is worked out afresh before anything runs.
    """

    plan: Plan
    decision: Decision
    approved_by: tuple[str, ...]
    expires_at: datetime


def _nothing() -> None:
    pass


class Desk:
    """The plans and operations of one NovaCron.

    Args:
        control: the NovaCron.
        on_change: is called after a plan was offered.
    """

    def __init__(self, control: Control, on_change: Callable[[], None] = _nothing) -> None:
        self.control = control
        self._on_change = on_change

    # plans

    def inbox(self, user: User) -> list[PlannedCard]:
        """The plans of one's tenant that wait for this person's yes, the newest first."""
        cards = [self._card(plan, user) for plan in self.control.approvals.pending(user.tenant)]
        return [
            card
            for card in cards
            if user.name not in card.approved_by
            and card.decision.effect != "deny"
            and self.control.policy.may_approve(card.plan, user)
        ]

    def card(self, plan_id: str, user: User) -> PlannedCard:
        """One plan of one's tenant, as an inbox shows it."""
        return self._card(self.plan(plan_id, user), user)

    def plan(self, plan_id: str, user: User) -> Plan:
        """A plan of one's tenant.

        Raises:
            NotFound: there is none, or it is another tenant's.
        """
        missing = NotFound("There is no such plan.", hint="It may be another tenant's.")
        try:
            plan = self.control.approvals.plan(plan_id)
        except NotFound as error:
            raise missing from error
        if plan.tenant != user.tenant:
            raise missing
        return plan

    def offer(self, calls: Sequence[Call], user: User) -> PlannedCard:
        """Work calls out to a plan that waits, without a conversation.

        Raises:
            NotAllowed: the policies refuse it whoever says yes.
        """
        plan = self.control.planner.plan(calls, user)
        decision = self.control.policy.decide(plan, user)
        if decision.effect == "deny":
            raise NotAllowed(f"That is not allowed: {decision.reason}.")
        self.control.approvals.offer(plan)
        self._on_change()
        return self._card(plan, user)

    def _card(self, plan: Plan, user: User) -> PlannedCard:
        given = self.control.approvals.given(plan.id)
        decision = self.control.policy.decide(plan, user, given)
        lifetime = timedelta(minutes=self.control.settings.approval_minutes)
        people = tuple(approval.user.name for approval in given)
        return PlannedCard(plan, decision, people, plan.created_at + lifetime)

    # operations

    def operations(self, user: User, status: str | None = None, limit: int = 50) -> list[Operation]:
        """The operations of one's tenant, the newest first."""
        return self._journal(user).list(status=status, limit=limit)

    def operation(self, operation_id: str, user: User) -> Operation:
        """One operation of one's tenant.

        Raises:
            NotFound: there is none, or it is another tenant's.
        """
        try:
            return self._journal(user).get(operation_id)
        except NotFound as error:
            hint = "It may be another tenant's."
            raise NotFound("There is no such operation.", hint=hint) from error

    def stop_operation(self, operation_id: str, user: User) -> Operation:
        """Begin nothing more of an operation.

        Raises:
            NotAllowed: neither did this person ask for it nor may they approve it.
        """
        found = self.operation(operation_id, user)
        plan = self.plan(found.plan_id, user)
        if not self.control.policy.may_approve(plan, user):
            raise NotAllowed("Only who may approve an operation can stop it.")
        return self.control.operations.cancel(operation_id, user)

    def _journal(self, user: User) -> Journal:
        return self.control.journal.of(user.tenant)
